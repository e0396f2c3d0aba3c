"""Tables of the plan and of the projects that feed it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.database import Base, states
from workflows.plan.states import PlanState
from workflows.sectors.models import Sector
from workflows.spanish import enumeration


class DevelopmentPlan(Base):
    """What a government promised its territory; of the installation, since the plans of many sectors are made in it.

    Days that nobody has said yet are None.
    """

    __tablename__ = "development_plan"

    code: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(300))
    government: Mapped[str] = mapped_column(sa.String(200), default="")
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    adopted_by: Mapped[str] = mapped_column(sa.String(200), default="")
    adopted_on: Mapped[dt.date | None]


class PlanDevelopmentPlan(Base):
    """A development plan in whose frame a plan is made; the four years of a plan may be of two governments."""

    __tablename__ = "plan_development_plan"

    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), primary_key=True)
    development_plan_code: Mapped[str] = mapped_column(
        sa.ForeignKey("development_plan.code"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(default=0)


class Plan(Base):
    """A sectoral strategic plan. `code` is the scope of its cases and the key of its messages.

    `state`: formulacion, adoptado, vigente, cerrado. `first_month` is the first month followed (AAAA-MM);
    `ends_on` the last day, brought forward where the plan ends early. `follow_up`: mensual, bimestral, trimestral.
    """

    __tablename__ = "plan"

    code: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(300))
    sector_code: Mapped[str] = mapped_column(sa.ForeignKey("sector.code"), index=True)
    first_year: Mapped[int]
    years: Mapped[int]
    first_level_name: Mapped[str] = mapped_column(sa.String(40), default="línea")
    approval_rule: Mapped[str] = mapped_column(sa.String(40), default="unanimidad")
    mission: Mapped[str] = mapped_column(sa.Text, default="")
    vision: Mapped[str] = mapped_column(sa.Text, default="")
    values: Mapped[list[Any]] = mapped_column(default=list)
    adoption_act: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[PlanState] = mapped_column(states(PlanState))
    version: Mapped[int] = mapped_column(default=1)
    first_month: Mapped[str] = mapped_column(sa.String(7))
    ends_on: Mapped[dt.date]
    follow_up: Mapped[str] = mapped_column(sa.String(20), default="mensual")
    guide_version: Mapped[str] = mapped_column(sa.String(40), default="2018-01")

    sector: Mapped[Sector] = relationship()
    development_plans: Mapped[list[DevelopmentPlan]] = relationship(
        secondary="plan_development_plan", order_by="PlanDevelopmentPlan.position", viewonly=True
    )

    @property
    def development_plan(self) -> str:
        """The names of the development plans in whose frame it is made, as they stand in a sentence."""
        return enumeration([one.name for one in self.development_plans])


class Project(Base):
    """An investment project of an entity. `development_plan`: the one it is of, where it is not the plan's."""

    __tablename__ = "project"
    __table_args__ = (sa.UniqueConstraint("plan_code", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    code: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(300))
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    development_plan: Mapped[str] = mapped_column(sa.String(300), default="")


class ProjectBudget(Base):
    """Money of a project in a year, in millions of current COP, as last known."""

    __tablename__ = "project_budget"
    __table_args__ = (sa.UniqueConstraint("project_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    year: Mapped[int]
    appropriation: Mapped[Decimal | None]
    commitments: Mapped[Decimal | None]
    payments: Mapped[Decimal | None]


class ProjectGoal(Base):
    """A goal of an investment project, and the plan's indicator it feeds with `contribution` per cent of it.

    With a data sheet of its own (`sheet_id`) it is reported each month, once, as an indicator is; one without is told
    by the activities of the action plan alone. `territorial`: told by locality. `funded`: it has money of its own.
    `equivalence`: in words, what a harmonisation made of it.
    """

    __tablename__ = "project_goal"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"), index=True)
    indicator_id: Mapped[int | None] = mapped_column(sa.ForeignKey("indicator.id"), index=True)
    sheet_id: Mapped[int | None] = mapped_column(sa.ForeignKey("indicator.id"), unique=True)
    statement: Mapped[str] = mapped_column(sa.Text)
    contribution: Mapped[Decimal]
    territorial: Mapped[bool] = mapped_column(default=False)
    funded: Mapped[bool] = mapped_column(default=False)
    equivalence: Mapped[str] = mapped_column(sa.String(200), default="")
    position: Mapped[int] = mapped_column(default=0)


class PlanEntity(Base):
    """An entity that takes part in a plan."""

    __tablename__ = "plan_entity"

    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), primary_key=True)
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
