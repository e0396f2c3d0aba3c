"""The first page of an evaluation or annual report, from the figures of its own cut."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.calendar import add_months, month_end
from workflows.cycles.models import Period
from workflows.evaluation import cuts
from workflows.indicators.models import Indicator
from workflows.indicators.states import Color, Status
from workflows.monitoring import figures
from workflows.monitoring.models import Bottleneck, Measurement
from workflows.monitoring.period_figures import PeriodFigures
from workflows.reports import summary
from workflows.reports.contents import light
from workflows.reports.summary import Change, Red
from workflows.spanish import enumeration, month_name, percentage

SEMESTER, YEAR = 6, 12


def of_cut(session: Session, plan_code: str, month: str, *, months: int) -> list[dict[str, Any]]:
    """What a version keeps: the state at a month (`2018-06`), compared with so many `months` before."""
    now = cuts.figures_at(session, plan_code, month)
    first = month_end(int(month[:4]), int(month[5:])).replace(day=1)
    since = add_months(first, -months).strftime("%Y-%m")
    before = figures.frozen(session, plan_code, since)
    known: tuple[str, ...] = ()
    if now.plan is not None and now.plan.coverage is not None:
        known = (summary.known_of(percentage(now.plan.coverage), percentage(now.plan.opportunity)),)
    parts = summary.page(
        _changes(before, now) if before else (),
        _red(session, month, now),
        _silent(now),
        known,
        since=month_name(since) if before else "",
    )
    return [_how(now), *(asdict(part) for part in parts)]


def _how(now: PeriodFigures) -> dict[str, Any]:
    """Where the plan and its lines stand."""
    plan = now.plan
    if plan is None or plan.capped is None:
        return {"title": "Cómo va el plan", "lines": ["Todavía no se sabe lo suficiente para decirlo."]}
    lines = [f"{one.code}, {percentage(one.capped)}" for one in now.lines.values() if one.capped is not None]
    told = f"El plan cumple el {percentage(plan.capped)} de lo programado a {month_name(now.period)}"
    return {"title": "Cómo va el plan", "lines": [f"{told}: {enumeration(lines)}." if lines else f"{told}."]}


def _changes(before: PeriodFigures, now: PeriodFigures) -> list[Change]:
    found = []
    for code, figure in now.indicators.items():
        if code in before.indicators:
            was = before.indicators[code].assessment
            earlier = light(was.color, was.status)
            later = light(figure.assessment.color, figure.assessment.status)
            if earlier.color != later.color:
                found.append(Change(code, figure.name, earlier.word, later.word))
    return found


def _red(session: Session, month: str, now: PeriodFigures) -> list[Red]:
    why = _reasons(session, now.plan_code, month)
    return [
        Red(code, figure.name, figure.entity, percentage(figure.assessment.compliance), why.get(code, ""))
        for code, figure in now.indicators.items()
        if figure.assessment.color == Color.RED
    ]


def _reasons(session: Session, plan_code: str, month: str) -> dict[str, str]:
    """What was last said of each indicator up to a month: the cause a meeting found, else the difficulties reported."""
    told = (
        sa.select(Indicator.code, Measurement.difficulties)
        .join(Measurement, Measurement.indicator_id == Indicator.id)
        .join(Period, Period.id == Measurement.period_id)
        .where(Indicator.plan_code == plan_code, Period.code <= month, Measurement.difficulties != "")
        .order_by(Period.code)
    )
    causes = (
        sa.select(Indicator.code, Bottleneck.cause)
        .join(Bottleneck, Bottleneck.indicator_id == Indicator.id)
        .join(Period, Period.id == Bottleneck.period_id)
        .where(Indicator.plan_code == plan_code, Period.code <= month, Bottleneck.cause != "")
        .order_by(Period.code)
    )
    return {code: text for query in (told, causes) for code, text in session.execute(query)}


def _silent(now: PeriodFigures) -> list[str]:
    found: dict[str, list[str]] = {}
    for code, figure in now.indicators.items():
        if figure.assessment.status in (Status.CARRIED, Status.NO_DATA) and figure.assessment.cutoff:
            found.setdefault(figure.entity, []).append(code)
    return [f"{entity}: {enumeration(codes)}." for entity, codes in found.items()]
