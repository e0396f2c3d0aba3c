"""What a case has at one place of its diagram."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.contracts import Datum

START = ""
"""The source of what a case begins with."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who filled a datum: an element of the diagram, or `START`; and what it then holds."""

    element: str
    datum: Datum = field(compare=False)


@dataclass(frozen=True, slots=True)
class State:
    """`sure` is set on every way that leads here; `may`, on some way, with who filled it last.

    `anything`: some step declares nothing, so any name may be set.
    """

    sure: frozenset[str] = frozenset()
    may: Mapping[str, frozenset[Source]] = field(default_factory=dict)
    anything: bool = False

    def has(self, name: str) -> bool:
        """Whether the name may be set at all."""
        return self.anything or name in self.may

    def filled(self, source: str, sure: Mapping[str, Datum], maybe: Mapping[str, Datum]) -> State:
        """After an element set these: what it surely sets has no other source any more."""
        if not sure and not maybe:
            return self
        may = dict(self.may)
        for name, datum in maybe.items():
            may[name] = may.get(name, frozenset()) | {Source(source, datum)}
        for name, datum in sure.items():
            may[name] = frozenset({Source(source, datum)})
        return State(self.sure.union(sure), may, self.anything)

    def without(self, names: Iterable[str]) -> State:
        """Where these names are gone: a loop variable after its loop."""
        gone = set(names)
        return State(self.sure.difference(gone), {n: s for n, s in self.may.items() if n not in gone}, self.anything)

    def unsure(self, other: State) -> State:
        """What this is, if perhaps the other happened on the way."""
        return State(self.sure, _union([self.may, other.may]), self.anything or other.anything)


def either(states: Iterable[State]) -> State | None:
    """Where one of several ways was taken; None where none leads."""
    found = list(states)
    if not found:
        return None
    sure = frozenset.intersection(*(state.sure for state in found))
    return State(sure, _union(state.may for state in found), any(state.anything for state in found))


def all_of(states: Iterable[State]) -> State | None:
    """Where several ways meet that were all taken."""
    found = list(states)
    if not found:
        return None
    sure = frozenset[str]().union(*(state.sure for state in found))
    return State(sure, _union(state.may for state in found), any(state.anything for state in found))


def _union(parts: Iterable[Mapping[str, frozenset[Source]]]) -> dict[str, frozenset[Source]]:
    may: dict[str, frozenset[Source]] = {}
    for part in parts:
        for name, sources in part.items():
            may[name] = may[name] | sources if name in may else sources
    return may
