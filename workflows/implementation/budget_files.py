"""The export of a budget system, read with the columns that an entity named once: what it says of each project."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.auditing import recording as auditing
from workflows.documents.grids import Cell, Grid
from workflows.forms.notation import parse_number
from workflows.implementation.models import BudgetMapping

UNITS = {"pesos": Decimal(1), "miles": Decimal(1_000), "millones": Decimal(1_000_000)}
AMOUNTS = ("compromisos", "giros")
COLUMNS = {
    "proyecto": ("proyecto", "codigo", "rubro", "bpin"),
    "compromisos": ("compromiso", "comprometido", "crp"),
    "giros": ("giro", "pago", "autorizacion"),
}
"""What is looked for in the file, with the words by which its column is proposed, the likeliest first."""
HEADER_WITHIN = 30
"""The row of headings is looked for among so many."""
KIND = "columnas_presupuesto"
"""What the *bitácora* calls the columns that an entity named."""


@dataclass(frozen=True, slots=True)
class FileColumns:
    """Which sheet and columns of an export say what; `columns` by what they say, `unit` of `UNITS`."""

    sheet: str
    columns: Mapping[str, str]
    unit: str = "pesos"

    @property
    def missing(self) -> list[str]:
        """What has no column yet."""
        return [one for one in COLUMNS if not self.columns.get(one)]


@dataclass(slots=True)
class Amounts:
    """What the rows of a project add up to, in pesos; `rows` are their numbers in the file."""

    commitments: Decimal = Decimal(0)
    payments: Decimal = Decimal(0)
    rows: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row of the file that no project takes: its number, what it says, and why."""

    row: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """What an export says: by project code; rows left out; the entity's projects that it does not name."""

    projects: Mapping[str, Amounts]
    left_out: Sequence[LeftOut]
    absent: Sequence[str]


def headings(grid: Grid) -> tuple[int, list[str]]:
    """The place of the row of headings and what they say: the fullest of text among the first ones."""
    rows = [[str(cell) if isinstance(cell, str) else "" for cell in row] for row in grid.rows[:HEADER_WITHIN]]
    counts = [sum(bool(cell) for cell in row) for row in rows]
    place = counts.index(max(counts))
    return place, rows[place]


def proposed(grids: Sequence[Grid]) -> FileColumns:
    """The sheet and columns that look like it, by their words."""
    best = max(grids, key=lambda grid: len(_guess(headings(grid)[1])))
    return FileColumns(best.name, _guess(headings(best)[1]))


def fits(mapping: FileColumns, grids: Sequence[Grid]) -> bool:
    """Whether a file has the sheet and the columns that were named."""
    grid = sheet_of(mapping, grids)
    if grid is None or mapping.missing:
        return False
    return set(map(plain, mapping.columns.values())) <= set(map(plain, headings(grid)[1]))


def sheet_of(mapping: FileColumns, grids: Sequence[Grid]) -> Grid | None:
    """The sheet that was named; where a file has only one, its name says nothing."""
    if len(grids) == 1:
        return grids[0]
    return next((grid for grid in grids if plain(grid.name) == plain(mapping.sheet)), None)


def read(grid: Grid, mapping: FileColumns, codes: Sequence[str]) -> Found:
    """What each project of the entity has: rows of one project add up; what is not taken is told with its row."""
    start, names = headings(grid)
    places = {plain(name): place for place, name in reversed(list(enumerate(names))) if name}
    at = {one: places[plain(mapping.columns[one])] for one in COLUMNS}
    projects: dict[str, Amounts] = {}
    left_out = []
    for number, row in enumerate(grid.rows[start + 1 :], start + 2):
        if not any(row):
            continue
        told = _taken(row, at, codes, UNITS[mapping.unit])
        if isinstance(told, str):
            left_out.append(LeftOut(number, _text(_cell(row, at["proyecto"])) or "sin código", told))
            continue
        code, amounts = told
        kept = projects.setdefault(code, Amounts())
        kept.commitments += amounts[0]
        kept.payments += amounts[1]
        kept.rows.append(number)
    return Found(projects, left_out, [code for code in codes if code not in projects])


def kept(session: Session, plan_code: str, entity: str) -> FileColumns | None:
    """The columns that an entity named before."""
    row = session.get(BudgetMapping, (plan_code, entity))
    return FileColumns(row.sheet, row.columns, row.unit) if row is not None else None


def keep(
    session: Session, engine: ProcessEngine, plan_code: str, entity: str, mapping: FileColumns, *, actor: Actor
) -> None:
    """Keep the columns for the next file."""
    before = kept(session, plan_code, entity)
    if before == mapping:
        return
    row = session.get(BudgetMapping, (plan_code, entity)) or BudgetMapping(plan_code=plan_code, entity_code=entity)
    row.sheet, row.columns, row.unit = mapping.sheet, dict(mapping.columns), mapping.unit
    row.saved_by, row.saved_at = actor.id, engine.now()
    session.add(row)
    session.flush()
    auditing.record(
        session,
        engine.clock,
        actor,
        "guardar_columnas",
        (KIND, f"{plan_code}/{entity}"),
        before=_told(before) if before else {},
        after=_told(mapping),
    )


def plain(text: str) -> str:
    """Text as columns and codes are compared: without accents, capitals or signs."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.sub(r"[^0-9a-z]+", " ", "".join(one for one in bare if not unicodedata.combining(one))).split())


def _told(mapping: FileColumns) -> dict[str, str]:
    return {"hoja": mapping.sheet, "unidad": mapping.unit, **mapping.columns}


def _guess(names: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one, words in COLUMNS.items():
        likely = (name for word in words for name in names if word in plain(name) and name not in found.values())
        if (name := next(likely, None)) is not None:
            found[one] = name
    return found


def _taken(
    row: Sequence[Cell], at: Mapping[str, int], codes: Sequence[str], unit: Decimal
) -> tuple[str, list[Decimal]] | str:
    """The project of a row with its amounts in pesos, or why it is not taken."""
    told = _text(_cell(row, at["proyecto"]))
    if not told or plain(told).startswith(("total", "subtotal", "gran total")):
        return "Es una fila de total o no tiene código de proyecto."
    named = list(dict.fromkeys(_codes_in(told, codes)))
    if len(named) != 1:
        return "Ningún proyecto de la entidad tiene ese código." if not named else f"Nombra varios: {', '.join(named)}."
    amounts = []
    for one in AMOUNTS:
        try:
            amounts.append(_amount(_cell(row, at[one])) * unit)
        except ValueError:
            return f"En {one} no hay un número: «{_text(_cell(row, at[one]))}»."
    return named[0], amounts


def _codes_in(text: str, codes: Sequence[str]) -> Iterator[str]:
    """The project codes that a cell names: as the whole, or as a part between signs («1065 - Parques»)."""
    parts = plain(text).split()
    bare = [part.lstrip("0") or part for part in parts]
    for code in codes:
        wanted = plain(code)
        if wanted == plain(text) or wanted in parts or wanted.lstrip("0") in bare:
            yield code


def _amount(cell: Cell) -> Decimal:
    if isinstance(cell, Decimal):
        return cell
    return parse_number(cell) if cell.strip() not in ("", "-", "–", "$ -") else Decimal(0)


def _cell(row: Sequence[Cell], place: int) -> Cell:
    return row[place] if place < len(row) else ""


def _text(cell: Cell) -> str:
    if isinstance(cell, Decimal):
        return f"{cell.to_integral_value():f}" if cell == cell.to_integral_value() else f"{cell:f}"
    return cell
