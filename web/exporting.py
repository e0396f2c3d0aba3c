"""A table of a page as a file: the same address with `formato`, so the filters of the page hold for it.

A view asks `asked(name, title, columns, rows)` before it draws its page; its template shows
`parts.exports(files_of())`. A table that stands whole on its page leaves as it is shown, by its name:
`<table data-file="versiones">`, and below it `parts.exports(files_of("versiones"), "las versiones")`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from http import HTTPStatus
from operator import itemgetter
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request
from flask_login import current_user
from lxml import html
from openpyxl import Workbook
from werkzeug.wrappers import Response

from web.answers import named
from web.pages import actor, current
from workflows.auditing import recording as auditing
from workflows.documents.tables import Column, as_csv, write_sheet
from workflows.forms.notation import parse_number

Row = TypeVar("Row")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOT_FILTERS = ("formato", "tabla", "pagina", "antes")
"""Parts of an address that say what of a table is shown, not which rows it has."""
SUFFIXES = ("csv", "xlsx")
BOM = b"\xef\xbb\xbf"
"""Without it a spreadsheet reads accents wrongly."""


def asked(
    name: str,
    title: str,
    columns: Sequence[Column[Row]],
    rows: Iterable[Row],
    table: str = "",
    about: tuple[str, str] | None = None,
) -> Response | None:
    """The table as the file that the address asks for, if it does; of several on a page the one called `table`.

    That it was taken along is written down, of `about` where it is given: tables of pages name people.
    """
    return as_file(name, title, columns, rows, about) if is_asked(table) else None


def is_asked(table: str = "") -> bool:
    """Whether the address asks for this table as a file: then all of it is read, not only what the page shows."""
    return request.args.get("formato", "") in SUFFIXES and request.args.get("tabla", "") == table


def as_file(
    name: str,
    title: str,
    columns: Sequence[Column[Row]],
    rows: Iterable[Row],
    about: tuple[str, str] | None = None,
) -> Response:
    """The table as the file that the address asks for (`is_asked`): for what is read otherwise than the page."""
    suffix = request.args["formato"]
    answer = _file(suffix, name, title, columns, rows)
    _note(about or ("pagina", name[:200]), suffix)
    return answer


def _note(about: tuple[str, str], suffix: str) -> None:
    application = current()
    asked_for = {key: value for key, value in request.args.items() if value and key != "formato"}
    with application.database.unit_of_work() as session:
        auditing.record(
            session, application.clock, actor(), "exportar", about,
            after={"como": suffix, "filtro": asked_for},
        )  # fmt: skip


def _file(suffix: str, name: str, title: str, columns: Sequence[Column[Row]], rows: Iterable[Row]) -> Response:
    if suffix == "csv":
        return named(Response(BOM + as_csv(columns, rows), mimetype="text/csv"), f"{name}.csv")
    book, target = Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    sheet.title = title[:31]
    write_sheet(sheet, columns, rows)
    book.save(target)
    return named(Response(target.getvalue(), mimetype=XLSX), f"{name}.xlsx")


def as_shown(page: Response) -> Response:
    """The table of a page that the request asks for as a file, as the page shows it; else the page."""
    wanted, suffix = request.values.get("tabla", ""), request.values.get("formato", "")
    if not wanted or suffix not in SUFFIXES or page.status_code != HTTPStatus.OK or page.mimetype != "text/html":
        return page
    root = html.fromstring(page.get_data(as_text=True))
    found = next((one for one in root.iter("table") if one.get("data-file") == wanted), None)
    if found is None:
        return page
    heading = " ".join((root.findtext(".//h1") or "").split())
    titles, *rows = _cells(found)
    kept = [place for place, title in enumerate(titles) if title]
    columns: list[Column[list[Any]]] = [Column(titles[place], itemgetter(place)) for place in kept]
    name = f"{heading} {wanted}".strip()[:120].replace("/", "-")
    whole = [[*row, *[""] * (len(titles) - len(row))] for row in rows]
    if current_user.is_authenticated:
        _note(("pagina", name), suffix)
    return _file(suffix, name, wanted, columns, whole)


def _cells(table: html.HtmlElement) -> Iterator[list[Any]]:
    """What each row of a table says, its titles first: without marks, controls, or words for screen readers alone."""
    for row in table.iter("tr"):
        yield [_said(cell) for cell in row.iterchildren("td", "th")]


def _said(cell: html.HtmlElement) -> Any:
    unsaid = cell.xpath(".//*[@aria-hidden='true' or contains(@class, 'hidden')] | .//form | .//button | .//svg")
    for one in unsaid:
        one.drop_tree()
    for one in cell.iter("br", "small", "p", "li", "div"):
        one.tail, one.text = f" {one.tail or ''}", f" {one.text or ''}"
    text = " ".join(cell.text_content().split())
    if "n" in (cell.get("class") or "").split() and cell.tag == "td":
        with suppress(ValueError):
            return parse_number(text)
    return text


def files_of(table: str = "") -> Callable[[str], str]:
    """Gives the address of a table of this page as `csv` or `xlsx`, with everything the page was asked for."""
    kept: list[tuple[str, Any]] = [
        (key, value) for key, value in request.args.items(multi=True) if key not in NOT_FILTERS
    ]
    about = [("tabla", table)] if table else []
    return lambda suffix: f"?{urlencode([*kept, *about, ('formato', suffix)])}"
