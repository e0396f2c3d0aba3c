"""The blueprint with every operation hung on it."""

from __future__ import annotations

from web.api import cases, description, documents, events, measurements, people, plans, tasks
from web.api.blueprint import blueprint

__all__ = [
    "blueprint", "cases", "description", "documents", "events", "measurements", "people", "plans", "tasks",
]  # fmt: skip
