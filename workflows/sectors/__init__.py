"""Where people work: entities, and the days that nobody works."""
