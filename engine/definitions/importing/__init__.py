"""Takes a diagram that somebody drew with another tool, and makes it one that runs; says all it changed."""

from engine.definitions.importing.asking import Kind, Question
from engine.definitions.importing.draft import ImportResult, Repair
from engine.definitions.importing.mending import import_diagram

__all__ = ["ImportResult", "Kind", "Question", "Repair", "import_diagram"]
