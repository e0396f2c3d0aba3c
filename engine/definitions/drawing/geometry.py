"""Where everything lies: as the file says (BPMN DI), or in columns where it says nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from engine.definitions.diagram import DiagramModel
from engine.definitions.linting.graph import Level, levels, upstream_first
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
        """Its middle."""
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


def layout_of(root: Node, model: DiagramModel) -> Layout:
    """The layout that the file gives, or one in columns if it gives none."""
    drawn = _drawn(root)
    return drawn if any(element in drawn.shapes for element in model.elements) else in_columns(model)


def _drawn(root: Node) -> Layout:
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


COLUMN, ROW = 160.0, 120.0
_SIZES = {"Event": (36.0, 36.0), "Gateway": (50.0, 50.0)}


def in_columns(model: DiagramModel) -> Layout:
    """A plain layout: each element one column after what leads to it; subprocesses closed."""
    level = next(iter(levels(model)))
    shapes = {**_placed(model, level)}
    edges = {
        flow.id: Edge(_elbow(shapes[flow.source].box, shapes[flow.target].box))
        for flow in model.flows.values()
        if flow.source in shapes and flow.target in shapes
    }
    return Layout(shapes, edges)


def _placed(model: DiagramModel, level: Level) -> dict[str, Shape]:
    order = [node for node in upstream_first(level) if not model.elements[node].attached_to]
    place = {node: number for number, node in enumerate(order)}
    columns: dict[str, int] = {}
    filled: dict[int, int] = {}
    shapes: dict[str, Shape] = {}
    for node in order:
        before = [columns[one.id] for one in model.before(node) if place.get(one.id, place[node]) < place[node]]
        column = columns[node] = max(before, default=-1) + 1
        row = filled[column] = filled.get(column, -1) + 1
        shapes[node] = Shape(_around(column * COLUMN, row * ROW, model.elements[node].kind), expanded=False)
    for number, event in enumerate(one for one in level.elements.values() if one.attached_to in shapes):
        host = shapes[event.attached_to or ""].box
        shapes[event.id] = Shape(Box(host.x + 8 + number % 3 * 30, host.y + host.height - 18, 36, 36))
    return shapes


def _around(x: float, y: float, kind: str) -> Box:
    width, height = next((size for end, size in _SIZES.items() if kind.endswith(end)), (110.0, 80.0))
    return Box(x + (110 - width) / 2, y + (80 - height) / 2, width, height)


def _elbow(source: Box, target: Box) -> tuple[Point, ...]:
    start, end = (source.x + source.width, source.center[1]), (target.x, target.center[1])
    if end[0] < start[0]:  # back to an earlier column: below everything between
        low = max(source.y + source.height, target.y + target.height) + 20
        return (
            (source.center[0], source.y + source.height),
            (source.center[0], low),
            (target.center[0], low),
            (target.center[0], target.y + target.height),
        )
    if start[1] == end[1]:
        return start, end
    middle = (start[0] + end[0]) / 2
    return start, (middle, start[1]), (middle, end[1]), end
