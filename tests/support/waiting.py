"""Holds every running case to its word: whatever it stands at is explained, in a sentence that a person can read."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from engine.definitions import catalogue
from engine.instances import state
from engine.instances.case import element_id, process_key
from engine.instances.models import Instance
from engine.instances.waiting import waiting_of
from engine.runtime import ProcessEngine
from engine.waits import Wait, WaitKind, of_cases, stalls
from engine.waits.explaining import OF_EVENT
from engine.waits.wait import sentence
from workflows.simulation.playing import Play


def unexplained(session: Session, engine: ProcessEngine, *, stuck: bool = True) -> Iterator[str]:
    """What running cases stand at and their waits do not tell, counted from their states and not from the waits.

    `stuck`: also those that nobody can continue, whose alarm would say so.
    """
    query = sa.select(Instance).where(Instance.state == "active").options(undefer(Instance.status))
    instances = session.scalars(query).all()
    found = of_cases(session, engine, [instance.id for instance in instances])
    for instance in instances:
        waits = found[instance.id]
        told = {wait.node_id for wait in waits}
        bundle = catalogue.by_sha(session, instance.bundle_sha256)
        waiting = waiting_of(state.case_of(instance, bundle))
        stands = {*waiting.tasks, *waiting.held, *waiting.blocked}
        stands |= {node_id for node_id, node in waiting.others.items() if _is_waited_for(bundle, node)}
        yield from (f"{instance.business_key}: {node_id} is not told" for node_id in sorted(stands - told))
        if not waits:
            yield f"{instance.business_key}: waits for nothing"
        yield from (f"{instance.business_key}: {wait}" for wait in waits if not _speaks(wait))
        if stuck and stalls.reason(waits):
            yield f"{instance.business_key}: {stalls.reason(waits)}"


def _is_waited_for(bundle: Any, node: Any) -> bool:
    return bool(element_id(node)) and bundle.element(process_key(node), element_id(node)).event in OF_EVENT


def _speaks(wait: Wait) -> bool:
    """Whether a wait says what, from where or with whom, and since when; a moment, also until when."""
    said = sentence(wait)
    whole = wait.since is not None and bool(wait.element) and said.endswith(".")
    if wait.kind == WaitKind.TASK:
        return whole and (wait.assignee is not None or bool(wait.groups))
    if wait.kind == WaitKind.DATE:
        return whole and wait.until is not None
    return whole and (wait.kind == WaitKind.INCIDENT or bool(wait.source and wait.awaited))


def watch_waits(monkeypatch: pytest.MonkeyPatch, every: int = 7) -> Counter[str]:
    """Look at the waits of all cases at the end of every so many days that are played; what was found, and `days`."""
    found: Counter[str] = Counter()
    play = Play.day

    def day(self: Play, when: dt.date, *more: Any) -> None:
        play(self, when, *more)
        if when.toordinal() % every == 0:
            found["days"] += 1
            with self.database.reading() as session:
                found.update(unexplained(session, self.engine))

    monkeypatch.setattr(Play, "day", day)
    return found
