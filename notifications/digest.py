"""One mail per person and working day: what is new, what falls due, what is late, what came back."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import units
from engine.database import insert_once
from engine.incidents import Incident
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import IncidentState
from notifications import failures, habits, ladders, outbox, urgent, weekly
from notifications.contents import Contact, Digest, Failure, Item, Promise
from notifications.escalation import escalations
from notifications.habits import DIGEST_FROM, Habits
from notifications.heard import unheard_since
from notifications.mail_templates import written
from notifications.models import DigestRun, MailNote
from notifications.recipients import RETURNS, OpenTask, active_people, members_by_group, open_tasks
from notifications.reminders import distance, reminder_due
from notifications.returned import told_at_once, why_back
from notifications.states import MailKind, Watching
from notifications.subjects import subject
from notifications.weekly import COORDINATOR, LIAISON
from workflows.calendar import BOGOTA, WorkingCalendar, end_of_day, of_entity
from workflows.forms import helping
from workflows.forms.models import Help
from workflows.meetings import commitments
from workflows.meetings.models import Commitment
from workflows.monitoring import periods
from workflows.monitoring.periods import Asked
from workflows.people import absences
from workflows.people.groups import Group
from workflows.people.models import Person
from workflows.people.roles import COORDINATING, INSTALLATION_ADMINISTRATOR
from workflows.sectors import identity
from workflows.sectors.identity import Identity

LOOK_BACK = 10
"""Days of digests that are looked at for who rested on them: no sector rests longer."""

ADMINISTERING_ROLES = ("administrador", INSTALLATION_ADMINISTRATOR)
"""Who hears of background work that fails."""
REPORTING = "reportar_avance"
"""What the step of a diagram is called that asks a person for the values of their indicators."""


@dataclass(slots=True)
class Facts:
    """What the digests of a morning are made of, read once; each is then worked out, and may fail, alone.

    `coordinated` and `administered` are the sectors of which a person hears what stays undone, and what fails; the
    empty one is the installation. `sectors` are how they show themselves. `broken` are the tasks whose escalation can't
    be worked out, by the key of their unit: their own people hear of them as ever. `resting` are those who work in no
    sector that works today: the next digest tells them all. `asked` counts the values that a person owes a month for
    an entity. `helpers`: who was asked to help with a task by a day, by its id; `helped`: those tasks by who was asked,
    due on that day. `week_since` is set on the first working day of a week: since when whoever is told once a week was
    not.
    """

    engine: ProcessEngine
    calendar: WorkingCalendar
    local: dt.datetime
    people: Mapping[str, Person]
    members: Mapping[str, frozenset[str]]
    coordinated: Mapping[str, frozenset[str]]
    administered: Mapping[str, frozenset[str]]
    sectors: Mapping[str, Identity]
    usual: dt.datetime
    unheard: Mapping[str, dt.datetime]
    own: dict[str, list[OpenTask]] = field(default_factory=lambda: defaultdict(list))
    escalated: dict[str, list[tuple[int, OpenTask]]] = field(default_factory=lambda: defaultdict(list))
    without_people: list[OpenTask] = field(default_factory=list)
    tasks: list[OpenTask] = field(default_factory=list)
    resting: frozenset[str] = frozenset()
    wanted: Mapping[str, Habits] = field(default_factory=dict)
    notes: Mapping[str, Sequence[MailNote]] = field(default_factory=dict)
    asked: Mapping[Asked, int] = field(default_factory=dict)
    promised: Mapping[str, Sequence[tuple[Commitment, str]]] = field(default_factory=dict)
    helpers: Mapping[int, Sequence[Help]] = field(default_factory=dict)
    helped: dict[str, list[OpenTask]] = field(default_factory=lambda: defaultdict(list))
    week_since: dt.datetime | None = None
    told: set[tuple[str, int]] = field(default_factory=set)
    incidents: list[Failure] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    broken: dict[str, Exception] = field(default_factory=dict)

    def sort(self, session: Session, task: OpenTask) -> None:
        """Put a task where its people and those who hear of it find it."""
        self.tasks.append(task)
        for username in task.recipients:
            self.own[username].append(task)
        for one in self.helpers.get(task.id, ()):
            day = end_of_day(one.wanted_on) if one.wanted_on else None
            self.helped[one.helper].append(replace(task, due_at=day, properties={}))
        if not task.recipients:
            self.without_people.append(task)
        if task.due_at is None:
            return
        try:
            told = list(escalations(session, task, self.engine.groups, self.members))
        except Exception as failure:
            self.broken[f"tarea/{task.id}"] = failure
        else:
            for days, username in told:
                self.escalated[username].append((days, task))

    def coordinates(self, username: str, tenant: str) -> bool:
        """Whether a person hears of what nobody does in a sector; of what is of none, whoever coordinates anything."""
        held = self.coordinated.get(username, frozenset())
        return tenant in held if tenant else bool(held) or self.administers(username, "")

    def administers(self, username: str, tenant: str) -> bool:
        """Whether a person hears of background work that fails: in their sectors; of all, who has the installation."""
        held = self.administered.get(username, frozenset())
        return bool(held) if not tenant else not held.isdisjoint({"", tenant})


def is_time(engine: ProcessEngine, calendar: WorkingCalendar) -> bool:
    """Whether digests are written now: on a working day, from 7:30 on."""
    local = engine.now().astimezone(BOGOTA)
    return local.time() >= DIGEST_FROM and calendar.is_working(local.date())


def is_written(session: Session, engine: ProcessEngine) -> bool:
    """Whether today's digests were written."""
    last = session.scalar(sa.select(sa.func.max(DigestRun.day)))
    return last is not None and last >= engine.now().astimezone(BOGOTA).date()


