"""How people in Colombia write numbers and dates, and how they are written back to them.

Numbers: a point groups thousands, a comma begins the decimals (`1.234,5`). A single point that cannot be a
thousands point is taken as a decimal one (`12.5`, `0.125`, `1234.5678`); `1.234` is one thousand two hundred
thirty-four. A number that a robot or the API sends as a JSON number is taken as it is.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation

from workflows.calendar import BOGOTA

LARGEST = Decimal(10) ** 18
LONGEST = 80

_GROUPED = re.compile(r"-?[1-9]\d{0,2}(\.\d{3})+(,\d+)?")
_COMMA = re.compile(r"-?\d+(,\d+)?")
_POINT = re.compile(r"-?\d+\.\d+")
_DAY = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})")

NUMBER_WRONG = "Escriba el número así: 1.234,5 (punto para los miles, coma para los decimales)."
DAY_WRONG = "Escriba la fecha como día/mes/año, por ejemplo 22/11/2026."
MOMENT_WRONG = "Escriba la fecha y la hora, por ejemplo 22/11/2026 14:30."
TIME_WRONG = "Escriba la hora con dos cifras, por ejemplo 08:30."


def parse_number(text: str) -> Decimal:
    """Read a number as people write it; raises `ValueError` with a Spanish sentence."""
    if len(text) > LONGEST:  # cut short it would be another number
        raise ValueError(NUMBER_WRONG)
    bare = re.sub(r"[\s\u00a0\u202f]+", "", text).replace("\u2212", "-").removeprefix("$").removesuffix("%")
    if _GROUPED.fullmatch(bare):
        bare = bare.replace(".", "").replace(",", ".")
    elif _COMMA.fullmatch(bare):
        bare = bare.replace(",", ".")
    elif not _POINT.fullmatch(bare):
        raise ValueError(NUMBER_WRONG)
    return bounded_number(bare)


def bounded_number(value: str | int | float | Decimal) -> Decimal:
    """The number as a decimal if it is finite and of a size that a record can hold; raises `ValueError`."""
    try:
        number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    except (InvalidOperation, ValueError) as error:
        raise ValueError(NUMBER_WRONG) from error
    if not number.is_finite():
        raise ValueError(NUMBER_WRONG)
    if abs(number) >= LARGEST:
        raise ValueError("El número es demasiado grande; revise la unidad.")
    return number


def decimals_of(number: Decimal) -> int:
    """How many decimals a number has, trailing zeros apart."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def format_number(number: Decimal | int | float) -> str:
    """`1234567.8` → `1.234.567,8`, without trailing zeros, so that it can be typed back."""
    text = format(Decimal(str(number)), "f")
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    grouped = f"{int(digits):,}".replace(",", ".")
    return f"{sign}{grouped},{decimals}" if decimals else f"{sign}{grouped}"


def parse_day(text: str) -> dt.date:
    """Read `22/11/2026` or `2026-11-22`; raises `ValueError` with a Spanish sentence."""
    bare = text.strip()
    found = _DAY.fullmatch(bare)
    try:
        if found:
            day, month, year = (int(part) for part in found.groups())
            return _plausible(dt.date(year, month, day))
        return _plausible(dt.date.fromisoformat(bare))
    except ValueError as error:
        raise ValueError(DAY_WRONG if "fecha" not in str(error) else str(error)) from error


def parse_moment(text: str) -> dt.datetime:
    """Read a day and an hour, in Bogotá's time unless it says another zone; raises `ValueError`."""
    bare = text.strip().replace("T", " ")
    day, _, hour = bare.partition(" ")
    try:
        moment = dt.datetime.combine(parse_day(day), dt.time.fromisoformat(hour.strip()))
    except ValueError as error:
        raise ValueError(MOMENT_WRONG) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=BOGOTA)


def parse_time(text: str) -> dt.time:
    """Read `08:30`; raises `ValueError`."""
    try:
        return dt.time.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(TIME_WRONG) from error


def format_day(day: dt.date) -> str:
    """`22/11/2026`."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def _plausible(day: dt.date) -> dt.date:
    if not 1900 <= day.year <= 2100:
        raise ValueError("La fecha debe estar entre 1900 y 2100; revise el año.")
    return day
