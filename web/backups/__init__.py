"""Copies of the whole database: taken while people work, looked at, and brought back."""
