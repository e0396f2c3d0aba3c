"""Tables of the yearly implementation: action plans, money, what is reported outside, what closes a year."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.database import Base, states
from workflows.documents.models import StoredFile
from workflows.implementation.states import ActionPlanState, BudgetChange
from workflows.indicators.models import Indicator
from workflows.plan.models import Project, ProjectGoal


class ActionPlan(Base):
    """What an entity will do in a year with its projects linked to the plan.

    `state`: borrador, enviado, devuelto, aprobado. The resources, the follow-up strategy and the closing of the year
    hang on it.
    """

    __tablename__ = "action_plan"
    __table_args__ = (sa.UniqueConstraint("plan_code", "entity_code", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    year: Mapped[int]
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"), index=True)
    state: Mapped[ActionPlanState] = mapped_column(states(ActionPlanState), default=ActionPlanState.DRAFT)
    return_reason: Mapped[str] = mapped_column(sa.Text, default="")
    sent_by: Mapped[str | None] = mapped_column(sa.String(100))
    sent_at: Mapped[dt.datetime | None]
    approved_by: Mapped[str | None] = mapped_column(sa.String(100))
    approved_at: Mapped[dt.datetime | None]
    other_resources: Mapped[str] = mapped_column(sa.Text, default="")
    published_at: Mapped[dt.datetime | None]
    closed_by: Mapped[str | None] = mapped_column(sa.String(100))
    closed_at: Mapped[dt.datetime | None]

    activities: Mapped[list[PlannedActivity]] = relationship(
        order_by="PlannedActivity.position", cascade="all, delete-orphan"
    )
    allocations: Mapped[list[BudgetAllocation]] = relationship(
        order_by="BudgetAllocation.id", cascade="all, delete-orphan"
    )
    strategies: Mapped[list[FollowUpStrategy]] = relationship(
        order_by="FollowUpStrategy.id", cascade="all, delete-orphan"
    )


class PlannedActivity(Base):
    """An activity of an action plan. `weight` in %; those of a project add up to 100."""

    __tablename__ = "planned_activity"

    id: Mapped[int] = mapped_column(primary_key=True)
    action_plan_id: Mapped[int] = mapped_column(sa.ForeignKey("action_plan.id"), index=True)
    position: Mapped[int]
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    project_goal_id: Mapped[int] = mapped_column(sa.ForeignKey("project_goal.id"))
    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicator.id"))
    name: Mapped[str] = mapped_column(sa.Text)
    product: Mapped[str] = mapped_column(sa.Text)
    weight: Mapped[Decimal]
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    responsible: Mapped[str] = mapped_column(sa.ForeignKey("person.username"))

    project: Mapped[Project] = relationship()
    goal: Mapped[ProjectGoal] = relationship()
    indicator: Mapped[Indicator] = relationship()
    months: Mapped[list[PlannedMonth]] = relationship(order_by="PlannedMonth.month", cascade="all, delete-orphan")


class PlannedMonth(Base):
    """What an activity promises for a month, in the indicator's unit: an increment for suma, a level otherwise."""

    __tablename__ = "planned_month"

    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("planned_activity.id"), primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True)
    programmed: Mapped[Decimal]


