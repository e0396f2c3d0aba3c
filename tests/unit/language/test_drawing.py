from __future__ import annotations

from itertools import pairwise

import pytest
from lxml import etree

from engine.definitions.drawing import describe, draw_svg
from engine.definitions.drawing.columns import in_columns
from engine.definitions.reading import read_diagram
from engine.errors import UnreadableDiagram
from tests.support import diagrams
from tests.support.counting import counted
from tests.unit.language.drawn import chain, end, flow, lane, multiple, process, start, user_task

SVG = "{http://www.w3.org/2000/svg}"
TASKS = process(
    lane("uno", "g", "dos", "tres")
    + start()
    + user_task("uno", plazo="cierre+1dh")
    + '<bpmn:exclusiveGateway id="g" name="¿Falta algo?" default="no"/>'
    + user_task("dos", inside=multiple())
    + user_task("tres")
    + end()
    + chain("inicio", "uno", "g")
    + flow("si", "g", "dos", "${falta}", name="Sí")
    + flow("no", "g", "tres")
    + flow("x", "dos", "fin")
    + flow("y", "tres", "fin")
)


def drawn(**boxes: tuple[int, int, int, int]) -> bytes:
    """The same with coordinates."""
    shapes = "".join(
        f'<bpmndi:BPMNShape id="{one}_di" bpmnElement="{one}"><dc:Bounds x="{x}" y="{y}" width="{w}" height="{h}"/>'
        "</bpmndi:BPMNShape>"
        for one, (x, y, w, h) in boxes.items()
    )
    edge = (
        '<bpmndi:BPMNEdge id="si_di" bpmnElement="no"><di:waypoint x="10" y="10"/><di:waypoint x="90" y="10"/>'
        "</bpmndi:BPMNEdge>"
    )
    plane = f'<bpmndi:BPMNPlane bpmnElement="proceso">{shapes}{edge}</bpmndi:BPMNPlane>'
    diagram = f"<bpmndi:BPMNDiagram>{plane}</bpmndi:BPMNDiagram></bpmn:definitions>"
    return TASKS.replace(b"</bpmn:definitions>", diagram.encode())


def test_every_element_is_a_group_with_its_id_its_kind_and_its_mark() -> None:
    picture = etree.fromstring(draw_svg(drawn(uno=(0, 0, 100, 80), g=(150, 15, 50, 50)), {"uno": "actual"}))

    groups = {group.get("data-element"): group for group in picture.iter(f"{SVG}g")}

    assert groups["uno"].get("class") == "node userTask actual"
    assert groups["g"].get("class") == "node exclusiveGateway"
    assert groups["no"].get("class") == "flow sequenceFlow"
    assert groups["uno"].findtext(f"{SVG}title") == "Hacer uno: tarea de usuario (en curso)"
    assert groups["uno"].find(f"{SVG}rect").get("x") == "0.0"


def test_the_picture_has_a_name_and_needs_no_exception_from_a_security_policy() -> None:
    picture = draw_svg(TASKS, {})

    assert etree.fromstring(picture).findtext(f"{SVG}title") == "Diagrama del proceso «Proceso»"
    assert "style" not in picture and "script" not in picture and "href" not in picture and "<image" not in picture


def test_markup_in_names_is_only_text() -> None:
    evil = TASKS.replace(b"Hacer uno", b"&lt;script&gt;alert(1)&lt;/script&gt; &quot;onload=&quot;x")

    picture = draw_svg(evil, {"uno": '"><script>'})

    assert "<script" not in picture
    etree.fromstring(picture)


def test_without_coordinates_everything_is_placed_and_nothing_overlaps() -> None:
    picture = etree.fromstring(draw_svg(TASKS, {}))

    boxes = [[float(r.get(a)) for a in ("x", "y", "width", "height")] for r in picture.iter(f"{SVG}rect")]

    assert len(boxes) == 3
    for i, (x, y, width, height) in enumerate(boxes):
        for ox, oy, ow, oh in boxes[i + 1 :]:
            assert x + width <= ox or ox + ow <= x or y + height <= oy or oy + oh <= y


