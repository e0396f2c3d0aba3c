"""How the plan will be made: the alternative, what each entity says of it, its adjustments and the schedule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import replace_rows
from engine.identity import Actor
from workflows.errors import NotFound
from workflows.forms.values import as_json
from workflows.formulation.models import Methodology, MethodologyAdjustment, MethodologyOpinion, ScheduleActivity
from workflows.formulation.states import MethodologyOutcome, OpinionKind

YES = "aprueba"


def find(session: Session, plan_code: str) -> Methodology | None:
    """The latest version of a plan's methodology; `None` before the first."""
    query = sa.select(Methodology).where(Methodology.plan_code == plan_code)
    return session.scalars(query.order_by(Methodology.number.desc()).limit(1)).first()


def latest(session: Session, plan_code: str) -> Methodology:
    """The latest version. Raises `NotFound` before the first."""
    methodology = find(session, plan_code)
    if methodology is None:
        raise NotFound("El plan todavía no tiene una alternativa metodológica.")
    return methodology


def prepare(
    session: Session, plan_code: str, files: Sequence[int], steps: Sequence[Mapping[str, Any]], *, actor: Actor,
    now: dt.datetime,
) -> Methodology:  # fmt: skip
    """Keep a new version of the methodology."""
    before = find(session, plan_code)
    prepared = Methodology(
        plan_code=plan_code,
        number=before.number + 1 if before else 1,
        files=list(files),
        steps=as_json(list(steps)),
        prepared_by=actor.id,
        prepared_at=now,
    )
    session.add(prepared)
    session.flush()
    return prepared


def give(
    session: Session, plan_code: str, kind: str, entity: str, decision: str, reason: str, *, actor: Actor,
    now: dt.datetime,
) -> None:  # fmt: skip
    """Keep what an entity says of the latest version, in its present round."""
    methodology = latest(session, plan_code)
    methodology_opinion = session.scalar(
        sa.select(MethodologyOpinion).where(
            MethodologyOpinion.methodology_id == methodology.id,
            MethodologyOpinion.kind == kind,
            MethodologyOpinion.round == methodology.round,
            MethodologyOpinion.entity_code == entity,
        )
    )
    opinion = methodology_opinion or MethodologyOpinion(
        methodology_id=methodology.id, kind=kind, round=methodology.round, entity_code=entity
    )
    opinion.decision, opinion.reason, opinion.given_by, opinion.given_at = decision, reason, actor.id, now
    session.add(opinion)
    session.flush()


def opinions(session: Session, methodology: Methodology, kind: str) -> list[MethodologyOpinion]:
    """What the entities said of a version, round after round."""
    query = sa.select(MethodologyOpinion).where(
        MethodologyOpinion.methodology_id == methodology.id, MethodologyOpinion.kind == kind
    )
    return list(session.scalars(query.order_by(MethodologyOpinion.round, MethodologyOpinion.entity_code)))


def resolve_alternative(session: Session, plan_code: str) -> str:
    """What came out: one that returns it, returns it; one with adjustments asks for them; else it is approved."""
    methodology = latest(session, plan_code)
    said = {opinion.decision for opinion in opinions(session, methodology, OpinionKind.ALTERNATIVE)}
    outcome = (
        MethodologyOutcome.RETURNED
        if "devuelta" in said
        else MethodologyOutcome.WITH_ADJUSTMENTS
        if "aprobada_con_ajustes" in said
        else MethodologyOutcome.APPROVED
    )
    methodology.outcome, methodology.is_approved = outcome, outcome == MethodologyOutcome.APPROVED
    session.flush()
    return outcome


def adjust(session: Session, plan_code: str, entity: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep the adjustments that an entity asks for in the present round."""
    methodology = latest(session, plan_code)
    for row in rows:
        session.add(
            MethodologyAdjustment(
                methodology_id=methodology.id,
                round=methodology.round,
                entity_code=entity,
                text=row["ajuste"],
                affects_schedule=bool(row["afecta_cronograma"]),
            )
        )
    session.flush()


def adjustments(session: Session, methodology: Methodology) -> list[MethodologyAdjustment]:
    """Every adjustment asked for, round after round."""
    query = sa.select(MethodologyAdjustment).where(MethodologyAdjustment.methodology_id == methodology.id)
    return list(session.scalars(query.order_by(MethodologyAdjustment.round, MethodologyAdjustment.id)))


def resolve_approval(session: Session, plan_code: str, entities: Sequence[str]) -> bool:
    """Whether every entity approves the adjusted methodology; if not, another round begins."""
    methodology = latest(session, plan_code)
    said = {
        opinion.entity_code: opinion.decision
        for opinion in opinions(session, methodology, OpinionKind.ADJUSTMENTS)
        if opinion.round == methodology.round
    }
    approved = all(said.get(entity) == YES for entity in entities)
    methodology.is_approved = approved
    if not approved:
        methodology.round += 1
    session.flush()
    return approved


def schedule(session: Session, plan_code: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep the work schedule; scheduling again replaces it, but what was finished stays so, by its name."""
    finished = {one.name: one.done_on for one in activities(session, plan_code)}
    replace_rows(
        session,
        ScheduleActivity,
        {"plan_code": plan_code},
        (
            {
                "name": row["actividad"],
                "step": row["paso"],
                "responsible": row["responsable"],
                "starts_on": row["inicio"],
                "ends_on": row["fin"],
                "predecessor": row.get("predecesora") or "",
                "position": position,
                "done_on": finished.get(row["actividad"]),
            }
            for position, row in enumerate(rows)
        ),
    )


def activities(session: Session, plan_code: str) -> list[ScheduleActivity]:
    """The work schedule."""
    query = sa.select(ScheduleActivity).where(ScheduleActivity.plan_code == plan_code)
    return list(session.scalars(query.order_by(ScheduleActivity.position)))


def in_a_circle(predecessors: Mapping[str, str]) -> list[str]:
    """The activities that, going back from one to the one before, never reach a beginning."""
    circular = []
    for name in predecessors:
        seen, before = {name}, predecessors.get(name, "")
        while before and before not in seen:
            seen.add(before)
            before = predecessors.get(before, "")
        if before:
            circular.append(name)
    return circular
