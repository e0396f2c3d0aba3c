"""The indicators of a month whose value is computed from the goals of projects, until it is confirmed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.cycles.models import Period
from workflows.indicators import computed
from workflows.indicators.computed import Computed, Source
from workflows.indicators.models import Indicator
from workflows.indicators.states import Rule
from workflows.monitoring import facts
from workflows.monitoring.measurements import changing_all
from workflows.monitoring.models import Measurement, PeriodRow
from workflows.monitoring.states import MeasurementState
from workflows.plan.models import Plan, ProjectGoal

CHANGED = "Cambió una de sus metas: el valor se calculó de nuevo. Confírmelo."
UNDER_WAY = (MeasurementState.SENT, MeasurementState.VALIDATED)
"""States in which a confirmed value still falls with its goals."""


@dataclass(frozen=True, slots=True)
class ComputedRow:
    """A computed indicator of a month, who confirms it, what it comes to, and what was confirmed, if anything was."""

    indicator: Indicator
    confirms: str | None
    found: Computed
    measurement: Measurement | None

    @property
    def is_open(self) -> bool:
        """Whether there is a value that nobody confirmed yet."""
        kept = self.measurement
        return self.found.value is not None and (
            kept is None or kept.state not in (*UNDER_WAY, MeasurementState.ENDORSED, MeasurementState.FROZEN)
        )


def of_entity(session: Session, period: Period, entity: str) -> list[ComputedRow]:
    """The computed indicators of an entity that are due in a month, with what they come to now."""
    return _rows(session, period, PeriodRow.entity_code == entity)


def to_confirm(session: Session, period: Period, entity: str) -> list[str]:
    """Who has a computed value to confirm."""
    return list(
        dict.fromkeys(row.confirms for row in of_entity(session, period, entity) if row.is_open and row.confirms)
    )


def hold(session: Session, indicators: sa.Select[int | None] | Collection[int]) -> None:
    """Of these, nobody else confirms a computed indicator or changes a goal that feeds it until this is over."""
    query = sa.select(Indicator.id).where(Indicator.id.in_(indicators), Indicator.rule != Rule.DIRECT)
    session.execute(query.order_by(Indicator.id).with_for_update(key_share=True)).all()


def fed_by(goals: Collection[int]) -> sa.Select[int | None]:
    """The indicators that these sheets of goals feed."""
    return sa.select(ProjectGoal.indicator_id).where(ProjectGoal.sheet_id.in_(goals))


def refresh(session: Session, engine: ProcessEngine, period: Period, goals: Collection[int], *, actor: Actor) -> None:
    """These sheets of goals were told anew: what was confirmed of the indicators they feed, and differs now, falls."""
    rows = _rows(session, period, PeriodRow.indicator_id.in_(fed_by(goals))) if goals else []
    fallen = [
        (row.measurement, row.found.value)
        for row in rows
        if row.measurement is not None
        and row.measurement.state in UNDER_WAY
        and (row.measurement.value, row.measurement.partial) != (row.found.value, row.found.is_partial)
    ]
    _fall(session, engine, fallen, actor, CHANGED)


def returned_with(
    session: Session, engine: ProcessEngine, period: Period, goals: Mapping[int, str], *, actor: Actor
) -> None:
    """These sheets of goals were returned, each with why: what was confirmed of the indicators they feed goes along."""
    if not goals:
        return
    fed = aliased(Indicator)
    query = (
        sa.select(Measurement, ProjectGoal.sheet_id)
        .join(fed, fed.id == Measurement.indicator_id)
        .join(ProjectGoal, ProjectGoal.indicator_id == fed.id)
        .where(Measurement.period_id == period.id, Measurement.state.in_(UNDER_WAY), fed.rule != Rule.DIRECT)
        .where(ProjectGoal.sheet_id.in_(goals))
    )
    found = {one.id: (one, sheet) for one, sheet in session.execute(query)}
    for one, sheet in found.values():
        _fall(session, engine, [(one, one.value)], actor, f"Se devolvió una de sus metas: {goals[sheet or 0]}")


def frozen_with(session: Session, period: Period, goal: int, entity: str) -> list[Measurement]:
    """The frozen values of an entity's indicators that are computed from this sheet of a goal."""
    query = (
        sa.select(Measurement)
        .join(Indicator, Indicator.id == Measurement.indicator_id)
        .join(ProjectGoal, ProjectGoal.indicator_id == Indicator.id)
        .join(
            PeriodRow,
            sa.and_(PeriodRow.period_id == Measurement.period_id, PeriodRow.indicator_id == Measurement.indicator_id),
        )
        .where(Measurement.period_id == period.id, Measurement.state == MeasurementState.FROZEN)
        .where(ProjectGoal.sheet_id == goal, Indicator.rule != Rule.DIRECT, PeriodRow.entity_code == entity)
    )
    return list(session.scalars(query))


