"""The plan, its import, its figures."""
