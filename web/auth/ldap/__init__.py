"""Signing in with the password of the entity's directory."""
