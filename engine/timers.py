"""Due rows: what the sweep looks at. Its cost follows what is due, not what waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine import limits
from engine.database import Base
from engine.definitions.diagram import Element
from engine.errors import InvalidDeadline
from engine.runtime import ProcessEngine

_BEYOND = f"El plazo «{{deadline}}» queda a más de {limits.YEARS} años. Revise la fecha de la que depende."


class Timer(Base):
    """A boundary or intermediate timer of a running case; the row exists only while it waits.

    `since` is the moment from which the calendar reckoned `due_at`; rows of older versions have none.
    """

    __tablename__ = "timer"
    __table_args__ = (sa.Index("ix_timer_due", "due_at"), sa.UniqueConstraint("node_id", "element_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"), index=True)
    node_id: Mapped[str] = mapped_column(sa.String(32))
    element_id: Mapped[str] = mapped_column(sa.String(limits.ID))
    due_at: Mapped[dt.datetime]
    since: Mapped[dt.datetime | None]


def due_at(
    engine: ProcessEngine, element: Element, *, since: dt.datetime, variables: Mapping[str, Any], scope: str | None
) -> dt.datetime:
    """When the timer, or the task, of `element` falls due, by its `plazo`. Raises `InvalidDeadline`."""
    try:
        found = engine.calendar.deadline(element.deadline, since=since, variables=variables, scope=scope)
    except (OverflowError, ValueError) as failure:
        raise InvalidDeadline(_BEYOND.format(deadline=element.deadline)) from failure
    if abs(found.year - since.year) > limits.YEARS:
        raise InvalidDeadline(_BEYOND.format(deadline=element.deadline))
    return found
