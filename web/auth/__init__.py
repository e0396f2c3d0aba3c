"""Signing in, and who may open which view."""

from web.auth.access import ANYONE, DEMO, SIGNED_IN, WORKING, Of, allow

__all__ = ["ANYONE", "DEMO", "SIGNED_IN", "WORKING", "Of", "allow"]
