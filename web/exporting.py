"""A table of a page as a file: the same address with `formato`, so the filters of the page hold for it.

A view asks `asked(name, title, columns, rows)` before it draws its page; its template shows
`parts.exports(files_of())`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request
from openpyxl import Workbook
from werkzeug.wrappers import Response

from web.answers import named
from web.pages import actor, current
from workflows.auditing import recording as auditing
from workflows.documents.tables import Column, as_csv, write_sheet

Row = TypeVar("Row")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOT_FILTERS = ("formato", "tabla", "pagina", "antes")
"""Parts of an address that say what of a table is shown, not which rows it has."""
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
    return request.args.get("formato", "") in ("csv", "xlsx") and request.args.get("tabla", "") == table


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


def files_of(table: str = "") -> Callable[[str], str]:
    """Gives the address of a table of this page as `csv` or `xlsx`, with everything the page was asked for."""
    kept: list[tuple[str, Any]] = [
        (key, value) for key, value in request.args.items(multi=True) if key not in NOT_FILTERS
    ]
    about = [("tabla", table)] if table else []
    return lambda suffix: f"?{urlencode([*kept, *about, ('formato', suffix)])}"
