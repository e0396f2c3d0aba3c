"""The monthly programming that is proposed, put together and checked."""

from __future__ import annotations

from decimal import Decimal

import pytest

from workflows.implementation import programming
from workflows.implementation.external_reports import months_of
from workflows.indicators.sheets import IndicatorSheet


def sheet(annualization: str, target: str, baseline: str | None = None) -> IndicatorSheet:
    return IndicatorSheet(
        code="X", annualization=annualization, periodicity="mensual",
        baseline=Decimal(baseline) if baseline else None, final_target=None, first_year=2018,
        targets={2018: Decimal(target)},
    )  # fmt: skip


def test_what_adds_up_is_proposed_in_whole_figures_that_reach_the_target() -> None:
    months = programming.proposal(sheet("suma", "80"), 2018, 0)

    assert sum(months.values()) == 80
    assert all(value == value.to_integral_value() for value in months.values())
    assert max(months.values()) - min(months.values()) <= 1


@pytest.mark.parametrize(
    ("annualization", "baseline", "target"), [("creciente", "5", "12"), ("decreciente", "12", "5")]
)
def test_a_level_is_proposed_on_its_way_to_the_target(annualization: str, baseline: str, target: str) -> None:
    months = programming.proposal(sheet(annualization, target, baseline), 2018, 0)

    levels = [months[month] for month in range(1, 13)]
    assert levels == sorted(levels, reverse=annualization == "decreciente")
    assert levels[-1] == Decimal(target)


def test_nothing_is_proposed_for_what_is_held_all_year() -> None:
    assert programming.proposal(sheet("constante", "100"), 2018, 0) == {}


def test_activities_of_one_goal_add_up_or_the_best_level_counts() -> None:
    first, second = {1: Decimal(3), 2: Decimal(4)}, {2: Decimal(6)}

    assert programming.combined("suma", [first, second]) == {1: 3, 2: 10}
    assert programming.combined("creciente", [first, second]) == {1: 3, 2: 6}
    assert programming.combined("decreciente", [first, second]) == {1: 3, 2: 4}


def test_a_year_ends_at_the_sum_or_at_the_last_level() -> None:
    months = {1: Decimal(3), 12: Decimal(4)}

    assert programming.reached("suma", months) == 7
    assert programming.reached("creciente", months) == 4
    assert programming.reached("suma", {}) is None


def test_a_quarter_is_three_months() -> None:
    assert months_of("2018-T4") == ["2018-10", "2018-11", "2018-12"]
