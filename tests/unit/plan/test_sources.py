# ruff: noqa: E501 - the sentences are whole, as people read them
"""Reading files: what is refused, and where it says the error is."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from workflows.loading import seeding
from workflows.loading.reading import read_file, read_strangers
from workflows.loading.workbook import template, write_workbook
from workflows.loading.xlsx_source import MAX_UNPACKED
from workflows.people.roles import APPOINTED
from workflows.records.checking import check
from workflows.records.problems import InvalidPlan

DEMO = seeding.demo_plan()
SAID = replace(
    DEMO,
    people=tuple(replace(one, roles=tuple(role for role in one.roles if role not in APPOINTED)) for one in DEMO.people),
)
"""The demo's plan as a workbook says it."""


def refused(name: str, content: bytes) -> list[str]:
    with pytest.raises(InvalidPlan) as caught:
        read_file(name, content)
    return [str(problem) for problem in caught.value.problems]


def edited(edit: Callable[[Workbook], None]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(DEMO)))
    edit(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def put(sheet: str, cell: str, value: object) -> bytes:
    def edit(book: Workbook) -> None:
        book[sheet][cell] = value

    return edited(edit)


def test_a_plan_written_as_a_workbook_reads_back_the_same() -> None:
    assert read_file("plan.xlsx", write_workbook(DEMO)) == SAID


def test_a_number_is_read_as_it_is_shown() -> None:
    def edit(book: Workbook) -> None:
        for row in book["Líneas"].iter_rows(min_row=2):
            row[2].value, row[2].number_format = row[2].value / 100, "0.0%"
        book["Proyectos"]["B2"].value, book["Proyectos"]["B2"].number_format = 1.1, "0.00"
        book["Indicadores"]["J2"].number_format = '0.0" %"'  # words beside the number, and the number as it is

    read = read_file("plan.xlsx", edited(edit))

    assert [line.weight for line in read.lines] == [line.weight for line in SAID.lines]
    assert read.indicators[0] == SAID.indicators[0]
    assert read.projects[0].name == "1.10"


def test_the_columns_may_come_in_another_order_with_others_among_them() -> None:
    def edit(book: Workbook) -> None:
        book["Líneas"].insert_cols(1)
        book["Líneas"]["A1"] = "Comentarios de la oficina"
        book["Líneas"]["A2"] = "revisado"

    assert read_file("plan.xlsx", edited(edit)) == SAID


def test_a_code_that_points_to_another_sheet_may_be_written_in_other_letters() -> None:
    pointing = {"Línea", "Objetivo", "Indicador", "Entidad", "Entidad líder", "Proyecto", "Proyecto de inversión"}

    def edit(book: Workbook) -> None:
        for sheet in book.worksheets:
            columns = [cell.column for cell in sheet[1] if cell.value in pointing]
            for row in sheet.iter_rows(min_row=2):
                for cell in row:
                    if cell.column in columns and isinstance(cell.value, str):
                        cell.value = cell.value.lower()

    assert read_file("plan.xlsx", edited(edit)) == SAID


def test_a_merged_cell_says_its_value_in_each_row_that_it_covers_and_that_is_told() -> None:
    def edit(book: Workbook) -> None:
        sheet = book["Objetivos"]
        (column,) = [cell.column for cell in sheet[1] if cell.value == "Línea"]
        same = [row for row in range(2, sheet.max_row + 1) if sheet.cell(row, column).value == "L1"]
        assert len(same) > 1 and same == list(range(same[0], same[-1] + 1))
        sheet.merge_cells(start_row=same[0], end_row=same[-1], start_column=column, end_column=column)
        book["Líneas"].insert_rows(1)
        book["Líneas"].merge_cells("A1:D1")  # a title, above the headings, says nothing

    read = read_file("plan.xlsx", edited(edit))

    assert read == SAID
    told = [str(notice) for notice in read.notices if "combinada" in str(notice)]
    assert len(told) == 1
    assert told[0].startswith("Objetivos: La celda ") and told[0].endswith("su valor se leyó en cada fila que cubre.")


def test_what_an_office_adds_to_the_workbook_is_left_out_and_said() -> None:
    def edit(book: Workbook) -> None:
        lines = book["Líneas"]
        lines.append(["Total", None, 100])
        lines.insert_rows(1, 2)
        lines["A1"] = "Plan estratégico sectorial"
        book["Proyectos"].cell(1, 9).value = "Comentarios de la oficina"
        book["Indicadores"].title = "Indicadors"
        book["Objetivos"].cell(6000, 1).number_format = "0.00"
        headed = next(cell for cell in book["Entidades"][1] if cell.value == "Nombre")
        headed.value = "Nombree"
        book.create_sheet("Notas sueltas").append(["Ojo con la línea 2"])
        book.create_sheet("Hoja1")
        for written, month in (("ene.", "Enero"), ("Marso", "Marzo"), ("Setiembre", "Septiembre")):
            next(cell for cell in book["Mediciones"][1] if cell.value == month).value = written

    read = read_file("plan.xlsx", edited(edit))

    assert read == SAID
    told = {str(notice) for notice in read.notices}
    assert {
        "Líneas: Los encabezados están en la fila 3; lo de encima no se leyó.",
        "Líneas, fila 7: La fila parece un total; no se leyó.",
        "Proyectos, fila 1: La columna «Comentarios de la oficina» no es del formato; no se leyó.",
        "Indicadores: La hoja «Indicadors» se leyó como «Indicadores».",
        "Entidades, fila 1: La columna «Nombree» se leyó como «Nombre».",
        "Notas sueltas: La hoja no es del formato; no se leyó.",
        "Mediciones, fila 1: La columna «ene.» se leyó como «Enero».",
        "Mediciones, fila 1: La columna «Marso» se leyó como «Marzo».",
        "Mediciones, fila 1: La columna «Setiembre» se leyó como «Septiembre».",
    } <= told
    assert {notice.severity for notice in read.notices} == {"advertencia"}
    assert set(read.notices) <= set(check(read))


def test_an_empty_template_says_which_sheets_to_fill() -> None:
    assert "Indicadores: La hoja está vacía. Llénela y vuelva a cargar." in refused("plan.xlsx", template(2026))


def test_the_template_explains_every_sheet_and_lists_the_roles() -> None:
    book = openpyxl.load_workbook(io.BytesIO(template(2026)))

    assert book.sheetnames[0] == "Léame"
    assert book["Indicadores"]["J1"].comment is not None
    assert [cell.value for cell in book["Roles"]["A"]][1] == "profesional_sectorial"
    assert [cell.value for cell in book["Semáforo"]["A"]][1:] == ["rojo", "amarillo", "verde", "naranja"]


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "expected"),
    [
        ("Líneas", "C2", "cuarenta", "Líneas, fila 2, Peso (%): «cuarenta» no es un número. Escríbalo sin unidades, por ejemplo 1234,5."),
        ("Líneas", "B3", None, "Líneas, fila 3, Nombre: Falta este dato."),
        ("Líneas", "C2", "=10+30", "Líneas, fila 2, Peso (%): La celda tiene una fórmula. Péguela como valor (Pegado especial → Valores)."),
        ("Líneas", "A3", "L1", "Líneas, fila 3, Código: «L1» ya está en la fila 2. Deje una sola."),
        ("Líneas", "A3", "l1", "Líneas, fila 3, Código: «l1» ya está en la fila 2. Deje una sola."),
        ("Indicadores", "I5", "acumulado", "Indicadores, fila 5, Anualización: «acumulado» no es una de las opciones: suma, creciente, decreciente, constante."),
        ("Mediciones", "C4", True, "Mediciones, fila 4, Enero: Se esperaba un número y dice «True»."),
        ("Plan", "D2", "dos mil", "Plan, fila 2, Primer año: «dos mil» no es un número. Escríbalo sin unidades, por ejemplo 1234,5."),
        ("Objetivos", "D1", "Importancia", "Objetivos, fila 1, Peso (%): Falta la columna «Peso (%)»."),
    ],
)  # fmt: skip
def test_an_error_says_sheet_row_and_column(sheet: str, cell: str, value: object, expected: str) -> None:
    assert expected in refused("plan.xlsx", put(sheet, cell, value))


