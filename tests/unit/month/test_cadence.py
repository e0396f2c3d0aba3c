"""Periods and openings by the properties of a start event."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.errors import InvalidDeadline
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


def test_what_happens_once_is_one_period_over_the_whole_plan() -> None:
    (period,) = _rhythm(cadencia="unica").periods(dt.date(2017, 4, 1), dt.date(2020, 12, 31))

    assert period == cadence.PlanPeriod("", "", dt.date(2017, 4, 1), dt.date(2020, 12, 31))


@pytest.mark.parametrize(
    ("opening", "opens_on"), [("inicio", "2021-01-01"), ("fecha:01-01", "2021-01-01"), ("cierre+1dh", "2021-01-04")]
)
def test_what_happens_once_counts_from_the_first_of_january_after_the_plan_or_from_its_end(
    opening: str, opens_on: str
) -> None:
    rhythm = _rhythm(cadencia="unica", apertura=opening)
    (period,) = rhythm.periods(dt.date(2017, 4, 1), dt.date(2020, 12, 31))

    assert rhythm.opens_on(CALENDAR, period, None) == dt.date.fromisoformat(opens_on)


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        ("mensual", ("2018-08", "agosto de 2018", "2018-08-01", "2018-08-31")),
        ("bimestral", ("2018-B4", "julio a agosto de 2018", "2018-07-01", "2018-08-31")),
        ("trimestral", ("2018-T3", "julio a septiembre de 2018", "2018-07-01", "2018-09-30")),
        ("semestral", ("2018-S2", "julio a diciembre de 2018", "2018-07-01", "2018-12-31")),
        ("anual", ("2018", "2018", "2018-01-01", "2018-12-31")),
    ],
)
def test_a_period_has_a_label_a_name_and_its_first_and_last_day(every: str, expected: tuple[str, ...]) -> None:
    (period,) = _rhythm(cadencia=every).periods(dt.date(2018, 8, 20), dt.date(2018, 8, 20))

    assert (period.label, period.words, f"{period.start}", f"{period.cutoff}") == expected


def test_a_period_that_begins_on_the_last_day_is_one_of_the_plan() -> None:
    assert _labels("mensual", "2018-01-31", "2018-03-01") == ["2018-01", "2018-02", "2018-03"]
    assert _labels("mensual", "2018-01-31", "2018-02-28") == ["2018-01", "2018-02"]


def test_what_a_start_does_not_say_is_read_as_the_usual() -> None:
    assert cadence.read({"cadencia": " mensual "}) == cadence.Cadence("mensual", "cierre+1dh", "todas", ())


def test_everything_a_start_says_is_read() -> None:
    said = {"cadencia": "anual", "apertura": " inicio ", "atraso": " ultima ", "requiere": " f3 ,, f4r,"}

    assert cadence.read(said) == cadence.Cadence("anual", "inicio", "ultima", ("f3", "f4r"))


@pytest.mark.parametrize("catch_up", ["todas", "ultima", "preguntar"])
def test_periods_that_were_missed_are_caught_up_with_in_three_ways(catch_up: str) -> None:
    assert _rhythm(cadencia="mensual", atraso=catch_up).catch_up == catch_up


@pytest.mark.parametrize(
    ("every", "cutoff"),
    [
        *(("mensual", f"fin{what}") for what in ("", "_de_mes", "_de_bimestre", "_de_trimestre", "_de_semestre")),
        ("mensual", "fin_de_anio"),
        ("mensual", " fin "),
        *((every, day) for every in ("anual", "unica") for day in ("31-12", "12-31")),
    ],
)
def test_a_cutoff_is_the_last_day_of_its_period_in_these_words(every: str, cutoff: str) -> None:
    assert _rhythm(cadencia=every, corte=cutoff).every == every


@pytest.mark.parametrize(
    ("properties", "sentence"),
    [
        (
            {"cadencia": "quincenal"},
            "La cadencia «quincenal» no existe. Use mensual, bimestral, trimestral, semestral, anual o unica.",
        ),
        (
            {"cadencia": "mensual", "atraso": "nunca"},
            "El atraso «nunca» no existe. Use todas, ultima, preguntar.",
        ),
        *(
            (
                {"cadencia": every, "corte": cutoff},
                f"El corte «{cutoff}» no se entiende. El corte es el último día del periodo: escriba «fin».",
            )
            for every, cutoff in (("mensual", "día 25"), ("mensual", "31-12"), ("anual", "30-11"), ("unica", "25"))
        ),
    ],
)
def test_what_cannot_be_read_is_said(properties: dict[str, str], sentence: str) -> None:
    with pytest.raises(InvalidCadence) as refused:
        cadence.read(properties)

    assert refused.value.message == sentence
    with pytest.raises(InvalidDeadline) as told:
        cadence.check_opening(CALENDAR, properties)
    assert told.value.message == sentence


def test_a_cadence_that_is_refused_without_a_reason_says_where_to_mend_it() -> None:
    assert InvalidCadence().message == (
        "La cadencia del evento de inicio no se entiende. Corríjala en el editor del proceso."
    )


def test_an_opening_that_nobody_could_follow_is_refused_and_what_has_no_cadence_is_not_asked_for_one() -> None:
    with pytest.raises(InvalidDeadline, match="mañana"):
        cadence.check_opening(CALENDAR, {"cadencia": "mensual", "apertura": "mañana"})

    cadence.check_opening(CALENDAR, {"cadencia": "mensual", "apertura": "inicio-1m"})
    cadence.check_opening(CALENDAR, {"apertura": "mañana"})


def test_a_month_knows_its_days_and_its_neighbours() -> None:
    assert cadence.month_bounds("2020-02") == (dt.date(2020, 2, 1), dt.date(2020, 2, 29))
    assert [cadence.next_month(month) for month in ("2018-01", "2018-12")] == ["2018-02", "2019-01"]
