"""Handing work over for good."""
