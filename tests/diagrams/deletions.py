"""Everything that can be taken out of the shipped bundle, one thing at a time: nodes, flows, outputs, fields."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from lxml import etree

from engine.clock import SystemClock
from engine.definitions.dataflow import World
from engine.definitions.dataflow.questions import read_questions
from engine.definitions.diagram import DiagramModel
from engine.definitions.linting import Finding, KnownNames, lint
from engine.definitions.markup import local
from engine.definitions.reading import NODES, read_diagram
from engine.runtime import ProcessEngine
from workflows.assembly import process_engine
from workflows.shipped import shipped_diagrams, shipped_forms

Node = etree._Element
Forms = Mapping[str, dict[str, Any]]


@dataclass(frozen=True)
class Deletion:
    """What was taken out, and the bundle that is left: every diagram by process, every form by key."""

    kind: str
    process: str
    what: str
    diagrams: Mapping[str, bytes]
    forms: Forms

    def __str__(self) -> str:
        return f"{self.kind} {self.process}/{self.what}"

    def findings(self) -> list[Finding]:
        """What the linter says: of the diagram, or of every diagram that uses the form."""
        known = known_names(self.diagrams, self.forms)
        return [finding for key in self.users() for finding in lint(self.diagrams[key], known)]

    def users(self) -> list[str]:
        """The processes that it touches."""
        if self.process:
            return [self.process]
        return [key for key, model in _models(self.diagrams).items() if _uses(model, self.what)]


@cache
def engine() -> ProcessEngine:
    """The engine of the product: its handlers and what they declare."""
    return process_engine(SystemClock())


@cache
def shipped() -> Mapping[str, bytes]:
    """Every shipped diagram by its process."""
    return {read_diagram(xml).process_key: xml for xml in shipped_diagrams()}


@cache
def _model(xml: bytes) -> DiagramModel:
    return read_diagram(xml)


def _models(diagrams: Mapping[str, bytes]) -> dict[str, DiagramModel]:
    return {key: _model(xml) for key, xml in diagrams.items()}


def known_names(diagrams: Mapping[str, bytes], forms: Forms) -> KnownNames:
    """What exists around the diagrams, as the studio would say, were these published."""
    models, known = _models(diagrams), engine()
    assert known.contracts is not None
    world = World(
        known.contracts, models, lambda key: read_questions(forms[key]) if key in forms else None, _models(shipped())
    )
    return KnownNames(
        roles=dict(known.groups.roles()),
        forms=dict.fromkeys(forms, ""),
        processes={key: model.name for key, model in models.items()},
        topics={topic: topic for topic in known.service_tasks},
        form_handlers=known.form_handlers,
        calls={
            key: frozenset(c.called_element for c in model.of_kind("callActivity")) for key, model in models.items()
        },
        check_deadline=known.calendar.check,
        check_opening=known.check_opening,
        world=world,
    )


def deletions() -> Iterator[Deletion]:
    """Every node and flow, as an editor deletes them; every name of `pes.salida`; every field of every form."""
    for process, xml in shipped().items():
        for kind, what, spoiled in _of_diagram(xml):
            yield Deletion(kind, process, what, {**shipped(), process: spoiled}, shipped_forms())
    used = {one.form_key for model in _models(shipped()).values() for one in model.elements.values()}
    for key, schema in shipped_forms().items():
        for field in (one["key"] for one in schema["components"] if "key" in one) if key in used else ():
            yield Deletion("field", "", f"{key}.{field}", shipped(), {**shipped_forms(), key: _without(schema, field)})


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


def _uses(model: DiagramModel, what: str) -> bool:
    return any(one.form_key == what.partition(".")[0] for one in model.elements.values())
