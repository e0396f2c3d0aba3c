"""Who acts, and which groups a task may be offered to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, or the engine itself, on whose behalf a command runs.

    `id` is opaque to the engine. `groups` are the candidate groups the person belongs to.
    `supervises` are the tenants whose cases they mend and whose tasks they reassign; the system supervises all.
    """

    id: str
    groups: frozenset[str] = field(default_factory=frozenset)
    supervises: frozenset[str] = field(default_factory=frozenset)
    is_system: bool = False

    def may_supervise(self, tenant: str) -> bool:
        """Whether this person may mend the cases of a tenant, and reassign their tasks."""
        return self.is_system or tenant in self.supervises


SYSTEM = Actor("sistema", is_system=True)
"""The worker and automatic steps."""


class CandidateGroups(Protocol):
    """What the engine asks of whoever knows the organisation."""

    def resolve(self, session: Session, role: str, variables: Mapping[str, Any], tenant: str) -> str:
        """The candidate group of a diagram's role in a case of `tenant`, for these variables.

        `enlace` with entidad SEC may be `enlace@S01/SEC`. Raises `engine.errors.UnknownRole`.
        """
        ...

    def exists(self, role: str) -> bool:
        """Whether a diagram may name this role."""
        ...

    def roles(self, session: Session | None = None) -> Mapping[str, str]:
        """Every role a diagram may name, with its display name; those that were added too, where a session is given."""
        ...

    def needs(self, session: Session) -> Mapping[str, frozenset[str]]:
        """The process variables without which a role that was added says nobody, by role; none of most."""
        ...

    def vacant(self, session: Session, tenant: str) -> Mapping[str, str]:
        """Where nobody holds a role in cases of `tenant` (of any, where it is empty), by role, as a sentence goes on.

        Without the roles that somebody holds everywhere.
        """
        ...
