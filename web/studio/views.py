"""Every view of the studio, registered by importing the modules that hold them."""

from __future__ import annotations

from web.studio import (
    beginning,
    bringing,
    comparing,
    conditions,
    decisions,
    discarded,
    editor,
    fields,
    forms,
    fresh,
    grid,
    manual,
    processes,
    publishing,
    rehearsing,
    retiring,
    reviewing,
    roles,
    steps,
    tasks,
    variants,
)
from web.studio.blueprint import blueprint

__all__ = [
    "beginning",
    "blueprint",
    "bringing",
    "comparing",
    "conditions",
    "decisions",
    "discarded",
    "editor",
    "fields",
    "forms",
    "fresh",
    "grid",
    "manual",
    "processes",
    "publishing",
    "rehearsing",
    "retiring",
    "reviewing",
    "roles",
    "steps",
    "tasks",
    "variants",
]