@pytest.mark.parametrize("letter", ["\\0", "\\a", "\\uD800"])
def test_a_letter_that_cannot_be_kept_is_refused_where_a_yaml_file_has_it(letter: str) -> None:
    content = f"""plan: {{codigo: PES, nombre: "El plan{letter} del sector", anio_inicio: 2017}}""".encode()

    said = refused("plan.yaml", content)

    assert any("Nombre: El texto tiene después de «El plan» un carácter invisible" in sentence for sentence in said), (
        said
    )


def test_what_was_pasted_from_word_into_a_cell_is_read_as_it_looked() -> None:
    read = read_file("plan.xlsx", put("Líneas", "B2", "\uf0b7 Participación \uf0e0 incidencia"))

    assert read.lines[0].name == "• Participación → incidencia"


def test_every_error_is_said_at_once() -> None:
    def edit(book: Workbook) -> None:
        book["Líneas"]["C2"] = "x"
        book["Objetivos"]["D3"] = "y"
        book["Personas"]["B4"] = None

    assert len(refused("plan.xlsx", edited(edit))) == 3


def test_a_missing_sheet_is_named() -> None:
    assert "Objetivos: Falta la hoja «Objetivos». Use el formato." in refused(
        "plan.xlsx", edited(lambda book: book.remove(book["Objetivos"]))
    )


@pytest.mark.parametrize("content", [b"PK\x03\x04 not a zip", b"PK", b"PK\x05\x06" + b"\0" * 18])
def test_what_only_begins_like_a_workbook_is_refused(content: bytes) -> None:
    assert "no es un libro de Excel" in refused("plan.xlsx", content)[0]