class BudgetAllocation(Base):
    """Money given to a project for the year, in pesos. `source`: recursos_del_distrito, transferencias, regalias, otra.

    `act` is the administrative act that assigns it.
    """

    __tablename__ = "budget_allocation"

    id: Mapped[int] = mapped_column(primary_key=True)
    action_plan_id: Mapped[int] = mapped_column(sa.ForeignKey("action_plan.id"), index=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    source: Mapped[str] = mapped_column(sa.String(40))
    amount: Mapped[Decimal]
    act: Mapped[str] = mapped_column(sa.String(200))

    project: Mapped[Project] = relationship()


class FollowUpStrategy(Base):
    """How a project is followed in a year. `frequency`: mensual, bimestral, trimestral; people are usernames."""

    __tablename__ = "follow_up_strategy"

    id: Mapped[int] = mapped_column(primary_key=True)
    action_plan_id: Mapped[int] = mapped_column(sa.ForeignKey("action_plan.id"), index=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    frequency: Mapped[str] = mapped_column(sa.String(20))
    source: Mapped[str] = mapped_column(sa.Text)
    reports: Mapped[str] = mapped_column(sa.ForeignKey("person.username"))
    reviews: Mapped[str] = mapped_column(sa.ForeignKey("person.username"))
    substitute: Mapped[str] = mapped_column(sa.ForeignKey("person.username"))

    project: Mapped[Project] = relationship()


class YearDelivery(Base):
    """What a project handed over in a year, and the money it leaves in reserve, in pesos."""

    __tablename__ = "year_delivery"
    __table_args__ = (sa.UniqueConstraint("action_plan_id", "project_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    action_plan_id: Mapped[int] = mapped_column(sa.ForeignKey("action_plan.id"))
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    delivery: Mapped[str] = mapped_column(sa.Text)
    reserve: Mapped[Decimal]

    project: Mapped[Project] = relationship()
    files: Mapped[list[StoredFile]] = relationship(secondary="year_delivery_file")


class YearDeliveryFile(Base):
    """A file that supports a delivery."""

    __tablename__ = "year_delivery_file"

    delivery_id: Mapped[int] = mapped_column(sa.ForeignKey("year_delivery.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)


class LaggingGoal(Base):
    """A goal that the year left behind (`lag`, in its unit) and whether the next year takes it on (`rescheduled`)."""

    __tablename__ = "lagging_goal"
    __table_args__ = (sa.UniqueConstraint("action_plan_id", "indicator_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    action_plan_id: Mapped[int] = mapped_column(sa.ForeignKey("action_plan.id"))
    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicator.id"))
    lag: Mapped[Decimal]
    rescheduled: Mapped[Decimal | None]
    reason: Mapped[str] = mapped_column(sa.Text)

    indicator: Mapped[Indicator] = relationship()


class BudgetModification(Base):
    """A change of a project's money in a year, in pesos, and the act that orders it; never changed afterwards.

    `kind`: adicion, reduccion, traslado, aplazamiento. `before` and `after` are the appropriation in force;
    `applied_at` says since when.
    """

    __tablename__ = "budget_modification"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"), unique=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"), index=True)
    year: Mapped[int]
    kind: Mapped[BudgetChange] = mapped_column(states(BudgetChange))
    amount: Mapped[Decimal]
    act: Mapped[str] = mapped_column(sa.String(200))
    dated_on: Mapped[dt.date]
    affects_goals: Mapped[bool]
    before: Mapped[Decimal | None]
    after: Mapped[Decimal | None]
    registered_by: Mapped[str] = mapped_column(sa.String(100))
    registered_at: Mapped[dt.datetime]
    applied_at: Mapped[dt.datetime | None]

    project: Mapped[Project] = relationship()
    files: Mapped[list[StoredFile]] = relationship(secondary="budget_modification_file")


class BudgetModificationFile(Base):
    """The act or another file that supports a modification."""

    __tablename__ = "budget_modification_file"

    modification_id: Mapped[int] = mapped_column(sa.ForeignKey("budget_modification.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)


class ExternalReport(Base):
    """The report of an entity to SDP/SDH for a quarter (`2018-T2`), made from the months, and its filing.

    `preliminary` names the months (AAAA-MM, separated by spaces) that were not frozen when it was made. `system`:
    segplan, otro_de_sdp, sdh, otro. The files are documents of the kind `reporte_externo`.
    """

    __tablename__ = "external_report"
    __table_args__ = (sa.UniqueConstraint("plan_code", "entity_code", "quarter"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    quarter: Mapped[str] = mapped_column(sa.String(7))
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"), index=True)
    preliminary: Mapped[str] = mapped_column(sa.String(30), default="")
    generated_at: Mapped[dt.datetime]
    system: Mapped[str] = mapped_column(sa.String(20), default="")
    filing_number: Mapped[str] = mapped_column(sa.String(100), default="")
    filed_on: Mapped[dt.date | None]
    filed_by: Mapped[str | None] = mapped_column(sa.String(100))

    files: Mapped[list[StoredFile]] = relationship(secondary="external_report_file")


class ExternalReportFile(Base):
    """The receipt of a filing."""

    __tablename__ = "external_report_file"

    report_id: Mapped[int] = mapped_column(sa.ForeignKey("external_report.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)
