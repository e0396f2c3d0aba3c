"""What the export of a budget system says of each project, and what of it is told as left out."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest

from workflows.documents import grids
from workflows.errors import Refused
from workflows.implementation import budget_files
from workflows.implementation.budget_files import FileColumns

CSV = (
    "Secretaría;;;\n"
    "Ejecución a junio de 2018;;;\n"
    "Código Proyecto;Fuente;Total Compromisos;Giros Acumulados\n"
    "01064 - Parques;Distrito;1.500.000;$ 900.000,50\n"
    "1064;Regalías;500.000;-\n"
    "3-3-1-15-1065;Distrito;7;3\n"
    "9999;Distrito;5;5\n"
    "1064 y 1065;Distrito;5;5\n"
    "1066;Distrito;mil;5\n"
    "TOTAL;;2.000.017;900.013\n"
)
CODES = ["1064", "1065", "1066"]


def of_csv(text: str = CSV, encoding: str = "cp1252") -> list[grids.Grid]:
    return grids._read("ejecucion.csv", text.encode(encoding))


def test_the_columns_are_proposed_by_their_words_below_titles_in_any_encoding() -> None:
    found = of_csv()

    asked = budget_files.proposed(found)

    assert asked.columns == {
        "proyecto": "Código Proyecto", "compromisos": "Total Compromisos", "giros": "Giros Acumulados"
    }  # fmt: skip
    assert budget_files.fits(asked, found)
    assert budget_files.proposed(of_csv(encoding="utf-8")).columns == asked.columns


def test_rows_of_a_project_add_up_and_every_row_that_is_not_taken_is_told_with_why() -> None:
    found = of_csv()

    read = budget_files.read(found[0], budget_files.proposed(found), CODES)

    parks = read.projects["1064"]
    assert (parks.commitments, parks.payments, parks.rows) == (2_000_000, Decimal("900000.50"), [4, 5])
    assert read.projects["1065"].commitments == 7
    assert read.absent == ["1066"]
    assert [(one.row, one.text) for one in read.left_out] == [
        (7, "9999"), (8, "1064 y 1065"), (9, "1066"), (10, "TOTAL")
    ]  # fmt: skip
    assert "no hay un número" in read.left_out[2].why
    assert "Nombra varios: 1064, 1065" in read.left_out[1].why


def test_amounts_in_thousands_or_millions_become_pesos() -> None:
    found = of_csv()
    asked = budget_files.proposed(found)

    read = budget_files.read(found[0], FileColumns(asked.sheet, asked.columns, "millones"), CODES)

    assert read.projects["1065"].payments == 3_000_000


def test_numbers_of_a_workbook_are_taken_as_they_are_on_the_sheet_that_has_them() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Notas de la oficina"])
    sheet = book.create_sheet("Ejecución")
    for row in (["proyecto", "COMPROMISOS", "PAGOS"], [1064, 12.5, 10], [1065, None, None]):
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)

    found = grids.read_strangers("e.xlsx", written.getvalue())
    asked = budget_files.proposed(found)
    read = budget_files.read(found[1], asked, CODES)

    assert (asked.sheet, asked.columns["giros"]) == ("Ejecución", "PAGOS")
    assert (read.projects["1064"].commitments, read.projects["1065"].payments) == (Decimal("12.5"), 0)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK\x03\x04nada", b";;\n;;\n"])
def test_a_file_without_a_readable_sheet_is_refused_with_what_is_taken(content: bytes) -> None:
    with pytest.raises(Refused, match="Excel"):
        grids.read_strangers("x.csv" if content == b";;\n;;\n" else "x.bin", content)
