"""Draws what stands: pools, lanes, tasks, events, gateways, notes, data."""

from __future__ import annotations

from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.drawing import symbols
from engine.definitions.drawing.geometry import Box, Shape
from engine.definitions.drawing.paper import PLAIN, Group, Look, Paper
from engine.definitions.elements import kind_name

BAND = 30.0
"""Width of the strip with the name of a pool or lane."""

NAMES = {
    "participant": "participante",
    "lane": "responsable",
    "textAnnotation": "nota",
    "group": "grupo",
    "dataObjectReference": "dato",
    "dataStoreReference": "almacén de datos",
}
THROWING = ("endEvent", "intermediateThrowEvent")


class ShapeArtist:
    """Draws the shapes of one diagram."""

    def __init__(self, paper: Paper, model: DiagramModel) -> None:
        """Draw on `paper`; the model says what repeats, waits or calls."""
        self.paper = paper
        self.model = model

    def draw(self, element_id: str, shape: Shape, kind: str, name: str) -> None:
        """One shape with its signs and its name."""
        element = self.model.elements.get(element_id)
        what = kind_name(element) if element else NAMES.get(kind, kind)
        group = self.paper.group(element_id, f"node {kind}", f"{name or element_id}: {what}")
        look = self.paper.look(element_id)
        if element is None:
            self._surrounding(group, shape, kind, name)
        elif element.is_event:
            self._event(group, shape, element, look)
        elif element.is_gateway:
            self._gateway(group, shape, element, look)
        else:
            self._activity(group, shape, element, look)

    def _surrounding(self, group: Group, shape: Shape, kind: str, name: str) -> None:
        box = shape.box
        if kind in ("participant", "lane"):
            self._swimlane(group, shape, kind, name)
        elif kind == "textAnnotation":
            self.paper.path(group, f"M{box.x + 12:.1f} {box.y:.1f}H{box.x:.1f}v{box.height:.1f}h12")
            self.paper.text(group, name, box.center, box.width - 8, size=11, most=12)
        elif kind == "group":
            self.paper.rectangle(group, box, rx=8, stroke_dasharray="9 4 2 4")
        else:
            corner = min(12.0, box.width / 3)
            points = f"M{box.x:.1f} {box.y:.1f}h{box.width - corner:.1f}l{corner:.1f} {corner:.1f}"
            self.paper.path(group, f"{points}v{box.height - corner:.1f}h{-box.width:.1f}z", fill="#ffffff")
            self._label(group, shape, name)

    def _swimlane(self, group: Group, shape: Shape, kind: str, name: str) -> None:
        box = shape.box
        self.paper.rectangle(group, box, fill="#ffffff" if kind == "participant" else "none")
        if not shape.horizontal:
            self.paper.text(group, name, (box.center[0], box.y + BAND / 2), box.width, most=2)
            return
        if box.height < 2 * BAND:  # an empty pool, only a bar
            self.paper.text(group, name, box.center, box.width, most=2)
            return
        self.paper.path(group, f"M{box.x + BAND:.1f} {box.y:.1f}v{box.height:.1f}")
        self.paper.text(group, name, (box.x + BAND / 2, box.center[1]), box.height - 8, most=2, turned=True)

    def _event(self, group: Group, shape: Shape, element: Element, look: Look) -> None:
        box = shape.box
        radius = min(box.width, box.height) / 2
        dashes = look.dashes or ("5 3" if not element.interrupting else "")
        line = {"stroke_dasharray": dashes} if dashes else {}
        width = 4.0 if element.kind == "endEvent" else look.width
        self.paper.circle(group, box.center, radius, fill=look.fill, stroke_width=width, **line)
        if element.kind in ("boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"):
            self.paper.circle(group, box.center, radius - 3.5, **line)
        sign = symbols.EVENTS.get(element.event)
        if sign:
            self._sign(group, sign, box, 36, filled=element.kind in THROWING, width=1.3)
        self._label(group, shape, element.name)

    def _sign(self, group: Group, sign: str, box: Box, field: float, *, filled: bool, width: float) -> None:
        scale = min(box.width, box.height) / field
        fill = self.paper.look(group.get("data-element") or "").stroke if filled else "none"
        move = f"translate({box.x:.1f} {box.y:.1f}) scale({scale:.3f})"
        self.paper.path(group, sign, transform=move, fill=fill, stroke_width=width)

    def _gateway(self, group: Group, shape: Shape, element: Element, look: Look) -> None:
        box, (cx, cy) = shape.box, shape.box.center
        right, low = box.x + box.width, box.y + box.height
        points = f"M{cx:.1f} {box.y:.1f}L{right:.1f} {cy:.1f}L{cx:.1f} {low:.1f}L{box.x:.1f} {cy:.1f}z"
        dashes = {"stroke_dasharray": look.dashes} if look.dashes else {}
        self.paper.path(group, points, fill=look.fill, stroke_width=look.width, **dashes)
        sign = symbols.GATEWAYS.get(element.kind, "")
        width = 1.3 if element.kind in symbols.THIN_GATEWAYS else 3
        scale = min(box.width, box.height) / 50
        self.paper.path(group, sign, transform=f"translate({cx:.1f} {cy:.1f}) scale({scale:.3f})", stroke_width=width)
        self._label(group, shape, element.name)

    def _activity(self, group: Group, shape: Shape, element: Element, look: Look) -> None:
        box = shape.box
        width = 4.0 if element.kind == "callActivity" and look is PLAIN else look.width
        drawn = look.dashes or ("2 4" if element.triggered_by_event else "")
        dashes = {"stroke_dasharray": drawn} if drawn else {}
        self.paper.rectangle(group, box, rx=10, fill=look.fill, stroke_width=width, **dashes)
        opened = element.kind == "subProcess" and shape.expanded
        sign = symbols.TASKS.get(element.kind)
        if sign:
            corner = Box(box.x + 5, box.y + 5, 18, 18)
            self._sign(group, sign, corner, 18, filled=element.kind in symbols.FILLED_TASKS, width=1.1)
        feet = self._feet(element, opened=opened)
        self._draw_feet(group, box, feet)
        if opened:
            self.paper.text(group, element.name, (box.center[0], box.y + 14), box.width - 30, most=1)
            return
        free = box.height - (14 if sign else 4) - (16 if feet else 4)
        top = box.y + (14 if sign else 4) + free / 2
        self.paper.text(
            group, element.name, (box.center[0], top), box.width - 10, size=11.5, most=max(1, int(free / 13.5))
        )

    def _feet(self, element: Element, *, opened: bool) -> list[str]:
        """The signs at its foot: loop, repetition, something inside."""
        feet = [symbols.LOOP] if element.loop else []
        if element.multiple:
            feet.append(symbols.SEQUENTIAL if element.sequential else symbols.PARALLEL)
        if element.kind == "callActivity" or (element.kind == "subProcess" and not opened):
            feet.append(symbols.COLLAPSED)
        return feet

    def _draw_feet(self, group: Group, box: Box, feet: list[str]) -> None:
        for number, sign in enumerate(feet):
            x = box.center[0] + (number - (len(feet) - 1) / 2) * 18
            self.paper.path(
                group, sign, transform=f"translate({x:.1f} {box.y + box.height - 10:.1f})", stroke_width=1.5
            )

    def _label(self, group: Group, shape: Shape, name: str) -> None:
        """A name outside its shape: where the file says, else below."""
        if not name:
            return
        if shape.label is not None:
            self.paper.text(group, name, shape.label.center, shape.label.room, size=11, most=5)
            return
        box = shape.box
        self.paper.text(group, name, (box.center[0], box.y + box.height + 16), 100, size=11, most=3)
