"""Somebody hands their work over for good: tasks, drafts, roles and what they answer for pass to another in one act."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import UserTaskState
from engine.tasks import assignment, commands
from engine.tasks.models import TaskCandidate, UserTask
from workflows.auditing import recording as auditing
from workflows.calendar import bogota_day
from workflows.documents.rendering import Page, render_pdf
from workflows.errors import Forbidden, NotFound, Refused
from workflows.forms.models import FormDraft
from workflows.forms.submissions import Forms
from workflows.lifecycle import answering
from workflows.lifecycle.answering import Duty
from workflows.people import administration, directory, standing_in
from workflows.people.groups import Group
from workflows.people.holdings import of_sectors
from workflows.people.models import Handover, Person, PersonRole, StoodIn
from workflows.people.roles import ADMINISTRATING, APPOINTED
from workflows.plan.models import Plan
from workflows.plan.states import PlanState
from workflows.sectors.identity import NO_LETTERHEAD
from workflows.sectors.models import Sector
from workflows.spanish import enumeration, long_day, long_moment

MOST_LETTERS = 2000
REASON = "{} entregó su trabajo a {}: {}"

Table = dict[str, Any]
"""A table of the record: `titulo`, `encabezado`, `filas`."""


@dataclass(frozen=True, slots=True)
class Held:
    """An open task that is to pass on. `offered`: to a group, to which it goes back where nobody may be given it."""

    task: UserTask
    case_name: str
    offered: bool


@dataclass(slots=True)
class Handing:
    """What passes from one to the other, and what stays, with why. `drafts` are the tasks in which something waits."""

    giver: Person
    receiver: Person
    sectors: Mapping[str, str]
    tasks: list[Held] = field(default_factory=list)
    given_back: list[Held] = field(default_factory=list)
    drafts: set[int] = field(default_factory=set)
    roles: list[PersonRole] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    stays: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to hand over."""
        return not (self.tasks or self.given_back or self.roles or self.duties)

    def tables(self) -> list[Table]:
        """What passes, as tables of words; none is empty."""
        found = [
            _table("Tareas abiertas", ("Tarea", "Proceso", "Vence", "Borrador"), map(self._of_task, self.tasks)),
            _table("Tareas que vuelven a su grupo", ("Tarea", "Proceso", "Vence"), map(_of_task, self.given_back)),
            _table("Roles", ("Rol", "Sector", "Entidad"), map(self._of_role, self.roles)),
        ]
        for kind in answering.KINDS:
            rows = [(one.words, one.part) for one in self.duties if one.kind is kind]
            found.append(_table(kind.title, ("Qué", "Como"), rows))
        found.append(_table("Lo que no pasa", ("Qué", "Por qué"), self.stays))
        return [one for one in found if one["filas"]]

    def _of_task(self, one: Held) -> Sequence[str]:
        return [*_of_task(one), "pasa" if one.task.id in self.drafts else "no hay"]

    def _of_role(self, one: PersonRole) -> Sequence[str]:
        return one.role.name, self.sectors[one.sector_code], one.entity_code or "todo el sector"


def look(session: Session, engine: ProcessEngine, giver: str, receiver: str, actor: Actor) -> Handing:
    """What would pass, in the sectors that the actor coordinates or administers; changes nothing.

    Raises `NotFound`, `Refused` (somebody who cannot receive, the same person), `Forbidden`.
    """
    sectors = _sectors(session, actor)
    seen = Handing(_of_them(session, giver, sectors), _to_receive(session, receiver, giver), sectors)
    today = bogota_day(engine.now())
    _look_at_tasks(session, seen)
    _look_at_roles(seen, actor, today)
    plans = sa.select(Plan.code).where(Plan.sector_code.in_(sectors), Plan.state != PlanState.CLOSED)
    for duty in answering.of_person(session, giver, session.scalars(plans).all(), today):
        clash = duty.clash(receiver)
        if clash:
            seen.stays.append((f"{duty.kind.title}: {duty.words} ({duty.part})", f"{seen.receiver.name} {clash}"))
        else:
            seen.duties.append(duty)
    return seen