def read(session: Session, engine: ProcessEngine, calendar: WorkingCalendar) -> Facts:
    """What today's digests are made of."""
    local = engine.now().astimezone(BOGOTA)
    members = members_by_group(session, local.date())
    first = _previous_digest(calendar, local.date())
    earlier = sa.select(DigestRun.written_at).where(DigestRun.day < local.date()).order_by(DigestRun.day.desc())
    unheard = unheard_since(session, first)
    runs = session.execute(earlier.add_columns(DigestRun.day).limit(LOOK_BACK)).all()
    for username, since in _rested_since(members, calendar, [(row.day, row.written_at) for row in runs]).items():
        unheard[username] = min(since, unheard.get(username, since))
    for username, first_day in absences.back(session, runs[0].day if runs else local.date(), local.date()).items():
        since = dt.datetime.combine(first_day, dt.time(), BOGOTA).astimezone(dt.UTC)
        unheard[username] = min(since, unheard.get(username, since))
    facts = Facts(
        engine=engine,
        calendar=calendar,
        local=local,
        people=active_people(session),
        members=members,
        coordinated=_sectors_of(members, COORDINATING),
        administered=_sectors_of(members, ADMINISTERING_ROLES),
        sectors=identity.shown(session),
        usual=session.scalar(earlier.limit(1)) or first,
        unheard=unheard,
        resting=_resting(members, calendar, local.date()),
        wanted=habits.of_all(session),
        notes=urgent.untold(session, engine.now()),
        asked=periods.asked(session),
        promised=commitments.due_by_person(session),
        helpers=helping.wanted_by_task(session),
        week_since=_week_since(calendar, local.date(), [(row.day, row.written_at) for row in runs]),
        told=told_at_once(session),
        incidents=_incidents(session),
        failures=_failures(session),
    )
    policies = ladders.of_all(session)
    for task in open_tasks(session, members):
        facts.sort(session, ladders.applied(task, policies))
    return facts


def _resting(members: Mapping[str, frozenset[str]], calendar: WorkingCalendar, day: dt.date) -> frozenset[str]:
    """The people who hold roles only in sectors, or in entities of them, that do not work on a day."""
    places: dict[str, set[str | None]] = defaultdict(set)
    for group, holders in members.items():
        held_in = Group.parse(group)
        for username in holders:
            places[username].add(of_entity(held_in.sector or None, held_in.entity))
    works = {one: calendar.is_working(day, one) for one in set().union(*places.values())}
    return frozenset(username for username, held in places.items() if not any(works[one] for one in held))


def _rested_since(
    members: Mapping[str, frozenset[str]], calendar: WorkingCalendar, runs: Sequence[tuple[dt.date, dt.datetime]]
) -> dict[str, dt.datetime]:
    """Of who rested on the latest days of digests (`runs`, newest first): since when the next one has to tell."""
    found: dict[str, dt.datetime] = {}
    still: frozenset[str] | None = None
    for place, (day, _written_at) in enumerate(runs):
        resting = _resting(members, calendar, day)
        still = resting if still is None else still & resting
        if not still:
            break
        found |= dict.fromkeys(still, runs[place + 1][1] if place + 1 < len(runs) else _previous_digest(calendar, day))
    return found


def write(session: Session, facts: Facts, key: str, *, base_url: str) -> bool:
    """Write the digest of a person if there is anything to say; whether it was. A second one of the day is ignored.

    `key` is a username, or that of a task in `facts.broken`, which raises what is wrong with it.
    """
    if key in facts.broken:
        raise facts.broken[key]
    if key not in facts.people or key in facts.resting:
        return False
    digest = _digest_of(facts, key)
    if digest.worth_sending:
        _enqueue(session, facts, facts.people[key], digest, base_url)
    return digest.worth_sending


