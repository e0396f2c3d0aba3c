"""The sheet that a diagram is drawn on: groups, lines, texts, and how marks look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lxml import etree

from engine.definitions.drawing.geometry import Box, Point
from engine.definitions.drawing.lettering import lines_of

SVG = "http://www.w3.org/2000/svg"
INK = "#1b2733"
FONT = "'Liberation Sans', Arial, Helvetica, sans-serif"
LINE_HEIGHT = 1.2

Group: TypeAlias = "etree._Element"


@dataclass(frozen=True, slots=True)
class Look:
    """How a marked element is drawn: colours, and a line that tells it apart without colour."""

    fill: str
    stroke: str
    width: float = 1.5
    dashes: str = ""


PLAIN = Look("#ffffff", INK)
PALETTE: Mapping[str, Look] = {
    "hecho": Look("#e6f4ec", "#146c43", 2),
    "actual": Look("#dbeafe", "#0b4a8f", 3.5),
    "vencido": Look("#fdeceb", "#b3261e", 3.5, "7 4"),
    "incidente": Look("#ffeadb", "#9a3d00", 3.5, "2 4"),
    "calor1": Look("#fff6d9", "#7a5200", 1.5),
    "calor2": Look("#ffe0a3", "#7a5200", 2),
    "calor3": Look("#ffb98a", "#9a3d00", 3),
    "nuevo": Look("#e6f4ec", "#146c43", 3.5),
    "cambiado": Look("#dbeafe", "#0b4a8f", 3.5, "7 4"),
    "quitado": Look("#fdeceb", "#b3261e", 3.5, "2 4"),
}
MARKED = Look("#fff4d6", "#7a5200", 3.5)
"""A mark that the palette doesn't know."""

MARK_NAMES: Mapping[str, str] = {
    "actual": "en curso",
    "calor1": "rápido",
    "calor2": "tarda",
    "calor3": "lo que más tarda",
}


class Paper:
    """A sheet with one group for each thing drawn."""

    def __init__(self, bounds: Box, marks: Mapping[str, str]) -> None:
        """Take the visible field, and the marks by element id."""
        self.marks = marks
        self.root = etree.Element(f"{{{SVG}}}svg", nsmap={None: SVG})  # type: ignore[dict-item]
        self._set(
            self.root,
            viewBox=f"{bounds.x:.1f} {bounds.y:.1f} {bounds.width:.1f} {bounds.height:.1f}",
            width=f"{bounds.width:.0f}",
            height=f"{bounds.height:.0f}",
            role="img",
            font_family=FONT,
            fill="none",
            stroke=INK,
            stroke_width="1.5",
            stroke_linejoin="round",
        )

    def describe(self, title: str, description: str) -> None:
        """What is read aloud in place of the picture."""
        self._add(self.root, "title").text = title
        self._add(self.root, "desc").text = description
        self.root.set("aria-label", f"{title}. {description}")

    def look(self, element_id: str) -> Look:
        """How this element is to look."""
        mark = self.marks.get(element_id)
        return PALETTE.get(mark, MARKED) if mark else PLAIN

    def group(self, element_id: str, kind: str, what: str) -> Group:
        """A group for one element or flow; `what` is shown when the pointer rests on it."""
        mark = self.marks.get(element_id, "")
        group = self._add(self.root, "g")
        self._set(group, class_=" ".join(filter(None, (kind, mark))), data_element=element_id)
        if mark:
            look = self.look(element_id)
            self._set(group, stroke=look.stroke)
            what = f"{what} ({MARK_NAMES.get(mark, mark)})"
        self._add(group, "title").text = what
        return group

    def path(self, group: Group, points: str, **attributes: object) -> None:
        """A line or a closed figure."""
        self._set(self._add(group, "path"), d=points, **attributes)

    def rectangle(self, group: Group, box: Box, **attributes: object) -> None:
        """A rectangle; `rx` rounds its corners."""
        self._set(
            self._add(group, "rect"),
            x=f"{box.x:.1f}",
            y=f"{box.y:.1f}",
            width=f"{box.width:.1f}",
            height=f"{box.height:.1f}",
            **attributes,
        )

    def circle(self, group: Group, center: Point, radius: float, **attributes: object) -> None:
        """A circle."""
        self._set(
            self._add(group, "circle"), cx=f"{center[0]:.1f}", cy=f"{center[1]:.1f}", r=f"{radius:.1f}", **attributes
        )

    def text(
        self, group: Group, text: str, at: Point, width: float, *, size: float = 12, most: int = 6, turned: bool = False
    ) -> None:
        """A text in lines around the point `at`; `turned` reads from below to above."""
        lines = lines_of(text, width, size, most)
        top = at[1] - (len(lines) - 1) * size * LINE_HEIGHT / 2 + size * 0.35
        node = self._add(group, "text")
        self._set(node, font_size=f"{size:g}", text_anchor="middle", fill=INK, stroke="#ffffff", stroke_width="3")
        self._set(node, paint_order="stroke")
        if turned:
            self._set(node, transform=f"rotate(-90 {at[0]:.1f} {at[1]:.1f})")
        for number, line in enumerate(lines):
            span = self._add(node, "tspan")
            self._set(span, x=f"{at[0]:.1f}", y=f"{top + number * size * LINE_HEIGHT:.1f}")
            span.text = line

    def _add(self, holder: Group, tag: str) -> Group:
        return etree.SubElement(holder, f"{{{SVG}}}{tag}")

    def _set(self, node: Group, **attributes: object) -> None:
        for name, value in attributes.items():
            plain = name.rstrip("_")
            node.set(plain if plain == "viewBox" else plain.replace("_", "-"), str(value))
