"""Getting to know the sector and writing its plan: sources, workshop, method, team, indicators, document."""
