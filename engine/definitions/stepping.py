"""Steps of a diagram added, taken away, moved and led elsewhere without drawing: the picture follows, lanes stay.

Only where it is plain what follows: a step with one way out, and nothing at its border. All else is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree

from engine.definitions.markup import BPMN, BPMNDI, DC, DI, Node, bpmn, local, parse
from engine.errors import Invalid, UnknownElement

WIDTH, HEIGHT, GAP = 100.0, 80.0, 60.0
AROUND = ("participant", "lane", "subProcess")
"""What grows where room is made inside it."""

Point = tuple[float, float]
Box = tuple[float, float, float, float]


def insert_after(xml: bytes, element_id: str, name: str) -> tuple[bytes, str]:
    """A task of a person after an element, in its lane, and its id. Raises `Invalid`, `UnknownElement`."""
    drawing = _Drawing(xml)
    before = drawing.node(element_id)
    (flow,) = drawing.plain_way_out(before)
    task_id, flow_id = drawing.free_id("paso"), drawing.free_id("flujo")
    x, y, width, height = drawing.box(element_id)
    drawing.make_room(x + width, WIDTH + GAP)
    task = etree.Element(bpmn("userTask"), id=task_id, name=name)
    before.addnext(task)
    _same_indent(before, task)
    drawing.into_lane_of(element_id, task_id)
    drawing.plane.append(_shape(task_id, (x + width + GAP, y + height / 2 - HEIGHT / 2, WIDTH, HEIGHT)))
    onward = etree.Element(bpmn("sequenceFlow"), id=flow_id, sourceRef=task_id, targetRef=str(flow.get("targetRef")))
    flow.addnext(onward)
    drawing.plane.append(etree.Element(f"{{{BPMNDI}}}BPMNEdge", id=f"{flow_id}_di", bpmnElement=flow_id))
    flow.set("targetRef", task_id)
    drawing.lead([flow, onward])
    return drawing.written(), task_id


def remove(xml: bytes, element_id: str) -> bytes:
    """The step is gone, and what led to it leads to what followed it. Raises `Invalid`, `UnknownElement`."""
    drawing = _Drawing(xml)
    node = drawing.node(element_id)
    if local(node) in ("startEvent", "endEvent") or local(node).endswith("Gateway"):
        raise Invalid("Los comienzos, los finales y las decisiones se quitan en el dibujo.")
    (onward,) = drawing.plain_way_out(node)
    arriving = [one for one in drawing.flows() if one.get("targetRef") == element_id]
    if onward in arriving or not arriving:
        raise Invalid("Nada llega a ese paso. Quítelo en el dibujo.")
    for one in arriving:
        one.set("targetRef", str(onward.get("targetRef")))
    drawing.forget(onward)
    drawing.forget(node)
    drawing.lead(arriving)
    return drawing.written()


def swap_with_next(xml: bytes, element_id: str) -> bytes:
    """The step changes its turn with the one after it; each stays in its lane. Raises `Invalid`, `UnknownElement`."""
    drawing = _Drawing(xml)
    (between,) = drawing.plain_way_out(drawing.node(element_id))
    next_id = str(between.get("targetRef"))
    following = drawing.node(next_id)
    if local(following) in ("endEvent", "intermediateCatchEvent") or local(following).endswith("Gateway"):
        raise Invalid(
            "Después no sigue un paso con el que se pueda cambiar: sigue una decisión, una espera o el final."
        )
    (onward,) = drawing.plain_way_out(following)
    if [one for one in drawing.flows() if one.get("targetRef") == next_id] != [between]:
        raise Invalid("A ese otro paso se llega también por otro lado. Cámbielos en el dibujo.")
    arriving = [one for one in drawing.flows() if one.get("targetRef") == element_id]
    for one in arriving:
        one.set("targetRef", next_id)
    between.set("sourceRef", next_id)
    between.set("targetRef", element_id)
    onward.set("sourceRef", element_id)
    drawing.swap_places(element_id, next_id)
    drawing.lead([*arriving, between, onward])
    return drawing.written()


def set_next(xml: bytes, element_id: str, target_id: str) -> bytes:
    """What follows a step is another one of the same level. Raises `Invalid`, `UnknownElement`."""
    drawing = _Drawing(xml)
    node, target = drawing.node(element_id), drawing.node(target_id)
    (onward,) = drawing.plain_way_out(node)
    if node.getparent() is not target.getparent() or local(target) in ("startEvent", "boundaryEvent"):
        raise Invalid("Ese paso no puede seguir a este: está dentro de otro, o es un comienzo.")
    onward.set("targetRef", target_id)
    drawing.lead([onward])
    return drawing.written()


class _Drawing:
    """The file of a diagram being changed: its steps, its flows and its picture."""

    def __init__(self, xml: bytes) -> None:
        parse(xml)  # refuses what is dangerous; below, comments must survive
        self.root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
        plane = next(self.root.iter(f"{{{BPMNDI}}}BPMNPlane"), None)
        if plane is None:
            raise Invalid("El diagrama no tiene dibujo. Ábralo en el editor y guárdelo primero.")
        self.plane = plane

    def written(self) -> bytes:
        return etree.tostring(self.root.getroottree(), xml_declaration=True, encoding="UTF-8")

    def node(self, element_id: str) -> Node:
        for node in self.root.iter(f"{{{BPMN}}}*"):
            if node.get("id") == element_id:
                return node
        raise UnknownElement("Ese paso no está en el borrador. Actualice la página: quizá lo quitaron.")

    def flows(self) -> list[Node]:
        return list(self.root.iter(bpmn("sequenceFlow")))

    def plain_way_out(self, node: Node) -> list[Node]:
        """The one flow that leaves it; raises `Invalid` where it is not plain what follows."""
        element_id = node.get("id")
        if any(one.get("attachedToRef") == element_id for one in self.root.iter(bpmn("boundaryEvent"))):
            raise Invalid("Ese paso tiene algo en su borde (un plazo, un aviso). Cámbielo en el dibujo.")
        found = [one for one in self.flows() if one.get("sourceRef") == element_id]
        if len(found) != 1:
            raise Invalid("De ese paso no sale un solo camino. Cámbielo en el dibujo.")
        return found

    def free_id(self, stem: str) -> str:
        taken = {str(node.get("id")) for node in self.root.iter() if isinstance(node.tag, str)}
        return next(one for number in range(1, len(taken) + 2) if (one := f"{stem}_{number}") not in taken)

    def into_lane_of(self, element_id: str, task_id: str) -> None:
        for reference in list(self.root.iter(bpmn("flowNodeRef"))):
            if (reference.text or "").strip() == element_id:
                fresh = etree.Element(bpmn("flowNodeRef"))
                fresh.text = task_id
                reference.addnext(fresh)
                _same_indent(reference, fresh)

    def forget(self, node: Node) -> None:
        element_id = node.get("id")
        for one in [*self._pictures(str(element_id)), *self._references(str(element_id)), node]:
            _take_out(one)

    def _references(self, element_id: str) -> Iterator[Node]:
        for name in ("flowNodeRef", "incoming", "outgoing"):
            yield from [one for one in self.root.iter(bpmn(name)) if (one.text or "").strip() == element_id]

    def _pictures(self, element_id: str) -> list[Node]:
        return [one for one in self.plane if one.get("bpmnElement") == element_id]

    def box(self, element_id: str) -> Box:
        for shape in self._pictures(element_id):
            bounds = shape.find(f"{{{DC}}}Bounds")
            if bounds is not None:
                x, y, width, height = (float(bounds.get(name, "0")) for name in ("x", "y", "width", "height"))
                return x, y, width, height
        raise Invalid("Ese paso no está dibujado. Ábralo en el editor y guárdelo primero.")

    def make_room(self, cut: float, by: float) -> None:
        """Everything to the right of a line goes further right, and what is around it grows."""
        kinds = {str(node.get("id")): local(node) for node in self.root.iter(f"{{{BPMN}}}*")}
        for picture in self.plane:
            around = kinds.get(str(picture.get("bpmnElement"))) in AROUND
            for bounds in picture.iter(f"{{{DC}}}Bounds"):
                x, width = float(bounds.get("x", "0")), float(bounds.get("width", "0"))
                if x >= cut or (not around and x + width / 2 >= cut):
                    bounds.set("x", _number(x + by))
                elif around and x + width > cut:
                    bounds.set("width", _number(width + by))
            for point in picture.iter(f"{{{DI}}}waypoint"):
                if float(point.get("x", "0")) > cut:
                    point.set("x", _number(float(point.get("x", "0")) + by))

    def swap_places(self, one: str, other: str) -> None:
        """Each takes the other's place from left to right; the height is that of its own lane."""
        (x, _, width, _), (x2, _, width2, _) = self.box(one), self.box(other)
        self._move(one, x2 + width2 / 2 - width / 2 - x)
        self._move(other, x + width / 2 - width2 / 2 - x2)

    def _move(self, element_id: str, by: float) -> None:
        for shape in self._pictures(element_id):
            for bounds in shape.iter(f"{{{DC}}}Bounds"):
                bounds.set("x", _number(float(bounds.get("x", "0")) + by))

    def lead(self, flows: Sequence[Node]) -> None:
        """Draw flows anew, and say at both ends that they come and go."""
        for flow in flows:
            flow_id, source, target = (str(flow.get(name)) for name in ("id", "sourceRef", "targetRef"))
            for picture in self._pictures(flow_id):
                for old in picture.findall(f"{{{DI}}}waypoint"):
                    picture.remove(old)
                points = _between(self.box(source), self.box(target))
                for place, (x, y) in enumerate(points):
                    picture.insert(place, etree.Element(f"{{{DI}}}waypoint", x=_number(x), y=_number(y)))
            if any(True for _ in self.root.iter(bpmn("outgoing"), bpmn("incoming"))):
                self._tie(flow_id, source, target)

    def _tie(self, flow_id: str, source: str, target: str) -> None:
        for one in [one for one in self._references(flow_id) if local(one) != "flowNodeRef"]:
            _take_out(one)
        for name, element_id in (("outgoing", source), ("incoming", target)):
            node = self.node(element_id)
            fresh = etree.Element(bpmn(name))
            fresh.text = flow_id
            leading = ("documentation", "extensionElements", "incoming", "outgoing")
            place = sum(1 for one in node if local(one) in (leading if name == "outgoing" else leading[:3]))
            node.insert(place, fresh)


