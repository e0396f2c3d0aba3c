"""Evaluating the plan: every semester, every year, and once at its end."""
