"""Draws a diagram as SVG from its own coordinates.

Nothing in it needs an exception from a content security policy: no style, no script, only presentation attributes
that a stylesheet may override by class.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from lxml import etree

from engine.definitions.diagram import DiagramModel
from engine.definitions.drawing.columns import layout_of
from engine.definitions.drawing.edges import EdgeArtist
from engine.definitions.drawing.geometry import Layout, Shape
from engine.definitions.drawing.paper import PALETTE, Paper
from engine.definitions.drawing.shapes import ShapeArtist
from engine.definitions.markup import Node, bpmn, local, one_line, parse
from engine.definitions.markup import child as first
from engine.definitions.markup import text_of as text
from engine.definitions.reading import read_tree

__all__ = ["PALETTE", "draw_svg"]

BEHIND = ("participant", "lane")


def draw_svg(xml: bytes, marks: Mapping[str, str]) -> str:
    """The picture of a diagram.

    `marks` gives elements a CSS class; those of `PALETTE` have a look of their own where no stylesheet is. Each
    element is a group with the class `node` or `flow`, its kind and its mark, and `data-element` with its id. Where
    the file has no coordinates, a plain layout is made. Raises `UnreadableDiagram`.
    """
    return _draw(xml, tuple(sorted(marks.items())))


@functools.lru_cache(64)
def _draw(xml: bytes, marks: tuple[tuple[str, str], ...]) -> str:
    root = parse(xml)
    model = read_tree(root)
    layout = layout_of(root, model)
    paper = _sheet(model, layout, dict(marks))
    nodes = {str(node.get("id")): node for node in root.iter() if isinstance(node.tag, str) and node.get("id")}
    _draw_shapes(paper, model, layout, nodes)
    return etree.tostring(paper.root, encoding="unicode")


def _sheet(model: DiagramModel, layout: Layout, marks: Mapping[str, str]) -> Paper:
    bounds = layout.bounds()
    tasks = sum(1 for _ in model.of_kind("userTask", "manualTask"))
    paper = Paper(bounds, marks)
    paper.describe(
        f"Diagrama del proceso «{model.name}»",
        f"{len(model.elements)} elementos, de ellos {tasks} tareas de personas. El recorrido está también en palabras.",
    )
    return paper


def _draw_shapes(paper: Paper, model: DiagramModel, layout: Layout, nodes: Mapping[str, Node]) -> None:
    """Pools and lanes, then open subprocesses, then flows, then everything that stands on them."""
    shapes = ShapeArtist(paper, model)
    edges = EdgeArtist(paper, model)
    behind = [one for one in layout.shapes if _is_behind(nodes.get(one), layout.shapes[one])]
    for element_id in behind:
        _one(shapes, element_id, layout.shapes[element_id], nodes.get(element_id))
    for edge_id, edge in layout.edges.items():
        node = nodes.get(edge_id)
        edges.draw(edge_id, edge, local(node) if node is not None else "sequenceFlow", _name(node))
    for element_id, shape in layout.shapes.items():
        if element_id not in behind:
            _one(shapes, element_id, shape, nodes.get(element_id))


def _is_behind(node: Node | None, shape: Shape) -> bool:
    return node is not None and (local(node) in BEHIND or (local(node) == "subProcess" and shape.expanded))


def _one(artist: ShapeArtist, element_id: str, shape: Shape, node: Node | None) -> None:
    # A plain layout also places elements that the file gives no id.
    kind = (
        local(node)
        if node is not None
        else artist.model.elements[element_id].kind
        if element_id in artist.model.elements
        else ""
    )
    if kind:
        artist.draw(element_id, shape, kind, _name(node))


def _name(node: Node | None) -> str:
    if node is None:
        return ""
    return text(first(node, "text")) if node.tag == bpmn("textAnnotation") else one_line(node.get("name"))
