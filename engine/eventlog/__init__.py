"""What happened in cases as an event log, for tools that mine processes: XES and OCEL 2.0."""
