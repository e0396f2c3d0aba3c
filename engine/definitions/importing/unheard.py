"""What is waited for and can't come: errors that nothing throws, messages nobody sends, signals nobody gives."""

from __future__ import annotations

from engine.definitions.importing.asking import DRAWN
from engine.definitions.importing.draft import Draft, called, event_definitions, holder_of, id_of, is_raised, words
from engine.definitions.importing.events import host_of
from engine.definitions.markup import Node, bpmn, child, children, local, one_line, reference, text_of

CONFIRMED = "Una persona, en una tarea"
PROGRAM = "Otro programa, con un mensaje"
FINE = "Bien"
WAITS = ("intermediateCatchEvent", "receiveTask")
THROWN = ("errorEventDefinition", "escalationEventDefinition")
_HAPPENED = {
    "errorEventDefinition": "Hubo un error", "escalationEventDefinition": "Se escaló",
    "messageEventDefinition": "Llegó lo que se esperaba", "signalEventDefinition": "Llegó el aviso",
}  # fmt: skip


def _errors_of_people(draft: Draft) -> None:
    """At a task of a person nothing throws an error: who does it says whether it happened. So of what nobody sends."""
    nobody = _Nobody(draft)
    for border in draft.nodes("boundaryEvent") if draft.is_foreign else ():
        host = host_of(draft, border)
        thrown = next((local(one) for one in event_definitions(border)), "")
        if host is None or local(host) not in ("userTask", "manualTask") or not _by_hand(border, thrown, nobody):
            continue
        gateway = _told_after(draft, host)
        what = one_line(border.get("name")) or _HAPPENED[thrown]
        for flow in draft.by_end("sourceRef").get(id_of(border), []):
            draft.turn(flow, source=gateway)
            flow.set("name", what)
        where = f"El evento {called(border)} estaba en {called(host)}, donde nada lo dispara"
        draft.remove(border)
        draft.repaired(gateway, "thrown_by_nobody", f"{where}: quien hace la tarea dice si ocurrió.")


def _told_after(draft: Draft, host: Node) -> Node:
    """A decision after a task, whose first way is what followed it."""
    holder = holder_of(host)
    name = f"¿Cómo terminó {one_line(host.get('name')) or id_of(host)}?"[:290]
    gateway = draft.add_node(holder, "exclusiveGateway", name, host)
    after = draft.by_end("sourceRef").get(id_of(host), [])
    if len(after) == 1 and not text_of(child(after[0], "conditionExpression")):
        draft.turn(after[0], source=gateway)
        after[0].set("name", one_line(after[0].get("name")) or FINE)
    else:
        parted = draft.add_node(holder, "intermediateThrowEvent", "", host)
        for flow in after:
            draft.turn(flow, source=parted)
        if host.get("default"):
            parted.set("default", str(host.attrib.pop("default")))
        draft.connect(holder, gateway, parted, FINE)
    draft.connect(holder, host, gateway)
    return gateway


def _by_hand(border: Node, thrown: str, nobody: _Nobody) -> bool:
    if border.get("cancelActivity") == "false":
        return False
    return thrown in THROWN or nobody.names(border) or nobody.gives(border)


def _thrown_by_nobody(draft: Draft) -> None:
    """Here an automatic step that fails is an incident: only what is drawn throws errors and escalations."""
    for event in draft.nodes("boundaryEvent", "startEvent") if draft.is_foreign else ():
        inside = host_of(draft, event) if local(event) == "boundaryEvent" else holder_of(event).getparent()
        raised = local(event) == "boundaryEvent" or is_raised(holder_of(event))
        kind = next((local(one) for one in event_definitions(event)), "")
        if not raised or inside is None or kind not in THROWN:
            continue
        throwing = [
            one for one in inside.iter(bpmn("endEvent"), bpmn("intermediateThrowEvent")) if child(one, kind) is not None
        ]
        if throwing or local(inside) == "callActivity" or next(inside.iter(bpmn("callActivity")), None) is not None:
            continue
        what = "un error" if kind.startswith("error") else "un escalamiento"
        message = f"{called(event)} espera {what} que nada da en {called(inside)}: no ocurre mientras no se dibuje."
        failing = " Un paso automático que falla queda como incidente." if what == "un error" else ""
        draft.repaired(event, "thrown_by_nobody", message + failing)


def _sent_by_nobody(draft: Draft) -> None:
    """What nobody can say has come would be waited for without end: a person says it, or another program does."""
    nobody = _Nobody(draft)
    unsent: list[Node] = []
    unheard: list[Node] = []
    for node in draft.nodes(*WAITS, "startEvent") if draft.is_foreign else ():
        if local(node) == "startEvent":
            definition = child(node, "messageEventDefinition")
            if definition is not None and nobody.names(node) and node.getparent() is draft.process:
                _begun_by_hand(draft, node, definition)
        elif nobody.names(node):
            unsent.append(node)
        elif nobody.gives(node):
            unheard.append(node)
    _ask_who_says(draft, unsent, "message", ("un mensaje", "mensajes"), "que el archivo no nombra", PROGRAM)
    _ask_who_says(draft, unheard, "signal_never", ("una señal", "señales"), "que nadie da", DRAWN)


