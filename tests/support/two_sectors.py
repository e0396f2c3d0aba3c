"""A second sector beside the demo's, with one thing of every kind in each: for tests that nothing crosses.

Gobierno (`GOB`) is the demo's; Hábitat (`HAB`) has a head of its own (SDHT) and shares IDPAC, whose liaison `rmora` has
a role in both. `hcoord`, `hadmin` and `hrep` are of Hábitat alone.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.incidents import Incident
from engine.instances.models import Instance
from engine.states import IncidentKind, IncidentState, UserTaskState
from engine.tasks.models import TaskCandidate, UserTask
from notifications.models import OutboxMessage
from notifications.states import MailKind
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.documents import files
from workflows.documents.states import Reserve
from workflows.forms.models import FormDraft
from workflows.people import holdings
from workflows.people.groups import Group
from workflows.people.models import Person, PersonRole
from workflows.plan import participants
from workflows.plan.models import Plan
from workflows.plan.states import PlanState
from workflows.sectors import registry
from workflows.sectors.models import Entity
from workflows.sectors.states import EntityRole

FIRST, SECOND = "GOB", "HAB"
SHARED_ENTITY, SHARED_PERSON = "IDPAC", "rmora"
COORDINATORS = {FIRST: "amartinez", SECOND: "hcoord"}
ADMINISTRATORS = {FIRST: "admin", SECOND: "hadmin"}
REPORTERS = {FIRST: "sruiz", SECOND: "hrep"}
ENTITIES = {FIRST: "SDG", SECOND: "SDHT"}
PLANS = {FIRST: "PES-GOB", SECOND: "PES-HAB"}


@dataclass(frozen=True, slots=True)
class Things:
    """What a sector has one of: ids, and the names by which a page would show them."""

    sector: str
    plan: str
    case: int
    case_name: str
    task: int
    task_name: str
    group: str
    incident: int
    files: Mapping[Reserve, int]
    mail: int
    mail_subject: str
    month: str


def add_second_sector(session: Session, clock: Clock) -> dict[str, Things]:
    """Make Hábitat beside the demo's sector, and one thing of every kind in each of the two; what each has, by code."""
    session.add(Entity(code=ENTITIES[SECOND], name="Secretaría Distrital del Hábitat"))
    session.flush()
    sector = registry.create(session, SECOND, "Hábitat")
    registry.link(session, sector, [(ENTITIES[SECOND], EntityRole.HEAD), (SHARED_ENTITY, EntityRole.ATTACHED)])
    for username, role in ((COORDINATORS[SECOND], "coordinador_pes"), (ADMINISTRATORS[SECOND], "administrador"),
                           (REPORTERS[SECOND], "responsable_meta")):  # fmt: skip
        person = Person(
            username=username, name=f"{username.title()} de Hábitat", email=f"{username}@habitat.example",
            entity_code=ENTITIES[SECOND],
        )  # fmt: skip
        session.add(person)
        holdings.hold(person, SECOND, [role])
    session.add(
        PersonRole(
            username=SHARED_PERSON, role_id="enlace_planeacion", sector_code=SECOND, entity_code=SHARED_ENTITY
        )
    )  # fmt: skip
    session.add(
        Plan(
            code=PLANS[SECOND], name="PES del sector Hábitat", sector_code=SECOND, first_year=2017, years=4,
            state=PlanState.IN_FORCE, first_month="2018-01", ends_on=dt.date(2020, 12, 31),
        )
    )  # fmt: skip
    session.flush()
    participants.include(session, PLANS[SECOND], [ENTITIES[SECOND], SHARED_ENTITY])
    return {code: _things(session, clock, code) for code in (FIRST, SECOND)}


def _things(session: Session, clock: Clock, sector: str) -> Things:
    case, group = _case(session, clock, sector), str(Group("responsable_meta", sector, ENTITIES[sector]))
    task = _task(session, clock, case, group)
    incident = Incident(
        instance_id=case.id, kind=IncidentKind.STEP, message="No se pudo", trace="", attempts=1,
        state=IncidentState.OPEN, element_name=f"Paso que falla de {sector}", opened_at=clock.now(),
    )  # fmt: skip
    mail = OutboxMessage(
        kind=MailKind.DIGEST, dedup_key=f"prueba/{sector}", recipient=REPORTERS[sector],
        address=f"{REPORTERS[sector]}@demo.example", subject=f"Correo de {sector}", text="Texto", html="<p>Texto</p>",
        created_at=clock.now(), send_at=clock.now(),
    )  # fmt: skip
    session.add_all([incident, mail])
    session.add(FormDraft(task_id=task.id, username=REPORTERS[sector], values={}, saved_at=clock.now()))
    sent = _task(session, clock, case, group)
    sent.state, sent.completed_by, sent.completed_at = UserTaskState.COMPLETED, REPORTERS[sector], clock.now()
    sent.name = f"Enviada de {sector}"
    stored = {
        reserve: files.keep(
            session, clock, REPORTERS[sector], f"{reserve}-{sector}.pdf", f"{reserve} de {sector}".encode(),
            "application/pdf", task_id=sent.id, reserve=reserve,
        ).id
        for reserve in Reserve
    }  # fmt: skip
    month = _month(session, PLANS[sector])
    session.flush()
    return Things(
        sector=sector, plan=PLANS[sector], case=case.id, case_name=case.name, task=task.id, task_name=task.name,
        group=group, incident=incident.id, files=stored, mail=mail.id, mail_subject=mail.subject, month=month,
    )  # fmt: skip


def _case(session: Session, clock: Clock, sector: str) -> Instance:
    """A case that stands where one of the demo's does, so that its page can be drawn."""
    like = session.scalars(sa.select(Instance).order_by(Instance.id)).first()
    assert like is not None, "the demo has a case"
    case = Instance(
        process_key=like.process_key, bundle_sha256=like.bundle_sha256, business_key=f"{PLANS[sector]}/prueba",
        name=f"Caso de {sector}", scope=PLANS[sector], tenant=sector, state=like.state, status=like.status,
        lock_version=1, started_at=clock.now(), started_by="sistema",
    )  # fmt: skip
    session.add(case)
    session.flush()
    return case


def _task(session: Session, clock: Clock, case: Instance, group: str) -> UserTask:
    like = session.scalars(sa.select(UserTask).order_by(UserTask.id)).first()
    assert like is not None, "the demo has an open task"
    entity = ENTITIES[case.tenant]
    task = UserTask(
        instance_id=case.id, node_id=uuid.uuid4().hex, process_key=like.process_key, element_id=like.element_id,
        name=f"Tarea de {case.tenant}", form_key=like.form_key, properties={}, context={},
        variables={"plan": case.scope, "entidad": entity}, state="open", created_at=clock.now(),
        due_at=clock.now() + dt.timedelta(days=5),
    )  # fmt: skip
    session.add(task)
    session.flush()
    session.add(TaskCandidate(task_id=task.id, group_id=group, due_at=task.due_at))
    return task


def _month(session: Session, plan_code: str) -> str:
    newest = session.scalar(sa.select(sa.func.max(Period.code)).where(Period.plan_code == plan_code))
    if newest is not None:
        return newest
    session.add(
        Period(
            plan_code=plan_code, code="2018-06", year=2018, month=6, cutoff_on=dt.date(2018, 6, 30),
            state=PeriodState.OPEN,
        )
    )  # fmt: skip
    return "2018-06"
