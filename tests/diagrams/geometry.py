"""Where the shapes, lines and labels of a drawn diagram lie, and which of them get in each other's way."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from lxml import etree

BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"

CONTAINERS = {"participant", "lane", "subProcess"}
CHARACTER_WIDTH, LINE_HEIGHT = 6.0, 14.0

Point = tuple[float, float]
Segment = tuple[Point, Point]


@dataclass(frozen=True)
class Box:
    """A rectangle of the drawing: a shape, or the label of a shape or line (`owner`)."""

    owner: str
    kind: str
    text: str
    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Box) -> bool:
        """Whether both share more than an edge."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )

    def contains(self, other: Box) -> bool:
        return (
            self.x <= other.x
            and self.y <= other.y
            and self.x + self.width >= other.x + other.width
            and self.y + self.height >= other.y + other.height
        )

    def is_crossed_by(self, segment: Segment) -> bool:
        """Whether a horizontal or vertical segment runs through the inside."""
        (x1, y1), (x2, y2) = segment
        return (
            min(x1, x2) < self.x + self.width
            and max(x1, x2) > self.x
            and min(y1, y2) < self.y + self.height
            and max(y1, y2) > self.y
        )


@dataclass(frozen=True)
class Line:
    """A sequence flow as drawn."""

    id: str
    source: str
    target: str
    points: tuple[Point, ...]

    @property
    def segments(self) -> list[Segment]:
        return list(zip(self.points, self.points[1:], strict=False))


class Drawing:
    """The geometry of one diagram, read from its BPMN DI."""

    def __init__(self, xml: bytes) -> None:
        root = etree.fromstring(xml)
        self._elements = {e.get("id"): e for e in root.iter(etree.Element) if e.get("id")}
        self.shapes = [self._box(shape) for shape in root.iter(f"{BPMNDI}BPMNShape")]
        self.lines = [self._line(edge) for edge in root.iter(f"{BPMNDI}BPMNEdge")]
        self.labels = [box for it in root.iter(f"{BPMNDI}BPMNShape", f"{BPMNDI}BPMNEdge") for box in self._label(it)]

    def _kind(self, element_id: str) -> str:
        return str(etree.QName(self._elements[element_id]).localname)

    def _box(self, shape: etree._Element) -> Box:
        owner = shape.get("bpmnElement", "")
        bounds = shape.find(f"{DC}Bounds")
        assert bounds is not None
        return Box(owner, self._kind(owner), self._elements[owner].get("name", ""), *_numbers(bounds))

    def _label(self, item: etree._Element) -> Iterator[Box]:
        bounds = item.find(f"{BPMNDI}BPMNLabel/{DC}Bounds")
        owner = item.get("bpmnElement", "")
        if bounds is not None:
            yield Box(owner, "label", self._elements[owner].get("name", ""), *_numbers(bounds))

    def _line(self, edge: etree._Element) -> Line:
        flow = self._elements[edge.get("bpmnElement")]
        points = tuple((float(p.get("x", 0)), float(p.get("y", 0))) for p in edge.iter(f"{DI}waypoint"))
        return Line(flow.get("id", ""), flow.get("sourceRef", ""), flow.get("targetRef", ""), points)

    def undrawn(self) -> list[str]:
        """Nodes and flows without a place on the page."""
        drawn = {shape.owner for shape in self.shapes} | {line.id for line in self.lines}
        return [
            id for id, element in self._elements.items() if etree.QName(element).localname in DRAWN and id not in drawn
        ]

    def faults(self) -> list[str]:
        """Everything that makes the page hard to read, as sentences."""
        return [
            *self._overlapping_shapes(),
            *self._spilling_texts(),
            *self._covered_labels(),
            *self._lines_through_shapes(),
            *self._lines_over_lines(),
            *self._slanted_lines(),
        ]

    def crossings(self) -> list[tuple[str, str]]:
        """Pairs of flows that cross each other."""
        return [
            (a.id, b.id)
            for a, b in combinations(self.lines, 2)
            if any(_cross(s, t) for s in a.segments for t in b.segments)
        ]

    def _flat(self) -> list[Box]:
        return [shape for shape in self.shapes if shape.kind not in CONTAINERS]

    def _overlapping_shapes(self) -> Iterator[str]:
        for a, b in combinations(self._flat(), 2):
            hosts = {self._elements[x.owner].get("attachedToRef") for x in (a, b)}
            if a.overlaps(b) and not hosts & {a.owner, b.owner}:
                yield f"{a.owner} lies over {b.owner}"
        for box in (shape for shape in self.shapes if shape.kind == "subProcess"):
            for shape in self._flat():
                if shape.overlaps(box) and not box.contains(shape) and shape.kind != "boundaryEvent":
                    yield f"{shape.owner} lies across the edge of {box.owner}"

    def _spilling_texts(self) -> Iterator[str]:
        for shape in self._flat():
            if shape.kind.endswith(("Task", "Activity")) and not _fits(shape.text, shape.width - 8, shape.height - 20):
                yield f"the name of {shape.owner} does not fit"
        for label in self.labels:
            if not _fits(label.text, label.width + 4, label.height):
                yield f"the label of {label.owner} does not fit"

    def _covered_labels(self) -> Iterator[str]:
        for label in self.labels:
            for other in self._flat() + self.labels:
                if other is not label and label.overlaps(other):
                    yield f"the label of {label.owner} lies over {other.kind} {other.owner}"
            for box in (shape for shape in self.shapes if shape.kind == "subProcess"):
                if label.overlaps(box) and not box.contains(label):
                    yield f"the label of {label.owner} lies across the edge of {box.owner}"
            for lane in (shape for shape in self.shapes if shape.kind == "lane"):
                if label.overlaps(lane) and not lane.contains(label):
                    yield f"the label of {label.owner} lies across the edge of {lane.owner}"
            for line in self.lines:
                if any(label.is_crossed_by(segment) for segment in line.segments):
                    yield f"{line.id} runs through the label of {label.owner}"

    def _lines_through_shapes(self) -> Iterator[str]:
        for line in self.lines:
            for shape in self._flat():
                host = self._elements[shape.owner].get("attachedToRef")
                if {line.source, line.target} & {shape.owner, host}:
                    continue
                if any(shape.is_crossed_by(segment) for segment in line.segments):
                    yield f"{line.id} runs through {shape.owner}"
            yield from self._ends_inside(line)

    def _ends_inside(self, line: Line) -> Iterator[str]:
        boxes = {shape.owner: shape for shape in self.shapes}
        for end in (boxes[line.source], boxes[line.target]):
            if end.kind not in CONTAINERS and any(end.is_crossed_by(segment) for segment in line.segments):
                yield f"{line.id} runs through its own end {end.owner}"
            if end.kind == "subProcess" and any(end.is_crossed_by(segment) for segment in line.segments):
                yield f"{line.id} runs through its own end {end.owner}"

    def _lines_over_lines(self) -> Iterator[str]:
        for a, b in combinations(self.lines, 2):
            if a.source == b.source or a.target == b.target:
                continue  # a bundle that fans out or in is read as one
            if any(_run_together(s, t) for s in a.segments for t in b.segments):
                yield f"{a.id} runs along {b.id}"

    def _slanted_lines(self) -> Iterator[str]:
        for line in self.lines:
            if any(a[0] != b[0] and a[1] != b[1] for a, b in line.segments):
                yield f"{line.id} is slanted"


