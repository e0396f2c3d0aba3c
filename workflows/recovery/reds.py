"""What is in red in a month, since when, and why: with its course, its recovery plan and who answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from workflows.cycles.models import Period
from workflows.indicators.models import Indicator
from workflows.indicators.states import Color
from workflows.monitoring import figures
from workflows.monitoring.models import Bottleneck, Figure, Measurement
from workflows.people.models import Person
from workflows.recovery.models import RecoveryPlan
from workflows.recovery.plans import STATE_WORDS
from workflows.recovery.states import RecoveryState
from workflows.spanish import month_name

INDICATOR = "indicador"
COURSE = 12
"""Months of the small line."""
LETTERS = 280


@dataclass(frozen=True, slots=True)
class Red:
    """An indicator in red. `months`: cut-offs in red one after the other, this one too; `course` of its compliance.

    `cause` is what was said last: of its bottleneck, else why it is behind; `recovery` its recovery plan in words.
    `person` is the name of who reports it, `reports` the username, if they still have an account.
    """

    code: str
    name: str
    entity: str
    unit: str
    compliance: Decimal | None
    executed: Decimal | None
    programmed: Decimal | None
    since: str
    months: int
    course: Sequence[tuple[str, Decimal | None]]
    cause: str
    recovery: str
    person: str
    reports: str

    @property
    def story(self) -> str:
        """«En rojo desde enero de 2018: 6 cortes»."""
        return f"En rojo desde {month_name(self.since)}: {self.months} corte{'s' if self.months != 1 else ''}"


def of_month(session: Session, plan_code: str, month: str) -> list[Red]:
    """Those of a consolidated month, the worst first; one statement, however many."""
    courses: dict[str, list[sa.Row[Any]]] = {}
    for row in session.execute(_courses(plan_code, month)):
        courses.setdefault(row.code, []).append(row)
    found = [_read(rows) for rows in courses.values()]
    return sorted(found, key=lambda one: (one.compliance if one.compliance is not None else Decimal(0), one.code))


def _courses(plan_code: str, month: str) -> sa.Select[*tuple[Any, ...]]:
    """Every cut-off up to a month of what is in red in it, the newest first; what was said stands in that month's."""
    shown, judged = aliased(Figure), aliased(Period)
    in_red = (
        sa.select(shown.code)
        .join(judged, judged.id == shown.period_id)
        .where(judged.plan_code == plan_code, judged.code == month, shown.level == INDICATOR, shown.color == Color.RED)
    )
    said = sa.and_(Measurement.period_id == Period.id, Measurement.indicator_id == Indicator.id, Period.code == month)
    cause = sa.and_(Bottleneck.period_id == Period.id, Bottleneck.indicator_id == Indicator.id, Period.code == month)
    goes_on = sa.and_(
        RecoveryPlan.indicator_id == Indicator.id, RecoveryPlan.state != RecoveryState.CLOSED, Period.code == month
    )
    return (
        sa.select(
            Indicator.code, Indicator.name, Indicator.entity_code, Indicator.unit, Period.code.label("month"),
            Figure.compliance, Figure.executed, Figure.programmed_to_date, Figure.color, Measurement.delay_reason,
            Measurement.difficulties, Bottleneck.cause, Person.name.label("person"), Person.active, Indicator.reports,
            RecoveryPlan.state.label("recovery"), RecoveryPlan.target_on,
        )
        .select_from(Figure)
        .join(Period, Period.id == Figure.period_id)
        .join(Indicator, sa.and_(Indicator.plan_code == Period.plan_code, Indicator.code == Figure.code))
        .outerjoin(Measurement, said)
        .outerjoin(Bottleneck, cause)
        .outerjoin(RecoveryPlan, goes_on)
        .outerjoin(Person, Person.username == Indicator.reports)
        .where(Period.plan_code == plan_code, Period.code <= month, Period.state.in_(figures.KEPT))
        .where(Figure.level == INDICATOR, Figure.code.in_(in_red))
        .order_by(Indicator.position, Period.code.desc(), RecoveryPlan.id.desc())
    )  # fmt: skip


def _read(rows: Sequence[sa.Row[Any]]) -> Red:
    """An indicator from its cut-offs, the newest first."""
    row = rows[0]
    reds = next((place for place, one in enumerate(rows) if one.color is not Color.RED), len(rows))
    cause = (row.cause or row.delay_reason or row.difficulties or "").strip()
    day = f", hasta el {row.target_on:%d/%m/%Y}" if row.target_on else ""
    return Red(
        code=row.code,
        name=row.name,
        entity=row.entity_code,
        unit=row.unit,
        compliance=row.compliance,
        executed=row.executed,
        programmed=row.programmed_to_date,
        since=rows[reds - 1].month if reds else "",
        months=reds,
        course=[(one.month, one.compliance) for one in reversed(rows[:COURSE])],
        cause=cause if len(cause) <= LETTERS else cause[: LETTERS - 1].rstrip() + "…",
        recovery=f"Plan de choque {STATE_WORDS[row.recovery]}{day}" if row.recovery else "",
        person=row.person or "",
        reports=row.reports if row.active else "",
    )
