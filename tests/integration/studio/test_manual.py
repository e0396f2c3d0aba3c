"""A process is taken along: its picture, and a manual that says who does what by when."""

from __future__ import annotations

import io

import docx
import pytest

from engine.definitions.reading import read_diagram
from tests.integration.studio.conftest import LIAISON
from workflows.shipped import shipped_diagrams

REPORT = "/procesos/sub_reporte_entidad"


def test_the_manual_says_roles_steps_with_form_deadline_and_guide_row_and_decisions(leader):
    answer = leader.client.get(f"{REPORT}/manual.docx")
    document = docx.Document(io.BytesIO(answer.data))
    cells = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]

    assert answer.status_code == 200
    assert len(document.inline_shapes) == 1
    step = next(row for row in cells if len(row) == 6 and row[1] == "Reportar avance")
    assert step[2] == "cada uno de Responsables"
    assert next(row[2] for row in cells if len(row) == 6 and row[1] == "Corregir ejecución").endswith(
        "Ejecución por corregir"
    )
    assert "hábil" in step[3]
    assert step[4] == "Reportar avance"
    said = [one.text for one in document.paragraphs if "Reportar avance: cada uno de Responsables" in one.text]
    assert [one.partition(".")[0] for one in said] == [step[0]]
    assert any(row[:2] == ["Rol", "Se tiene en"] for row in cells)
    assert any(len(row) == 4 and row[2] == "en los demás casos" for row in cells)
    assert any("Valor" in row[0] for row in cells if len(row) == 4)


def test_every_shipped_process_has_a_manual_and_a_picture(leader):
    for key in (read_diagram(xml).process_key for xml in shipped_diagrams()):
        manual = leader.client.get(f"/procesos/{key}/manual.docx")
        picture = leader.client.get(f"/procesos/{key}/dibujo.svg")

        assert (manual.status_code, picture.status_code) == (200, 200), key


def test_manual_as_pdf_and_picture_as_png_are_what_they_say(sign_in):
    reader = sign_in(LIAISON)

    pdf, png = reader.client.get(f"{REPORT}/manual.pdf"), reader.client.get(f"{REPORT}/dibujo.png")

    assert pdf.data.startswith(b"%PDF")
    assert png.data.startswith(b"\x89PNG")
    assert 'filename="Manual de' in pdf.headers["Content-Disposition"]


@pytest.mark.parametrize("address", [f"{REPORT}/manual.txt", f"{REPORT}/dibujo.gif", "/procesos/nadie/manual.pdf"])
def test_what_is_not_there_is_not_found(leader, address):
    assert leader.client.get(address).status_code == 404