def test_without_coordinates_what_is_inside_stands_in_its_box_and_event_subprocesses_below() -> None:
    d = diagrams
    inner = d.start("i") + d.user("dentro") + d.end("f") + d.chain("i", "dentro", "f")
    asked = d.start("ai", d.TIMER, plazo="3d") + d.user("x") + d.end("af") + d.chain("ai", "x", "af")
    steps = ("inicio", "antes", "grupo", "luego", "fin")
    parts = (d.start(), d.user("antes"), d.sub("grupo", inner), d.user("luego"), d.end(), d.chain(*steps))
    model = read_diagram(d.process("p", *parts, d.event_sub("aparte", asked)))

    shapes = in_columns(model).shapes

    assert shapes.keys() == model.elements.keys()
    for element in model.elements.values():
        inside, around = shapes[element.id].box, shapes[element.parent_id].box if element.parent_id else None
        if around is not None:
            assert around.x < inside.x and inside.x + inside.width < around.x + around.width
            assert around.y < inside.y and inside.y + inside.height < around.y + around.height
    top = [shapes[one].box for one in steps]
    assert all(before.x + before.width < after.x for before, after in pairwise(top))
    assert shapes["aparte"].box.y > max(box.y + box.height for box in top)


@pytest.mark.parametrize("x", ["nan", "1e300", "mucho", "-5000000"])
def test_impossible_coordinates_are_passed_over(x: str) -> None:
    odd = drawn(uno=(0, 0, 100, 80), g=(150, 15, 50, 50)).replace(b'x="150"', f'x="{x}"'.encode())

    picture = etree.fromstring(draw_svg(odd, {}))

    assert float(picture.get("width")) < 1_000


def test_the_default_flow_carries_a_stroke_and_a_repetition_its_sign() -> None:
    xml = drawn(dos=(0, 0, 100, 80), g=(150, 15, 50, 50))
    plain = etree.fromstring(draw_svg(xml.replace(b' default="no"', b""), {}))
    marked = etree.fromstring(draw_svg(xml, {}))

    def paths(picture: etree._Element, element: str) -> int:
        return len(picture.findall(f"{SVG}g[@data-element='{element}']/{SVG}path"))

    assert paths(marked, "no") == paths(plain, "no") + 1
    assert paths(marked, "dos") == 2


def test_the_words_follow_the_flow() -> None:
    steps = describe(read_diagram(TASKS))

    assert [(step.number, step.text) for step in steps] == [
        (1, "Inicio: inicio; sigue 2."),
        (2, "Hacer uno: Coordinación, plazo 1 día hábil después del cierre; sigue 3."),
        (3, "¿Falta algo?: decisión; si «Sí», sigue 4; en los demás casos, sigue 5."),
        (4, "Hacer dos: Coordinación, plazo 5 días hábiles, una vez por cada uno, todos a la vez; sigue 6."),
        (5, "Hacer tres: Coordinación, plazo 5 días hábiles; sigue 6."),
        (6, "Fin: fin."),
    ]


def test_the_inside_of_a_subprocess_follows_it_one_level_deeper() -> None:
    inner = start("i2") + user_task("dentro") + end("e2") + flow("g1", "i2", "dentro") + flow("g2", "dentro", "e2")
    xml = process(
        start() + f'<bpmn:subProcess id="sub">{inner}</bpmn:subProcess>' + end() + chain("inicio", "sub", "fin")
    )

    assert [(step.element_id, step.depth) for step in describe(read_diagram(xml))] == [
        ("inicio", 0), ("sub", 0), ("i2", 1), ("dentro", 1), ("e2", 1), ("fin", 0)]  # fmt: skip


def test_what_cannot_be_read_is_not_drawn() -> None:
    with pytest.raises(UnreadableDiagram):
        draw_svg(b"<svg/>", {})


def test_the_largest_diagram_is_drawn_with_little_work() -> None:
    ids = [f"t{i}" for i in range(1_900)]
    xml = process(start() + "".join(user_task(one) for one in ids) + end() + chain("inicio", *ids, "fin"))
    with counted(most=2_000_000):
        assert draw_svg(xml, {}).count("<rect") == 1_900
