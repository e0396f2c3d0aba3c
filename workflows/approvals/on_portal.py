"""What of the follow-up anybody may read: months that are closed and published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from workflows.approvals.models import Publication
from workflows.approvals.states import Channel
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.indicators.states import Color
from workflows.monitoring.models import Figure
from workflows.plan.models import Plan
from workflows.plan.states import PlanState
from workflows.sectors.identity import Identity
from workflows.sectors.models import Entity, Sector, SectorLogo
from workflows.spanish import month_name


@dataclass(frozen=True, slots=True)
class PublishedPlan:
    """A plan as the portal shows it."""

    code: str
    name: str
    sector: str
    sector_code: str
    state: PlanState
    first_year: int
    years: int
    mission: str
    vision: str
    updated_at: dt.datetime | None
    look: Identity | None = None
    """How its sector shows itself, where the plan is shown alone."""
    development_plan: str = ""
    """In whose frame it is made, where the plan is shown alone."""


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


@dataclass(frozen=True, slots=True)
class PublishedSector:
    """A sector with its plans: those that are published, and those that are being formulated."""

    code: str
    name: str
    plans: Sequence[PublishedPlan]

    def of(self, *states: PlanState) -> list[PublishedPlan]:
        """Its plans in one of these states, the newest first."""
        found = [one for one in self.plans if one.state in states]
        return sorted(found, key=lambda one: one.first_year, reverse=True)


def sectors(session: Session, code: str | None = None) -> list[PublishedSector]:
    """Every active sector that has a plan to show, by name; or the one with this code, whether it has or not."""
    query = sa.select(Sector).where(Sector.active).order_by(Sector.name)
    if code is not None:
        query = query.where(Sector.code == code)
    forming = sa.select(Plan).where(Plan.state == PlanState.FORMULATION).options(selectinload(Plan.sector))
    shown = {one.code: one for one in plans(session)}
    shown |= {one.code: _shown(one, None) for one in session.scalars(forming) if one.code not in shown}
    found = [
        PublishedSector(sector.code, sector.name, [one for one in shown.values() if one.sector_code == sector.code])
        for sector in session.scalars(query)
    ]
    return [sector for sector in found if sector.plans or sector.code == code]


def plan(session: Session, plan_code: str) -> PublishedPlan | None:
    """A plan, published months or not; `None` where there is none."""
    query = (
        sa.select(Plan, Entity.name, SectorLogo.sha256)
        .join(Plan.sector)
        .outerjoin(Entity, Entity.code == Sector.head_entity)
        .outerjoin(SectorLogo, SectorLogo.sector_code == Sector.code)
        .where(Plan.code == plan_code)
        .options(contains_eager(Plan.sector), joinedload(Plan.development_plans))
    )
    row = session.execute(query).unique().first()
    if row is None:
        return None
    found, head, logo = row
    look = Identity(found.sector_code, found.sector.name, head or "", found.sector.colour, (logo or "")[:12])
    return replace(_shown(found, None), look=look, development_plan=found.development_plan)


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


def newest_months(session: Session, plans: Collection[str], limit: int | None = None) -> list[tuple[str, Period]]:
    """The published months of these plans with the plan's name, the newest first."""
    query = (
        sa.select(Plan.name, Period)
        .join(Period, Period.plan_code == Plan.code)
        .where(Plan.code.in_(plans), Period.state == PeriodState.CLOSED, Period.published_at.is_not(None))
        .order_by(Period.published_at.desc(), Period.id.desc())
        .limit(limit)
    )
    return [(name, period) for name, period in session.execute(query)]


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
        sector_code=found.sector_code,
        state=found.state,
        first_year=found.first_year,
        years=found.years,
        mission=found.mission,
        vision=found.vision,
        updated_at=updated_at,
    )
