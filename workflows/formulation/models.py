"""Tables of what phases 1 and 2 gather before the plan has goals.

Rows belong to a plan and, where it matters, to the entity that brought them. What was sent before a correction is
kept with the form's submissions.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.database import Base, states
from workflows.documents.states import Reserve
from workflows.formulation.states import MethodologyOutcome, OpinionKind, ProjectReviewKind


class Source(Base):
    """Something to read about the sector: a norm, a policy, a report. A file, a link, or both.

    `topic` is one of the five topics, informe_de_gestion, proyecto or autodiagnostico.
    """

    __tablename__ = "source"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    topic: Mapped[str] = mapped_column(sa.String(60))
    title: Mapped[str] = mapped_column(sa.String(2000))
    year: Mapped[int]
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    link: Mapped[str] = mapped_column(sa.String(2000), default="")
    reserve: Mapped[Reserve] = mapped_column(states(Reserve))
    added_by: Mapped[str] = mapped_column(sa.String(60))
    added_at: Mapped[dt.datetime]


class Diagnosis(Base):
    """The self-diagnosis of an entity in a year. `answers` are rows: pregunta, nivel (1–5), soporte."""

    __tablename__ = "diagnosis"
    __table_args__ = (sa.UniqueConstraint("plan_code", "entity_code", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    year: Mapped[int]
    answers: Mapped[list[Any]]
    average: Mapped[Decimal]
    synthesis: Mapped[str] = mapped_column(sa.Text)
    answered_by: Mapped[str] = mapped_column(sa.String(60))
    answered_at: Mapped[dt.datetime]


class TopicsDiscussed(Base):
    """Which of the five topics a meeting dealt with, and what it concluded."""

    __tablename__ = "topics_discussed"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meeting.id"))
    topics: Mapped[list[Any]]
    conclusions: Mapped[str] = mapped_column(sa.Text)
    recorded_by: Mapped[str] = mapped_column(sa.String(60))
    recorded_at: Mapped[dt.datetime]


class GlossaryTerm(Base):
    """A word that everybody understands the same way."""

    __tablename__ = "glossary_term"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    term: Mapped[str] = mapped_column(sa.String(2000))
    definition: Mapped[str] = mapped_column(sa.Text)
    source: Mapped[str] = mapped_column(sa.String(2000), default="")
    position: Mapped[int]


class SectorSketch(Base):
    """What the sector is, agreed by its entities."""

    __tablename__ = "sector_sketch"

    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), primary_key=True)
    structure: Mapped[str] = mapped_column(sa.Text)
    summary: Mapped[str] = mapped_column(sa.Text)
    agreed_at: Mapped[dt.datetime]
    agreed_by: Mapped[str] = mapped_column(sa.String(60))


class Methodology(Base):
    """A version of how the plan will be made. `steps` are rows: paso, descripcion, tecnica, responsable (a role).

    `round` counts how often its adjustments were put to approval.
    """

    __tablename__ = "methodology"
    __table_args__ = (sa.UniqueConstraint("plan_code", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    number: Mapped[int]
    files: Mapped[list[Any]]
    steps: Mapped[list[Any]]
    outcome: Mapped[MethodologyOutcome] = mapped_column(states(MethodologyOutcome), default=MethodologyOutcome.NONE)
    round: Mapped[int] = mapped_column(default=1)
    is_approved: Mapped[bool] = mapped_column(default=False)
    prepared_by: Mapped[str] = mapped_column(sa.String(60))
    prepared_at: Mapped[dt.datetime]


class MethodologyOpinion(Base):
    """What an entity said of a methodology."""

    __tablename__ = "methodology_opinion"
    __table_args__ = (sa.UniqueConstraint("methodology_id", "kind", "round", "entity_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    methodology_id: Mapped[int] = mapped_column(sa.ForeignKey("methodology.id"))
    kind: Mapped[OpinionKind] = mapped_column(states(OpinionKind))
    round: Mapped[int]
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    decision: Mapped[str] = mapped_column(sa.String(30))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    given_by: Mapped[str] = mapped_column(sa.String(60))
    given_at: Mapped[dt.datetime]

    methodology: Mapped[Methodology] = relationship()


class MethodologyAdjustment(Base):
    """An adjustment that an entity asks for."""

    __tablename__ = "methodology_adjustment"

    id: Mapped[int] = mapped_column(primary_key=True)
    methodology_id: Mapped[int] = mapped_column(sa.ForeignKey("methodology.id"), index=True)
    round: Mapped[int]
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    text: Mapped[str] = mapped_column(sa.Text)
    affects_schedule: Mapped[bool]


class ScheduleActivity(Base):
    """An activity of the work schedule. `predecessor` is the name of another one; `done_on` the day it was finished."""

    __tablename__ = "schedule_activity"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    name: Mapped[str] = mapped_column(sa.String(2000))
    step: Mapped[str] = mapped_column(sa.String(2000))
    responsible: Mapped[str] = mapped_column(sa.ForeignKey("person.username"))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    predecessor: Mapped[str] = mapped_column(sa.String(2000), default="")
    position: Mapped[int]
    done_on: Mapped[dt.date | None]


class Assignment(Base):
    """Who does a piece of the elaboration. `work` is a section's code, or analisis, mesas, metas, herramienta."""

    __tablename__ = "assignment"
    __table_args__ = (sa.UniqueConstraint("plan_code", "work"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    work: Mapped[str] = mapped_column(sa.String(20))
    responsible: Mapped[str] = mapped_column(sa.ForeignKey("person.username"))
    support: Mapped[str | None] = mapped_column(sa.ForeignKey("person.username"))
    due_on: Mapped[dt.date]


class Stakeholder(Base):
    """Somebody with an interest in the plan. `kind`: entidad, organizacion, ciudadania, academia."""

    __tablename__ = "stakeholder"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    name: Mapped[str] = mapped_column(sa.String(2000))
    kind: Mapped[str] = mapped_column(sa.String(20))
    interest: Mapped[str] = mapped_column(sa.String(2000))
    position: Mapped[int]


class ProjectReview(Base):
    """How the projects of an entity stand.

    `validation` and `adjustments` are what the team says of the research behind the plan.
    """

    __tablename__ = "project_review"
    __table_args__ = (sa.UniqueConstraint("plan_code", "entity_code", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    kind: Mapped[ProjectReviewKind] = mapped_column(states(ProjectReviewKind))
    files: Mapped[list[Any]] = mapped_column(default=list)
    validation: Mapped[str] = mapped_column(sa.String(20), default="")
    adjustments: Mapped[str] = mapped_column(sa.Text, default="")
    reviewed_by: Mapped[str] = mapped_column(sa.String(60))
    reviewed_at: Mapped[dt.datetime]

    projects: Mapped[list[ReviewedProject]] = relationship(cascade="all, delete-orphan", order_by="ReviewedProject.id")


class ReviewedProject(Base):
    """A project in such a review. Progress in per cent, where the team told it."""

    __tablename__ = "reviewed_project"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(sa.ForeignKey("project_review.id"), index=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    state: Mapped[str] = mapped_column(sa.Text, default="")
    contribution: Mapped[str] = mapped_column(sa.Text, default="")
    physical: Mapped[Decimal | None]
    budget: Mapped[Decimal | None]
    theme: Mapped[str] = mapped_column(sa.String(2000), default="")


class ArticulationPoint(Base):
    """Where entities meet, and what they promise one another."""

    __tablename__ = "articulation_point"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    point: Mapped[str] = mapped_column(sa.String(2000))
    entities: Mapped[str] = mapped_column(sa.String(2000))
    commitment: Mapped[str] = mapped_column(sa.Text)
    responsible: Mapped[str] = mapped_column(sa.ForeignKey("person.username"))
    due_on: Mapped[dt.date]
    position: Mapped[int]


class Product(Base):
    """What an objective delivers, and by whom."""

    __tablename__ = "product"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    objective_id: Mapped[int] = mapped_column(sa.ForeignKey("objective.id"))
    name: Mapped[str] = mapped_column(sa.String(2000))
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    position: Mapped[int]


class ChapterTitle(Base):
    """A title of the chapter on what the plan bets on: the plan's own, by default one for each of its lines."""

    __tablename__ = "chapter_title"
    __table_args__ = (sa.UniqueConstraint("plan_code", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    code: Mapped[str] = mapped_column(sa.String(20))
    title: Mapped[str] = mapped_column(sa.String(500))
    position: Mapped[int]


class Funding(Base):
    """What a project is to receive from a source in a year of the plan, in pesos. 0 is written, not left out."""

    __tablename__ = "funding"
    __table_args__ = (sa.UniqueConstraint("plan_code", "project_id", "source", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"), index=True)
    source: Mapped[str] = mapped_column(sa.String(30))
    year: Mapped[int]
    amount: Mapped[Decimal]


class FundingNote(Base):
    """On what an entity's estimate rests; without an entity, what opens the chapter of the whole sector."""

    __tablename__ = "funding_note"
    __table_args__ = (sa.UniqueConstraint("plan_code", "entity_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    entity_code: Mapped[str | None] = mapped_column(sa.ForeignKey("entity.code"))
    text: Mapped[str] = mapped_column(sa.Text)
    files: Mapped[list[Any]] = mapped_column(default=list)
    written_by: Mapped[str] = mapped_column(sa.String(60))
    written_at: Mapped[dt.datetime]


class BatteryFinding(Base):
    """What is wrong with an entity's goals and indicators: the form's `table` and `field`, the row by its `code`."""

    __tablename__ = "battery_finding"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    table: Mapped[str] = mapped_column(sa.String(40))
    code: Mapped[str] = mapped_column(sa.String(60))
    field: Mapped[str] = mapped_column(sa.String(40), default="")
    message: Mapped[str] = mapped_column(sa.Text)


class FollowUpTool(Base):
    """How the plan will be followed up. `cadence`: mensual, bimestral, trimestral; other than monthly has a reason."""

    __tablename__ = "follow_up_tool"

    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), primary_key=True)
    cadence: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    description: Mapped[str] = mapped_column(sa.Text)
    files: Mapped[list[Any]] = mapped_column(default=list)
    designed_by: Mapped[str] = mapped_column(sa.String(60))
    designed_at: Mapped[dt.datetime]
