"""Where a case surely rests until somebody or something acts."""

from __future__ import annotations

from collections.abc import Mapping

from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.linting.graph import Level, levels, reachable
from engine.errors import InvalidExpression
from engine.expressions import compile_expression

PEOPLE_AND_CALLS = ("userTask", "manualTask", "receiveTask", "callActivity")
COMING = ("timer", "message", "signal")


def resting(model: DiagramModel) -> set[str]:
    """The elements that no case passes without waiting, at every level."""
    found: set[str] = set()
    inside = {level.id: level for level in levels(model)}
    for level in reversed(inside.values()):  # what is inside before what is around it
        for element in level.elements.values():
            if _rests(model, element, inside, found):
                found.add(element.id)
    return found


def _rests(model: DiagramModel, element: Element, inside: Mapping[str, Level], found: set[str]) -> bool:
    if element.multiple and not (element.cardinality or _guarded(model, element)):
        return False
    if element.kind == "subProcess":
        return _no_way_past(inside[element.id], found)
    waits_for_event = element.kind == "intermediateCatchEvent" and element.event in COMING
    return waits_for_event or element.kind in (*PEOPLE_AND_CALLS, "eventBasedGateway")


def _no_way_past(level: Level, found: set[str]) -> bool:
    """Whether every way from start to end meets something that rests."""
    open_ways = {node: targets for node, targets in level.after.items() if node not in found}
    return not set(level.ends()) - found & reachable(open_ways, level.roots())


def _guarded(model: DiagramModel, element: Element) -> bool:
    """Whether every flow that leads to a repetition is taken only when its list says so: then it isn't empty."""
    lists = _names(element.collection)
    before = [model.flows[flow_id] for flow_id in element.incoming]
    return bool(lists) and all(flow.condition and lists <= _names(flow.condition) for flow in before)


def _names(text: str) -> frozenset[str]:
    try:
        return compile_expression(text).names
    except InvalidExpression:
        return frozenset()
