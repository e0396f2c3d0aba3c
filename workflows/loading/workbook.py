"""The office's Excel workbook: the empty template, and one filled from a plan."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from workflows.documents.tables import put
from workflows.indicators.traffic_light import DEFAULT_BANDS
from workflows.loading.tables import write_plan
from workflows.loading.xlsx_source import READ_ME, ROLES, TAKEN_AT
from workflows.people.roles import APPOINTED, CATALOGUE
from workflows.people.states import RoleScope
from workflows.records import columns
from workflows.records.columns import BY_KEY, Column, Sheet
from workflows.records.data import PlanData

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LAST_ROW = 2000
_HEAD = PatternFill("solid", fgColor="1F4E5F")
_REQUIRED = PatternFill("solid", fgColor="8A3B12")
_WIDTHS = {columns.TEXT: 24, columns.LIST: 36, columns.NUMBER: 13, columns.INTEGER: 11}

_READ_ME = (
    "Formato para cargar un plan estratégico sectorial",
    "",
    "1. Llene una hoja tras otra, de izquierda a derecha. Cada encabezado tiene una nota que explica qué se espera.",
    "2. Las columnas de encabezado rojizo son obligatorias; las demás se pueden dejar vacías.",
    "3. No cambie los nombres de las hojas ni los encabezados, salvo los años de «Programación anual»: ponga los de",
    "   su plan. El orden de las columnas puede cambiar.",
    "4. Pegue valores, no fórmulas. Una celda vacía y un cero son cosas distintas.",
    "5. Guarde como .xlsx y cárguelo. Antes de escribir nada se muestra qué cambiaría y qué hay por corregir,",
    "   con la hoja, la fila y la columna de cada error.",
    "6. Cargar otra vez el libro actualiza el plan. Los meses ya cerrados no se cambian.",
)


def template(first_year: int) -> bytes:
    """The empty workbook (.xlsx), with notes, lists of options, the usual traffic light and its years."""
    bands = [{"color": band.color, "hasta": band.up_to} for band in DEFAULT_BANDS]
    return _workbook({"semaforo": bands}, first_year, years=4)


def write_workbook(data: PlanData, at: dt.datetime | None = None) -> bytes:
    """The workbook (.xlsx) that says this plan: loading it again changes nothing. It knows when it left, `at`."""
    return _workbook(write_plan(data), data.plan.first_year, data.plan.years, at)


def _workbook(
    tables: Mapping[str, list[dict[str, Any]]], first_year: int, years: int, at: dt.datetime | None = None
) -> bytes:
    return write_sheets(columns.sheets(first_year), tables, _READ_ME, years=years, at=at)


def write_sheets(
    sheets: Sequence[Sheet],
    tables: Mapping[str, list[dict[str, Any]]],
    read_me: Sequence[str],
    *,
    years: int = 0,
    at: dt.datetime | None = None,
) -> bytes:
    """A workbook (.xlsx) of these sheets, after a page that says how it is filled, and before the list of roles."""
    book = Workbook()
    if at is not None:
        book.custom_doc_props.append(StringProperty(name=TAKEN_AT, value=at.isoformat()))  # type: ignore[attr-defined]
    _write_read_me(book, read_me, sheets)
    for sheet in sheets:
        _write_sheet(book.create_sheet(sheet.title), sheet, tables.get(sheet.key, []), years)
    _write_roles(book.create_sheet(ROLES))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write_read_me(book: Workbook, read_me: Sequence[str], sheets: Sequence[Sheet]) -> None:
    page = book.active
    if not isinstance(page, Worksheet):  # pragma: no cover - a new workbook has one worksheet
        raise TypeError("a new workbook has a worksheet")
    page.title = READ_ME
    page.column_dimensions["A"].width = 110
    for number, text in enumerate(read_me, start=1):
        page.cell(number, 1, text)
    page["A1"].font = Font(bold=True, size=14)
    start = len(read_me) + 2
    for number, sheet in enumerate(sheets, start=start):
        page.cell(number, 1, f"{sheet.title}: {sheet.note}")


def _write_roles(page: Worksheet) -> None:
    page.append(["Rol", "Nombre", "Ámbito"])
    for role in CATALOGUE:
        if role.scope in (RoleScope.SECTOR, RoleScope.ENTITY) and role.id not in APPOINTED:
            page.append([role.id, role.name, role.scope])
    _decorate(page, {1: 24, 2: 48, 3: 12})


def _write_sheet(page: Worksheet, sheet: Sheet, rows: list[dict[str, Any]], years: int) -> None:
    used = [column for column in sheet.columns if not _beyond(column, years)]
    page.append([int(c.heading) if c.heading.isdecimal() else c.heading for c in used])
    for line, row in enumerate(rows, start=2):
        for place, column in enumerate(used, start=1):
            put(page, line, place, _cell(row.get(column.key)))
    _decorate(page, {n: _width(column) for n, column in enumerate(used, start=1)})
    for number, column in enumerate(used, start=1):
        head = page.cell(1, number)
        if column.required:
            head.fill = _REQUIRED
        if note := _note(sheet, column, number):
            head.comment = Comment(note, "Cauce", height=110, width=280)
        if validation := _validation(column):
            letter = get_column_letter(number)
            validation.add(f"{letter}2:{letter}{_LAST_ROW}")
            page.add_data_validation(validation)


def _decorate(page: Worksheet, widths: Mapping[int, int]) -> None:
    for number, width in widths.items():
        head = page.cell(1, number)
        head.font, head.fill = Font(bold=True, color="FFFFFF"), _HEAD
        head.alignment = Alignment(wrap_text=True, vertical="center")
        page.column_dimensions[get_column_letter(number)].width = width
    page.freeze_panes = "B2"


def _beyond(column: Column, years: int) -> bool:
    return (columns.place_of_year(column) or 0) > years


def _width(column: Column) -> int:
    return 48 if column.key in ("nombre", "definicion", "mision", "vision") else _WIDTHS.get(column.kind, 16)


def _cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value if value != "" else None


def _note(sheet: Sheet, column: Column, number: int) -> str:
    parts = [sheet.note] if number == 1 else []
    parts += [column.note] if column.note else []
    parts += ["Opciones: " + ", ".join(column.choices)] if column.choices else []
    parts += [f"Debe estar en la hoja {BY_KEY[column.refers_to].title}."] if column.refers_to else []
    return "\n".join(parts)


def _validation(column: Column) -> DataValidation | None:
    choices = ("sí", "no") if column.kind == columns.YES_NO else column.choices
    if choices:
        return _list_of('"' + ",".join(choices) + '"')
    if column.refers_to:
        return _list_of(f"'{BY_KEY[column.refers_to].title}'!$A$2:$A${_LAST_ROW}")
    if column.kind in (columns.NUMBER, columns.INTEGER):
        limits: dict[str, Any] = {"operator": "between", "formula1": "-1000000000000", "formula2": "1000000000000"}
        validation = DataValidation(type="whole" if column.kind == columns.INTEGER else "decimal", **limits)
        validation.error, validation.errorTitle = "Escriba un número, sin unidades.", "No es un número"
        return validation
    return None


def _list_of(formula: str) -> DataValidation:
    validation = DataValidation(type="list", formula1=formula, allow_blank=True)
    validation.error, validation.errorTitle = "Elija una de las opciones de la lista.", "No está en la lista"
    return validation
