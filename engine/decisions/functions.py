"""The fixed table of functions that a decision may call, by FEEL's names. None of them raises, none runs code."""

from __future__ import annotations

import datetime as dt
import decimal
import functools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.decisions import values
from engine.decisions.ranges import RELATIONS
from engine.decisions.values import CONTEXT, Months, number


@dataclass(frozen=True, slots=True)
class Function:
    """A function: how many arguments it takes, what it does, and what its arguments are called."""

    run: Callable[..., Any]
    least: int
    most: int
    named: tuple[str, ...] = ()


def _date(*given: Any) -> Any:
    if len(given) == 3:
        parts = [number(part) for part in given]
        try:
            return dt.date(*(int(part) for part in parts if part is not None))
        except (TypeError, ValueError, OverflowError):
            return None
    (value,) = given if len(given) == 1 else (None,)
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else values.date(value) if isinstance(value, str) else None


def _time(*given: Any) -> Any:
    if len(given) in (3, 4):
        hour, minute, second = (number(part) for part in given[:3])
        if hour is None or minute is None or second is None:
            return None
        offset = given[3] if len(given) == 4 else None
        try:
            zone = dt.timezone(offset) if isinstance(offset, dt.timedelta) else None
            micro = int((second - int(second)) * 1_000_000)
            return dt.time(int(hour), int(minute), int(second), micro, tzinfo=zone)
        except (ValueError, OverflowError):
            return None
    (value,) = given if len(given) == 1 else (None,)
    if isinstance(value, dt.datetime):
        return value.timetz()
    return value if isinstance(value, dt.time) else values.time(value) if isinstance(value, str) else None


def _date_and_time(*given: Any) -> Any:
    if len(given) == 2:
        day, clock = given
        if isinstance(day, dt.date) and isinstance(clock, dt.time):
            return dt.datetime.combine(day if not isinstance(day, dt.datetime) else day.date(), clock)
        return None
    (value,) = given
    if isinstance(value, dt.datetime):
        return value
    return values.date_and_time(value) if isinstance(value, str) else None


def _duration(value: Any) -> Any:
    if isinstance(value, dt.timedelta | Months):
        return value
    return values.duration(value) if isinstance(value, str) else None


def _months_between(start: Any, end: Any) -> Any:
    if not isinstance(start, dt.date) or not isinstance(end, dt.date):
        return None
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return Months(months)


_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)


def _number(value: Any, grouping: Any = None, point: Any = None) -> Any:
    if not isinstance(value, str):
        return number(value)
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", ".") or (point and grouping == point):
        return None
    written = value.replace(grouping, "") if grouping else value
    written = written.replace(point, ".") if point else written
    return Decimal(written) if len(written) < 60 and _NUMBER.fullmatch(written) else None


def _rounded(mode: str) -> Callable[..., Any]:
    def run(value: Any, places: Any = 0) -> Any:
        exact, count = number(value), number(places)
        if exact is None or count is None or abs(count) > 30:
            return None
        try:
            return exact.quantize(Decimal(1).scaleb(-int(count)), rounding=mode, context=CONTEXT)
        except decimal.InvalidOperation:
            return None

    return run


def _of_number(do: Callable[[Decimal], Decimal | bool | None]) -> Callable[[Any], Any]:
    def run(value: Any) -> Any:
        exact = number(value)
        try:
            return None if exact is None else do(exact)
        except (decimal.DecimalException, ArithmeticError, ValueError):
            return None

    return run


def _of_texts(do: Callable[..., Any]) -> Callable[..., Any]:
    def run(*given: Any) -> Any:
        return do(*given) if all(isinstance(one, str) for one in given) else None

    return run


def _absolute(value: Any) -> Any:
    if isinstance(value, Months):
        return Months(abs(value.count))
    return abs(value) if isinstance(value, Decimal | dt.timedelta) else None


