"""The administrative act: drafted, signed or returned, numbered and dated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import replace_rows
from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.approvals import approving, reviewing
from workflows.approvals.models import ActAnnex, AdministrativeAct
from workflows.approvals.reviewing import Subject
from workflows.approvals.states import ActMode, ActState
from workflows.auditing import recording as auditing
from workflows.errors import NotFound
from workflows.plan.models import Plan

RESOLUTION = "resolucion"
KINDS = {RESOLUTION: "Resolución", "circular": "Circular", "decreto": "Decreto", "otro": "Acto administrativo"}
FEMININE = frozenset({RESOLUTION, "circular"})
"""Those of which one says «por la cual»."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the legal office proposes."""

    mode: ActMode
    kind: str
    kind_reason: str
    recitals: str
    articles: str
    annexes: Iterable[int] = ()


def of_case(session: Session, instance_id: int) -> AdministrativeAct | None:
    """The act of a case, if it was drafted."""
    query = sa.select(AdministrativeAct).where(AdministrativeAct.instance_id == instance_id)
    return session.scalar(query.order_by(AdministrativeAct.id.desc()).limit(1))


def existing(session: Session, instance_id: int) -> AdministrativeAct:
    """The act of a case. Raises `NotFound`."""
    act = of_case(session, instance_id)
    if act is None:
        raise NotFound("Todavía no se ha proyectado el acto administrativo.")
    return act


def draft(session: Session, engine: ProcessEngine, about: Subject, proposal: Draft, *, actor: Actor) -> None:
    """Write the draft, or write it again when it was returned; it keeps what its sector's card says then."""
    version = approving.version_asked(session, reviewing.latest(session, about))
    act = of_case(session, about.instance_id) or AdministrativeAct(
        plan_code=about.plan_code, instance_id=about.instance_id
    )
    act.version_id, act.mode, act.kind = version.id, proposal.mode, proposal.kind
    act.kind_reason, act.recitals, act.articles = proposal.kind_reason, proposal.recitals, proposal.articles
    sector = session.get_one(Plan, act.plan_code).sector
    act.state, act.issuer = ActState.DRAFTED, sector.head_entity
    act.place, act.powers = sector.act_place, sector.act_powers
    act.drafted_by, act.drafted_at = actor.id, engine.now()
    session.add(act)
    session.flush()
    replace_rows(session, ActAnnex, {"act_id": act.id}, ({"file_id": file_id} for file_id in proposal.annexes))
    _audit(session, engine, act, "proyectar_acto", actor)


def give_back(session: Session, engine: ProcessEngine, act: AdministrativeAct, *, reason: str, actor: Actor) -> None:
    """Return the draft to the legal office, with the reason."""
    act.state, act.return_reason = ActState.RETURNED, reason
    act.times_returned += 1
    _audit(session, engine, act, "devolver_acto", actor, reason)


def sign(session: Session, engine: ProcessEngine, act: AdministrativeAct, *, file_id: int, actor: Actor) -> None:
    """Record that the head signed it."""
    act.state, act.signed_by, act.signed_at, act.signed_file_id = ActState.SIGNED, actor.id, engine.now(), file_id
    _audit(session, engine, act, "suscribir_acto", actor)


def number(
    session: Session, engine: ProcessEngine, act: AdministrativeAct, *, code: str, on: dt.date, gazette: str,
    file_id: int, actor: Actor,
) -> None:  # fmt: skip
    """Give it its number and date: it is in force."""
    act.state, act.number, act.dated_on, act.gazette = ActState.NUMBERED, code, on, gazette
    act.file_id, act.numbered_by, act.numbered_at = file_id, actor.id, engine.now()
    _audit(session, engine, act, "numerar_acto", actor)


def is_taken(session: Session, act: AdministrativeAct, code: str, on: dt.date) -> bool:
    """Whether another act of this kind and year has the number in its sector: the head of each numbers its own."""
    sector = session.get_one(Plan, act.plan_code).sector_code
    query = (
        sa.select(AdministrativeAct.dated_on)
        .join(Plan, Plan.code == AdministrativeAct.plan_code)
        .where(
            Plan.sector_code == sector,
            AdministrativeAct.id != act.id,
            AdministrativeAct.kind == act.kind,
            AdministrativeAct.number == code,
        )
    )
    return any(day is not None and day.year == on.year for day in session.scalars(query))


def name_of(act: AdministrativeAct) -> str:
    """«Resolución 012 de 2018»; the kind alone before it is numbered."""
    kind = KINDS[act.kind]
    return f"{kind} {act.number} de {act.dated_on.year}" if act.number and act.dated_on else kind


def _audit(
    session: Session, engine: ProcessEngine, act: AdministrativeAct, action: str, actor: Actor, reason: str = ""
) -> None:
    target = ("acto", f"{act.plan_code}/{act.id}")
    after = {"tipo": act.kind, "estado": act.state, "numero": act.number}
    auditing.record(session, engine.clock, actor, action, target, reason=reason, after=after)
