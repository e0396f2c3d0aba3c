"""Automatic steps: named handlers, written and reviewed in Python."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from engine.runtime import ProcessEngine


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """What an automatic step knows when it runs.

    `variables` is a copy of the process variables at the element. `process_key` is the process the element
    belongs to (the called one inside a call activity).
    """

    session: Session
    engine: ProcessEngine
    now: dt.datetime
    instance_id: int
    business_key: str
    scope: str | None
    process_key: str
    element_id: str
    variables: Mapping[str, Any]


ServiceTaskHandler = Callable[[ServiceCall], Mapping[str, Any] | None]
"""Runs a step and returns the process variables it sets (JSON scalars and small lists), or nothing.

It may run again after a failure, so it must be idempotent. It reaches no network and commits nothing.
"""
