"""How a case that nobody starts by hand gets its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class CaseName(NamedTuple):
    """The business key (unique), the name on screen, the scope of a new case, and the tenant whose it is."""

    business_key: str
    name: str
    scope: str | None
    tenant: str = ""


class CaseNamer(Protocol):
    """Names the case that a message start event opens."""

    def name_case(self, session: Session, process_key: str, variables: Mapping[str, Any]) -> CaseName:
        """How a case of this process is called, from the variables of the message."""
        ...
