"""Ids for everything, names that fit, a process that may run."""

from __future__ import annotations

import re

from engine import limits
from engine.definitions.importing.asking import understood
from engine.definitions.importing.conditions import READING
from engine.definitions.importing.draft import Draft, called, holder_of, id_of, slug
from engine.definitions.markup import (
    BPMN,
    BPMNDI,
    Node,
    bpmn,
    child,
    children,
    local,
    namespace,
    one_line,
    reference,
    text_of,
)
from engine.definitions.reading import NODES
from engine.expressions.compiling import unwrapped

_ID = re.compile(r"[^\W\d][\w.\-]*\Z")
_REFERENCES = (
    "sourceRef",
    "targetRef",
    "default",
    "attachedToRef",
    "processRef",
    "bpmnElement",
    "messageRef",
    "signalRef",
    "errorRef",
    "escalationRef",
    "dataObjectRef",
)


_TEXTS = ("documentation", "text", "script", *READING)
"""Elements that hold a text and nothing else."""


def call_process(draft: Draft, key: str) -> None:
    """Give the process another id, wherever it is named."""
    old = id_of(draft.process)
    draft.process.set("id", draft.fresh(key))
    if old:
        draft.renamed[old] = id_of(draft.process)
        _rename_references(draft, draft.renamed)


def _one_extension_each(draft: Draft) -> None:
    """An element has its extensions once; of a second set, editors would keep only the last."""
    for first in list(draft.root.iter(bpmn("extensionElements"))):
        for other in [one for one in first.itersiblings(bpmn("extensionElements"))]:
            first.extend(list(other))
            holder_of(other).remove(other)


def _plain_texts(draft: Draft) -> None:
    """A text with marks of its own inside is one that no editor opens."""
    for node in draft.root.iter(*(bpmn(tag) for tag in _TEXTS)):
        if len(node):
            said = text_of(node)
            for one in list(node):
                node.remove(one)
            node.text = said
            owner = next((one for one in (node, *node.iterancestors()) if one.get("id")), node)
            draft.repaired(owner, "plain_text", f"Un texto de {called(owner)} traía formato: quedó solo lo que dice.")


def _process(draft: Draft) -> None:
    process = draft.process
    if process.get("isExecutable") != "true":
        process.set("isExecutable", "true")
        draft.repaired(process, "executable", "El proceso se marcó como ejecutable.")
    if not id_of(process):
        process.set("id", draft.fresh(slug(one_line(process.get("name"))) or "proceso"))
        draft.repaired(process, "process_id", f"Al proceso se le puso el identificador «{id_of(process)}».")
    if not one_line(process.get("name")):
        pool = next((p for p in draft.root.iter(bpmn("participant")) if _is_pool_of(p, process)), None)
        process.set("name", (one_line(pool.get("name")) if pool is not None else "") or id_of(process))


def _is_pool_of(pool: Node, process: Node) -> bool:
    return reference(pool.get("processRef")) == id_of(process)


def _missing_ids(draft: Draft) -> None:
    given = 0
    for node in draft.process.iter(f"{{{BPMN}}}*"):
        if (local(node) in NODES or local(node) in ("sequenceFlow", "lane")) and not node.get("id"):
            node.set(
                "id", draft.fresh(one_line(node.get("name")) or ("flujo" if local(node) == "sequenceFlow" else "paso"))
            )
            given += 1
    if given:
        said = f"a {given} elementos que no tenían" if given > 1 else "a un elemento que no tenía"
        draft.repaired(None, "missing_id", f"Se puso identificador {said}.")


def _duplicate_ids(draft: Draft) -> None:
    """Of two that are called alike the step keeps its id, for arrows lead to it; else the first."""
    seen = {id_of(node): node for node in reversed(draft.nodes())}
    for node in draft.root.iter(f"{{{BPMN}}}*"):
        written = str(node.get("id") or "")
        if written and seen.setdefault(written, node) is not node:
            node.set("id", draft.fresh(written))
            _follow(draft, node, written)
            draft.repaired(
                node,
                "duplicate_id",
                f"El identificador «{written[:60]}» estaba dos veces: uno es ahora «{id_of(node)}».",
            )


def _follow(draft: Draft, node: Node, before: str) -> None:
    """What waits for a message, signal or error that was renamed waits for it still."""
    for one in draft.root.iter() if local(node) in ("message", "signal", "error", "escalation") else ():
        if reference(one.get(f"{local(node)}Ref")) == before:
            one.set(f"{local(node)}Ref", id_of(node))


def _unreadable_ids(draft: Draft) -> None:
    renamed: dict[str, str] = {}
    for node in [draft.process, *(n for n in draft.process.iter(f"{{{BPMN}}}*") if n is not draft.process)]:
        written = str(node.get("id") or "")
        if written and (len(written) > limits.ID or not _ID.match(written)):
            renamed[written] = draft.fresh(written)
            node.set("id", renamed[written])
    draft.renamed |= renamed
    if renamed:
        _rename_references(draft, renamed)
        said = "Un identificador con espacios o signos se escribió" if len(renamed) == 1 else ""
        said = said or f"{len(renamed)} identificadores con espacios o signos se escribieron"
        draft.repaired(None, "id_form", f"{said} de nuevo.")


