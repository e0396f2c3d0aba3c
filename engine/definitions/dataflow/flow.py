"""Follows the data of a case through a diagram: forward, to a fixed point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from engine.contracts import ANY
from engine.definitions.dataflow.giving import COUNTERS, AtEnds, Given, at_start, given
from engine.definitions.dataflow.needing import Need, needs
from engine.definitions.dataflow.state import State, all_of, either
from engine.definitions.dataflow.world import World
from engine.definitions.diagram import DiagramModel, Element

_DONE = "✓"
SCOPES = ("subProcess", "adHocSubProcess", "transaction")
_FAILED_ENDS = ("error", "escalation", "cancel")
MOST_ROUNDS = 60
"""More than any drawing needs; a stranger's is left where it stands then, which only says less."""


@dataclass(slots=True)
class Flow:
    """What a case has before and after each element of one diagram that some way leads to.

    `begins` is what it has at its start, if not what all who begin it deliver.
    """

    world: World
    model: DiagramModel
    at_ends: AtEnds
    begins: State | None = None
    before: dict[str, State] = field(default_factory=dict)
    after: dict[str, State] = field(default_factory=dict)
    _given: dict[str, Given] = field(default_factory=dict)
    _at_start: dict[str, State] = field(default_factory=dict)

    def ends(self) -> State | None:
        """What a case has when it ends as it should."""
        return either(self._states(self.before, (end.id for end in self._ends(None))))

    def precedes(self, earlier: str, later: str) -> bool:
        """Whether one element can have been done before another is; so it is said where no way leads to that one."""
        before = self.before.get(later)
        return before is None or done(earlier) in before.may

    def follow(self) -> Flow:
        """Work it all out."""
        order = list(self.model.elements.values())
        for _ in range(MOST_ROUNDS):
            if not any([self._step(element) for element in order]):
                break
        return self

    def _step(self, element: Element) -> bool:
        before = self._before(element)
        if before is None or (before == self.before.get(element.id) and not self._looks_around(element)):
            return False
        after = self._after(element, before)
        changed = before != self.before.get(element.id) or after != self.after.get(element.id)
        self.before[element.id] = before
        if after is not None:
            self.after[element.id] = after
        return changed

    @staticmethod
    def _looks_around(element: Element) -> bool:
        """Whether what it leaves behind depends on more than on what it had before."""
        return element.kind in SCOPES or element.event == "signal"

    def _before(self, element: Element) -> State | None:
        if element.kind == "startEvent":
            return self._begun(element)
        if element.attached_to:
            return self._at_border(element)
        if element.triggered_by_event:
            return self._around(element)
        arriving = self._states(self.after, (one.id for one in self.model.before(element.id)))
        if element.kind == "intermediateCatchEvent" and element.event == "link":
            arriving = [*arriving, *self._states(self.after, self._throws(element))]
        return all_of(arriving) if element.kind == "parallelGateway" else either(arriving)

    def _begun(self, start: Element) -> State | None:
        parent = self.model.elements.get(start.parent_id or "")
        if parent is None:
            return self._handed_in(start) if self.begins is None else self.begins
        outside = self.before.get(parent.id)
        return None if outside is None else inside(parent, outside)

    def _handed_in(self, start: Element) -> State:
        if start.id not in self._at_start:
            self._at_start[start.id] = at_start(self.world, self.model, start)
        return self._at_start[start.id]

    def _at_border(self, border: Element) -> State | None:
        """At the border of an activity: what it had, and perhaps what was done inside before it was left."""
        host = self.model.elements.get(border.attached_to or "")
        before = self.before.get(host.id) if host else None
        if host is None or before is None:
            return None
        for inner in self._states(self.after, (one.id for one in self.model.inside(host.id))):
            before = before.unsure(inner)
        return before

    def _around(self, event_subprocess: Element) -> State | None:
        """What is known of the scope at whatever moment: what it began with, and perhaps all else."""
        parent = event_subprocess.parent_id
        starts = [one for one in self.model.inside(parent) if one.kind == "startEvent"]
        begun = either(self._states(self.before, (start.id for start in starts)))
        if begun is None:
            return None
        for other in self._states(self.after, (one.id for one in self.model.inside(parent))):
            begun = begun.unsure(other)
        return begun

    def _after(self, element: Element, before: State) -> State | None:
        if element.kind in SCOPES:
            left = self._left(element, before)
            return left and left.filled(element.id, {}, {done(element.id): ANY})
        if element.id not in self._given:
            self._given[element.id] = given(self.world, element, self.at_ends)
        added = self._given[element.id]
        sure, maybe = added.sure, added.maybe
        if element.loop_tests_before:  # it may not be done at all
            sure, maybe = {}, {**maybe, **sure}
        after = before.filled(element.id, sure, {**maybe, done(element.id): ANY})
        if added.anything and not after.anything:
            after = State(after.sure, after.may, anything=True)
        if element.event == "signal" and element.kind != "intermediateThrowEvent":
            after = self._heard(element, after)
        return after

    def _left(self, scope: Element, before: State) -> State | None:
        """After an embedded subprocess: what all its ends have; of one that may not be done at all, only perhaps."""
        ended = either(self._states(self.before, (end.id for end in self._ends(scope.id))))
        if scope.multiple or scope.loop_tests_before:
            return before if ended is None else before.unsure(ended.without(_loop_names(scope)))
        return ended

    def _heard(self, catch: Element, state: State) -> State:
        """A signal brings what its throwers have."""
        throws = (
            one.id
            for one in self.model.of_kind("intermediateThrowEvent", "endEvent")
            if one.event == "signal" and one.reference == catch.reference
        )
        for thrown in self._states(self.before, throws):
            state = state.unsure(thrown)
        return state

    def _ends(self, parent_id: str | None) -> Iterator[Element]:
        return (one for one in self.model.inside(parent_id) if one.kind == "endEvent" and one.event not in _FAILED_ENDS)

    def _throws(self, catch: Element) -> Iterator[str]:
        return (
            one.id
            for one in self.model.inside(catch.parent_id)
            if one.kind == "intermediateThrowEvent" and one.event == "link" and one.reference == catch.reference
        )

    @staticmethod
    def _states(where: Mapping[str, State], ids: Iterator[str]) -> list[State]:
        return [where[one] for one in ids if one in where]


