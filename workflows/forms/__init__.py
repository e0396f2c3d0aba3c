"""Forms: schema, reading what people typed, checking it, drafts, submissions."""
