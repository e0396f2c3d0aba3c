"""Phase 5: the monthly follow-up and its meetings."""