class _Nobody:
    """Which events wait for what nobody can send."""

    def __init__(self, draft: Draft) -> None:
        self._messages = {id_of(one) for one in children(draft.root, "message")}
        self._thrown = {_signal(one) for one in draft.nodes("endEvent", "intermediateThrowEvent")}
        self._calls = bool(draft.nodes("callActivity"))

    def names(self, node: Node) -> bool:
        """Whether it waits for a message that the file does not name."""
        holder = node if local(node) == "receiveTask" else child(node, "messageEventDefinition")
        return holder is not None and reference(holder.get("messageRef")) not in self._messages

    def gives(self, node: Node) -> bool:
        """Whether it waits for a signal that nothing gives: a case hears what it and what it calls give."""
        return bool(_signal(node)) and _signal(node) not in self._thrown and not self._calls


def _begun_by_hand(draft: Draft, start: Node, definition: Node) -> None:
    if len(list(event_definitions(start))) == 1:
        start.remove(definition)
        message = f"{called(start)} comenzaba con un mensaje sin nombre: lo comienza alguien."
        draft.repaired(start, "message", message)


def _signal(node: Node) -> str:
    definition = child(node, "signalEventDefinition")
    return "" if definition is None else reference(definition.get("signalRef"))


def _ask_who_says(draft: Draft, nodes: list[Node], rule: str, what: tuple[str, str], why: str, other: str) -> None:
    """One question for all that wait in the same way."""
    if not nodes:
        return
    one = len(nodes) == 1
    names = words([called(node) for node in nodes])
    said = f"{names} {'espera' if one else 'esperan'} {what[not one]} {why}"
    question = f"{said}. ¿Quién dice que {'llegó' if one else 'llegaron'}?"
    if draft.ask(nodes[0], rule, question, CONFIRMED, other, guess=CONFIRMED) == CONFIRMED:
        for node in nodes:
            message = f"{called(node)} espera {what[0]} {why}: quedó como tarea de quien dice que llegó."
            draft.repaired(node, rule, message)
        _confirm(draft, nodes)


def _confirm(draft: Draft, nodes: list[Node]) -> None:
    """Each wait is a task; those behind one gateway of events are one, which ends by what comes first."""
    arriving, every = draft.by_end("targetRef"), {id_of(node): node for node in draft.nodes()}
    behind: dict[str, list[Node]] = {}
    for node in nodes:
        flows = arriving.get(id_of(node), [])
        before = every[str(flows[0].get("sourceRef"))] if len(flows) == 1 else None
        if before is not None and local(before) == "eventBasedGateway":
            behind.setdefault(id_of(before), []).append(node)
        else:
            confirmed_by_somebody(draft, node)
    for gateway, waits in behind.items():
        _first_of(draft, every[gateway], waits)


def _first_of(draft: Draft, gateway: Node, told: list[Node]) -> None:
    """A gateway of events as the task of who says which of `told` came; what else was waited for interrupts it."""
    every = {id_of(node): node for node in draft.nodes()}
    names = words([called(node) for node in told])
    draft.change_kind(gateway, "userTask")
    gateway.attrib.pop("eventGatewayType", "")
    gateway.set("name", f"Confirmar: {names.replace('«', '').replace('»', '')}"[:290])
    for flow in draft.by_end("sourceRef").get(id_of(gateway), []):
        wait = every[str(flow.get("targetRef"))]
        if wait in told:
            flow.set("name", one_line(flow.get("name")) or one_line(wait.get("name")))
            draft.change_kind(wait, "intermediateThrowEvent")
            wait.attrib.pop("messageRef", "")
        elif local(wait) in WAITS and len(draft.by_end("targetRef").get(id_of(wait), ())) == 1:
            draft.remove_flow(flow)
            _at_border(wait, gateway)
    ways = draft.by_end("sourceRef").get(id_of(gateway), [])
    if len(ways) > 1:
        asked = draft.add_node(holder_of(gateway), "exclusiveGateway", "¿Qué llegó?", gateway)
        for flow in ways:
            draft.turn(flow, source=asked)
        draft.connect(holder_of(gateway), gateway, asked)


def _at_border(wait: Node, task: Node) -> None:
    if local(wait) == "receiveTask":
        made = wait.makeelement(bpmn("messageEventDefinition"))
        made.set("messageRef", str(wait.attrib.pop("messageRef", "")))
        wait.append(made)
    wait.tag = bpmn("boundaryEvent")
    wait.set("attachedToRef", id_of(task))
    wait.set("cancelActivity", "true")


def confirmed_by_somebody(draft: Draft, node: Node) -> None:
    """Make a wait the task of a person, who ends it when what was waited for has come."""
    draft.change_kind(node, "userTask")
    node.attrib.pop("messageRef", "")
    node.set("name", f"Confirmar: {one_line(node.get('name')) or 'llegó lo que se esperaba'}"[:290])


STEPS = (_errors_of_people, _thrown_by_nobody, _sent_by_nobody)
