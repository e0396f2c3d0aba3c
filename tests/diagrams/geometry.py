"""Where the shapes, lines and labels of a drawn diagram lie, and which of them get in each other's way."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
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

    def touches(self, point: Point) -> bool:
        """Whether a point lies on its edge, to a pixel."""
        spot = _spot(point)
        outer = Box("", "", "", self.x - 1, self.y - 1, self.width + 2, self.height + 2)
        inner = Box("", "", "", self.x + 1, self.y + 1, self.width - 2, self.height - 2)
        return outer.contains(spot) and not (
            inner.x < spot.x < inner.x + inner.width and inner.y < spot.y < inner.y + inner.height
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
        self._boxes = {shape.owner: shape for shape in self.shapes}
        self._lanes = {(ref.text or "").strip(): ref.getparent() for ref in root.iter(f"{BPMN}flowNodeRef")}
        self._lanes_by_role = {_role(lane): lane for lane in root.iter(f"{BPMN}lane")}
        self._pools = {pool.get("processRef"): pool for pool in root.iter(f"{BPMN}participant")}

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

    def width(self) -> float:
        """From the left end of the drawing to its right end."""
        return max(box.x + box.width for box in self.shapes) - min(box.x for box in self.shapes)

    def levels(self) -> dict[str, int]:
        """How many tasks, calls, subprocesses and gateways the process has, and each subprocess."""
        around = [e.getparent().get("id") for e in self._elements.values() if _is(e, *COUNTED)]
        return {level: around.count(level) for level in around}

    def nameless_events(self) -> list[str]:
        """Events without a name; where a subprocess only begins and ends, none is needed."""
        return [
            id
            for id, e in self._elements.items()
            if etree.QName(e).localname.endswith("Event")
            and not e.get("name")
            and not (_is(e.getparent(), "subProcess") and _is(e, "startEvent", "endEvent"))
        ]

    def lanes(self) -> list[str]:
        """The roles of the lanes, from above to below."""
        drawn = [shape for shape in self.shapes if shape.kind == "lane"]
        return [_role(self._elements[lane.owner]) for lane in sorted(drawn, key=lambda lane: lane.y)]

    def faults(self) -> list[str]:
        """Everything that makes the page hard to read, as sentences."""
        return [
            *self._overlapping_shapes(),
            *self._spilling_texts(),
            *self._covered_labels(),
            *self._lines_through_shapes(),
            *self._lines_over_lines(),
            *self._slanted_lines(),
            *self._outside_their_holder(),
            *self._lanes_over_lanes(),
            *self._labels_outside(),
            *self._lines_outside(),
            *self._loose_ends(),
        ]

    def crossings(self) -> list[tuple[str, str]]:
        """Pairs of flows that cross each other."""
        return [
            (a.id, b.id)
            for a, b in combinations(self.lines, 2)
            if any(_cross(s, t) for s in a.segments for t in b.segments)
        ]

    def holders(self, element_id: str) -> list[str]:
        """What an element must lie in: the subprocesses around it, its lanes, its pool; each of them drawn."""
        element = self._elements[element_id]
        around = [e.get("id") for e in element.iterancestors() if _is(e, "subProcess", "lane")]
        lane = self._lane_of(element)
        around += (
            [] if lane is None else [lane.get("id"), *(e.get("id") for e in lane.iterancestors() if _is(e, "lane"))]
        )
        around += [self._pools[e.get("id")].get("id") for e in element.iterancestors() if e.get("id") in self._pools]
        return [holder for holder in around if holder in self._boxes]

    def _lane_of(self, element: etree._Element) -> etree._Element | None:
        """The lane of a node; one inside a subprocess, that may cross lanes, has that of its own first role."""
        lane = self._lanes.get(element.get("id"))
        if lane is not None:
            return None if _is(element, "subProcess") else lane
        role = element.get(f"{CAMUNDA}candidateGroups", "").partition(",")[0]
        return self._lanes_by_role.get(role)

    def _outside_their_holder(self) -> Iterator[str]:
        for shape in self.shapes:
            host = self._elements[shape.owner].get("attachedToRef")
            if host is not None and not shape.overlaps(self._boxes[host]):
                yield f"{shape.owner} does not touch {host}"
            for holder in self.holders(shape.owner):
                if not self._boxes[holder].contains(shape):
                    yield f"{shape.owner} lies outside {holder}"

    def _lanes_over_lanes(self) -> Iterator[str]:
        for a, b in combinations([shape for shape in self.shapes if shape.kind in ("lane", "participant")], 2):
            nested = {a.owner, b.owner} & {*self.holders(a.owner), *self.holders(b.owner)}
            if a.overlaps(b) and not nested:
                yield f"{a.owner} lies over {b.owner}"

    def _labels_outside(self) -> Iterator[str]:
        for label in self.labels:
            for holder in self._around(label.owner):
                if not self._boxes[holder].contains(label):
                    yield f"the label of {label.owner} lies outside {holder}"

    def _lines_outside(self) -> Iterator[str]:
        for line in self.lines:
            for holder in self._around(line.id):
                if not all(self._boxes[holder].contains(_spot(point)) for point in line.points):
                    yield f"{line.id} leaves {holder}"

    def _around(self, element_id: str) -> list[str]:
        """The drawn pool and subprocesses of an element; a label or line may well lie in the next lane."""
        return [one for one in self.holders(element_id) if self._boxes[one].kind != "lane"]

    def _loose_ends(self) -> Iterator[str]:
        for line in self.lines:
            for point, end in ((line.points[0], line.source), (line.points[-1], line.target)):
                if not self._boxes[end].touches(point):
                    yield f"{line.id} does not reach {end}"

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


COUNTED = (
    "userTask",
    "serviceTask",
    "sendTask",
    "receiveTask",
    "callActivity",
    "subProcess",
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
)
DRAWN = {
    "startEvent",
    "endEvent",
    "intermediateCatchEvent",
    "boundaryEvent",
    *COUNTED,
    "sequenceFlow",
    "lane",
    "participant",
}


def _is(element: etree._Element, *kinds: str) -> bool:
    return etree.QName(element).localname in kinds


def _role(lane: etree._Element) -> str:
    return next((str(p.get("value")) for p in lane.iter(f"{CAMUNDA}property") if p.get("name") == "pes.rol"), "")


def _spot(point: Point) -> Box:
    return Box("", "point", "", *point, 0, 0)


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
