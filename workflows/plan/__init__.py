"""The plan, its projects, and who takes part in it."""
