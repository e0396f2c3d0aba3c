"""What a value of a row means to who reports it: the light in words, the reasons it asks for."""

from __future__ import annotations

from decimal import Decimal

from workflows.indicators import wording
from workflows.indicators.alerts import goes_back
from workflows.indicators.formulas import Assessment
from workflows.indicators.states import Annualization, Color, Status
from workflows.monitoring.rows import ProgressRow

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
    before = row.before
    back = before is not None and goes_back(row.sheet.annualization, before, value)
    return back or row.assess(value).color in LOW or (row.sheet.annualization == Annualization.SUM and value < 0)


def needs_excess_reason(row: ProgressRow, value: Decimal) -> bool:
    """Whether a value is over-execution, which must be explained."""
    return row.assess(value).color == Color.ORANGE
