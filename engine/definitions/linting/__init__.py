"""Says what is wrong with a diagram, to people who draw and don't program."""

from engine.definitions.linting.checking import RULES, lint
from engine.definitions.linting.findings import Finding, KnownNames

__all__ = ["RULES", "Finding", "KnownNames", "lint"]
