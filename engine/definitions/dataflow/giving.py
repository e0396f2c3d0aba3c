"""What each element adds to the data of its case."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine.contracts import ANY, Data, Datum, option
from engine.definitions.dataflow.questions import variable_of
from engine.definitions.dataflow.state import START, State, either
from engine.definitions.dataflow.world import World, listed
from engine.definitions.diagram import DiagramModel, Element
from engine.errors import InvalidExpression
from engine.expressions import compile_expression

COUNTERS = ("loopCounter", "nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances")
"""What the engine itself tells inside a repetition."""

AtEnds = Callable[[str], State | None]
"""What a process has when it ends, by its key; None if it is not known."""


@dataclass(frozen=True, slots=True)
class Given:
    """What an element surely sets, what it may set, and whether it may set anything at all."""

    sure: Mapping[str, Datum] = field(default_factory=dict)
    maybe: Mapping[str, Datum] = field(default_factory=dict)
    anything: bool = False

    def at_times(self) -> Given:
        """The same, of something that may be done no time at all."""
        return Given({}, {**self.maybe, **self.sure}, self.anything)


def given(world: World, element: Element, at_ends: AtEnds) -> Given:
    """What an element that was done has set. What happens inside an embedded subprocess is not among it."""
    found = _given(world, element, at_ends)
    return found.at_times() if element.multiple else found


def _given(world: World, element: Element, at_ends: AtEnds) -> Given:
    if element.kind == "callActivity":
        return _returned(element, at_ends)
    if element.message and element.kind in ("intermediateCatchEvent", "receiveTask", "boundaryEvent", "startEvent"):
        return received(world, element.message)
    contract = world.contract(element)
    if contract is None:
        return Given(anything=True)
    answered = _answered(world, element)
    return Given({**answered.sure, **contract.fills}, {**answered.maybe, **contract.may_fill}, answered.anything)


def outputs(element: Element) -> list[str]:
    """The fields of its form that a task hands to the process."""
    return listed(element, "salida")


def _answered(world: World, element: Element) -> Given:
    names = outputs(element) if element.kind in ("userTask", "startEvent") else []
    questions = world.questions(element)
    if questions is None:
        return Given({variable_of(name): ANY for name in names})
    asked = [(variable_of(name), questions[name]) for name in names if name in questions]
    return Given(
        {name: one.datum for name, one in asked if one.sure}, {name: one.datum for name, one in asked if not one.sure}
    )


def _returned(call: Element, at_ends: AtEnds) -> Given:
    ends = at_ends(call.called_element)
    sure: dict[str, Datum] = {}
    maybe: dict[str, Datum] = {}
    for mapping in call.out_mappings:
        if mapping.everything:
            return Given(anything=True)
        if mapping.expression or ends is None or ends.anything:
            sure[mapping.target] = ANY
        elif mapping.source in ends.may:
            datum = merged(ends, mapping.source)
            (sure if mapping.source in ends.sure else maybe)[mapping.target] = datum
    return Given(sure, maybe)


def received(world: World, message: str) -> Given:
    """What comes with a message: surely what every sender brings."""
    senders = world.message(message)
    return Given(*_together(senders), anything=not senders)


def _together(offers: list[Data]) -> tuple[dict[str, Datum], dict[str, Datum]]:
    every: dict[str, Datum] = {name: datum for offer in offers for name, datum in offer.items()}
    sure = {name: datum for name, datum in every.items() if all(name in offer for offer in offers)}
    return sure, {name: datum for name, datum in every.items() if name not in sure}


def at_start(world: World, model: DiagramModel, start: Element) -> State:
    """What a case has when it begins at this start event.

    A process without trigger has what its callers deliver, what its form asks, and what the event says in `entradas`.
    That a caller really has what it says it delivers is the caller's matter.
    """
    declared = dict.fromkeys(declared_inputs(start), ANY)
    if start.event == "timer" and start.properties.get("cadencia"):
        return State().filled(START, {**world.contracts.calendar, **declared}, {})
    if start.event == "message":
        brought = received(world, start.message)
        return State(anything=brought.anything).filled(START, {**brought.sure, **declared}, brought.maybe)
    answered = _answered(world, start)
    calls = world.calls_of(model.process_key)
    opened = [world.contracts.opened[model.process_key]] if model.process_key in world.contracts.opened else []
    offers = [
        *(delivery(call, f"{caller.process_key}/{call.id}") for caller, call in calls),
        *(State().filled(START, data, {}) for data in opened),
    ]
    begun = either(offers if start.event == "none" else [])
    delivered = State().filled(START, world.contracts.by_hand, {}) if begun is None else begun
    return delivered.filled(START, {**answered.sure, **declared}, answered.maybe)


def declared_inputs(start: Element) -> list[str]:
    """The data that a start event says its cases begin with."""
    return listed(start, "entradas")


def delivery(call: Element, source: str = START) -> State:
    """What a called process begins with, by the words of its call; `source` tells one call from another."""
    if any(mapping.everything for mapping in call.in_mappings):
        return State(anything=True)
    return State().filled(source, {mapping.target: _literal(mapping.expression) for mapping in call.in_mappings}, {})


@functools.lru_cache(2_000)
def _literal(expression: str) -> Datum:
    """The one value of an expression that reads no variable."""
    try:
        compiled = compile_expression(expression) if expression else None
    except InvalidExpression:
        return ANY
    if compiled is None or compiled.names:
        return ANY
    value = compiled.evaluate({})
    return option(value) if isinstance(value, str) else ANY


def merged(state: State, name: str) -> Datum:
    """What a datum may hold, whoever filled it: one kind with the options of all, else anything."""
    found = [source.datum for source in state.may.get(name, ())]
    if len({datum.kind for datum in found}) != 1:
        return ANY
    open_ended = any(not datum.options for datum in found)
    options = {} if open_ended else {value: label for datum in found for value, label in datum.options.items()}
    each = {datum.each for datum in found}
    return Datum(found[0].kind, options, each=each.pop() if len(each) == 1 else None)
