"""What each element reads of the data of its case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from engine.definitions.dataflow.world import World
from engine.definitions.diagram import DiagramModel, Element
from engine.errors import InvalidExpression
from engine.expressions import compile_expression

_PART = re.compile(r"[$#]\{[^}]*\}")
DEFAULT_KEY = "${plan}"
SENDERS = ("endEvent", "intermediateThrowEvent")
RECEIVERS = ("intermediateCatchEvent", "receiveTask", "boundaryEvent")


class Purpose(StrEnum):
    """What a datum is read for."""

    LIST = "list"
    TIMES = "times"
    STEP = "step"
    ROLE = "role"
    PERSON = "person"
    DEADLINE = "deadline"
    KEY = "key"
    INPUT = "input"
    CONDITION = "condition"
    EVENT = "event"

    @property
    def stops(self) -> bool:
        """Whether the case stops where the datum is missing; a condition only counts as not met."""
        return self not in (Purpose.CONDITION, Purpose.INPUT, Purpose.EVENT)


@dataclass(frozen=True, slots=True)
class Need:
    """That an element reads a datum, at itself or at a flow that leaves it (`place`).

    `inside`: within each turn of the element's repetition, where its loop variable is known.
    """

    element: str
    place: str
    name: str
    purpose: Purpose
    inside: bool = False


def needs(world: World, model: DiagramModel) -> Iterator[Need]:
    """Everything that the elements of a diagram read."""
    for element in model.elements.values():
        yield from _repetition(element)
        yield from _people(world, element)
        yield from _moments(world, element)
        yield from _messages(element)
        yield from _steps(world, element)
        yield from _calls(element)
        yield from _conditions(model, element)


def _repetition(element: Element) -> Iterator[Need]:
    yield from _of(element, names(element.collection), Purpose.LIST)
    yield from _of(element, names(element.cardinality), Purpose.TIMES)
    yield from _of(element, names(element.completion_condition), Purpose.CONDITION, within=True)
    yield from _of(element, names(element.loop_condition), Purpose.CONDITION, within=True)


def _people(world: World, element: Element) -> Iterator[Need]:
    if element.kind not in ("userTask", "manualTask"):
        return
    yield from _of(element, filled(element.assignee), Purpose.PERSON, within=True)
    if element.assignee:
        return  # a person named wins over the group
    for role in element.roles:
        yield from _of(element, filled(role), Purpose.ROLE, within=True)
        if "{" not in role:
            yield from _of(element, world.contracts.role_needs(role), Purpose.ROLE, within=True)


def _moments(world: World, element: Element) -> Iterator[Need]:
    if element.deadline:
        within = element.kind == "userTask"
        yield from _of(element, world.contracts.deadline_needs(element.deadline), Purpose.DEADLINE, within=within)


def _messages(element: Element) -> Iterator[Need]:
    if element.message and element.kind in (*SENDERS, *RECEIVERS):
        yield from _of(element, filled(element.properties.get("clave", DEFAULT_KEY)), Purpose.KEY)


def _steps(world: World, element: Element) -> Iterator[Need]:
    contract = world.contract(element)
    if contract is not None:
        yield from _of(element, contract.needs, Purpose.STEP, within=True)
    if contract is not None and element.kind == "businessRuleTask":
        yield from _of(element, contract.uses, Purpose.CONDITION, within=True)


def _calls(element: Element) -> Iterator[Need]:
    for mapping in element.in_mappings:
        read = [mapping.source] if mapping.source else names(mapping.expression)
        yield from _of(element, read, Purpose.INPUT, within=True)


def _conditions(model: DiagramModel, element: Element) -> Iterator[Need]:
    if element.event == "conditional":
        yield from _of(element, names(element.expression), Purpose.EVENT)
    for flow in (model.flows[one] for one in element.outgoing):
        for name in sorted(names(flow.condition)):
            yield Need(element.id, flow.id, name, Purpose.CONDITION)


def _of(element: Element, read: Iterable[str], purpose: Purpose, *, within: bool = False) -> Iterator[Need]:
    for name in sorted(read):
        yield Need(element.id, element.id, name, purpose, within)


def names(expression: str) -> frozenset[str]:
    """The variables of an expression; none of one that is empty or not understood."""
    try:
        return compile_expression(expression).names if expression else frozenset()
    except InvalidExpression:
        return frozenset()


def filled(text: str) -> frozenset[str]:
    """The variables of a text with `${…}` in it."""
    return frozenset[str]().union(*(names(part) for part in _PART.findall(text)))