def _modulo(dividend: Any, divisor: Any) -> Any:
    a, b = number(dividend), number(divisor)
    if a is None or b is None or b == 0:
        return None
    quotient = CONTEXT.divide(a, b).to_integral_value(rounding=decimal.ROUND_FLOOR)
    return CONTEXT.subtract(a, CONTEXT.multiply(b, quotient))


def _items(given: tuple[Any, ...]) -> list[Any]:
    return given[0] if len(given) == 1 and isinstance(given[0], list) else list(given)


def _numbers(given: tuple[Any, ...]) -> list[Decimal] | None:
    found = [number(item) for item in _items(given)]
    return None if any(one is None for one in found) else [one for one in found if one is not None]


def _sum(*given: Any) -> Any:
    found = _numbers(given)
    return total(found) if found else None


def total(found: list[Decimal]) -> Decimal:
    """The exact sum."""
    result = Decimal(0)
    for one in found:
        result = CONTEXT.add(result, one)
    return result


def _mean(*given: Any) -> Any:
    found = _numbers(given)
    return CONTEXT.divide(total(found), Decimal(len(found))) if found else None


def _median(*given: Any) -> Any:
    found = sorted(_numbers(given) or [])
    if not found:
        return None
    middle = len(found) // 2
    return (
        found[middle] if len(found) % 2 else CONTEXT.divide(CONTEXT.add(found[middle - 1], found[middle]), Decimal(2))
    )


def extreme(sign: str) -> Callable[..., Any]:
    """The least (`<`) or greatest (`>`) of what is given; null where two can't be compared."""

    def run(*given: Any) -> Any:
        items = _items(given)
        best = items[0] if items else None
        for one in items[1:]:
            better = values.compare(sign, one, best)
            if better is None:
                return None
            best = one if better else best
        return best

    return run


def _all(*given: Any) -> Any:
    found: Any = True
    for item in _items(given):
        found = values.both(found, item)
    return found


def _any(*given: Any) -> Any:
    found: Any = False
    for item in _items(given):
        found = values.one_of(found, item)
    return found


def _substring(text: Any, start: Any, length: Any = None) -> Any:
    first, count = number(start), number(length)
    if not isinstance(text, str) or not first or abs(first) > len(text) or (length is not None and count is None):
        return None
    if count is not None and count < 0:
        return None
    begin = int(first) - 1 if first > 0 else len(text) + int(first)
    return text[begin : begin + int(count)] if count is not None else text[begin:]


def _list_contains(items: Any, item: Any) -> Any:
    known = _list(items)
    return None if known is None else any(values.equal(one, item) is True for one in known)


def _distinct(*given: Any) -> Any:
    found: list[Any] = []
    for item in _items(given):
        if not _list_contains(found, item):
            found.append(item)
    return found


def _joined(*lists: Any) -> Any:
    return values.bounded([item for one in lists for item in (one if isinstance(one, list) else [one])])


def _appended(items: Any, *more: Any) -> Any:
    return values.bounded([*(items if isinstance(items, list) else [items]), *more])


def _list(value: Any) -> list[Any] | None:
    """A list, or one of the only value; null of null."""
    return value if isinstance(value, list) or value is None else [value]


def _count(*given: Any) -> Any:
    return None if given == (None,) else Decimal(len(_items(given)))


def _product(*given: Any) -> Any:
    found = _numbers(given)
    try:
        return functools.reduce(CONTEXT.multiply, found, Decimal(1)) if found else None
    except decimal.DecimalException:
        return None


def _deviation(*given: Any) -> Any:
    """Of a sample, as the standard has it: divided by one less than there are."""
    found = _numbers(given)
    if not found or len(found) < 2:
        return None
    try:
        mean = CONTEXT.divide(total(found), Decimal(len(found)))
        squares = total([CONTEXT.multiply(one - mean, one - mean) for one in found])
        return CONTEXT.sqrt(CONTEXT.divide(squares, Decimal(len(found) - 1)))
    except decimal.DecimalException:
        return None


