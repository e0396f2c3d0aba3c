"""Stored files and the documents made from records."""
