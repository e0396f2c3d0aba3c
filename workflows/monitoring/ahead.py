"""What comes to a plan in the next months: what the calendar opens, which deadlines fall, meetings, days not worked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import UserTaskState
from engine.tasks.models import UserTask
from workflows.calendar import WorkingCalendar, bogota_day, national_holidays
from workflows.cycles import opening
from workflows.cycles.models import PeriodStart
from workflows.meetings.models import Meeting
from workflows.meetings.states import MeetingState
from workflows.plan.models import Plan


class What(StrEnum):
    """Kinds of what comes."""

    OPENS = "se abre"
    DUE = "vence"
    MEETING = "reunión"
    OFF = "no se trabaja"


@dataclass(frozen=True, slots=True)
class Coming:
    """One thing on a day. `case_id`: where it belongs, if that is going on; `count` of one kind and name.

    `label` is the period of what opens.
    """

    day: dt.date
    what: What
    text: str
    process_key: str = ""
    case_id: int | None = None
    count: int = 1
    label: str = ""


def of_plan(session: Session, engine: ProcessEngine, plan: Plan, first: dt.date, last: dt.date) -> Sequence[Coming]:
    """Everything from a day to another, in order."""
    found = [
        *_openings(session, engine, plan, first, last),
        *_deadlines(session, plan, first, last),
        *_meetings(session, plan, first, last),
        *_days_off(engine, plan, first, last),
    ]
    return sorted(found, key=lambda one: (one.day, one.what, one.text))


def next_events(
    session: Session,
    engine: ProcessEngine,
    plan: Plan,
    first: dt.date,
    last: dt.date,
    decided: Sequence[PeriodStart] | None = None,
) -> Sequence[Coming]:
    """What opens and who meets from a day to another, in order; `decided` as `opening.decided`, where it is known."""
    found = [*_openings(session, engine, plan, first, last, decided), *_meetings(session, plan, first, last)]
    return sorted(found, key=lambda one: (one.day, one.what, one.text))


def _openings(
    session: Session,
    engine: ProcessEngine,
    plan: Plan,
    first: dt.date,
    last: dt.date,
    decided: Sequence[PeriodStart] | None = None,
) -> Iterator[Coming]:
    if plan.state not in opening.FOLLOWED_STATES:
        return
    if decided is None:
        decided = opening.decided(session, plan.code, bogota_day(engine.now()))
    known = {(one.process_key, one.period) for one in decided}
    for start in opening.calendar_starts(session, plan.sector_code):
        for due in () if start.is_retired else opening.openings(engine, start.cadence, plan):
            if first <= due.due_on <= last and (start.process_key, due.period.label) not in known:
                words = f"{start.name}: {due.period.words}"
                yield Coming(due.due_on, What.OPENS, words, start.process_key, label=due.period.label)


def _deadlines(session: Session, plan: Plan, first: dt.date, last: dt.date) -> Iterator[Coming]:
    until = dt.datetime.combine(last + dt.timedelta(days=2), dt.time(), dt.UTC)
    query = (
        sa.select(UserTask.name, UserTask.due_at, UserTask.instance_id, Instance.name.label("case_name"))
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(Instance.scope == plan.code, UserTask.state == UserTaskState.OPEN, UserTask.due_at < until)
        .order_by(UserTask.due_at)
    )
    counted: dict[tuple[dt.date, str, int, str], int] = {}
    for row in session.execute(query):
        key = bogota_day(row.due_at), row.name, row.instance_id, row.case_name
        counted[key] = counted.get(key, 0) + 1
    for (day, name, case_id, case_name), count in counted.items():
        if first <= day <= last:
            yield Coming(day, What.DUE, f"{name}, {case_name}", case_id=case_id, count=count)


def _meetings(session: Session, plan: Plan, first: dt.date, last: dt.date) -> Iterator[Coming]:
    query = sa.select(Meeting.topic, Meeting.held_on, Meeting.instance_id).where(
        Meeting.plan_code == plan.code, Meeting.held_on.between(first, last), Meeting.state == MeetingState.CONVENED
    )
    for topic, day, case_id in session.execute(query):
        if day is None:
            continue
        yield Coming(day, What.MEETING, topic, case_id=case_id)


def _days_off(engine: ProcessEngine, plan: Plan, first: dt.date, last: dt.date) -> Iterator[Coming]:
    """Days of the week on which nobody works."""
    calendar = engine.calendar
    if not isinstance(calendar, WorkingCalendar):
        return
    day = first
    while day <= last:
        if day.weekday() < 5 and not calendar.is_working(day, plan.code):
            words = national_holidays(day.year).get(day, "Día no laborable del sector o local")
            yield Coming(day, What.OFF, words)
        day += dt.timedelta(days=1)
