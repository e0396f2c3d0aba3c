"""Where everything lies, as the file says (BPMN DI)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from engine.definitions.markup import BPMNDI, DC, DI, Node, reference

LARGEST = 100_000.0
"""Coordinates beyond this are a mistake, and would make a picture nobody can open."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; `y` grows downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def center(self) -> Point:
        """The middle of the box."""
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def room(self) -> float:
        """How wide the lines of a label may be: modellers give one line no room to spare."""
        return self.width + 10 if self.height > 18 else max(self.width + 14, 80)


@dataclass(frozen=True, slots=True)
class Shape:
    """Where an element is drawn; `label` is where its name goes if that is outside of it."""

    box: Box
    label: Box | None = None
    horizontal: bool = True
    expanded: bool = True


@dataclass(frozen=True, slots=True)
class Edge:
    """The corners of a flow, from source to target."""

    points: tuple[Point, ...]
    label: Box | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Shapes and edges by the id of what they show, in the order of the file (what is behind comes first)."""

    shapes: Mapping[str, Shape]
    edges: Mapping[str, Edge]

    def bounds(self) -> Box:
        """The smallest box around everything, with a margin."""
        boxes = [box for shape in self.shapes.values() for box in (shape.box, shape.label) if box]
        boxes += [edge.label for edge in self.edges.values() if edge.label]
        corners = [corner for box in boxes for corner in ((box.x, box.y), (box.x + box.width, box.y + box.height))]
        corners += [point for edge in self.edges.values() for point in edge.points]
        xs, ys = [x for x, _ in corners] or [0], [y for _, y in corners] or [0]
        return Box(min(xs) - 20, min(ys) - 20, max(xs) - min(xs) + 40, max(ys) - min(ys) + 40)


def drawn_in(root: Node) -> Layout:
    """The shapes and edges that the file gives."""
    shapes: dict[str, Shape] = {}
    edges: dict[str, Edge] = {}
    for node in root.iter(f"{{{BPMNDI}}}BPMNShape"):
        box = _box(node.find(f"{{{DC}}}Bounds"))
        if box is not None:
            shapes[reference(node.get("bpmnElement"))] = Shape(
                box, _label(node), node.get("isHorizontal") != "false", node.get("isExpanded") != "false"
            )
    for node in root.iter(f"{{{BPMNDI}}}BPMNEdge"):
        points = tuple(filter(None, (_point(point) for point in node.iter(f"{{{DI}}}waypoint"))))
        if len(points) > 1:
            edges[reference(node.get("bpmnElement"))] = Edge(points, _label(node))
    return Layout(shapes, edges)


def _label(node: Node) -> Box | None:
    return _box(node.find(f"{{{BPMNDI}}}BPMNLabel/{{{DC}}}Bounds"))


def _box(node: Node | None) -> Box | None:
    numbers = [] if node is None else [_number(node.get(name)) for name in ("x", "y", "width", "height")]
    x, y, width, height = numbers or (None,) * 4
    if x is None or y is None or not width or not height or width < 0 or height < 0:
        return None
    return Box(x, y, width, height)


def _point(node: Node) -> Point | None:
    x, y = _number(node.get("x")), _number(node.get("y"))
    return None if x is None or y is None else (x, y)


def _number(written: str | None) -> float | None:
    try:
        number = float(written or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) <= LARGEST else None
