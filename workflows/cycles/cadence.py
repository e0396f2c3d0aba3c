"""Which periods a process has: pure arithmetic on the calendar properties of its start event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.errors import InvalidDeadline
from workflows.calendar import WorkingCalendar, add_months, month_end
from workflows.errors import WorkflowsError
from workflows.spanish import MONTHS, month_name

MONTHS_OF = {"mensual": 1, "bimestral": 2, "trimestral": 3, "semestral": 6, "anual": 12}
ONCE = "unica"
LETTER = {2: "B", 3: "T", 6: "S"}
CATCH_UP = ("todas", "ultima", "preguntar")
PERIOD_ENDS = ("", "fin", "fin_de_mes", "fin_de_bimestre", "fin_de_trimestre", "fin_de_semestre", "fin_de_anio")
YEAR_ENDS = ("31-12", "12-31")


class InvalidCadence(WorkflowsError):
    """Properties of a timer start event that nobody understands."""

    sentence = "La cadencia del evento de inicio no se entiende. Corríjala en el editor del proceso."


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
    since: dt.date | None = None

    def covers(self, period: PlanPeriod) -> bool:
        """Whether a period is opened at all: those that end before `since` are not."""
        return self.since is None or period.cutoff >= self.since

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

    def opens_on(self, calendar: WorkingCalendar, period: PlanPeriod, scope: str | None) -> dt.date:
        """The day on which a period opens. Raises `engine.errors.InvalidDeadline`."""
        start = period.start
        if self.every == ONCE:
            start = dt.date(period.cutoff.year + 1, 1, 1)  # a date without year falls after the plan's last year
        return calendar.moment_of(self.opening, period_start=start, cutoff=period.cutoff, scope=scope)


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
    if catch_up not in CATCH_UP:
        raise InvalidCadence(f"El atraso «{catch_up}» no existe. Use {', '.join(CATCH_UP)}.")
    _check_cutoff(every, cutoff)
    requires = tuple(key.strip() for key in (properties.get("requiere") or "").split(",") if key.strip())
    return Cadence(every, opening, catch_up, requires, _since(properties.get("desde", "").strip()))


def _since(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as exc:
        raise InvalidCadence(f"No se entiende desde cuándo se abre: «{text}». Escriba 2027-01-31.") from exc


def check_opening(calendar: WorkingCalendar, properties: Mapping[str, str]) -> None:
    """Raise `InvalidDeadline` for the cadence of a start event that nobody could follow.

    It goes with a diagram into a process of its own, which loads this module: keep what it needs small.
    """
    try:
        rhythm = read(properties)
    except InvalidCadence as exc:
        raise InvalidDeadline(exc.message) from exc
    if rhythm is not None:
        calendar.check_opening(rhythm.opening)


def month_bounds(label: str) -> tuple[dt.date, dt.date]:
    """First and last day of a month label."""
    first = _first_day(label)
    return first, month_end(first.year, first.month)


def next_month(label: str) -> str:
    """The label of the month after."""
    return add_months(_first_day(label), 1).strftime("%Y-%m")


def _first_day(label: str) -> dt.date:
    return dt.date.fromisoformat(f"{label}-01")


def _check_cutoff(every: str, cutoff: str) -> None:
    # Every cut-off of the domain is the last day of its period; a diagram may say so in its own words.
    if cutoff in PERIOD_ENDS or (every in ("anual", ONCE) and cutoff in YEAR_ENDS):
        return
    raise InvalidCadence(f"El corte «{cutoff}» no se entiende. El corte es el último día del periodo: escriba «fin».")


def _period(year: int, month: int, size: int) -> PlanPeriod:
    last = month + size - 1
    start, cutoff = dt.date(year, month, 1), month_end(year, last)
    if size == 1:
        label = f"{year}-{month:02}"
        return PlanPeriod(label, month_name(label), start, cutoff)
    if size == 12:
        return PlanPeriod(str(year), str(year), start, cutoff)
    label = f"{year}-{LETTER[size]}{(month - 1) // size + 1}"
    return PlanPeriod(label, f"{MONTHS[month - 1]} a {MONTHS[last - 1]} de {year}", start, cutoff)
