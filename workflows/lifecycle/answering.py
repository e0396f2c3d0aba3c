"""What people answer for in plans: where their names stand, in words, as long as it is not over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from workflows.documents.models import DocumentSection, PlanDocument
from workflows.documents.states import SectionState
from workflows.formulation.models import ArticulationPoint, Assignment, ScheduleActivity
from workflows.implementation.models import ActionPlan, FollowUpStrategy, PlannedActivity
from workflows.indicators.models import Indicator
from workflows.meetings.models import Commitment
from workflows.meetings.states import CommitmentState
from workflows.recovery.models import RecoveryAction, RecoveryPlan
from workflows.recovery.states import RecoveryState

PARTS = {
    "reports": "reporta",
    "reviews": "revisa",
    "substitute": "reemplaza",
    "responsible": "responde",
    "support": "apoya",
}
"""The columns in which somebody stands, and what they do there."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A table in which people answer for something. `open_ones(plans, today)` reads what is not over."""

    title: str
    model: Any
    columns: tuple[str, ...]
    open_ones: Callable[[sa.Select[Any], dt.date], sa.Select[Any]]
    plan: Any
    words: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Duty:
    """A row in which somebody stands, in some of its columns."""

    kind: Kind
    row: Any
    columns: tuple[str, ...]

    @property
    def words(self) -> str:
        """What it is about."""
        return self.kind.words(self.row)

    @property
    def part(self) -> str:
        """What they do there: «reporta y reemplaza»."""
        return " y ".join(PARTS[column] for column in self.columns)

    def clash(self, to: str) -> str:
        """Why somebody cannot take it: whoever reports does not review, nor stands in for themselves."""
        after = {name: to if name in self.columns else getattr(self.row, name) for name in self.kind.columns}
        if after.get("reports") and after.get("reports") == after.get("reviews"):
            return "quedaría reportando y revisando lo mismo"
        if after.get("substitute") and after.get("substitute") == after.get("reports"):
            return "quedaría reemplazándose a sí misma"
        if after.get("support") and after.get("support") == after.get("responsible"):
            return "quedaría apoyándose a sí misma"
        return ""

    def give(self, to: str) -> None:
        """Let somebody else stand there."""
        for column in self.columns:
            setattr(self.row, column, to)


def _of_action_plan(query: sa.Select[Any], model: Any) -> sa.Select[Any]:
    return query.join(ActionPlan, ActionPlan.id == model.action_plan_id)


KINDS: Sequence[Kind] = (
    Kind(
        "Indicadores", Indicator, ("reports", "reviews", "substitute"),
        lambda query, _today: query.where(Indicator.active).order_by(Indicator.position, Indicator.code),
        Indicator.plan_code, lambda row: f"{row.code} {row.name}",
    ),
    Kind(
        "Actividades de los planes de acción", PlannedActivity, ("responsible",),
        lambda query, today: _of_action_plan(query, PlannedActivity).options(joinedload(PlannedActivity.indicator))
        .where(PlannedActivity.ends_on >= today).order_by(PlannedActivity.id),
        ActionPlan.plan_code, lambda row: f"{row.indicator.code}: {row.name}",
    ),
    Kind(
        "Seguimiento de los proyectos", FollowUpStrategy, ("reports", "reviews", "substitute"),
        lambda query, today: _of_action_plan(query, FollowUpStrategy)
        .where(ActionPlan.year >= today.year).order_by(FollowUpStrategy.id),
        ActionPlan.plan_code, lambda row: row.project.name,
    ),
    Kind(
        "Compromisos abiertos", Commitment, ("responsible",),
        lambda query, _today: query.where(Commitment.state.in_((CommitmentState.PROPOSED, CommitmentState.OPEN)))
        .order_by(Commitment.due_on, Commitment.id),
        Commitment.plan_code, lambda row: row.text,
    ),
    Kind(
        "Acciones de planes de choque", RecoveryAction, ("responsible",),
        lambda query, _today: query.join(RecoveryPlan, RecoveryPlan.id == RecoveryAction.recovery_plan_id)
        .where(~RecoveryAction.done, RecoveryPlan.state != RecoveryState.CLOSED).order_by(RecoveryAction.id),
        RecoveryPlan.plan_code, lambda row: row.action,
    ),
    Kind(
        "Elaboración del plan", Assignment, ("responsible", "support"),
        lambda query, today: query.where(Assignment.due_on >= today).order_by(Assignment.id),
        Assignment.plan_code, lambda row: row.work,
    ),
    Kind(
        "Cronograma de elaboración", ScheduleActivity, ("responsible",),
        lambda query, today: query.where(ScheduleActivity.ends_on >= today).order_by(ScheduleActivity.id),
        ScheduleActivity.plan_code, lambda row: row.name,
    ),
    Kind(
        "Puntos de articulación", ArticulationPoint, ("responsible",),
        lambda query, today: query.where(ArticulationPoint.due_on >= today).order_by(ArticulationPoint.id),
        ArticulationPoint.plan_code, lambda row: row.point,
    ),
    Kind(
        "Secciones de documentos", DocumentSection, ("responsible", "support"),
        lambda query, _today: query.join(PlanDocument, PlanDocument.id == DocumentSection.document_id)
        .where(DocumentSection.state != SectionState.APPROVED).order_by(DocumentSection.id),
        PlanDocument.plan_code, lambda row: f"{row.code} {row.title}",
    ),
)  # fmt: skip
"""Every table in which a name means work to come. What is over keeps the name of who did it."""


def of_person(session: Session, username: str, plans: Collection[str], today: dt.date) -> Iterator[Duty]:
    """What somebody answers for in these plans; one statement for each kind."""
    for kind in KINDS:
        stands = sa.or_(*(getattr(kind.model, column) == username for column in kind.columns))
        query = kind.open_ones(sa.select(kind.model), today).where(stands, kind.plan.in_(sorted(plans)))
        for row in session.scalars(query):
            yield Duty(kind, row, tuple(name for name in kind.columns if getattr(row, name) == username))
