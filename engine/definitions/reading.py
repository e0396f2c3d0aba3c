"""Reads a BPMN file into a `DiagramModel`.

It reads whatever a modeller wrote, also what cannot be published: judging is the linter's work.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from engine.definitions import vocabularies
from engine.definitions.diagram import DiagramModel, Element, Flow, Lane, Pool, VariableMapping
from engine.definitions.markup import BPMN, Node, bpmn, child, children, local, namespace, one_line, parse, reference
from engine.definitions.markup import text_of as text
from engine.definitions.nameless import described
from engine.errors import UnreadableDiagram

__all__ = ["DiagramModel", "Element", "Flow", "Lane", "Pool", "VariableMapping", "process_of", "read_diagram"]

MAX_NODES = 2_000
MAX_FLOWS = 6_000
MAX_CONDITIONS = 200_000
"""Letters in all conditions together: each costs the reader of expressions some time."""
PREFIX = "pes."

SUBPROCESSES = frozenset({"subProcess", "adHocSubProcess", "transaction"})
NODES = SUBPROCESSES | {
    "task",
    "userTask",
    "manualTask",
    "serviceTask",
    "sendTask",
    "receiveTask",
    "scriptTask",
    "businessRuleTask",
    "callActivity",
    "startEvent",
    "endEvent",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "boundaryEvent",
    "exclusiveGateway",
    "inclusiveGateway",
    "parallelGateway",
    "eventBasedGateway",
    "complexGateway",
}
"""Tags that are nodes of the flow, supported or not."""


@lru_cache(maxsize=128)
def read_diagram(xml: bytes, prefix: str = PREFIX) -> DiagramModel:
    """The one process of a BPMN file, with its flows and lanes; read once, since pages ask for all of them.

    `prefix` marks our own properties and is stripped. Other pools must be empty ("black boxes"). Flows and nodes
    without id get one that is unique in the file (`_flujo_1`, `_nodo_1`); of two with the same id the first is kept.
    Raises `UnreadableDiagram`.
    """
    return read_tree(parse(xml), prefix)


def read_tree(root: Node, prefix: str = PREFIX) -> DiagramModel:
    """The same, of XML that `markup.parse` has already read."""
    process = process_of(root)
    reader = _Reader(prefix, _definitions(root))
    reader.read_lanes(process)
    reader.read_level(process, None)
    pools = tuple(
        Pool(str(pool.get("id") or ""), one_line(pool.get("name")))
        for pool in root.iter(bpmn("participant"))
        if reference(pool.get("processRef")) != process.get("id")
    )
    return DiagramModel(
        process_key=str(process.get("id") or ""),
        name=one_line(process.get("name")) or str(process.get("id") or ""),
        documentation=text(child(process, "documentation")),
        executable=process.get("isExecutable") == "true",
        elements=reader.connected(),
        flows=reader.flows,
        lanes=reader.lanes,
        properties=vocabularies.properties(process, prefix),
        pools=pools,
    )


def process_of(root: Node) -> Node:
    """The process that the file is about: the executable one, else the only one that has nodes."""
    processes = list(children(root, "process"))
    full = [process for process in processes if any(local(node) in NODES for node in children(process))]
    candidates = [process for process in full if process.get("isExecutable") == "true"] or full or processes
    if not candidates:
        raise UnreadableDiagram("El archivo no contiene ningún proceso. Dibuje uno y guárdelo de nuevo.")
    if len(candidates) > 1:
        raise UnreadableDiagram(
            "El archivo contiene varios procesos. Deje uno por archivo; los demás participantes, como cajas vacías."
        )
    return candidates[0]


def _definitions(root: Node) -> dict[str, Node]:
    """Messages, signals, errors and escalations by id."""
    kinds = ("message", "signal", "error", "escalation")
    return {str(node.get("id")): node for kind in kinds for node in children(root, kind)}


@dataclass
class _Reader:
    prefix: str
    definitions: dict[str, Node]
    elements: dict[str, Element] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    lanes: dict[str, Lane] = field(default_factory=dict)
    _lane_of: dict[str, str] = field(default_factory=dict)
    _nameless: int = 0
    _conditions: int = 0

    def read_lanes(self, holder: Node, parent: Lane | None = None) -> None:
        """Every lane, outermost first; a node belongs to the innermost that names it."""
        sets = [*children(holder, "laneSet"), *children(holder, "childLaneSet")]
        for node in (lane for lane_set in sets for lane in children(lane_set, "lane")):
            properties = vocabularies.properties(node, self.prefix)
            lane = Lane(
                id=str(node.get("id") or ""),
                name=one_line(node.get("name")),
                role=properties.get("rol", "") or (parent.role if parent else ""),
                properties=properties,
                parent_id=parent.id if parent else None,
            )
            self.lanes[lane.id] = lane
            self._lane_of.update({text(ref): lane.id for ref in children(node, "flowNodeRef")})
            self.read_lanes(node, lane)

    def read_level(self, holder: Node, parent: Element | None) -> None:
        """The nodes and flows of a process or of an embedded subprocess, and of those inside it."""
        for node in children(holder):
            kind = local(node)
            if kind == "sequenceFlow":
                self._read_flow(node)
            elif kind in NODES:
                element = self._read_element(node, kind, parent)
                if kind in SUBPROCESSES:
                    self.read_lanes(node)
                    self.read_level(node, element)

    def connected(self) -> dict[str, Element]:
        """The elements with their incoming and outgoing flows."""
        incoming: dict[str, list[str]] = {}
        outgoing: dict[str, list[str]] = {}
        for flow in self.flows.values():
            outgoing.setdefault(flow.source, []).append(flow.id)
            incoming.setdefault(flow.target, []).append(flow.id)
        found = {
            element_id: replace(
                element, incoming=tuple(incoming.get(element_id, ())), outgoing=tuple(outgoing.get(element_id, ()))
            )
            for element_id, element in self.elements.items()
        }
        return found | {one: replace(found[one], nameless=words) for one, words in described(found, self.flows)}

    def _read_flow(self, node: Node) -> None:
        flow = Flow(
            id=self._id(node, "_flujo"),
            name=one_line(node.get("name")),
            source=str(node.get("sourceRef") or ""),
            target=str(node.get("targetRef") or ""),
            condition=text(child(node, "conditionExpression")),
        )
        self._conditions += len(flow.condition)
        if len(self.flows) >= MAX_FLOWS or self._conditions > MAX_CONDITIONS:
            raise UnreadableDiagram(
                "El diagrama tiene demasiadas flechas o condiciones. Divídalo en procesos que se llamen."
            )
        self.flows.setdefault(flow.id, flow)

    def _read_element(self, node: Node, kind: str, parent: Element | None) -> Element:
        element_id = self._id(node, "_nodo")
        lane_id = self._lane_of.get(element_id) or (parent.lane_id if parent else None)
        if node.get("attachedToRef") and lane_id is None:
            lane_id = self._lane_of.get(str(node.get("attachedToRef")))
        lane_role = self.lanes[lane_id].role if lane_id else ""
        properties = vocabularies.properties(node, self.prefix)
        element = Element(
            id=element_id,
            kind=kind,
            name=one_line(node.get("name")),
            documentation=text(child(node, "documentation")),
            parent_id=parent.id if parent else None,
            lane_id=lane_id,
            roles=vocabularies.candidate_groups(node) or ((lane_role,) if lane_role else ()),
            assignee=vocabularies.assignee(node),
            form_key=vocabularies.form(node),
            deadline=properties.get("plazo", "") or vocabularies.due_date(node),
            properties=properties,
            topic=vocabularies.topic(node),
            decision=vocabularies.decision(node) if kind == "businessRuleTask" else "",
            result_variable=vocabularies.result_variable(node) if kind == "businessRuleTask" else "",
            called_element=vocabularies.called_element(node) if kind == "callActivity" else "",
            in_mappings=vocabularies.mappings(node, "in"),
            out_mappings=vocabularies.mappings(node, "out"),
            attached_to=str(node.get("attachedToRef") or "") or None,
            interrupting=node.get("cancelActivity") != "false" and node.get("isInterrupting") != "false",
            triggered_by_event=node.get("triggeredByEvent") == "true",
            default_flow=str(node.get("default") or "") or None,
            **_repetition(node),
            **self._event(node, kind),
        )
        if len(self.elements) >= MAX_NODES:
            raise UnreadableDiagram("El diagrama tiene más de 2.000 elementos. Divídalo en procesos que se llamen.")
        return self.elements.setdefault(element_id, element)

    def _id(self, node: Node, stem: str) -> str:
        written = str(node.get("id") or "").strip()
        if not written:
            self._nameless += 1
        return written or f"{stem}_{self._nameless}"

    def _event(self, node: Node, kind: str) -> dict[str, Any]:
        """What an event (or a task that sends or receives) waits for or throws."""
        if node.get("messageRef") and not kind.endswith("Event"):
            return {"message": self._named(node, "messageRef")}
        if not kind.endswith("Event"):
            return {}
        definitions = list(_event_definitions(node))
        if len(definitions) != 1:
            return {"event": "multiple" if definitions else "none"}
        definition = definitions[0]
        event = local(definition).removesuffix("EventDefinition")
        return {
            "event": event,
            "message": self._named(definition, "messageRef") if event == "message" else "",
            "reference": self._reference(definition, event),
            "expression": _event_expression(definition, event),
        }

    def _named(self, node: Node, attribute: str) -> str:
        target = reference(node.get(attribute))
        definition = self.definitions.get(target)
        return target if definition is None else one_line(definition.get("name")) or target

    def _reference(self, definition: Node, event: str) -> str:
        if event == "link":
            return one_line(definition.get("name"))
        if event == "signal":
            return self._named(definition, "signalRef")
        if event not in ("error", "escalation"):
            return ""
        target = reference(definition.get(f"{event}Ref"))
        named = self.definitions.get(target)
        return target if named is None else str(named.get(f"{event}Code") or "") or target


def _event_definitions(node: Node) -> Iterator[Node]:
    return (item for item in node if namespace(item) == BPMN and local(item).endswith("EventDefinition"))


def _event_expression(definition: Node, event: str) -> str:
    if event == "conditional":
        return text(child(definition, "condition"))
    if event == "timer":
        return next((text(item) for item in children(definition)), "")
    return ""


def _repetition(node: Node) -> dict[str, Any]:
    multiple = child(node, "multiInstanceLoopCharacteristics")
    if multiple is not None:
        collection, variable = vocabularies.repetition(multiple)
        return {
            "multiple": True,
            "sequential": multiple.get("isSequential") == "true",
            "collection": collection,
            "element_variable": variable,
            "cardinality": text(child(multiple, "loopCardinality")),
            "completion_condition": text(child(multiple, "completionCondition")),
        }
    loop = child(node, "standardLoopCharacteristics")
    if loop is None:
        return {}
    return {
        "loop": True,
        "loop_condition": text(child(loop, "loopCondition")),
        "loop_maximum": str(loop.get("loopMaximum") or ""),
        "loop_tests_before": loop.get("testBefore") == "true",
    }
