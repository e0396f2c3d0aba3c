"""What robots report: known series where there are, else values that follow the programme more or less."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from workflows.indicators.sheets import Month
from workflows.indicators.states import Annualization

PACES = tuple(Decimal(pace) / 100 for pace in (46, 64, 72, 84, 90, 95, 98, 100, 102, 105, 112, 131))
"""How indicators go against their programme: most near it, a few behind, one ahead."""
NOISE = tuple(Decimal(share) / 100 for share in (-4, -2, -1, 0, 0, 1, 2, 4))


@dataclass(frozen=True, slots=True)
class Reality:
    """What happens in the world of a simulation; the same seed tells the same story.

    `series` are known values by indicator code and month; a month that is there with `None` reports nothing known
    and is made up.
    """

    seed: int | str = 0
    series: Mapping[str, Mapping[Month, Decimal | None]] = field(default_factory=dict)

    def value(self, row: Mapping[str, Any], month: Month) -> Decimal:
        """The value to type into a row of the report."""
        known = self.series.get(row["codigo"], {}).get(month)
        return known if known is not None else self._made_up(row, month)

    def choose(self, options: tuple[Any, ...], *about: object) -> Any:
        """One of the options, always the same for the same seed and subject."""
        digest = hashlib.sha256(repr((self.seed, *about)).encode()).digest()
        return options[int.from_bytes(digest[:8], "big") % len(options)]

    def _made_up(self, row: Mapping[str, Any], month: Month) -> Decimal:
        pace = self.choose(PACES, row["codigo"], month[0])
        pace += self.choose(NOISE, row["codigo"], month)
        programmed: Decimal = row["programado"] or Decimal(0)
        if row["anualizacion"] == Annualization.SUM:
            value: Decimal = max(programmed * pace - (row["acumulado"] or Decimal(0)), Decimal(0))
        elif row["anualizacion"] == Annualization.CONSTANT:
            value = programmed * min(Decimal("0.9") + pace / 10, Decimal("1.02"))
        else:
            value = _level(row, programmed, pace)
        if row["anualizacion"] == Annualization.CONSTANT and programmed == 100:
            value = min(value, Decimal(100))  # a share of a whole
        if row.get("unidad") == "%" and 0 < value < 1:
            value = Decimal(1)  # less than one in a hundred is taken for a share of one
        decimals: int = row["decimales"]
        return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _level(row: Mapping[str, Any], programmed: Decimal, pace: Decimal) -> Decimal:
    """A level on its way from the baseline, that does not turn back on a whim."""
    start: Decimal = row["linea_base"] if row["linea_base"] is not None else Decimal(0)
    reached = start + (programmed - start) * min(pace, Decimal("1.1"))
    before: Decimal | None = row["acumulado"]
    if before is None:
        return reached
    return min(reached, before) if row["anualizacion"] == Annualization.FALLING else max(reached, before)
