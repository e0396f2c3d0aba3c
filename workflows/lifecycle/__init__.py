"""The plan from birth to archive: its phases, their closing reviews, and its file."""
