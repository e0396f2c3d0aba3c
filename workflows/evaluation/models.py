"""Tables of evaluations and of the annual report."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, states
from workflows.evaluation.states import AnnualState, EvaluationKind, EvaluationState, SelfAssessmentState


class Evaluation(Base):
    """An evaluation of the plan.

    `kind`: intermedia (of results, called performance too) or final. `key` is the semester (`2018-S1`); empty for
    the final one. `state`: abierta, certificada (its base is frozen), analizada, aprobada, publicada. `change_asked`
    is what the plan should have changed, if anything. `handover`: the plan ended early.
    """

    __tablename__ = "evaluation"
    __table_args__ = (sa.UniqueConstraint("plan_code", "kind", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    kind: Mapped[EvaluationKind] = mapped_column(states(EvaluationKind))
    key: Mapped[str] = mapped_column(sa.String(20), default="")
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"))
    cutoff_on: Mapped[dt.date]
    state: Mapped[EvaluationState] = mapped_column(states(EvaluationState))
    opened_at: Mapped[dt.datetime]
    tables_reviewed: Mapped[list[Any]] = mapped_column(default=list)
    base_notes: Mapped[str] = mapped_column(sa.Text, default="")
    base_by: Mapped[str | None] = mapped_column(sa.String(60))
    certified_at: Mapped[dt.datetime | None]
    change_asked: Mapped[str] = mapped_column(sa.Text, default="")
    conclusions: Mapped[str] = mapped_column(sa.Text, default="")
    with_survey: Mapped[bool] = mapped_column(default=False)
    survey_id: Mapped[int | None]
    handover: Mapped[bool] = mapped_column(default=False)
    written_by: Mapped[str | None] = mapped_column(sa.String(60))
    return_reason: Mapped[str] = mapped_column(sa.Text, default="")
    times_returned: Mapped[int] = mapped_column(default=0)
    approved_by: Mapped[str | None] = mapped_column(sa.String(60))
    approved_at: Mapped[dt.datetime | None]
    published_at: Mapped[dt.datetime | None]


class SelfAssessment(Base):
    """What an entity says of its own semester."""

    __tablename__ = "self_assessment"
    __table_args__ = (sa.UniqueConstraint("evaluation_id", "entity_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation.id"))
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    state: Mapped[SelfAssessmentState] = mapped_column(states(SelfAssessmentState))
    achievements: Mapped[str] = mapped_column(sa.Text, default="")
    difficulties: Mapped[str] = mapped_column(sa.Text, default="")
    factors: Mapped[str] = mapped_column(sa.Text, default="")
    adjustments: Mapped[str] = mapped_column(sa.Text, default="")
    sent_by: Mapped[str | None] = mapped_column(sa.String(60))
    sent_at: Mapped[dt.datetime | None]


class CertifiedMonth(Base):
    """A closed month taken as input of an evaluation, with the plan's compliance it had and the formula's version."""

    __tablename__ = "certified_month"

    evaluation_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation.id"), primary_key=True)
    period_id: Mapped[int] = mapped_column(sa.ForeignKey("period.id"), primary_key=True)
    compliance: Mapped[Decimal | None]
    formula_version: Mapped[str] = mapped_column(sa.String(20), default="")
    certified_at: Mapped[dt.datetime]


class EvaluationCut(Base):
    """The figures of a plan at the end of a month, of everything endorsed by the moment it was taken.

    `number` counts the cuts of that month. `figures` are rows of `monitoring.figure_rows`; `differences` tell where the
    frozen month says something else, and why.
    """

    __tablename__ = "evaluation_cut"
    __table_args__ = (sa.UniqueConstraint("plan_code", "month", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    month: Mapped[str] = mapped_column(sa.String(7))
    number: Mapped[int]
    taken_at: Mapped[dt.datetime]
    formula_version: Mapped[str] = mapped_column(sa.String(20))
    figures: Mapped[list[Any]] = mapped_column(default=list)
    differences: Mapped[list[Any]] = mapped_column(default=list)


class Judgement(Base):
    """What is said of an objective, a line or, in the final evaluation, a criterion.

    `judgement`: satisfactorio, aceptable, insuficiente. `compliance` is that of the cut-off, in %.
    """

    __tablename__ = "judgement"
    __table_args__ = (sa.UniqueConstraint("evaluation_id", "level", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation.id"))
    level: Mapped[str] = mapped_column(sa.String(20))
    code: Mapped[str] = mapped_column(sa.String(20))
    compliance: Mapped[Decimal | None]
    judgement: Mapped[str] = mapped_column(sa.String(20))
    argument: Mapped[str] = mapped_column(sa.Text)
    judged_by: Mapped[str] = mapped_column(sa.String(60))
    judged_at: Mapped[dt.datetime]


class RecoveryDecision(Base):
    """Whether a bottleneck of the semester gets a recovery plan, and why not."""

    __tablename__ = "recovery_decision"

    evaluation_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation.id"), primary_key=True)
    bottleneck_id: Mapped[int] = mapped_column(sa.ForeignKey("bottleneck.id"), primary_key=True)
    severity: Mapped[str] = mapped_column(sa.String(20))
    recovery: Mapped[bool]
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    decided_by: Mapped[str] = mapped_column(sa.String(60))


class EvaluationInput(Base):
    """What the final evaluation reads: an intermediate evaluation or an annual report, there or missing."""

    __tablename__ = "evaluation_input"

    evaluation_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    available: Mapped[bool]


class EvaluationQuestion(Base):
    """A question the final evaluation answers. `criterion`: eficacia, eficiencia, efectividad, percepcion."""

    __tablename__ = "evaluation_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation.id"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    criterion: Mapped[str] = mapped_column(sa.String(20))
    source: Mapped[str] = mapped_column(sa.String(300))


class EvaluationAnnex(Base):
    """A file that goes with an evaluation."""

    __tablename__ = "evaluation_annex"

    evaluation_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)


class Lesson(Base):
    """What who makes the next plan should know. `addressee`: siguiente_pes, entidades, cabeza_de_sector."""

    __tablename__ = "lesson"

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluation.id"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)
    recommendation: Mapped[str] = mapped_column(sa.Text)
    addressee: Mapped[str] = mapped_column(sa.String(20))


class AnnualReport(Base):
    """The sector's management report of a year. `state`: abierto, consolidado, conforme, aprobado, publicado.

    `evaluations` are the semesters it takes in.
    """

    __tablename__ = "annual_report"
    __table_args__ = (sa.UniqueConstraint("plan_code", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    year: Mapped[int]
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"))
    state: Mapped[AnnualState] = mapped_column(states(AnnualState))
    opened_at: Mapped[dt.datetime]
    summary: Mapped[str] = mapped_column(sa.Text, default="")
    evaluations: Mapped[list[Any]] = mapped_column(default=list)
    consolidated_by: Mapped[str | None] = mapped_column(sa.String(60))
    reviewed_by: Mapped[str | None] = mapped_column(sa.String(60))
    return_reason: Mapped[str] = mapped_column(sa.Text, default="")
    times_returned: Mapped[int] = mapped_column(default=0)
    approved_by: Mapped[str | None] = mapped_column(sa.String(60))
    approved_at: Mapped[dt.datetime | None]


class EntityChapter(Base):
    """An entity's chapter of an annual report. `from_records`: nobody wrote it in time, it was made of records."""

    __tablename__ = "entity_chapter"
    __table_args__ = (sa.UniqueConstraint("annual_report_id", "entity_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    annual_report_id: Mapped[int] = mapped_column(sa.ForeignKey("annual_report.id"))
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    text: Mapped[str] = mapped_column(sa.Text)
    achievements: Mapped[str] = mapped_column(sa.Text, default="")
    challenges: Mapped[str] = mapped_column(sa.Text, default="")
    from_records: Mapped[bool] = mapped_column(default=True)
    reviewed: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(sa.Text, default="")
    sent_by: Mapped[str | None] = mapped_column(sa.String(60))
    sent_at: Mapped[dt.datetime | None]


class ChapterAnnex(Base):
    """A file that goes with an entity's chapter."""

    __tablename__ = "chapter_annex"

    chapter_id: Mapped[int] = mapped_column(sa.ForeignKey("entity_chapter.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)


class Improvement(Base):
    """What the yearly review of the follow-up decided to do better.

    `kind`: eficiencia_de_la_gestion, uso_de_recursos, dialogo_institucional_y_sectorial.
    """

    __tablename__ = "improvement"

    id: Mapped[int] = mapped_column(primary_key=True)
    annual_report_id: Mapped[int] = mapped_column(sa.ForeignKey("annual_report.id"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.String(40))
    responsible: Mapped[str] = mapped_column(sa.String(60))
    due_on: Mapped[dt.date]
