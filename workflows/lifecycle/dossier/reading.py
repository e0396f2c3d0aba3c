"""Reads the records of a plan: how many there are of each kind, and those of one, as people read them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.calendar import bogota_day
from workflows.documents.models import StoredFile
from workflows.lifecycle.dossier import execution, formulation
from workflows.lifecycle.dossier.kinds import Kind, Shown, Told
from workflows.people import directory
from workflows.spanish import long_day, number

KINDS: Mapping[str, Kind] = {kind.key: kind for kind in (*execution.KINDS, *formulation.KINDS)}
"""By their part of the address."""

PHASES = {0: "Reuniones"}
"""What stands under no phase."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: its words, and the file or the case it leads to."""

    text: str
    file_id: int | None = None
    case_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for among the records of a kind; empty words ask for nothing."""

    word: str = ""
    kind: str = ""
    entity: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The records of a kind that were looked for, and what can be chosen to look for others."""

    kind: Kind
    rows: Sequence[Sequence[Cell]]
    total: int
    kinds: Sequence[tuple[str, str]]
    entities: Sequence[str]


def counts(session: Session, plan_code: str) -> dict[str, int]:
    """How many records there are of each kind: one statement."""
    each = [
        sa.select(sa.literal(key).label("key"), sa.func.count().label("many")).select_from(_numbered(kind, plan_code))
        for key, kind in KINDS.items()
    ]
    return {row.key: row.many for row in session.execute(sa.union_all(*each))}


def find(session: Session, plan_code: str, kind: Kind, sought: Sought = Sought()) -> Found:  # frozen
    """The records of a kind, in their order, of which everything that is sought holds."""
    raw = session.execute(kind.read(plan_code)).all()
    cells = _cells(session, kind, raw)
    told = [(row, shown) for row, shown in zip(raw, cells, strict=True) if _is_sought(kind, row, shown, sought)]
    kinds, entities = _choices(kind, kind.sorted_by, raw), _entities(kind, raw)
    return Found(kind, [shown for _row, shown in told], len(raw), kinds, entities)


def _numbered(kind: Kind, plan_code: str) -> sa.Subquery:
    """A statement of its own for each: columns of one name twice would be no subquery."""
    statement = kind.read(plan_code).order_by(None)
    return statement.with_only_columns(sa.literal(1).label("one"), maintain_column_froms=True).subquery()


def _cells(session: Session, kind: Kind, raw: Sequence[Any]) -> list[list[Cell]]:
    names = directory.display_names(session, _of(kind, raw, Shown.PERSON))
    files = _file_names(session, _of(kind, raw, Shown.FILE))
    return [
        [_cell(column, value, names, files) for column, value in zip(kind.columns, row, strict=True)] for row in raw
    ]


def _of(kind: Kind, raw: Sequence[Any], how: Shown) -> set[Any]:
    places = [place for place, column in enumerate(kind.columns) if column.how == how]
    return {row[place] for row in raw for place in places if row[place]}


def _file_names(session: Session, ids: set[int]) -> dict[int, str]:
    query = sa.select(StoredFile.id, StoredFile.name).where(StoredFile.id.in_(ids))
    return {id_: name for id_, name in session.execute(query)} if ids else {}


def _cell(column: Told, value: Any, names: Mapping[str, str], files: Mapping[int, str]) -> Cell:
    if value is None or value in ("", []):
        return Cell("")
    if column.words is not None:
        return Cell(column.words(value))
    if column.how == Shown.FILE:
        return Cell(files.get(value, ""), file_id=value)
    if column.how == Shown.CASE:
        return Cell("ver", case_id=value)
    if column.how == Shown.PERSON:
        return Cell(names.get(value, str(value)))
    return Cell(_words(column.how, value))


def _words(how: Shown, value: Any) -> str:
    return WORDS.get(how, str)(value)


def _day(value: dt.date | dt.datetime) -> str:
    return long_day(bogota_day(value) if isinstance(value, dt.datetime) else value)


ACCENTED = {"cion": "ción", "tecnic": "técnic"}
UNACCENTED = re.compile(r"cion\b|\btecnic")


def spoken(value: str) -> str:
    """A value of a list as people say it: `socializacion_tecnica` is «socialización técnica»."""
    words = value.replace("_", " ").replace("-", " ")
    return UNACCENTED.sub(lambda found: ACCENTED[found[0]], words)


def _person(row: Any) -> str:
    entity = row.get("entidad") or row.get("cargo") or row.get("publico") or ""
    return f"{row.get('persona', '')}{f' ({spoken(str(entity))})' if entity else ''}"


def _row(one: Any) -> str:
    """A row of a form, or a value of a list, in one text."""
    if isinstance(one, Mapping):
        told = (_row(value) for key, value in one.items() if not key.startswith("_") and key != "usuario")
        return ", ".join(text for text in told if text)
    if isinstance(one, list | tuple):
        return " · ".join(_row(part) for part in one)
    if one is None or isinstance(one, bool):
        return "sí" if one else ""
    return number(one) if isinstance(one, Decimal) else spoken(str(one)) if str(one).isidentifier() else str(one)


def _is_sought(kind: Kind, row: Any, shown: Sequence[Cell], sought: Sought) -> bool:
    if sought.word and not all(
        word in " ".join(cell.text for cell in shown).casefold() for word in sought.word.casefold().split()
    ):
        return False
    if sought.kind and kind.sorted_by is not None and str(row[kind.sorted_by] or "") != sought.kind:
        return False
    if sought.entity and kind.of_entity is not None and sought.entity not in _codes(row[kind.of_entity]):
        return False
    return _is_within(kind, row, sought)


def _is_within(kind: Kind, row: Any, sought: Sought) -> bool:
    if kind.dated is None or not (sought.since or sought.until):
        return True
    day = row[kind.dated]
    return day is not None and (sought.since or day) <= day <= (sought.until or day)


def _choices(kind: Kind, place: int | None, raw: Sequence[Any]) -> list[tuple[str, str]]:
    if place is None:
        return []
    column = kind.columns[place]
    values = {str(row[place] or "") for row in raw} - {""}
    return sorted((value, column.words(value) if column.words else spoken(value)) for value in values)


def _entities(kind: Kind, raw: Sequence[Any]) -> list[str]:
    if kind.of_entity is None:
        return []
    return sorted({code for row in raw for code in _codes(row[kind.of_entity])})


def _codes(value: Any) -> set[str]:
    """The entities a row is of: its own, or those of the people in it."""
    if isinstance(value, list):
        return {str(row["entidad"]) for row in value if isinstance(row, Mapping) and row.get("entidad")}
    return {str(value)} if value else set()


WORDS: Mapping[Shown, Callable[[Any], str]] = {
    Shown.YES: lambda value: "sí" if value else "no",
    Shown.DAY: _day,
    Shown.NUMBER: number,
    Shown.WORDS: lambda value: spoken(str(value)),
    Shown.PEOPLE: lambda value: "; ".join(_person(row) for row in value),
    Shown.ROWS: lambda value: "; ".join(_row(one) for one in value),
}
"""How a cell is read, where it is not the text it is."""


def texts(rows: Iterable[Sequence[Cell]]) -> list[list[str]]:
    """The records as plain text, for a file."""
    return [[cell.text for cell in row] for row in rows]
