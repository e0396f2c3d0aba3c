"""Phase 4: the years of the plan."""
