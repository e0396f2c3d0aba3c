"""What was reported for an indicator in a month: every change is guarded and written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, lazyload
from sqlalchemy.orm.attributes import flag_modified, set_committed_value

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.errors import PeriodFrozen
from workflows.forms.values import as_json
from workflows.indicators.models import Indicator
from workflows.monitoring.history import facts
from workflows.monitoring.models import (
    EntityReport,
    FormerDatum,
    Measurement,
    MeasurementChange,
    MeasurementEvidence,
    PeriodRow,
)
from workflows.monitoring.states import MeasurementState, ReportState

COUNTED = (MeasurementState.ENDORSED, MeasurementState.FROZEN)
"""States of a measurement that the figures take in."""


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """What a person reports for one indicator, or one goal of a project with its money and its places.

    `extra` keeps the fields a process leader added to the form. Of a computed indicator, `partial`: some goal is not in
    it; not `timely`: some goal in it came late.
    """

    indicator_id: int
    value: Decimal | None
    qualitative: str = ""
    difficulties: str = ""
    solutions: str = ""
    delay_reason: str = ""
    excess_reason: str = ""
    evidence_on: dt.date | None = None
    evidence: Sequence[int] = ()
    appropriation: Decimal | None = None
    commitments: Decimal | None = None
    payments: Decimal | None = None
    places: dict[str, Decimal] = field(default_factory=dict)
    of_goal: bool = False
    partial: bool = False
    timely: bool = True
    extra: dict[str, Any] = field(default_factory=dict)


def of_rows(session: Session, rows: Sequence[PeriodRow]) -> dict[int, Measurement]:
    """The measurements of snapshot rows (of one month), by indicator id."""
    if not rows:
        return {}
    query = sa.select(Measurement).where(
        Measurement.period_id == rows[0].period_id, Measurement.indicator_id.in_([row.indicator_id for row in rows])
    )
    return {measurement.indicator_id: measurement for measurement in session.scalars(query)}


def begin(session: Session, period: Period, indicator_ids: Sequence[int]) -> dict[int, Measurement]:
    """The measurements of indicators in a month, by indicator id; those that are missing as new drafts."""
    query = sa.select(Measurement).where(
        Measurement.period_id == period.id, Measurement.indicator_id.in_(indicator_ids)
    )
    return missing_begun(
        session,
        period,
        indicator_ids,
        {measurement.indicator_id: measurement for measurement in session.scalars(query)},
    )


def missing_begun(
    session: Session, period: Period, indicator_ids: Sequence[int], known: Mapping[int, Measurement]
) -> dict[int, Measurement]:
    """The measurements `known` of a month, and new drafts for the indicators that have none.

    Two statements, however many are missing: to learn the id of each, the session would insert them one by one.
    """
    missing = [indicator_id for indicator_id in indicator_ids if indicator_id not in known]
    if not missing:
        return dict(known)
    session.execute(
        sa.insert(Measurement),
        [{"period_id": period.id, "indicator_id": one, "state": MeasurementState.DRAFT} for one in missing],
    )
    query = sa.select(Measurement).where(Measurement.period_id == period.id, Measurement.indicator_id.in_(missing))
    begun = session.scalars(query.options(lazyload(Measurement.evidence), lazyload(Measurement.indicator))).all()
    for measurement in begun:
        set_committed_value(measurement, "evidence", [])
    return dict(known) | {one.indicator_id: one for one in begun}


@contextmanager
def changing(
    session: Session, engine: ProcessEngine, measurement: Measurement, actor: Actor, action: str, *, reason: str = ""
) -> Iterator[Measurement]:
    """Change a measurement inside this block: as `changing_all`."""
    with changing_all(session, engine, [measurement], actor, action, reason=reason):
        yield measurement


@contextmanager
def changing_all(
    session: Session,
    engine: ProcessEngine,
    measurements: Sequence[Measurement],
    actor: Actor,
    action: str,
    *,
    reason: str = "",
) -> Iterator[None]:
    """Change measurements inside this block: refused if the month of one is frozen, written down if not.

    They are written together, by as many statements as one would take. Raises `PeriodFrozen`, which whoever began the
    transaction records (`workflows.auditing.record_refusal`).
    """
    for measurement in measurements:
        ensure_changeable(session, measurement, action)
    before = [facts(measurement) for measurement in measurements]
    yield
    _write_together(session, measurements)
    if measurements:
        session.execute(
            sa.insert(MeasurementChange),
            [
                {
                    "measurement_id": measurement.id,
                    "at": engine.now(),
                    "actor_id": actor.id,
                    "action": action,
                    "before": was,
                    "after": facts(measurement),
                    "reason": reason,
                }
                for measurement, was in zip(measurements, before, strict=True)
            ],
        )


def _write_together(session: Session, measurements: Sequence[Measurement]) -> None:
    """Write the same columns of all: of each its own, the session would send one statement for each."""
    columns = {column.key for column in sa.inspect(Measurement).column_attrs}
    changed = sorted({key for one in measurements for key in sa.inspect(one).committed_state if key in columns})
    for measurement in measurements:
        for key in changed:
            flag_modified(measurement, key)
    session.flush()


def reopen(session: Session, engine: ProcessEngine, measurement: Measurement, actor: Actor, *, reason: str) -> None:
    """Let a frozen datum be told again: what it said is kept, and counts until the new one does."""
    before = facts(measurement)
    session.add(
        FormerDatum(
            measurement_id=measurement.id,
            value=measurement.value,
            counts_from=measurement.counts_from,
            timely=measurement.timely,
            partial=measurement.partial,
            reason=reason,
            replaced_at=engine.now(),
            replaced_by=actor.id,
        )
    )
    measurement.state = MeasurementState.RETURNED
    measurement.return_reason = reason
    _note(session, engine, measurement, actor, "reabrir", before, reason)


def take_back(session: Session, engine: ProcessEngine, measurement: Measurement, actor: Actor) -> None:
    """Nobody told it again in time: it says again what it said."""
    former = former_of(session, measurement)[-1]
    before = facts(measurement)
    measurement.value, measurement.counts_from, measurement.timely = former.value, former.counts_from, former.timely
    measurement.partial = former.partial
    measurement.state, measurement.return_reason = MeasurementState.FROZEN, ""
    session.delete(former)
    _note(session, engine, measurement, actor, "vencer", before, former.reason)


def former_of(session: Session, measurement: Measurement) -> list[FormerDatum]:
    """What a measurement said before it was corrected, oldest first."""
    query = sa.select(FormerDatum).where(FormerDatum.measurement_id == measurement.id)
    return list(session.scalars(query.order_by(FormerDatum.id)))


def _note(
    session: Session,
    engine: ProcessEngine,
    measurement: Measurement,
    actor: Actor,
    action: str,
    before: dict[str, Any],
    reason: str,
) -> None:
    session.flush()
    session.add(
        MeasurementChange(
            measurement_id=measurement.id,
            at=engine.now(),
            actor_id=actor.id,
            action=action,
            before=before,
            after=facts(measurement),
            reason=reason,
        )
    )


def ensure_changeable(session: Session, measurement: Measurement, action: str) -> None:
    """Raise `PeriodFrozen` if the month is closed.

    Two kinds of rows of a closed month were never frozen with it: those an open late case still writes, and late ones
    that wait for the cut-off from which they count.
    """
    period = session.get_one(Period, measurement.period_id)
    never_frozen = measurement.state != MeasurementState.FROZEN and (
        period.state != PeriodState.CLOSED
        or measurement.counts_from is not None
        or _late_case_open(session, measurement)
    )
    if not never_frozen:
        raise frozen(session, period, measurement, action)


def frozen(session: Session, period: Period, measurement: Measurement, action: str) -> PeriodFrozen:
    """The refusal, with what the *bitácora* needs to know of it."""
    indicator = session.get_one(Indicator, measurement.indicator_id)
    return PeriodFrozen(
        plan_code=period.plan_code,
        period_code=period.code,
        object_code=indicator.code,
        measurement_id=measurement.id,
        action=action,
    )


def write(measurement: Measurement, row: ReportedRow) -> None:
    """Put what was reported into the measurement; evidence that was taken out of the form leaves it."""
    measurement.value, measurement.partial = row.value, row.partial
    measurement.qualitative = row.qualitative
    measurement.difficulties = row.difficulties
    measurement.solutions = row.solutions
    measurement.delay_reason = row.delay_reason
    measurement.excess_reason = row.excess_reason
    measurement.evidence_on = row.evidence_on
    measurement.appropriation, measurement.commitments = row.appropriation, row.commitments
    measurement.payments, measurement.places = row.payments, as_json(row.places)
    measurement.extra = as_json(row.extra)
    attach(measurement, row.evidence, replace=True)


def attach(measurement: Measurement, file_ids: Sequence[int], *, replace: bool = False) -> None:
    """Add files as evidence, each once; with `replace`, keep no others."""
    if replace:
        measurement.evidence = [piece for piece in measurement.evidence if piece.file_id in file_ids]
    held = {piece.file_id for piece in measurement.evidence}
    measurement.evidence += [
        MeasurementEvidence(file_id=file_id) for file_id in dict.fromkeys(file_ids) if file_id not in held
    ]


def changes(session: Session, measurement_id: int) -> list[MeasurementChange]:
    """Every act on a measurement, oldest first."""
    query = sa.select(MeasurementChange).where(MeasurementChange.measurement_id == measurement_id)
    return list(session.scalars(query.order_by(MeasurementChange.id)))


def _late_case_open(session: Session, measurement: Measurement) -> bool:
    row = sa.select(PeriodRow.entity_code).where(
        PeriodRow.period_id == measurement.period_id, PeriodRow.indicator_id == measurement.indicator_id
    )
    query = sa.select(EntityReport.id).where(
        EntityReport.period_id == measurement.period_id,
        EntityReport.entity_code == row.scalar_subquery(),
        EntityReport.state.in_((ReportState.MISSING, ReportState.PARTLY_ENDORSED)),
        EntityReport.late_instance_id.is_not(None),
    )
    return session.scalar(query) is not None
