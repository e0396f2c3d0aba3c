"""Decisions as DMN 1.3 has them: tables, and the expressions between them. Nothing in them is code."""
