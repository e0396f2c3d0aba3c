"""Who acts, and which groups a task may be offered to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, or the engine itself, on whose behalf a command runs.

    `id` is opaque to the engine. `groups` are the candidate groups the person belongs to.
    `is_supervisor` may see and reassign everybody's tasks.
    """

    id: str
    groups: frozenset[str] = field(default_factory=frozenset)
    is_supervisor: bool = False
    is_system: bool = False


SYSTEM = Actor("sistema", is_supervisor=True, is_system=True)
"""The worker and automatic steps."""


class CandidateGroups(Protocol):
    """What the engine asks of whoever knows the organisation."""

    def resolve(self, role: str, variables: Mapping[str, Any]) -> str:
        """The candidate group of a diagram's role for these variables (`enlace` + entidad SDG → `enlace@SDG`).

        Raises `engine.errors.UnknownRole`.
        """
        ...

    def exists(self, role: str) -> bool:
        """Whether a diagram may name this role."""
        ...

    def roles(self) -> Mapping[str, str]:
        """Every role a diagram may name, with its display name."""
        ...
