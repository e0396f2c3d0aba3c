"""Writing a whole form without JSON: made, copied, every kind of field, conditions by menus, tried before it rules."""

from __future__ import annotations

import pytest

from engine.definitions import drafts
from tests.integration.studio.conftest import LIAISON
from web.studio import overview
from workflows.forms.schema import FormSchema

NEW = "/procesos/formularios/nuevo"
FORM = "/procesos/formularios/revisar_soportes"
REPORT = "/procesos/formularios/reportar_avance"


@pytest.fixture
def made(leader):
    """A blank form."""
    leader.send(NEW, nombre="Revisar soportes")
    return leader


def revision(browser, form=FORM):
    return browser.get(form).xpath("//input[@name='revision']/@value")[0]


def add(browser, kind, where="", status=303, **fields):
    return browser.send(f"{FORM}/campo-nuevo?tipo={kind}&donde={where}", status, revision=revision(browser), **fields)


def change(browser, path, status=303, form=FORM, **fields):
    return browser.send(f"{form}/campos/{path}", status, revision=revision(browser, form), **fields)


def schema(application, key="revisar_soportes"):
    with application.database.reading() as session:
        return FormSchema.from_dict(overview.working_form(session, key)[0])


def test_a_form_with_a_number_from_1_to_3_options_and_a_file_refuses_a_4(made):
    add(made, "number", label="Cuántos", minimum="1", maximum="3", decimals="0", required="1")
    add(made, "radio", label="¿Sirven?", **{"opcion": ["Sí", "No"], "opcion-valor": ["", ""]})
    add(made, "filepicker", label="Soporte", multiple="no")

    wrong = made.send(f"{FORM}/probar", 422, cuantos="4", _accion="enviar")
    right = made.send(f"{FORM}/probar", 200, cuantos="3", sirven="no", _accion="enviar")

    assert "Cuántos: " in wrong.text
    assert "Se enviaría así" in right.text
    assert ">No</dd>" in right.text


def test_a_file_field_says_how_what_is_attached_is_kept(made, application):
    add(made, "filepicker", label="Historia clínica", reserve="reservada")

    kept = schema(application).field("historia_clinica").reserve
    page = made.text(f"{FORM}/campos/historia_clinica")
    wrong = change(made, "historia_clinica", status=422, label="Historia clínica", reserve="secreta")
    change(made, "historia_clinica", label="Historia clínica", reserve="")

    assert kept == "reservada" and "Se guarda como" in page
    assert "Elija una de la lista." in wrong.text
    assert schema(application).field("historia_clinica").reserve == ""


def test_what_is_tried_leaves_nothing_behind(made, application):
    add(made, "textfield", label="Nota")

    made.send(f"{FORM}/probar", 200, nota="una prueba", _accion="enviar")

    with application.database.reading() as session:
        assert drafts.find(session, drafts.FORM, "revisar_soportes").revision == 2


def test_a_field_is_only_asked_when_another_says_so_chosen_by_menus(made, application):
    add(made, "select", label="Decisión", **{"opcion": ["Válida", "Devuelta"], "opcion-valor": ["", ""]})
    menus = {"c-partes": "1", "c-0-lineas": "1", "c-0-0-dato": "decision"}

    offered = add(made, "textarea", status=200, label="Motivo", cuando="cuando", c_paso="seguir", **menus)
    add(made, "textarea", label="Motivo", required="1", min_length="10", cuando="cuando",
        **menus, **{"c-0-0-es": "es", "c-0-0-valor": "devuelta", "c-0-0-antes": "decision"})  # fmt: skip

    motive = schema(application).field("motivo")
    assert "Devuelta</option>" in offered.text
    assert motive.hidden_if.text == "=decision != 'devuelta'"
    assert motive.rules.min_length == 10
    assert "cuando «Decisión» sea «Devuelta»" in made.text(f"{FORM}/campos/motivo")
    made.send(f"{FORM}/probar", 422, decision="devuelta", motivo="no", _accion="enviar")
    made.send(f"{FORM}/probar", 200, decision="valida", motivo="", _accion="enviar")


def test_a_condition_that_menus_cannot_show_stays_as_it_is_written(made, application):
    add(made, "number", label="Monto")
    add(made, "textfield", label="Nota", cuando="texto", hide="monto * 2 < 10")

    change(made, "nota", label="La nota", cuando="texto", hide="monto * 2 < 10")
    wrong = change(made, "nota", 422, label="La nota", cuando="texto", hide="monto * ")

    assert schema(application).field("nota").hidden_if.text == "=monto * 2 < 10"
    assert "incompleta" in wrong.text


def test_a_table_has_columns_with_limits_of_their_own(made, application):
    add(made, "dynamiclist", label="Soportes", min_rows="1",
        **{"columna": ["Nombre", "Fecha", ""], "columna-tipo": ["textfield", "datetime", "number"]})  # fmt: skip
    add(made, "number", "soportes", label="Folios", minimum="1")
    change(made, "soportes.nombre", label="Nombre del soporte", required="1", max_length="80", place="titulo")

    table = schema(application).field("soportes")
    assert [(one.key, one.type) for one in table.children] == [
        ("nombre", "textfield"), ("fecha", "datetime"), ("folios", "number"),
    ]  # fmt: skip
    assert (table.min_rows, table.children[0].rules.max_length, table.children[0].place) == (1, 80, "titulo")


