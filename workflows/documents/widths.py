"""How wide the columns of a printed table are, by what stands in them: a number or a short word is never broken."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

LETTER = 0.56
"""The width of a letter of a table, in ems: between the average and the widest of the digits and capitals."""

PADDING = 1.3
SHORT = 12
"""Up to so many letters a cell stays on its line."""

LONGEST_WORD = 24
"""A longer word breaks anywhere, so that no cell runs into its neighbour."""

LEAST_TEXT = 9.0
PAGE = 54.0
"""What a page upright takes of a table's letters, in ems; with more columns the page is turned."""

WHOLE_ROWS, WHOLE_LETTERS = 20, 2_000
"""A table of so many rows and letters at the most takes well under half a page."""

MOST_WEIGHT = 160
_FIGURE = re.compile(r"^[$+−-]?\s?\d[\d.,]*\s?%?$|^(—|sin dato)$")


@dataclass(frozen=True, slots=True)
class Width:
    """A column: `ems` if it has a width of its own, else its `share` of what is left. `figure`: to the right.

    `least` is what its longest word takes, in ems.
    """

    ems: float
    share: float
    figure: bool
    least: float


def of_table(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table with `columns` (`Width` as plain values), whether it needs a `turned` page, and whether it is so short
    that it stands `whole` on one.
    """
    cells = zip(*table["rows"], strict=True) if table["rows"] else ((),) * len(table["head"])
    found = [
        _width(str(title), [str(cell) for cell in column]) for title, column in zip(table["head"], cells, strict=True)
    ]
    if found and all(width.ems for width in found):
        widest = max(range(len(found)), key=lambda place: (not found[place].figure, found[place].ems))
        found[widest] = replace(found[widest], ems=0, share=1)
    needed = sum(width.ems or LEAST_TEXT for width in found)
    return {
        **table,
        "columns": [asdict(width) for width in found],
        "turned": needed > PAGE,
        "whole": len(table["rows"]) <= WHOLE_ROWS
        and sum(len(str(cell)) for row in table["rows"] for cell in row) <= WHOLE_LETTERS,
    }


def _width(title: str, cells: Sequence[str]) -> Width:
    figure = (
        bool(cells)
        and all(_FIGURE.match(cell) for cell in cells)
        and any(letter.isdigit() for cell in cells for letter in cell)
    )
    longest = max(map(len, cells), default=0)
    word = min(max((len(part) for text in (title, *cells) for part in text.split()), default=1), LONGEST_WORD)
    if figure or longest <= SHORT:
        # Titles are bold, and wrap at their spaces into two lines or three.
        words = max((len(part) for part in title.split()), default=1)
        titled = min(max(words, len(title) / 2.5), LONGEST_WORD) * 1.1
        ems = round(max(longest, titled) * LETTER + PADDING, 1)
        return Width(ems, 0, figure, ems)
    least = round(word * LETTER + PADDING, 1)
    return Width(0, round(max(min(longest, MOST_WEIGHT) ** 0.7, word * 0.9), 1), False, least)
