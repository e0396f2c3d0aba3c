"""Numbers, days and lists as people in Colombia write them."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from workflows.calendar import BOGOTA

MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
    "diciembre",
)  # fmt: skip
_MARKS = str.maketrans(",.-", ".,−")
WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")


def number(value: Decimal | int | None, decimals: int | None = None) -> str:
    """`1234567.8` → `1.234.567,8`; nothing → «—». Without `decimals`, as many as the value has.

    A tie goes away from zero, as in every spreadsheet.
    """
    if value is None:
        return "—"
    exact = Decimal(value)
    if decimals is not None:
        exact = exact.quantize(_unit(decimals), ROUND_HALF_UP)
    return f"{exact:,f}".translate(_MARKS)


@lru_cache(maxsize=64)
def _unit(decimals: int) -> Decimal:
    """The smallest step of so many decimals."""
    return Decimal(1).scaleb(-decimals)


def magnitude(value: Decimal | None, decimals: int) -> str:
    """A figure of an indicator, always with the decimals of its sheet; with one where it falls between whole units.

    A linear programme of whole units does so: `12.46` of `0` decimals → `12,5`, and `12` → `12`.
    """
    whole = value is None or value % 1 == 0
    return number(value, decimals if whole else max(decimals, 1))


def percentage(value: Decimal | None, decimals: int = 1) -> str:
    """`84.83` → `84,8 %`; nothing → «—»."""
    return "—" if value is None else f"{number(value, decimals)} %"


def long_day(moment: dt.date | dt.datetime | None) -> str:
    """«22 de noviembre de 2026», in Bogotá; nothing → «—»."""
    if moment is None:
        return "—"
    day = local_day(moment)
    return f"{day.day} de {MONTHS[day.month - 1]} de {day.year}"


def week_day(moment: dt.date | dt.datetime) -> str:
    """«viernes 9 de noviembre», in Bogotá."""
    day = local_day(moment)
    return f"{WEEKDAYS[day.weekday()]} {day.day} de {MONTHS[day.month - 1]}"


def long_moment(moment: dt.datetime | None) -> str:
    """«22 de noviembre de 2026, 10:42», in Bogotá; nothing → «—»."""
    if moment is None:
        return "—"
    return f"{long_day(moment)}, {moment.astimezone(BOGOTA):%H:%M}"


def local_day(moment: dt.date | dt.datetime) -> dt.date:
    """The day of a moment in Bogotá; a day stays what it is."""
    return moment.astimezone(BOGOTA).date() if isinstance(moment, dt.datetime) else moment


def month_name(period_code: str) -> str:
    """`2018-06` → «junio de 2018»."""
    year, month = period_code.split("-")
    return f"{MONTHS[int(month) - 1]} de {year}"


def enumeration(words: Sequence[str]) -> str:
    """«a, b y c»."""
    if len(words) < 2:
        return "".join(words)
    last = words[-1]
    joint = "e" if last[:1].lower() == "i" or last[:2].lower() == "hi" else "y"
    return f"{', '.join(words[:-1])} {joint} {last}"


def inside(title: str) -> str:
    """A title as it stands inside a sentence: «Evaluación del PES» → «evaluación del PES»."""
    return title[:1].lower() + title[1:]


def plain(text: str) -> str:
    """Text as it is looked for: small letters without accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
