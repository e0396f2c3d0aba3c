"""Events: what the engine cannot wait for or throw, times of other tools, names of messages."""

from __future__ import annotations

import re

from lxml import etree

from engine.definitions.elements import CATALOGUE, EVENTS
from engine.definitions.importing.draft import Draft, called, event_definitions, id_of, is_raised, slug
from engine.definitions.markup import BPMN, Node, bpmn, child, children, local, one_line, reference, text_of

_DURATION = re.compile(r"P(?:(\d{1,3})Y)?(?:(\d{1,3})M)?(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T[\dHMS.]+)?\Z")
_TIMES = re.compile(r"R\d{0,4}/")
WORKING_DAYS = (250, 21, 5, 1)
"""Working days in about a year, a month, a week, a day."""

CADENCES = {
    "P1M": "mensual",
    "P2M": "bimestral",
    "P3M": "trimestral",
    "P6M": "semestral",
    "P1Y": "anual",
    "P12M": "anual",
}
GUESS = "5dh"


def _plain_boundaries(draft: Draft) -> None:
    hosts = {id_of(node): node for node in draft.nodes()}
    for node in draft.nodes("boundaryEvent"):
        host = hosts.get(str(node.get("attachedToRef") or ""))
        if host is None or not _carries(host, node):
            draft.repaired(None, "attached", f"Se quitó el evento {called(node)}: no estaba pegado a una tarea.")
            draft.remove(node)


def _carries(host: Node, event: Node) -> bool:
    """Whether an event may stand at the border of `host`."""
    beside = host.getparent() is event.getparent()
    return beside and not is_raised(host) and not local(host).endswith(("Event", "Gateway"))


def _unsupported(draft: Draft) -> None:
    for node in draft.nodes(*(tag for tag, kind in CATALOGUE.items() if kind.events)):
        definitions = list(event_definitions(node))
        for extra in definitions[1:]:
            node.remove(extra)
            draft.repaired(node, "supported", f"{called(node)} esperaba varias cosas: quedó solo con la primera.")
        event = local(definitions[0]).removesuffix("EventDefinition") if definitions else "none"
        if event not in CATALOGUE[local(node)].events:
            _replace(draft, node, event)


def _replace(draft: Draft, node: Node, event: str) -> None:
    name = EVENTS.get(event, event)
    if local(node) == "boundaryEvent":
        draft.repaired(
            None, "supported", f"Se quitó el evento de borde {called(node)}, {name}: el motor no lo ejecuta."
        )
        draft.remove(node)
        return
    if local(node) == "intermediateCatchEvent":
        draft.change_kind(node, "intermediateThrowEvent")
    for definition in list(event_definitions(node)):
        node.remove(definition)
    if event != "none":
        draft.repaired(
            node, "supported", f"{called(node)} era un evento {name}, que el motor no ejecuta: quedó sin tipo."
        )


def _timers(draft: Draft) -> None:
    for node in draft.nodes("boundaryEvent", "intermediateCatchEvent", "startEvent"):
        definition = child(node, "timerEventDefinition")
        opens_a_case = local(node) == "startEvent" and not _is_inside_raised(node)
        if definition is None or opens_a_case or _has_property(draft, node, "plazo"):
            continue
        written = next((text_of(one) for one in children(definition)), "").strip("\"' ")
        days = working_days(written)
        draft.set_property(node, "plazo", f"{days}dh" if days else GUESS)
        if days:
            draft.repaired(node, "timer", f"La espera {called(node)} («{written}») quedó en {days} días hábiles.")
        else:
            draft.repaired(
                node, "timer", f"La espera {called(node)} no decía cuánto: quedó en {GUESS[:-2]} días hábiles."
            )
            draft.ask(node, "timer", f"¿Cuánto se espera en {called(node)}? Por ejemplo «5dh» o «cierre+7dh».")


def working_days(written: str) -> int:
    """An ISO 8601 duration in working days, at least 1; 0 if it is none."""
    match = _DURATION.match(_TIMES.sub("", written))
    if match is None or written in ("", "P"):
        return 0
    return max(1, sum(int(count or 0) * days for count, days in zip(match.groups(), WORKING_DAYS, strict=True)))


