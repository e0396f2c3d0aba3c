"""*Empalme*: what there is of a plan is put together, who leaves hands over to who comes, and the plan goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import InstanceState, UserTaskState
from engine.tasks import commands
from engine.tasks.models import UserTask
from workflows.auditing import recording as auditing
from workflows.calendar import bogota_day
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.documents.keeping import Address
from workflows.documents.models import Document, StoredFile
from workflows.documents.prints import Maker, Print, of_page
from workflows.documents.rendering import Page
from workflows.documents.states import DocumentKind
from workflows.errors import Forbidden, NotFound, Refused
from workflows.indicators.models import Indicator
from workflows.indicators.states import Color
from workflows.lifecycle.leaving import ask_for_others
from workflows.lifecycle.models import Changeover
from workflows.meetings.minutes import FOLLOWED
from workflows.meetings.models import Commitment
from workflows.monitoring.models import Figure
from workflows.people import directory
from workflows.people.assigning import ensure_may_be_given
from workflows.people.groups import Group
from workflows.people.models import Person, PersonRole, Role
from workflows.people.permissions import ensure_coordinator
from workflows.plan.models import Plan
from workflows.plan.states import PlanState
from workflows.recovery.models import RecoveryPlan
from workflows.recovery.states import RecoveryState
from workflows.sectors import identity
from workflows.spanish import long_day, long_moment, month_name, percentage

ADMINISTRATOR = "administrador"
GOES_ON = (PlanState.ADOPTED, PlanState.IN_FORCE)
REASON = "Empalme: {}"


def hand_over(
    session: Session,
    engine: ProcessEngine,
    plan_code: str,
    given: Mapping[str, str],
    *,
    actor: Actor,
    reason: str,
) -> Changeover:
    """Keep what there is of a plan, and let each person of `given` hand over to another all they hold in its sector.

    Who hands over loses their roles there, and their open tasks go on with who comes; what they answer for in plans
    is asked of others by its own case. The plan and its calendar stay as they are. Raises `Forbidden` (handing roles
    over is the administrator's), `NotFound`, `Refused` (no reason, a plan that is not under way, nobody to hand to).
    """
    plan = session.get(Plan, plan_code)
    if plan is None:
        raise NotFound
    _ensure_allowed(actor, plan.sector_code, given)
    if plan.state not in GOES_ON:
        raise Refused("El empalme es de un plan adoptado o vigente: este no lo está.")
    said = " ".join(reason.split())
    if not said:
        raise Refused("Diga el motivo del empalme: queda en el expediente y en la bitácora.")
    kept = Changeover(
        plan_code=plan_code, made_at=engine.now(), made_by=actor.id, reason=said,
        content={"sections": _sections(session, plan, given)},
    )  # fmt: skip
    session.add(kept)
    session.flush()
    for username, successor in sorted(given.items()):
        _pass_on(session, engine, plan.sector_code, username, successor, actor=actor, reason=said)
    auditing.record(
        session, engine.clock, actor, "empalme", ("plan", plan_code), reason=said, after={"entregas": dict(given)}
    )
    return kept


def _ensure_allowed(actor: Actor, sector: str, given: Mapping[str, str]) -> None:
    if not (actor.is_system or str(Group(ADMINISTRATOR, sector)) in actor.groups):
        ensure_coordinator(actor, sector)
        if given:
            raise Forbidden("Los cargos los entrega quien administra el sector. Haga el empalme sin entregas.")


def _pass_on(
    session: Session, engine: ProcessEngine, sector: str, username: str, successor: str, *, actor: Actor, reason: str
) -> None:
    """Let a successor hold what somebody held in a sector, and go on with their tasks there."""
    if username == successor:
        raise Refused("Quien entrega y quien recibe son la misma persona.")
    ensure_may_be_given(session, successor, sector)
    leaver, comer = directory.person(session, username), directory.person(session, successor)
    held = [one for one in leaver.roles if one.sector_code == sector]
    known = {(one.role_id, one.entity_code) for one in comer.roles if one.sector_code == sector}
    comer.roles += [
        PersonRole(
            role_id=one.role_id, sector_code=sector, entity_code=one.entity_code, since=one.since, until=one.until
        )
        for one in held
        if (one.role_id, one.entity_code) not in known
    ]
    leaver.roles = [one for one in leaver.roles if one.sector_code != sector]
    session.flush()
    tasks = (
        sa.select(UserTask.id)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(Instance.tenant == sector, UserTask.state == UserTaskState.OPEN, UserTask.assignee == username)
    )
    acting = replace(actor, supervises=actor.supervises | {sector})
    for task_id in session.scalars(tasks.order_by(UserTask.id)).all():
        commands.reassign(session, engine, task_id, actor=acting, to=successor, reason=REASON.format(reason))
    ask_for_others(session, engine, username, acting, sector)
    auditing.record(
        session, engine.clock, actor, "entregar_cargo", ("persona", username), reason=reason,
        after={"recibe": successor, "roles": [_held(one.role_id, one.entity_code) for one in held]},
    )  # fmt: skip


def _held(role: str, entity: str) -> str:
    return f"{role} · {entity}" if entity else role


def _sections(session: Session, plan: Plan, given: Mapping[str, str]) -> list[dict[str, Any]]:
    """What there is of a plan, as the sections of a page."""
    return [
        _section("Personas y cargos", ("Persona", "Cargo", "Entidad", "Entrega a"), _people(session, plan, given)),
        _section("Compromisos abiertos", ("Compromiso", "Responsable", "Fecha"), _commitments(session, plan)),
        _section("Indicadores en rojo", ("Indicador", "Entidad", "Mes", "Cumplimiento"), _red(session, plan)),
        _section("Planes de choque en curso", ("Indicador", "Entidad", "Desde", "Estado"), _recovery(session, plan)),
        _section("Procesos en curso", ("Proceso", "Desde"), _cases(session, plan)),
        _section("Documentos", ("Documento", "Formato", "Fecha", "SHA-256"), _documents(session, plan)),
    ]


def _section(heading: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> dict[str, Any]:
    found = [list(row) for row in rows]
    tables = [{"caption": "", "head": list(head), "rows": found}] if found else []
    return {"heading": heading, "level": 1, "paragraphs": [] if found else ["Ninguno."], "tables": tables}


def _people(session: Session, plan: Plan, given: Mapping[str, str]) -> list[list[str]]:
    names = directory.display_names(session, given.values())
    query = (
        sa.select(Person.username, Person.name, Role.name.label("role"), PersonRole.entity_code)
        .join(PersonRole, PersonRole.username == Person.username)
        .join(Role, Role.id == PersonRole.role_id)
        .where(PersonRole.sector_code == plan.sector_code, Person.active)
        .order_by(Person.name, Role.position)
    )
    return [
        [row.name, row.role, row.entity_code or "—", names.get(given.get(row.username, ""), "Sigue")]
        for row in session.execute(query)
    ]


def _commitments(session: Session, plan: Plan) -> list[list[str]]:
    query = sa.select(Commitment).where(Commitment.plan_code == plan.code, Commitment.state.in_(FOLLOWED))
    found = session.scalars(query.order_by(Commitment.due_on, Commitment.id)).all()
    names = directory.display_names(session, {one.responsible for one in found if one.responsible})
    return [
        [one.text, names.get(one.responsible or "", "—"), long_day(one.due_on) if one.due_on else "—"] for one in found
    ]


def _red(session: Session, plan: Plan) -> list[list[str]]:
    """The indicators that the last closed month left in red."""
    closed = (Period.plan_code == plan.code, Period.state == PeriodState.CLOSED)
    last = sa.select(sa.func.max(Period.code)).where(*closed).scalar_subquery()
    query = (
        sa.select(Indicator.code, Indicator.name, Indicator.entity_code, Period.code.label("month"), Figure.compliance)
        .select_from(Indicator)
        .join(Period, sa.and_(*closed, Period.code == last))
        .join(Figure, sa.and_(Figure.period_id == Period.id, Figure.code == Indicator.code))
        .where(Indicator.plan_code == plan.code, Figure.level == "indicador", Figure.color == Color.RED)
        .order_by(Indicator.position, Indicator.code)
    )
    return [
        [f"{row.code} {row.name}", row.entity_code, month_name(row.month), percentage(row.compliance)]
        for row in session.execute(query)
    ]


def _recovery(session: Session, plan: Plan) -> list[list[str]]:
    query = (
        sa.select(RecoveryPlan, Indicator)
        .join(Indicator, Indicator.id == RecoveryPlan.indicator_id)
        .where(RecoveryPlan.plan_code == plan.code, RecoveryPlan.state != RecoveryState.CLOSED)
        .order_by(RecoveryPlan.id)
    )
    return [
        [f"{one.code} {one.name}", plan.entity_code, month_name(plan.since_period), plan.state.replace("_", " ")]
        for plan, one in session.execute(query)
    ]


def _cases(session: Session, plan: Plan) -> list[list[str]]:
    query = sa.select(Instance).where(Instance.scope == plan.code, Instance.state == InstanceState.ACTIVE)
    return [[one.name, long_day(bogota_day(one.started_at))] for one in session.scalars(query.order_by(Instance.id))]


def _documents(session: Session, plan: Plan) -> list[list[str]]:
    query = (
        sa.select(Document, StoredFile.sha256)
        .join(StoredFile, StoredFile.id == Document.file_id)
        .where(Document.plan_code == plan.code)
        .order_by(Document.dated_at, Document.id)
    )
    return [
        [one.title, one.format.upper(), long_day(bogota_day(one.dated_at)), sha256]
        for one, sha256 in session.execute(query)
    ]


def of_plan(session: Session, plan_code: str) -> list[Changeover]:
    """The changeovers of a plan, the newest first."""
    query = sa.select(Changeover).where(Changeover.plan_code == plan_code)
    return list(session.scalars(query.order_by(Changeover.id.desc())))


def missing(session: Session) -> list[Address]:
    """The changeovers that lack their files."""
    made = sa.select(Document.id).where(
        Document.plan_code == Changeover.plan_code,
        Document.kind == DocumentKind.CHANGEOVER,
        Document.key == sa.cast(Changeover.id, sa.String),
    )
    rows = session.execute(sa.select(Changeover.plan_code, Changeover.id).where(~made.exists()).order_by(Changeover.id))
    return [Address(plan_code, DocumentKind.CHANGEOVER, str(id_)) for plan_code, id_ in rows]


def read(session: Session, address: Address) -> Print:
    """The package of one changeover."""
    kept = session.get_one(Changeover, int(address.key))
    plan = session.get_one(Plan, kept.plan_code)
    by = directory.display_names(session, [kept.made_by])[kept.made_by]
    page = Page(
        title=f"Empalme del {long_day(bogota_day(kept.made_at))}",
        subtitle=plan.name,
        facts=(("Motivo", kept.reason), ("Hecho por", f"{by}, {long_moment(kept.made_at)}")),
        sections=tuple(kept.content["sections"]),
        made_at=int(kept.made_at.timestamp()),
        letterhead=identity.letterhead(session, plan.sector_code),
    )
    return of_page(page, f"{address.plan_code}-{DocumentKind.CHANGEOVER}-{address.key}")


MAKER = Maker("changeover", missing, read)
