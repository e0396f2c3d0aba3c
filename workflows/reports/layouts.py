"""A table of a month in the layout that another system asks for: a mapping says which column is which datum."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

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
_OF_ALL = {"plan": "Código del plan", "periodo": "Mes, como 2018-06", "anio": "Año", "mes": "Mes, como 06"}
FIELDS: Mapping[str, str] = _OF_ALL | {name: column.title for name, column in _OF_THE_ROW.items()}
"""What a column may hold, by the name that mappings use. Nobody is named: an export leaves the house."""

Rows = dict[str, list[str]]
"""By the code of the indicator, what stands in each column."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A mapping that was read: titles, each with a field, or with the text that is always there."""

    columns: tuple[tuple[str, str, str], ...]
    format: str = CSV
    separator: str = ";"
    decimal: str = ","


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file in a layout, with the rows that it holds."""

    content: bytes
    rows: Rows


@dataclass(frozen=True, slots=True)
class Changed:
    """A cell that is not what it was in the export before."""

    code: str
    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Differences:
    """What an export has, or lacks, against the one before."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Changed, ...]


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
    if len({title for title, _, _ in columns}) < len(columns):
        raise Refused("Dos columnas tienen el mismo título.")
    return Layout(columns, format, separator, decimal)


def _column(number: int, line: str) -> tuple[str, str, str]:
    title, sign, told = (part.strip() for part in line.rpartition("="))
    if not sign or not title or len(title) > LONGEST_TITLE:
        raise Refused(f"En la línea {number} no se entiende «{line.strip()[:80]}»: escriba Título = campo.")
    if len(told) >= 2 and told[0] == told[-1] == '"':
        return title, "", told[1:-1]
    if told not in FIELDS:
        raise Refused(f"En la línea {number}, «{told[:80]}» no es un campo: {', '.join(FIELDS)}.")
    return title, told, ""


def render(layout: Layout, report: Report) -> Rendered:
    """The indicators of a month in a layout."""
    number = str if layout.decimal == "." else _with_comma
    columns = [_table_column(report, *column) for column in layout.columns]
    lines = report.indicators
    content = (
        as_csv(columns, lines, delimiter=layout.separator, number=number)
        if layout.format == CSV
        else _workbook(columns, lines)
    )
    rows = {line.code: [_text(column.value(line), number) for column in columns] for line in lines}
    return Rendered(content, rows)


def compare(titles: Sequence[str], before: Rows, after: Rows) -> Differences:
    """What changed between two exports of one layout, by the codes of indicators."""
    changed = tuple(
        Changed(code, title, old, new)
        for code in after
        if code in before
        for title, old, new in zip(titles, before[code], after[code], strict=False)
        if old != new
    )
    added = tuple(code for code in after if code not in before)
    return Differences(added, tuple(code for code in before if code not in after), changed)


def _table_column(report: Report, title: str, field: str, text: str) -> Column[IndicatorLine]:
    of_all = {"plan": report.plan_code, "periodo": report.period, "anio": report.period[:4], "mes": report.period[5:]}
    if not field or field in of_all:
        value = of_all.get(field, text)
        return Column(title, lambda _row: value)
    found = _OF_THE_ROW[field]

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