def done(element_id: str) -> str:
    """The mark, among the data, that an element was done: no variable can be called so."""
    return f"{_DONE}{element_id}"


def variables(data: Iterable[str]) -> set[str]:
    """The data without the marks of what was done."""
    return {name for name in data if not name.startswith(_DONE)}


def inside(scope: Element, outside: State) -> State:
    """What one turn of an activity has: its loop variables too."""
    names = {name: ANY for name in _loop_names(scope)}
    return outside.filled(scope.id, names, {}) if names else outside


def _loop_names(scope: Element) -> list[str]:
    counters = COUNTERS if scope.multiple else COUNTERS[:1] if scope.loop else ()
    return [name for name in (scope.element_variable, *counters) if name]


@dataclass(slots=True)
class Following:
    """The data of the processes of a world; each is worked out once."""

    world: World
    _flows: dict[str, Flow] = field(default_factory=dict)
    _needs: dict[str, tuple[Need, ...]] = field(default_factory=dict)

    def of(self, model: DiagramModel) -> Flow:
        """The data of a process, whoever begins it."""
        if model.process_key not in self._flows:
            flow = self._flows[model.process_key] = Flow(self.world, model, self.at_ends)
            flow.follow()
        return self._flows[model.process_key]

    def needs(self, model: DiagramModel) -> tuple[Need, ...]:
        """Everything that the elements of a process read."""
        if model.process_key not in self._needs:
            self._needs[model.process_key] = tuple(needs(self.world, model))
        return self._needs[model.process_key]

    def begun_with(self, model: DiagramModel, begins: State) -> Flow:
        """The data of a process that begins with just these."""
        return Flow(self.world, model, self.at_ends, begins).follow()

    def at_ends(self, process_key: str) -> State | None:
        """What a process has when it ends; None if it is not known, or in the middle of being worked out (a circle)."""
        model = self.world.diagrams.get(process_key)
        return None if model is None else self.of(model).ends()
