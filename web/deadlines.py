"""Deadlines as people say them: a word, a sign and a distance in working days before a date."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from workflows.calendar import BOGOTA, WorkingCalendar
from workflows.spanish import MONTHS, WEEKDAYS, local_day, long_day

DUE_SOON = 2
"""Working days before the deadline from which a task counts as *por vencer*."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline as a page says it: colour, sign and word, distance in working days, and the day."""

    color: str
    icon: str
    word: str
    distance: str
    day: dt.date | None = None

    @property
    def is_overdue(self) -> bool:
        """Whether it has passed."""
        return self.color == "rojo"


NO_DEADLINE = Deadline("gris", "–", "Sin plazo", "sin plazo")


def deadline(due_at: dt.datetime | None, now: dt.datetime, calendar: WorkingCalendar) -> Deadline:
    """How far `due_at` is from `now`."""
    if due_at is None:
        return NO_DEADLINE
    day, today = local_day(due_at), local_day(now)
    if due_at < now:
        return Deadline("rojo", "■", "Vencida", _passed(day, today, calendar), day)
    left = calendar.working_days_between(today, day)
    if left <= DUE_SOON:
        return Deadline("amarillo", "◐", "Por vencer", "vence hoy" if day == today else _left(left), day)
    return Deadline("verde", "○", "A tiempo", _left(left), day)


def _passed(day: dt.date, today: dt.date, calendar: WorkingCalendar) -> str:
    if day == today:
        return "venció hoy"
    days = calendar.working_days_between(day, today)
    # Between a Friday and its Sunday no working day has passed.
    return f"venció hace {_working_days(days)}" if days else f"venció el {WEEKDAYS[day.weekday()]}"


def _left(days: int) -> str:
    if days == 0:
        return "vence antes del próximo día hábil"
    return f"{'falta' if days == 1 else 'faltan'} {_working_days(days)}"


def met(due_at: dt.datetime | None, ended_at: dt.datetime) -> Deadline:
    """How a finished task met its deadline."""
    if due_at is not None and ended_at > due_at:
        return Deadline("amarillo", "✓", "Fuera de plazo", "", local_day(ended_at))
    return Deadline("verde", "✓", "Terminada", "", local_day(ended_at))


def _working_days(count: int) -> str:
    return "1 día hábil" if count == 1 else f"{count} días hábiles"


def short_day(moment: dt.datetime | dt.date) -> str:
    """«lunes 9 nov.»; «mayo» needs no point."""
    day = local_day(moment)
    month = MONTHS[day.month - 1]
    return f"{WEEKDAYS[day.weekday()]} {day.day} {month if len(month) <= 4 else month[:3] + '.'}"


def clock_time(moment: dt.datetime) -> str:
    """«10:42», of 24 hours, in Bogotá."""
    return f"{moment.astimezone(BOGOTA):%H:%M}"


def ago(moment: dt.datetime, now: dt.datetime) -> str:
    """«hace 20 minutos», «hace 3 horas», and after a day the date."""
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return "hace un momento"
    if minutes < 60:
        return f"hace {minutes} {'minuto' if minutes == 1 else 'minutos'}"
    if minutes < 24 * 60:
        hours = minutes // 60
        return f"hace {hours} {'hora' if hours == 1 else 'horas'}"
    return f"el {long_day(moment)}"
