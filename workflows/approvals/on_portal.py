"""What of the follow-up anybody may read: months that are closed and published."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from workflows.approvals.models import Publication
from workflows.approvals.states import Channel
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.indicators.states import Color
from workflows.monitoring.models import Figure
from workflows.plan.models import Plan
from workflows.spanish import month_name


@dataclass(frozen=True, slots=True)
class PublishedPlan:
    """A plan as the portal shows it."""

    code: str
    name: str
    sector: str
    development_plan: str
    first_year: int
    years: int
    mission: str
    vision: str
    updated_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class PublishedMonth:
    """A closed month, with the plan's compliance to date (%) in it."""

    code: str
    name: str
    published_at: dt.datetime
    compliance: Decimal | None
    color: str


def plans(session: Session) -> list[PublishedPlan]:
    """Every plan that was published itself or has a published month, by name."""
    is_published = sa.and_(
        Period.plan_code == Plan.code, Period.state == PeriodState.CLOSED, Period.published_at.is_not(None)
    )
    adopted = sa.select(Publication.id).where(Publication.plan_code == Plan.code, Publication.channel == Channel.PORTAL)
    query = (
        sa.select(Plan, sa.func.max(Period.published_at))
        .outerjoin(Period, is_published)
        .where(sa.or_(Period.id.is_not(None), adopted.exists()))
        .group_by(Plan.code)
        .order_by(Plan.name)
        .options(selectinload(Plan.sector))
    )
    return [_shown(found, updated_at) for found, updated_at in session.execute(query)]


def plan(session: Session, plan_code: str) -> PublishedPlan | None:
    """A plan, published months or not; `None` where there is none."""
    found = session.get(Plan, plan_code)
    return _shown(found, None) if found else None


def months(session: Session, plan_code: str) -> list[PublishedMonth]:
    """The published months of a plan, newest first."""
    query = (
        sa.select(Period, Figure)
        .outerjoin(Figure, sa.and_(Figure.period_id == Period.id, Figure.level == "plan"))
        .where(Period.plan_code == plan_code, Period.state == PeriodState.CLOSED, Period.published_at.is_not(None))
        .order_by(Period.code.desc())
    )
    return [
        PublishedMonth(
            code=period.code,
            name=month_name(period.code),
            published_at=period.published_at,
            compliance=figure.compliance if figure else None,
            color=(figure.color if figure else None) or Color.WHITE,
        )
        for period, figure in session.execute(query)
        if period.published_at is not None
    ]


def is_published(session: Session, plan_code: str, period_code: str) -> bool:
    """Whether anybody may read this month."""
    query = sa.select(Period.id).where(
        Period.plan_code == plan_code,
        Period.code == period_code,
        Period.state == PeriodState.CLOSED,
        Period.published_at.is_not(None),
    )
    return session.scalar(query) is not None


def _shown(found: Plan, updated_at: dt.datetime | None) -> PublishedPlan:
    return PublishedPlan(
        code=found.code,
        name=found.name,
        sector=found.sector.name,
        development_plan=found.development_plan,
        first_year=found.first_year,
        years=found.years,
        mission=found.mission,
        vision=found.vision,
        updated_at=updated_at,
    )
