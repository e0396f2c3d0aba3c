"""Which periods a process has: pure arithmetic on the calendar properties of its start event."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflows.errors import WorkflowsError
from workflows.spanish import MONTHS, month_name

MONTHS_OF = {"mensual": 1, "bimestral": 2, "trimestral": 3, "semestral": 6, "anual": 12}
ONCE = "unica"
LETTER = {2: "B", 3: "T", 6: "S"}
CATCH_UP = ("todas", "ultima", "preguntar")
PERIOD_ENDS = ("", "fin", "ultimo_dia", "ultimo_dia_del_mes", "fin_de_mes")

_DATE = re.compile(r"fecha:(\d{2})-(\d{2})")
_ANCHOR = re.compile(r"(inicio|cierre)(?:([+-]\d{1,3})(dh|d|m))?")
_CUTOFF_DATE = re.compile(r"\d{2}-\d{2}")


class InvalidCadence(WorkflowsError):
    """La cadencia del evento de inicio no se entiende. Corríjala en el editor del proceso."""


@dataclass(frozen=True, slots=True)
class PlanPeriod:
    """One period: its label in a key (`2018-06`, `2018-T2`, `2018`), its name in words, its first and last day."""

    label: str
    words: str
    start: dt.date
    cutoff: dt.date


@dataclass(frozen=True, slots=True)
class Cadence:
    """The calendar properties of a start event, read and checked."""

    every: str
    opening: str
    catch_up: str
    requires: tuple[str, ...]

    def periods(self, first: dt.date, last: dt.date) -> Iterator[PlanPeriod]:
        """The periods that overlap the days from `first` to `last`, in order."""
        if self.every == ONCE:
            yield PlanPeriod("", "", first, last)
            return
        size = MONTHS_OF[self.every]
        year, month = first.year, (first.month - 1) // size * size + 1
        while dt.date(year, month, 1) <= last:
            yield _period(year, month, size)
            month += size
            if month > 12:
                year, month = year + 1, 1

    def opening_expression(self, period: PlanPeriod) -> tuple[dt.date, int]:
        """The day the opening counts from, and the working days to add to it (calendar offsets are done here)."""
        fixed = _DATE.fullmatch(self.opening)
        if fixed:
            year = period.cutoff.year + (1 if self.every == ONCE else 0)
            return _clamped(year, int(fixed[1]), int(fixed[2])), 0
        anchor, amount, unit = _ANCHOR.fullmatch(self.opening).groups()  # type: ignore[union-attr]  # read() checked it
        day = period.start if anchor == "inicio" else period.cutoff
        if unit == "m":
            return add_months(day, int(amount)), 0
        if unit == "d":
            return day + dt.timedelta(days=int(amount)), 0
        return day, int(amount or 0)


def read(properties: Mapping[str, str]) -> Cadence | None:
    """The cadence a start event carries, or None if it does not begin by the calendar.

    Raises `InvalidCadence` if a property cannot be read.
    """
    every = (properties.get("cadencia") or "").strip()
    if not every:
        return None
    opening = (properties.get("apertura") or "cierre+1dh").strip()
    catch_up = (properties.get("atraso") or "todas").strip()
    cutoff = (properties.get("corte") or "").strip()
    if every not in MONTHS_OF and every != ONCE:
        raise InvalidCadence(f"La cadencia «{every}» no existe. Use {', '.join(MONTHS_OF)} o {ONCE}.")
    if not (_DATE.fullmatch(opening) or _ANCHOR.fullmatch(opening)):
        raise InvalidCadence(f"La apertura «{opening}» no se entiende. Escriba por ejemplo cierre+1dh o fecha:01-31.")
    if catch_up not in CATCH_UP:
        raise InvalidCadence(f"El atraso «{catch_up}» no existe. Use {', '.join(CATCH_UP)}.")
    _check_cutoff(every, cutoff)
    requires = tuple(key.strip() for key in (properties.get("requiere") or "").split(",") if key.strip())
    return Cadence(every, opening, catch_up, requires)


def month_bounds(label: str) -> tuple[dt.date, dt.date]:
    """First and last day of a month label."""
    year, month = (int(part) for part in label.split("-"))
    return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])


def next_month(label: str) -> str:
    """The label of the month after."""
    return add_months(month_bounds(label)[0], 1).strftime("%Y-%m")


def previous_month(label: str) -> str:
    """The label of the month before."""
    return add_months(month_bounds(label)[0], -1).strftime("%Y-%m")


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day `months` later, or the last of its month where there is no such day (31 January + 1)."""
    index = day.year * 12 + day.month - 1 + months
    return _clamped(index // 12, index % 12 + 1, day.day)


def _clamped(year: int, month: int, day: int) -> dt.date:
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _check_cutoff(every: str, cutoff: str) -> None:
    # Every cut-off of the domain is the last day of its period; a diagram may say so in its own words.
    if cutoff in PERIOD_ENDS or cutoff.startswith(("fin", "ultimo")):
        return
    if every == "anual" and cutoff in ("12-31", "fecha:12-31"):
        return
    raise InvalidCadence(f"El corte «{cutoff}» no se entiende. El corte es el último día del periodo: escriba «fin».")


def _period(year: int, month: int, size: int) -> PlanPeriod:
    last = month + size - 1
    start, cutoff = dt.date(year, month, 1), dt.date(year, last, calendar.monthrange(year, last)[1])
    if size == 1:
        label = f"{year}-{month:02}"
        return PlanPeriod(label, month_name(label), start, cutoff)
    if size == 12:
        return PlanPeriod(str(year), str(year), start, cutoff)
    label = f"{year}-{LETTER[size]}{(month - 1) // size + 1}"
    return PlanPeriod(label, f"{MONTHS[month - 1]} a {MONTHS[last - 1]} de {year}", start, cutoff)
