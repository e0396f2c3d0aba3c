"""The values of FEEL and what its operators mean on them. What makes no sense is null; nothing raises.

Numbers are exact decimals of 34 digits, `and` and `or` know a third value, dates and durations are values of their own.
"""

from __future__ import annotations

import datetime as dt
import decimal
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

CONTEXT = decimal.Context(prec=34, rounding=decimal.ROUND_HALF_EVEN, Emin=-6143, Emax=6144)
LONGEST_TEXT = 10_000
LONGEST_LIST = 500
MOST_MONTHS = 12 * 10**9
_MONTHS = re.compile(r"(-)?P(?:(\d{1,9})Y)?(?:(\d{1,9})M)?")
_DAYS = re.compile(r"(-)?P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?")


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """A duration of years and months."""

    count: int

    def __str__(self) -> str:
        """As ISO 8601 writes it."""
        years, months = divmod(abs(self.count), 12)
        shown = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return f"{'-' if self.count < 0 else ''}P{shown or '0M'}"


@dataclass(frozen=True, slots=True)
class Interval:
    """What lies between two values; `None` is no bound."""

    low: Any
    high: Any
    with_low: bool
    with_high: bool

    def holds(self, value: Any) -> bool | None:
        """Whether a value lies in it; null where that can't be told."""
        above = compare(">=" if self.with_low else ">", value, self.low) if self.low is not None else True
        below = compare("<=" if self.with_high else "<", value, self.high) if self.high is not None else True
        return both(above, below)


def number(value: Any) -> Decimal | None:
    """The exact number, or null for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    return exact if exact.is_finite() else None


def of_data(value: Any) -> Any:
    """A value of a case, or of JSON, as FEEL has it."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, list | tuple):
        return [of_data(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): of_data(item) for key, item in value.items()}
    return value


def is_too_long(value: Any) -> bool:
    """Whether a value has a list that is longer than decisions look at."""
    if isinstance(value, list | tuple):
        return len(value) > LONGEST_LIST or any(map(is_too_long, value))
    return isinstance(value, Mapping) and any(map(is_too_long, value.values()))


def bounded(items: list[Any]) -> list[Any] | None:
    """A list that is made here; null where it became too long."""
    return items if len(items) <= LONGEST_LIST else None


def plain(value: Any) -> Any:
    """A value as JSON has it: dates, times and durations are their text."""
    if isinstance(value, Decimal):
        if value == value.to_integral_value() and abs(value) < 10**18:
            return int(value)
        return float(value) if abs(value) < Decimal("1e300") else None  # JSON has no larger ones
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Interval):
        return None
    return text_of(value) if isinstance(value, dt.date | dt.time | dt.timedelta | Months) else value


def text_of(value: Any) -> str | None:  # noqa: PLR0911 - one for each kind
    """A value as a text; null has none."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        shown = format(value, "f")
        return shown.rstrip("0").rstrip(".") if "." in shown else shown
    if isinstance(value, dt.timedelta):
        return _iso_days(value)
    if isinstance(value, dt.date | dt.time):
        return _iso(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_inside, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_inside(item)}' for key, item in value.items())}}}"
    return str(value)


def _iso(value: dt.date | dt.time) -> str:
    """A day or a time, with the zone by the name that it was given."""
    zone = zone_of(value) if isinstance(value, dt.datetime | dt.time) else None
    if zone is not None and isinstance(value, dt.datetime | dt.time):
        return f"{value.replace(tzinfo=None).isoformat()}@{zone}"
    return value.isoformat().replace("+00:00", "Z")


def _inside(value: Any) -> str:
    """A value within a list or a context: texts have their quotes."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text_of(value) or "null"


def zone_of(value: dt.datetime | dt.time) -> str | None:
    """The name of the zone of a moment, where it has one."""
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None


def kind(value: Any) -> str:
    """The type of a value, by the name that FEEL gives it."""
    for cls, name in _KINDS:
        if isinstance(value, cls):
            return name
    return "null" if value is None else "any"


def is_of(value: Any, name: str, *, listed: bool = False) -> bool:
    """Whether a value is of a type, or `listed` a list of such values; what is missing is of none (10.3.2.9.2)."""
    if listed:
        return isinstance(value, list) and all(is_of(one, name) for one in value)
    return value is not None and name in (kind(value), "Any", "any")


