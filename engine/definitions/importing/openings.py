"""What begins a process in other tools and can't here, or is drawn as something else than a start."""

from __future__ import annotations

from engine.definitions.importing.draft import Draft, called, event_definitions, id_of
from engine.definitions.importing.events import take_away
from engine.definitions.markup import Node, bpmn, child, local, one_line, text_of


def _opened_by_events(draft: Draft) -> None:
    """A wait that begins the process (`instantiate`) is its start event; a gateway of such waits, one start each."""
    arriving, leaving = draft.by_end("targetRef"), draft.by_end("sourceRef")
    nodes = {id_of(node): node for node in draft.nodes_in(draft.process)}
    for node in list(nodes.values()):
        if node.get("instantiate") != "true" or id_of(node) in arriving:
            node.attrib.pop("instantiate", "")
            continue
        waits = [node]
        if local(node) == "eventBasedGateway":
            waits = [nodes[str(flow.get("targetRef"))] for flow in leaving.get(id_of(node), ())]
            if not waits or not all(_opens(one) for one in waits):
                continue
            if node.get("eventGatewayType") == "Parallel" and len(waits) > 1:
                every = f"{called(node)} esperaba todo lo que abre el proceso: ahora basta con lo primero que llegue."
                draft.repaired(None, "start", every)
            draft.remove(node)
        for one in waits:
            _as_start(draft, one)


def _opens(node: Node) -> bool:
    return local(node) == "receiveTask" or any(
        local(one) in ("messageEventDefinition", "signalEventDefinition", "timerEventDefinition")
        for one in event_definitions(node)
    )


def _as_start(draft: Draft, node: Node) -> None:
    if local(node) == "receiveTask":
        made = node.makeelement(bpmn("messageEventDefinition"))
        made.set("messageRef", str(node.attrib.pop("messageRef", "")))
        for border in draft.nodes("boundaryEvent"):
            if border.get("attachedToRef") == id_of(node):
                take_away(draft, border, "supported", "estaba en lo que abre el proceso", None)
        node.append(made)
    node.attrib.pop("instantiate", "")
    node.tag = bpmn("startEvent")
    draft.repaired(node, "start", f"{called(node)} abría el proceso: quedó como inicio.")


def _conditional_starts(draft: Draft) -> None:
    """No case begins by a condition, for there is none yet to have data."""
    for node in draft.nodes_in(draft.process):
        definition = child(node, "conditionalEventDefinition")
        if local(node) == "startEvent" and definition is not None:
            said = one_line(text_of(child(definition, "condition")))[:60]
            quoted = f" («{said}»)" if said else ""
            node.remove(definition)
            message = f"{called(node)} comenzaba cuando se cumplía una condición{quoted}: ahora alguien lo comienza."
            draft.repaired(node, "start", message)


STEPS = (_opened_by_events, _conditional_starts)
