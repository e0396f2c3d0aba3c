"""The days that nobody works here, as the calendar takes them."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.calendar import LocalDays, of_entity
from workflows.sectors.models import LocalHoliday, ReckonedHoliday, Sector

_PLAN = sa.table("plan", sa.column("code"), sa.column("sector_code"))
"""Of the room of plans, which stands beside this one."""
_ONLY = sa.select(sa.func.min(Sector.code)).having(sa.func.count() == 1).scalar_subquery()
_LOCAL = sa.select(
    LocalHoliday.day, LocalHoliday.sector_code, LocalHoliday.entity_code, _PLAN.c.code, _ONLY.label("only")
).outerjoin(_PLAN, _PLAN.c.sector_code == LocalHoliday.sector_code)


def local_days(session: Session) -> LocalDays:
    """The local non-working days on record, by scope: everybody's (None), a sector's, and those of each of its plans.

    Those of an entity are of it in the sector and in each of its plans. Where there is one sector its days are
    everybody's.
    """
    found: dict[str | None, set[dt.date]] = {}
    for day, sector, entity, plan, only in session.execute(_LOCAL):
        everybodys = not entity and sector in ("", only)
        for one in {None} if everybodys else {sector, plan or sector}:
            found.setdefault(of_entity(one, entity), set()).add(day)
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
