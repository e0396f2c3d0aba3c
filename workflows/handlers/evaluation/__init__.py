"""Phase 6: semesters, years, and the end."""
