"""Meetings, minutes, commitments, verdicts."""
