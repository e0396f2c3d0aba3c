"""Rehearsals: a draft walked through on a throw-away database, with the real engine, forms, people and calendar."""
