"""A tidy layout keeps lanes, lets no element lie on another, and no arrow on an arrow or across an element."""

from __future__ import annotations

import itertools
from importlib import resources

import pytest

from engine.definitions.drawing.geometry import Box
from engine.definitions.drawing.tidying import Tidied, tidy
from engine.definitions.reading import read_diagram
from engine.errors import Invalid

FILES = sorted(one.name for one in resources.files("bpmn").iterdir() if one.name.endswith(".bpmn"))


def shipped(name: str) -> bytes:
    return (resources.files("bpmn") / name).read_bytes()


def overlap(a: Box, b: Box) -> bool:
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


def pieces(model, tidied: Tidied):
    flows = {edge: points for edge, points in tidied.edges.items() if edge in model.flows}
    for edge, points in flows.items():
        for (ax, ay), (bx, by) in itertools.pairwise(points):
            yield edge, (min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))


def lie_on_each_other(a, b) -> bool:
    """Two level or two upright pieces that share more than a point."""
    if a[1] == a[3] and b[1] == b[3]:
        return abs(a[1] - b[1]) < 1 and min(a[2], b[2]) - max(a[0], b[0]) > 1
    if a[0] == a[2] and b[0] == b[2]:
        return abs(a[0] - b[0]) < 1 and min(a[3], b[3]) - max(a[1], b[1]) > 1
    return False


@pytest.mark.parametrize("name", FILES)
def test_nothing_lies_on_anything_and_lanes_are_kept(name: str) -> None:
    model = read_diagram(shipped(name))

    tidied = tidy(shipped(name))

    nodes = {key: box for key, box in tidied.shapes.items() if key in model.elements}
    plain = {key: box for key, box in nodes.items() if not model.elements[key].attached_to}
    apart = [(a, b) for a, b in itertools.combinations(plain, 2) if overlap(plain[a], plain[b])]
    inside = {(a, b) for a, b in apart if a in _around(model, b) or b in _around(model, a)}
    assert set(apart) == inside
    for key, box in plain.items():
        lane = tidied.shapes.get(model.elements[key].lane_id or "")
        if lane is not None:
            assert lane.y <= box.y and box.y + box.height <= lane.y + lane.height, key
    found = list(pieces(model, tidied))
    assert [
        (a, b) for (a, one), (b, other) in itertools.combinations(found, 2) if a != b and lie_on_each_other(one, other)
    ] == []
    assert all(ax == bx or ay == by for _edge, (ax, ay, bx, by) in found)
    assert [hit for edge, piece in found for hit in plain if _crosses(model, edge, piece, hit, plain[hit])] == []


def _around(model, key: str) -> list[str]:
    found = []
    while (key := model.elements[key].parent_id or "") in model.elements:
        found.append(key)
    return found


def _crosses(model, edge: str, piece, hit: str, box: Box) -> bool:
    flow = model.flows[edge]
    ends = {flow.source, flow.target, model.elements[flow.source].attached_to}
    if hit in ends or hit in _around(model, flow.source):
        return False
    ax, ay, bx, by = piece
    return ax < box.x + box.width - 1 and bx > box.x + 1 and ay < box.y + box.height - 1 and by > box.y + 1


def test_every_element_and_arrow_has_its_place() -> None:
    model = read_diagram(shipped("f5_ciclo_mensual.bpmn"))

    tidied = tidy(shipped("f5_ciclo_mensual.bpmn"))

    assert model.elements.keys() <= tidied.shapes.keys()
    assert model.lanes.keys() <= tidied.shapes.keys()
    assert model.flows.keys() <= tidied.edges.keys()


def test_a_drawing_that_is_not_there_is_refused() -> None:
    xml = shipped("sub_mesa.bpmn").replace(b"BPMNShape", b"BPMNForma")

    with pytest.raises(Invalid, match="Guárdelo primero"):
        tidy(xml)
