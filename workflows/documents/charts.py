"""Charts as SVG text, from plain rows that a version keeps: bars, a course over months, stacks of lights.

A chart is `{"kind", "caption", "told", "rows"}`: `told` says it to who does not see it. Every axis begins at zero,
months stand where their time is, a name that is too long takes more lines, and each figure is written beside what it
measures: the drawing repeats a table, it never replaces one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from workflows.documents import fonts
from workflows.indicators.states import Color
from workflows.indicators.wording import COLOR_WORDS
from workflows.spanish import MONTHS, enumeration

Chart = dict[str, Any]
Row = Mapping[str, Any]

HEX: Mapping[str, str] = {
    Color.RED: "#b3261e", Color.YELLOW: "#b98900", Color.GREEN: "#146c43", Color.ORANGE: "#c2570c",
    Color.GREY: "#55606c", Color.WHITE: "#c3ccd6",
}  # fmt: skip
PAPER, INK, SOFT, GRID, PLAIN = "#ffffff", "#16202e", "#4a5a6e", "#e3e8ee", "#0b4a8f"
ON_LIGHT = (Color.YELLOW, Color.WHITE)
"""Fields too light for white letters."""

WIDE, LETTERS, LINE = 720, 12, 15
"""Of a drawing, its letters and their lines, in pixels."""

NAMES, GAP, MOST_LINES = 300, 10, 4
ASIDE = 26
"""What a course keeps free at its sides, so that no figure stands on another of the axis."""
TICK = 20
"""A tick each so many percent."""

TALL = 190


def bars(caption: str, rows: Sequence[Row]) -> Chart:
    """What stands at how many percent: `name`, `value` (`None`: not known), `label`, `color` ("": of no light)."""
    told = "; ".join(f"{row['name']}, {row['label']}" for row in rows)
    return {"kind": "bars", "caption": caption, "told": f"Barras desde cero. {told}.", "rows": list(rows)}


def course(caption: str, rows: Sequence[Row]) -> Chart:
    """The percentages of some months: `month` (`2018-06`), `value`, `label`."""
    told = "; ".join(f"{_short(row['month'])}, {row['label']}" for row in rows)
    return {"kind": "course", "caption": caption, "told": f"Línea desde cero. {told}.", "rows": list(rows)}


def stacks(caption: str, rows: Sequence[Row]) -> Chart:
    """How many of each light something has: `name`, and `counts` by colour."""
    told = "; ".join(
        f"{row['name']}: " + enumeration([f"{n} {COLOR_WORDS[color].lower()}" for color, n in _counted(row)])
        for row in rows
    )
    return {"kind": "stacks", "caption": caption, "told": f"Barras apiladas. {told}.", "rows": list(rows)}


def drawn(chart: Mapping[str, Any]) -> str:
    """A chart as SVG text in our own fonts; nothing is fetched."""
    return {"bars": _bars, "course": _course, "stacks": _stacks}[chart["kind"]](chart["rows"])


def _bars(rows: Sequence[Row]) -> str:
    names = [_lines(row["name"], NAMES) for row in rows]
    left = max((_wide(line) for lines in names for line in lines), default=0) + GAP
    right = WIDE - max((_wide(row["label"]) for row in rows), default=0) - GAP
    most = max([100, *(_ticks_until(row["value"]) for row in rows if row["value"] is not None)])
    scale = (right - left) / most
    heights = [len(lines) * LINE + 11 for lines in names]
    bottom = sum(heights) + 6
    parts = [*_upright(left, scale, range(0, most + 1, TICK), bottom, " %")]
    top = 0
    for row, lines, height in zip(rows, names, heights, strict=True):
        middle, end = top + height / 2, left
        parts += _named(lines, left, middle)
        if row["value"] is not None:
            end = left + row["value"] * scale
            parts.append(_rect(left, middle - 8, end - left, 16, HEX.get(row["color"], PLAIN)))
        parts.append(_text(end + 5, middle + 4, row["label"], halo=True))
        top += height
    return _svg(bottom + 22, parts)


def _course(rows: Sequence[Row]) -> str:
    left, right, top = 44, WIDE - 24, 22
    bottom = top + TALL
    at = [int(row["month"][:4]) * 12 + int(row["month"][5:]) for row in rows]
    step = (right - left - 2 * ASIDE) / max(max(at, default=0) - min(at, default=0), 1)
    most = max([100, *(_ticks_until(row["value"]) for row in rows)])
    points = [
        (left + ASIDE + (month - at[0]) * step, bottom - row["value"] * TALL / most)
        for month, row in zip(at, rows, strict=True)
    ]
    parts = []
    for tick in range(0, most + 1, TICK):
        y = bottom - tick * TALL / most
        parts += [_line(left, y, right, y), _text(left - 6, y + 4, f"{tick} %", "end", SOFT)]
    parts.append(_line(left, bottom, right, bottom, SOFT))
    for run in _runs(at):
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points[run.start : run.stop])
        parts.append(f'<polyline points="{joined}" fill="none" stroke="{PLAIN}" stroke-width="2"/>')
    parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{PLAIN}"/>' for x, y in points]
    shown = _shown([_short(row["month"]) for row in rows], [x for x, _y in points])
    for place, (row, (x, y)) in enumerate(zip(rows, points, strict=True)):
        if place in shown:
            parts.append(_text(x, bottom + 18, _short(row["month"]), "middle", SOFT))
            parts.append(_text(x, y - 9, row["label"], "middle", halo=True))
    return _svg(bottom + 28, parts)


def _stacks(rows: Sequence[Row]) -> str:
    names = [_lines(row["name"], NAMES) for row in rows]
    left = max((_wide(line) for lines in names for line in lines), default=0) + GAP
    most = max([1, *(sum(row["counts"].values()) for row in rows)])
    scale = (WIDE - left - 2 * GAP) / most
    heights = [max(len(lines) * LINE, 22) + 12 for lines in names]
    bottom = sum(heights) + 6
    parts = [*_upright(left, scale, range(0, most + 1, max(1, -(-most // 10))), bottom)]
    top, used = 0, {color for row in rows for color in row["counts"]}
    for row, lines, height in zip(rows, names, heights, strict=True):
        middle, x = top + height / 2, float(left)
        parts += _named(lines, left, middle)
        for color, n in _counted(row):
            parts.append(_rect(x, middle - 11, n * scale, 22, HEX[color], edge=True))
            if _wide(str(n)) + 2 < n * scale:
                ink = INK if color in ON_LIGHT else PAPER
                parts.append(_text(x + n * scale / 2, middle + 4, str(n), "middle", ink))
            x += n * scale
        top += height
    return _svg(bottom + 50, [*parts, *_legend([color for color in COLOR_WORDS if color in used], bottom + 38)])


def _counted(row: Row) -> list[tuple[str, int]]:
    """The lights of a row in the order in which all are told."""
    return [(color, row["counts"][color]) for color in COLOR_WORDS if color in row["counts"]]


def _legend(colors: Sequence[str], y: float) -> Iterator[str]:
    x = 0.0
    for color in colors:
        yield _rect(x, y - 10, 12, 12, HEX[color])
        yield _text(x + 17, y, COLOR_WORDS[color])
        x += 17 + _wide(COLOR_WORDS[color]) + 18


def _upright(left: float, scale: float, ticks: Sequence[int], bottom: float, sign: str = "") -> Iterator[str]:
    """The lines of a horizontal axis with their figures below; the first, zero, is darker."""
    for tick in ticks:
        x = left + tick * scale
        yield _line(x, 0, x, bottom, GRID if tick else SOFT)
        yield _text(x, bottom + 16, f"{tick}{sign}", "middle", SOFT)


def _named(lines: Sequence[str], left: float, middle: float) -> Iterator[str]:
    first = middle - (len(lines) - 1) * LINE / 2 + 4
    for place, line in enumerate(lines):
        yield _text(left - GAP + 2, first + place * LINE, line, "end")


def _lines(name: str, most: float) -> list[str]:
    """A name in lines that fit, a longer word cut; the last says that there is more."""
    found = [""]
    for piece in (piece for word in fonts.of_chart(name).split() for piece in _pieces(word, most)):
        longer = f"{found[-1]} {piece}".strip()
        if _wide(longer) <= most:
            found[-1] = longer
        else:
            found.append(piece)
    lines = [line for line in found if line] or [""]
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1][:-2].rstrip()}…"]


def _pieces(word: str, most: float) -> Iterator[str]:
    """A word as it fits into lines: whole, else in as few pieces as it takes."""
    start = 0
    for end in range(1, len(word) + 1):
        if _wide(word[start:end]) > most:
            yield word[start : end - 1]
            start = end - 1
    yield word[start:]


def _shown(labels: Sequence[str], across: Sequence[float]) -> set[int]:
    """Which points are labelled: all where there is room, else each so many from the last back."""
    widest = max(map(_wide, labels), default=0) + 8
    if len(across) < 2:
        return set(range(len(across)))
    every = 1
    while min(b - a for a, b in zip(across, across[every:], strict=False)) < widest and every < len(across) - 1:
        every += 1
    return set(range(len(across) - 1, -1, -every))


def _runs(months: Sequence[int]) -> Iterator[range]:
    """Months that follow each other: a gap breaks the line."""
    start = 0
    for place in range(1, len(months) + 1):
        if place == len(months) or months[place] != months[place - 1] + 1:
            yield range(start, place)
            start = place


def _short(month: str) -> str:
    """`2018-06` → «jun 18»."""
    return f"{MONTHS[int(month[5:]) - 1][:3]} {month[2:4]}"


def _ticks_until(value: float) -> int:
    return int(-(-value // TICK)) * TICK


def _wide(text: str) -> float:
    return fonts.width_of(text) * LETTERS


def _rect(x: float, y: float, wide: float, high: float, color: str, *, edge: bool = False) -> str:
    stroke = f' stroke="{PAPER}"' if edge else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="{color}"{stroke}/>'


def _line(x: float, y: float, to_x: float, to_y: float, color: str = GRID) -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{color}"/>'


def _text(x: float, y: float, text: str, anchor: str = "start", color: str = INK, *, halo: bool = False) -> str:
    """A line of letters; `halo`: readable over what it crosses."""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    around = f'<text {place} fill="{PAPER}" stroke="{PAPER}" stroke-width="4" aria-hidden="true">{escape(text)}</text>'
    return (around if halo else "") + f'<text {place} fill="{color}">{escape(text)}</text>'


def _svg(high: float, parts: Sequence[str]) -> str:
    size = f'width="{WIDE}" height="{high:.0f}" viewBox="0 0 {WIDE} {high:.0f}"'
    family = f'font-family="{fonts.CHARTS}, Arial, sans-serif" font-size="{LETTERS}"'
    drawing = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {family}>'
        f'<rect width="{WIDE}" height="{high:.0f}" fill="{PAPER}"/>{drawing}</svg>'
    )
