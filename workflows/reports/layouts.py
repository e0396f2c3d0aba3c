"""A table of a month in the layout that another system asks for: a mapping says which column is which datum."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from openpyxl import Workbook

from workflows.documents.tables import Column, Painted, as_csv, put
from workflows.errors import Refused
from workflows.reports.columns import INDICATORS
from workflows.reports.contents import IndicatorLine, Report

CSV, XLSX = "csv", "xlsx"
MEDIA_TYPES = {CSV: "text/csv", XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
SEPARATORS, DECIMALS = {";": "punto y coma", ",": "coma", "\t": "tabulador"}, {".": "punto", ",": "coma"}
MOST_COLUMNS, LONGEST_TITLE, LONGEST_MAPPING = 60, 200, 8_000
_TITLES = {
    "codigo": "Código", "indicador": "Indicador", "clase": "Clase", "entidad": "Entidad", "objetivo": "Objetivo",
    "unidad": "Unidad", "anualizacion": "Anualización", "linea_base": "Línea base", "meta_del_ano": "Meta del año",
    "valor": "Valor del periodo", "programado": "Programado a la fecha", "ejecutado": "Ejecutado",
    "avance": "Avance de la vigencia (%)", "cumplimiento": "Cumplimiento a la fecha (%)", "semaforo": "Semáforo",
    "que_se_sabe": "Qué se sabe del dato", "extemporaneo": "Extemporáneo", "avance_cualitativo": "Avance cualitativo",
    "dificultades": "Dificultades", "soluciones": "Soluciones", "justificacion": "Justificación",
    "reportado_el": "Reportado el",
}  # fmt: skip
_BY_TITLE = {column.title: column for column in INDICATORS}
_OF_THE_ROW: Mapping[str, Column[IndicatorLine]] = {name: _BY_TITLE[title] for name, title in _TITLES.items()}
_OF_THE_PROJECT: Mapping[str, Column[IndicatorLine]] = {
    "proyecto": Column("Código del proyecto", lambda line: line.project),
    "apropiacion": Column("Apropiación vigente del proyecto", lambda line: line.money and line.money.appropriation),
    "compromisos": Column("Compromisos del proyecto en el año", lambda line: line.money and line.money.commitments),
    "giros": Column("Giros del proyecto en el año", lambda line: line.money and line.money.payments),
}
_OF_ALL = {
    "plan": "Código del plan", "periodo": "Mes, como 2018-06", "anio": "Año", "mes": "Mes, como 06",
    "trimestre": "Trimestre, como 2018-T2",
}  # fmt: skip
FIELDS: Mapping[str, str] = _OF_ALL | {
    name: column.title for name, column in {**_OF_THE_ROW, **_OF_THE_PROJECT}.items()
}
"""What a column may hold, by the name that mappings use. Nobody is named: an export leaves the house."""

Rows = dict[str, list[str]]
"""By the code of the indicator, what stands in each column."""
_LINE = re.compile(r'(.+?)\s*=\s*(".*"|[^="]+)')


class Asked(NamedTuple):
    """A column that another system asks for: its title, and the field it holds, or the text that is always there."""

    title: str
    field: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """A mapping that was read."""

    columns: tuple[Asked, ...]
    format: str = CSV
    separator: str = ";"
    decimal: str = ","


class Sheet(NamedTuple):
    """What stands in a file: its columns by title, and its rows."""

    titles: Sequence[str]
    rows: Rows


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file in a layout, with what stands in it."""

    content: bytes
    sheet: Sheet


