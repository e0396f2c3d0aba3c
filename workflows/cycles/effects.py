"""What the calendar will do when a process is published: the cases it opens at once, and from which period on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from sqlalchemy.orm import Session

from engine.definitions import catalogue
from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.editing import set_property
from engine.errors import UnknownDefinition
from engine.runtime import ProcessEngine
from workflows.calendar import bogota_day
from workflows.cycles import cadence, opening
from workflows.cycles.opening import CalendarStart, DueOpening
from workflows.plan.models import Plan

CALENDAR = ("cadencia", "apertura", "corte", "atraso", "requiere", "desde")
SHOWN_DATES = 3


@dataclass(frozen=True, slots=True)
class Beginning:
    """A period from which a process may open: its first day, its words, how many cases that opens at once."""

    since: dt.date
    words: str
    opens: int


@dataclass(frozen=True, slots=True)
class CalendarEffect:
    """What a new or changed cadence does.

    `since` is the day proposed; `beginnings`, newest first, go back to the first period of a plan.
    `dates` are the next openings after today: the plan, the period in words, the day. Without a plan that is followed
    there are neither.
    """

    process_key: str
    name: str
    element_id: str
    since: dt.date | None
    beginnings: tuple[Beginning, ...]
    dates: tuple[tuple[str, str, dt.date], ...]

    def beginning(self, since: dt.date | None) -> Beginning | None:
        """That of the period in which a day falls, else the one proposed; None where no plan is followed."""
        wanted = since or self.since
        if wanted is None or not self.beginnings:
            return None
        newest = self.beginnings[0]
        if wanted > newest.since:  # the newest offered has not come, so a later one opens nothing either
            return Beginning(wanted, "", 0)
        return next((beginning for beginning in self.beginnings if beginning.since <= wanted), self.beginnings[-1])


def of_publication(
    session: Session, engine: ProcessEngine, models: Iterable[DiagramModel], sector: str = ""
) -> list[CalendarEffect]:
    """What publishing these would do by the calendar; only of starts whose cadence is new or changes.

    A variant opens cases of its own sector alone, and what all share none of a sector that varies it.
    """
    plans = opening.followed(session)
    return [
        _effect(
            session, engine, _taking(session, plans, model.process_key, sector),
            CalendarStart(model.process_key, model.name, start.id, rhythm),
        )
        for model in models
        for start in _changed(session, model, sector)
        if (rhythm := cadence.read(start.properties)) is not None
    ]  # fmt: skip


def _taking(session: Session, plans: list[Plan], process_key: str, sector: str) -> list[Plan]:
    """The plans whose cases would take it."""
    if sector:
        return [plan for plan in plans if plan.sector_code == sector]
    varied = {one.tenant for one in catalogue.variants(session, process_key)}
    return [plan for plan in plans if plan.sector_code not in varied]


def begun(xml: bytes, effect: CalendarEffect, since: dt.date | None) -> bytes:
    """The diagram with the day from which it opens written at its start event (`pes.desde`)."""
    chosen = effect.beginning(since)
    return xml if chosen is None else set_property(xml, effect.element_id, "desde", chosen.since.isoformat())


def _changed(session: Session, model: DiagramModel, sector: str) -> list[Element]:
    try:
        published = catalogue.current(session, model.process_key, sector).diagrams[model.process_key]
    except UnknownDefinition:
        return model.starts()
    before = {start.id: _calendar(start) for start in published.starts()}
    return [start for start in model.starts() if _calendar(start) != before.get(start.id)]


def _calendar(start: Element) -> dict[str, str]:
    return {name: start.properties[name] for name in CALENDAR if start.properties.get(name)}


def _effect(session: Session, engine: ProcessEngine, plans: list[Plan], start: CalendarStart) -> CalendarEffect:
    today = bogota_day(engine.now())
    free = replace(start, cadence=replace(start.cadence, since=None))
    calendars = {plan.code: list(opening.openings(engine, free.cadence, plan)) for plan in plans}
    ahead = [
        due_opening.period.start for due in calendars.values() for due_opening in due if due_opening.due_on > today
    ]
    proposed = start.cadence.since or min(ahead, default=today)
    days = {one.period.start: one.period.words for due in calendars.values() for one in due[: _next(due, today) + 1]}
    if plans:
        days.setdefault(proposed, "")
    beginnings = [
        Beginning(day, words, _opens(session, engine, plans, free, day))
        for day, words in sorted(days.items(), reverse=True)
    ]
    begins = replace(start.cadence, since=proposed)
    return CalendarEffect(
        start.process_key,
        start.name,
        start.element_id,
        proposed if plans else None,
        tuple(beginnings),
        tuple(_dates(calendars, begins, today)),
    )


def _next(due: list[DueOpening], today: dt.date) -> int:
    """The place of the first opening that has not come."""
    return sum(due_opening.due_on <= today for due_opening in due)


def _opens(session: Session, engine: ProcessEngine, plans: list[Plan], start: CalendarStart, since: dt.date) -> int:
    begins = replace(start, cadence=replace(start.cadence, since=since))
    return sum(len(opening.opened_at_once(session, engine, plan, begins)) for plan in plans)


def _dates(
    calendars: Mapping[str, list[DueOpening]], rhythm: cadence.Cadence, today: dt.date
) -> Iterable[tuple[str, str, dt.date]]:
    coming = [
        (due_opening.due_on, code, due_opening.period.words)
        for code, due in calendars.items()
        for due_opening in due
        if due_opening.due_on > today and rhythm.covers(due_opening.period)
    ]
    return ((code, words, day) for day, code, words in islice(sorted(coming), SHOWN_DATES))
