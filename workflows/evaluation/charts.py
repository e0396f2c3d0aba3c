"""What an evaluation or an annual report draws: the same rows as its tables, kept with the version that says them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.documents import charts
from workflows.documents.charts import Chart
from workflows.evaluation.tables import Table
from workflows.indicators.states import Color
from workflows.monitoring.models import Figure
from workflows.monitoring.period_figures import PeriodFigures
from workflows.reports.charts import Level, of_levels, of_lights, of_months
from workflows.reports.contents import light
from workflows.spanish import MONTHS, percentage

MONTHS_TOLD = "Cumplimiento del plan en los meses cerrados, como se publicaron"


def levels(found: PeriodFigures) -> Chart:
    """Compliance of each line with its objectives."""
    line_of = {figure.objective: figure.line for figure in found.indicators.values()}
    ordered = [
        both
        for line in found.lines.values()
        for both in (line, *(one for one in found.objectives.values() if line_of.get(one.code) == line.code))
    ]
    return of_levels(
        Level(f"{one.code} {one.name}", one.capped, one.coverage, one.color or Color.WHITE) for one in ordered
    )


def lights(found: PeriodFigures) -> Chart:
    """How many indicators of each entity stand in each light."""
    own = {entity: place for place, entity in enumerate(found.entities)}
    ordered = sorted(found.indicators.values(), key=lambda figure: own.get(figure.entity, len(own)))
    return of_lights(
        (figure.entity, light(figure.assessment.color, figure.assessment.status).color) for figure in ordered
    )


def published(session: Session, plan_code: str, first: str, last: str) -> list[tuple[str, Decimal]]:
    """The plan's compliance in each closed month from `first` to `last`, in order."""
    query = (
        sa.select(Period.code, Figure.compliance)
        .join(Figure, sa.and_(Figure.period_id == Period.id, Figure.level == "plan"))
        .where(Period.plan_code == plan_code, Period.state == PeriodState.CLOSED)
        .where(Period.code.between(first, last))
        .order_by(Period.code)
    )
    return [(month, value) for month, value in session.execute(query) if value is not None]


def course(months: Sequence[tuple[str, Decimal]]) -> Chart:
    """The plan from month to month."""
    return of_months(MONTHS_TOLD, months)


def course_table(months: Sequence[tuple[str, Decimal]]) -> Table:
    """The same in figures, a year in each column."""
    known = {month: percentage(value) for month, value in months}
    years = sorted({month[:4] for month in known})
    rows = tuple(
        (name.capitalize(), *(known.get(f"{year}-{month:02}", "—") for year in years))
        for month, name in enumerate(MONTHS, 1)
    )
    return Table(MONTHS_TOLD, ("Mes", *years), rows if years else ())


def answers(options: Sequence[tuple[str, Decimal, str]]) -> Chart:
    """Of those who answered, how many chose each option: its words, the share in %, and that as it is said."""
    rows = [
        {"name": text, "value": round(float(share), 2), "label": label, "color": ""} for text, share, label in options
    ]
    return charts.bars("Qué respondió la ciudadanía, en porcentaje de quienes respondieron", rows)
