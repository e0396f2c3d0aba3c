from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from workflows.indicators.rollup import Rate, RollUp, Share, Structure, roll_up

D = Decimal
STRUCTURE = Structure({"O1": ("L1", D(60)), "O2": ("L1", D(40)), "O3": ("L2", D(100))}, {"L1": D(70), "L2": D(30)})


def share(objective: str, weight: int, counted: object, *, entity: str = "SDG", kind: str = "producto") -> Share:
    value = None if counted is None else D(str(counted))
    return Share(f"I{objective}{weight}", objective, entity, kind, D(weight), value)


def test_overachievement_does_not_hide_a_delay() -> None:
    found = roll_up([share("O1", 50, 300), share("O1", 50, 20)], STRUCTURE)

    assert found.objectives["O1"] == Rate(D(60), D(160))


def test_what_is_not_due_leaves_its_weight_to_the_rest() -> None:
    found = roll_up([share("O1", 90, None), share("O1", 10, 40), share("O2", 100, 80)], STRUCTURE)

    assert found.objectives["O1"].capped == D(40)
    assert found.lines["L1"].capped == D(56)


def test_missing_data_counts_zero() -> None:
    assert roll_up([share("O1", 50, 0), share("O1", 50, 100)], STRUCTURE).objectives["O1"].capped == D(50)


def test_a_level_with_nothing_due_is_absent_and_out_of_the_level_above() -> None:
    found = roll_up([share("O1", 100, 90), share("O3", 100, None)], STRUCTURE)

    assert set(found.objectives) == {"O1"}
    assert set(found.lines) == {"L1"}
    assert found.plan == Rate(D(90), D(90))


def test_a_plan_with_nothing_due_has_no_percentage() -> None:
    assert roll_up([share("O1", 100, None)], STRUCTURE) == RollUp({}, {}, {}, None)


def test_an_entity_weighs_its_indicators_by_line_objective_and_indicator() -> None:
    shares = [share("O1", 50, 100), share("O3", 50, 0), share("O3", 50, 77, entity="IDPAC")]

    found = roll_up(shares, STRUCTURE)

    assert found.entities["SDG"].capped == D("58.333333333")  # 70·60·50 against 30·100·50
    assert found.entities["IDPAC"].capped == D(77)


def test_an_indicator_without_weight_changes_nothing_and_has_no_level_of_its_own() -> None:
    found = roll_up([share("O1", 0, 100), share("O1", 1, 40), share("O2", 0, 100)], STRUCTURE)

    assert found.objectives == {"O1": Rate(D(40), D(40))}
    assert found.entities == {"SDG": Rate(D(40), D(40))}


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
        assert 0 <= rate.capped <= 100
        assert rate.capped <= rate.uncapped


@given(shares, st.randoms(use_true_random=False))
def test_the_order_of_the_indicators_changes_nothing(found: list[Share], random: object) -> None:
    shuffled = sorted(found, key=lambda _: random.random())  # type: ignore[attr-defined]

    assert roll_up(shuffled, STRUCTURE) == roll_up(found, STRUCTURE)
