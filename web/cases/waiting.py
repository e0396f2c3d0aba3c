"""What cases wait for, as people read it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.waits import Wait, WaitKind
from engine.waits.wait import Words, sentence
from web.cases.standing import OpenTask
from workflows.people.directory import display_names, group_names, members
from workflows.people.naming import called
from workflows.spanish import long_day

CHIPS = {
    WaitKind.TASK: ("gris", "◐", "Una persona"),
    WaitKind.DATE: ("gris", "◷", "Una fecha"),
    WaitKind.MESSAGE: ("gris", "✉", "Un mensaje"),
    WaitKind.SIGNAL: ("gris", "✉", "Una señal"),
    WaitKind.CONDITION: ("gris", "?", "Una condición"),
    WaitKind.INCIDENT: ("rojo", "▲", "Un incidente"),
}
DEAD = ("rojo", "▲", "No llegará")


@dataclass(frozen=True, slots=True)
class ShownWait:
    """A wait in a sentence, with its mark: colour, sign and word."""

    wait: Wait
    sentence: str
    mark: tuple[str, str, str]

    def needs_somebody(self, now: dt.datetime) -> bool:
        """Whether it does not come by itself: something failed, nobody is left to bring it, or its day has passed."""
        late = self.wait.until is not None and self.wait.until < now
        return self.wait.kind is WaitKind.INCIDENT or self.wait.hopeless or late

    @property
    def can_act(self) -> bool:
        """Whether a supervisor can do something about it here (tasks and incidents have pages of their own)."""
        kinds = (WaitKind.DATE, WaitKind.MESSAGE)
        return self.wait.node_id is not None and (self.wait.can_be_skipped() or self.wait.kind in kinds)


def shown(session: Session, waits: Iterable[Wait]) -> list[ShownWait]:
    """The waits with the names of people and groups, in the order given."""
    found = list(waits)
    people = {wait.assignee for wait in found if wait.assignee}
    people |= {one for wait in found for one in (*wait.about, *wait.barred)}
    words = Words(
        {name: called(shown) for name, shown in display_names(session, people).items()},
        group_names(session, {group for wait in found for group in wait.groups}),
        {group: _members(session, group) for wait in found if wait.barred for group in wait.groups},
        long_day,
    )
    return [ShownWait(wait, sentence(wait, words), DEAD if wait.hopeless else CHIPS[wait.kind]) for wait in found]


def _members(session: Session, group: str) -> frozenset[str]:
    return frozenset(person.username for person in members(session, group))


def beside(session: Session, waits: Iterable[Wait], tasks: Iterable[OpenTask]) -> list[ShownWait]:
    """The waits that no line of these tasks tells already."""
    told = {task.id for task in tasks}
    return shown(session, [wait for wait in waits if wait.kind != WaitKind.TASK or wait.row_id not in told])
