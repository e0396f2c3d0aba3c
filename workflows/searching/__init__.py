"""Finding anything by its words: tasks, cases, indicators, documents, minutes, people."""
