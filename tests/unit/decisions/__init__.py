"""Tests of decision tables."""