def test_another_kind_of_file_is_refused() -> None:
    assert "Se reciben libros de Excel" in refused("plan.pdf", b"%PDF-1.7")[0]


def test_a_file_beyond_ten_megabytes_is_refused_unread() -> None:
    assert "10 MB" in refused("plan.yaml", b" " * (10 * 1024 * 1024 + 1))[0]


def zipped(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return stream.getvalue()


def test_a_zip_bomb_is_refused() -> None:
    bomb = zipped({"xl/worksheets/sheet1.xml": b"\0" * (MAX_UNPACKED + 1)})

    assert len(bomb) < 1024 * 1024
    assert "demasiado grande" in refused("plan.xlsx", bomb)[0]


def test_a_workbook_with_entity_declarations_is_refused() -> None:
    bomb = zipped({"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'})

    assert "no se acepta" in refused("plan.xlsx", bomb)[0]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a: [", "no es YAML"),
        (b"a: &x [1]\nb: *x\nplan: {}", "no es YAML"),
        (b"plan: !!python/object/apply:os.system ['true']", "no es YAML"),
        (b"- 1", "falta la sección «plan»"),
        (b"plan: {codigo: X}\nlineas: 7", "lineas: La sección debe ser una lista"),
        (b"plan: {codigo: X}\nroles: [{id: jefe}]", "roles, fila 1: El rol «jefe» no está en el catálogo"),
        (b"plan: {codigo: X}\nmediciones_anio_2: {A: [1,2,3,4,5,6,7,8,9,10,11,12,13]}", "hasta doce valores"),
        (b"\xff\xfe\x00", "no es YAML"),
    ],
)
def test_a_yaml_file_that_is_no_plan_is_refused(content: bytes, expected: str) -> None:
    assert any(expected in problem for problem in refused("plan.yaml", content))


def test_the_years_of_the_plan_head_its_targets() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(DEMO)))

    assert [cell.value for cell in book["Programación anual"][1]] == ["Indicador", 2017, 2018, 2019, 2020]
    assert [cell.value for cell in openpyxl.load_workbook(io.BytesIO(template(2026)))["Programación anual"][1]] == [
        "Indicador", 2026, 2027, 2028, 2029,
    ]  # fmt: skip


def test_a_workbook_of_an_earlier_release_is_read_by_the_place_of_its_years() -> None:
    assert read_file("plan.xlsx", with_headings("Año 1", "Año 2", "Año 3", "Año 4")) == SAID


def test_a_plan_moved_by_a_year_does_not_take_its_targets_along() -> None:
    moved = put("Plan", "D2", 2018)

    assert refused("plan.xlsx", moved) == [
        "Programación anual, fila 1, 2017: 2017 no es un año del plan, que empieza en 2018. "
        "Ponga en cada encabezado un año del plan."
    ]


def test_two_columns_of_one_year_are_refused() -> None:
    assert refused("plan.xlsx", with_headings(2017, "Año 1", 2019, 2020)) == [
        "Programación anual, fila 1, Año 1: Hay dos columnas para el mismo año. Deje una sola, encabezada por su año."
    ]


def test_a_target_that_is_no_number_is_told_by_its_year() -> None:
    assert "Programación anual, fila 2, 2018: " in refused("plan.xlsx", put("Programación anual", "C2", "mucho"))[0]


def with_headings(*years: object) -> bytes:
    def edit(book: Workbook) -> None:
        for letter, year in zip("BCDE", years, strict=True):
            book["Programación anual"][f"{letter}1"] = year

    return edited(edit)


BOMB = """<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE b [<!ENTITY a "{letters}">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><sst>&b;</sst>"""


def _with_part(name: str, content: bytes) -> bytes:
    """The workbook of the demo with one of its parts replaced."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(write_workbook(DEMO))) as whole, zipfile.ZipFile(target, "w") as made:
        for part in whole.namelist():
            made.writestr(part, content if part == name else whole.read(part))
    return target.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp037"])
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_a_workbook_that_declares_what_unfolds_is_refused_in_any_encoding(encoding: str, part: str) -> None:
    bomb = BOMB.format(encoding=encoding, letters="x" * 1000).encode(encoding)

    assert refused("plan.xlsx", _with_part(part, bomb)) == ["El libro tiene un contenido que no se acepta."]


def test_a_strangers_file_is_read_in_a_process_of_its_own_with_the_same_result() -> None:
    assert read_strangers("plan.xlsx", write_workbook(DEMO)) == SAID


def test_what_is_wrong_with_a_strangers_file_is_said_the_same() -> None:
    with pytest.raises(InvalidPlan) as told:
        read_strangers("plan.xlsx", put("Líneas", "C2", "cuarenta"))

    assert "«cuarenta» no es un número" in str(told.value.problems[0])
