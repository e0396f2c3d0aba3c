"""What a drawn picture shows of a diagram, and what of it is missing, misplaced or cut off by its edge."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from tests.diagrams.geometry import CHARACTER_WIDTH, Box, Drawing

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = r"-?\d+(?:\.\d+)?"


class Canvas:
    """One SVG beside the drawing it was made from."""

    def __init__(self, drawing: Drawing, svg: str) -> None:
        self._drawing = drawing
        self._root = etree.fromstring(svg)
        self._groups = {str(group.get("data-element")): group for group in self._root.iter(f"{SVG}g")}
        x, y, width, height = map(float, self._root.get("viewBox", "").split())
        self._field = Box("", "canvas", "", x, y, width, height)

    def faults(self) -> list[str]:
        """What somebody who looks at the picture does not see, or sees elsewhere, as sentences."""
        return [*self._shapes(), *self._lines(), *self._names(), *self._texts()]

    def _shapes(self) -> Iterator[str]:
        for shape in self._drawing.shapes:
            group = self._groups.get(shape.owner)
            if group is None or f"node {shape.kind}" != group.get("class"):
                yield f"{shape.kind} {shape.owner} is not drawn"
                continue
            figure = _figure(group)
            if figure is None or not _same(figure, shape):
                yield f"{shape.owner} is drawn somewhere else"
            if not self._field.contains(shape):
                yield f"{shape.owner} is off the canvas"

    def _lines(self) -> Iterator[str]:
        for line in self._drawing.lines:
            group = self._groups.get(line.id)
            path = None if group is None else group.find(f"{SVG}path")
            if path is None:
                yield f"{line.id} is not drawn"
                continue
            corners = _corners(path.get("d", ""))
            if (corners[0], corners[-1]) != (line.points[0], line.points[-1]):
                yield f"{line.id} is drawn somewhere else"
            if not all(self._field.contains(Box("", "", "", *point, 0, 0)) for point in corners):
                yield f"{line.id} is off the canvas"

    def _names(self) -> Iterator[str]:
        """A pool and a lane are named inside their own bounds."""
        for shape in self._drawing.shapes:
            if shape.kind not in ("participant", "lane") or shape.owner not in self._groups:
                continue
            written = self._groups[shape.owner].find(f"{SVG}text")
            if written is None or " ".join(written.itertext()) != shape.text:
                yield f"{shape.kind} {shape.owner} is not named"
            elif not shape.contains(_area(written)):
                yield f"the name of {shape.owner} lies outside of it"

    def _texts(self) -> Iterator[str]:
        for element, group in self._groups.items():
            if not all(self._field.contains(_area(text)) for text in group.iter(f"{SVG}text")):
                yield f"the name of {element} is cut off"


def _figure(group: etree._Element) -> Box | None:
    """The bounds of the first thing drawn in a group."""
    rectangle, circle, path = (group.find(f"{SVG}{tag}") for tag in ("rect", "circle", "path"))
    if rectangle is not None:
        return Box("", "", "", *(float(rectangle.get(name, 0)) for name in ("x", "y", "width", "height")))
    if circle is not None:
        x, y, r = (float(circle.get(name, 0)) for name in ("cx", "cy", "r"))
        return Box("", "", "", x - r, y - r, 2 * r, 2 * r)
    corners = _corners("" if path is None else path.get("d", ""))
    if not corners:
        return None
    (left, right), (top, low) = ((min(axis), max(axis)) for axis in zip(*corners, strict=True))
    return Box("", "", "", left, top, right - left, low - top)


def _corners(path: str) -> list[tuple[float, float]]:
    """The points of a path of straight lines."""
    return [(float(x), float(y)) for x, y in re.findall(rf"[ML ]?({NUMBER})[ ,]({NUMBER})", path)]


def _same(a: Box, b: Box) -> bool:
    return all(abs(getattr(a, name) - getattr(b, name)) <= 0.2 for name in ("x", "y", "width", "height"))


def _area(text: etree._Element) -> Box:
    """Where the lines of a text lie, about: as long as their letters, around their middle."""
    spans = text.findall(f"{SVG}tspan")
    size = float(text.get("font-size", 12))
    longest = max((len(span.text or "") for span in spans), default=0) * CHARACTER_WIDTH * size / 12
    x, ys = float(spans[0].get("x", 0)), [float(span.get("y", 0)) for span in spans]
    area = Box("", "", "", x - longest / 2, ys[0] - size * 0.8, longest, ys[-1] - ys[0] + size)
    turned = re.match(rf"rotate\(-90 ({NUMBER}) ({NUMBER})\)", text.get("transform", ""))
    if not turned:
        return area
    cx, cy = float(turned[1]), float(turned[2])
    return Box("", "", "", cx + area.y - cy, cy + cx - area.x - area.width, area.height, area.width)
