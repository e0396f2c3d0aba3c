"""The formulas against a second implementation that shares no code with them: every kind of indicator, with gaps."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from workflows.indicators import computed
from workflows.indicators.computed import Source
from workflows.indicators.formulas import Assessment
from workflows.indicators.quadrennium import assess
from workflows.indicators.rollup import Share, Structure, light_of, roll_up
from workflows.indicators.sheets import PERIODICITIES, IndicatorSheet, Month
from workflows.indicators.states import Annualization, Rule
from workflows.loading import seeding
from workflows.records.data import IndicatorRecord, PlanData
from workflows.simulation import recomputation
from workflows.simulation.recomputation import Fed, Known, Outcome

PLAN: PlanData = seeding.demo_plan()
TOLERANCE = Fraction(1, 10**6)
FIRST = (2017, 4)
"""The first month that is followed."""

KINDS = [
    *((kind, "") for kind in ("suma", "creciente", "decreciente", "constante")),
    *(("constante", direction) for direction in ("aumentar", "disminuir", "mantener")),
]
CASES = [(*kind, periodicity, seed) for kind in KINDS for periodicity in PERIODICITIES for seed in range(6)]


def made_up(kind: str, direction: str, periodicity: str, seed: int, code: str = "IP-1") -> IndicatorRecord:
    """An indicator with what makes figures odd: no baseline, targets of 0, years without any, its own months."""
    chance = random.Random(f"{kind} {direction} {periodicity} {seed}")
    rising = sorted(chance.choice([0, 5, 20, 60, 61, 100]) for _ in range(4))
    levels = rising[::-1] if kind == "decreciente" else rising
    targets = {
        year: Decimal(level)
        for year, level in zip(range(2017, 2021), levels, strict=True)
        if chance.random() < 0.8 or year == 2020
    }
    total = sum(targets.values(), Decimal(0)) if kind == "suma" else targets[2020]
    baseline = chance.choice([None, Decimal(0), Decimal(20), Decimal(60)])
    if kind == "decreciente":
        baseline = Decimal(chance.choice([60, 100, 120]))
    monthly = {}
    if kind == "suma" and chance.random() < 0.3 and targets.get(2018):
        monthly = {(2018, month): Decimal(0) for month in range(1, 12)} | {(2018, 12): targets[2018]}
    base = PLAN.indicators[0]
    return IndicatorRecord(
        code=code, objective=base.objective, kind=base.kind, entity=base.entity, weight=Decimal(40), name="Inventado",
        unit="u", decimals=1, annualization=kind, baseline=baseline,
        baseline_year=None if baseline is None else 2016, final_target=total or Decimal(1), periodicity=periodicity,
        targets=targets, monthly=monthly, direction=direction,
        tolerance=Decimal(3 if direction == "mantener" else 0),
    )  # fmt: skip


def reported(seed: str, until: Month) -> tuple[dict[Month, Decimal], frozenset[Month]]:
    """Values with gaps, some long, and some that came late."""
    chance, values, late = random.Random(seed), {}, set()
    silent = 0
    for year in range(2017, 2021):
        for month in range(1, 13):
            silent = silent - 1 if silent else chance.choice([0, 0, 0, 0, 1, 2, 4, 9, 15])
            if FIRST <= (year, month) <= until and not silent:
                values[year, month] = Decimal(chance.choice([0, 1, 7, 20, 21, 59, 60, 63, 64, 100, 150]))
                if chance.random() < 0.2:
                    late.add((year, month))
    return values, frozenset(late)


def sheet_of(record: IndicatorRecord) -> IndicatorSheet:
    return IndicatorSheet(
        code=record.code,
        annualization=Annualization(record.annualization),
        periodicity=record.periodicity,
        baseline=record.baseline,
        final_target=record.final_target,
        first_year=2017,
        targets=record.targets,
        monthly=record.monthly,
        followed_from=FIRST,
        direction=record.direction,
        tolerance=record.tolerance,
    )


def data_of(*records: IndicatorRecord) -> PlanData:
    plan = replace(PLAN.plan, first_month="{}-{:02}".format(*FIRST))
    return replace(PLAN, plan=plan, indicators=records, measurements={})


def told(found: Assessment) -> Outcome:
    """What the formulas say, as the second implementation says it."""

    def exact(value: Decimal | None) -> Fraction | None:
        return None if value is None else Fraction(value)

    if not found.is_due:
        return Outcome(status=found.status, plan=exact(found.plan_progress))
    return Outcome(
        executed=exact(found.executed),
        programmed=exact(found.programmed_to_date),
        year=exact(found.year_progress),
        compliance=exact(found.compliance),
        color=found.color,
        status=found.status,
        direct=found.direct,
        data_month=found.data_month and "{}-{:02}".format(*found.data_month),
        last=exact(found.last),
        timely=found.timely,
        silent=exact(found.silent),
        missing=found.missing,
        plan=exact(found.plan_progress),
    )


def same(found: Outcome, expected: Outcome) -> bool:
    if not expected.due:
        return found.status == expected.status and close(found.plan, expected.plan)
    return all(
        close(getattr(found, name), value) if isinstance(value, Fraction) else getattr(found, name) == value
        for name, value in ((name, getattr(expected, name)) for name in Outcome.__dataclass_fields__)
    )


def close(found: Fraction | None, expected: Fraction | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return abs(found - expected) <= TOLERANCE


@pytest.mark.parametrize(("kind", "direction", "periodicity", "seed"), CASES)
def test_every_month_of_an_indicator_with_gaps_equals_the_second_implementation(
    kind: str, direction: str, periodicity: str, seed: int
) -> None:
    record = made_up(kind, direction, periodicity, seed)
    data, sheet = data_of(record), sheet_of(record)

    for year, month in [(year, month) for year in range(2017, 2021) for month in (4, 5, 6, 9, 11, 12)]:
        values, late = reported(f"{kind} {periodicity} {seed}", (year, month))
        known = Known({at: Fraction(value) for at, value in values.items()}, late)
        found = told(assess(sheet, values, year, month, late=late))
        expected = recomputation.outcome(record, known, data, (year, month))

        assert same(found, expected), (record, (year, month), found, expected)


FED = [
    ("suma", "suma", "suma"),
    ("suma", "suma_ponderada", "suma"),
    ("creciente", "suma", "creciente"),
    ("creciente", "suma_ponderada", "suma"),
    ("creciente", "promedio_ponderado", "creciente"),
    ("decreciente", "suma_ponderada", "decreciente"),
    ("decreciente", "suma", "suma"),
    ("constante", "suma_ponderada", "constante"),
    ("constante", "promedio_ponderado", "constante"),
]
"""Type of the indicator, its rule, and the type of its goals."""


@pytest.mark.parametrize(("kind", "rule", "of_goals"), FED)
@pytest.mark.parametrize("periodicity", ["mensual", "trimestral", "semestral"])
def test_what_goals_come_to_with_some_ended_silent_or_late_equals_the_second_implementation(
    kind: str, rule: str, of_goals: str, periodicity: str
) -> None:
    met: set[str] = set()
    for seed in range(12):
        chance = random.Random(f"{kind} {rule} {periodicity} {seed}")
        record = replace(made_up(kind, "", periodicity, seed), rule=rule)
        data, sheet = data_of(record), sheet_of(record)
        goals = [
            replace(
                made_up(of_goals, "", chance.choice(["mensual", periodicity]), seed * 10 + place, f"M-{place}"),
                contribution=Decimal(chance.choice([10, 30, 60, 100])),
            )
            for place in range(3)
        ]
        for month in [(year, month) for year in range(2017, 2021) for month in range(4, 13)]:
            if sheet.last_cutoff(*month) != month:
                continue
            ended = [chance.random() < 0.2 for _ in goals]
            told = [reported(f"{one.code} {seed}", month) for one in goals]

            found = computed.compute(
                Rule(rule),
                sheet,
                [
                    Source(one.code, one.contribution, sheet_of(one), values, late, ended=over)
                    for one, (values, late), over in zip(goals, told, ended, strict=True)
                ],
                month,
            )
            expected = recomputation.of_goals(
                data,
                record,
                [
                    Fed(one, Known({at: Fraction(value) for at, value in values.items()}, late), over)
                    for one, (values, late), over in zip(goals, told, ended, strict=True)
                ],
                month,
            )

            value = None if found.value is None else Fraction(found.value)
            assert close(value, expected.value), (record, month, found, expected)
            assert (found.is_partial, found.is_timely) == (expected.partial, expected.timely), (month, found, expected)
            met |= {"ended"} if any(ended) and value is not None else set()
            met |= {"partial"} if found.is_partial and value is not None else set()
            met |= {"late"} if not found.is_timely else set()
            met |= {"nothing"} if value is None else set()
    assert met == {"ended", "partial", "late", "nothing"}


@pytest.mark.parametrize("month", [(2017, 6), (2017, 12), (2018, 3), (2018, 10), (2019, 2), (2020, 12)])
def test_every_level_of_a_plan_with_gaps_equals_the_second_implementation(month: Month) -> None:
    data = data_of(*PLAN.indicators)
    known, shares = {}, []
    for record in data.indicators:
        values, late = reported(record.code, month)
        known[record.code] = Known({at: Fraction(value) for at, value in values.items()}, late)
        one = assess(sheet_of(record), values, *month, late=late)
        if one.is_due:
            shares.append(
                Share(
                    record.code, record.objective, record.entity, record.kind, record.weight, one.counted, one.timely,
                    one.silent,
                )
            )  # fmt: skip
    structure = Structure(
        {objective.code: (objective.line, objective.weight) for objective in data.objectives},
        {line.code: line.weight for line in data.lines},
    )

    rolled = roll_up(shares, structure)
    expected = recomputation.of_known(data, known, "{}-{:02}".format(*month)).levels

    found = {("objetivo", code): rate for code, rate in rolled.objectives.items()}
    found |= {("linea", code): rate for code, rate in rolled.lines.items()}
    found |= {("entidad", code): rate for code, rate in rolled.entities.items()}
    found |= {("plan", data.plan.code): rolled.plan} if rolled.plan else {}
    assert found.keys() == expected.keys()
    for key, rate in found.items():
        for name in ("capped", "uncapped", "coverage", "opportunity"):
            value = getattr(rate, name)
            assert close(None if value is None else Fraction(value), getattr(expected[key], name)), (key, name)
        assert light_of(rate)[0] == expected[key].color, key
