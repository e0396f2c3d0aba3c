"""Lays a diagram out anew: columns from left to right, lanes kept, arrows on tracks of their own that never share one.

Every element stands in a cell of its lane; an arrow that passes columns takes free cells on the way, so that it crosses
no element. What leads back runs in a row of its own below.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.drawing.geometry import Box, Layout, Point, drawn_in
from engine.definitions.linting.graph import Level, levels, upstream_first
from engine.definitions.markup import BPMN, Node, local, parse
from engine.definitions.reading import read_tree
from engine.errors import Invalid

MOST = 1_000
EVENT, GATEWAY, TASK = (36.0, 36.0), (50.0, 50.0), (110.0, 80.0)
GAP, TRACK, PAD, HEAD = 40.0, 12.0, 34.0, 30.0
THIN = 24.0
"""How high a row is in which nothing but arrows runs."""
STEP, BESIDE = 4.0, 5.0
"""How far apart arrows touch an element, and run beside each other through one row."""

Row = tuple[int, int]
"""A lane and a row of it."""
Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Tidied:
    """Where everything is to lie: boxes by id, the corners of arrows, where the names of arrows begin."""

    shapes: Mapping[str, Box]
    edges: Mapping[str, tuple[Point, ...]]
    labels: Mapping[str, Point]


def tidy(xml: bytes) -> Tidied:
    """Where everything would lie in order. Raises `UnreadableDiagram`, `Invalid` where it can't be told."""
    root = parse(xml)
    model, drawn = read_tree(root), drawn_in(root)
    pools = {str(node.get("id")): str(node.get("processRef") or "") for node in root.iter(f"{{{BPMN}}}participant")}
    mine = next((one for one, key in pools.items() if key == model.process_key and one in drawn.shapes), "")
    if sum(bool(key) for one, key in pools.items() if one in drawn.shapes) > 1:
        raise Invalid("Hay varios procesos en el dibujo: ordénelo a mano.")
    if any(local(node) == "childLaneSet" for node in root.iter(f"{{{BPMN}}}*")):
        raise Invalid("Hay franjas dentro de otras: ordénelo a mano.")
    if len(model.elements) > MOST:
        raise Invalid(f"El dibujo tiene más de {MOST} elementos: ordénelo por partes.")
    if any(one.id not in drawn.shapes for one in model.inside(None)):
        raise Invalid("El dibujo no está completo. Guárdelo primero.")
    return _Sheet(root, model, drawn, mine).tidied()


@dataclass
class _Sheet:
    """The whole drawing: the pool, its lanes, and what is inside."""

    root: Node
    model: DiagramModel
    drawn: Layout
    pool: str

    def tidied(self) -> Tidied:
        lanes = sorted((one for one in self.model.lanes if one in self.drawn.shapes), key=self._top)
        grid = _Grid(self.model, self.drawn, "", {lane: place for place, lane in enumerate(lanes)})
        grid.lay()
        x, y = self._corner()
        left = x + (HEAD if self.pool else 0) + (HEAD if lanes else 0)
        shapes, edges, labels = grid.moved(left, y)
        width = grid.width + left - x
        if self.pool:
            shapes[self.pool] = Box(x, y, width, grid.height)
        for place, lane in enumerate(lanes):
            top, height = grid.lane(place)
            start = x + (HEAD if self.pool else 0)
            shapes[lane] = Box(start, y + top, x + width - start, height)
        self._others(shapes, edges)
        return Tidied(shapes, edges, labels)

    def _others(self, shapes: dict[str, Box], edges: dict[str, tuple[Point, ...]]) -> None:
        """What is beside the process: other pools stay above or below it, notes go with what they are about."""
        own, sunk = self.drawn.shapes.get(self.pool), 0.0
        if own is not None:
            sunk = shapes[self.pool].height - own.box.height
        for node in self.root.iter(f"{{{BPMN}}}participant"):
            pool = str(node.get("id"))
            if pool in self.drawn.shapes and pool not in shapes and own is not None:
                box = self.drawn.shapes[pool].box
                down = sunk if box.y >= own.box.y + own.box.height else 0.0
                shapes[pool] = Box(box.x, box.y + down, box.width, box.height)
        for node in self.root.iter(f"{{{BPMN}}}association"):
            ends = [str(node.get(name) or "") for name in ("sourceRef", "targetRef")]
            for note, about in (ends, ends[::-1]):
                if note in self.drawn.shapes and note not in shapes and about in shapes and about in self.drawn.shapes:
                    box, old, new = self.drawn.shapes[note].box, self.drawn.shapes[about].box, shapes[about]
                    moved = Box(box.x + new.x - old.x, box.y + new.y - old.y, box.width, box.height)
                    shapes[note] = moved
        for node in [*self.root.iter(f"{{{BPMN}}}association"), *self.root.iter(f"{{{BPMN}}}messageFlow")]:
            boxes = [shapes.get(str(node.get(name) or "")) for name in ("sourceRef", "targetRef")]
            if node.get("id") in self.drawn.edges and boxes[0] is not None and boxes[1] is not None:
                edges[str(node.get("id"))] = _upright(boxes[0], boxes[1])

    def _top(self, lane: str) -> float:
        return self.drawn.shapes[lane].box.y

    def _corner(self) -> Point:
        if self.pool:
            box = self.drawn.shapes[self.pool].box
            return box.x, box.y
        boxes = [one.box for key, one in self.drawn.shapes.items() if key in self.model.elements]
        return min((box.x for box in boxes), default=0.0), min((box.y for box in boxes), default=0.0)


