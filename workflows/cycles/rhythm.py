"""A cadence as people choose it: how its opening is written, what that means in words, and the days it falls on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from workflows.calendar import WorkingCalendar, national_holidays, opening_parts
from workflows.cycles.cadence import MONTHS_OF, ONCE, Cadence, PlanPeriod
from workflows.spanish import MONTHS, enumeration, long_day

EVERY = {
    "mensual": "cada mes",
    "bimestral": "cada dos meses",
    "trimestral": "cada tres meses",
    "semestral": "cada seis meses",
    "anual": "cada año",
    ONCE: "una sola vez, al terminar el plan",
}
CATCH_UP = {
    "todas": "se abren todas, una por periodo",
    "ultima": "se abre solo la más reciente; las demás quedan anotadas como omitidas",
    "preguntar": "la coordinación decide cada una",
}
CUTOFF, BEGINNING, DAY = "cierre", "inicio", "fecha"
ANCHORS = {
    CUTOFF: "el corte: el último día del periodo",
    BEGINNING: "el primer día del periodo",
    DAY: "un día fijo del año",
}
WORKING, MONTHLY = "dh", "m"
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Opening:
    """When a period opens: `count` working days or months after (before, if negative) its anchor."""

    anchor: str = CUTOFF
    count: int = 1
    unit: str = WORKING
    month: int = 1
    day: int = 31

    def written(self) -> str:
        """As a diagram holds it: `cierre+1dh`, `fecha:01-31`."""
        anchor = f"fecha:{self.month:02}-{self.day:02}" if self.anchor == DAY else self.anchor
        return f"{anchor}{self.count:+d}{self.unit}" if self.count else anchor


def read(text: str) -> Opening | None:
    """An opening as a diagram holds it; None where it is written in no way that people choose."""
    parts = opening_parts(text)
    if parts is None:
        return None
    count = int(parts["count"] or 0) * (-1 if parts["sign"] == "-" else 1)
    is_day = str(parts["anchor"]).startswith("fecha")
    return Opening(
        DAY if is_day else str(parts["anchor"]),
        count,
        parts["unit"] or WORKING,
        int(parts["month"] or 1),
        int(parts["day"] or 31),
    )


def in_words(rhythm: Cadence) -> str:
    """What a cadence does, in sentences."""
    opening = read(rhythm.opening)
    if opening is None:
        return f"Se abre {EVERY[rhythm.every]}, según «{rhythm.opening}»."
    said = f"Se abre {EVERY[rhythm.every]}, {_offset(opening)}{_anchor(opening, rhythm.every)}."
    if opening.unit == WORKING and opening.count:
        said += " Sábados, domingos, festivos y los días que el sector no trabaja no cuentan."
    said += f" Si se pasaron fechas sin abrir, {CATCH_UP[rhythm.catch_up]}."
    if rhythm.since is not None:
        said += f" No se abren los periodos que terminan antes del {long_day(rhythm.since)}."
    return said


def _offset(opening: Opening) -> str:
    if not opening.count:
        return ""
    count, later = abs(opening.count), opening.count > 0
    if opening.unit == MONTHLY:
        return f"{count} {'mes' if count == 1 else 'meses'} {'después' if later else 'antes'} "
    if count == 1:
        return f"el {'primer' if later else 'último'} día hábil {'después' if later else 'antes'} "
    return f"{count} días hábiles {'después' if later else 'antes'} "


def _anchor(opening: Opening, every: str) -> str:
    if opening.anchor == DAY:
        day = f"el {opening.day} de {MONTHS[opening.month - 1]}"
    elif every == ONCE:
        day = "el primer día del plan" if opening.anchor == BEGINNING else "el último día del plan"
    else:
        length = {1: "del mes", 12: "del año"}.get(MONTHS_OF[every], f"de los {MONTHS_OF[every]} meses")
        day = f"el {'primer' if opening.anchor == BEGINNING else 'último'} día {length}"
    return f"{'d' if opening.count else ''}{day}"


@dataclass(frozen=True, slots=True)
class Falls:
    """A period and the day it opens; `moved` says which holidays were stepped over on the way."""

    period: PlanPeriod
    day: dt.date
    moved: str


def coming(calendar: WorkingCalendar, rhythm: Cadence, today: dt.date, scope: str | None = None) -> list[Falls]:
    """The next openings of a process that no plan follows yet; none of what happens once. Raises `InvalidDeadline`."""
    if rhythm.every == ONCE:
        return []
    months = (SHOWN + 3) * MONTHS_OF[rhythm.every]
    periods = rhythm.periods(today - dt.timedelta(days=400), today + dt.timedelta(days=31 * months))
    return list(islice(_ahead(calendar, rhythm, periods, today, scope), SHOWN))


def _ahead(
    calendar: WorkingCalendar, rhythm: Cadence, periods: Iterator[PlanPeriod], today: dt.date, scope: str | None
) -> Iterator[Falls]:
    for period in periods:
        day = rhythm.opens_on(calendar, period, scope)
        if day > today and rhythm.covers(period):
            yield Falls(period, day, moved(rhythm, period, day))


def moved(rhythm: Cadence, period: PlanPeriod, day: dt.date) -> str:
    """The holidays between a period's anchor and the day it opens, in words; empty where none moved it."""
    opening = read(rhythm.opening)
    if opening is None or opening.unit != WORKING or not opening.count or opening.anchor == DAY:
        return ""
    anchor = period.start if opening.anchor == BEGINNING else period.cutoff
    first, last = sorted((anchor, day))
    days = [first + dt.timedelta(days=one) for one in range(1, (last - first).days)]
    names = [
        f"el {one.day} de {MONTHS[one.month - 1]} es festivo"
        for one in days
        if one.weekday() < 5 and one in national_holidays(one.year)
    ]
    return enumeration(names)
