"""Plays every way a level can go, without data: it must always end, and nothing may run twice unmeant.

A marking is the set of flows that carry a token. Every flow has one target, so two enabled elements never take a
token from each other: the order between them does not matter, only what each chooses. The most upstream one goes
first, which makes tokens that were never joined meet.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.linting.findings import Checked, Finding, error, shown
from engine.definitions.linting.graph import Level, levels, on_cycles, reachable, upstream_first

MAX_MARKINGS = 2_000
MAX_EFFORT = 100_000
"""Tokens looked at in one order: a stranger's thousand branches must not take minutes."""
MAX_SUBSETS = 6
ORDERS = 5

Marking = frozenset[str]
ENDED = ""
"""In a marking: an end was reached."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Where playing went wrong: `stuck` (a join waits for ever), `twice` (two tokens on a flow), `nowhere` (no end)."""

    kind: str
    element: str


def _sound(checked: Checked) -> Iterator[Finding]:
    for level in levels(checked.model):
        for start in level.roots():
            # Where a deadline closes the level, a way that stops is told by the rule of its dead end.
            trouble = play(checked.model, level, start, may_stop=closed_by(checked.model, level) is not None)
            if trouble is not None:
                yield _told(checked.model.elements[trouble.element], trouble)
                break


def _told(element: Element, trouble: Trouble) -> Finding:
    if trouble.kind == "stuck":
        message = (
            f"{shown(element)} espera todas sus entradas, pero hay caminos en que alguna no llega nunca: el proceso "
            "se quedaría ahí. Reúna con un rombo del mismo tipo que la que abrió los caminos."
        )
    elif trouble.kind == "nowhere":
        message = f"Hay caminos desde {shown(element)} que no llegan a ningún fin. Llévelos a uno."
    else:
        message = (
            f"A {shown(element)} pueden llegar dos caminos que van en paralelo: lo que sigue se haría dos veces. "
            "Reúna los caminos con un rombo paralelo o inclusivo antes de seguir."
        )
    return error(element.id, trouble.kind, message)


def play(model: DiagramModel, level: Level, start: str, *, may_stop: bool = False) -> Trouble | None:
    """The first trouble found when the level begins at `start`; `None` if there is none (or too much to play).

    Played in several orders: what is in two places at once depends on who is faster. That a way just stops is none
    where it `may_stop`.
    """
    for ranks in _orders(level):
        trouble = _play(_Game(model, level, ranks), level.elements[start], may_stop)
        if trouble is not None:
            return trouble
    return None


def closed_by(model: DiagramModel, level: Level) -> Element | None:
    """The deadline at the border of a subprocess that closes it, whatever stands still in it by then."""
    parent = level.parent.id if level.parent else None
    borders = (one for one in model.of_kind("boundaryEvent") if one.attached_to == parent)
    return next((one for one in borders if one.event == "timer" and one.interrupting), None)


def ends_well(model: DiagramModel, level: Level) -> bool:
    """Whether a level surely ends on all its ways, though some steps lead nowhere or are never reached.

    What stops where a deadline closes the subprocess ends with it.
    """
    onward = (model.flows[one].target for element in level.elements.values() for one in element.outgoing)
    if any(target not in level.elements for target in onward):
        return False  # a flow that leads out of the level, or nowhere: another rule's
    game = _Game(model, level, _ranked(upstream_first(level)))
    may_stop = closed_by(model, level) is not None
    found = [_play(game, level.elements[start], may_stop) for start in level.roots()]
    return bool(found) and not any(found) and game.effort < MAX_EFFORT and not game.gave_up


def _orders(level: Level) -> Iterator[dict[str, int]]:
    """Upstream first; what may come round again first; the other way; and some at random, always the same."""
    upstream = upstream_first(level)
    turning = on_cycles(level.after)
    yield _ranked(upstream)
    yield _ranked(sorted(upstream, key=lambda node: node not in turning))
    yield _ranked(upstream[::-1])
    for seed in range(ORDERS):
        shuffled = list(upstream)
        random.Random(seed).shuffle(shuffled)  # noqa: S311  (nothing secret)
        yield _ranked(shuffled)


def _ranked(order: list[str]) -> dict[str, int]:
    return {node: place for place, node in enumerate(order)}


def _play(game: _Game, start: Element, may_stop: bool) -> Trouble | None:
    waiting: list[Marking] = [frozenset(start.outgoing)]
    seen: set[Marking] = set(waiting)
    while waiting:
        if len(seen) >= MAX_MARKINGS or game.effort >= MAX_EFFORT:
            game.gave_up = True
            break
        marking = waiting.pop()
        moved = game.move(marking)
        if isinstance(moved, Trouble):
            return moved
        if not moved and not may_stop and ENDED not in marking:
            return Trouble("nowhere", start.id)
        for after in moved:
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return None