@dataclass(frozen=True, slots=True)
class Changed:
    """A cell that is not what it was in the export before."""

    code: str
    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Differences:
    """What an export has, or lacks, against the one before: indicators by code, columns by title."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Changed, ...]
    new_columns: tuple[str, ...] = ()
    lost_columns: tuple[str, ...] = ()

    @property
    def are_any(self) -> bool:
        """Whether something differs."""
        return any((self.added, self.removed, self.changed, self.new_columns, self.lost_columns))


def read(mapping: str, format: str, separator: str = ";", decimal: str = ",") -> Layout:
    """The layout of a mapping: a line for each column, `Título = campo` or `Título = "texto"`. Raises `Refused`."""
    if format not in MEDIA_TYPES or separator not in SEPARATORS or decimal not in DECIMALS:
        raise Refused("Elija el formato, el separador y el signo de los decimales de los que se ofrecen.")
    if separator == decimal:
        raise Refused("Las columnas y los decimales no pueden separarse con el mismo signo.")
    if len(mapping) > LONGEST_MAPPING:
        raise Refused(f"El formato tiene más de {LONGEST_MAPPING} letras.")
    lines = [(number, line) for number, line in enumerate(mapping.splitlines(), start=1) if line.strip()]
    if not 0 < len(lines) <= MOST_COLUMNS:
        raise Refused(f"Escriba al menos una columna y a lo más {MOST_COLUMNS}, una por línea.")
    columns = tuple(_column(number, line) for number, line in lines)
    if len({one.title for one in columns}) < len(columns):
        raise Refused("Dos columnas tienen el mismo título.")
    return Layout(columns, format, separator, decimal)


def write(columns: Iterable[Asked]) -> str:
    """The mapping of columns, as `read` takes it."""
    return "\n".join(
        f"{one.title} = {one.field}" if one.field else f'{one.title} = "{one.text}"' for one in columns
    )  # fmt: skip


def _column(number: int, line: str) -> Asked:
    found = _LINE.fullmatch(line.strip())
    if found is None or len(found[1]) > LONGEST_TITLE:
        raise Refused(f"En la línea {number} no se entiende «{line.strip()[:80]}»: escriba Título = campo.")
    title, told = found[1], found[2].strip()
    if told.startswith('"'):
        return Asked(title, "", told[1:-1])
    if told not in FIELDS:
        raise Refused(f"En la línea {number}, «{told[:80]}» no es un campo: {', '.join(FIELDS)}.")
    return Asked(title, told)


def render(layout: Layout, report: Report) -> Rendered:
    """The indicators of a month in a layout."""
    number = str if layout.decimal == "." else _with_comma
    columns = [_table_column(report, one) for one in layout.columns]
    lines = report.indicators
    content = (
        as_csv(columns, lines, delimiter=layout.separator, number=number)
        if layout.format == CSV
        else _workbook(columns, lines)
    )
    rows = {line.code: [_text(column.value(line), number) for column in columns] for line in lines}
    return Rendered(content, Sheet([one.title for one in layout.columns], rows))


def compare(before: Sheet, after: Sheet) -> Differences:
    """What changed between two exports: cells of the indicators and columns that both have, and what one lacks."""
    places = {title: place for place, title in enumerate(before.titles)}
    changed = tuple(
        Changed(code, title, old, new)
        for code, cells in after.rows.items()
        if code in before.rows
        for title, new in zip(after.titles, cells, strict=True)
        if title in places and (old := before.rows[code][places[title]]) != new
    )
    return Differences(
        added=_lacking(after.rows, before.rows), removed=_lacking(before.rows, after.rows), changed=changed,
        new_columns=_lacking(after.titles, before.titles), lost_columns=_lacking(before.titles, after.titles),
    )  # fmt: skip


def _lacking(these: Iterable[str], those: Container[str]) -> tuple[str, ...]:
    """Those of these that the others lack."""
    return tuple(one for one in these if one not in those)


def _table_column(report: Report, asked: Asked) -> Column[IndicatorLine]:
    title, field, text = asked
    year, month = report.period.split("-")
    quarter = f"{year}-T{(int(month) + 2) // 3}"
    of_all = {"plan": report.plan_code, "periodo": report.period, "anio": year, "mes": month, "trimestre": quarter}
    if not field or field in of_all:
        value = of_all.get(field, text)
        return Column(title, lambda _row: value)
    found = _OF_THE_ROW.get(field) or _OF_THE_PROJECT[field]

    def told(row: IndicatorLine) -> Any:
        value = found.value(row)
        return value.text if isinstance(value, Painted) else value

    return Column(title, told)


def _workbook(columns: Sequence[Column[IndicatorLine]], lines: Iterable[IndicatorLine]) -> bytes:
    book, target = Workbook(), io.BytesIO()
    sheet = book.active or book.create_sheet()
    for place, column in enumerate(columns, start=1):
        put(sheet, 1, place, column.title)
    for number, line in enumerate(lines, start=2):
        for place, column in enumerate(columns, start=1):
            put(sheet, number, place, column.value(line))
    book.save(target)
    return target.getvalue()


def _text(value: Any, number: Callable[[Decimal], str]) -> str:
    return "" if value is None else number(value) if isinstance(value, Decimal) else str(value)


def _with_comma(value: Decimal) -> str:
    return str(value).replace(".", ",")
