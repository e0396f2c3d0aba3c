"""A file of the office brought into the draft of a report: its columns are named once, and nothing of it is silent.

Of the money of the month it is the export of the budget system; of the figures, the office's own monthly matrix.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows import spanish
from workflows.auditing import recording as auditing
from workflows.documents.grids import Cell, Grid
from workflows.forms.notation import bounded_number, parse_number
from workflows.monitoring.models import FileMapping
from workflows.spanish import MONTHS

UNITS = {"pesos": Decimal(1), "miles": Decimal(1_000), "millones": Decimal(1_000_000)}
LONGEST_SHEET = 100
HEADER_WITHIN = 30
"""The row of headings is looked for among so many."""
KIND = "columnas_de_archivo"
"""What the *bitácora* calls the columns that an entity named."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that is looked for in the file: its cell in the form, its label, words by which it is proposed.

    The likeliest words first.
    """

    key: str
    label: str
    words: Sequence[str]
    is_number: bool = False
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """What a form takes from a file: rows of `table`, told apart by a code; numbers of one row add up if `adds`.

    `noun` is what a row of it is called, one and many; `unit`: whether its numbers are money.
    """

    name: str
    table: str
    title: str
    noun: tuple[str, str]
    columns: Sequence[Asked]
    adds: bool = False


CODE = "codigo"
MONEY = Layout(
    "presupuesto",
    "presupuesto",
    "Traer el presupuesto de un archivo",
    ("proyecto", "proyectos"),
    (
        Asked(CODE, "Código del proyecto", ("proyecto", "codigo", "rubro", "bpin")),
        Asked("compromisos", "Compromisos del año", ("compromiso", "comprometido", "crp"), is_number=True),
        Asked("giros", "Giros del año", ("giro", "girado", "pago", "autorizacion"), is_number=True),
    ),
    adds=True,
)
PROGRESS = Layout(
    "avance",
    "avances",
    "Traer el avance de un archivo",
    ("indicador", "indicadores"),
    (
        Asked(CODE, "Código del indicador", ("codigo", "indicador", "id")),
        Asked("valor_periodo", "Valor del mes", (*MONTHS, "valor", "ejecutado", "logro", "avance"), is_number=True),
        Asked("avance_cualitativo", "Qué se hizo", ("cualitativo", "descripcion", "que se hizo"), is_optional=True),
        Asked("dificultades", "Dificultades", ("dificultad", "retraso", "obstaculo"), is_optional=True),
        Asked("soluciones", "Soluciones", ("solucion", "accion"), is_optional=True),
    ),
)
LAYOUTS = {"reportar_ejecucion": MONEY, "reportar_avance": PROGRESS, "completar_reporte": PROGRESS}
"""By form, what it takes from a file."""


@dataclass(frozen=True, slots=True)
class FileColumns:
    """Which sheet and columns of a file say what; `columns` by what they say, `unit` of `UNITS`."""

    sheet: str
    columns: Mapping[str, str]
    unit: str = "pesos"


@dataclass(slots=True)
class Brought:
    """What the file says for a row of the form, by its cell; `rows` are their numbers in the file."""

    values: dict[str, Decimal | str] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row of the file that nothing takes: its number, what it says, and why."""

    row: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a file says: by code; rows left out; the codes that it does not name."""

    rows: Mapping[str, Brought]
    left_out: Sequence[LeftOut]
    absent: Sequence[str]


def headings(grid: Grid) -> tuple[int, list[str]]:
    """The place of the row of headings and what they say: the fullest of text among the first ones."""
    rows = [[cell if isinstance(cell, str) else "" for cell in row] for row in grid.rows[:HEADER_WITHIN]]
    counts = [sum(bool(cell) for cell in row) for row in rows]
    place = counts.index(max(counts))
    return place, rows[place]


def proposed(layout: Layout, grids: Sequence[Grid], month: int) -> FileColumns:
    """The sheet and columns that look like it, by their words; of twelve months, the one that is reported."""
    guesses = {grid.name: _guess(layout, headings(grid)[1], month) for grid in grids}
    best = max(guesses, key=lambda name: len(guesses[name]))
    return FileColumns(best, guesses[best])


def fits(layout: Layout, columns: FileColumns, grids: Sequence[Grid]) -> bool:
    """Whether a file has the sheet and the columns that were named, and all that is needed was."""
    grid = sheet_of(columns, grids)
    named = {key: column for key, column in columns.columns.items() if column}
    if grid is None or any(one.key not in named for one in layout.columns if not one.is_optional):
        return False
    return set(map(plain, named.values())) <= set(map(plain, headings(grid)[1]))


def of_month(columns: FileColumns, month: int) -> FileColumns:
    """The same columns in another month: a heading that names a month names this one."""
    pattern = re.compile("|".join(MONTHS), re.IGNORECASE)
    return FileColumns(
        columns.sheet,
        {key: pattern.sub(MONTHS[month - 1].capitalize(), heading) for key, heading in columns.columns.items()},
        columns.unit,
    )


def sheet_of(columns: FileColumns, grids: Sequence[Grid]) -> Grid | None:
    """The sheet that was named; where a file has only one, its name says nothing."""
    if len(grids) == 1:
        return grids[0]
    return next((grid for grid in grids if plain(grid.name) == plain(columns.sheet)), None)


def as_in_file(columns: FileColumns, grid: Grid) -> FileColumns:
    """The same in the file's own words: those that were sent may be longer than any heading."""
    names = {plain(name): name for name in reversed(headings(grid)[1]) if name}
    found = {key: names.get(plain(heading), "") for key, heading in columns.columns.items()}
    return FileColumns(grid.name[:LONGEST_SHEET], found, columns.unit)


