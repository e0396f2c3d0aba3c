"""Due rows: what the sweep looks at. Its cost follows what is due, not what waits."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base
from engine.definitions.diagram import Element
from engine.errors import InvalidDeadline
from engine.runtime import ProcessEngine


class Timer(Base):
    """A boundary or intermediate timer of a running case; the row exists only while it waits."""

    __tablename__ = "timer"
    __table_args__ = (sa.Index("ix_timer_due", "due_at"), sa.UniqueConstraint("node_id", "element_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"), index=True)
    node_id: Mapped[str] = mapped_column(sa.String(32))
    element_id: Mapped[str] = mapped_column(sa.String(100))
    due_at: Mapped[dt.datetime]


_DURATION = re.compile(r"P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?")


def due_at(
    engine: ProcessEngine, element: Element, *, since: dt.datetime, variables: Mapping[str, Any], scope: str | None
) -> dt.datetime:
    """When a timer falls due: by its `plazo`, else by the ISO 8601 text that a modeller wrote.

    Raises `InvalidDeadline`.
    """
    if element.deadline:
        return engine.calendar.deadline(element.deadline, since=since, variables=variables, scope=scope)
    return moment_of(element.expression, since)


def moment_of(text: str, since: dt.datetime) -> dt.datetime:
    """The moment of an ISO 8601 duration (weeks, days and time) after `since`, or of an aware ISO 8601 date and time.

    Raises `InvalidDeadline`; months and years too, whose length a duration doesn't say.
    """
    found = _DURATION.fullmatch(text)
    if found and any(found.groups()):
        weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return since + dt.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as exc:
        raise InvalidDeadline from exc
    if moment.tzinfo is None:
        raise InvalidDeadline(f"A la fecha «{text}» le falta la zona horaria. Escriba por ejemplo «…-05:00».")
    return moment.astimezone(dt.UTC)
