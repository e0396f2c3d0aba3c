"""What is told of the goal of a project beside its value: its own money, its localities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa

from workflows.cycles.models import Period
from workflows.forms.handlers import ROW_KEY, FieldError, FormContext, Values, path_of
from workflows.handlers.month.money_guards import pesos
from workflows.handlers.month.periods_of_task import month_of
from workflows.indicators.states import IndicatorKind
from workflows.monitoring.models import Measurement
from workflows.monitoring.rows import ProgressRow
from workflows.monitoring.states import MeasurementState
from workflows.plan.models import Plan, ProjectGoal
from workflows.sectors import registry
from workflows.spanish import month_name, number

MONEY, PLACES = "dinero", "territorio"
MONEY_REASON = "motivo_dinero"
"""Where the reason of a fall is kept, among what a row says beside its own columns."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a form says of a goal: its money, accumulated in the year, and its value by locality."""

    appropriation: Decimal | None = None
    commitments: Decimal | None = None
    payments: Decimal | None = None
    reason: str = ""
    places: Mapping[str, Decimal] | None = None


NOTHING = Told()


def shown(context: FormContext, rows: Sequence[ProgressRow]) -> dict[str, list[Values]]:
    """The rows of both tables; without goals of projects there are none, and nothing is read."""
    goals = _goals(context, rows)
    funded = [row for row in rows if (one := goals.get(row.indicator.id)) is not None and one.funded]
    spread = [row for row in rows if (one := goals.get(row.indicator.id)) is not None and one.territorial]
    earlier = _earlier(context, funded)
    places = registry.places(context.session, _sector(context)) if spread else []
    return {
        MONEY: [_money(row, earlier.get(row.indicator.id)) for row in funded],
        PLACES: [
            {
                ROW_KEY: f"{row.indicator.code}/{place.code}",
                "meta": f"{row.indicator.code} {row.indicator.name}",
                "localidad": place.name,
                "valor": _of_place(row, place.code),
            }
            for row in spread
            for place in places
        ],
    }


def errors_of(context: FormContext, rows: Sequence[ProgressRow], values: Values) -> Iterator[FieldError]:
    """Payments ≤ commitments ≤ appropriation, a fall has a reason, and the localities add up to the value."""
    by_code = {row.indicator.code: row for row in rows}
    money = values.get(MONEY) or []
    earlier = _earlier(context, [by_code[row[ROW_KEY]] for row in money if row[ROW_KEY] in by_code])
    for place, row in enumerate(money):
        known = by_code.get(row[ROW_KEY])
        if known is not None and None not in (row["apropiacion"], row["compromisos"], row["giros"]):
            for column, told in _wrong_money(row, earlier.get(known.indicator.id)):
                yield FieldError(path_of(MONEY, place, column), told)
    yield from _wrong_places(values)


def told(values: Values) -> dict[str, Told]:
    """By the code of each goal, what the form says of it."""
    found: dict[str, Told] = {
        row[ROW_KEY]: Told(row["apropiacion"], row["compromisos"], row["giros"], row.get("motivo") or "")
        for row in values.get(MONEY) or ()
    }
    for code, places in _by_goal(values).items():
        known = found.get(code, NOTHING)
        found[code] = Told(known.appropriation, known.commitments, known.payments, known.reason, places)
    return found


def _goals(context: FormContext, rows: Sequence[ProgressRow]) -> Mapping[int, ProjectGoal]:
    ids = [row.indicator.id for row in rows if row.indicator.kind == IndicatorKind.PROJECT_GOAL]
    if not ids:
        return {}
    query = sa.select(ProjectGoal).where(ProjectGoal.sheet_id.in_(ids))
    return {goal.sheet_id: goal for goal in context.session.scalars(query) if goal.sheet_id is not None}


def _sector(context: FormContext) -> str:
    return context.session.get_one(Plan, context.plan_code).sector_code


def _earlier(context: FormContext, rows: Sequence[ProgressRow]) -> Mapping[int, tuple[str, Measurement]]:
    """By goal, what was last told of its money in the year before this month, and in which month."""
    if not rows:
        return {}
    month = month_of(context)
    query = (
        sa.select(Period.code, Measurement)
        .join(Period, Period.id == Measurement.period_id)
        .where(Measurement.indicator_id.in_([row.indicator.id for row in rows]))
        .where(Period.year == month.year, Period.code < month.code, Measurement.commitments.is_not(None))
        .where(Measurement.state != MeasurementState.RETURNED)
        .order_by(Period.code)
    )
    return {one.indicator_id: (code, one) for code, one in context.session.execute(query)}


def _money(row: ProgressRow, earlier: tuple[str, Measurement] | None) -> Values:
    kept = row.measurement if row.measurement and row.measurement.commitments is not None else None
    before = earlier[1] if earlier else None
    told_before = "sin reporte antes en el año"
    if earlier and before:
        told_before = (
            f"{month_name(earlier[0])}: compromisos {pesos(before.commitments)}, giros {pesos(before.payments)}"
        )
    return {
        ROW_KEY: row.indicator.code,
        "meta": f"{row.indicator.code} {row.indicator.name}",
        "mes_anterior": told_before,
        "apropiacion": kept.appropriation if kept else before.appropriation if before else None,
        "compromisos": kept.commitments if kept else None,
        "giros": kept.payments if kept else None,
        "motivo": (kept.extra.get(MONEY_REASON) or None) if kept else None,
    }


def _wrong_money(row: Values, earlier: tuple[str, Measurement] | None) -> Iterator[tuple[str, str]]:
    money, committed, paid = row["apropiacion"], row["compromisos"], row["giros"]
    if committed > money:
        yield "compromisos", f"Los compromisos no pueden superar la apropiación de la meta, {pesos(money)}."
    if paid > committed:
        yield "giros", "Los giros no pueden superar los compromisos."
    if earlier is None or row.get("motivo"):
        return
    month, before = earlier
    for word, now, then in (("compromisos", committed, before.commitments), ("giros", paid, before.payments)):
        if then is not None and now < then:
            yield "motivo", f"Los {word} bajan de {pesos(then)} en {month_name(month)} a {pesos(now)}: diga por qué."
            return


def _wrong_places(values: Values) -> Iterator[FieldError]:
    typed = {row[ROW_KEY]: row["valor_periodo"] for row in values.get("avances") or ()}
    first: dict[str, int] = {}
    for place, row in enumerate(values.get(PLACES) or ()):
        first.setdefault(row[ROW_KEY].partition("/")[0], place)
    spread = _by_goal(values)
    for code, place in first.items():
        value, total = typed.get(code), sum(spread[code].values(), Decimal(0))
        if value is not None and value != total:
            message = f"Las localidades de {code} suman {number(total)} y el valor del mes es {number(value)}."
            yield FieldError(path_of(PLACES, place, "valor"), message)


def _by_goal(values: Values) -> dict[str, dict[str, Decimal]]:
    found: dict[str, dict[str, Decimal]] = {}
    for row in values.get(PLACES) or ():
        code, _, place = row[ROW_KEY].partition("/")
        of_goal = found.setdefault(code, {})
        if row["valor"] is not None:
            of_goal[place] = row["valor"]
    return found


def _of_place(row: ProgressRow, place: str) -> Decimal | None:
    known = row.measurement.places.get(place) if row.measurement and row.measurement.places else None
    return None if known is None else Decimal(str(known))
