"""Takes a diagram that somebody drew with another tool, and makes it one that runs; says all it changed."""

from engine.definitions.importing.draft import ImportResult, Question, Repair
from engine.definitions.importing.mending import import_diagram

__all__ = ["ImportResult", "Question", "Repair", "import_diagram"]