def dispute(session: Session, engine: ProcessEngine, period: Period, why: Mapping[int, str], *, actor: Actor) -> None:
    """Who answers for these computed indicators says why their value does not correspond.

    They and their goals wait for the liaison with that reason, as if the head had given them back.
    """
    if not why:
        return
    fed = sa.select(ProjectGoal.sheet_id, ProjectGoal.indicator_id).where(ProjectGoal.indicator_id.in_(why))
    said = {sheet: why[indicator] for sheet, indicator in session.execute(fed) if sheet and indicator} | dict(why)
    query = sa.select(Measurement).where(
        Measurement.period_id == period.id, Measurement.indicator_id.in_(said), Measurement.state.in_(UNDER_WAY)
    )
    for one in session.scalars(query).all():
        reason = said[one.indicator_id]
        with changing_all(session, engine, [one], actor, "reabrir", reason=reason):
            one.state, one.return_reason = MeasurementState.SENT, reason


def sources(
    session: Session, plan: Plan, indicators: Sequence[int], upto: str
) -> dict[int, list[tuple[Source, Indicator]]]:
    """By indicator, the goals that feed it with what was reported of them, sent or endorsed, in their order.

    One that the month does not follow, because it ended, is there with what it added.
    """
    query = (
        sa.select(ProjectGoal, Indicator)
        .join(Indicator, Indicator.id == ProjectGoal.sheet_id)
        .where(ProjectGoal.indicator_id.in_(indicators))
        .order_by(ProjectGoal.position, ProjectGoal.id)
    )
    pairs = session.execute(query).all()
    told = [pair.Indicator for pair in pairs]
    record = facts.record_of(session, plan, told, upto=upto, states=facts.PROVISIONAL, some=True)
    record = replace(record, everything=True)  # what is confirmed now knows what came too late for its own month
    found: dict[int, list[tuple[Source, Indicator]]] = {}
    for goal, sheet in pairs:
        source = Source(
            sheet.code,
            goal.contribution,
            record.sheet(sheet.id, upto),
            record.series(sheet.id, upto),
            record.late(sheet.id, upto),
            ended=facts.read_month(upto) not in record.snapshots.get(sheet.id, ()),
        )
        found.setdefault(goal.indicator_id or 0, []).append((source, sheet))
    return found


def _rows(session: Session, period: Period, whose: sa.ColumnElement[bool]) -> list[ComputedRow]:
    told = sa.and_(Measurement.period_id == PeriodRow.period_id, Measurement.indicator_id == PeriodRow.indicator_id)
    query = (
        sa.select(PeriodRow, Indicator, Measurement)
        .join(Indicator, Indicator.id == PeriodRow.indicator_id)
        .outerjoin(Measurement, told)
        .where(PeriodRow.period_id == period.id, PeriodRow.due, Indicator.rule != Rule.DIRECT, whose)
        .order_by(Indicator.position, Indicator.code)
    )
    pairs = session.execute(query.execution_options(populate_existing=True)).all()
    if not pairs:
        return []
    plan = session.get_one(Plan, period.plan_code)
    ids = [pair.Indicator.id for pair in pairs]
    fed = sources(session, plan, ids, period.code)
    own = [pair.Indicator for pair in pairs]
    record = facts.record_of(session, plan, own, upto=period.code, states=facts.PROVISIONAL, some=True)
    month = (period.year, period.month)
    return [
        ComputedRow(
            indicator,
            row.reports,
            computed.compute(
                indicator.rule,
                record.sheet(indicator.id, period.code),
                [source for source, _ in fed.get(indicator.id, ())],
                month,
            ),
            measurement,
        )
        for row, indicator, measurement in pairs
    ]


def _fall(
    session: Session,
    engine: ProcessEngine,
    fallen: Sequence[tuple[Measurement, Decimal | None]],
    actor: Actor,
    reason: str,
) -> None:
    if not fallen:
        return
    with changing_all(session, engine, [one for one, _ in fallen], actor, "devolver", reason=reason):
        for one, value in fallen:
            one.value, one.state, one.return_reason = value, MeasurementState.RETURNED, reason
