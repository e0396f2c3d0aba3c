"""How indicators add up to objectives, lines, entities and the plan.

c = compliance at the cut-off, never below 0, missing data counting 0. Each level is Σ weight·c / Σ weight over what is
programmed and already due. *Capped* limits c to 100, so that overachievement does not hide a delay; *uncapped* is kept
beside it. Nothing is rounded before the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from workflows.indicators.sheets import exact

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Share:
    """What one indicator brings: its percentage (`None` = out of the roll-ups) and its weight in its objective."""

    indicator: str
    objective: str
    entity: str
    kind: str
    weight: Decimal
    counted: Decimal | None


@dataclass(frozen=True, slots=True)
class Structure:
    """Weights: of each objective in its line (`objective → (line, weight)`), and of each line in the plan."""

    objectives: Mapping[str, tuple[str, Decimal]]
    lines: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Rate:
    """A rolled-up percentage, capped at 100 and not."""

    capped: Decimal
    uncapped: Decimal


@dataclass(frozen=True, slots=True)
class RollUp:
    """The percentages of every level; a level with nothing due is absent."""

    objectives: Mapping[str, Rate]
    lines: Mapping[str, Rate]
    entities: Mapping[str, Rate]
    plan: Rate | None


def roll_up(shares: Iterable[Share], structure: Structure) -> RollUp:
    """Add up from indicators to the plan. Restrict `shares` to one kind for results or products alone."""
    counting = [share for share in shares if share.counted is not None]
    objectives = _by(counting, lambda share: share.objective, lambda share: share.weight)
    lines = _means(
        (line, weight, objectives[code]) for code, (line, weight) in structure.objectives.items() if code in objectives
    )
    plan = _means(("plan", weight, lines[code]) for code, weight in structure.lines.items() if code in lines)
    entities = _by(counting, lambda share: share.entity, lambda share: _weight_in_plan(share, structure))
    return RollUp(_exact(objectives), _exact(lines), _exact(entities), _exact(plan).get("plan"))


def _weight_in_plan(share: Share, structure: Structure) -> Decimal:
    line, weight = structure.objectives[share.objective]
    return structure.lines[line] * weight * share.weight


def _by(shares: Iterable[Share], key: Callable[[Share], str], weight: Callable[[Share], Decimal]) -> dict[str, Rate]:
    return _means((key(share), weight(share), _rate(share.counted or Decimal(0))) for share in shares)


def _rate(counted: Decimal) -> Rate:
    return Rate(min(counted, HUNDRED), counted)


def _means(parts: Iterable[tuple[str, Decimal, Rate]]) -> dict[str, Rate]:
    """The weighted mean of each group of `(group, weight, rate)`."""
    groups: dict[str, list[tuple[Decimal, Rate]]] = {}
    for group, weight, rate in parts:
        groups.setdefault(group, []).append((weight, rate))
    return {group: _mean(members) for group, members in groups.items() if any(weight for weight, _ in members)}


def _mean(members: list[tuple[Decimal, Rate]]) -> Rate:
    total = sum((weight for weight, _ in members), Decimal(0))
    return Rate(
        sum((weight * rate.capped for weight, rate in members), Decimal(0)) / total,
        sum((weight * rate.uncapped for weight, rate in members), Decimal(0)) / total,
    )


def _exact(rates: Mapping[str, Rate]) -> dict[str, Rate]:
    return {code: Rate(exact(rate.capped), exact(rate.uncapped)) for code, rate in rates.items()}
