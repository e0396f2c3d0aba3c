"""Migrations of the tables of every package."""
