"""Events: what the engine cannot wait for or throw, and the names of what it can."""

from __future__ import annotations

from lxml import etree

from engine.definitions.elements import CATALOGUE, EVENTS
from engine.definitions.importing import times
from engine.definitions.importing.asking import DRAWN
from engine.definitions.importing.draft import (
    Draft,
    called,
    event_definitions,
    holder_of,
    id_of,
    is_raised,
    slug,
    words,
)
from engine.definitions.markup import Node, bpmn, child, children, local, one_line, reference, text_of

NEVER = "No hace falta"


def _plain_boundaries(draft: Draft) -> None:
    hosts = {id_of(node): node for node in draft.nodes()}
    for node in draft.nodes("boundaryEvent"):
        host = hosts.get(str(node.get("attachedToRef") or ""))
        if host is None or not _carries(host, node):
            take_away(draft, node, "attached", "no estaba pegado a una tarea", None)


def take_away(draft: Draft, event: Node, rule: str, why: str, host: Node | None) -> None:
    """Remove an event with its path, and ask what should lead there."""
    name = called(event)
    gone = [called(node) for node in draft.remove_with_path(event)]
    with_it = (
        f" Con él se {'fueron' if len(gone) > 1 else 'fue'} {words(gone)}, a donde solo él llevaba." if gone else ""
    )
    draft.repaired(None, rule, f"Se quitó el evento {name}: {why}.{with_it}")
    if gone:
        at = f" en {called(host)}" if host is not None else ""
        question = f"¿Cuándo se llega{at} a {words(gone)}? Solo llevaba ahí el evento {name}, que se quitó: {why}."
        draft.ask(host, rule, question, NEVER, DRAWN)


def _cancellations(draft: Draft) -> None:
    """Who cancels a transaction and who catches it: here an error does the same, but undoes nothing."""
    for border in draft.nodes("boundaryEvent"):
        host = host_of(draft, border)
        if child(border, "cancelEventDefinition") is None or host is None:
            continue
        ends = [one for one in host.iter(bpmn("endEvent")) if child(one, "cancelEventDefinition") is not None]
        if not ends:
            take_away(draft, border, "supported", f"en {called(host)} nada se cancela", host)
            continue
        error = draft.declare("error", f"cancela_{id_of(host)}")
        for event in (border, *ends):
            _raise(event, error)
        message = (
            f"La cancelación de {called(host)} quedó como error: {called(border)} la atrapa. No se deshace lo hecho."
        )
        draft.repaired(border, "supported", message)


def host_of(draft: Draft, border: Node) -> Node | None:
    """What a border event stands at."""
    return next((node for node in draft.nodes() if id_of(node) == border.get("attachedToRef")), None)


def _raise(event: Node, error: str) -> None:
    definition = child(event, "cancelEventDefinition")
    if definition is not None:
        definition.tag = bpmn("errorEventDefinition")
        definition.set("errorRef", error)


def _carries(host: Node, event: Node) -> bool:
    """Whether an event may stand at the border of `host`."""
    beside = host.getparent() is event.getparent()
    return beside and not is_raised(host) and not local(host).endswith(("Event", "Gateway"))


def _unsupported(draft: Draft) -> None:
    for node in draft.nodes(*(tag for tag, kind in CATALOGUE.items() if kind.events)):
        definitions = list(event_definitions(node))
        for extra in definitions[1:]:
            node.remove(extra)
            did = "avisaba de" if local(node) in ("endEvent", "intermediateThrowEvent") else "esperaba"
            draft.repaired(node, "supported", f"{called(node)} {did} varias cosas: quedó solo con la primera.")
            draft.ask(node, "supported", f"¿A {called(node)} le basta con lo primero?", "Sí", DRAWN)
        event = local(definitions[0]).removesuffix("EventDefinition") if definitions else "none"
        if event not in CATALOGUE[local(node)].events:
            _replace(draft, node, event)


def _replace(draft: Draft, node: Node, event: str) -> None:
    name = EVENTS.get(event, event)
    if local(node) == "boundaryEvent":
        take_away(draft, node, "supported", f"es {name}, que el motor no ejecuta", host_of(draft, node))
        return
    waited = local(node) == "intermediateCatchEvent"
    if waited:
        draft.change_kind(node, "intermediateThrowEvent")
    for definition in list(event_definitions(node)):
        node.remove(definition)
    on = "el camino termina ahí" if local(node) == "endEvent" else "el caso pasa de largo"
    if event != "none":
        message = f"{called(node)} era un evento {name}, que el motor no ejecuta: quedó sin tipo, y {on}."
        draft.repaired(node, "supported", message)
    elif waited:
        draft.repaired(node, "supported", f"{called(node)} no decía qué espera: el caso pasa de largo.")


def _untriggered(draft: Draft) -> None:
    """An event subprocess whose start waits for nothing (any more) would never begin."""
    for node in [one for one in draft.nodes("subProcess") if is_raised(one)]:
        starts = [one for one in draft.nodes_in(node) if local(one) == "startEvent"]
        if not any(list(event_definitions(start)) for start in starts) and node.getparent() is not None:
            name, host = called(node), node.getparent()
            draft.remove(node)
            why = "no dice qué lo hace comenzar, o el motor no lo espera"
            draft.repaired(None, "start", f"Se quitó el subproceso de evento {name}: {why}.")
            draft.ask(host, "start", f"¿Qué hace comenzar {name}? Se quitó: {why}.", NEVER, DRAWN)


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
    return draft.declare(event, slug(one_line(node.get("name"))) or id_of(node))


