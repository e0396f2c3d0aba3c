"""The drawing: what was added gets a place, what was turned gets new lines."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from engine.definitions.diagram import DiagramModel
from engine.definitions.drawing.columns import SIZES, in_columns, layout_of
from engine.definitions.drawing.geometry import Box, Edge, Layout, Shape
from engine.definitions.importing.draft import Draft
from engine.definitions.markup import BPMNDI, DC, DI, Node, bpmn, reference
from engine.definitions.reading import read_diagram


def _draw(draft: Draft) -> None:
    _forget_strangers(draft)
    model = read_diagram(etree.tostring(draft.root), draft.prefix)
    planes = _planes(draft)
    drawn = layout_of(draft.root, model)
    shown = {reference(one.get("bpmnElement")) for plane in planes.values() for one in plane}
    if not any(element in shown for element in model.elements):
        drawn = in_columns(model)
    shapes = {**drawn.shapes, **_placed(model, drawn)}
    for element_id, shape in shapes.items():
        if element_id not in shown:
            _plane_of(model, planes, element_id).append(_shape(element_id, shape))
    _draw_notes(draft, planes[""], shapes, shown)
    edges = _edges(draft, model, Layout(shapes, drawn.edges), shown)
    for plane in planes.values():
        for old in [one for one in plane if reference(one.get("bpmnElement")) in edges]:
            plane.remove(old)
    for edge_id, edge in edges.items():
        _plane_of(model, planes, model.flows[edge_id].source).append(_edge(edge_id, edge))


def _planes(draft: Draft) -> dict[str, Node]:
    """The pages of the drawing: the first as ``, that of a collapsed subprocess by its id."""
    found = {"": _plane(draft)}
    for plane in draft.root.iter(f"{{{BPMNDI}}}BPMNPlane"):
        if plane is not found[""]:
            found.setdefault(reference(plane.get("bpmnElement")), plane)
    return found


def _plane_of(model: DiagramModel, planes: Mapping[str, Node], element_id: str) -> Node:
    """Where an element is drawn: on the page of the nearest subprocess around it that has one."""
    element = model.elements.get(element_id)
    around = element.parent_id if element is not None else None
    while around is not None and around not in planes:
        around = model.elements[around].parent_id
    return planes[around or ""]


def _draw_notes(draft: Draft, plane: Node, shapes: Mapping[str, Shape], shown: set[str]) -> None:
    """Notes of ours stand above the step that they are tied to."""
    for tied in draft.process.iter(bpmn("association")):
        note, step = str(tied.get("targetRef")), shapes.get(str(tied.get("sourceRef")))
        if note in shown or step is None or not note.startswith("nota_"):
            continue
        box = Box(step.box.x, step.box.y - 80, 160, 60)
        plane.append(_shape(note, Shape(box, expanded=True)))
        plane.append(_edge(str(tied.get("id")), Edge((_edge_of(step.box, box), _edge_of(box, step.box)))))


def _forget_strangers(draft: Draft) -> None:
    """Pictures of what no longer exists."""
    ids = {str(node.get("id")) for node in draft.root.iter() if node.get("id")}
    for one in list(draft.root.iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge")):
        parent = one.getparent()
        if reference(one.get("bpmnElement")) not in ids and parent is not None:
            parent.remove(one)


def _plane(draft: Draft) -> Node:
    within = {str(one.get("id")) for one in draft.process.iter(bpmn("subProcess"))}
    planes = list(draft.root.iter(f"{{{BPMNDI}}}BPMNPlane"))
    outer = (one for one in planes if reference(one.get("bpmnElement")) not in within)
    plane = next(outer, planes[0] if planes else None)
    if plane is None:
        diagram = etree.SubElement(draft.root, f"{{{BPMNDI}}}BPMNDiagram", nsmap={"bpmndi": BPMNDI, "dc": DC, "di": DI})
        plane = etree.SubElement(diagram, f"{{{BPMNDI}}}BPMNPlane", bpmnElement=str(draft.process.get("id")))
    return plane


def _placed(model: DiagramModel, drawn: Layout) -> dict[str, Shape]:
    """A place for each element without one: beside what it is connected with."""
    placed: dict[str, Shape] = {}
    count = 0
    for element in model.elements.values():
        if element.id in drawn.shapes:
            continue
        known = {**drawn.shapes, **placed}
        near = next(
            (known[one.id].box for one in [*model.before(element.id), *model.after(element.id)] if one.id in known),
            None,
        )
        width, height = next((size for end, size in SIZES.items() if element.kind.endswith(end)), (100.0, 80.0))
        below = near is not None and any(one.id in known for one in model.before(element.id))
        x = (near.x + near.width + 25 if below else near.x - width - 25) if near else 40.0 * count
        y = near.center[1] - height / 2 + (30 * (count % 3)) if near else -140.0
        placed[element.id] = Shape(Box(x, y, width, height), expanded=False)
        count += 1
    return placed


def _edges(draft: Draft, model: DiagramModel, layout: Layout, shown: set[str]) -> dict[str, Edge]:
    """Lines for the flows that have none or were turned: as the columns lead them, else straight."""
    found: dict[str, Edge] = {}
    for flow in model.flows.values():
        turned = bool({flow.id, flow.source, flow.target} & draft.moved)
        source, target = layout.shapes.get(flow.source), layout.shapes.get(flow.target)
        if flow.id in layout.edges and not turned:
            if flow.id not in shown:
                found[flow.id] = layout.edges[flow.id]
        elif source and target:
            found[flow.id] = Edge((_edge_of(source.box, target.box), _edge_of(target.box, source.box)))
    return found


def _edge_of(box: Box, towards: Box) -> tuple[float, float]:
    """The point of the border that looks towards another box."""
    (x, y), (tx, ty) = box.center, towards.center
    dx, dy = tx - x, ty - y
    if dx == dy == 0:
        return x, y
    scale = min(box.width / 2 / abs(dx) if dx else 1e9, box.height / 2 / abs(dy) if dy else 1e9)
    return x + dx * scale, y + dy * scale


def _shape(element_id: str, shape: Shape) -> Node:
    node = etree.Element(f"{{{BPMNDI}}}BPMNShape", id=f"{element_id}_di", bpmnElement=element_id)
    if not shape.expanded:
        node.set("isExpanded", "false")
    box = {name: f"{getattr(shape.box, name):.0f}" for name in ("x", "y", "width", "height")}
    etree.SubElement(node, f"{{{DC}}}Bounds", box)
    return node


def _edge(edge_id: str, edge: Edge) -> Node:
    node = etree.Element(f"{{{BPMNDI}}}BPMNEdge", id=f"{edge_id}_di", bpmnElement=edge_id)
    for x, y in edge.points:
        etree.SubElement(node, f"{{{DI}}}waypoint", x=f"{x:.0f}", y=f"{y:.0f}")
    return node


STEPS = (_draw,)
