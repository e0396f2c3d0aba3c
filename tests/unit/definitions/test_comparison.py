"""Two versions of a diagram, told in words."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files

import pytest

from engine.definitions import editing
from engine.definitions.comparison import Labels, compare, say_deadline
from engine.definitions.reading import read_diagram

LABELS = Labels(
    roles={
        "enlace_planeacion": "Enlace de planeación",
        "coordinador_pes": "Coordinador del plan",
        "responsable_meta": "Responsable de meta",
    },
    forms={"reportar_avance": "Reportar avance", "avalar_reporte": "Avalar el reporte"},
)


@pytest.fixture
def xml() -> bytes:
    return (files("bpmn") / "sub_reporte_entidad.bpmn").read_bytes()


def told(before: bytes, after: bytes) -> list[str]:
    return [change.sentence for change in compare(read_diagram(before), read_diagram(after), LABELS)]


def test_the_same_diagram_has_nothing_to_tell(xml):
    assert told(xml, xml) == []


def test_a_longer_deadline_is_told_in_working_days(xml):
    after = editing.set_property(xml, "reportar_avance", "plazo", "cierre+6dh")

    assert told(xml, after) == ["«Reportar avance»: el plazo pasa de 5 a 6 días hábiles después del corte."]


def test_another_base_of_the_deadline_is_told_in_full(xml):
    after = editing.set_property(xml, "reportar_avance", "plazo", "1dh")

    assert told(xml, after) == ["«Reportar avance»: el plazo pasa de 5 días hábiles después del corte a 1 día hábil."]


def test_form_and_role_are_told_by_their_names(xml):
    after = editing.set_attribute(xml, "reportar_avance", "camunda:formRef", "avalar_reporte")
    after = editing.set_attribute(after, "validar_reporte", "camunda:candidateGroups", "coordinador_pes")

    assert told(xml, after) == [
        "«Reportar avance»: el formulario pasa de «Reportar avance» a «Avalar el reporte».",
        "«Validar reporte»: la hacía «Enlace de planeación»; ahora, «Coordinador del plan».",
    ]


def test_a_new_role_of_a_lane_is_told_once_and_not_at_each_of_its_tasks(xml):
    after = editing.set_property(xml, "carril_enlace", "rol", "coordinador_pes")

    assert told(xml, after) == [
        "Responsable «Enlace de planeación»: el rol pasa de «Enlace de planeación» a «Coordinador del plan»."
    ]


def test_a_removed_task_is_told_with_the_paths_that_led_to_it(xml):
    after = xml.replace(b'<bpmn:userTask id="reportar_ejecucion"', b'<bpmn:userTask id="informar"').replace(
        b'targetRef="reportar_ejecucion"', b'targetRef="informar"'
    )

    sentences = told(xml, after)

    assert "Se quita la tarea «Reportar ejecución presupuestal y actividades»." in sentences
    added = (
        "Se agrega la tarea «Reportar ejecución presupuestal y actividades»: la hace «Responsable de meta»; "
        "plazo de 5 días hábiles después del corte; con el formulario «reportar_ejecucion»; va después de la "
        "bifurcación sin nombre antes de «Reportar avance»."
    )
    assert added in sentences
    assert any("ahora va" in sentence for sentence in sentences)


def test_a_new_condition_reminders_and_escalations_are_told_as_people_say_them(xml):
    after = editing.set_property(xml, "reportar_avance", "recordatorios", "-4,-2,0,+1")
    after = editing.set_property(after, "reportar_avance", "escalar", "+1:coordinador_pes")

    sentences = told(xml, after)

    assert any("ahora 4 y 2 días hábiles antes, el día que vence y 1 día hábil después." in one for one in sentences)
    assert any("ahora a 1 día hábil de vencida, a «Coordinador del plan»." in one for one in sentences)


@pytest.mark.parametrize("process", sorted(one.name for one in files("bpmn").iterdir() if one.name.endswith(".bpmn")))
def test_no_sentence_about_a_shipped_process_shows_the_id_of_an_element(process):
    model = read_diagram((files("bpmn") / process).read_bytes())
    nothing = replace(model, elements={}, flows={}, lanes={})

    sentences = [change.sentence for pair in ((nothing, model), (model, nothing)) for change in compare(*pair)]

    shown = {one for one in model.elements if any(re.search(rf"\b{one}\b", sentence) for sentence in sentences)}
    words = {word for element in model.elements.values() for word in element.name.lower().split()}
    assert shown <= {element.form_key for element in model.elements.values()} | words | {"inicio", "fin"}


def test_moving_a_shape_tells_nothing(xml):
    assert told(xml, xml.replace(b'<dc:Bounds x="', b'<dc:Bounds x="1')) == []


@pytest.mark.parametrize(
    ("written", "said"),
    [("5dh", "5 días hábiles"), ("1dh", "1 día hábil"), ("cierre+5dh", "5 días hábiles después del corte"),
     ("fecha:corte", "«fecha:corte»"), ("", "ninguno")],
)  # fmt: skip
def test_a_deadline_is_said_as_people_say_it(written, said):
    assert say_deadline(written) == said