def close_day(session: Session, facts: Facts) -> None:
    """Write down that everybody's digest of today was tried; those that failed are units of their own."""
    values = {"day": facts.local.date(), "written_at": facts.local.astimezone(dt.UTC)}
    insert_once(session, DigestRun, values, key=["day"])


def build_due(session: Session, engine: ProcessEngine, calendar: WorkingCalendar, *, base_url: str) -> int:
    """Write today's digests in one transaction if it is time (plays and simulations); returns how many."""
    if not is_time(engine, calendar) or is_written(session, engine):
        return 0
    facts = read(session, engine, calendar)
    written = sum(write(session, facts, username, base_url=base_url) for username in sorted(facts.people))
    close_day(session, facts)
    return written


def _previous_digest(calendar: WorkingCalendar, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(calendar.add_working_days(day, -1), DIGEST_FROM, BOGOTA).astimezone(dt.UTC)


def _week_since(
    calendar: WorkingCalendar, day: dt.date, runs: Sequence[tuple[dt.date, dt.datetime]]
) -> dt.datetime | None:
    """On the first working day of a week: the moment of the digest of the week before's first; else nothing."""
    monday = day - dt.timedelta(days=day.weekday())
    if calendar.add_working_days(monday, 0) != day:
        return None
    before = calendar.add_working_days(monday - dt.timedelta(days=7), 0)
    usual = dt.datetime.combine(before, DIGEST_FROM, BOGOTA).astimezone(dt.UTC)
    return dict(runs).get(before, usual)


def _digest_of(facts: Facts, username: str) -> Digest:
    digest, since = Digest(), min(facts.usual, facts.unheard.get(username, facts.usual))
    for task in facts.own.get(username, ()):
        _file(digest, _item(facts, task, since), since, was_told=(username, task.id) in facts.told)
    for note in facts.notes.get(username, ()):
        _tell(digest, "notes", note)
    for task in facts.helped.get(username, ()):
        _ask_again(digest, _item(facts, task, since))
    for one, sector in facts.promised.get(username, ()):
        _remind_of(digest, facts, one, sector, since)
    _watch(digest, facts, username, since)
    if facts.week_since is not None:
        names = {code: one.name for code, one in facts.sectors.items()}
        digest.weeks = weekly.weeks(facts.tasks, username, facts.members, facts.local.date(), names)
        digest.worth_sending |= bool(digest.weeks)
    return digest


def _ask_again(digest: Digest, item: Item) -> None:
    """What one was asked to fill in by a day is told as a promise is: it has no ladder of its own."""
    if item.far is not None and reminder_due(item.task.properties, item.far):
        _tell(digest, "helping", item)


def _remind_of(digest: Digest, facts: Facts, one: Commitment, sector: str, since: dt.datetime) -> None:
    """A promise is told as a task that has no ladder of its own: before its day, on it, each week that it is late."""
    assert one.due_on is not None  # noqa: S101
    between = partial(facts.calendar.working_days_between, scope=sector or None)
    far = distance(one.due_on, since.astimezone(BOGOTA).date(), facts.local.date(), between)
    if reminder_due({}, far):
        _tell(digest, "promised", Promise(sector, one.text, one.due_on, far))


def _watch(digest: Digest, facts: Facts, username: str, since: dt.datetime) -> None:
    """What others have to do, and what nobody does: every day, or for who wants it so once a week."""
    if facts.wanted.get(username, habits.USUAL).watching is Watching.WEEKLY:
        if facts.week_since is None:
            return
        since = min(since, facts.week_since)
    for days, task in facts.escalated.get(username, ()):
        item = _item(facts, task, since)
        if item.far is not None and item.far.crossed(days) and item not in digest.escalated:
            _tell(digest, "escalated", item)
    for task in facts.without_people:
        if task.created_at > since and facts.coordinates(username, task.tenant):
            _tell(digest, "without_people", _item(facts, task, since))
    told = [one for one in facts.incidents if facts.coordinates(username, one.tenant)]
    told += [one for one in facts.failures if facts.administers(username, one.tenant)]
    for failure in told:
        if failure.opened_at > since:
            _tell(digest, "incidents", failure)


def _item(facts: Facts, task: OpenTask, since: dt.datetime) -> Item:
    rows = _rows(facts, task)
    if task.due_at is None:
        return Item(task, None, rows)
    due_on, last_day = task.due_at.astimezone(BOGOTA).date(), since.astimezone(BOGOTA).date()
    between = partial(facts.calendar.working_days_between, scope=task.tenant or None)
    return Item(task, distance(due_on, last_day, facts.local.date(), between), rows)


def _rows(facts: Facts, task: OpenTask) -> int:
    """How many values a task asks for; 0 where it is not the reporting of a month, or not known."""
    if task.properties.get("registro") != REPORTING or task.returned:
        return 0
    named = [str(task.variables.get(name) or "") for name in ("plan", "periodo", "entidad")]
    return facts.asked.get((named[0], named[1], named[2], task.responsible), 0)


def _file(digest: Digest, item: Item, since: dt.datetime, *, was_told: bool) -> None:
    """Put a task under the one heading that says most about it; one that was told at once is no news."""
    fresh = item.task.created_at > since and not was_told
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


def _tell(digest: Digest, section: str, item: Item | Promise | Failure | MailNote) -> None:
    getattr(digest, section).append(item)
    digest.worth_sending = True


def _sectors_of(members: Mapping[str, frozenset[str]], roles: Collection[str]) -> Mapping[str, frozenset[str]]:
    """By username: the sectors where they have one of these roles."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, people in members.items():
        group = Group.parse(name)
        if group.role in roles:
            for username in people:
                found[username].add(group.sector)
    return {username: frozenset(sectors) for username, sectors in found.items()}


def _incidents(session: Session) -> list[Failure]:
    query = (
        sa.select(Instance.tenant, Incident.opened_at, Instance.name, Incident.element_name)
        .join(Instance, Instance.id == Incident.instance_id)
        .where(Incident.state == IncidentState.OPEN)
        .order_by(Incident.id)
    )
    return [
        Failure(tenant, opened_at, f"{name}: {element or 'el proceso'}")
        for tenant, opened_at, name, element in session.execute(query)
    ]


def _failures(session: Session) -> list[Failure]:
    found = units.open_incidents(session)
    tenants = failures.tenants(session, found)
    return [Failure(tenants[one.id], one.first_failed_at, failures.sentence(one)) for one in found]


def _enqueue(session: Session, facts: Facts, person: Person, digest: Digest, base_url: str) -> None:
    day, told, contact = facts.local.date(), digest.tenants(), _contact(facts, person, digest)
    of_one = next(iter(told)) if len(told) == 1 else ""
    _explain(session, digest)
    values = _values(facts, person, digest, contact, base_url)
    key = f"resumen/{person.username}/{day}"
    outbox.write_to(
        session,
        person,
        now=facts.local.astimezone(dt.UTC),
        kind=MailKind.DIGEST,
        dedup_key=key,
        mail=written(session, facts.local.astimezone(dt.UTC), "digest", values, sector=of_one),
        attachments=[item for note in digest.notes for item in note.attachments],
        sector=of_one,
        reply_to=contact.email if contact else "",
    )
    urgent.note_told(session, digest.notes, key)


def _values(facts: Facts, person: Person, digest: Digest, contact: Contact | None, base_url: str) -> dict[str, Any]:
    day = facts.local.date()
    return {
        "person": person, "name": person.name, "digest": digest, "parts_of": digest.by_sector(facts.sectors),
        "head": digest.head(facts.sectors),
        "day": day, "subject": subject(digest, day), "contact": contact, "base_url": base_url.rstrip("/"),
    }  # fmt: skip


def example(
    session: Session, engine: ProcessEngine, calendar: WorkingCalendar, sector: str, *, base_url: str
) -> dict[str, Any] | None:
    """What a digest of today would be made of in a sector, of the first person who has anything open; nothing else."""
    facts = read(session, engine, calendar)
    for username, tasks in sorted(facts.own.items()):
        if username in facts.people and {one.tenant for one in tasks} <= {sector or tasks[0].tenant}:
            digest = Digest(overdue=[_item(facts, one, facts.usual) for one in tasks], worth_sending=True)
            person = facts.people[username]
            return _values(facts, person, digest, _contact(facts, person, digest), base_url)
    return None


def _explain(session: Session, digest: Digest) -> None:
    """Why each thing came back. A step done before that nobody sent back, and no diagram calls so, is a new one."""
    for item in list(digest.returned):
        if (why := why_back(session, item.task.id)) is not None:
            digest.why[item.task.id] = why
        elif item.task.properties.get(RETURNS) != "si":
            digest.returned.remove(item)
            digest.new.append(item)


def _contact(facts: Facts, person: Person, digest: Digest) -> Contact | None:
    """Who answers: the liaison of the entity of the first task, else who coordinates its sector; never oneself."""
    first = next(iter([*digest.items(), *digest.escalated, *digest.without_people]), None)
    sector = first.tenant if first else next(iter(sorted(digest.tenants() - {""})), "")
    entity = (first.task.entity if first else None) or ""
    for role, words in ((LIAISON, f"enlace de planeación de {entity}"), (COORDINATOR, "coordinación del plan")):
        group = Group(role, sector, entity if role == LIAISON else "")
        others = facts.members.get(str(group), frozenset()) - {person.username}
        for username in sorted(others & facts.people.keys()):
            return Contact(facts.people[username].name, facts.people[username].email, words)
    return None
