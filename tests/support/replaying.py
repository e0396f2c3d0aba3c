"""Replays what happened in a case on its diagram: a token game that moves what leaves no trace only where it must.

It allows a little more than the engine (a date may come at any moment, any answer may be given), and nothing that
no run of the diagram could do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations
from typing import NamedTuple

from engine.definitions.diagram import DiagramModel, Element

Step = tuple[str, str]
"""A process and one of its elements."""
TRACED = frozenset({"userTask", "manualTask", "serviceTask", "sendTask", "businessRuleTask", "scriptTask"})
COMPOSED = frozenset({"subProcess", "callActivity"})
CHOOSING = frozenset({"exclusiveGateway", "eventBasedGateway"})
MOST_STATES = 200_000


class Scope(NamedTuple):
    """What runs of a process or of a subprocess: flows with a token, and what is active inside."""

    process: str
    parent: str
    tokens: tuple[str, ...]
    inside: tuple[tuple[str, tuple[Scope, ...]], ...] = ()

    @property
    def is_over(self) -> bool:
        return not self.tokens and not self.inside

    def moved(self, taken: Sequence[str], given: Sequence[str]) -> Scope:
        left = list(self.tokens)
        for token in taken:
            left.remove(token)
        return self._replace(tokens=tuple(sorted([*left, *given])))

    def exchanged(self, place: int | None, *given: tuple[str, tuple[Scope, ...]]) -> Scope:
        left = [one for number, one in enumerate(self.inside) if number != place]
        return self._replace(inside=tuple(sorted([*left, *given])))


class Replay:
    """The diagrams that a case can run through."""

    def __init__(self, models: Mapping[str, DiagramModel]) -> None:
        self._models = models
        self._leading = cache(self._find_leading)
        self._before = cache(self._find_before)
        self._can_end = cache(self._find_end)
        self._looked_at = 0

    def impossible(self, process: str, steps: Sequence[Step]) -> str:
        """The first step that the diagram does not allow after those before it; empty if all are possible."""
        self._looked_at = 0
        ways: list[Iterator[Scope]] = [iter(self._begun(process))]
        furthest, tried = 0, set()
        while ways:
            scope = next(ways[-1], None)
            if scope is None:
                ways.pop()
                continue
            done = len(ways) - 1
            if (done, scope) in tried:  # it led nowhere
                continue
            tried.add((done, scope))
            furthest = max(furthest, done)
            if done == len(steps):
                return ""
            ways.append(self._after(scope, steps[done]))
        return (
            f"{furthest}: {'/'.join(steps[furthest])} after {'/'.join(steps[furthest - 1]) if furthest else 'nothing'}"
        )

    def _after(self, scope: Scope, wanted: Step) -> Iterator[Scope]:
        """Where a step leads to, over as little as possible that leaves no trace."""
        for one in self._over(scope, self._leading(scope.process, wanted)):
            yield from self._done(one, wanted)

    def _over(self, scope: Scope, leading: frozenset[str] | None) -> Iterator[Scope]:
        """The scope, and what becomes of it without a trace on its own level; nearest first."""
        waiting, seen = [scope], {scope}
        while waiting:
            yield from waiting
            found = [after for one in waiting for after in self._silent(one, leading)]
            waiting = [one for one in dict.fromkeys(found) if one not in seen]
            seen.update(waiting)
            self._looked_at += len(waiting)
            assert self._looked_at < MOST_STATES, f"too many ways through {scope.process}/{scope.parent}"

    def _find_end(self, scope: Scope) -> bool:
        return any(one.is_over for one in self._over(scope, None))

    def _begun(self, process: str, parent: str = "") -> list[Scope]:
        starts = [one for one in self._models[process].inside(parent or None) if one.kind == "startEvent"]
        return [Scope(process, parent, tuple(sorted(start.outgoing))) for start in starts]

    def _inside(self, process: str, element: Element) -> list[Scope]:
        is_call = element.kind == "callActivity"
        return self._begun(element.called_element) if is_call else self._begun(process, element.id)

    def _done(self, scope: Scope, wanted: Step) -> Iterator[Scope]:
        model = self._models[scope.process]
        for flow in sorted(set(scope.tokens)):
            element = model.elements[model.flows[flow].target]
            if (scope.process, element.id) == wanted and is_traced(element):
                yield scope.moved([flow], element.outgoing)
                if repeats(element):
                    yield scope
        for place, (name, scopes) in enumerate(scope.inside):
            if not self._holds(scope.process, name, wanted):
                continue
            for number, one in enumerate(scopes):
                for found in self._after(one, wanted):
                    yield scope.exchanged(place, (name, _sorted([*scopes[:number], found, *scopes[number + 1 :]])))
            if repeats(model.elements[name]):
                for fresh in self._inside(scope.process, model.elements[name]):
                    for found in self._after(fresh, wanted):
                        yield scope.exchanged(place, (name, _sorted([*scopes, found])))

    def _silent(self, scope: Scope, leading: frozenset[str] | None) -> Iterator[Scope]:
        """What can happen without a trace; where `leading` is given, only on the way to one of these elements."""
        model = self._models[scope.process]
        for flow in sorted(set(scope.tokens)):
            element = model.elements[model.flows[flow].target]
            if leading is None or element.id in leading:
                yield from self._passed(scope, flow, element)
        for place, (name, scopes) in enumerate(scope.inside):
            element = model.elements[name]
            if element.completion_condition or all(map(self._can_end, scopes)):
                yield scope.exchanged(place).moved([], element.outgoing)
            yield from self._left(scope, place, element)
        yield from self._interrupted(scope)

    def _left(self, scope: Scope, place: int, element: Element) -> Iterator[Scope]:
        """By an event at the border of what is active."""
        for event in self._models[scope.process].attached_to(element.id):
            if event.interrupting:
                yield scope.exchanged(place).moved([], event.outgoing)
            elif not set(event.outgoing) & set(scope.tokens):
                yield scope.moved([], event.outgoing)

    def _interrupted(self, scope: Scope) -> Iterator[Scope]:
        """By an event subprocess."""
        model = self._models[scope.process]
        for element in model.inside(scope.parent or None):
            if not element.triggered_by_event or scope.is_over or any(name == element.id for name, _ in scope.inside):
                continue
            starts = [one for one in model.inside(element.id) if one.kind == "startEvent"]
            left = Scope(scope.process, scope.parent, ()) if all(one.interrupting for one in starts) else scope
            yield from (left.exchanged(None, (element.id, (one,))) for one in self._inside(scope.process, element))

    def _passed(self, scope: Scope, flow: str, element: Element) -> Iterator[Scope]:
        """Where a token gets by an element without a trace."""
        if element.kind in COMPOSED:
            for fresh in [()] if repeats(element) else [(one,) for one in self._inside(scope.process, element)]:
                yield scope.moved([flow], []).exchanged(None, (element.id, fresh))
            return
        for event in self._models[scope.process].attached_to(element.id):
            if event.interrupting:
                yield scope.moved([flow], event.outgoing)
            elif not set(event.outgoing) & set(scope.tokens):
                yield scope.moved([], event.outgoing)
        if element.is_gateway:
            yield from self._through(scope, flow, element)
        elif element.kind == "endEvent" and element.event == "terminate":
            yield Scope(scope.process, scope.parent, ())
        elif not is_traced(element) or element.multiple or element.loop_tests_before:
            yield scope.moved([flow], [*element.outgoing, *self._linked(scope.process, element)])

    def _through(self, scope: Scope, flow: str, gateway: Element) -> Iterator[Scope]:
        out = gateway.outgoing
        if gateway.kind in CHOOSING:
            yield from (scope.moved([flow], [one]) for one in out)
        elif gateway.kind == "parallelGateway":
            if set(gateway.incoming) <= set(scope.tokens):
                yield scope.moved(gateway.incoming, out)
        else:
            there = [one for one in gateway.incoming if one in scope.tokens]
            if self._may_still_come(scope, gateway):
                return
            for count in range(1, len(out) + 1):
                yield from (scope.moved(there, some) for some in combinations(out, count))

    def _may_still_come(self, scope: Scope, gateway: Element) -> bool:
        """Whether something on its way can reach a side of an inclusive gateway where nothing came yet."""
        model, before = self._models[scope.process], self._before(scope.process, gateway.id)
        sides = [model.flows[flow].source for flow in gateway.incoming if flow not in scope.tokens]
        on_the_way = {model.flows[flow].target for flow in scope.tokens if flow not in gateway.incoming}
        moving = on_the_way | {name for name, _ in scope.inside}
        return any(name in before[side] for side in sides for name in moving)

    def _find_before(self, process: str, gateway: str) -> Mapping[str, frozenset[str]]:
        """By each element from which a flow leads to the gateway: whatever reaches it, not by way of the gateway."""
        model = self._models[process]
        found = {}
        for flow in model.elements[gateway].incoming:
            side = model.flows[flow].source
            found[side] = self._backwards(model, {side}, without=gateway)
        return found

    def _backwards(self, model: DiagramModel, found: set[str], without: str = "") -> frozenset[str]:
        while True:
            others = [one for one in model.elements.values() if one.id not in found and one.id != without]
            more = {one.id for one in others if not found.isdisjoint(self._next(model, one))}
            if not more:
                return frozenset(found)
            found |= more

    def _linked(self, process: str, element: Element) -> list[str]:
        """The flows at the other end of a link."""
        if element.kind != "intermediateThrowEvent" or element.event != "link":
            return []
        others = self._models[process].of_kind("intermediateCatchEvent")
        return [flow for one in others if one.reference == element.reference for flow in one.outgoing]

    def _find_leading(self, process: str, wanted: Step) -> frozenset[str]:
        """The elements of a process from which a way on the same level leads to the step, or into what holds it."""
        model = self._models[process]
        return self._backwards(model, {name for name in model.elements if self._holds(process, name, wanted)})

    def _next(self, model: DiagramModel, element: Element) -> Iterator[str]:
        flows = [*element.outgoing, *self._linked(model.process_key, element)]
        yield from (model.flows[flow].target for flow in flows)
        yield from (event.id for event in model.attached_to(element.id))

    def _holds(self, process: str, name: str, wanted: Step, seen: tuple[str, ...] = ()) -> bool:
        element = self._models[process].elements[name]
        if (process, name) == wanted:
            return True
        if element.kind == "callActivity":
            called = element.called_element
            inside = self._models[called].elements if called in self._models and called not in seen else {}
            return any(self._holds(called, one, wanted, (*seen, called)) for one in inside)
        inner = self._models[process].inside(name) if element.kind == "subProcess" else ()
        return any(self._holds(process, one.id, wanted, seen) for one in inner)


def is_traced(element: Element) -> bool:
    """Whether the log tells that it was done."""
    throws = element.event == "message" and element.kind in ("intermediateThrowEvent", "endEvent")
    return element.kind in TRACED or throws


def repeats(element: Element) -> bool:
    """Whether it may be done any number of times."""
    return element.multiple or element.loop


def _sorted(scopes: Sequence[Scope]) -> tuple[Scope, ...]:
    return tuple(sorted(scopes))