def _named_links(draft: Draft) -> None:
    """Bizagi and Signavio name the event, or point at the other one; BPMN pairs links by the name inside."""
    links = [(node, one) for node in draft.nodes() for one in children(node, "linkEventDefinition")]
    names = {str(one.get("id")): one_line(one.get("name")) or one_line(node.get("name")) for node, one in links}
    names |= {id_of(node): one_line(one.get("name")) or one_line(node.get("name")) for node, one in links}
    for node, one in links:
        if not one_line(one.get("name")):
            target = reference(text_of(child(one, "target"))) if "Throw" in local(node) else ""
            one.set("name", names.get(target) or one_line(node.get("name")) or target)


def _links_out(draft: Draft) -> None:
    """A link out of a subprocess to what is around it leaves the subprocess, as an error caught at its border does."""
    throws, catches = _linked(draft)
    borders: dict[tuple[str, str], Node] = {}
    for node, definition in throws:
        partners = [catch for catch, other in catches if _pair(definition, other)]
        if any(catch.getparent() is node.getparent() for catch in partners):
            continue
        around = {one.getparent(): one for one in node.iterancestors(bpmn("subProcess"))}
        outer = [catch for catch in partners if catch.getparent() in around]
        left = around[outer[0].getparent()] if len(outer) == 1 else None
        if left is None or is_raised(left):
            continue
        at = (id_of(left), id_of(outer[0]))
        if at not in borders:
            borders[at] = _border_of_link(draft, left, outer[0], one_line(definition.get("name")))
        draft.change_kind(node, "endEvent")
        etree.SubElement(node, bpmn("errorEventDefinition"), errorRef=_error_of(borders[at]))
        draft.repaired(
            node,
            "link",
            f"El enlace {called(node)} salía de {called(left)}: ahí se deja, y se sigue en {called(outer[0])}.",
        )


def _border_of_link(draft: Draft, left: Node, catch: Node, name: str) -> Node:
    """What ends a subprocess where a link leaves it, and leads to where the link came out."""
    holder = holder_of(catch)
    border = draft.add_node(holder, "boundaryEvent", name, left)
    border.set("attachedToRef", id_of(left))
    error = draft.declare("error", f"enlace_{id_of(catch)}")
    etree.SubElement(border, bpmn("errorEventDefinition"), errorRef=error)
    if local(catch) == "intermediateCatchEvent":
        draft.change_kind(catch, "intermediateThrowEvent")
    draft.connect(holder, border, catch)
    return border


def _error_of(border: Node) -> str:
    return next(str(one.get("errorRef")) for one in event_definitions(border))


def _linked(draft: Draft) -> tuple[list[tuple[Node, Node]], list[tuple[Node, Node]]]:
    """The links that leave, and those that come out, each with its definition."""
    links = [(node, child(node, "linkEventDefinition")) for node in draft.nodes()]
    known = [(node, one) for node, one in links if one is not None]
    return [pair for pair in known if "Throw" in local(pair[0])], [pair for pair in known if "Catch" in local(pair[0])]


def _links(draft: Draft) -> None:
    throws, catches = _linked(draft)
    for node, definition in throws:
        pairs = [catch for catch, other in catches if _pair(definition, other)]
        if len([catch for catch in pairs if catch.getparent() is node.getparent()]) != 1:
            where = f"llegaba a otro nivel ({_inside(pairs)})" if pairs else "no llegaba a ninguna parte"
            draft.change_kind(node, "endEvent")
            draft.repaired(node, "link", f"El enlace {called(node)} {where}: quedó como fin.")
    for node, definition in catches:
        pairs = [throw for throw, other in throws if _pair(other, definition)]
        if not any(local(one) == "intermediateThrowEvent" and one.getparent() is node.getparent() for one in pairs):
            where = f"se llegaba desde otro nivel ({_inside(pairs)})" if pairs else "no llegaba nada"
            draft.change_kind(node, "intermediateThrowEvent")
            draft.repaired(node, "link", f"Al enlace {called(node)} {where}: quedó sin tipo.")


def _inside(nodes: list[Node]) -> str:
    return words(list(dict.fromkeys(called(holder_of(node)) for node in nodes)))


def _pair(one: Node | None, other: Node | None) -> bool:
    names = ["" if node is None else one_line(node.get("name")) for node in (one, other)]
    return bool(names[0]) and names[0] == names[1]


def _conditional(draft: Draft) -> None:
    for node in draft.nodes():
        definition = child(node, "conditionalEventDefinition")
        if definition is not None and not text_of(definition.find(bpmn("condition"))):
            _replace(draft, node, "conditional")


STEPS = (
    _plain_boundaries,
    _cancellations,
    _unsupported,
    _conditional,
    _untriggered,
)
"""What there is to wait for, and where."""
NAMED = (
    *times.STEPS,
    _messages,
    _named_links,
    _links_out,
    _links,
)
"""What it is called."""