_KINDS: tuple[tuple[Any, str], ...] = (
    (bool, "boolean"),
    (int | float | Decimal, "number"),
    (str, "string"),
    (dt.datetime, "date and time"),
    (dt.date, "date"),
    (dt.time, "time"),
    (dt.timedelta, "days and time duration"),
    (Months, "years and months duration"),
    (list, "list"),
    (Mapping, "context"),
)


def both(left: Any, right: Any) -> bool | None:
    """`and` of three values: false wins, then null."""
    if left is False or right is False:
        return False
    return True if left is True and right is True else None


def one_of(left: Any, right: Any) -> bool | None:
    """`or` of three values: true wins, then null."""
    if left is True or right is True:
        return True
    return False if left is False and right is False else None


def negated(value: Any) -> bool | None:
    """`not`: null of what is neither true nor false."""
    return (not value) if isinstance(value, bool) else None


def equal(left: Any, right: Any) -> bool | None:  # noqa: PLR0911 - one for each kind
    """Whether two values are the same; null if they are of different types."""
    if left is None or right is None:
        return left is right
    if kind(left) != kind(right):
        return None
    if isinstance(left, list):
        if len(left) != len(right):
            return False
        return all(equal(a, b) is True for a, b in zip(left, right, strict=True))
    if isinstance(left, Mapping):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) is True for key in left)
    if isinstance(left, int | float | Decimal) and not isinstance(left, bool):
        return number(left) == number(right)
    try:
        return bool(left == right)
    except TypeError:
        return None