def _rename_references(draft: Draft, renamed: dict[str, str]) -> None:
    for node in draft.root.iter():
        for name in _REFERENCES:
            old = reference(node.get(name))
            if old in renamed:
                node.set(name, renamed[old])
        if isinstance(node.tag, str) and local(node) == "flowNodeRef" and text_of(node) in renamed:
            node.text = renamed[text_of(node)]


def _plain_references(draft: Draft) -> None:
    """Some tools write `tns:x` where BPMN means the id `x`."""
    for node in draft.root.iter():
        if isinstance(node.tag, str) and namespace(node) in (BPMN, BPMNDI):
            for name in _REFERENCES:
                written = str(node.get(name) or "")
                if written != reference(written):
                    node.set(name, reference(written))


def _names(draft: Draft) -> None:
    for node in draft.root.iter(f"{{{BPMN}}}*"):
        name = str(node.get("name") or "")
        if len(name) > limits.NAME:
            node.set("name", one_line(name)[: limits.NAME - 1] + "…")
            draft.repaired(node, "name_length", f"El nombre {called(node)[:40]}…» se acortó a {limits.NAME} letras.")


def _loose_flows(draft: Draft) -> None:
    where = {id_of(node): node.getparent() for node in draft.nodes()}
    for flow in draft.flows():
        source, target = where.get(str(flow.get("sourceRef"))), where.get(str(flow.get("targetRef")))
        if source is None or target is None:
            draft.repaired(None, "loose_flow", f"Se quitó la flecha {called(flow)}, que no unía dos pasos.")
            draft.remove_flow(flow)
        elif source is not target:
            _lift(draft, flow)


def _lift(draft: Draft, flow: Node) -> None:
    """A flow across the border of a subprocess joins what stands at one level around its ends."""
    said = f"La flecha {called(flow)} cruzaba el borde de un subproceso"
    ends = _beside(draft, flow)
    if ends is None or local(ends[0]) == "startEvent" or ends[0].get("triggeredByEvent") == "true":
        draft.repaired(None, "crossing_flow", f"{said}: se quitó.")
        draft.remove_flow(flow)
        return
    source, target = ends
    holder_of(source).append(flow)
    draft.turn(flow, source=source, target=target)
    draft.repaired(flow, "crossing_flow", f"{said}: ahora va de {called(source)} a {called(target)}.")


def _beside(draft: Draft, flow: Node) -> tuple[Node, Node] | None:
    """The two nodes of one level that are, or hold, the ends of a flow; None where there are no such two."""
    nodes = {id_of(node): node for node in draft.nodes()}
    source, target = (nodes.get(str(flow.get(end))) for end in ("sourceRef", "targetRef"))
    if source is None or target is None:
        return None
    around = [target, *target.iterancestors()]
    for one in (source, *source.iterancestors()):
        other = next((two for two in around if two.getparent() is one.getparent()), None)
        if other is not None and one is not other and {id_of(one), id_of(other)} <= nodes.keys():
            return one, other
    return None


def _twin_flows(draft: Draft) -> None:
    """Two ways from one step to one other are one, taken if either would be; where one is chosen both stay."""
    seen: dict[tuple[str, str], Node] = {}
    gateways = {id_of(node): node for node in draft.nodes("exclusiveGateway", "complexGateway")}
    for flow in draft.flows():
        ends = str(flow.get("sourceRef")), str(flow.get("targetRef"))
        first = seen.setdefault(ends, flow)
        if first is flow or ends[0] in gateways:
            continue
        either = _either(first, flow)
        if either is None:
            continue
        draft.repaired(first, "twin_flows", f"Se quitó la flecha {called(flow)}, {either}.")
        draft.remove_flow(flow)


def _either(first: Node, other: Node) -> str | None:
    """Let the first way be taken where either would be, and say how; None where that can't be written."""
    conditions = [child(flow, "conditionExpression") for flow in (first, other)]
    one, two = (text_of(condition) for condition in conditions)
    if one == two:
        return "igual a otra"
    if not (one and two):
        if conditions[0] is not None:
            first.remove(conditions[0])
        return "que iba a lo mismo que otra: se sigue siempre, y lo que sigue se hace una sola vez"
    if not (understood(one) and understood(two)) or conditions[0] is None:
        return None
    conditions[0].text = f"${{({unwrapped(one)[0].strip()}) or ({unwrapped(two)[0].strip()})}}"
    return "que iba a lo mismo que otra: se sigue si una de las dos condiciones se cumple, y se hace una sola vez"


def _lanes(draft: Draft) -> None:
    """A lane set without lanes, or a lane without name, says nothing wrong: only ids matter here."""
    for lane_set in list(children(draft.process, "laneSet")):
        if not list(children(lane_set, "lane")):
            draft.process.remove(lane_set)


STEPS = (
    _one_extension_each,
    _plain_texts,
    _plain_references,
    _duplicate_ids,
    _missing_ids,
    _unreadable_ids,
    _process,
    _names,
    _loose_flows,
    _twin_flows,
    _lanes,
)
