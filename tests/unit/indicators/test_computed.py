"""An indicator is worked out from the goals that feed it by its rule, and says what it lacks."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from workflows.indicators import bottlenecks
from workflows.indicators.computed import Source, compute, may_feed
from workflows.indicators.formulas import judge
from workflows.indicators.sheets import IndicatorSheet
from workflows.indicators.states import Annualization, Color, Rule

JUNE = (2018, 6)
SUM, RISING, CONSTANT = Annualization.SUM, Annualization.RISING, Annualization.CONSTANT


def sheet(kind: Annualization, periodicity: str = "mensual", baseline: int | None = None) -> IndicatorSheet:
    return IndicatorSheet(
        code="X",
        annualization=kind,
        periodicity=periodicity,
        baseline=None if baseline is None else Decimal(baseline),
        final_target=Decimal(400),
        first_year=2017,
        targets={year: Decimal(100) for year in range(2017, 2021)},
        followed_from=(2017, 1),
    )


def source(code: str, kind: Annualization, told: dict[int, int], contribution: int = 100) -> Source:
    series = {(2018, month): Decimal(value) for month, value in told.items()}
    return Source(code, Decimal(contribution), sheet(kind), series)


@pytest.mark.parametrize(
    ("rule", "kind", "periodicity", "goals", "value"),
    [
        (Rule.SUM, SUM, "mensual", [(SUM, {5: 9, 6: 5}, 100), (SUM, {6: 3}, 100)], 8),
        (Rule.SUM, SUM, "trimestral", [(SUM, {3: 9, 4: 1, 5: 2, 6: 5}, 100), (SUM, {6: 3}, 100)], 11),
        (Rule.WEIGHTED_SUM, SUM, "mensual", [(SUM, {6: 10}, 50), (SUM, {6: 4}, 25)], 6),
        (Rule.WEIGHTED_MEAN, CONSTANT, "mensual", [(CONSTANT, {6: 90}, 3), (CONSTANT, {6: 50}, 1)], 80),
        (Rule.SUM, RISING, "mensual", [(SUM, {1: 10, 6: 5}, 100)], 35),
        (Rule.SUM, RISING, "mensual", [(RISING, {4: 12}, 100), (RISING, {6: 30}, 100)], 42),
    ],
    ids=["increments", "of the whole quarter", "in proportion", "mean", "level from increments", "carried level"],
)
def test_each_rule_gives_what_a_spreadsheet_would(
    rule: Rule,
    kind: Annualization,
    periodicity: str,
    goals: list[tuple[Annualization, dict[int, int], int]],
    value: int,
) -> None:
    sources = [source(f"G{place}", of, told, weight) for place, (of, told, weight) in enumerate(goals)]

    found = compute(rule, sheet(kind, periodicity, 20 if kind == RISING else None), sources, JUNE)

    assert found.value == value
    assert found.own


def test_without_three_fifths_of_the_weight_there_is_no_value_and_with_them_it_says_what_is_missing() -> None:
    known, silent = source("A", SUM, {6: 5}, 60), source("B", SUM, {}, 40)

    found = compute(Rule.WEIGHTED_SUM, sheet(SUM), [known, silent], JUNE)
    none = compute(Rule.SUM, sheet(SUM), [known, silent], JUNE)

    assert (found.value, found.is_partial) == (3, True)
    assert none.value is None


def _promising(one: Source, target: int) -> Source:
    return replace(one, sheet=replace(one.sheet, targets={year: Decimal(target) for year in range(2017, 2021)}))


@pytest.mark.parametrize(
    ("large", "small", "has_value"),
    [({6: 5}, {}, True), ({}, {6: 5}, False), ({}, {}, False)],
    ids=["the small one is silent", "the large one is silent", "both are silent"],
)
@pytest.mark.parametrize("rule", [Rule.SUM, Rule.WEIGHTED_SUM])
def test_three_fifths_are_of_what_is_programmed_and_not_of_how_many_goals_there_are(
    rule: Rule, large: dict[int, int], small: dict[int, int], has_value: bool
) -> None:
    sources = [_promising(source("A", SUM, large), 900), _promising(source("B", SUM, small), 100)]

    assert (compute(rule, sheet(SUM), sources, JUNE).value is not None) == has_value


def test_where_nothing_is_programmed_goals_count_by_their_shares() -> None:
    known = _promising(source("A", CONSTANT, {6: 5}, 60), 0)
    silent = _promising(source("B", CONSTANT, {}, 40), 0)

    assert compute(Rule.WEIGHTED_MEAN, sheet(CONSTANT), [known, silent], JUNE).value == 5
    assert compute(Rule.WEIGHTED_MEAN, sheet(CONSTANT), [replace(known, contribution=Decimal(59)), replace(
        silent, contribution=Decimal(41))], JUNE).value is None  # fmt: skip


def test_a_goal_of_another_type_feeds_only_what_it_can_make_up() -> None:
    assert may_feed(SUM, Rule.SUM, SUM) and may_feed(RISING, Rule.SUM, SUM)
    assert not may_feed(SUM, Rule.SUM, RISING)
    assert not may_feed(CONSTANT, Rule.SUM, RISING) and may_feed(CONSTANT, Rule.SUM, RISING, "%")
    assert not may_feed(SUM, Rule.WEIGHTED_MEAN, SUM)


def test_what_a_goal_added_stays_when_it_ends_or_is_programmed_no_more() -> None:
    going, gone = source("A", SUM, {4: 1, 5: 2, 6: 5}), source("B", SUM, {1: 30, 4: 7})
    ended = replace(gone, ended=True)
    past = replace(gone, sheet=replace(gone.sheet, targets={2017: Decimal(100)}))

    found = [
        compute(Rule.SUM, sheet(of, "trimestral", 20 if of == RISING else None), [going, other], JUNE)
        for of in (SUM, RISING)
        for other in (ended, past)
    ]

    assert [(one.value, one.is_partial) for one in found] == [(15, False), (15, False), (65, False), (65, False)]
    assert compute(Rule.SUM, sheet(SUM), [ended], JUNE).value is None


def test_a_goal_that_came_late_takes_the_timeliness_of_what_is_computed_from_it() -> None:
    in_time, late = source("A", SUM, {6: 5}), replace(source("B", SUM, {5: 1, 6: 3}), late=frozenset({JUNE}))
    before = replace(late, late=frozenset({(2018, 5)}))

    assert not compute(Rule.SUM, sheet(SUM), [in_time, late], JUNE).is_timely
    assert compute(Rule.SUM, sheet(SUM), [in_time, before], JUNE).is_timely


@pytest.mark.parametrize(("kind", "lacking", "whole"), [(SUM, (2018, 5), False), (RISING, (2018, 5), True)])
def test_a_partial_value_is_not_whole_and_makes_no_bottleneck(
    kind: Annualization, lacking: tuple[int, int], whole: bool
) -> None:
    series = {(2018, month): Decimal(1) for month in range(1, 7)}

    of_june = judge(sheet(kind), series, *JUNE, partial={JUNE})
    of_may = judge(sheet(kind), series, *JUNE, partial={lacking})

    assert (of_june.color, bottlenecks.judge(of_june, None, None, 6)) == (Color.RED, None)
    assert of_may.is_whole == whole
