"""Diagrams: read, checked, published, kept by version."""
