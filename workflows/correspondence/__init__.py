"""Letters of a case: written here and filed elsewhere, or received."""