def _clock_starts(draft: Draft) -> None:
    for node in draft.nodes("startEvent"):
        definition = child(node, "timerEventDefinition")
        if definition is None or _is_inside_raised(node) or _has_property(draft, node, "cadencia"):
            continue
        written = next((text_of(one) for one in children(definition)), "").strip("\"' ")
        cadence = CADENCES.get(written.rpartition("/")[2])
        if cadence:
            draft.set_property(node, "cadencia", cadence)
            draft.set_property(node, "apertura", "cierre+1dh")
            draft.repaired(
                node, "cadence", f"{called(node)} comienza ahora con cadencia {cadence}, el día hábil tras el cierre."
            )
        else:
            node.remove(definition)
            draft.repaired(
                node, "cadence", f"{called(node)} no decía cada cuánto comienza: quedó como inicio sin tipo."
            )
            draft.ask(node, "cadence", f"¿Cada cuánto comienza {called(node)}?", *dict.fromkeys(CADENCES.values()))


def _is_inside_raised(node: Node) -> bool:
    holder = node.getparent()
    return holder is not None and is_raised(holder)


def _has_property(draft: Draft, node: Node, name: str) -> bool:
    return any(one.get("name") == draft.prefix + name for one in node.iter() if one.get("name"))


def _messages(draft: Draft) -> None:
    declared = {id_of(one) for one in children(draft.root, "message")}
    for node in draft.nodes():
        definition = child(node, "messageEventDefinition")
        holder = node if local(node) == "receiveTask" else definition
        if holder is not None and reference(holder.get("messageRef")) not in declared:
            holder.set("messageRef", _declare(draft, "message", node))
            draft.repaired(node, "message", f"Al mensaje de {called(node)} se le puso nombre.")
    _named(draft, "signal")
    _named(draft, "escalation")


def _named(draft: Draft, event: str) -> None:
    declared = {id_of(one) for one in children(draft.root, event)}
    for node in draft.nodes():
        definition = child(node, f"{event}EventDefinition")
        if definition is not None and reference(definition.get(f"{event}Ref")) not in declared:
            definition.set(f"{event}Ref", _declare(draft, event, node))
            draft.repaired(node, "reference", f"A lo que avisa o espera {called(node)} se le puso nombre.")


def _declare(draft: Draft, event: str, node: Node) -> str:
    """A message, signal or escalation named after the element."""
    name = slug(one_line(node.get("name"))) or id_of(node)
    made = etree.Element(f"{{{BPMN}}}{event}", id=draft.fresh(f"{event}_{name}"), name=name)
    if event == "escalation":
        made.set("escalationCode", name)
    draft.root.insert(list(draft.root).index(draft.process), made)
    return id_of(made)


def _links(draft: Draft) -> None:
    links = [(node, child(node, "linkEventDefinition")) for node in draft.nodes()]
    throws = [(node, d) for node, d in links if d is not None and "Throw" in local(node)]
    catches = [(node, d) for node, d in links if d is not None and "Catch" in local(node)]
    for node, definition in throws:
        others = [c for c, d in catches if d is not None and _pair(definition, d) and c.getparent() is node.getparent()]
        if len(others) != 1:
            draft.change_kind(node, "endEvent")
            draft.repaired(node, "link", f"El enlace {called(node)} no llegaba a ninguna parte: quedó como fin.")
    for node, definition in catches:
        if not any(_pair(d, definition) and local(t) == "intermediateThrowEvent" for t, d in throws):
            draft.change_kind(node, "intermediateThrowEvent")
            draft.repaired(node, "link", f"Al enlace {called(node)} no llegaba nada: quedó sin tipo.")


def _pair(one: Node | None, other: Node | None) -> bool:
    names = ["" if node is None else one_line(node.get("name")) for node in (one, other)]
    return bool(names[0]) and names[0] == names[1]


def _conditional(draft: Draft) -> None:
    for node in draft.nodes():
        definition = child(node, "conditionalEventDefinition")
        if definition is not None and not text_of(definition.find(bpmn("condition"))):
            _replace(draft, node, "conditional")


STEPS = (_plain_boundaries, _unsupported, _conditional, _timers, _clock_starts, _messages, _links)
