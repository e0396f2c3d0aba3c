"""Steps changed without drawing, on every shipped diagram: what is done can be undone, nothing else changes."""

from __future__ import annotations

from importlib.resources import files

import pytest

from engine.definitions import stepping
from engine.definitions.drawing import draw_svg
from engine.definitions.reading import DiagramModel, read_diagram
from engine.errors import Invalid, UnknownElement

DIAGRAMS = {one.name: one.read_bytes() for one in files("bpmn").iterdir() if one.name.endswith(".bpmn")}


def flows(model: DiagramModel) -> set[tuple[str, str, str, str]]:
    return {(one.source, one.target, one.condition, one.name) for one in model.flows.values()}


def steps(model: DiagramModel) -> list[str]:
    return [one.id for one in model.of_kind("userTask", "serviceTask", "callActivity", "sendTask")]


@pytest.mark.parametrize("name", DIAGRAMS)
def test_a_step_that_is_inserted_and_removed_leaves_the_process_as_it_was(name: str) -> None:
    xml = DIAGRAMS[name]
    before, tried = read_diagram(xml), 0

    for element in steps(before):
        try:
            changed, made = stepping.insert_after(xml, element, "Revisar soportes")
        except Invalid:
            continue
        tried += 1
        model = read_diagram(changed)
        assert model.elements[made].kind == "userTask"
        assert model.elements[made].lane_id == before.elements[element].lane_id
        assert [one.id for one in model.after(element)] == [made]
        after = read_diagram(stepping.remove(changed, made))
        assert flows(after) == flows(before)
        assert after.elements.keys() == before.elements.keys()
    assert tried


@pytest.mark.parametrize("name", DIAGRAMS)
def test_two_steps_that_change_their_turn_twice_are_as_before(name: str) -> None:
    xml = DIAGRAMS[name]
    before = read_diagram(xml)

    for element in steps(before):
        try:
            changed = stepping.swap_with_next(xml, element)
        except Invalid:
            continue
        model = read_diagram(changed)
        (first,) = model.before(element)
        assert [one.lane_id for one in model.elements.values()] == [one.lane_id for one in before.elements.values()]
        assert flows(read_diagram(stepping.swap_with_next(changed, first.id))) == flows(before)


def test_the_picture_follows_and_everything_to_the_right_makes_room() -> None:
    xml = DIAGRAMS["sub_reporte_entidad.bpmn"]
    element = next(one for one in steps(read_diagram(xml)) if _plain(xml, one))

    changed, made = stepping.insert_after(xml, element, "Revisar soportes")

    svg = draw_svg(changed, {})
    assert "Revisar" in svg
    assert f'bpmnElement="{made}"'.encode() in changed


def _plain(xml: bytes, element: str) -> bool:
    try:
        stepping.insert_after(xml, element, "x")
    except Invalid:
        return False
    return True


def test_what_follows_a_step_is_led_elsewhere() -> None:
    xml = DIAGRAMS["f5_informe_mensual.bpmn"]

    model = read_diagram(stepping.set_next(xml, "congelar_periodo", "ajustar_informe"))

    assert [one.id for one in model.after("congelar_periodo")] == ["ajustar_informe"]


def test_what_is_not_plain_is_refused_with_what_to_do() -> None:
    xml = DIAGRAMS["f5_paso1_metas_indicadores.bpmn"]

    with pytest.raises(Invalid, match="en el dibujo"):
        stepping.remove(xml, "hay_por_aclarar")
    with pytest.raises(UnknownElement):
        stepping.remove(xml, "no_existe")