def test_groups_and_texts_are_added_changed_moved_and_removed(made, application):
    add(made, "group", label="Lo demás")
    add(made, "text", text="Lea esto.")
    add(made, "textfield", label="Nota")

    change(made, "nota", label="Nota", donde="@0")
    change(made, "@1", text="Lea esto primero.")
    made.send(f"{FORM}/campos/@1/mover", revision=revision(made), by="-1")

    kinds = [one.type for one in schema(application).components]
    assert kinds == ["text", "group"]
    assert schema(application).components[1].children[0].key == "nota"
    made.send(f"{FORM}/campos/@0/quitar", revision=revision(made))
    assert [one.type for one in schema(application).components] == ["group"]


def test_what_may_be_answered_changes_only_until_it_is_published(made, application):
    add(made, "number", label="Cuántos")

    made.send(f"{FORM}/campos/cuantos/tipo", revision=revision(made), tipo="textfield")
    assert schema(application).field("cuantos").type == "textfield"
    made.send(f"{FORM}/publicar", revision=revision(made), reason="Nuevo.")

    refused = made.send(f"{FORM}/campos/cuantos/tipo", 409, revision=0, tipo="number")
    assert "lo respondido perdería su sentido" in refused.text


def test_an_option_keeps_what_is_stored_when_it_is_called_otherwise(made, application):
    add(made, "select", label="Causa", **{"opcion": ["Clima", "Otra"], "opcion-valor": ["", ""]})

    change(
        made, "causa", label="Causa", **{"opcion": ["El clima", "Otra", "Más"], "opcion-valor": ["clima", "otra", ""]}
    )

    assert schema(application).field("causa").options == (("clima", "El clima"), ("otra", "Otra"), ("mas", "Más"))


def test_the_buttons_of_the_options_keep_what_was_typed_and_save_nothing(made, application):
    add(made, "select", label="Causa", **{"opcion": ["Clima", "Otra"], "opcion-valor": ["", ""]})

    page = change(made, "causa", 200, label="La causa", _opcion="subir-1",
                  **{"opcion": ["Clima", "Otra"], "opcion-valor": ["clima", "otra"]})  # fmt: skip

    assert page.text.index('value="Otra"') < page.text.index('value="Clima"')
    assert schema(application).field("causa").label == "Causa"


def test_a_copy_is_another_form_and_the_first_stays(leader, application):
    leader.send(NEW, nombre="Mi reporte", de="reportar_avance")
    leader.send("/procesos/formularios/mi_reporte/nombre", revision=1, nombre="Reporte corto")

    assert schema(application, "mi_reporte").labels() == schema(application, "reportar_avance").labels()
    assert "Reporte corto" in leader.text("/procesos/formularios")


def test_a_form_made_for_a_task_is_asked_by_it_when_its_process_is_published(leader, application):
    address = "/procesos/sub_reporte_entidad"
    assert "Validar reporte" in leader.text(f"{address}/formularios")

    leader.send(f"{NEW}?proceso=sub_reporte_entidad&tarea=validar_reporte", nombre="Validar mejor")
    leader.send("/procesos/formularios/validar_mejor/campo-nuevo?tipo=textfield", revision=1, label="Nota")

    assert "Validar mejor" in leader.text(f"{address}/formularios")
    assert "«Validar reporte»" in leader.text("/procesos/formularios/validar_mejor")
    assert "Validar mejor" in leader.text(f"{address}/publicar")


def test_a_field_that_a_record_needs_says_so_where_it_stands(leader):
    page = leader.get(f"{REPORT}/campos/avances.valor_periodo")

    assert "No se puede quitar" in page.text_content()
    assert not page.xpath("//form[contains(@action, '/quitar')]")


def test_a_field_passes_to_the_process_where_it_is_ticked(leader, application):
    address = f"{REPORT}/campos/avances.dificultades"
    name = leader.get(address).xpath("//input[starts-with(@name, 'pasa-sub_reporte_entidad')]/@name")[0]

    leader.send(f"{address}/pasar", **{name: "1"})

    with application.database.reading() as session:
        xml, _ = overview.working_xml(session, "sub_reporte_entidad")
    assert b"avances.dificultades" in xml
    assert leader.get(address).xpath(f"//input[@name='{name}' and @checked]")


def test_an_unpublished_form_that_nobody_asks_can_be_thrown_away(made):
    made.send(f"{FORM}/descartar")

    made.get(FORM, 404)


@pytest.mark.parametrize("address", [NEW, f"{REPORT}/probar", f"{REPORT}/campo-nuevo?tipo=number"])
def test_only_leaders_write_forms(sign_in, address):
    reader = sign_in(LIAISON)

    reader.get(address, 403)


def test_a_form_without_a_name_is_not_made(leader):
    assert "Escriba cómo se llama" in leader.send(NEW, 422, nombre="  ").text


def test_a_draft_that_somebody_else_changed_is_not_overwritten(made):
    made.send(f"{FORM}/campo-nuevo?tipo=number", 409, revision=0, label="Cuántos")