def compare(sign: str, left: Any, right: Any) -> bool | None:
    """A comparison; null where the two can't be compared."""
    if sign in ("=", "=="):
        return equal(left, right)
    if sign == "!=":
        return negated(equal(left, right))
    if kind(left) != kind(right) or kind(left) in ("boolean", "null", "list", "context", "any"):
        return None
    a, b = (number(left), number(right)) if kind(left) == "number" else (left, right)
    try:
        return bool({"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign])  # type: ignore[operator]
    except TypeError:  # a moment with a zone beside one without
        return None


def calculate(sign: str, left: Any, right: Any) -> Any:
    """`+ - * / **`; null where they mean nothing."""
    a, b = number(left), number(right)
    try:
        if a is not None and b is not None:
            return _numbers(sign, a, b)
        if isinstance(left, str) and isinstance(right, str) and sign == "+":
            return left + right if len(left) + len(right) <= LONGEST_TEXT else None
        return _moments(sign, left, right)
    except (decimal.DecimalException, ArithmeticError, ValueError, TypeError):
        return None


def _numbers(sign: str, a: Decimal, b: Decimal) -> Decimal | None:
    match sign:
        case "+":
            found = CONTEXT.add(a, b)
        case "-":
            found = CONTEXT.subtract(a, b)
        case "*":
            found = CONTEXT.multiply(a, b)
        case "/":
            found = CONTEXT.divide(a, b)
        case _:
            found = CONTEXT.power(a, b) if b else Decimal(1)
    return found if found.is_finite() else None


def _moments(sign: str, left: Any, right: Any) -> Any:  # noqa: PLR0911 - one for each pair of kinds
    if isinstance(left, Months) or isinstance(right, Months):
        return _with_months(sign, left, right)
    if isinstance(left, dt.timedelta) and isinstance(right, dt.timedelta):
        return _durations(sign, left, right)
    if isinstance(left, dt.timedelta) and (times := number(right)) is not None and sign in ("*", "/"):
        return left * float(times) if sign == "*" else left / float(times)
    if isinstance(right, dt.timedelta) and (times := number(left)) is not None and sign == "*":
        return right * float(times)
    if isinstance(right, dt.timedelta) and isinstance(left, dt.date) and sign in ("+", "-"):
        return left + right if sign == "+" else left - right
    if isinstance(left, dt.timedelta) and isinstance(right, dt.date) and sign == "+":
        return right + left
    if isinstance(left, dt.date) and isinstance(right, dt.date) and sign == "-":
        return _moment(left) - _moment(right)
    if isinstance(left, dt.time) and isinstance(right, dt.time) and sign == "-":
        day = dt.date(2000, 1, 2)
        return dt.datetime.combine(day, left) - dt.datetime.combine(day, right)
    if isinstance(left, dt.time) and isinstance(right, dt.timedelta) and sign in ("+", "-"):
        day = dt.datetime.combine(dt.date(2000, 1, 2), left)
        return (day + right if sign == "+" else day - right).timetz()
    return None


def _durations(sign: str, left: dt.timedelta, right: dt.timedelta) -> Any:
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "/":
            return CONTEXT.divide(Decimal(repr(left.total_seconds())), Decimal(repr(right.total_seconds())))
    return None


def _with_months(sign: str, left: Any, right: Any) -> Any:
    if isinstance(left, Months) and isinstance(right, Months):
        if sign == "/":
            return CONTEXT.divide(Decimal(left.count), Decimal(right.count))
        return Months(left.count + (right.count if sign == "+" else -right.count)) if sign in ("+", "-") else None
    if isinstance(right, Months) and isinstance(left, dt.date) and sign in ("+", "-"):
        return add_months(left, right.count if sign == "+" else -right.count)
    if isinstance(left, Months) and isinstance(right, dt.date) and sign == "+":
        return add_months(right, left.count)
    months, times = (left, number(right)) if isinstance(left, Months) else (right, number(left))
    if times is None or sign not in ("*", "/"):
        return None
    count = int(months.count * times if sign == "*" else months.count / times)
    return Months(count) if abs(count) <= MOST_MONTHS else None


def add_months(day: Any, count: int) -> Any:
    """The same day that many months later, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    first = day.replace(year=year, month=month + 1, day=1)
    following = (first + dt.timedelta(days=32)).replace(day=1)
    return first.replace(day=min(day.day, (following - dt.timedelta(days=1)).day))


def _moment(value: Any) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value
    return dt.datetime.combine(value, dt.time(), dt.UTC)


def date(text: str) -> dt.date | None:
    """A day as `date("…")` reads it."""
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def time(text: str) -> dt.time | None:
    """A time of day as `time("…")` reads it."""
    written, zone = _zoned(text)
    try:
        found = dt.time.fromisoformat(written) if re.match(r"\d\d:\d\d:\d\d", written) else None
    except ValueError:
        return None
    return found.replace(tzinfo=zone) if found is not None and zone is not None else found


def date_and_time(text: str) -> dt.datetime | None:
    """A moment as `date and time("…")` reads it."""
    written, zone = _zoned(text)
    found: dt.datetime | None
    try:
        if len(written) == 10:
            found = dt.datetime.combine(dt.date.fromisoformat(written), dt.time())
        else:
            found = dt.datetime.fromisoformat(written) if written[10:11] == "T" else None
    except ValueError:
        return None
    return found.replace(tzinfo=zone) if found is not None and zone is not None else found


def _zoned(text: str) -> tuple[str, Any]:
    written, sign, name = text.partition("@")
    if not sign:
        return written, None
    try:
        return written, ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return "", None


def duration(text: str) -> dt.timedelta | Months | None:
    """A duration as `duration("…")` reads it: of years and months, or of days and times."""
    if (months := _MONTHS.fullmatch(text)) and (months[2] or months[3]):
        count = int(months[2] or 0) * 12 + int(months[3] or 0)
        return Months(-count if months[1] else count)
    found = _DAYS.fullmatch(text)
    if not found or not any(found.groups()[1:]):
        return None
    try:
        length = dt.timedelta(
            days=int(found[2] or 0), hours=int(found[3] or 0), minutes=int(found[4] or 0), seconds=float(found[5] or 0)
        )
    except OverflowError:
        return None
    return -length if found[1] else length


def literal(text: str) -> Any:
    """A date, moment, time or duration as `@"…"` writes it."""
    for read in (date, date_and_time, time, duration):
        if (found := read(text)) is not None:
            return found
    return None


def _iso_days(value: dt.timedelta) -> str:
    sign, value = ("-", -value) if value < dt.timedelta() else ("", value)
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    shown = f"{seconds + value.microseconds / 1_000_000:g}" if value.microseconds else str(seconds)
    clock = "".join(f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M")) if count)
    clock += f"{shown}S" if seconds or value.microseconds else ""
    days = f"{value.days}D" if value.days else ""
    return f"{sign}P{days}{'T' + clock if clock else ''}" if days or clock else "PT0S"
