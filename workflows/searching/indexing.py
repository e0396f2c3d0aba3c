"""Keeping the index: the worker reads what came since, and it may do so twice with one effect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.clock import Clock
from workflows.searching import sources
from workflows.searching.models import SearchEntry, SearchMark
from workflows.searching.sources import Findable
from workflows.searching.states import Kind
from workflows.searching.words import indexed, mark_of_kind, mark_of_sector

BATCH = 1000
STRAGGLERS = 200
"""So many ids before the newest that was read are read again: a command that took longer may have written one."""
LOOK_EVERY = dt.timedelta(minutes=2)
"""How often people and indicators are compared with the index."""
KEY = ("kind", "ref", "sector_code")


def is_behind(session: Session, clock: Clock) -> bool:
    """Whether there is something to read. Two statements."""
    marks = {mark.kind: mark for mark in session.scalars(sa.select(SearchMark))}
    if any(last > _newest(marks, kind) for kind, last in sources.newest(session).items()):
        return True
    looked = marks[Kind.PERSON].looked_at if Kind.PERSON in marks else None
    return looked is None or not looked <= clock.now() < looked + LOOK_EVERY


def catch_up(session: Session, clock: Clock) -> bool:
    """Read what came since, a bounded part of it; whether there may be more."""
    more = False
    for kind in sources.newest(session):
        mark = _mark(session, kind)
        ids = sources.ids_after(session, kind, mark.newest, BATCH)
        if ids:
            _put(session, sources.between(session, kind, max(mark.newest - STRAGGLERS, 0), ids[-1]))
            mark.newest = ids[-1]
        more |= len(ids) == BATCH
    looked = _mark(session, Kind.PERSON)
    if looked.looked_at is None or not looked.looked_at <= clock.now() < looked.looked_at + LOOK_EVERY:
        _compare(session)
        looked.looked_at = clock.now()
    return more


def begin_again(session: Session) -> None:
    """Forget the whole index: catching up makes it anew."""
    session.execute(sa.delete(SearchEntry))
    session.execute(sa.delete(SearchMark))


def count(session: Session) -> int:
    """How many things can be found."""
    return session.scalar(sa.select(sa.func.count()).select_from(SearchEntry)) or 0


def _newest(marks: dict[Kind, SearchMark], kind: Kind) -> int:
    return marks[kind].newest if kind in marks else 0


def _mark(session: Session, kind: Kind) -> SearchMark:
    found = session.get(SearchMark, kind, with_for_update=True)
    if found is None:
        found = SearchMark(kind=kind, newest=0, looked_at=None)
        session.add(found)
        session.flush()
    return found


def _put(session: Session, found: Iterable[Findable]) -> None:
    """Keep each, in the place of what had its key where that says something else."""
    latest = {one.key: one for one in found}
    if documents := [one for one in latest.values() if one.kind in (Kind.DOCUMENT, Kind.MINUTES)]:
        _delete(session, [one.key for one in documents])
    _insert(session, list(latest.values()))


def _compare(session: Session) -> None:
    """Let the index say of what changes what it says now."""
    wanted = {one.key: one for one in sources.changing(session)}
    query = sa.select(SearchEntry.kind, SearchEntry.ref, SearchEntry.sector_code, SearchEntry.title, SearchEntry.text)
    kept = {
        (kind, ref, sector): (title, text)
        for kind, ref, sector, title, text in session.execute(
            query.where(SearchEntry.kind.in_((Kind.INDICATOR, Kind.PERSON)))
        )
    }
    stale = [key for key, said in kept.items() if key not in wanted or said != (wanted[key].title, wanted[key].text)]
    _delete(session, stale)
    _insert(session, [one for key, one in wanted.items() if key not in kept or key in set(stale)])


def _delete(session: Session, keys: Sequence[tuple[str, str, str]]) -> None:
    for key in keys:
        session.execute(sa.delete(SearchEntry).filter_by(**dict(zip(KEY, key, strict=True))))


def _insert(session: Session, found: Sequence[Findable]) -> None:
    if not found:
        return
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(SearchEntry).on_conflict_do_nothing(index_elements=list(KEY))
    session.execute(statement, [_row(one) for one in found])


def _row(one: Findable) -> dict[str, Any]:
    marks = f"{mark_of_kind(one.kind)} {mark_of_sector(one.sector)}"
    return {
        "kind": one.kind,
        "ref": one.ref,
        "sector_code": one.sector,
        "title": one.title,
        "text": one.text,
        "words": f"{marks} {indexed(f'{one.title} {one.text}')}",
        "link": one.link,
        "case_id": one.case_id,
    }
