"""Tokens of programs on screen: one's own, and those of services."""
