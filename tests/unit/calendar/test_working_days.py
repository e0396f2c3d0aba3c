from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidDeadline
from workflows.calendar import (
    BOGOTA,
    KnownDays,
    Window,
    WorkingCalendar,
    add_months,
    bogota_day,
    end_of_day,
    month_end,
    national_holidays,
)

CALENDAR = WorkingCalendar()
NOON = dt.datetime(
    2018, 7, 2, 17, 0, tzinfo=dt.UTC
)  # Monday; Sagrado Corazón was moved to 11 June, San Pedro to 2 July

days = st.dates(dt.date(2017, 1, 1), dt.date(2030, 12, 31))


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(InvalidDeadline) as caught:
        act()
    return caught.value.message


def due(expression: str, since: dt.datetime = NOON, scope: str | None = None, **variables: object) -> dt.datetime:
    return CALENDAR.deadline(expression, since=since, variables=variables, scope=scope).astimezone(BOGOTA)


def test_holidays_of_ley_emiliani_fall_on_their_monday() -> None:
    assert not CALENDAR.is_working(dt.date(2018, 7, 2))  # San Pedro y San Pablo, 29 June
    assert CALENDAR.is_working(dt.date(2018, 6, 29))
    assert national_holidays(2018)[dt.date(2018, 7, 20)] == "Día de la Independencia"


def test_two_holidays_on_one_day_are_one_day() -> None:
    assert not CALENDAR.is_working(dt.date(2025, 6, 30))
    assert sum(day.year == 2025 for day in national_holidays(2025)) == 17


def test_local_days_hold_for_their_scope_and_for_everybody() -> None:
    local = WorkingCalendar({"IDPAC": frozenset({dt.date(2018, 7, 4)})}, extra=[dt.date(2018, 7, 5)])

    assert local.is_working(dt.date(2018, 7, 4), "SDG")
    assert not local.is_working(dt.date(2018, 7, 4), "IDPAC")
    assert not local.is_working(dt.date(2018, 7, 5))


def test_the_days_of_an_entity_count_with_those_of_its_plan_and_for_nobody_else() -> None:
    local = WorkingCalendar({"PES": frozenset({dt.date(2018, 7, 4)}), "PES/IDPAC": frozenset({dt.date(2018, 7, 5)})})
    since = dt.datetime(2018, 7, 3, 14, 0, tzinfo=dt.UTC)

    def due(**variables: object) -> dt.date:
        return bogota_day(local.deadline("1dh", since=since, variables=variables, scope="PES"))

    assert due() == due(entidad="SDG") == due(entidad=["IDPAC"]) == dt.date(2018, 7, 5)
    assert due(entidad="IDPAC") == dt.date(2018, 7, 6)
    assert local.within("PES/IDPAC").working_days_between(dt.date(2018, 7, 3), dt.date(2018, 7, 6)) == 1
    assert local.working_days_between(dt.date(2018, 7, 3), dt.date(2018, 7, 6), "PES") == 2


def test_who_asks_within_a_scope_need_not_say_whose_day_it_is() -> None:
    days = {"HAB": frozenset({dt.date(2018, 7, 4)}), None: frozenset({dt.date(2018, 7, 5)})}

    theirs, others = WorkingCalendar(days).within("HAB"), WorkingCalendar(days).within("GOB")

    assert [theirs.working_days_between(dt.date(2018, 7, 3), dt.date(2018, 7, 6)), theirs.is_working(NOON.date())] == [
        1,
        False,
    ]
    assert others.working_days_between(dt.date(2018, 7, 3), dt.date(2018, 7, 6)) == 2
    assert others.within(None).is_working(dt.date(2018, 7, 4))


def test_zero_days_after_a_holiday_is_the_next_working_day() -> None:
    assert CALENDAR.add_working_days(dt.date(2018, 7, 2), 0) == dt.date(2018, 7, 3)
    assert CALENDAR.add_working_days(dt.date(2018, 7, 3), 0) == dt.date(2018, 7, 3)


@given(days, st.integers(-60, 60).filter(bool))
def test_counting_undoes_adding(day: dt.date, count: int) -> None:
    reached = CALENDAR.add_working_days(day, count)

    assert CALENDAR.is_working(reached)
    assert CALENDAR.working_days_between(day, reached) == count


