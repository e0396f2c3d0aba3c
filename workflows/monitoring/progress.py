"""What a value of a row means to who reports it: the light in words, the reasons it asks for."""

from __future__ import annotations

from decimal import Decimal

from workflows.indicators import guards, wording
from workflows.indicators.alerts import goes_back
from workflows.indicators.formulas import Assessment
from workflows.indicators.states import Annualization, Color, Status
from workflows.monitoring.rows import ProgressRow
from workflows.spanish import number

COLOR_WORDS = {color: word.lower() for color, word in wording.COLOR_WORDS.items()}
STATUS_WORDS = {status: word.lower() for status, word in wording.STATUS_WORDS.items()} | {
    Status.MET: "cumple",
    Status.NOT_MET: "no cumple",
}
LOW = (Color.RED, Color.YELLOW)


def words(found: Assessment) -> str:
    """The traffic light in words."""
    return STATUS_WORDS.get(found.status or "", COLOR_WORDS.get(found.color or "", ""))


def needs_delay_reason(row: ProgressRow, value: Decimal) -> bool:
    """Whether a value must be explained: behind the programme, or going the wrong way."""
    return bool(delay(row, value))


def delay(row: ProgressRow, value: Decimal) -> str:
    """What of a value must be explained, in words that agree with its light: behind, or going the wrong way."""
    found, before = row.assess(value), row.before
    if found.color in LOW:
        return f"Explique el rezago: con este valor el indicador queda {words(found)}."
    if row.sheet.annualization == Annualization.SUM and value < 0:
        return f"Explique por qué se restan {number(-value)}: el valor es negativo."
    if before is not None and goes_back(row.sheet.annualization, before, value):
        moved = "baja" if value < before else "sube"
        return f"Explique por qué {moved} de {number(before)} a {number(value)} frente al dato anterior."
    return ""


def oddness(row: ProgressRow, value: Decimal) -> str:
    """What makes a value unlikely, as a sentence; empty: nothing."""
    return guards.unlikely(row.sheet, row.series, row.month, value)


def out_of_bounds(row: ProgressRow, value: Decimal) -> str:
    """What the sheet of the indicator does not allow, as a sentence; empty: nothing."""
    low, high = row.indicator.minimum, row.indicator.maximum
    if low is not None and value < low:
        return f"El valor no puede ser menor que {number(low)}, según la ficha del indicador."
    if high is not None and value > high:
        return f"El valor no puede ser mayor que {number(high)}, según la ficha del indicador."
    return ""


def needs_excess_reason(row: ProgressRow, value: Decimal) -> bool:
    """Whether a value is over-execution, which must be explained."""
    return row.assess(value).color == Color.ORANGE
