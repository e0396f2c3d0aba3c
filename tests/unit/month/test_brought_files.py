"""What a file of the office says of each row of a report, and what of it is told as left out."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest

from workflows.documents import grids
from workflows.errors import Refused
from workflows.monitoring import brought_files
from workflows.monitoring.brought_files import MONEY, PROGRESS, FileColumns

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
MATRIX = (
    "Matriz de seguimiento 2018;;;;\n"
    "CODIGO;Indicador;Mayo;Junio;Descripción del avance\n"
    "ip-1.1.2;Personas formadas;80;91,5;Dos jornadas\n"
    "IP 1.3.2;Parques;1;;Sin avance\n"
    "IP-1.1.2;Otra vez;2;3;Repetida\n"
    "IP-1.1.2.1;De otra meta;2;3;No es de aquí\n"
)
CODES = ["1064", "1065", "1066"]
INDICATORS = ["IP-1.1.2", "IP-1.3.2", "IP-1.1.20"]
JUNE = 6


def of_csv(text: str = CSV, encoding: str = "cp1252") -> list[grids.Grid]:
    return grids._read("archivo.csv", text.encode(encoding))


def test_the_columns_are_proposed_by_their_words_below_titles_in_any_encoding() -> None:
    found = of_csv()

    asked = brought_files.proposed(MONEY, found, JUNE)

    assert asked.columns == {
        "codigo": "Código Proyecto", "compromisos": "Total Compromisos", "giros": "Giros Acumulados"
    }  # fmt: skip
    assert brought_files.fits(MONEY, asked, found)
    assert brought_files.proposed(MONEY, of_csv(encoding="utf-8"), JUNE).columns == asked.columns


def test_money_of_a_project_adds_up_and_every_row_that_is_not_taken_is_told_with_why() -> None:
    found = of_csv()

    read = brought_files.read(MONEY, found[0], brought_files.proposed(MONEY, found, JUNE), CODES)

    parks = read.rows["1064"]
    assert parks.values == {"compromisos": 2_000_000, "giros": Decimal("900000.50")}
    assert parks.rows == [4, 5]
    assert read.rows["1065"].values["compromisos"] == 7
    assert read.absent == ["1066"]
    assert [(one.row, one.text) for one in read.left_out] == [
        (7, "9999"), (8, "1064 y 1065"), (9, "1066"), (10, "TOTAL")
    ]  # fmt: skip
    assert "no hay un número" in read.left_out[2].why
    assert "Nombra varios: 1064, 1065" in read.left_out[1].why


def test_a_number_that_no_record_holds_is_left_out_and_told() -> None:
    found = of_csv(f"Codigo;Compromisos;Giros\n1064;{'9' * 17};1\n1065;2;1\n")
    asked = brought_files.proposed(MONEY, found, JUNE)

    read = brought_files.read(MONEY, found[0], FileColumns(asked.sheet, asked.columns, "millones"), CODES)

    assert list(read.rows) == ["1065"] and "no hay un número que quepa" in read.left_out[0].why


def test_columns_are_kept_in_the_words_of_the_file_whatever_was_sent() -> None:
    found = of_csv()
    right = brought_files.proposed(MONEY, found, JUNE)
    sent = FileColumns("x" * 5000, {key: f"{'!' * 5000}{name}" for key, name in right.columns.items()})
    assert brought_files.fits(MONEY, sent, found)

    kept = brought_files.as_in_file(sent, found[0])

    assert kept == right


def test_amounts_in_millions_become_pesos() -> None:
    found = of_csv()
    asked = brought_files.proposed(MONEY, found, JUNE)

    read = brought_files.read(MONEY, found[0], FileColumns(asked.sheet, asked.columns, "millones"), CODES)

    assert read.rows["1065"].values["giros"] == 3_000_000


def test_numbers_of_a_workbook_are_taken_as_they_are_on_the_sheet_that_has_them() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Notas de la oficina"])
    sheet = book.create_sheet("Ejecución")
    for row in (["proyecto", "COMPROMISOS", "PAGOS"], [1064, 12.5, 10], [1065, None, None]):
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)

    found = grids.read_strangers("e.xlsx", written.getvalue())
    asked = brought_files.proposed(MONEY, found, JUNE)
    read = brought_files.read(MONEY, found[1], asked, CODES)

    assert (asked.sheet, asked.columns["giros"]) == ("Ejecución", "PAGOS")
    assert (read.rows["1064"].values["compromisos"], read.rows["1065"].values["giros"]) == (Decimal("12.5"), 0)


def test_of_a_matrix_of_twelve_months_the_one_that_is_reported_is_read_and_the_next_month_follows_by_itself() -> None:
    found = of_csv(MATRIX)

    asked = brought_files.proposed(PROGRESS, found, JUNE)
    read = brought_files.read(PROGRESS, found[0], asked, INDICATORS)

    assert (asked.columns["codigo"], asked.columns["valor_periodo"]) == ("CODIGO", "Junio")
    assert read.rows["IP-1.1.2"].values == {"valor_periodo": Decimal("91.5"), "avance_cualitativo": "Dos jornadas"}
    assert read.rows["IP-1.3.2"].values == {"avance_cualitativo": "Sin avance"}  # an empty month is no 0
    assert read.absent == ["IP-1.1.20"]
    assert [one.why for one in read.left_out] == [
        "IP-1.1.2 ya está en la fila 3.",
        "No es un indicador de este reporte.",
    ]
    assert brought_files.of_month(asked, 5).columns["valor_periodo"] == "Mayo"


@pytest.mark.parametrize(
    ("name", "content"), [("x.csv", b""), ("x.pdf", b"%PDF-1.7"), ("x.xlsx", b"PK\x03\x04nada"), ("x.csv", b";;\n;;\n")]
)
def test_a_file_without_a_readable_sheet_is_refused_with_what_is_taken(name: str, content: bytes) -> None:
    with pytest.raises(Refused, match="Excel"):
        grids.read_strangers(name, content)
