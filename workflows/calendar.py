"""Colombian working days, and the deadlines and openings that diagrams write with them."""

from __future__ import annotations

import calendar as months
import datetime as dt
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import holidays

from engine.contracts import Span
from engine.errors import InvalidDeadline

BOGOTA = ZoneInfo("America/Bogota")
"""The zone of every day in Cauce: a day ends at 23:59:59 here."""

END_OF_DAY = dt.time(23, 59, 59)

LocalDays = Mapping[str | None, frozenset[dt.date]]
"""Non-working days that the national calendar does not know, by scope; `None` is everybody's.

A scope is a plan, a sector, or an entity of one of them (`PES-1/ENTIDAD`), for which the days of both count.
"""


class Window(NamedTuple):
    """That what is counted from the closing of a month falls due some working days later; reports come until a day."""

    later: int
    closes_on: dt.date


Windows = Mapping[tuple[str, str], Window]
"""The reporting windows that somebody moved, by plan and month (`2018-06`)."""
CLOSING, MONTH = "cierre", "periodo"
"""The variables with the day that a month ends on, and the month itself."""


class KnownDays(NamedTuple):
    """What people decided about days: those that nobody works, and the windows that were moved."""

    local: LocalDays
    windows: Windows


OF_ENTITY = "/"
"""Stands between a scope and the entity of it that is meant."""

_OFFSET = r"(?P<sign>[+-])(?P<count>\d{1,4})(?P<unit>dh|m)"
_BARE = re.compile(r"(?P<count>\d{1,4})dh")
_ANCHORED = re.compile(rf"(?P<anchor>cierre|inicio|fecha:[^\W\d]\w*)(?:{_OFFSET})?")
_OPENING = re.compile(rf"(?P<anchor>cierre|inicio|fecha:(?P<month>\d\d)-(?P<day>\d\d))(?:{_OFFSET})?")


@lru_cache(maxsize=64)
def national_holidays(year: int) -> Mapping[dt.date, str]:
    """The holidays of Colombia in `year` with their Spanish names; Ley 51 de 1983 moves some to Monday."""
    return dict(holidays.country_holidays("CO", years=year, language="es"))


def bogota_day(moment: dt.datetime) -> dt.date:
    """The day it is in Bogotá at an aware moment."""
    return moment.astimezone(BOGOTA).date()


def end_of_day(day: dt.date) -> dt.datetime:
    """23:59:59 in Bogotá of `day`, in UTC."""
    return dt.datetime.combine(day, END_OF_DAY, tzinfo=BOGOTA).astimezone(dt.UTC)


def add_months(day: dt.date, count: int) -> dt.date:
    """The same day `count` months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return dt.date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def of_entity(scope: str | None, entity: object) -> str | None:
    """The scope of an entity in a plan or a sector; the whole of it where no entity is said."""
    return f"{scope}{OF_ENTITY}{entity}" if scope and entity and isinstance(entity, str) else scope


def _keys(scope: str | None) -> set[str | None]:
    """Whose days count in a scope: everybody's, its own, and those of what it is an entity of."""
    return {None, scope, scope.partition(OF_ENTITY)[0]} if scope else {None}


def month_end(year: int, month: int) -> dt.date:
    """The last calendar day of a month: the cut-off."""
    return dt.date(year, month, months.monthrange(year, month)[1])


