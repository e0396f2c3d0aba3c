"""How indicators add up to objectives, lines, entities and the plan, and how much is known of each.

c = compliance at the cut-off, never below 0. An objective or an entity is Σ weight·c / Σ weight over its indicators
with data; a line or the plan weighs each part by its weight times its coverage, so that a little data does not count
like a lot. *Coverage* is the share of what is programmed and due that has data, *opportunity* the share that came in
time. *Capped* limits c to 100, so that overachievement does not hide a delay; *uncapped* is kept beside it. Nothing is
rounded before the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from workflows.indicators.sheets import exact
from workflows.indicators.states import Color
from workflows.indicators.traffic_light import DEFAULT_BANDS, Bands, color_of, is_enough

ZERO, HUNDRED = Decimal(0), Decimal(100)


@dataclass(frozen=True, slots=True)
class Share:
    """What one indicator that is programmed and due brings, with its weight in its objective.

    `counted` is its percentage, `None` without data. `silent` is the one it would have at its last known value, where
    it has none of its own any more.
    """

    indicator: str
    objective: str
    entity: str
    kind: str
    weight: Decimal
    counted: Decimal | None
    timely: bool = False
    silent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Structure:
    """Weights: of each objective in its line (`objective → (line, weight)`), and of each line in the plan."""

    objectives: Mapping[str, tuple[str, Decimal]]
    lines: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Rate:
    """A rolled-up percentage, capped at 100 and not; `None` where nothing is known of what is due.

    `silent` is the capped one with what is silent at its last known value.
    """

    capped: Decimal | None
    uncapped: Decimal | None
    coverage: Decimal
    opportunity: Decimal
    silent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RollUp:
    """The percentages of every level; a level with nothing due is absent."""

    objectives: Mapping[str, Rate]
    lines: Mapping[str, Rate]
    entities: Mapping[str, Rate]
    plan: Rate | None


def roll_up(shares: Iterable[Share], structure: Structure) -> RollUp:
    """Add up from indicators to the plan. Restrict `shares` to one kind for results or products alone."""
    due = [share for share in shares if share.weight > 0]
    levels = _levels(due, structure)
    if any(share.silent is not None for share in due):
        heard = [share if share.counted is not None else replace(share, counted=share.silent) for share in due]
        levels = _with_silent(levels, _levels(heard, structure))
    return RollUp(
        _exact(levels["objetivo"]),
        _exact(levels["linea"]),
        _exact(levels["entidad"]),
        _exact(levels["plan"]).get("plan"),
    )


def light_of(rate: Rate, bands: Bands = DEFAULT_BANDS) -> tuple[Color, bool]:
    """The colour of a level, and whether what is silent decided it.

    Under 60 % of coverage it is grey. Else the worse of two: silence never improves a colour.
    """
    if rate.capped is None or not is_enough(rate.coverage):
        return Color.GREY, False
    color = color_of(rate.capped, bands)
    if rate.silent is None or rate.silent >= rate.capped:
        return color, False
    worse = color_of(rate.silent, bands)
    return worse, worse != color


def weight_in_plan(objective: str, weight: Decimal, structure: Structure) -> Decimal:
    """The weight of an indicator across objectives and lines."""
    line, of_objective = structure.objectives[objective]
    return structure.lines[line] * of_objective * weight


_Members = list[tuple[Decimal, Rate]]


def _levels(due: list[Share], structure: Structure) -> dict[str, dict[str, Rate]]:
    rates = [(share, _rate(share)) for share in due]
    objectives = _grouped((share.objective, share.weight, rate) for share, rate in rates)
    lines = _grouped(
        (line, weight, objectives[code]) for code, (line, weight) in structure.objectives.items() if code in objectives
    )
    plan = _grouped(("plan", weight, lines[code]) for code, weight in structure.lines.items() if code in lines)
    entities = _grouped(
        (share.entity, weight_in_plan(share.objective, share.weight, structure), rate) for share, rate in rates
    )
    return {"objetivo": objectives, "linea": lines, "plan": plan, "entidad": entities}


def _rate(share: Share) -> Rate:
    timely = HUNDRED if share.timely and share.counted is not None else ZERO
    if share.counted is None:
        return Rate(None, None, ZERO, timely)
    return Rate(min(share.counted, HUNDRED), share.counted, HUNDRED, timely)


def _grouped(parts: Iterable[tuple[str, Decimal, Rate]]) -> dict[str, Rate]:
    groups: dict[str, _Members] = {}
    for group, weight, rate in parts:
        groups.setdefault(group, []).append((weight, rate))
    return {group: _mean(members) for group, members in groups.items() if any(weight for weight, _ in members)}


def _mean(members: _Members) -> Rate:
    """The mean of parts: what is known of each decides how much its figure weighs."""
    total = sum((weight for weight, _ in members), ZERO)
    known = [(weight * rate.coverage, rate) for weight, rate in members if rate.capped is not None]
    heard = sum((weight for weight, _ in known), ZERO)
    return Rate(
        sum((weight * (rate.capped or ZERO) for weight, rate in known), ZERO) / heard if heard else None,
        sum((weight * (rate.uncapped or ZERO) for weight, rate in known), ZERO) / heard if heard else None,
        sum((weight * rate.coverage for weight, rate in members), ZERO) / total,
        sum((weight * rate.opportunity for weight, rate in members), ZERO) / total,
    )


def _with_silent(
    levels: Mapping[str, Mapping[str, Rate]], heard: Mapping[str, Mapping[str, Rate]]
) -> dict[str, dict[str, Rate]]:
    return {
        level: {code: replace(rate, silent=heard[level][code].capped) for code, rate in rates.items()}
        for level, rates in levels.items()
    }


def _exact(rates: Mapping[str, Rate]) -> dict[str, Rate]:
    return {
        code: Rate(
            None if rate.capped is None else exact(rate.capped),
            None if rate.uncapped is None else exact(rate.uncapped),
            exact(rate.coverage),
            exact(rate.opportunity),
            None if rate.silent is None else exact(rate.silent),
        )
        for code, rate in rates.items()
    }
