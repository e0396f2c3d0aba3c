"""When a task is worth a reminder."""

from __future__ import annotations

import datetime as dt

import pytest

from notifications.escalation import rules
from notifications.reminders import Distance, distance, offsets, reminder_due
from workflows.calendar import WorkingCalendar


@pytest.mark.parametrize("today", [-3, -1, 0, 1])
def test_a_reminder_is_due_on_each_of_the_usual_distances(today: int) -> None:
    assert reminder_due({}, Distance(before=today - 1, today=today))


@pytest.mark.parametrize("today", [-5, -2, 2, 3])
def test_no_reminder_is_due_between_them(today: int) -> None:
    assert not reminder_due({}, Distance(before=today - 1, today=today))


def test_a_reminder_missed_while_the_worker_was_off_is_made_up_for() -> None:
    assert reminder_due({}, Distance(before=-4, today=-2))


def test_a_task_overdue_for_a_week_is_said_again() -> None:
    assert reminder_due({}, Distance(before=4, today=5))
    assert not reminder_due({}, Distance(before=5, today=6))


def test_the_diagram_may_ask_for_other_distances() -> None:
    assert offsets({"recordatorios": "-5,-1,+2"}) == (-5, -1, 2)
    assert offsets({"recordatorios": "; DROP"}) == (-3, -1, 0, 1)


def test_distances_are_working_days_across_a_holiday() -> None:
    # Given the deadline on Tuesday 3 July 2018; Monday 2 July is a holiday (San Pedro, moved)
    due = dt.date(2018, 7, 3)

    # When the last digest was on Thursday and it is Friday
    far = distance(due, dt.date(2018, 6, 28), dt.date(2018, 6, 29), WorkingCalendar().working_days_between)

    # Then one working day is left
    assert far == Distance(before=-2, today=-1)


def test_escalation_rules_are_days_and_roles_and_nonsense_is_left_out() -> None:
    assert rules("+3:coordinador_pes, +5:directivo_entidad, x, 3:y") == (
        (3, "coordinador_pes"),
        (5, "directivo_entidad"),
    )
