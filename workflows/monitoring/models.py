"""Tables of the monthly follow-up."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.database import Base, states
from workflows.cycles.models import Period
from workflows.documents.models import StoredFile
from workflows.indicators.models import Indicator
from workflows.indicators.states import Color, Measure, Status
from workflows.monitoring.states import Acceptance, AlertState, BottleneckState, MeasurementState, ReportState


class PeriodRow(Base):
    """The snapshot of one indicator when a month opened: who answers for it and what was programmed.

    `due` tells whether the indicator's periodicity asks for a value at this cut-off.
    """

    __tablename__ = "period_row"
    __table_args__ = (
        sa.UniqueConstraint("period_id", "indicator_id"),
        sa.Index("ix_period_row_history", "indicator_id", "period_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(sa.ForeignKey("period.id"))
    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicator.id"))
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    reports: Mapped[str | None] = mapped_column(sa.String(60))
    reviews: Mapped[str | None] = mapped_column(sa.String(60))
    due: Mapped[bool]
    year_target: Mapped[Decimal | None]
    programmed_to_date: Mapped[Decimal | None]


class EntityReport(Base):
    """How the report of one entity stands in one month.

    `state`: pendiente, enviado, devuelto, validado, avalado, avalado_en_parte, sin_reporte, extemporaneo,
    no_presentado.
    """

    __tablename__ = "entity_report"
    __table_args__ = (sa.UniqueConstraint("period_id", "entity_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(sa.ForeignKey("period.id"))
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    state: Mapped[ReportState] = mapped_column(states(ReportState))
    times_returned: Mapped[int] = mapped_column(default=0)
    return_reason: Mapped[str] = mapped_column(sa.Text, default="")
    first_sent_at: Mapped[dt.datetime | None]
    endorsed_at: Mapped[dt.datetime | None]
    endorsed_by: Mapped[str | None] = mapped_column(sa.String(100))
    late_instance_id: Mapped[int | None] = mapped_column(sa.ForeignKey("instance.id"))


class Measurement(Base):
    """What was reported for one indicator, or one goal of a project, in one month.

    `value` is an increment for suma, a level otherwise. `state`: borrador, enviado, devuelto, validado, avalado,
    congelado, sin_reporte. `late`: it was endorsed after its month's reports were closed. `counts_from` is the month
    (AAAA-MM) from which the figures take it in, so that the months frozen before stay as they were; null where it
    counts from its own month, `sheets.IN_NO_MONTH` where only an evaluation will. `timely`: it was first sent by the
    day its month asks for, and endorsed before that was frozen. Of the goal of a project that has money of its own,
    `appropriation`, `commitments` and `payments` are accumulated in the year, in pesos; of a territorial one, `places`
    is its value by the code of each locality. `partial`: of a computed indicator, some goal was not in its value.
    """

    __tablename__ = "measurement"
    __table_args__ = (sa.UniqueConstraint("period_id", "indicator_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(sa.ForeignKey("period.id"))
    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicator.id"), index=True)
    value: Mapped[Decimal | None]
    qualitative: Mapped[str] = mapped_column(sa.Text, default="")
    difficulties: Mapped[str] = mapped_column(sa.Text, default="")
    solutions: Mapped[str] = mapped_column(sa.Text, default="")
    delay_reason: Mapped[str] = mapped_column(sa.Text, default="")
    excess_reason: Mapped[str] = mapped_column(sa.Text, default="")
    late_reason: Mapped[str] = mapped_column(sa.Text, default="")
    evidence_on: Mapped[dt.date | None]
    appropriation: Mapped[Decimal | None]
    commitments: Mapped[Decimal | None]
    payments: Mapped[Decimal | None]
    places: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[MeasurementState] = mapped_column(states(MeasurementState))
    late: Mapped[bool] = mapped_column(default=False)
    timely: Mapped[bool] = mapped_column(default=True)
    partial: Mapped[bool] = mapped_column(default=False)
    counts_from: Mapped[str | None] = mapped_column(sa.String(7))
    origin: Mapped[str] = mapped_column(sa.String(20), default="tarea")
    return_reason: Mapped[str] = mapped_column(sa.Text, default="")
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reported_by: Mapped[str | None] = mapped_column(sa.String(100))
    reported_at: Mapped[dt.datetime | None]
    validated_by: Mapped[str | None] = mapped_column(sa.String(100))
    validated_at: Mapped[dt.datetime | None]
    endorsed_by: Mapped[str | None] = mapped_column(sa.String(100))
    endorsed_at: Mapped[dt.datetime | None]

    indicator: Mapped[Indicator] = relationship(lazy="selectin")
    period: Mapped[Period] = relationship()
    evidence: Mapped[list[MeasurementEvidence]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class FormerDatum(Base):
    """What a measurement said in a closed month before it was corrected: it counts until the correction does.

    `counts_from`, `timely` and `partial` are those it had. What the row told beside its value is in its changes.
    """

    __tablename__ = "former_datum"

    id: Mapped[int] = mapped_column(primary_key=True)
    measurement_id: Mapped[int] = mapped_column(sa.ForeignKey("measurement.id"), index=True)
    value: Mapped[Decimal | None]
    counts_from: Mapped[str | None] = mapped_column(sa.String(7))
    timely: Mapped[bool]
    partial: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(sa.Text)
    replaced_at: Mapped[dt.datetime]
    replaced_by: Mapped[str] = mapped_column(sa.String(100))


class MeasurementEvidence(Base):
    """A file that supports a measurement."""

    __tablename__ = "measurement_evidence"

    measurement_id: Mapped[int] = mapped_column(sa.ForeignKey("measurement.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)

    file: Mapped[StoredFile] = relationship()


class MeasurementChange(Base):
    """Every act on a measurement, append-only.

    `action` is enviar, devolver, validar, reabrir (the head returned the report), avalar, aclarar, corregir (by the
    coordinator), vencer (the time to report ran out), incorporar (late), congelar, cargar (import) or rechazar (a
    change refused because the month is frozen).
    """

    __tablename__ = "measurement_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    measurement_id: Mapped[int] = mapped_column(sa.ForeignKey("measurement.id"), index=True)
    at: Mapped[dt.datetime]
    actor_id: Mapped[str] = mapped_column(sa.String(100))
    action: Mapped[str] = mapped_column(sa.String(20))
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(sa.Text, default="")


class SignOff(Base):
    """What somebody validated or endorsed with a task, as they saw it; never changed.

    `statement` are the words of the act, `content` what was in view (texts, files with their SHA-256), `method` how it
    was given: sesion, memorando, enlace. `sha256` is of all of it.
    """

    __tablename__ = "sign_off"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("user_task.id"), unique=True)
    period_id: Mapped[int] = mapped_column(sa.ForeignKey("period.id"), index=True)
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    actor_id: Mapped[str] = mapped_column(sa.String(100))
    at: Mapped[dt.datetime]
    method: Mapped[str] = mapped_column(sa.String(20))
    statement: Mapped[str] = mapped_column(sa.Text)
    content: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(sa.String(64))


class ExecutionRow:
    """What a row of the execution has in common with a measurement: it is validated, returned and endorsed.

    `state`: enviado, devuelto, validado, avalado. `return_reason`: why it came back the last time.
    """

    state: Mapped[MeasurementState] = mapped_column(states(MeasurementState), default=MeasurementState.SENT)
    return_reason: Mapped[str] = mapped_column(sa.Text, default="")
    reported_by: Mapped[str] = mapped_column(sa.String(100))
    reported_at: Mapped[dt.datetime]
    validated_by: Mapped[str | None] = mapped_column(sa.String(100))
    validated_at: Mapped[dt.datetime | None]
    endorsed_by: Mapped[str | None] = mapped_column(sa.String(100))
    endorsed_at: Mapped[dt.datetime | None]


class BudgetReport(ExecutionRow, Base):
    """What an entity reported of a project's money at a cut-off, in pesos; accumulated in the year.

    `reason`: why it is less than the month before, or so much or so little that it was asked about. It counts once it
    is endorsed.
    """

    __tablename__ = "budget_report"
    __table_args__ = (sa.UniqueConstraint("period_id", "project_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(sa.ForeignKey("period.id"))
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    appropriation: Mapped[Decimal | None]
    commitments: Mapped[Decimal | None]
    payments: Mapped[Decimal | None]
    reason: Mapped[str] = mapped_column(sa.Text, default="")


class ActivityReport(ExecutionRow, Base):
    """What was done of an activity of an action plan in a month. `delivery`: what was handed over, if anything."""

    __tablename__ = "activity_report"
    __table_args__ = (sa.UniqueConstraint("activity_id", "period_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("planned_activity.id"))
    period_id: Mapped[int] = mapped_column(sa.ForeignKey("period.id"), index=True)
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    executed: Mapped[Decimal]
    milestone_met: Mapped[bool]
    delivery: Mapped[str] = mapped_column(sa.Text, default="")


class FileMapping(Base):
    """Which columns of a file an entity brings into a report of the month: named once, used with every file.

    `layout`: presupuesto, avance. `columns`: by what they say, their heading. `unit`: pesos, miles, millones.
    """

    __tablename__ = "file_mapping"

    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), primary_key=True)
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"), primary_key=True)
    layout: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    sheet: Mapped[str] = mapped_column(sa.String(100))
    columns: Mapped[dict[str, Any]]
    unit: Mapped[str] = mapped_column(sa.String(20))
    saved_by: Mapped[str] = mapped_column(sa.String(100))
    saved_at: Mapped[dt.datetime]


class Figure(Base):
    """One figure of a month: of an indicator, objective, line, entity or the plan.

    `level`: indicador, objetivo, linea, entidad, plan. Percentages are exact, rounded only where shown. `coverage` and
    `opportunity` are those of a level; `data_month` (AAAA-MM) is where the value of an indicator comes from, if it is
    not the cut-off's own. `data` holds what the level adds. Rows are replaced at each consolidation until the month is
    frozen.
    """

    __tablename__ = "figure"
    __table_args__ = (sa.UniqueConstraint("period_id", "level", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(sa.ForeignKey("period.id"))
    level: Mapped[str] = mapped_column(sa.String(20))
    code: Mapped[str] = mapped_column(sa.String(40))
    executed: Mapped[Decimal | None]
    programmed_to_date: Mapped[Decimal | None]
    year_progress: Mapped[Decimal | None]
    compliance: Mapped[Decimal | None]
    uncapped: Mapped[Decimal | None]
    coverage: Mapped[Decimal | None]
    opportunity: Mapped[Decimal | None]
    data_month: Mapped[str | None] = mapped_column(sa.String(7))
    color: Mapped[Color | None] = mapped_column(states(Color))
    status: Mapped[Status | None] = mapped_column(states(Status, 40))
    formula_version: Mapped[str] = mapped_column(sa.String(20))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Alert(Base):
    """Something a month's figures call attention to. `decision`: procede, aclarar or empty (not yet reviewed)."""

    __tablename__ = "alert"
    __table_args__ = (sa.UniqueConstraint("period_id", "entity_code", "object_code", "rule"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(sa.ForeignKey("period.id"))
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    object_code: Mapped[str] = mapped_column(sa.String(40))
    rule: Mapped[str] = mapped_column(sa.String(60))
    text: Mapped[str] = mapped_column(sa.Text)
    decision: Mapped[str] = mapped_column(sa.String(20), default="")
    question: Mapped[str] = mapped_column(sa.Text, default="")
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[AlertState] = mapped_column(states(AlertState), default=AlertState.NEW)


class Bottleneck(Base):
    """A candidate found by the rule, and what the people decided about it."""

    __tablename__ = "bottleneck"
    __table_args__ = (sa.UniqueConstraint("period_id", "indicator_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(sa.ForeignKey("period.id"))
    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicator.id"))
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    why: Mapped[str] = mapped_column(sa.Text)
    proposed: Mapped[Measure] = mapped_column(states(Measure))
    state: Mapped[BottleneckState] = mapped_column(states(BottleneckState), default=BottleneckState.CANDIDATE)
    cause: Mapped[str] = mapped_column(sa.Text, default="")
    category: Mapped[str] = mapped_column(sa.String(40), default="")
    severity: Mapped[str] = mapped_column(sa.String(20), default="")
    measure: Mapped[Measure] = mapped_column(states(Measure), default=Measure.UNDECIDED)
    action: Mapped[str] = mapped_column(sa.Text, default="")
    responsible: Mapped[str | None] = mapped_column(sa.String(60))
    due_on: Mapped[dt.date | None]
    reason: Mapped[str] = mapped_column(sa.Text, default="")


class MovedWindow(Base):
    """That the window in which a month is reported was moved for everybody, and by whom.

    `later` working days than the diagrams say, so that reports come in until `closes_on` (before: `closed_on`). The
    last move of a month `is_current`; the calendar reads those.
    """

    __tablename__ = "moved_window"
    __table_args__ = (sa.Index("ix_moved_window_month", "plan_code", "period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    period: Mapped[str] = mapped_column(sa.String(7))
    later: Mapped[int]
    closed_on: Mapped[dt.date]
    closes_on: Mapped[dt.date]
    reason: Mapped[str] = mapped_column(sa.Text)
    moved_by: Mapped[str] = mapped_column(sa.String(60))
    moved_at: Mapped[dt.datetime]
    is_current: Mapped[bool] = mapped_column(default=True)


class Responsibility(Base):
    """A row of the responsibility matrix that a preparation case puts together.

    It is in force once it is copied to the indicator.
    """

    __tablename__ = "responsibility"
    __table_args__ = (sa.UniqueConstraint("instance_id", "indicator_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"))
    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicator.id"))
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    year: Mapped[int]
    reports: Mapped[str | None] = mapped_column(sa.String(60))
    reviews: Mapped[str | None] = mapped_column(sa.String(60))
    substitute: Mapped[str | None] = mapped_column(sa.String(60))
    answer: Mapped[Acceptance] = mapped_column(states(Acceptance), default=Acceptance.NONE)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    answered_at: Mapped[dt.datetime | None]
    in_force_at: Mapped[dt.datetime | None]

    indicator: Mapped[Indicator] = relationship()
