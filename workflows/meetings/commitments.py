"""What was promised, followed to its end: from minutes, from a bottleneck, or recorded by whoever coordinates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.auditing import recording
from workflows.calendar import bogota_day
from workflows.errors import Forbidden, NotFound, Refused
from workflows.meetings.minutes import FOLLOWED
from workflows.meetings.models import Commitment
from workflows.meetings.states import CommitmentState
from workflows.people import directory
from workflows.people.models import Person
from workflows.plan.models import Plan

BOARD = "seguimiento"
"""The origin of what was recorded on the board."""
LONGEST = 1000
ENDS = (CommitmentState.MET, CommitmentState.PARTLY_MET, CommitmentState.UNMET)


def record(
    session: Session,
    engine: ProcessEngine,
    plan_code: str,
    *,
    text: str,
    responsible: str,
    due_on: dt.date | None,
    actor: Actor,
) -> Commitment:
    """Write down what somebody promised, by when; the next meeting takes it up. Raises `Refused`, `NotFound`."""
    if not text.strip():
        raise Refused("Escriba a qué se comprometieron.")
    if due_on is None or due_on < bogota_day(engine.now()):
        raise Refused("Escriba para cuándo, desde hoy: por ejemplo 13/11/2026.")
    if not directory.person(session, responsible).active:
        raise Refused("Esa persona ya no tiene acceso: elija a otra.")
    kept = Commitment(
        plan_code=plan_code,
        origin=BOARD,
        text=text.strip()[:LONGEST],
        responsible=responsible,
        due_on=due_on,
        state=CommitmentState.OPEN,
    )
    session.add(kept)
    session.flush()
    recording.record(
        session, engine.clock, actor, "registrar_compromiso", ("compromiso", str(kept.id)),
        after={"plan": plan_code, "texto": kept.text, "para": due_on.isoformat(), "responsable": responsible},
    )  # fmt: skip
    return kept


def settle(
    session: Session,
    engine: ProcessEngine,
    plan_code: str,
    commitment_id: int,
    *,
    outcome: str,
    note: str,
    actor: Actor,
) -> Commitment:
    """Write down how it ended. Raises `NotFound`, `Refused` (no such end, or none told)."""
    kept = session.get(Commitment, commitment_id, with_for_update=True)
    if kept is None or kept.plan_code != plan_code:
        raise NotFound("Ese compromiso no existe.")
    ended = next((one for one in ENDS if one == outcome), None)
    if ended is None:
        raise Refused("Diga cómo terminó: cumplido, en parte o incumplido.")
    before = kept.state
    kept.state, kept.note = ended, note.strip()[:LONGEST]
    recording.record(
        session, engine.clock, actor, "cerrar_compromiso", ("compromiso", str(kept.id)), reason=kept.note,
        before={"estado": before}, after={"estado": ended},
    )  # fmt: skip
    return kept


def tell(session: Session, engine: ProcessEngine, commitment_id: int, *, text: str, actor: Actor) -> Commitment:
    """Write down what whoever answers says of how it goes. Raises `NotFound`, `Forbidden`, `Refused` (nothing said)."""
    kept = session.get(Commitment, commitment_id, with_for_update=True)
    if kept is None or kept.state not in FOLLOWED:
        raise NotFound("Ese compromiso no existe o ya terminó.")
    if kept.responsible != actor.id:
        raise Forbidden("De un compromiso dice cómo va la persona que lo asumió.")
    if not text.strip():
        raise Refused("Escriba cómo va: qué se hizo y qué falta.")
    before = kept.progress
    kept.progress, kept.progress_at = text.strip()[:LONGEST], engine.now()
    recording.record(
        session, engine.clock, actor, "avance_de_compromiso", ("compromiso", str(kept.id)),
        before={"avance": before}, after={"avance": kept.progress},
    )  # fmt: skip
    return kept


def of_person(session: Session, username: str) -> Sequence[tuple[Commitment, str]]:
    """What somebody promised and has not ended, each with the name of its plan, the nearest day first."""
    query = sa.select(Commitment, Plan.name).join(Plan, Plan.code == Commitment.plan_code)
    query = query.where(Commitment.responsible == username, Commitment.state.in_(FOLLOWED))
    found = session.execute(query.order_by(Commitment.due_on.is_(None), Commitment.due_on, Commitment.id))
    return [(one, plan) for one, plan in found]


def due_by_person(session: Session) -> Mapping[str, Sequence[tuple[Commitment, str]]]:
    """What was promised with a day, by person: the commitment and the sector of its plan; one statement."""
    query = sa.select(Commitment, Plan.sector_code).join(Plan, Plan.code == Commitment.plan_code)
    query = query.where(Commitment.state.in_(FOLLOWED), Commitment.due_on.is_not(None), Commitment.responsible != "")
    found: dict[str, list[tuple[Commitment, str]]] = {}
    for one, sector in session.execute(query.order_by(Commitment.due_on, Commitment.id)):
        found.setdefault(one.responsible or "", []).append((one, sector))
    return found


def followed(session: Session, plan_code: str) -> Sequence[tuple[Commitment, str]]:
    """Those of a plan that have not ended, each with the name of who answers, the nearest day first; one statement."""
    query = sa.select(Commitment, Person.name).outerjoin(Person, Person.username == Commitment.responsible)
    query = query.where(Commitment.plan_code == plan_code, Commitment.state.in_(FOLLOWED))
    found = session.execute(query.order_by(Commitment.due_on.is_(None), Commitment.due_on, Commitment.id))
    return [(one, name or one.responsible or "") for one, name in found]
