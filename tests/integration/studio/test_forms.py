"""Changing what a task asks."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine.tasks.models import UserTask
from tests.integration.studio.conftest import LIAISON, OTHER_LEADER
from workflows.people.directory import Directory

FORM = "/procesos/formularios/reportar_avance"
FIELD = {"label": "Población beneficiada", "description": "Personas."}


def revision(browser, form=FORM):
    return browser.get(form).xpath("//input[@name='revision']/@value")[0]


def add(browser, status=303, kind="number", where="avances", form=FORM, **changes):
    address = f"{form}/campo-nuevo?tipo={kind}&donde={where}"
    return browser.send(address, status, revision=revision(browser, form), **FIELD | changes)


def publish(browser, status=303, reason="Lo pidió el comité."):
    return browser.send(f"{FORM}/publicar", status, revision=revision(browser), reason=reason)


def questions(application, period):
    """The columns that each open report of a month asks, as its responsible sees them."""
    with application.database.reading() as session:
        tasks = session.scalars(sa.select(UserTask).where(UserTask.element_id == "reportar_avance"))
        found = []
        for task in tasks:
            actor = Directory().actor(session, task.assignee)
            opened = application.forms.open(session, application.engine, task.id, actor)
            if period in opened.instance.business_key:
                found.append([column.key for column in opened.schema.field("avances").children])
        return found


def test_a_new_column_is_asked_next_month_and_not_in_the_open_one(application, leader, open_july):
    add(leader)
    publish(leader)
    open_july()

    june, july = questions(application, "2018-06"), questions(application, "2018-07")
    assert june
    assert july
    assert all("poblacion_beneficiada" not in columns for columns in june)
    assert all(columns[-1] == "poblacion_beneficiada" for columns in july)


def test_the_page_tells_what_changes_and_shows_the_real_form(leader):
    add(leader, kind="textarea", where="", label="Comentario")

    said = leader.text(FORM)
    preview = leader.get(FORM).xpath("//*[@class='preview']")[0]

    assert "Se agrega «Comentario» (texto largo)." in said
    assert "Comentario" in preview.text_content()
    assert preview.xpath(".//textarea[contains(@name, 'comentario')]")


def test_publishing_a_form_asks_for_a_reason(leader):
    add(leader)

    assert "Escriba por qué" in publish(leader, 422, reason="").text
    assert "Este es el borrador" in leader.text(FORM)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"label": ""}, "Escriba la pregunta"),
        ({"kind": "select", "opcion": ["solo una"], "opcion-valor": [""]}, "al menos dos opciones"),
        ({"minimum": "tres"}, "Escriba el número así"),
        ({"minimum": "3", "maximum": "1"}, "al menos el menor"),
        ({"kind": "dynamiclist", "where": "", "columna": [""], "columna-tipo": ["number"]}, "al menos una columna"),
        ({"cuando": "cuando"}, "al menos una condición"),
        ({"kind": "datetime", "minimum": "ayer", "moment": "date"}, "Elija la fecha"),
        ({"description": "x" * 1001}, "Acorte la ayuda"),
    ],
)
def test_what_is_wrong_with_a_field_is_said_and_what_was_typed_stays(leader, changes, said):
    answer = add(leader, 422, **changes)

    assert said in answer.text
    if changes.get("label", "x"):
        assert "Población beneficiada" in answer.text


def test_a_field_is_changed_moved_and_removed_in_the_draft(leader):
    add(leader)
    path = f"{FORM}/campos/avances.poblacion_beneficiada"

    leader.send(path, revision=revision(leader), label="Personas beneficiadas", required="1")
    leader.send(f"{path}/mover", revision=revision(leader), by="-1")
    assert "Personas beneficiadas número · obligatorio" in leader.text(FORM)

    leader.send(f"{path}/quitar", revision=revision(leader))
    assert "Personas beneficiadas" not in leader.text(FORM)


def test_a_field_that_the_figures_live_on_cannot_be_removed(leader):
    answer = leader.send(f"{FORM}/campos/avances.valor_periodo/quitar", 409, revision=0)

    assert "las cifras del plan" in answer.text


def test_two_leaders_at_one_form_do_not_lose_each_others_work(leader, sign_in):
    add(sign_in(OTHER_LEADER), label="Primero")

    leader.send(f"{FORM}/campo-nuevo?tipo=number", 409, revision=0, **FIELD)

    assert "Primero" in leader.text(FORM)


def test_an_older_version_comes_back_through_the_draft(leader):
    add(leader)
    publish(leader)

    leader.send(f"{FORM}/versiones/1/volver")

    assert "Se quita «Población beneficiada»" in leader.text(FORM)


def test_a_label_with_markup_is_shown_as_text(leader):
    add(leader, label="<img src=x onerror=alert(1)>")

    assert not leader.get(FORM).xpath("//img[@onerror]")


def test_only_leaders_change_forms(sign_in):
    reader = sign_in(LIAISON)

    assert "Agregar" not in reader.text(FORM)
    reader.send(f"{FORM}/campo-nuevo?tipo=number", 403, revision=0, **FIELD)


def test_an_unknown_form_or_field_is_said(leader):
    leader.get("/procesos/formularios/no_existe", 404)
    leader.get(f"{FORM}/campos/no_existe", 404)
    leader.get(f"{FORM}/campo-nuevo?tipo=magia", 404)
    leader.get(f"{FORM}/campo-nuevo?tipo=dynamiclist&donde=avances", 404)
