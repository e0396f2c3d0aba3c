"""Names broken into lines that fit, without measuring a font."""

from __future__ import annotations

NARROW = frozenset("iljtfrI.,:;'|!()[] ¡í")
WIDE = frozenset("mwMW@%ÁÉÍÓÚABCDEFGHJKLNOPQRSTUVXYZ")


def width_of(text: str, size: float) -> float:
    """About how wide a text is in a sans-serif of that size."""
    return size * sum(0.3 if letter in NARROW else 0.72 if letter in WIDE else 0.54 for letter in text)


def lines_of(text: str, width: float, size: float, most: int = 6) -> list[str]:
    """The text in lines no wider than `width`; the last of `most` ends with «…» if there is more."""
    lines: list[str] = []
    for word in text.split():
        for piece in _pieces(word, width, size):
            joined = f"{lines[-1]} {piece}" if lines else piece
            if lines and width_of(joined, size) <= width:
                lines[-1] = joined
            else:
                lines.append(piece)
        if len(lines) > most:
            break
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1] + "…"]
    return lines


def _pieces(word: str, width: float, size: float) -> list[str]:
    """A word too long for a line, cut."""
    fits = max(1, int(width / (size * 0.6)))
    if width_of(word, size) <= width:
        return [word]
    return [word[start : start + fits] for start in range(0, min(len(word), fits * 8), fits)]