def hand_over(
    session: Session, engine: ProcessEngine, forms: Forms, giver: str, receiver: str, *, reason: str, actor: Actor
) -> Handover:
    """Let all that `look` shows pass, with a record. Raises as `look`, and `Refused` (no reason, nothing to pass)."""
    words = " ".join(reason.split())[:MOST_LETTERS]
    if not words:
        raise Refused("Escriba por qué se entrega: queda en el acta.")
    seen = look(session, engine, giver, receiver, actor)
    if seen.is_empty:
        raise Refused(f"{seen.giver.name} no tiene nada que entregar en los sectores que usted coordina.")
    content = _content(session, engine, seen, words, actor)
    administered = administration.administered(session)
    _give_roles(seen)
    for duty in seen.duties:
        duty.give(receiver)
    session.flush()
    administration.ensure_still_administered(session, administered)
    _give_tasks(session, engine, forms, seen, words, actor)
    written = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    kept = Handover(
        giver=giver, receiver=receiver, sectors=sorted(seen.sectors), reason=words, at=engine.now(),
        made_by=actor.id, content=content, sha256=hashlib.sha256(written).hexdigest(),
    )  # fmt: skip
    session.add(kept)
    session.flush()
    after = {"a": receiver, "acta": str(kept.id), "sha256": kept.sha256}
    told = {"de": giver}
    auditing.record(
        session, engine.clock, actor, "entregar", ("persona", giver), reason=words, before=told, after=after
    )
    return kept


def may_give(session: Session, actor: Actor) -> list[Person]:
    """The people whose work the actor may hand over, or give to others, by name."""
    of_theirs = of_sectors(actor.supervises - {""}) if actor.supervises - {""} else sa.false()
    query = sa.select(Person).where(~Person.is_service, Person.erased_at.is_(None), of_theirs)
    return list(session.scalars(query.order_by(Person.name)))


def records(session: Session, actor: Actor) -> list[Handover]:
    """Those that one gave, received, or may read because of a sector; the last first."""
    found = session.scalars(sa.select(Handover).order_by(Handover.id.desc()))
    return [one for one in found if _may_read(one, actor)]


def record(session: Session, handover_id: int, actor: Actor) -> Handover:
    """One record. Raises `NotFound`, also where it is not the reader's to see."""
    found = session.get(Handover, handover_id)
    if found is None or not _may_read(found, actor):
        raise NotFound("Esa acta de entrega no existe, o no es de sus sectores.")
    return found


def as_pdf(one: Handover) -> bytes:
    """The record as PDF/A; the same record gives the same bytes."""
    facts = [(str(term), str(text)) for term, text in one.content["datos"]]
    sections = [
        {
            "heading": table["titulo"], "level": 1, "paragraphs": [],
            "tables": [{"caption": "", "head": table["encabezado"], "rows": table["filas"]}],
        }
        for table in one.content["tablas"]
    ]  # fmt: skip
    return render_pdf(
        Page(
            title="Acta de entrega del cargo",
            subtitle=str(one.content["titulo"]),
            facts=(*facts, ("SHA-256 del contenido", one.sha256)),
            sections=tuple(sections),
            made_at=int(one.at.timestamp()),
            letterhead=NO_LETTERHEAD,  # it may be of several sectors, and is as it was made
        )
    )


def _sectors(session: Session, actor: Actor) -> Mapping[str, str]:
    query = sa.select(Sector.code, Sector.name)
    if not actor.is_system:
        query = query.where(Sector.code.in_(actor.supervises))
    found = {code: name for code, name in session.execute(query)}
    if not found:
        raise Forbidden("El trabajo lo entrega quien coordina o administra el sector. Pídaselo.")
    return found


def _of_them(session: Session, username: str, sectors: Collection[str]) -> Person:
    person = directory.person(session, username)
    is_theirs = sa.select(Person.username).where(Person.username == username, of_sectors(sectors))
    if session.scalar(is_theirs) is None:
        raise NotFound(f"{username} no trabaja en los sectores que usted coordina.")
    return person


def _to_receive(session: Session, username: str, giver: str) -> Person:
    person = directory.person(session, username)
    if username == giver or not person.active or person.is_service:
        raise Refused("Elija a otra persona, que esté activa: es quien recibe.")
    return person


def _look_at_tasks(session: Session, seen: Handing) -> None:
    """Their open tasks, those that somebody has in their place included; not those they have in another's place."""
    giver, receiver = seen.giver.username, seen.receiver.username
    lent = sa.select(StoodIn.task_id).where(StoodIn.absent == giver, StoodIn.returned_at.is_(None))
    query = (
        sa.select(UserTask, Instance.name)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(UserTask.state == UserTaskState.OPEN, Instance.tenant.in_(seen.sectors))
        .where(sa.or_(UserTask.assignee == giver, UserTask.id.in_(lent)))
        .order_by(UserTask.due_at.is_(None), UserTask.due_at, UserTask.id)
    )
    found = session.execute(query).all()
    ids = [task.id for task, _name in found]
    others, barred = standing_in.owners(session, ids), assignment.barred(session, [task for task, _ in found])
    drafts = sa.select(FormDraft.task_id).where(FormDraft.task_id.in_(ids), FormDraft.username == giver)
    seen.drafts.update(session.scalars(drafts))
    offered = set(session.scalars(sa.select(TaskCandidate.task_id).where(TaskCandidate.task_id.in_(ids))))
    for task, name in found:
        one = Held(task, name, task.id in offered)
        if others.get(task.id, giver) != giver:
            whose = directory.display_names(session, [others[task.id]])[others[task.id]]
            seen.stays.append((task.name, f"la tiene en lugar de {whose}: nombre otro reemplazo en Ausencias"))
        elif receiver not in barred.get(task.id, ()):
            seen.tasks.append(one)
        elif one.offered:
            seen.given_back.append(one)
        else:
            seen.stays.append((task.name, f"{seen.receiver.name} hizo lo que ahí se revisa: reasígnela a otra persona"))


