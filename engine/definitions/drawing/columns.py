"""A plain layout for a file without a drawing: columns from left to right, what is inside a subprocess in its box."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.drawing.geometry import Box, Edge, Layout, Point, Shape, drawn_in
from engine.definitions.linting.graph import Level, levels, upstream_first
from engine.definitions.markup import Node

GAP = 50.0
PADDING = 30.0
SIZES = {"Event": (36.0, 36.0), "Gateway": (50.0, 50.0)}
TASK = (110.0, 80.0)

Size = tuple[float, float]
Cell = tuple[int, int]


def layout_of(root: Node, model: DiagramModel) -> Layout:
    """The layout that the file gives, or one in columns if it gives none."""
    drawn = drawn_in(root)
    return drawn if any(element in drawn.shapes for element in model.elements) else in_columns(model)


def in_columns(model: DiagramModel) -> Layout:
    """Each element one column after what leads to it; event subprocesses below everything else."""
    shapes = dict(_Columns(model).shapes("", 0, 0))
    edges = {
        flow.id: Edge(_elbow(shapes[flow.source].box, shapes[flow.target].box))
        for flow in model.flows.values()
        if flow.source in shapes and flow.target in shapes
    }
    return Layout(shapes, edges)


@dataclass
class _Columns:
    model: DiagramModel
    _levels: dict[str, Level] = field(init=False)
    _sizes: dict[str, Size] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._levels = {level.id: level for level in levels(self.model)}
        for parent in reversed(self._levels):  # what is inside before what is around it
            boxes = self._boxes(parent).values()
            width = max((box.x + box.width for box in boxes), default=TASK[0])
            height = max((box.y + box.height for box in boxes), default=TASK[1])
            self._sizes[parent] = (width + 2 * PADDING, height + 2 * PADDING)

    def shapes(self, parent: str, x: float, y: float) -> Iterator[tuple[str, Shape]]:
        """The shapes of a level whose upper left corner is at `x`, `y`, then of those inside it."""
        boxes = {node: Box(x + b.x, y + b.y, b.width, b.height) for node, b in self._boxes(parent).items()}
        for node, box in boxes.items():
            yield node, Shape(box)
            if node in self._levels:
                yield from self.shapes(node, box.x + PADDING, box.y + PADDING)
        events = (element for element in self._levels[parent].elements.values() if element.attached_to in boxes)
        for number, event in enumerate(events):
            host = boxes[event.attached_to or ""]
            yield event.id, Shape(Box(host.x + 8 + number % 3 * 40, host.y + host.height - 18, 36, 36))

    def _boxes(self, parent: str) -> dict[str, Box]:
        """Where each element of a level stands inside of it."""
        cells = self._cells(parent)
        widths: dict[int, float] = {}
        heights: dict[int, float] = {}
        for node, (column, row) in cells.items():
            width, height = self._size(self.model.elements[node])
            widths[column] = max(widths.get(column, 0), width)
            heights[row] = max(heights.get(row, 0), height)
        left, top = _starts(widths), _starts(heights)
        boxes = {
            node: self._centred(node, left[column], widths[column], top[row], heights[row])
            for node, (column, row) in cells.items()
        }
        return boxes | self._raised(parent, sum(heights.values()) + GAP * len(heights))

    def _raised(self, parent: str, y: float) -> dict[str, Box]:
        """The event subprocesses of a level, beside each other."""
        raised = [element for element in self.model.inside(parent or None) if element.triggered_by_event]
        left = _starts({number: self._size(one)[0] for number, one in enumerate(raised)})
        return {one.id: Box(left[number], y, *self._size(one)) for number, one in enumerate(raised)}

    def _centred(self, node: str, x: float, width: float, y: float, height: float) -> Box:
        own_width, own_height = self._size(self.model.elements[node])
        return Box(x + (width - own_width) / 2, y + (height - own_height) / 2, own_width, own_height)

    def _cells(self, parent: str) -> dict[str, Cell]:
        """The column and the row of each element."""
        order = [node for node in upstream_first(self._levels[parent]) if not self.model.elements[node].attached_to]
        filled: dict[int, int] = {}
        cells: dict[str, Cell] = {}
        for node in order:
            before = (element.id for element in self.model.before(node))
            column = max((cells[one][0] for one in before if one in cells), default=-1) + 1
            filled[column] = filled.get(column, -1) + 1
            cells[node] = (column, filled[column])
        return cells

    def _size(self, element: Element) -> Size:
        if element.id in self._sizes:
            return self._sizes[element.id]
        return next((size for end, size in SIZES.items() if element.kind.endswith(end)), TASK)


def _starts(sizes: dict[int, float]) -> dict[int, float]:
    """Where each column (or row) begins, from how wide they are."""
    found, at = {}, 0.0
    for number in range(max(sizes, default=-1) + 1):
        found[number] = at
        at += sizes.get(number, 0) + GAP
    return found


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
