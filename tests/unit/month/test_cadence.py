"""Periods and openings by the properties of a start event."""

from __future__ import annotations

import datetime as dt

import pytest

from workflows.calendar import WorkingCalendar
from workflows.cycles import cadence
from workflows.cycles.cadence import InvalidCadence

CALENDAR = WorkingCalendar()


def _rhythm(**properties: str) -> cadence.Cadence:
    found = cadence.read(properties)
    assert found is not None
    return found


def _labels(every: str, first: str, last: str) -> list[str]:
    rhythm = _rhythm(cadencia=every)
    return [period.label for period in rhythm.periods(dt.date.fromisoformat(first), dt.date.fromisoformat(last))]


def test_a_start_without_cadence_does_not_begin_by_the_calendar() -> None:
    assert cadence.read({"plazo": "5dh"}) is None


@pytest.mark.parametrize(
    ("every", "labels"),
    [
        ("mensual", ["2018-11", "2018-12", "2019-01", "2019-02"]),
        ("bimestral", ["2018-B6", "2019-B1"]),
        ("trimestral", ["2018-T4", "2019-T1"]),
        ("semestral", ["2018-S2", "2019-S1"]),
        ("anual", ["2018", "2019"]),
    ],
)
def test_periods_are_those_that_overlap_the_plan(every: str, labels: list[str]) -> None:
    assert _labels(every, "2018-11-05", "2019-02-28") == labels


def test_a_month_ends_on_its_last_calendar_day() -> None:
    periods = _rhythm(cadencia="mensual").periods(dt.date(2020, 2, 1), dt.date(2020, 2, 1))

    assert [(period.cutoff, period.words) for period in periods] == [(dt.date(2020, 2, 29), "febrero de 2020")]


@pytest.mark.parametrize(
    ("every", "opening", "opens_on"),
    [
        ("mensual", "cierre+1dh", "2018-07-03"),  # 2 July is a holiday
        ("trimestral", "cierre+16dh", "2018-07-25"),
        ("anual", "fecha:01-02", "2018-01-02"),
        ("anual", "inicio-1m", "2017-12-01"),
    ],
)
def test_a_period_opens_on_the_day_its_process_says(every: str, opening: str, opens_on: str) -> None:
    rhythm = _rhythm(cadencia=every, apertura=opening)
    period = next(iter(rhythm.periods(dt.date(2018, 6, 1), dt.date(2018, 6, 30))))

    assert rhythm.opens_on(CALENDAR, period, None) == dt.date.fromisoformat(opens_on)


def test_what_happens_once_opens_on_its_date_after_the_last_year() -> None:
    rhythm = _rhythm(cadencia="unica", apertura="fecha:02-01")
    period = next(iter(rhythm.periods(dt.date(2017, 4, 1), dt.date(2020, 12, 31))))

    assert rhythm.opens_on(CALENDAR, period, None) == dt.date(2021, 2, 1)


@pytest.mark.parametrize(
    "properties",
    [{"cadencia": "quincenal"}, {"cadencia": "mensual", "atraso": "nunca"}, {"cadencia": "mensual", "corte": "día 25"}],
)
def test_what_cannot_be_read_is_said(properties: dict[str, str]) -> None:
    with pytest.raises(InvalidCadence):
        cadence.read(properties)
