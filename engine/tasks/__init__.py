"""User tasks: what waits for a person, and what a person does with it."""
