"""Asking the index."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import FULL_TEXT
from workflows.searching.models import SearchEntry
from workflows.searching.states import Kind
from workflows.searching.words import indexed, mark_of_kind, mark_of_sector, marked, snippet, terms

LOOKED_AT = 40
"""Of each kind so many of the newest are looked at; those that say it in their title come first."""
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found. `title` and `text` are in pieces: the words, and whether they were asked for."""

    kind: Kind
    ref: str
    link: str
    case_id: int | None
    title: Sequence[tuple[str, bool]]
    text: Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found of a kind; `more`: there is more than is shown."""

    kind: Kind
    hits: Sequence[Hit]
    more: bool


def find(
    session: Session, asked: str, sectors: Collection[str], kinds: Collection[Kind] = tuple(Kind), shown: int = SHOWN
) -> list[Hits]:
    """What holds every word that was asked for (its beginning is enough), in these sectors; by kind. Two statements."""
    wanted = terms(asked)
    if not wanted or not sectors:
        return []
    candidates: dict[Kind, list[tuple[int, str]]] = {}
    for found, kind, title in session.execute(_union(session, wanted, sectors, kinds)):
        candidates.setdefault(Kind(kind), []).append((found, title))
    chosen = {kind: _best(rows, wanted)[:shown] for kind, rows in candidates.items()}
    texts = _entries(session, [found for ids in chosen.values() for found in ids])
    return [
        Hits(kind, [_hit(texts[one], wanted) for one in chosen[kind]], len(candidates[kind]) > shown)
        for kind in Kind
        if kind in chosen
    ]


def _best(rows: Sequence[tuple[int, str]], wanted: Sequence[str]) -> list[int]:
    """The ids: those whose title says it all first, else the newest."""
    return [found for found, title in sorted(rows, key=lambda row: not _says(row[1], wanted))]


def _says(title: str, wanted: Sequence[str]) -> bool:
    words = indexed(title).split()
    return all(any(word.startswith(term) for word in words) for term in wanted)


def _union(
    session: Session, wanted: Sequence[str], sectors: Collection[str], kinds: Collection[Kind]
) -> sa.CompoundSelect[int, str, str]:
    of_kind = _of_kind_sqlite if session.get_bind().dialect.name == "sqlite" else _of_kind_postgresql
    parts = [of_kind(kind, wanted, sectors).subquery() for kind in kinds]
    return sa.union_all(*(sa.select(part.c.id, part.c.kind, part.c.title) for part in parts))


def _of_kind_sqlite(kind: Kind, wanted: Sequence[str], sectors: Collection[str]) -> sa.Select[int, str, str]:
    own = " OR ".join(f'"{mark_of_sector(one)}"' for one in sorted(sectors))
    match = " ".join((f'"{mark_of_kind(kind)}" AND ({own})', *(f'AND "{term}"*' for term in wanted)))
    index = sa.table(f"{FULL_TEXT}words", sa.column("rowid"), sa.column(f"{FULL_TEXT}words"))
    newest = (
        sa.select(index.c.rowid)
        .where(index.c[f"{FULL_TEXT}words"].op("MATCH")(match))
        .order_by(index.c.rowid.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    return _columns().join(newest, newest.c.rowid == SearchEntry.id).where(*_own(kind, sectors))


def _of_kind_postgresql(kind: Kind, wanted: Sequence[str], sectors: Collection[str]) -> sa.Select[int, str, str]:
    own = " | ".join(mark_of_sector(one) for one in sorted(sectors))
    match = " & ".join((mark_of_kind(kind), f"({own})", *(f"{term}:*" for term in wanted)))
    simple: sa.ColumnElement[str] = sa.literal_column("'simple'::regconfig")
    vector = sa.func.to_tsvector(simple, SearchEntry.words)
    query = _columns().where(vector.op("@@")(sa.func.to_tsquery(simple, match)), *_own(kind, sectors))
    return query.order_by(SearchEntry.id.desc()).limit(LOOKED_AT)


def _columns() -> sa.Select[int, str, str]:
    return sa.select(SearchEntry.id, SearchEntry.kind, SearchEntry.title)


def _own(kind: Kind, sectors: Collection[str]) -> tuple[sa.ColumnElement[bool], ...]:
    """The same again as columns: no word of a text can open what is another sector's."""
    return SearchEntry.kind == kind, SearchEntry.sector_code.in_(sorted(sectors))


def _entries(session: Session, ids: Collection[int]) -> Mapping[int, SearchEntry]:
    return {one.id: one for one in session.scalars(sa.select(SearchEntry).where(SearchEntry.id.in_(ids)))}


def _hit(entry: SearchEntry, wanted: Sequence[str]) -> Hit:
    title, text = marked(entry.title, wanted), marked(snippet(entry.text, wanted), wanted)
    return Hit(entry.kind, entry.ref, entry.link, entry.case_id, title, text)
