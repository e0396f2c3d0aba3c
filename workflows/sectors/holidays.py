"""The days that nobody works here and the windows that were moved, as the calendar takes them."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.calendar import KnownDays, Window, of_entity
from workflows.sectors.models import LocalHoliday, ReckonedHoliday, Sector

_PLAN = sa.table("plan", sa.column("code"), sa.column("sector_code"))
"""Of the room of plans, which stands beside this one."""
_ONLY = sa.select(sa.func.min(Sector.code)).having(sa.func.count() == 1).scalar_subquery()
_LOCAL = sa.select(
    LocalHoliday.day, LocalHoliday.sector_code, LocalHoliday.entity_code, _PLAN.c.code, _ONLY.label("only"),
    sa.cast(sa.null(), sa.Integer).label("later"),
).outerjoin(_PLAN, _PLAN.c.sector_code == LocalHoliday.sector_code)  # fmt: skip
_MOVED = sa.table(
    "moved_window", sa.column("closes_on", sa.Date()), sa.column("plan_code", sa.String()),
    sa.column("period", sa.String()), sa.column("later", sa.Integer()), sa.column("is_current", sa.Boolean()),
)  # fmt: skip
"""Of the room of the month, which stands above this one."""
_NONE = sa.cast(sa.null(), sa.String)
_KNOWN = sa.union_all(
    _LOCAL,
    sa.select(_MOVED.c.closes_on, _MOVED.c.plan_code, _MOVED.c.period, _NONE, _NONE, _MOVED.c.later).where(
        _MOVED.c.is_current
    ),
)
"""One statement for both: every command reads them."""


def known_days(session: Session) -> KnownDays:
    """What is on record about days.

    The local ones are by scope: everybody's (None), a sector's, and those of each of its plans. Those of an entity are
    of it in the sector and in each of its plans. Where there is one sector its days are everybody's.
    """
    found: dict[str | None, set[dt.date]] = {}
    windows: dict[tuple[str, str], Window] = {}
    for day, sector, entity, plan, only, later in session.execute(_KNOWN):
        if later is not None:
            windows[sector, entity] = Window(later, day)
            continue
        everybodys = not entity and sector in ("", only)
        for one in {None} if everybodys else {sector, plan or sector}:
            found.setdefault(of_entity(one, entity), set()).add(day)
    return KnownDays({scope: frozenset(days) for scope, days in found.items()}, windows)


def are_reckoned(session: Session, known: KnownDays) -> bool:
    """Whether the open deadlines were reckoned with these days."""
    rows = session.execute(sa.select(ReckonedHoliday.day, ReckonedHoliday.scope))
    return {(day, scope) for day, scope in rows} == _pairs(known)


def note_reckoned(session: Session, known: KnownDays) -> None:
    """Write down that every open deadline was reckoned with these days."""
    session.execute(sa.delete(ReckonedHoliday))
    session.add_all([ReckonedHoliday(day=day, scope=scope) for day, scope in sorted(_pairs(known))])


def _pairs(known: KnownDays) -> set[tuple[dt.date, str]]:
    """As the table has it: a window is the day on which it closes now, under its plan and its month."""
    windows = {(window.closes_on, f"{plan} {month}") for (plan, month), window in known.windows.items()}
    return windows | {(day, scope or "") for scope, days in known.local.items() for day in days}