DRAWN = {
    "startEvent",
    "endEvent",
    "intermediateCatchEvent",
    "boundaryEvent",
    "userTask",
    "serviceTask",
    "sendTask",
    "callActivity",
    "subProcess",
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "sequenceFlow",
    "lane",
    "participant",
}


def _numbers(bounds: etree._Element) -> tuple[float, float, float, float]:
    x, y, width, height = (float(bounds.get(name, 0)) for name in ("x", "y", "width", "height"))
    return x, y, width, height


def _fits(text: str, width: float, height: float) -> bool:
    lines, room = 1, width
    for word in text.split():
        needed = len(word) * CHARACTER_WIDTH
        if needed > width:
            return False
        if needed > room:
            lines, room = lines + 1, width
        room -= needed + CHARACTER_WIDTH
    return math.ceil(lines * LINE_HEIGHT) <= height


def _run_together(s: Segment, t: Segment) -> bool:
    for axis in (0, 1):
        level = {s[0][axis], s[1][axis], t[0][axis], t[1][axis]}
        if len(level) == 1:
            other = 1 - axis
            low = max(min(s[0][other], s[1][other]), min(t[0][other], t[1][other]))
            high = min(max(s[0][other], s[1][other]), max(t[0][other], t[1][other]))
            return high - low > 1
    return False


def _cross(s: Segment, t: Segment) -> bool:
    for a, b in ((s, t), (t, s)):
        if a[0][1] == a[1][1] and b[0][0] == b[1][0]:
            x, y = b[0][0], a[0][1]
            across = min(a[0][0], a[1][0]) < x < max(a[0][0], a[1][0])
            return across and min(b[0][1], b[1][1]) < y < max(b[0][1], b[1][1])
    return False
