"""Tables of indicators, their programming and the traffic light's thresholds."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.database import Base, states
from workflows.goals.models import Objective
from workflows.indicators.states import Annualization, IndicatorKind, Rule


class Indicator(Base):
    """The data sheet of an indicator, or of the goal of a project (`kind`), which has no objective.

    `periodicity`: mensual, bimestral, trimestral, semestral, anual, bienal. Weights add up to 100 inside the objective.
    `reports`, `reviews`, `substitute` are usernames: the responsibility matrix in force. `direction`: aumentar,
    disminuir, mantener; `tolerance` is how far one that is held may stray, in its unit. A value outside `minimum` and
    `maximum` is a slip. `starts_on` and `ends_on` bound when it is measured. With a `rule` its value is computed from
    the goals of projects that feed it, and its responsible confirms it.
    """

    __tablename__ = "indicator"
    __table_args__ = (sa.UniqueConstraint("plan_code", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    objective_id: Mapped[int | None] = mapped_column(sa.ForeignKey("objective.id"), index=True)
    goal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("goal.id"), index=True)
    code: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(500))
    kind: Mapped[IndicatorKind] = mapped_column(states(IndicatorKind))
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"), index=True)
    project_code: Mapped[str | None] = mapped_column(sa.String(40))
    weight: Mapped[Decimal]
    unit: Mapped[str] = mapped_column(sa.String(100))
    decimals: Mapped[int] = mapped_column(default=0)
    annualization: Mapped[Annualization] = mapped_column(states(Annualization))
    baseline: Mapped[Decimal | None]
    baseline_year: Mapped[int | None]
    final_target: Mapped[Decimal | None]
    periodicity: Mapped[str] = mapped_column(sa.String(20))
    lag_days: Mapped[int] = mapped_column(default=0)
    definition: Mapped[str] = mapped_column(sa.Text, default="")
    formula: Mapped[str] = mapped_column(sa.Text, default="")
    variables: Mapped[str] = mapped_column(sa.Text, default="")
    source: Mapped[str] = mapped_column(sa.Text, default="")
    baseline_source: Mapped[str] = mapped_column(sa.Text, default="")
    direction: Mapped[str] = mapped_column(sa.String(20), default="")
    tolerance: Mapped[Decimal] = mapped_column(default=Decimal(0))
    minimum: Mapped[Decimal | None]
    maximum: Mapped[Decimal | None]
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    reports: Mapped[str | None] = mapped_column(sa.ForeignKey("person.username"))
    reviews: Mapped[str | None] = mapped_column(sa.ForeignKey("person.username"))
    substitute: Mapped[str | None] = mapped_column(sa.ForeignKey("person.username"))
    rule: Mapped[Rule] = mapped_column(states(Rule), default=Rule.DIRECT)
    active: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int]

    objective: Mapped[Objective | None] = relationship()


class YearTarget(Base):
    """The target of an indicator for a calendar year; no row (or null) = not programmed that year."""

    __tablename__ = "year_target"

    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicator.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    target: Mapped[Decimal | None]


class MonthTarget(Base):
    """What is programmed for one month: an increment for suma, a level otherwise. No row = the linear proposal."""

    __tablename__ = "month_target"

    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicator.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True)
    programmed: Mapped[Decimal]


class Thresholds(Base):
    """The traffic light of a plan from a day on, never retroactive.

    `bands` is a list of `{"color": "rojo", "hasta": 50}`, upper bound included, the last one without bound.
    """

    __tablename__ = "thresholds"
    __table_args__ = (sa.UniqueConstraint("plan_code", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    valid_from: Mapped[dt.date]
    bands: Mapped[list[Any]]
    act: Mapped[str] = mapped_column(sa.Text, default="")