@dataclass
class _Way:
    """An arrow: from where to where, and the row through which it passes the columns between."""

    id: str
    source: str
    target: str
    border: str = ""
    through: Row | None = None
    columns: tuple[int, ...] = ()
    back: bool = False


@dataclass
class _Hop:
    """The piece of an arrow in the gap behind a column."""

    gap: int
    start: float
    stop: float


@dataclass
class _Grid:
    """One level: cells, then rows and columns with their sizes, then arrows."""

    model: DiagramModel
    drawn: Layout
    parent: str
    lanes: Mapping[str, int]
    columns: dict[str, int] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    taken: set[tuple[int, Row]] = field(default_factory=set)
    ways: list[_Way] = field(default_factory=list)
    inner: dict[str, _Grid] = field(default_factory=dict)
    sizes: dict[str, Size] = field(default_factory=dict)
    hops: dict[str, list[_Hop]] = field(default_factory=dict)
    width: float = 0.0
    height: float = 0.0
    _centers: dict[Row, float] = field(default_factory=dict)
    _bottoms: dict[Row, float] = field(default_factory=dict)
    _lane_boxes: list[tuple[float, float]] = field(default_factory=list)
    _lefts: dict[int, float] = field(default_factory=dict)
    _widths: dict[int, float] = field(default_factory=dict)
    _offsets: dict[tuple[str, str], float] = field(default_factory=dict)
    _tracks: dict[tuple[str, int], float] = field(default_factory=dict)

    def lay(self) -> None:
        level = next((one for one in levels(self.model) if (one.id or "") == self.parent), None)
        if level is not None:
            self._cells(level)
            self._route()
        self._sizes()
        self._rows_and_lanes()
        self._ports()
        self._columns()

    # cells

    def _cells(self, level: Level) -> None:
        borders = {one.id: one.attached_to or "" for one in level.elements.values() if one.attached_to}
        order = [one for one in upstream_first(level) if one not in borders and one in self.drawn.shapes]
        place = {one: number for number, one in enumerate(order)}
        before = defaultdict(list)
        for flow in self.model.flows.values():
            source = borders.get(flow.source, flow.source)
            if source in place and flow.target in place:
                border = flow.source if flow.source in borders else ""
                self.ways.append(_Way(flow.id, source, flow.target, border))
                before[flow.target].append(source)
        for one in order:
            ahead = [self.columns[other] for other in before[one] if place[other] < place[one]]
            self.columns[one] = max(ahead, default=-1) + 1
        for one in sorted(order, key=lambda node: (self.columns[node], place[node])):
            self._stand(one, [other for other in before[one] if place[other] < place[one]])
        raised = [one for one in self.model.inside(self.parent or None) if one.triggered_by_event]
        for inside in raised:
            if inside.id in self.drawn.shapes:
                self.columns.setdefault(inside.id, 0)
                lane = self._lane(inside)
                self._take(inside.id, (lane, self._free((0,), lane, self._depth(lane))))

    def _stand(self, one: str, before: list[str]) -> None:
        lane = self._lane(self.model.elements[one])
        near = next((self.rows[other][1] for other in before if other in self.rows and self.rows[other][0] == lane), 0)
        self._take(one, (lane, self._free((self.columns[one],), lane, near)))

    def _take(self, one: str, row: Row) -> None:
        self.rows[one] = row
        self.taken.add((self.columns[one], row))

    def _lane(self, element: Element) -> int:
        return self.lanes.get(element.lane_id or "", 0)

    def _free(self, columns: tuple[int, ...], lane: int, first: int) -> int:
        """The first row of a lane, from one on, where all these columns are free."""
        row = first
        while any((column, (lane, row)) in self.taken for column in columns):
            row += 1
        return row

    def _depth(self, lane: int) -> int:
        return max((row + 1 for _column, (own, row) in self.taken if own == lane), default=0)

    def _route(self) -> None:
        """The row through which each arrow passes what lies between its ends."""
        for way in self.ways:
            first, last = self.columns[way.source], self.columns[way.target]
            way.back = last <= first
            way.columns = tuple(range(last, first + 1)) if way.back else tuple(range(first + 1, last))
            if not way.columns:
                continue
            source, target = self.rows[way.source], self.rows[way.target]
            if way.back:
                row: Row = (source[0], self._free(way.columns, source[0], source[1] + 1))
            else:
                ends = (target, source) if not way.border else (target,)
                row = next((one for one in ends if self._is_free(way.columns, one)), (target[0], -1))
                if row[1] < 0:
                    row = (target[0], self._free(way.columns, target[0], target[1] + 1))
            way.through = row
            self.taken |= {(column, row) for column in way.columns}

    def _is_free(self, columns: tuple[int, ...], row: Row) -> bool:
        return all((column, row) not in self.taken for column in columns)

    # sizes

    def _sizes(self) -> None:
        for one in self.rows:
            element = self.model.elements[one]
            self.sizes[one] = self._size(element)
            if element.kind.endswith("ubProcess") and self.drawn.shapes[one].expanded and self.model.inside(one):
                grid = _Grid(self.model, self.drawn, one, {})
                grid.lay()
                self.inner[one] = grid
                self.sizes[one] = (max(grid.width, TASK[0]), max(grid.height, TASK[1]))

    def _size(self, element: Element) -> Size:
        if element.kind.endswith("Event"):
            return EVENT
        if element.kind.endswith("Gateway"):
            return GATEWAY
        box = self.drawn.shapes[element.id].box
        return (min(max(box.width, 80.0), 200.0), min(max(box.height, 60.0), 120.0))

    def _borders(self, host: str) -> list[Element]:
        own = [one for one in self.model.elements.values() if one.attached_to == host and one.id in self.drawn.shapes]
        return sorted(own, key=lambda one: self.drawn.shapes[one.id].box.x)

    def _rows_and_lanes(self) -> None:
        y = 0.0
        for lane in range(max(1, len(self.lanes), *(row[0] + 1 for _column, row in self.taken), 1)):
            top = y
            y += PAD / 2
            for number in range(max(self._depth(lane), 1)):
                y = self._row((lane, number), y)
            y += PAD / 2
            y = max(y, top + 100.0) if self.lanes else y
            self._lane_boxes.append((top, y - top))
        self.height = y

    def _row(self, row: Row, y: float) -> float:
        """Where a row lies that begins at `y`; where the next one does."""
        nodes = [one for one, own in self.rows.items() if own == row]
        runs = sum(way.through == row for way in self.ways)
        height = max([self.sizes[one][1] for one in nodes] + [THIN + BESIDE * runs])
        self._centers[row] = y + PAD / 2 + height / 2
        below = [way for way in self.ways if way.border and self.rows[way.source] == row]
        overhang = 18.0 if any(self._borders(one) for one in nodes) else 0.0
        bottom = y + PAD / 2 + height + overhang
        for number, way in enumerate(below):
            self._offsets[(way.id, "border")] = bottom + 10 + TRACK * number
        return bottom + PAD / 2 + (10 + TRACK * len(below) if below else 0) + (14 if nodes else 0)

    def lane(self, place: int) -> tuple[float, float]:
        """Where a lane begins, and how high it is."""
        return self._lane_boxes[place]

    # arrows

    def _ports(self) -> None:
        """How far from the middle each arrow leaves and enters, and where it runs in its row."""
        rows = defaultdict(list)
        for way in self.ways:
            if way.through is not None:
                rows[way.through].append(way)
        for row, ways in rows.items():
            for number, way in enumerate(ways):
                self._offsets[(way.id, "run")] = self._centers[row] + BESIDE * (number - (len(ways) - 1) / 2)
        touching: dict[tuple[int, Row], int] = defaultdict(int)
        for way in self.ways:
            for gap, row in {(gap, row) for gap, row, _far in self._ends(way)}:
                touching[(gap, row)] += 1
        outs, ins = defaultdict(list), defaultdict(list)
        for way in self.ways:
            if not way.border:
                outs[way.source].append(way)
            ins[way.target].append(way)
        for node, own in outs.items():
            self._spread(node, own, "out", 2, touching, self.columns[node])
        for node, own in ins.items():
            self._spread(node, own, "in", 1, touching, self.columns[node] - 1)

    def _ends(self, way: _Way) -> Iterator[tuple[int, Row, Row]]:
        """The gaps in which an arrow touches a row: the gap, the row, and the row it comes from or goes on to."""
        source, target = self.rows[way.source], self.rows[way.target]
        first, last = self.columns[way.source], self.columns[way.target] - 1
        yield first, source, way.through or target
        yield last, target, way.through or source

    def _spread(
        self, node: str, ways: list[_Way], end: str, odd: int, touching: Mapping[tuple[int, Row], int], gap: int
    ) -> None:
        row, middle = self.rows[node], self._centers[self.rows[node]]
        most = self.sizes[node][1] / 2 - 2
        number = 0
        for way in sorted(ways, key=lambda one: self._other(one, end)):
            far = way.through if way.through is not None else self.rows[way.target if end == "out" else way.source]
            straight = far == row and not way.back and not (way.border and way.through is None)
            if straight:
                run = self._offsets.get((way.id, "run"), middle)
                self._offsets[(way.id, end)] = run
            elif touching[(gap, row)] == 1:
                self._offsets[(way.id, end)] = middle
            else:
                away = STEP * (odd + 2 * (number // 2)) * (-1 if number % 2 == 0 else 1)
                self._offsets[(way.id, end)] = middle + max(-most, min(most, away))
                number += 1

    def _other(self, way: _Way, end: str) -> Row:
        return way.through or self.rows[way.target if end == "out" else way.source]

    def _columns(self) -> None:
        """The pieces of the arrows in each gap, each on a track of its own; then how wide gaps and columns are."""
        pieces: dict[int, list[tuple[_Way, _Hop]]] = defaultdict(list)
        for way in self.ways:
            self.hops[way.id] = list(self._hops(way))
            for hop in self.hops[way.id]:
                if abs(hop.start - hop.stop) > 0.5:
                    pieces[hop.gap].append((way, hop))
        count = max(self.columns.values(), default=-1) + 1
        x = self._gap(-1, pieces, 0.0)
        for column in range(count):
            own = [self.sizes[one][0] for one in self.columns if self.columns[one] == column]
            self._lefts[column], self._widths[column] = x, max(own, default=0.0)
            x = self._gap(column, pieces, x + self._widths[column])
        self.width = max(x, TASK[0] + 2 * GAP)

    def _gap(self, gap: int, pieces: Mapping[int, list[tuple[_Way, _Hop]]], x: float) -> float:
        own = sorted(pieces.get(gap, ()), key=lambda one: -one[1].start if one[1].stop > one[1].start else one[1].start)
        for number, (way, _hop) in enumerate(own):
            self._tracks[(way.id, gap)] = x + GAP / 2 + TRACK * number
        return x + GAP + TRACK * max(0, len(own) - 1)

    def _hops(self, way: _Way) -> Iterator[_Hop]:
        start = self._offsets[(way.id, "border")] if way.border else self._offsets[(way.id, "out")]
        stop = self._offsets[(way.id, "in")]
        first, last = self.columns[way.source], self.columns[way.target] - 1
        if way.through is None:
            yield _Hop(first, start, stop)
            return
        run = self._offsets[(way.id, "run")]
        yield _Hop(first, start, run)
        yield _Hop(last, run, stop)

    # where it all lies

    def moved(self, x: float, y: float) -> tuple[dict[str, Box], dict[str, tuple[Point, ...]], dict[str, Point]]:
        """Shapes, arrows and names of arrows with the corner of the level at `x`, `y`."""
        shapes: dict[str, Box] = {}
        edges: dict[str, tuple[Point, ...]] = {}
        labels: dict[str, Point] = {}
        for one in self.rows:
            box = self._box(one)
            shapes[one] = Box(x + box.x, y + box.y, box.width, box.height)
            for number, border in enumerate(self._borders(one)):
                left = x + box.x + 10 + 42 * number
                shapes[border.id] = Box(left, y + box.y + box.height - 18, *EVENT)
            if one in self.inner:
                within = self.inner[one].moved(x + box.x, y + box.y)
                for mine, theirs in zip((shapes, edges, labels), within, strict=True):
                    mine.update(theirs)  # type: ignore[attr-defined]
        for way in self.ways:
            points = tuple((x + px, y + py) for px, py in self._points(way))
            edges[way.id] = points
            labels[way.id] = self._label(points)
        return shapes, edges, labels

    def _box(self, one: str) -> Box:
        width, height = self.sizes[one]
        column = self.columns[one]
        return Box(
            self._lefts[column] + (self._widths[column] - width) / 2,
            self._centers[self.rows[one]] - height / 2,
            width,
            height,
        )

    def _points(self, way: _Way) -> list[Point]:
        points = list(self._leaving(way))
        for hop in self.hops[way.id]:
            track = self._tracks.get((way.id, hop.gap))
            if track is not None:
                points += [(track, hop.start), (track, hop.stop)]
        points.append(
            (self._side(way.target, self._offsets[(way.id, "in")], right=False), self._offsets[(way.id, "in")])
        )
        return _without_needless(points)

    def _leaving(self, way: _Way) -> Iterator[Point]:
        if way.border:
            box = self._box(way.source)
            number = [one.id for one in self._borders(way.source)].index(way.border)
            middle = box.x + 10 + 42 * number + 18
            yield middle, box.y + box.height + 18
            yield middle, self._offsets[(way.id, "border")]
            return
        out = self._offsets[(way.id, "out")]
        yield self._side(way.source, out, right=True), out

    def _side(self, one: str, y: float, *, right: bool) -> float:
        """Where the outline of an element is at a height."""
        box, kind = self._box(one), self.model.elements[one].kind
        away, half = abs(y - (box.y + box.height / 2)), box.width / 2
        if kind.endswith("Event"):
            half = math.sqrt(max(half * half - away * away, 0.0))
        elif kind.endswith("Gateway"):
            half -= away
        return box.x + box.width / 2 + (half if right else -half)

    def _label(self, points: tuple[Point, ...]) -> Point:
        """Above the first level piece that is long enough, else beside the beginning."""
        for (ax, ay), (bx, by) in itertools.pairwise(points[1:]):
            if ay == by and bx > ax:
                return ax + 4, ay - 16
        return points[0][0] + 4, points[0][1] - 16


def _upright(source: Box, target: Box) -> tuple[Point, ...]:
    """A line between two boxes that lie one above the other, from the middle of the narrower one."""
    x = min(source, target, key=lambda box: box.width).center[0]
    if source.y + source.height <= target.y:
        return (x, source.y + source.height), (x, target.y)
    if target.y + target.height <= source.y:
        return (x, source.y), (x, target.y + target.height)
    return source.center, target.center


def _without_needless(points: list[Point]) -> list[Point]:
    """Corners only: no point twice, none in the middle of a straight piece."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and (kept[-2][0] == kept[-1][0] == point[0] or kept[-2][1] == kept[-1][1] == point[1]):
            kept[-1] = point
        else:
            kept.append(point)
    return kept
