from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from workflows.indicators.rollup import Rate, RollUp, Share, Structure, light_of, roll_up

D = Decimal
STRUCTURE = Structure({"O1": ("L1", D(60)), "O2": ("L1", D(40)), "O3": ("L2", D(100))}, {"L1": D(70), "L2": D(30)})


def share(
    objective: str, weight: int, counted: object, *, entity: str = "SDG", timely: bool = True, silent: object = None
) -> Share:
    value, last = (None if given is None else D(str(given)) for given in (counted, silent))
    return Share(f"I{objective}{weight}", objective, entity, "producto", D(weight), value, timely, last)


def whole(capped: object, uncapped: object = None) -> Rate:
    """The rate of a level of which everything is known, in time."""
    return Rate(D(str(capped)), D(str(capped if uncapped is None else uncapped)), D(100), D(100))


def test_overachievement_does_not_hide_a_delay() -> None:
    found = roll_up([share("O1", 50, 300), share("O1", 50, 20)], STRUCTURE)

    assert found.objectives["O1"] == whole(60, 160)


def test_what_has_no_data_leaves_the_mean_and_the_coverage_says_so() -> None:
    found = roll_up([share("O1", 90, None), share("O1", 10, 40)], STRUCTURE)

    assert found.objectives["O1"] == Rate(D(40), D(40), D(10), D(10))


def test_a_level_weighs_its_parts_by_what_is_known_of_them() -> None:
    found = roll_up([share("O1", 75, None), share("O1", 25, 40), share("O2", 100, 80)], STRUCTURE)

    # 60 · a quarter known = 15 against 40 · all of it.
    assert found.lines["L1"].capped == D("69.090909091")
    assert found.lines["L1"].coverage == D(55)


def test_opportunity_is_the_share_that_came_in_time() -> None:
    found = roll_up([share("O1", 30, 50), share("O1", 50, 50, timely=False), share("O1", 20, None)], STRUCTURE)

    assert (found.objectives["O1"].coverage, found.objectives["O1"].opportunity) == (D(80), D(30))


def test_a_level_of_which_nothing_is_known_has_no_figure_and_lowers_the_coverage_above() -> None:
    found = roll_up([share("O1", 100, 90), share("O3", 100, None)], STRUCTURE)

    assert found.lines["L2"] == Rate(None, None, D(0), D(0))
    assert found.plan == Rate(D(90), D(90), D(70), D(70))
    assert light_of(found.lines["L2"]) == ("gris", False)


def test_a_level_with_nothing_due_is_absent_and_out_of_the_level_above() -> None:
    found = roll_up([share("O1", 100, 90)], STRUCTURE)

    assert set(found.objectives) == {"O1"}
    assert set(found.lines) == {"L1"}
    assert found.plan == whole(90)


def test_a_plan_with_nothing_due_has_no_percentage() -> None:
    assert roll_up([], STRUCTURE) == RollUp({}, {}, {}, None)


def test_under_sixty_of_coverage_there_is_no_colour() -> None:
    lights = [
        light_of(roll_up([share("O1", known, 90), share("O1", 100 - known, None)], STRUCTURE).objectives["O1"])
        for known in (59, 60)
    ]

    assert lights == [("gris", False), ("verde", False)]


def test_silence_never_improves_a_colour() -> None:
    silent = roll_up([share("O1", 60, 90), share("O1", 40, None, silent=10)], STRUCTURE).objectives["O1"]
    better = roll_up([share("O1", 60, 70), share("O1", 40, None, silent=100)], STRUCTURE).objectives["O1"]

    assert (silent.capped, silent.silent, light_of(silent)) == (D(90), D(58), ("amarillo", True))
    assert (better.capped, better.silent, light_of(better)) == (D(70), D(82), ("amarillo", False))


def test_an_entity_weighs_its_indicators_by_line_objective_and_indicator() -> None:
    shares = [share("O1", 50, 100), share("O3", 50, 0), share("O3", 50, 77, entity="IDPAC")]

    found = roll_up(shares, STRUCTURE)

    assert found.entities["SDG"].capped == D("58.333333333")  # 70·60·50 against 30·100·50
    assert found.entities["IDPAC"].capped == D(77)


def test_an_indicator_without_weight_changes_nothing_and_has_no_level_of_its_own() -> None:
    found = roll_up([share("O1", 0, 100), share("O1", 1, 40), share("O2", 0, 100)], STRUCTURE)

    assert found.objectives == {"O1": whole(40)}
    assert found.entities == {"SDG": whole(40)}


def test_a_weight_below_one_weighs() -> None:
    half = Share("I", "O1", "SDG", "producto", D("0.5"), D(40))

    assert roll_up([half], STRUCTURE).objectives["O1"].capped == D(40)


counted = st.one_of(st.none(), st.decimals(0, 10000, places=3))
shares = st.lists(
    st.builds(
        Share,
        indicator=st.just("I"),
        objective=st.sampled_from(["O1", "O2", "O3"]),
        entity=st.sampled_from(["SDG", "IDPAC"]),
        kind=st.just("producto"),
        weight=st.decimals("0.01", 100, places=2),
        counted=counted,
    ),
    max_size=12,
)


@given(shares)
def test_capped_lies_between_0_and_100_and_never_above_uncapped(found: list[Share]) -> None:
    rolled = roll_up(found, STRUCTURE)
    rates = [*rolled.objectives.values(), *rolled.lines.values(), *rolled.entities.values()]

    for rate in rates + ([rolled.plan] if rolled.plan else []):
        assert 0 <= rate.opportunity <= rate.coverage <= 100
        assert (rate.capped is None) == (rate.coverage == 0)
        if rate.capped is not None and rate.uncapped is not None:
            assert 0 <= rate.capped <= 100
            assert rate.capped <= rate.uncapped


@given(shares, st.randoms(use_true_random=False))
def test_the_order_of_the_indicators_changes_nothing(found: list[Share], random: object) -> None:
    shuffled = sorted(found, key=lambda _: random.random())  # type: ignore[attr-defined]

    assert roll_up(shuffled, STRUCTURE) == roll_up(found, STRUCTURE)