def _mode(*given: Any) -> Any:
    found = _numbers(given)
    if found is None:
        return None
    most = max(map(found.count, found), default=0)
    return sorted({one for one in found if found.count(one) == most})


def _place(items: Any, position: Any) -> int | None:
    """Where in a list a position counts from, 1 the first and -1 the last; null outside of it."""
    place = number(position)
    if not isinstance(items, list) or not place or place != int(place) or abs(place) > len(items):
        return None
    return int(place) - 1 if place > 0 else len(items) + int(place)


def _sublist(items: Any, start: Any, length: Any = None) -> Any:
    begin, count = _place(items, start), number(length)
    if begin is None or (length is not None and (count is None or count < 0)):
        return None
    return items[begin:] if count is None else items[begin : begin + int(count)]


def _insert(items: Any, position: Any, item: Any) -> Any:
    place = _place(items, position)
    return None if place is None else values.bounded([*items[:place], item, *items[place:]])


def _remove(items: Any, position: Any) -> Any:
    place = _place(items, position)
    return None if place is None else [*items[:place], *items[place + 1 :]]


def _index_of(items: Any, item: Any) -> Any:
    known = _list(items)
    if known is None:
        return None
    return [Decimal(place) for place, one in enumerate(known, 1) if values.equal(one, item) is True]


def _replaced(items: Any, position: Any, item: Any) -> Any:
    place = _place(items, position)
    return None if place is None else [*items[:place], item, *items[place + 1 :]]


def _is(one: Any, other: Any) -> bool:
    """The same value of the same type; of times and moments, in the same zone."""
    zones = [value.utcoffset() if isinstance(value, dt.datetime | dt.time) else None for value in (one, other)]
    return values.kind(one) == values.kind(other) and zones[0] == zones[1] and values.equal(one, other) is True


def _entries(context: Any) -> Any:
    if not isinstance(context, Mapping):
        return None
    return [{"key": key, "value": value} for key, value in context.items()]


def _context(entries: Any) -> Any:
    found: dict[str, Any] = {}
    for one in _list(entries) or []:
        if not isinstance(one, Mapping) or not isinstance(one.get("key"), str) or one["key"] in found:
            return None
        found[one["key"]] = one.get("value")
    return found if entries is not None else None


def _value(context: Any, key: Any) -> Any:
    return context.get(key) if isinstance(context, Mapping) and isinstance(key, str) else None


def _put(context: Any, key: Any, value: Any) -> Any:
    """With another value at a key; a list of keys leads into contexts within it."""
    way = key if isinstance(key, list) else [key]
    if not isinstance(context, Mapping) or not way or not all(isinstance(one, str) for one in way):
        return None
    inner = value if len(way) == 1 else _put(context.get(way[0]), way[1:], value)
    return None if inner is None and len(way) > 1 else {**context, way[0]: inner}


def _merged(contexts: Any) -> Any:
    found: dict[str, Any] = {}
    for one in _list(contexts) or []:
        if not isinstance(one, Mapping):
            return None
        found |= one
    return found if contexts is not None else None


def _union(*lists: Any) -> Any:
    joined = _joined(*lists)
    return None if joined is None else _distinct(joined)


def _flatten(items: Any) -> Any:
    return values.bounded(list(_leaves(items, 10))) if isinstance(items, list) else None


def _leaves(items: list[Any], depth: int) -> Iterator[Any]:
    for one in items:
        if isinstance(one, list) and depth:
            yield from _leaves(one, depth - 1)
        else:
            yield one


def _join(items: Any, between: Any = "") -> Any:
    if not isinstance(items, list) or not isinstance(between, str | None):
        return None
    texts = [one for one in items if one is not None]
    return (between or "").join(texts) if all(isinstance(one, str) for one in texts) else None


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def _of_day(work: Callable[[dt.date], Any]) -> Callable[[Any], Any]:
    return lambda value: work(value) if isinstance(value, dt.date) else None


def _exponent(value: Decimal) -> Decimal:
    return CONTEXT.exp(value)


