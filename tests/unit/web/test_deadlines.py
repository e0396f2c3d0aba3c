"""A deadline as people say it."""

from __future__ import annotations

import datetime as dt

import pytest

from web.deadlines import ago, deadline, met, short_day
from workflows.calendar import WorkingCalendar, end_of_day

NOW = dt.datetime(2026, 11, 6, 15, 0, tzinfo=dt.UTC)
"""Friday 6 November 2026, 10:00 in Bogotá; Monday 2 and Monday 16 are holidays."""


@pytest.mark.parametrize(
    ("day", "word", "distance"),
    [
        (dt.date(2026, 11, 5), "Vencida", "venció hace 1 día hábil"),
        (dt.date(2026, 10, 30), "Vencida", "venció hace 4 días hábiles"),
        (dt.date(2026, 11, 6), "Por vencer", "vence hoy"),
        (dt.date(2026, 11, 9), "Por vencer", "falta 1 día hábil"),
        (dt.date(2026, 11, 10), "Por vencer", "faltan 2 días hábiles"),
        (dt.date(2026, 11, 11), "A tiempo", "faltan 3 días hábiles"),
        (dt.date(2026, 11, 17), "A tiempo", "faltan 6 días hábiles"),
        (dt.date(2026, 11, 8), "Por vencer", "vence antes del próximo día hábil"),
    ],
)
def test_the_distance_is_said_in_working_days(day: dt.date, word: str, distance: str) -> None:
    said = deadline(end_of_day(day), NOW, WorkingCalendar())

    assert (said.word, said.distance, said.day) == (word, distance, day)


def test_over_a_weekend_what_was_due_on_friday_says_friday() -> None:
    saturday = NOW + dt.timedelta(days=1)

    said = deadline(end_of_day(dt.date(2026, 11, 6)), saturday, WorkingCalendar())

    assert said.distance == "venció el viernes"


def test_what_was_due_earlier_today_says_today() -> None:
    assert deadline(NOW - dt.timedelta(hours=1), NOW, WorkingCalendar()).distance == "venció hoy"


def test_without_a_deadline_nothing_is_due() -> None:
    assert deadline(None, NOW, WorkingCalendar()).word == "Sin plazo"


def test_a_finished_task_tells_whether_it_was_in_time() -> None:
    assert met(NOW, NOW - dt.timedelta(minutes=1)).word == "Terminada"
    assert met(NOW, NOW + dt.timedelta(minutes=1)).word == "Fuera de plazo"


def test_days_are_those_of_bogota() -> None:
    late_evening = dt.datetime(2026, 11, 10, 4, 59, 59, tzinfo=dt.UTC)

    assert short_day(late_evening) == "lunes 9 nov."
    assert short_day(dt.date(2026, 5, 4)) == "lunes 4 mayo"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "hace un momento"),
        (1, "hace 1 minuto"),
        (59, "hace 59 minutos"),
        (60, "hace 1 hora"),
        (300, "hace 5 horas"),
        (1440, "el 6 de noviembre de 2026"),
    ],
)
def test_a_moment_ago(minutes: int, said: str) -> None:
    assert ago(NOW, NOW + dt.timedelta(minutes=minutes)) == said
