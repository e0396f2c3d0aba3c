"""How one works with Cauce, beside the work."""
