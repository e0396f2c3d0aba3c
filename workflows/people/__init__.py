"""Entities, people, and the roles they hold."""