_MANY = 50
_UP, _DOWN = decimal.ROUND_CEILING, decimal.ROUND_FLOOR
FUNCTIONS: Mapping[str, Function] = {
    "date": Function(_date, 1, 3, ("year", "month", "day")),
    "time": Function(_time, 1, 4, ("hour", "minute", "second", "offset")),
    "date and time": Function(_date_and_time, 1, 2, ("date", "time")),
    "duration": Function(_duration, 1, 1, ("from",)),
    "years and months duration": Function(_months_between, 2, 2, ("from", "to")),
    "number": Function(_number, 1, 3, ("from", "grouping separator", "decimal separator")),
    "string": Function(values.text_of, 1, 1, ("from",)),
    "not": Function(values.negated, 1, 1, ("negand",)),
    "floor": Function(_rounded(_DOWN), 1, 2, ("n", "scale")),
    "ceiling": Function(_rounded(_UP), 1, 2, ("n", "scale")),
    "decimal": Function(_rounded(decimal.ROUND_HALF_EVEN), 2, 2, ("n", "scale")),
    "round up": Function(_rounded(decimal.ROUND_UP), 2, 2, ("n", "scale")),
    "round down": Function(_rounded(decimal.ROUND_DOWN), 2, 2, ("n", "scale")),
    "round half up": Function(_rounded(decimal.ROUND_HALF_UP), 2, 2, ("n", "scale")),
    "round half down": Function(_rounded(decimal.ROUND_HALF_DOWN), 2, 2, ("n", "scale")),
    "abs": Function(_absolute, 1, 1, ("n",)),
    "modulo": Function(_modulo, 2, 2, ("dividend", "divisor")),
    "sqrt": Function(_of_number(lambda v: CONTEXT.sqrt(v) if v >= 0 else None), 1, 1, ("number",)),
    "log": Function(_of_number(lambda v: CONTEXT.ln(v) if v > 0 else None), 1, 1, ("number",)),
    "exp": Function(_of_number(_exponent), 1, 1, ("number",)),
    "odd": Function(_of_number(lambda v: v % 2 in (1, -1)), 1, 1, ("number",)),
    "even": Function(_of_number(lambda v: v % 2 == 0), 1, 1, ("number",)),
    "min": Function(extreme("<"), 1, _MANY, ("list",)),
    "max": Function(extreme(">"), 1, _MANY, ("list",)),
    "sum": Function(_sum, 1, _MANY, ("list",)),
    "mean": Function(_mean, 1, _MANY, ("list",)),
    "median": Function(_median, 1, _MANY, ("list",)),
    "count": Function(_count, 1, 1, ("list",)),
    "all": Function(_all, 1, _MANY, ("list",)),
    "any": Function(_any, 1, _MANY, ("list",)),
    "and": Function(_all, 1, _MANY, ("list",)),
    "or": Function(_any, 1, _MANY, ("list",)),
    "list contains": Function(_list_contains, 2, 2, ("list", "element")),
    "distinct values": Function(_distinct, 1, 1, ("list",)),
    "concatenate": Function(_joined, 1, _MANY),
    "append": Function(_appended, 2, _MANY),
    "product": Function(_product, 1, _MANY, ("list",)),
    "stddev": Function(_deviation, 1, _MANY, ("list",)),
    "mode": Function(_mode, 1, _MANY, ("list",)),
    "sublist": Function(_sublist, 2, 3, ("list", "start position", "length")),
    "insert before": Function(_insert, 3, 3, ("list", "position", "newItem")),
    "remove": Function(_remove, 2, 2, ("list", "position")),
    "index of": Function(_index_of, 2, 2, ("list", "match")),
    "union": Function(_union, 1, _MANY),
    "flatten": Function(_flatten, 1, 1, ("list",)),
    "string join": Function(_join, 1, 2, ("list", "delimiter")),
    "day of week": Function(_of_day(lambda day: _DAYS[day.weekday()]), 1, 1, ("date",)),
    "day of year": Function(_of_day(lambda day: Decimal(day.timetuple().tm_yday)), 1, 1, ("date",)),
    "week of year": Function(_of_day(lambda day: Decimal(day.isocalendar().week)), 1, 1, ("date",)),
    "month of year": Function(_of_day(lambda day: _MONTHS[day.month - 1]), 1, 1, ("date",)),
    "reverse": Function(lambda items: items[::-1] if isinstance(items, list) else None, 1, 1, ("list",)),
    "string length": Function(_of_texts(lambda text: Decimal(len(text))), 1, 1, ("string",)),
    "upper case": Function(_of_texts(str.upper), 1, 1, ("string",)),
    "lower case": Function(_of_texts(str.lower), 1, 1, ("string",)),
    "is": Function(_is, 2, 2, ("value1", "value2")),
    "get value": Function(_value, 2, 2, ("m", "key")),
    "get entries": Function(_entries, 1, 1, ("m",)),
    "context": Function(_context, 1, 1, ("entries",)),
    "context put": Function(_put, 3, 3, ("context", "key", "value")),
    "context merge": Function(_merged, 1, 1, ("contexts",)),
    "list replace": Function(_replaced, 3, 3, ("list", "position", "newItem")),
    **{name: Function(relation, 2, 2) for name, relation in RELATIONS.items()},
    "contains": Function(_of_texts(lambda text, part: part in text), 2, 2, ("string", "match")),
    "starts with": Function(_of_texts(str.startswith), 2, 2, ("string", "match")),
    "ends with": Function(_of_texts(str.endswith), 2, 2, ("string", "match")),
    "substring": Function(_substring, 2, 3, ("string", "start position", "length")),
    "substring before": Function(
        _of_texts(lambda text, part: text.partition(part)[0] if part and part in text else ""),
        2,
        2,
        ("string", "match"),
    ),
    "substring after": Function(
        _of_texts(lambda text, part: text.partition(part)[2] if part else text), 2, 2, ("string", "match")
    ),
}
"""What may be called."""

