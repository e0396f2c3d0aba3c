"""The traffic light: which colour a percentage has, by the thresholds in force at the cut-off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from workflows.indicators.states import Color

COLORS = (Color.RED, Color.YELLOW, Color.GREEN, Color.ORANGE)


@dataclass(frozen=True, slots=True)
class Band:
    """A colour and the percentage up to which it holds, included; the last band has no bound."""

    color: Color
    up_to: Decimal | None


Bands = tuple[Band, ...]

DEFAULT_BANDS: Bands = (
    Band(Color.RED, Decimal(50)),
    Band(Color.YELLOW, Decimal(75)),
    Band(Color.GREEN, Decimal(125)),
    Band(Color.ORANGE, None),
)
"""Rules of Bogotá's policy follow-up: orange is over-execution and asks for a justification."""


ENOUGH = Decimal(60)
"""Percent of coverage from which a level has a colour."""

_SIX = Decimal("1e-6")


def met(percentage: Decimal) -> Decimal:
    """A percentage as it meets a threshold: half up to six decimals, so that no trace of a division decides."""
    return percentage.quantize(_SIX, ROUND_HALF_UP)


def is_enough(coverage: Decimal) -> bool:
    """Whether so much is known of a level that it can be given a colour."""
    return met(coverage) >= ENOUGH


def color_of(percentage: Decimal, bands: Bands = DEFAULT_BANDS) -> Color:
    """The colour of an exact percentage; what lies above every bound has the last colour."""
    rounded = met(percentage)
    for band in bands:
        if band.up_to is None or rounded <= band.up_to:
            return band.color
    return bands[-1].color


def read_bands(rows: Iterable[Mapping[str, Any]]) -> Bands:
    """The bands of a stored list of `{"color": …, "hasta": …}`."""
    return tuple(
        Band(Color(row["color"]), None if row["hasta"] is None else Decimal(str(row["hasta"]))) for row in rows
    )


def write_bands(bands: Bands) -> list[dict[str, Any]]:
    """The list that is stored; bounds as text, so that they stay exact."""
    return [{"color": band.color, "hasta": None if band.up_to is None else str(band.up_to)} for band in bands]


def bands_at(history: Iterable[tuple[dt.date, Bands]], cutoff: dt.date) -> Bands:
    """Of `(valid from, bands)` in any order, the bands in force at `cutoff`: thresholds are never retroactive."""
    in_force = [(since, bands) for since, bands in history if since <= cutoff]
    return max(in_force, key=lambda pair: pair[0])[1] if in_force else DEFAULT_BANDS
