"""Draws what connects: sequence flows, message flows, associations."""

from __future__ import annotations

import math

from engine.definitions.diagram import DiagramModel, Flow
from engine.definitions.drawing.geometry import Box, Edge, Point
from engine.definitions.drawing.paper import INK, Group, Paper

HEAD = 10.0
DASHES = {"messageFlow": "8 5", "association": "2 4", "dataInputAssociation": "2 4", "dataOutputAssociation": "2 4"}


class EdgeArtist:
    """Draws the edges of one diagram."""

    def __init__(self, paper: Paper, model: DiagramModel) -> None:
        """Draw on `paper`; the model says which flows are conditional or default."""
        self.paper = paper
        self.model = model

    def draw(self, edge_id: str, edge: Edge, kind: str, name: str) -> None:
        """One edge with its head, its sign and its name."""
        flow = self.model.flows.get(edge_id)
        group = self.paper.group(edge_id, f"flow {kind}", name or self._between(flow))
        dashes = {"stroke_dasharray": DASHES[kind]} if kind in DASHES else {}
        self.paper.path(group, "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in edge.points), **dashes)
        if kind == "sequenceFlow":
            self._head(group, edge.points[-2], edge.points[-1], filled=True)
            self._default(group, edge, flow)
        elif kind == "messageFlow":
            self._head(group, edge.points[-2], edge.points[-1], filled=False)
            self.paper.circle(group, edge.points[0], 4, fill="#ffffff")
        if name:
            self._label(group, edge, name)

    def _between(self, flow: Flow | None) -> str:
        if flow is None:
            return "Relación"
        ends = (self.model.elements.get(flow.source), self.model.elements.get(flow.target))
        return " → ".join(end.name or end.id for end in ends if end is not None)

    def _head(self, group: Group, before: Point, tip: Point, *, filled: bool) -> None:
        along = _direction(before, tip)
        across = (-along[1], along[0])
        base = (tip[0] - HEAD * along[0], tip[1] - HEAD * along[1])
        corners = [
            (base[0] + side * HEAD * 0.45 * across[0], base[1] + side * HEAD * 0.45 * across[1]) for side in (1, -1)
        ]
        fill = self.paper.look(group.get("data-element") or "").stroke if filled else "#ffffff"
        points = f"M{tip[0]:.1f} {tip[1]:.1f}" + "".join(f"L{x:.1f} {y:.1f}" for x, y in corners) + "z"
        self.paper.path(group, points, fill=fill, stroke_width="1")

    def _default(self, group: Group, edge: Edge, flow: Flow | None) -> None:
        """The stroke across the beginning of the flow taken when no condition holds."""
        source = self.model.elements.get(flow.source) if flow else None
        if flow is None or source is None or source.default_flow != flow.id:
            return
        along = _direction(edge.points[0], edge.points[1])
        x, y = edge.points[0][0] + along[0] * 12, edge.points[0][1] + along[1] * 12
        dx, dy = along[0] * 3.5 - along[1] * 5, along[1] * 3.5 + along[0] * 5
        self.paper.path(group, f"M{x - dx:.1f} {y - dy:.1f}L{x + dx:.1f} {y + dy:.1f}", stroke=INK)

    def _label(self, group: Group, edge: Edge, name: str) -> None:
        if edge.label is not None:
            self.paper.text(group, name, edge.label.center, edge.label.room, size=11, most=4)
            return
        place = _longest_middle(edge)
        self.paper.text(group, name, (place[0], place[1] - 9), 100, size=11, most=3)


def _direction(start: Point, end: Point) -> Point:
    length = math.dist(start, end) or 1.0
    return (end[0] - start[0]) / length, (end[1] - start[1]) / length


def _longest_middle(edge: Edge) -> Point:
    segments = list(zip(edge.points, edge.points[1:], strict=False))
    start, end = max(segments, key=lambda segment: math.dist(*segment))
    return Box(start[0], start[1], end[0] - start[0], end[1] - start[1]).center