def read(layout: Layout, grid: Grid, columns: FileColumns, codes: Sequence[str]) -> Found:
    """What the file says for each code; what is not taken is told with its row."""
    start, names = headings(grid)
    places = {plain(name): place for place, name in reversed(list(enumerate(names))) if name}
    at = {key: places[plain(heading)] for key, heading in columns.columns.items() if heading}
    found: dict[str, Brought] = {}
    left_out = []
    for number, row in enumerate(grid.rows[start + 1 :], start + 2):
        if not any(row):
            continue
        told = _taken(layout, row, at, codes, UNITS[columns.unit])
        if not isinstance(told, str) and not layout.adds and told[0] in found:
            told = f"{told[0]} ya está en la fila {found[told[0]].rows[0]}."
        if isinstance(told, str):
            left_out.append(LeftOut(number, text_of(_cell(row, at[CODE])) or "sin código", told))
            continue
        code, values = told
        kept = found.setdefault(code, Brought())
        kept.rows.append(number)
        for key, value in values.items():
            before = kept.values.get(key)
            kept.values[key] = before + value if isinstance(before, Decimal) and isinstance(value, Decimal) else value
    return Found(found, left_out, [code for code in codes if code not in found])


def kept(session: Session, layout: Layout, plan_code: str, entity: str) -> FileColumns | None:
    """The columns that an entity named before."""
    row = session.get(FileMapping, (plan_code, entity, layout.name))
    return FileColumns(row.sheet, row.columns, row.unit) if row is not None else None


def keep(
    session: Session,
    engine: ProcessEngine,
    layout: Layout,
    plan_code: str,
    entity: str,
    columns: FileColumns,
    *,
    actor: Actor,
) -> None:
    """Keep the columns for the next file."""
    before = kept(session, layout, plan_code, entity)
    if before == columns:
        return
    key = plan_code, entity, layout.name
    row = session.get(FileMapping, key) or FileMapping(plan_code=plan_code, entity_code=entity, layout=layout.name)
    row.sheet, row.columns, row.unit = columns.sheet, dict(columns.columns), columns.unit
    row.saved_by, row.saved_at = actor.id, engine.now()
    session.add(row)
    session.flush()
    auditing.record(
        session,
        engine.clock,
        actor,
        "guardar_columnas",
        (KIND, "/".join(key)),
        before=_told(before) if before else {},
        after=_told(columns),
    )