class _Game:
    def __init__(self, model: DiagramModel, level: Level, rank: Mapping[str, int]) -> None:
        self.model = model
        self.level = level
        self.rank = rank
        self.effort = 0
        self.gave_up = False
        reached = reachable(level.after, level.roots())  # the engine knows nothing of the rest
        self._joined = {
            node: sum(model.flows[one].source in reached for one in element.incoming)
            for node, element in level.elements.items()
        }
        self._before = level.before()
        self._leading: dict[str, set[str]] = {}
        self._beside: dict[str, set[str]] = {}
        self.boundary: dict[str, list[Element]] = {}
        for element in level.elements.values():
            if element.attached_to:
                self.boundary.setdefault(element.attached_to, []).append(element)

    def move(self, marking: Marking) -> list[Marking] | Trouble:
        """The markings after one element acted, or the trouble; nothing if all tokens are gone."""
        at = self._arrived(marking)
        for node in sorted(at, key=self.rank.__getitem__):
            if self._may_act(at, self.level.elements[node]):
                return self._fire(marking, self.level.elements[node], at[node])
        return Trouble("stuck", min(at, key=self.rank.__getitem__)) if at else []

    def _arrived(self, marking: Marking) -> dict[str, list[str]]:
        at: dict[str, list[str]] = {}
        self.effort += len(marking)
        for flow_id in sorted(marking - {ENDED}):
            at.setdefault(self.model.flows[flow_id].target, []).append(flow_id)
        return at

    def _may_act(self, at: Mapping[str, list[str]], element: Element) -> bool:
        """An inclusive join acts as soon as nothing more can come to it, not after all that is further on."""
        if not self._is_join(element) or len(at[element.id]) == self._joined[element.id]:
            return True
        return element.kind == "inclusiveGateway" and not self._coming(at, element.id)

    def _is_join(self, element: Element) -> bool:
        return element.kind in ("parallelGateway", "inclusiveGateway") and len(element.incoming) > 1

    def _coming(self, at: Mapping[str, list[str]], join: str) -> bool:
        """Whether a token elsewhere could still arrive at an inclusive join."""
        leading = self._leading.get(join)
        if leading is None:
            leading = self._leading[join] = reachable(self._before, [join])
            self.effort += len(leading)
        self.effort += len(at)
        return any(node in leading for node in at if node != join)

    def _fire(self, marking: Marking, element: Element, arrived: list[str]) -> list[Marking] | Trouble:
        taken = arrived if self._is_join(element) else arrived[:1]
        left = marking.difference(taken)
        if element.kind == "endEvent":
            left = left | {ENDED}
            if element.event == "terminate":
                return [frozenset({ENDED})]
        after: list[Marking] = []
        for produced in self._choices(element, left):
            for flow_id in produced:
                if flow_id in left:
                    return Trouble("twice", self.model.flows[flow_id].target)
            after.append(left.union(produced))
            self.effort += len(left)
        return after

    def _choices(self, element: Element, marked: Marking) -> Iterator[tuple[str, ...]]:
        """The sets of flows that an element may send tokens along."""
        out = self._onward(element)
        if element.kind in ("exclusiveGateway", "eventBasedGateway"):
            yield from ((flow_id,) for flow_id in out)
        elif element.kind == "inclusiveGateway":
            yield from _subsets(out)
        else:
            yield out
        beside = [event for event in self.boundary.get(element.id, ()) if self._may_come(event, marked)]
        for event in self.boundary.get(element.id, ()):
            if event.interrupting:
                yield event.outgoing
        for event in beside:
            yield (*out, *event.outgoing)
        if len(beside) > 1:
            yield (*out, *(flow_id for event in beside for flow_id in event.outgoing))

    def _may_come(self, event: Element, marked: Marking) -> bool:
        """Whether an event beside is played: not while its path goes on, as each time it comes has one of its own."""
        if event.interrupting:
            return False
        path = self._beside.get(event.id)
        if path is None:
            path = self._beside[event.id] = reachable(self.level.after, self.level.after[event.id])
        self.effort += len(marked)
        return not any(self.model.flows[flow_id].target in path for flow_id in marked - {ENDED})

    def _onward(self, element: Element) -> tuple[str, ...]:
        if element.kind == "intermediateThrowEvent" and element.event == "link":
            return tuple(
                flow_id for target in self.level.after[element.id] for flow_id in self.model.elements[target].outgoing
            )
        return element.outgoing


def _subsets(flows: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if len(flows) > MAX_SUBSETS:
        yield from ((flow_id,) for flow_id in flows)
        yield flows
        return
    for size in range(1, len(flows) + 1):
        yield from combinations(flows, size)


RULES = (_sound,)
