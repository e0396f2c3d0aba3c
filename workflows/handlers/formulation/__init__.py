"""Phases 1 and 2."""