def plain(text: str) -> str:
    """Text as columns and codes are compared: without accents, capitals or signs."""
    return " ".join(re.sub(r"[^0-9a-z]+", " ", spanish.plain(text)).split())


def text_of(cell: Cell) -> str:
    """A cell in words; a whole number without decimals."""
    if isinstance(cell, Decimal):
        return f"{cell.to_integral_value():f}" if cell == cell.to_integral_value() else f"{cell:f}"
    return cell


def _told(columns: FileColumns) -> dict[str, str]:
    return {"hoja": columns.sheet, "unidad": columns.unit, **columns.columns}


def _guess(layout: Layout, names: Sequence[str], month: int) -> dict[str, str]:
    found: dict[str, str] = {}
    others = [one for place, one in enumerate(MONTHS, start=1) if place != month]
    for one in sorted(layout.columns, key=lambda one: one.is_number):  # «Avance cualitativo» is no number
        likely = (
            name
            for word in one.words
            for name in names
            if word in plain(name) and name not in found.values() and not any(other in plain(name) for other in others)
        )
        if (name := next(likely, None)) is not None:
            found[one.key] = name
    return found


def _taken(
    layout: Layout, row: Sequence[Cell], at: Mapping[str, int], codes: Sequence[str], unit: Decimal
) -> tuple[str, dict[str, Decimal | str]] | str:
    """The code of a row with what it says, numbers in their unit; or why it is not taken."""
    told = text_of(_cell(row, at[CODE]))
    if not told or plain(told).startswith(("total", "subtotal", "gran total")):
        return f"Es una fila de total o no tiene código de {layout.noun[0]}."
    named = list(dict.fromkeys(_codes_in(told, codes)))
    if len(named) != 1:
        return f"No es un {layout.noun[0]} de este reporte." if not named else f"Nombra varios: {', '.join(named)}."
    values: dict[str, Decimal | str] = {}
    for one in layout.columns:
        if one.key == CODE or one.key not in at:
            continue
        cell = _cell(row, at[one.key])
        if not one.is_number:
            values[one.key] = text_of(cell)
            continue
        try:
            value = _number(cell, empty=Decimal(0) if layout.adds else None)
            if value is not None:
                values[one.key] = bounded_number(value * unit)
        except ValueError:
            return f"En «{one.label}» no hay un número que quepa: «{text_of(cell)[:60]}»."
    return named[0], values


def _codes_in(text: str, codes: Sequence[str]) -> Iterator[str]:
    """The codes that a cell names: as the whole, or as a part between signs («1065 - Parques», «ip 1.1.2: …»).

    IP-1.1.2.1 does not name IP-1.1.2.
    """
    parts = plain(text).split()
    for code in codes:
        wanted = plain(code).split()
        if len(wanted) > 1:
            places = range(len(parts) - len(wanted) + 1)
            if any(parts[at : at + len(wanted)] == wanted and not _goes_on(parts, at + len(wanted)) for at in places):
                yield code
        elif any(part.lstrip("0") == wanted[0].lstrip("0") for part in parts):
            yield code


def _goes_on(parts: Sequence[str], place: int) -> bool:
    return place < len(parts) and parts[place].isdecimal()


def _number(cell: Cell, empty: Decimal | None) -> Decimal | None:
    if isinstance(cell, Decimal):
        return bounded_number(cell)
    return parse_number(cell) if cell.strip() not in ("", "-", "–", "$ -") else empty


def _cell(row: Sequence[Cell], place: int) -> Cell:
    return row[place] if place < len(row) else ""