def _between(source: Box, target: Box) -> list[Point]:
    """Straight where they stand at one height, by an elbow where not, below both where it goes back."""
    (x, y, width, height), (x2, y2, width2, height2) = source, target
    middle, middle2 = y + height / 2, y2 + height2 / 2
    if x2 >= x + width:
        elbow = (x + width + x2) / 2
        ends = [(x + width, middle), (x2, middle2)]
        return ends if middle == middle2 else [ends[0], (elbow, middle), (elbow, middle2), ends[1]]
    below = max(y + height, y2 + height2) + 20
    left, right = x2 + width2 / 2, x + width / 2
    return [(right, y + height), (right, below), (left, below), (left, y2 + height2)]


def _shape(element_id: str, box: Box) -> Node:
    shape = etree.Element(f"{{{BPMNDI}}}BPMNShape", id=f"{element_id}_di", bpmnElement=element_id)
    named = dict(zip(("x", "y", "width", "height"), map(_number, box), strict=True))
    etree.SubElement(shape, f"{{{DC}}}Bounds", named)
    return shape


def _number(value: float) -> str:
    return f"{value:g}" if abs(value) < 1e6 else str(value)


def _same_indent(before: Node, fresh: Node) -> None:
    fresh.tail = before.tail


def _take_out(node: Node) -> None:
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)
