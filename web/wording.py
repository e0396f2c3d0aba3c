"""Days, moments and distances as people say them, in Bogotá's time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from workflows.calendar import BOGOTA, WorkingCalendar

MONTHS = ("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre").split()
WEEKDAYS = ("lunes martes miércoles jueves viernes sábado domingo").split()
DUE_SOON = 2
"""Working days before the deadline from which a task counts as *por vencer*."""

Moment = dt.datetime | dt.date


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
        passed = calendar.working_days_between(day, today)
        text = f"venció hace {_working_days(passed)}" if passed > 0 else f"venció el {WEEKDAYS[day.weekday()]}"
        return Deadline("rojo", "■", "Vencida", "venció hoy" if day == today else text, day)
    left = calendar.working_days_between(today, day)
    if day == today:
        return Deadline("amarillo", "◐", "Por vencer", "vence hoy", day)
    text = f"{'falta' if left == 1 else 'faltan'} {_working_days(left)}" if left > 0 else "vence antes del próximo día hábil"
    if left <= DUE_SOON:
        return Deadline("amarillo", "◐", "Por vencer", text, day)
    return Deadline("verde", "○", "A tiempo", text, day)


def ended(due_at: dt.datetime | None, ended_at: dt.datetime) -> Deadline:
    """How a finished task met its deadline."""
    if due_at is not None and ended_at > due_at:
        return Deadline("amarillo", "✓", "Fuera de plazo", "", local_day(ended_at))
    return Deadline("verde", "✓", "Terminada", "", local_day(ended_at))


def _working_days(count: int) -> str:
    return "1 día hábil" if count == 1 else f"{count} días hábiles"


def local_day(moment: Moment) -> dt.date:
    """The day of a moment in Bogotá."""
    return moment.astimezone(BOGOTA).date() if isinstance(moment, dt.datetime) else moment


def weekday_and_day(moment: Moment) -> str:
    """«lunes 9 de noviembre»."""
    day = local_day(moment)
    return f"{WEEKDAYS[day.weekday()]} {day.day} de {MONTHS[day.month - 1]}"


def short_day(moment: Moment) -> str:
    """«lunes 9 nov.»; «mayo» needs no point."""
    day = local_day(moment)
    month = MONTHS[day.month - 1]
    return f"{WEEKDAYS[day.weekday()]} {day.day} {month if len(month) <= 4 else month[:3] + '.'}"


def full_day(moment: Moment) -> str:
    """«22 de noviembre de 2026»."""
    day = local_day(moment)
    return f"{day.day} de {MONTHS[day.month - 1]} de {day.year}"


def clock_time(moment: dt.datetime) -> str:
    """«10:42», of 24 hours."""
    return moment.astimezone(BOGOTA).strftime("%H:%M")


def day_and_time(moment: dt.datetime) -> str:
    """«22 de noviembre de 2026, 10:42»."""
    return f"{full_day(moment)}, {clock_time(moment)}"


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
    return f"el {full_day(moment)}"


def number(value: Decimal | float | None, decimals: int | None = None) -> str:
    """«1.234.567,8»; an em dash where there is none. `decimals` rounds; without it nothing is cut."""
    if value is None:
        return "—"
    text = f"{value:,}" if decimals is None else f"{value:,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,"))


def month(code: str) -> str:
    """«junio de 2018» for the period 2018-06."""
    year, _, number_of_month = code.partition("-")
    return f"{MONTHS[int(number_of_month) - 1]} de {year}"
