"""The table of steps is typed in place, takes rows of a sheet, and takes its last change back."""

from __future__ import annotations

import pytest

from engine.definitions.reading import read_diagram
from tests.integration.studio.conftest import LIAISON
from web.studio import overview

KEY = "sub_reporte_entidad"
TABLE = f"/procesos/{KEY}/tareas"
ROWS = (
    "Qué se hace\tQuién\tPlazo\tFormulario\n"
    "Revisar soportes\tDirección jurídica\t3 días\t\n"
    "Avisar\t\t1\tReportar avance"
)
SOME = ["sub_reporte_entidad", "f5_ciclo_mensual", "f5_preparacion", "sub_mesa"]


def xml(application, key=KEY):
    with application.database.reading() as session:
        return overview.working_xml(session, key)[0]


def task(application, element="reportar_avance"):
    return read_diagram(xml(application)).elements[element]


def typed(browser, address=TABLE):
    """What the table would send as it stands."""
    page = browser.get(address)
    form = next(one for one in page.forms if one.get("id") == "tabla")
    cells = page.xpath("//input[@form='tabla'] | //select[@form='tabla']")
    return dict(form.form_values()) | {cell.get("name"): cell.value or "" for cell in cells}


@pytest.mark.parametrize("key", SOME)
def test_a_table_sent_as_it_stands_changes_no_byte(leader, application, key):
    before = xml(application, key)

    leader.send(f"/procesos/{key}/tareas", **typed(leader, f"/procesos/{key}/tareas"))

    assert xml(application, key) == before


def test_who_when_form_and_name_are_typed_in_their_cells_and_taken_back_in_one_act(leader, application):
    before, sent = task(application, "validar_reporte"), typed(leader)
    cells = {"name": "Validar todo", "role": "dirección jurídica", "days": "7", "form": "Reportar avance"}

    leader.send(TABLE, **sent | {f"{name}-validar_reporte": text for name, text in cells.items()})
    after = task(application, "validar_reporte")
    leader.send(f"{TABLE}/deshacer", revision=typed(leader)["revision"])

    assert (after.name, after.roles, after.form_key) == ("Validar todo", ("juridica",), "reportar_avance")
    assert "7dh" in after.deadline
    assert task(application, "validar_reporte") == before


def test_what_is_wrong_is_said_at_its_cell_and_nothing_is_written(leader, application):
    before = xml(application)
    wrong = {"name-validar_reporte": "", "role-validar_reporte": "Nadie", "days-validar_reporte": "9000"}

    page = leader.send(TABLE, 422, **typed(leader) | wrong).text

    assert 'id="role-validar_reporte-error">Elija un rol de la lista.' in page
    assert 'id="days-validar_reporte-error"' in page
    assert 'value="Nadie"' in page
    assert xml(application) == before


def test_rows_of_a_sheet_become_steps_one_after_another(leader, application):
    after = leader.get(TABLE).xpath("//select[@name='despues']/option/@value")[0]

    leader.send(f"{TABLE}/pegar", revision=typed(leader)["revision"], filas=ROWS, despues=after)

    model = read_diagram(xml(application))
    first = model.after(after)[0]
    second = model.after(first.id)[0]
    assert (first.name, first.roles, first.deadline) == ("Revisar soportes", ("juridica",), "3dh")
    assert (second.name, second.form_key, second.deadline) == ("Avisar", "reportar_avance", "1dh")


def test_rows_that_cannot_be_read_are_told_by_their_number_and_stay_in_the_page(leader, application):
    before = xml(application)

    page = leader.send(
        f"{TABLE}/pegar", 422, revision="0", filas="Revisar\tEl vecino\t3\nAvisar\t\tpronto", despues="x"
    )

    assert "Fila 1: Elija un rol de la lista." in page.text
    assert "Fila 2: Escriba un número entero" in page.text
    assert "El vecino" in page.text
    assert xml(application) == before


def test_another_saved_meanwhile_is_shown_and_nothing_typed_is_lost(leader, sign_in, application):
    sent = typed(leader)
    leader.send(TABLE, **sent | {"name-validar_reporte": "Validar todo"})

    page = leader.send(TABLE, 409, **sent | {"name-reportar_avance": "Contar avance"}).text

    assert "Contar avance" in page
    assert task(application).name == "Reportar avance"


def test_only_leaders_type_in_the_table(sign_in):
    reader = sign_in(LIAISON)

    for address in (TABLE, f"{TABLE}/pegar", f"{TABLE}/deshacer"):
        reader.send(address, 403, revision="0")


def test_who_may_not_do_a_step_is_ticked_in_its_sheet_and_said_in_the_table(leader, application):
    sheet = f"{TABLE}/validar_reporte"
    page = leader.get(sheet)
    offered = page.xpath("//input[@name='apart']/@value")
    fields = {name: value or "" for name, value in page.xpath("//main//form")[0].form_values()}

    leader.send(sheet, **fields | {"apart": ["reportar_avance", "corregir_avance"]})

    assert {"reportar_avance", "corregir_avance"} <= set(offered)
    assert "validar_reporte" not in offered
    assert leader.get(f"{TABLE}/reportar_avance").xpath("//input[@name='apart']") == []  # nobody does anything before
    assert task(application, "validar_reporte").properties["cuatro_ojos"] == "reportar_avance,corregir_avance"
    assert "(no quien hizo «Reportar avance» ni «Corregir avance»)" in leader.text(TABLE)
