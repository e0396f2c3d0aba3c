"""What the calendar opens: cadences, openings, and the names of the cases."""
