"""The rows of a month that came back to who reports them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.cycles.models import Period
from workflows.indicators.models import Indicator
from workflows.monitoring import execution_rows
from workflows.monitoring.models import BudgetReport, Measurement, PeriodRow
from workflows.monitoring.states import MeasurementState
from workflows.plan.models import Project


def reasons(session: Session, plan_code: str, period: str, entity: str, responsible: str) -> list[tuple[str, str]]:
    """Of each returned row of a person: its indicator in words, and why it came back; in the order of the plan."""
    query = (
        sa.select(Indicator.code, Indicator.name, Measurement.return_reason)
        .select_from(PeriodRow)
        .join(Period, Period.id == PeriodRow.period_id)
        .join(Indicator, Indicator.id == PeriodRow.indicator_id)
        .join(
            Measurement,
            sa.and_(Measurement.period_id == PeriodRow.period_id, Measurement.indicator_id == PeriodRow.indicator_id),
        )
        .where(Period.plan_code == plan_code, Period.code == period)
        .where(PeriodRow.entity_code == entity, PeriodRow.reports == responsible)
        .where(Measurement.state == MeasurementState.RETURNED, Measurement.return_reason != "")
        .order_by(Indicator.position, Indicator.code)
    )
    return [(f"{code} {name}", reason) for code, name, reason in session.execute(query)]


def execution_reasons(session: Session, plan_code: str, period: str, entity: str) -> list[tuple[str, str]]:
    """Of each returned row of an entity's money and activities: what it is of in words, and why it came back."""
    month = session.scalar(sa.select(Period).where(Period.plan_code == plan_code, Period.code == period))
    rows = execution_rows.of_entity(session, month, entity) if month is not None else []
    back = [row for row in rows if row.state == MeasurementState.RETURNED and row.return_reason]
    ids = [row.project_id for row in back if isinstance(row, BudgetReport)]
    projects = {one.id: one for one in session.scalars(sa.select(Project).where(Project.id.in_(ids)))}
    return [
        (f"{projects[row.project_id].code} {projects[row.project_id].name}", row.return_reason)
        if isinstance(row, BudgetReport)
        else ("Actividad del plan de acción", row.return_reason)
        for row in back
    ]
