"""Decisions by menus: the data that are there, values that can be, and nothing else of the drawing touched."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from engine.definitions.linting.flows import chooses
from engine.definitions.reading import read_diagram
from tests.integration.studio.conftest import LIAISON
from web.studio import overview

MONTH = "f5_paso1_metas_indicadores"
PAGE = f"/procesos/{MONTH}/condiciones"
DIAGRAMS = sorted(one.name.removesuffix(".bpmn") for one in files("bpmn").iterdir() if one.name.endswith(".bpmn"))


def working(application, key=MONTH):
    with application.database.reading() as session:
        return overview.working_xml(session, key)[0]


def gateway(application, key=MONTH, place=0):
    return [one for one in read_diagram(working(application, key)).elements.values() if chooses(one)][place]


def shown(browser, element_id, address=PAGE):
    """The fields of a decision as its page would send them."""
    form = browser.get(address).xpath(f"//form[@id='{element_id}']")[0]
    fields: dict[str, list[str]] = {}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value or "")
    fields.pop("csrf_token")
    return fields


def decide(browser, element_id, fields, status=303, address=PAGE):
    return browser.send(f"{address}/{element_id}", status, **fields)


@pytest.mark.parametrize("key", DIAGRAMS)
def test_saving_what_the_page_shows_changes_no_byte_of_a_shipped_diagram(leader, application, key):
    before = working(application, key)
    address = f"/procesos/{key}/condiciones"

    for one in [one for one in read_diagram(before).elements.values() if chooses(one)]:
        decide(leader, one.id, shown(leader, one.id, address), address=address)

    after = working(application, key)
    assert read_diagram(after) == read_diagram(before)
    assert re.sub(rb"^<\?xml[^>]*>\s*", b"", after) == re.sub(rb"^<\?xml[^>]*>\s*", b"", before)


def test_another_condition_is_added_with_or_and_said_in_a_sentence(leader, application):
    one = gateway(application)
    fields = shown(leader, one.id)

    offered = decide(leader, one.id, {**fields, "r1_paso": "agregar"}, 200).text
    name = re.findall(r'<option value="(\w+)"[^>]*>', offered[offered.index('id="r1-1-0-dato"') :])[0]
    more = {"r1-partes": "2", "r1-unir": "o", "r1-1-lineas": "1", "r1-1-0-dato": name, "r1-1-0-es": "lleno"}
    decide(leader, one.id, {**fields, **more})

    flow = read_diagram(working(application)).flows[one.outgoing[1]]
    assert flow.condition.endswith(f"or not empty {name}}}")
    assert " tenga algo" in leader.get(PAGE).xpath(f"//form[@id='{one.id}']")[0].text_content()


def test_a_decision_keeps_its_question_and_a_line_without_datum_is_not_saved(leader, application):
    one = gateway(application)
    fields = shown(leader, one.id)
    line = {"r1-partes": "2", "r1-1-lineas": "1", "r1-1-0-dato": ""}

    assert "Escriba la pregunta" in decide(leader, one.id, {**fields, "name": ""}, 422).text
    assert "Elija de qué dato se trata" in decide(leader, one.id, {**fields, **line}, 422).text


def test_a_value_outside_the_options_is_told_and_not_offered(leader, application):
    address = "/procesos/f6_evaluacion_semestral/condiciones"
    xml = working(application, "f6_evaluacion_semestral").replace(b"decision == 'devuelta'", b"decision == 'devueltas'")
    leader.call(f"{address[: -len('/condiciones')]}/borrador", xml=xml.decode(), revision=0)

    page = leader.get(address).text_content()

    assert "devueltas (no está entre las opciones)" in page
    assert "¿Quiso decir «Devuelta»?" in page or "las opciones son" in page


def test_which_answer_is_taken_otherwise_is_chosen_and_the_others_say_when(leader, application):
    one = gateway(application)
    other = next(flow for flow in one.outgoing if flow != one.default_flow)

    answer = decide(leader, one.id, {**shown(leader, one.id), "default": other}, 422)

    assert "Diga cuándo se toma" in answer.text


def test_a_condition_that_menus_cannot_show_is_edited_as_text_with_help(leader, application):
    one = gateway(application)
    fields = shown(leader, one.id)
    text = {**fields, "r1-modo": "texto", "r1-texto": "${cuenta(entidades) + 1 > 3}"}

    wrong = decide(leader, one.id, {**text, "r1-texto": "${cuenta(entidades) + }"}, 422)
    decide(leader, one.id, text)

    assert "incompleta" in wrong.text
    assert "Los menús no saben mostrar" in leader.text(PAGE)
    assert shown(leader, one.id)["r1-texto"] == ["${cuenta(entidades) + 1 > 3}"]
    decide(leader, one.id, shown(leader, one.id))
    assert b"cuenta(entidades) + 1 &gt; 3" in working(application)


def test_answers_are_looked_at_in_the_order_that_was_chosen(leader, application):
    one = gateway(application)
    fields = shown(leader, one.id)

    moved = decide(leader, one.id, {**fields, "orden_paso": f"subir-{fields['orden'][1]}"}, 200)
    decide(leader, one.id, {**fields, "orden": fields["orden"][::-1]})

    assert moved.text.index('name="orden" value="r1"') < moved.text.index('name="orden" value="r0"')
    assert read_diagram(working(application)).elements[one.id].outgoing == one.outgoing[::-1]


def test_a_decision_over_a_draft_that_somebody_changed_is_kept_on_the_page(leader, application):
    one = gateway(application)
    fields = shown(leader, one.id)
    decide(leader, one.id, {**fields, "name": "¿Otra pregunta?"})

    answer = decide(leader, one.id, {**fields, "name": "¿La mía?"}, 409)

    assert "Otra persona cambió el borrador" in answer.text
    assert "¿La mía?" in answer.text


def test_only_leaders_decide(sign_in):
    sign_in(LIAISON).get(PAGE, 403)


@pytest.mark.parametrize("key", [key for key in DIAGRAMS if key != "f3_aprobacion_pes"])  # whose callers write it
def test_what_a_handler_gives_is_offered_by_its_label(leader, key):
    offered = leader.get(f"/procesos/{key}/condiciones").xpath("//select[contains(@name, '-valor')]/option[@value!='']")

    assert [one.get("value") for one in offered if one.text == one.get("value")] == []
