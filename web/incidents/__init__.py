"""Incidents: what failed inside a case, and what a coordinator does about it."""
