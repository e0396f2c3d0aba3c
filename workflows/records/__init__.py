"""A plan as plain records: read from the tables, checked, compared, written back."""
