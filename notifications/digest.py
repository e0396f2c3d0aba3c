"""One mail per person and working day: what is new, what falls due, what is late, what came back."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.incidents import Incident
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import IncidentState
from notifications import outbox
from notifications.escalation import escalated_to
from notifications.heard import unheard_since
from notifications.models import DigestRun
from notifications.recipients import OpenTask, active_people, members_by_group, open_tasks
from notifications.reminders import Distance, WorkingDaysBetween, distance, reminder_due
from notifications.rendering import render
from notifications.states import MailKind
from workflows.calendar import BOGOTA, WorkingCalendar
from workflows.people.models import Person

SENT_FROM = dt.time(7, 30)
"""The earliest moment of a working day, in Bogotá."""

WATCHING_ROLES = ("coordinador_pes", "administrador")
"""Who hears of tasks that nobody can do, and of incidents."""


@dataclass(frozen=True, slots=True)
class Item:
    """One task in a digest, and how far its deadline is."""

    task: OpenTask
    far: Distance | None

    @property
    def when(self) -> str:
        """The deadline in words: «faltan 3 días hábiles»."""
        if self.far is None:
            return "sin plazo"
        days = self.far.today
        if days == 0:
            return "vence hoy"
        unit = "día hábil" if abs(days) == 1 else "días hábiles"
        return f"venció hace {days} {unit}" if days > 0 else f"{'falta' if days == -1 else 'faltan'} {-days} {unit}"


@dataclass(slots=True)
class Digest:
    """What one person reads today. `worth_sending` is false where there is nothing to say."""

    returned: list[Item] = field(default_factory=list)
    new: list[Item] = field(default_factory=list)
    due_soon: list[Item] = field(default_factory=list)
    overdue: list[Item] = field(default_factory=list)
    escalated: list[Item] = field(default_factory=list)
    without_people: list[Item] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)
    worth_sending: bool = False

    def headline(self) -> str:
        """«1 devuelta · 2 nuevas · 1 vencida», the most urgent first."""
        parts = (
            (len(self.returned), "devuelta", "devueltas"),
            (len(self.overdue), "vencida", "vencidas"),
            (len(self.due_soon), "por vencer", "por vencer"),
            (len(self.new), "nueva", "nuevas"),
            (len(self.escalated), "vencida de otros", "vencidas de otros"),
            (len(self.without_people), "sin quien la haga", "sin quien las haga"),
            (len(self.incidents), "incidente", "incidentes"),
        )
        return " · ".join(f"{n} {one if n == 1 else many}" for n, one, many in parts if n)


def build_due(session: Session, engine: ProcessEngine, calendar: WorkingCalendar, *, base_url: str) -> int:
    """Write today's digests if it is a working day after 7:30 and they are not written yet; returns how many."""
    now = engine.now()
    local = now.astimezone(BOGOTA)
    if local.time() < SENT_FROM or not calendar.is_working(local.date()):
        return 0
    previous = session.scalar(sa.select(DigestRun).order_by(DigestRun.day.desc()).limit(1))
    if (previous and previous.day >= local.date()) or not _claim_day(session, local.date(), now):
        return 0
    since = previous.written_at if previous else _previous_digest(calendar, local.date())
    people = active_people(session)
    digests = _digests(session, engine, calendar.working_days_between, since, local.date())
    for earlier, usernames in _by_moment(unheard_since(session, _previous_digest(calendar, local.date()))).items():
        told_again = _digests(session, engine, calendar.working_days_between, earlier, local.date())
        digests.update({username: told_again[username] for username in usernames & told_again.keys()})
    written = 0
    for username in sorted(digests):
        if digests[username].worth_sending and username in people:
            _enqueue(session, people[username], digests[username], local, base_url)
            written += 1
    return written


def _claim_day(session: Session, day: dt.date, now: dt.datetime) -> bool:
    """Take the day: only one worker does, because the row is unique."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(DigestRun).values(day=day, written_at=now).on_conflict_do_nothing(index_elements=["day"])
    return session.execute(statement.returning(DigestRun.day)).first() is not None


def _by_moment(since: Mapping[str, dt.datetime]) -> dict[dt.datetime, set[str]]:
    found: dict[dt.datetime, set[str]] = defaultdict(set)
    for username, moment in since.items():
        found[moment].add(username)
    return found


def _previous_digest(calendar: WorkingCalendar, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(calendar.add_working_days(day, -1), SENT_FROM, BOGOTA).astimezone(dt.UTC)


def _digests(
    session: Session, engine: ProcessEngine, between: WorkingDaysBetween, since: dt.datetime, today: dt.date
) -> dict[str, Digest]:
    members = members_by_group(session)
    watchers = frozenset().union(*(members.get(role, frozenset()) for role in WATCHING_ROLES))
    digests: dict[str, Digest] = defaultdict(Digest)
    last_day = since.astimezone(BOGOTA).date()
    for task in open_tasks(session, members):
        far = distance(task.due_at.astimezone(BOGOTA).date(), last_day, today, between) if task.due_at else None
        item = Item(task, far)
        for username in task.recipients:
            _file(digests[username], item, since)
        if far:
            for username in set(escalated_to(task, far, engine.groups, members)):
                _tell(digests[username], "escalated", item)
        if not task.recipients and task.created_at > since:
            for username in watchers:
                _tell(digests[username], "without_people", item)
    for text in _new_incidents(session, since):
        for username in watchers:
            digests[username].incidents.append(text)
            digests[username].worth_sending = True
    return digests


def _file(digest: Digest, item: Item, since: dt.datetime) -> None:
    """Put a task under the one heading that says most about it."""
    fresh = item.task.created_at > since
    remind = item.far is not None and reminder_due(item.task.properties, item.far)
    if fresh and item.task.returned:
        _tell(digest, "returned", item)
    elif item.far is not None and item.far.overdue:
        digest.overdue.append(item)
        digest.worth_sending |= remind or fresh
    elif fresh:
        _tell(digest, "new", item)
    elif remind:
        _tell(digest, "due_soon", item)


def _tell(digest: Digest, section: str, item: Item) -> None:
    getattr(digest, section).append(item)
    digest.worth_sending = True


def _new_incidents(session: Session, since: dt.datetime) -> list[str]:
    query = (
        sa.select(Instance.name, Incident.element_name)
        .join(Instance, Instance.id == Incident.instance_id)
        .where(Incident.state == IncidentState.OPEN, Incident.opened_at > since)
        .order_by(Incident.id)
    )
    return [f"{name}: {element or 'el proceso'}" for name, element in session.execute(query)]


def _enqueue(session: Session, person: Person, digest: Digest, local: dt.datetime, base_url: str) -> None:
    values = {"person": person, "digest": digest, "day": local.date(), "base_url": base_url.rstrip("/")}
    outbox.enqueue(
        session,
        now=local.astimezone(dt.UTC),
        kind=MailKind.DIGEST,
        dedup_key=f"resumen/{person.username}/{local.date()}",
        recipient=person.username,
        address=person.email,
        mail=render("digest", values),
    )
