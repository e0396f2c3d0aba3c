"""The page of who is away and who stands in."""