class WorkingCalendar:
    """The engine's `BusinessCalendar` for Colombia, with the local days of a sector or an entity."""

    def __init__(
        self, local: LocalDays | None = None, extra: Iterable[dt.date] = (), windows: Windows | None = None
    ) -> None:
        """Take local days by scope, `extra` days that nobody works, and the windows that were moved."""
        days = dict(local or {})
        days[None] = days.get(None, frozenset()) | frozenset(extra)
        self._local: LocalDays = days
        self._windows: Windows = windows or {}

    def know(self, days: KnownDays) -> None:
        """Take what was decided about days, in place of what it had."""
        self._local, self._windows = days

    def moved(self, plan: str, month: str, window: Window) -> WorkingCalendar:
        """The same with the window of a month of a plan there, for who asks what that would do."""
        return WorkingCalendar(self._local, windows={**self._windows, (plan, month): window})

    def within(self, scope: str | None) -> WorkingCalendar:
        """The same as the people of `scope` see it, for who asks without saying whose day it is."""
        days = frozenset().union(*(self._local.get(key, frozenset()) for key in _keys(scope)))
        return WorkingCalendar({**self._local, None: days}, windows=self._windows)

    def is_working(self, day: dt.date, scope: str | None = None) -> bool:
        """Whether people of `scope` work on `day`."""
        if day.weekday() >= 5 or day in national_holidays(day.year):
            return False
        return not any(day in self._local.get(key, ()) for key in _keys(scope))

    def add_working_days(self, day: dt.date, count: int, scope: str | None = None) -> dt.date:
        """The `count`-th working day after `day` (before it, if negative); 0 is the day or the next that is worked."""
        step = dt.timedelta(days=-1 if count < 0 else 1)
        if count == 0 and not self.is_working(day, scope):
            count = 1
        for _ in range(abs(count)):
            day += step
            while not self.is_working(day, scope):
                day += step
        return day

    def working_days_between(self, start: dt.date, end: dt.date, scope: str | None = None) -> int:
        """How many working days `end` lies after `start`, which is not counted; negative when it lies before."""
        if end < start:
            return -self._worked(end, start - dt.timedelta(days=1), scope)
        return self._worked(start + dt.timedelta(days=1), end, scope) if end > start else 0

    def _worked(self, first: dt.date, last: dt.date, scope: str | None) -> int:
        """How many of the days from `first` to `last` are worked, without looking at each: years may lie between."""
        weeks, days = divmod((last - first).days + 1, 7)
        count = weeks * 5 + sum((first.weekday() + day) % 7 < 5 for day in range(days))
        free = {day for year in range(first.year, last.year + 1) for day in national_holidays(year)}
        free.update(*(self._local.get(key, ()) for key in _keys(scope)))
        return count - sum(first <= day <= last and day.weekday() < 5 for day in free)

    def deadline(
        self, expression: str, *, since: dt.datetime, variables: Mapping[str, Any], scope: str | None
    ) -> dt.datetime:
        """The moment (UTC) of `5dh`, `cierre+7dh`, `fecha:variable`: the end of that day in Bogotá.

        A variable that holds a date and time means that very moment. Where the variable `entidad` says of which entity
        the step is, the days that it does not work count too. What is counted from the closing of a month (`periodo`)
        whose window was moved falls due as much later. Raises `InvalidDeadline`.
        """
        try:
            return self._deadline(expression, since, variables, of_entity(scope, variables.get("entidad")))
        except (OverflowError, ValueError) as exc:
            raise InvalidDeadline(f"El plazo «{expression}» cae después del año 9999. Revise su fecha.") from exc

    def _deadline(
        self, expression: str, since: dt.datetime, variables: Mapping[str, Any], scope: str | None
    ) -> dt.datetime:
        text = _tidy(expression)
        if bare := _BARE.fullmatch(text):
            return end_of_day(self.add_working_days(bogota_day(since), int(bare["count"]), scope))
        match = _anchored(text, expression)
        variable = match["anchor"].removeprefix("fecha:")
        moment = _moment(variables.get(variable), expression, variable)
        if match["sign"] is None:
            return moment if isinstance(moment, dt.datetime) else end_of_day(moment)
        day = bogota_day(moment) if isinstance(moment, dt.datetime) else moment
        later = self._later(variable, variables, scope) if match["unit"] == "dh" else 0
        return end_of_day(self._shift(day, match, scope, later))

    def _later(self, anchor: str, variables: Mapping[str, Any], scope: str | None) -> int:
        if not self._windows or anchor != CLOSING:
            return 0
        plan, month = (scope or "").partition(OF_ENTITY)[0], str(variables.get(MONTH) or "")
        found = self._windows.get((plan, month))
        return found.later if found is not None else 0

    def postponed(
        self, moment: dt.datetime, *, since: dt.datetime, until: dt.datetime, scope: str | None
    ) -> dt.datetime:
        """The same hour as many working days later as lie between the two days."""
        lost = self.working_days_between(bogota_day(since), bogota_day(until), scope)
        if lost <= 0:
            return moment
        day = bogota_day(moment)
        return moment + (self.add_working_days(day, lost, scope) - day)

    def check(self, expression: str) -> None:
        """Raise `InvalidDeadline` if the expression is not a deadline."""
        text = _tidy(expression)
        if not _BARE.fullmatch(text):
            _anchored(text, expression)

    def moment_of(
        self, expression: str, *, period_start: dt.date, cutoff: dt.date, scope: str | None = None
    ) -> dt.date:
        """The day of an opening: `cierre+1dh`, `inicio-1m`, `fecha:01-31` (of the year in which the period starts).

        Raises `InvalidDeadline`.
        """
        match = _OPENING.fullmatch(_tidy(expression))
        if match is None:
            raise InvalidDeadline(
                f"La apertura «{expression}» no se entiende. "
                "Escriba por ejemplo «cierre+1dh», «inicio-1m» o «fecha:01-31»."
            )
        day = {"cierre": cutoff, "inicio": period_start}.get(match["anchor"])
        if day is None:
            day = _day_of_year(period_start.year, int(match["month"]), int(match["day"]), expression)
        return day if match["sign"] is None else self._shift(day, match, scope)

    def check_opening(self, expression: str) -> None:
        """Raise `InvalidDeadline` if the expression is not an opening."""
        self.moment_of(expression, period_start=dt.date(2020, 1, 1), cutoff=dt.date(2020, 12, 31))

    def _shift(self, day: dt.date, match: re.Match[str], scope: str | None, later: int = 0) -> dt.date:
        count = int(match["count"]) * (-1 if match["sign"] == "-" else 1) + later
        return add_months(day, count) if match["unit"] == "m" else self.add_working_days(day, count, scope)


