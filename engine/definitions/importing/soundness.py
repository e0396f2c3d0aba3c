"""Joins that would wait for ever or let work run twice: inclusive joins wait for just what comes."""

from __future__ import annotations

from lxml import etree

from engine.definitions.importing.asking import DRAWN
from engine.definitions.importing.draft import Draft, called, event_definitions, holder_of, id_of
from engine.definitions.linting.graph import levels, reachable
from engine.definitions.linting.soundness import Trouble, play
from engine.definitions.markup import Node, child, local, one_line
from engine.definitions.reading import read_diagram

ROUNDS = 25


def _joins(draft: Draft) -> None:
    for _round in range(ROUNDS):
        trouble = _first_trouble(draft)
        if trouble is None or not _mend(draft, trouble):
            return


def _first_trouble(draft: Draft) -> Trouble | None:
    model = read_diagram(etree.tostring(draft.root), draft.prefix)
    found = (play(model, level, start) for level in levels(model) for start in level.roots())
    return next((trouble for trouble in found if trouble is not None), None)


def _mend(draft: Draft, trouble: Trouble) -> bool:
    node = next((one for one in draft.nodes() if id_of(one) == trouble.element), None)
    if node is None:
        return False
    if trouble.kind == "stuck" and local(node) == "parallelGateway":
        return _inclusive(draft, node)
    return trouble.kind == "twice" and _join_before(draft, node)


def _inclusive(draft: Draft, node: Node) -> bool:
    """A join that also splits keeps splitting in parallel behind it."""
    leaving = draft.by_end("sourceRef").get(id_of(node), [])
    holder = node.getparent()
    if len(leaving) > 1 and holder is not None:
        split = draft.add_node(holder, "parallelGateway", "", node)
        for flow in leaving:
            draft.turn(flow, source=split)
        draft.connect(holder, node, split)
    draft.change_kind(node, "inclusiveGateway")
    draft.repaired(
        node, "stuck", f"La unión {called(node)} podía esperar para siempre: quedó inclusiva, que espera lo que venga."
    )
    return True


def _join_before(draft: Draft, node: Node) -> bool:
    """Two tokens reach `node` or the gateway right before it: let them be joined there."""
    before = _merge_before(draft, node)
    if before is None:
        return False
    if child(before, "linkEventDefinition") is not None:
        _drawn_out(draft, before)
    if local(before) == "exclusiveGateway" and len(draft.by_end("sourceRef").get(id_of(before), ())) == 1:
        draft.change_kind(before, "inclusiveGateway")
        join = before
    else:
        holder = before.getparent()
        if holder is None:
            return False
        arriving = draft.by_end("targetRef").get(id_of(before), [])
        join = draft.add_node(holder, "inclusiveGateway", "", before)
        for flow in arriving:
            draft.turn(flow, target=join)
        draft.connect(holder, join, before)
    _tell(draft, join, before if before is not join else node)
    return True


def _tell(draft: Draft, join: Node, reached: Node) -> None:
    """In BPMN every token goes on by itself: where that does more than end, whether it is meant is asked."""
    where = f"A {called(reached)} llegaban caminos paralelos sin unirse, y lo que sigue se"
    draft.repaired(
        join,
        "twice",
        f"{where} haría una vez por cada uno: se puso una unión, y se hace una sola vez, cuando llegan todos.",
    )
    nodes = {id_of(one): one for one in draft.nodes_in(holder_of(join))}
    behind = reachable(draft.graph(nodes), [id_of(join)])
    if any(_does_something(nodes[one]) for one in behind):
        question = f"{where} hacía una vez por cada uno. ¿Se hace una sola vez, cuando lleguen todos?"
        draft.ask(join, "twice", question, "Sí", DRAWN)


def _does_something(node: Node) -> bool:
    return not local(node).endswith("Gateway") and (local(node) != "endEvent" or any(event_definitions(node)))


def _merge_before(draft: Draft, node: Node) -> Node | None:
    """The nearest element upstream where several flows meet without a join."""
    nodes = {id_of(one): one for one in draft.nodes()}
    arriving = draft.by_end("targetRef")
    current, seen = node, set[str]()
    while id_of(current) not in seen:
        seen.add(id_of(current))
        flows = arriving.get(id_of(current), [])
        if len(_links_to(draft, current)) > 1:
            return current
        if len(flows) > 1:
            return None if local(current) in ("inclusiveGateway", "parallelGateway") else current
        if not flows:
            return None
        current = nodes[str(flows[0].get("sourceRef"))]
    return None


def _links_to(draft: Draft, node: Node) -> list[Node]:
    """The links that lead to a link, if it is one."""
    link = child(node, "linkEventDefinition")
    if link is None or "Catch" not in local(node):
        return []
    throws = [one for one in draft.nodes_in(holder_of(node)) if "Throw" in local(one)]
    return [one for one in throws if (to := child(one, "linkEventDefinition")) is not None
            and one_line(to.get("name")) == one_line(link.get("name"))]  # fmt: skip


def _drawn_out(draft: Draft, node: Node) -> None:
    """Links that several ways take at once as arrows, for only arrows can be joined."""
    throws = _links_to(draft, node)
    for one in throws:
        draft.change_kind(one, "intermediateThrowEvent")
        draft.connect(holder_of(node), one, node)
    draft.change_kind(node, "intermediateThrowEvent")
    draft.repaired(node, "link", f"Los {len(throws)} enlaces que llegan a {called(node)} quedaron como flechas.")


STEPS = (_joins,)