@given(days, st.integers(-800, 800), st.sampled_from(["IDPAC", "SDG", None]))
def test_the_days_between_are_those_that_are_worked_one_by_one(day: dt.date, away: int, scope: str | None) -> None:
    local = WorkingCalendar({"IDPAC": frozenset({dt.date(2018, 7, 4), dt.date(2018, 7, 7)})}, [dt.date(2019, 3, 5)])
    other = day + dt.timedelta(days=away)
    first, last = (day, other) if away >= 0 else (other, day)

    between = local.working_days_between(day, other, scope)

    counted = {first + dt.timedelta(days=n) for n in range((last - first).days + 1)} - {day}
    assert between == (1 if away >= 0 else -1) * sum(local.is_working(one, scope) for one in counted)


@given(days, st.integers(0, 40), st.integers(0, 40))
def test_adding_twice_is_adding_the_sum(day: dt.date, first: int, second: int) -> None:
    start = CALENDAR.add_working_days(day, 0)

    twice = CALENDAR.add_working_days(CALENDAR.add_working_days(start, first), second)

    assert twice == CALENDAR.add_working_days(start, first + second)


def test_five_days_end_with_the_fifth_working_day_in_bogota() -> None:
    assert due("5dh") == dt.datetime(2018, 7, 9, 23, 59, 59, tzinfo=BOGOTA)


def test_an_evening_in_utc_is_still_the_day_in_bogota() -> None:
    evening = dt.datetime(2018, 7, 4, 3, 0, tzinfo=dt.UTC)  # 3 July, 22:00 in Bogotá

    assert due("1dh", since=evening).date() == dt.date(2018, 7, 4)


def test_a_deadline_from_the_cutoff_counts_working_days_after_it() -> None:
    assert due("cierre+7dh", cierre="2018-06-30").date() == dt.date(2018, 7, 11)
    assert due("cierre", cierre="2018-06-30").date() == dt.date(2018, 6, 30)
    assert due("cierre-1dh", cierre="2018-06-30").date() == dt.date(2018, 6, 29)


def test_a_date_variable_is_due_at_the_end_of_its_day_and_a_moment_at_that_moment() -> None:
    assert due("fecha:objetivo", objetivo="2018-08-31") == dt.datetime(2018, 8, 31, 23, 59, 59, tzinfo=BOGOTA)
    assert due("fecha:objetivo", objetivo="2018-08-31T10:00") == dt.datetime(2018, 8, 31, 10, tzinfo=BOGOTA)
    assert due("fecha:objetivo", objetivo="2018-08-31T10:00:00+00:00") == dt.datetime(2018, 8, 31, 5, tzinfo=BOGOTA)
    assert due("fecha:objetivo+2dh", objetivo="2018-08-31").date() == dt.date(2018, 9, 4)


@pytest.mark.parametrize(
    "expression", ["", "5", "dh", "5 días", "-5dh", "cierre+5", "fecha:", "fecha:1x", "mañana", "99999dh"]
)
def test_what_is_no_deadline_is_refused_with_an_example(expression: str) -> None:
    assert refused(lambda: CALENDAR.check(expression)) == (
        f"El plazo «{expression}» no se entiende. Escriba por ejemplo «5dh», «cierre+5dh» o «fecha:variable»."
    )


@pytest.mark.parametrize("expression", ["5dh", "cierre", "cierre+5dh", "inicio-1m", "fecha:entrega", "fecha:año+2dh"])
def test_what_is_a_deadline_is_taken(expression: str) -> None:
    CALENDAR.check(expression)


def test_blanks_in_a_deadline_or_an_opening_mean_nothing() -> None:
    assert due(" 5 dh ") == due("5dh")
    assert due("cierre + 7\tdh", cierre="2018-06-30") == due("cierre+7dh", cierre="2018-06-30")
    CALENDAR.check_opening(" fecha: 01 - 31 ")


@pytest.mark.parametrize("value", [None, "", 7])
def test_a_variable_without_a_date_is_refused_by_name(value: object) -> None:
    assert refused(lambda: due("fecha:objetivo", objetivo=value)) == (
        "El plazo «fecha:objetivo» usa «objetivo», que no tiene fecha en este proceso."
    )


@pytest.mark.parametrize("value", ["pronto", "2018-02-30", "2018-08-31T25:00"])
def test_a_variable_whose_text_is_no_date_is_refused_by_its_name_and_its_value(value: str) -> None:
    assert refused(lambda: due("fecha:objetivo", objetivo=value)) == (
        f"El plazo «fecha:objetivo» usa «objetivo», y su valor «{value}» no es una fecha (AAAA-MM-DD)."
    )


def test_a_variable_may_hold_a_date_or_a_moment_itself() -> None:
    assert due("fecha:objetivo", objetivo=dt.date(2018, 8, 31)) == due("fecha:objetivo", objetivo="2018-08-31")
    assert due("fecha:objetivo", objetivo=NOON) == NOON