PARTS: Mapping[str, Callable[[Any], Any]] = {
    "year": lambda v: Decimal(v.year) if isinstance(v, dt.date) else _years(v),
    "month": lambda v: Decimal(v.month) if isinstance(v, dt.date) else None,
    "day": lambda v: Decimal(v.day) if isinstance(v, dt.date) else None,
    "weekday": lambda v: Decimal(v.isoweekday()) if isinstance(v, dt.date) else None,
    "hour": lambda v: Decimal(v.hour) if isinstance(v, dt.datetime | dt.time) else None,
    "minute": lambda v: Decimal(v.minute) if isinstance(v, dt.datetime | dt.time) else None,
    "second": lambda v: Decimal(v.second) if isinstance(v, dt.datetime | dt.time) else None,
    "time offset": lambda v: v.utcoffset() if isinstance(v, dt.datetime | dt.time) else None,
    "timezone": lambda v: values.zone_of(v) if isinstance(v, dt.datetime | dt.time) else None,
    "years": lambda v: _years(v),  # noqa: PLW0108 - it stands below
    "months": lambda v: Decimal(abs(v.count) % 12 * (-1 if v.count < 0 else 1)) if isinstance(v, Months) else None,
    "days": lambda v: Decimal(_whole(v, 86_400)) if isinstance(v, dt.timedelta) else None,
    "hours": lambda v: Decimal(_whole(v, 3_600) % 24) if isinstance(v, dt.timedelta) else None,
    "minutes": lambda v: Decimal(_whole(v, 60) % 60) if isinstance(v, dt.timedelta) else None,
    "seconds": lambda v: Decimal(_whole(v, 1) % 60) if isinstance(v, dt.timedelta) else None,
}
"""The parts of dates, times and durations, after a point."""


def _years(value: Any) -> Decimal | None:
    return Decimal(int(value.count / 12)) if isinstance(value, Months) else None


def _whole(value: dt.timedelta, seconds: int) -> int:
    return int(value.total_seconds() / seconds)
