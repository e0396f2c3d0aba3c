"""Everything that can be taken out of the shipped bundle, one thing at a time: nodes, flows, outputs, fields."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from engine.definitions.diagram import DiagramModel
from engine.definitions.linting import Finding, lint
from engine.definitions.markup import local
from engine.definitions.reading import NODES
from tests.diagrams.surroundings import Forms, forms, known_names, models, shipped

Node = etree._Element


@dataclass(frozen=True)
class Deletion:
    """What was taken out of the shipped bundle, and what that left of its diagram or its form."""

    kind: str
    place: str
    what: str
    diagram: bytes = b""
    form: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.place}/{self.what}"

    def undone(self) -> Deletion:
        """The same place with nothing taken out."""
        return replace(self, diagram=shipped()[self.place] if self.diagram else b"", form=None)

    @property
    def diagrams(self) -> Mapping[str, bytes]:
        """Every diagram by process, as they are then."""
        return {**shipped(), self.place: self.diagram} if self.diagram else shipped()

    @property
    def forms(self) -> Forms:
        """Every form by key, as they are then."""
        return {**forms(), **self.changed_forms}

    @property
    def changed_forms(self) -> Forms:
        """The form that is another."""
        return {} if self.form is None else {self.place: dict(self.form)}

    def findings(self) -> list[Finding]:
        """What the linter says: of the diagram, or of every diagram that uses the form."""
        known = known_names(self.changed_forms)
        return [finding for key in self.users() for finding in lint(self.diagrams[key], known)]

    def users(self) -> list[str]:
        """The processes that it touches."""
        if self.diagram:
            return [self.place]
        return [key for key, model in models(shipped()).items() if _uses(model, self.place)]


def deletions() -> Iterator[Deletion]:
    """Every node and flow, as an editor deletes them; every name of `pes.salida`; every field of every form."""
    for process, xml in shipped().items():
        for kind, what, spoiled in _of_diagram(xml):
            yield Deletion(kind, process, what, diagram=spoiled)
    used = {one.form_key for model in models(shipped()).values() for one in model.elements.values()}
    for key, schema in forms().items():
        for field in (one["key"] for one in schema["components"] if "key" in one) if key in used else ():
            yield Deletion("field", key, field, form=_without(schema, field))


def _of_diagram(xml: bytes) -> Iterator[tuple[str, str, bytes]]:
    for node in etree.fromstring(xml).iter():
        if isinstance(node.tag, str) and local(node) in NODES:
            yield "node", str(node.get("id")), _deleted(xml, str(node.get("id")))
        elif isinstance(node.tag, str) and local(node) == "sequenceFlow":
            yield "flow", str(node.get("id")), _dropped(etree.fromstring(xml), {str(node.get("id"))})
        elif isinstance(node.tag, str) and node.get("name") == "pes.salida":
            for name in str(node.get("value")).split(","):
                yield "output", f"{_owner(node)}.{name}", _without_output(xml, _owner(node), name)


def _deleted(xml: bytes, node_id: str) -> bytes:
    """Without a node, what is inside it or at its border, and the flows that touch any of these."""
    root = etree.fromstring(xml)
    by_id = {str(node.get("id")): node for node in root.iter() if isinstance(node.tag, str) and node.get("id")}
    gone = {str(n.get("id")) for n in by_id[node_id].iter() if isinstance(n.tag, str) and local(n) in NODES}
    gone |= {key for key, node in by_id.items() if node.get("attachedToRef") in gone}
    gone |= {key for key, node in by_id.items() if {node.get("sourceRef"), node.get("targetRef")} & gone}
    return _dropped(root, gone)


def _dropped(root: Node, gone: set[str]) -> bytes:
    for node in list(root.iter()):
        parent = node.getparent()
        if parent is None or not isinstance(node.tag, str):
            continue
        mentions = local(node) in ("flowNodeRef", "incoming", "outgoing") and (node.text or "").strip() in gone
        if node.get("id") in gone or node.get("bpmnElement") in gone or mentions:
            parent.remove(node)
        if node.get("default") in gone:
            del node.attrib["default"]
    return etree.tostring(root)


def _owner(node: Node) -> str:
    return next(str(one.get("id")) for one in node.iterancestors() if one.get("id"))


def _without_output(xml: bytes, element: str, name: str) -> bytes:
    root = etree.fromstring(xml)
    for node in root.iter():
        if isinstance(node.tag, str) and node.get("name") == "pes.salida" and _owner(node) == element:
            node.set("value", ",".join(one for one in str(node.get("value")).split(",") if one != name))
    return etree.tostring(root)


def _without(schema: dict[str, Any], field: str) -> dict[str, Any]:
    left = copy.deepcopy(schema)
    left["components"] = [one for one in left["components"] if one.get("key") != field]
    return left


def _uses(model: DiagramModel, form: str) -> bool:
    return any(one.form_key == form for one in model.elements.values())
