"""The days that nobody works here, as the calendar takes them."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.calendar import LocalDays
from workflows.sectors.models import LocalHoliday


def local_days(session: Session) -> LocalDays:
    """The local non-working days on record, by scope."""
    found: dict[str | None, set[dt.date]] = {}
    for day, scope in session.execute(sa.select(LocalHoliday.day, LocalHoliday.scope)):
        found.setdefault(scope or None, set()).add(day)
    return {scope: frozenset(days) for scope, days in found.items()}
