"""How a figure is told: the sum with its numbers, and what a reader has to know beside it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from web.plans.wording import Basis, explain, size
from workflows.indicators.quadrennium import assess
from workflows.indicators.sheets import IndicatorSheet
from workflows.indicators.traffic_light import DEFAULT_BANDS

JUNE = (2018, 6)


def told(annualization: str, baseline: int | None, target: int, value: int | None, periodicity: str = "mensual"):  # type: ignore[no-untyped-def]
    """The explanation in June of an indicator followed since 2018, with half a year's value reported in June."""
    base = None if baseline is None else Decimal(baseline)
    sheet = IndicatorSheet(
        "I", annualization, periodicity, base, Decimal(target), 2018, {2018: Decimal(target)}, followed_from=(2018, 1)
    )
    found = assess(sheet, {JUNE: None if value is None else Decimal(value)}, *JUNE)
    return explain(Basis(annualization, periodicity, base, 0, DEFAULT_BANDS), found, "2018-06")


@pytest.mark.parametrize(
    ("annualization", "baseline", "target", "value", "sum_"),
    [
        ("suma", None, 60, 27, "27 ÷ 30 = 90,0 %"),
        ("constante", None, 80, 60, "60 ÷ 80 = 75,0 %"),
        ("creciente", 34, 50, 40, "(40 − 34) ÷ (42 − 34) = 75,0 %"),
        ("creciente", None, 50, 20, "20 ÷ 25 = 80,0 %"),
        ("decreciente", 100, 80, 94, "(100 − 94) ÷ (100 − 90) = 60,0 %"),
        ("creciente", 50, 50, 50, "¿50 ≥ 50? se cumple → 100,0 %"),
        ("suma", None, 60, None, ""),
    ],
)
def test_the_sum_shows_the_numbers_of_the_month(
    annualization: str, baseline: int | None, target: int, value: int | None, sum_: str
) -> None:
    assert told(annualization, baseline, target, value).sum == sum_


def test_the_colour_is_told_with_its_bounds() -> None:
    assert told("suma", None, 60, 18).notes[-1] == "En amarillo: más de 50 % y hasta 75 %."


def test_what_is_missing_or_too_much_is_told() -> None:
    assert told("suma", None, 60, None).notes == (
        "No hay dato propio ni uno reciente que llevar: no tiene cifra y queda por fuera de los promedios.",
        "Sin dato.",
    )
    assert told("suma", None, 60, 18).notes[0].startswith("Incompleto: falta enero de 2018")
    assert any(note.startswith("En los promedios cuenta como 100 %") for note in told("suma", None, 60, 60).notes)
    assert "Está por debajo de la línea base" in told("creciente", 34, 50, 30).notes[0]


def test_a_longer_period_names_the_cutoff_it_is_judged_by() -> None:
    sheet = IndicatorSheet("I", "suma", "trimestral", None, Decimal(60), 2018, {2018: Decimal(60)})
    found = assess(sheet, {(2018, 3): Decimal(15)}, 2018, 5)

    notes = explain(Basis("suma", "trimestral", None, 0, DEFAULT_BANDS), found, "2018-05").notes

    assert notes[0] == "Es de periodicidad trimestral: se juzga por su último corte exigible, marzo de 2018."


def test_sizes_are_written_as_people_do() -> None:
    assert (size(76), size(1_400_000)) == ("76 bytes", "1,4 MB")
