"""What makes a reported value unlikely: a sentence to ask about it, never a reason to refuse it. Pure.

Most slips are a comma, a thousand or a sign: they show against what the same indicator reported before.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from workflows.indicators.formulas import Series
from workflows.indicators.sheets import IndicatorSheet, Month
from workflows.indicators.states import Annualization
from workflows.spanish import number

TIMES = 3
"""How many times more, or less, than what is usual is unlikely."""
LOOKED_BACK = 12
"""How many values before tell what is usual; without any, what is programmed for the month does."""


def unlikely(sheet: IndicatorSheet, series: Series, month: Month, value: Decimal) -> str:
    """What is odd about a value, as a sentence to which a person answers why; empty: nothing."""
    before = [known for when, known in sorted(series.items()) if when < month and known is not None][-LOOKED_BACK:]
    usual, called = (before, "el último dato") if before else (_programmed(sheet, month), "lo programado")
    if not usual:
        return ""
    if value < 0 and min(usual) >= 0:
        return f"{number(value)} es negativo, y este indicador nunca lo ha sido."
    last = usual[-1]
    if value > 0 and last > 0 and value >= TIMES * max(usual):
        return f"{number(value)} es {_times(value / last)} {called} ({number(last)})."
    if value > 0 and min(usual) > 0 and value * TIMES <= min(usual):
        return f"{number(value)} es mucho menos que {called} ({number(last)})."
    return ""


def _times(ratio: Decimal) -> str:
    return f"{number(ratio, 0)} veces"


def _programmed(sheet: IndicatorSheet, month: Month) -> Sequence[Decimal]:
    """What is programmed for the month: of a sum, that month's part."""
    promised = sheet.programmed(*month)
    if promised is None:
        return ()
    if sheet.annualization != Annualization.SUM or month[1] == 1:
        return (promised,)
    return (promised - (sheet.programmed(month[0], month[1] - 1) or Decimal(0)),)
