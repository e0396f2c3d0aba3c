"""Phase 3 and changes of the plan."""