@pytest.mark.parametrize(
    ("expression", "day"),
    [
        ("cierre+1dh", dt.date(2018, 7, 3)),
        ("inicio-1m", dt.date(2018, 5, 1)),
        ("fecha:01-31", dt.date(2018, 1, 31)),
        ("cierre-1m", dt.date(2018, 5, 30)),
        ("fecha:02-29", dt.date(2018, 2, 28)),
    ],
)
def test_an_opening_is_a_day_of_its_period(expression: str, day: dt.date) -> None:
    found = CALENDAR.moment_of(expression, period_start=dt.date(2018, 6, 1), cutoff=dt.date(2018, 6, 30))

    assert found == day


@pytest.mark.parametrize("expression", ["", "5dh", "cierre+1", "fecha:variable", "fecha:1-31", "fin"])
def test_what_is_no_opening_is_refused_with_examples(expression: str) -> None:
    assert refused(lambda: CALENDAR.check_opening(expression)) == (
        f"La apertura «{expression}» no se entiende. Escriba por ejemplo «cierre+1dh», «inicio-1m» o «fecha:01-31»."
    )


@pytest.mark.parametrize("expression", ["fecha:13-01", "fecha:02-31", "fecha:02-30", "fecha:00-10"])
def test_a_day_that_no_year_has_is_no_opening(expression: str) -> None:
    assert refused(lambda: CALENDAR.check_opening(expression)) == (
        f"La apertura «{expression}» no es una fecha del año. Escriba mes y día: «fecha:01-31»."
    )


def test_29_february_opens_on_it_in_a_leap_year_and_on_the_28th_in_the_others() -> None:
    opened = [
        CALENDAR.moment_of("fecha:02-29", period_start=dt.date(year, 1, 1), cutoff=dt.date(year, 12, 31))
        for year in (2019, 2020)
    ]

    assert opened == [dt.date(2019, 2, 28), dt.date(2020, 2, 29)]


def test_the_cutoff_of_a_month_is_its_last_calendar_day() -> None:
    assert [month_end(2020, 2), month_end(2021, 2), month_end(2021, 12)] == [
        dt.date(2020, 2, 29), dt.date(2021, 2, 28), dt.date(2021, 12, 31),
    ]  # fmt: skip


def test_local_days_that_are_known_later_take_the_place_of_those_before() -> None:
    local = WorkingCalendar({None: frozenset({dt.date(2018, 7, 4)})}, extra=[dt.date(2018, 7, 5)])

    local.know(KnownDays({"SDG": frozenset({dt.date(2018, 7, 6)})}, {}))

    assert local.is_working(dt.date(2018, 7, 4)) and local.is_working(dt.date(2018, 7, 5))
    assert not local.is_working(dt.date(2018, 7, 6), "SDG")


def test_a_window_that_was_moved_moves_what_is_counted_from_that_closing_of_that_plan_and_nothing_else() -> None:
    june = {"cierre": "2018-06-30", "periodo": "2018-06", "entidad": "IDPAC"}
    moved = WorkingCalendar().moved("PES", "2018-06", Window(2, dt.date(2018, 7, 12)))

    def due(calendar: WorkingCalendar, text: str, scope: str = "PES", **other: str) -> dt.date:
        since = end_of_day(dt.date(2018, 7, 3))
        return bogota_day(calendar.deadline(text, since=since, variables={**june, **other}, scope=scope))

    assert due(CALENDAR, "cierre+7dh") == dt.date(2018, 7, 11)
    assert due(moved, "cierre+7dh") == due(moved.within("PES"), "cierre+7dh") == dt.date(2018, 7, 13)
    assert due(moved, "cierre+10dh") == CALENDAR.add_working_days(dt.date(2018, 6, 30), 12)
    assert due(moved, "cierre+7dh", periodo="2018-S1") == due(moved, "cierre+7dh", "OTRO") == dt.date(2018, 7, 11)
    assert due(moved, "2dh") == due(CALENDAR, "2dh") and due(moved, "cierre+1m") == due(CALENDAR, "cierre+1m")


def test_a_month_earlier_is_clamped_to_the_end_of_a_short_month() -> None:
    assert add_months(dt.date(2018, 3, 31), -1) == dt.date(2018, 2, 28)
    assert add_months(dt.date(2018, 12, 31), 2) == dt.date(2019, 2, 28)


@given(days)
def test_the_end_of_a_day_is_still_that_day_in_bogota(day: dt.date) -> None:
    assert bogota_day(end_of_day(day)) == day
    assert bogota_day(end_of_day(day) + dt.timedelta(seconds=1)) == day + dt.timedelta(days=1)
