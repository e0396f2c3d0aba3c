"""The days that nobody works here, as the calendar takes them."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.calendar import LocalDays
from workflows.sectors.models import LocalHoliday, ReckonedHoliday

_LOCAL = sa.select(LocalHoliday.day, LocalHoliday.scope)


def local_days(session: Session) -> LocalDays:
    """The local non-working days on record, by scope."""
    found: dict[str | None, set[dt.date]] = {}
    for day, scope in session.execute(_LOCAL):
        found.setdefault(scope or None, set()).add(day)
    return {scope: frozenset(days) for scope, days in found.items()}


def are_reckoned(session: Session, local: LocalDays) -> bool:
    """Whether the open deadlines were reckoned with these days."""
    rows = session.execute(sa.select(ReckonedHoliday.day, ReckonedHoliday.scope))
    return {(day, scope) for day, scope in rows} == _pairs(local)


def note_reckoned(session: Session, local: LocalDays) -> None:
    """Write down that every open deadline was reckoned with these days."""
    session.execute(sa.delete(ReckonedHoliday))
    session.add_all([ReckonedHoliday(day=day, scope=scope) for day, scope in sorted(_pairs(local))])


def _pairs(local: LocalDays) -> set[tuple[dt.date, str]]:
    return {(day, scope or "") for scope, days in local.items() for day in days}