def opening_parts(expression: str) -> Mapping[str, str | None] | None:
    """What an opening is written from: `anchor`, `month`, `day`, `sign`, `count`, `unit`; None of what is not one."""
    match = _OPENING.fullmatch(_tidy(expression))
    return match.groupdict() if match else None


def deadline_needs(expression: str) -> frozenset[str]:
    """The process variables that a deadline is counted from; none of one that is not understood."""
    match = _ANCHORED.fullmatch(_tidy(expression))
    return frozenset({match["anchor"].removeprefix("fecha:")}) if match else frozenset()


def span(expression: str) -> Span | None:
    """A deadline counted in working days, as what it is counted from and how many; None of any other."""
    text = _tidy(expression)
    if bare := _BARE.fullmatch(text):
        return Span("", int(bare["count"]))
    match = _ANCHORED.fullmatch(text)
    if match is None or match["unit"] == "m":
        return None
    days = int(match["count"] or 0)
    return Span(match["anchor"].removeprefix("fecha:"), -days if match["sign"] == "-" else days)


def _tidy(expression: str) -> str:
    return re.sub(r"\s+", "", expression)


def _anchored(text: str, expression: str) -> re.Match[str]:
    match = _ANCHORED.fullmatch(text)
    if match is None:
        raise InvalidDeadline(
            f"El plazo «{expression}» no se entiende. Escriba por ejemplo «5dh», «cierre+5dh» o «fecha:variable»."
        )
    return match


def _moment(value: Any, expression: str, variable: str) -> dt.date | dt.datetime:
    """A date as a date; a date and time as an aware moment (in Bogotá, where the text says no zone)."""
    if isinstance(value, str) and value:
        try:
            value = dt.date.fromisoformat(value) if len(value) == 10 else dt.datetime.fromisoformat(value)
        except ValueError:
            raise InvalidDeadline(
                f"El plazo «{expression}» usa «{variable}», y su valor «{value}» no es una fecha (AAAA-MM-DD)."
            ) from None
    if isinstance(value, dt.datetime):
        return (value if value.tzinfo else value.replace(tzinfo=BOGOTA)).astimezone(dt.UTC)
    if isinstance(value, dt.date):
        return value
    raise InvalidDeadline(f"El plazo «{expression}» usa «{variable}», que no tiene fecha en este proceso.")


def _day_of_year(year: int, month: int, day: int, expression: str) -> dt.date:
    try:
        # 29 February is the last day of February in the other years.
        return dt.date(year, month, 28 if (month, day) == (2, 29) and not months.isleap(year) else day)
    except ValueError:
        raise InvalidDeadline(
            f"La apertura «{expression}» no es una fecha del año. Escriba mes y día: «fecha:01-31»."
        ) from None
