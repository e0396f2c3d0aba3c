"""Where what is written down came from: known to the entry points, of no concern to those who act."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """The code of a request, the address it came from, the sector of what it is about; all empty outside of one."""

    request: str = ""
    address: str = ""
    sector: str = ""


origin: ContextVar[Origin] = ContextVar("origin", default=Origin())  # noqa: B039 - it cannot change
"""Of what this thread is doing."""
