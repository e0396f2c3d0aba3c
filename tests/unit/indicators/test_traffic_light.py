from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from workflows.indicators.traffic_light import DEFAULT_BANDS, Band, bands_at, color_of, read_bands, write_bands

D = Decimal


@pytest.mark.parametrize(
    ("percentage", "color"),
    [
        ("-20", "rojo"),
        ("50", "rojo"),
        ("50.0000004", "rojo"),
        ("50.0000005", "amarillo"),
        ("75", "amarillo"),
        ("75.04", "verde"),
        ("125", "verde"),
        ("125.0000005", "naranja"),
        ("900", "naranja"),
    ],
)
def test_a_bound_belongs_to_the_lower_colour_after_six_decimals(percentage: str, color: str) -> None:
    assert color_of(D(percentage)) == color


def test_above_every_bound_the_last_colour_holds() -> None:
    bands = (Band("rojo", D(50)), Band("amarillo", D(75)), Band("verde", D(100)))

    assert color_of(D(101), bands) == "verde"


def test_thresholds_hold_from_their_day_and_never_before() -> None:
    strict = (Band("rojo", D(90)), Band("verde", None))
    history = [(dt.date(2018, 7, 1), strict), (dt.date(2017, 1, 1), DEFAULT_BANDS)]

    assert bands_at(history, dt.date(2018, 6, 30)) == DEFAULT_BANDS
    assert bands_at(history, dt.date(2018, 7, 1)) == strict
    assert bands_at([], dt.date(2018, 7, 1)) == DEFAULT_BANDS


def test_stored_bands_read_back_the_same() -> None:
    bands = (Band("rojo", D("33.3")), Band("verde", None))

    assert read_bands(write_bands(bands)) == bands
    assert write_bands(bands) == [{"color": "rojo", "hasta": "33.3"}, {"color": "verde", "hasta": None}]


def test_without_other_thresholds_those_of_the_policy_follow_up_hold() -> None:
    assert write_bands(DEFAULT_BANDS) == [
        {"color": "rojo", "hasta": "50"},
        {"color": "amarillo", "hasta": "75"},
        {"color": "verde", "hasta": "125"},
        {"color": "naranja", "hasta": None},
    ]