def _look_at_roles(seen: Handing, actor: Actor, today: dt.date) -> None:
    """Roles that somebody answers for by name are given by whoever administers the sector."""
    gives = {one.sector for one in map(Group.parse, actor.groups) if one.role in ADMINISTRATING}
    for role in sorted(seen.giver.roles, key=lambda one: (one.sector_code, one.role.position, one.entity_code)):
        if role.sector_code not in seen.sectors or (role.until is not None and role.until < today):
            continue
        if role.role_id in APPOINTED and role.sector_code not in gives and not actor.is_system:
            seen.stays.append((role.role.name, "lo da y lo quita quien administra la plataforma"))
        else:
            seen.roles.append(role)


def _give_roles(seen: Handing) -> None:
    """What both hold keeps the days of who receives."""
    held = {(one.role_id, one.sector_code, one.entity_code) for one in seen.receiver.roles}
    for one in seen.roles:
        if (one.role_id, one.sector_code, one.entity_code) not in held:
            seen.receiver.roles.append(
                PersonRole(
                    role_id=one.role_id, sector_code=one.sector_code, entity_code=one.entity_code, since=one.since,
                    until=one.until,
                )
            )  # fmt: skip
        seen.giver.roles.remove(one)


def _give_tasks(
    session: Session, engine: ProcessEngine, forms: Forms, seen: Handing, reason: str, actor: Actor
) -> None:
    """Hand each on with its draft, files too; a draft that the receiver has already is not written over."""
    giver, receiver = seen.giver.username, seen.receiver.username
    acting = replace(actor, supervises=actor.supervises | set(seen.sectors))
    taking = directory.actor(session, receiver)
    said = REASON.format(seen.giver.name, seen.receiver.name, reason)
    ids = [one.task.id for one in (*seen.tasks, *seen.given_back)]
    lent = sa.update(StoodIn).where(StoodIn.task_id.in_(ids), StoodIn.returned_at.is_(None))
    session.execute(lent.values(returned_at=engine.now()))
    for one in seen.tasks:
        commands.reassign(session, engine, one.task.id, actor=acting, to=receiver, reason=said)
        if one.task.id in seen.drafts:
            give_draft(session, engine, forms, one.task.id, giver, taking)
    for one in seen.given_back:
        commands.release(session, engine, one.task.id, actor=acting)


def give_draft(session: Session, engine: ProcessEngine, forms: Forms, task_id: int, giver: str, taking: Actor) -> None:
    """Let what somebody typed into a task go on as the draft of who has it now, unless they began one themselves."""
    own = sa.select(FormDraft.id).where(FormDraft.task_id == task_id, FormDraft.username == taking.id)
    if session.scalar(own) is None:
        forms.begin_from(session, engine, task_id, taking, giver)
        session.execute(sa.delete(FormDraft).where(FormDraft.task_id == task_id, FormDraft.username == giver))


def _content(session: Session, engine: ProcessEngine, seen: Handing, reason: str, actor: Actor) -> dict[str, Any]:
    by = directory.display_names(session, [actor.id])[actor.id]
    facts = [
        ("Entrega", seen.giver.name),
        ("Recibe", seen.receiver.name),
        ("Sectores", enumeration(list(seen.sectors.values()))),
        ("Por qué", reason),
        ("Hecha por", by),
        ("Fecha", long_moment(engine.now())),
    ]
    title = f"De {seen.giver.name} a {seen.receiver.name}, {long_day(bogota_day(engine.now()))}"
    return {"titulo": title, "datos": [list(fact) for fact in facts], "tablas": seen.tables()}


def _of_task(one: Held) -> Sequence[str]:
    return one.task.name, one.case_name, long_day(bogota_day(one.task.due_at)) if one.task.due_at else "sin plazo"


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    return {"titulo": title, "encabezado": list(head), "filas": [list(row) for row in rows]}


def _may_read(one: Handover, actor: Actor) -> bool:
    return actor.id in (one.giver, one.receiver) or not actor.supervises.isdisjoint(one.sectors)
