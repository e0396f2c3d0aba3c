"""Small JSON answers for our own pages."""
