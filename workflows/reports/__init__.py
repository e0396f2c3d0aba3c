"""The monthly report: one set of figures, four formats."""
