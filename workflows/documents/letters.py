"""Which letters a text may hold, and what becomes of those that cannot be kept or shown as they came.

Everything that reads what a person wrote goes through `received`, everything that makes a file through `shown`
(docs/decisions/0010-every-text-can-be-printed.md).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

SIGN = "▯"
"""Stands where a letter cannot be shown: a reader sees that something is missing."""

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_LAST_TWO = "".join(chr(plane * 0x10000 + place) for plane in range(17) for place in (0xFFFE, 0xFFFF))
_UNWRITABLE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_LAST_TWO}]")
"""What no database, XML or UTF-8 takes: controls, halves of a pair, codes that are never a letter."""
_DIRECTION = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_INVISIBLE = "\ufeff\ufff9\ufffa\ufffb"

_SYMBOL_FONT = (
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼",
    "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑",
)
"""The letters of the font Symbol, which Word writes as U+F020 onwards and U+F0A0 onwards."""

_WINGDINGS = {
    0x28: "☎", 0x2A: "✉", 0x4A: "☺", 0x4B: "😐", 0x4C: "☹",
    0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x72: "❒", 0x75: "◆", 0x76: "❖",
    **{0x81 + n: chr(0x2460 + n) for n in range(10)}, **{0x8C + n: chr(0x2776 + n) for n in range(10)},
    0x9E: "·", 0x9F: "•", 0xA7: "▪", 0xA8: "◻", 0xAB: "★",
    0xD8: "➢", 0xDC: "➲", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔",
    0xEF: "⇦", 0xF0: "⇨", 0xF1: "⇧", 0xF2: "⇩", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
"""The letters of Wingdings that Word puts into lists, boxes and arrows: where both fonts have one, these are meant."""

_MEANT = {
    **{0xF020 + n: letter for n, letter in enumerate(_SYMBOL_FONT[0])},
    **{0xF0A0 + n: letter for n, letter in enumerate(_SYMBOL_FONT[1])},
    **{0xF000 + code: letter for code, letter in _WINGDINGS.items()},
    **dict.fromkeys(map(ord, _DIRECTION + _INVISIBLE), ""),
}


class UnwritableText(ValueError):
    """Says in a sentence which letter of a text cannot be kept, and where it stands."""


def received(text: str) -> str:
    """A text as it is kept: one kind of line end, Word's private letters as what they meant, accents composed.

    Marks that turn the direction of writing around are left out: they can make a name read as another, and text that
    runs from right to left needs none. Raises `UnwritableText` for a letter that no database or document takes.
    """
    kept = unicodedata.normalize("NFC", _mapped(text))
    if wrong := _UNWRITABLE.search(kept):
        raise UnwritableText(_refusal(kept, wrong.start()))
    return kept


def shown(value: Any) -> Any:
    """Plain nested values with every text as a file may hold it: what was kept before there was this rule, too."""
    if isinstance(value, str):
        return _writable(value)
    if isinstance(value, Mapping):
        return {key: shown(inner) for key, inner in value.items()}
    return [shown(inner) for inner in value] if isinstance(value, list | tuple) else value


def _mapped(text: str) -> str:
    return text if text.isascii() and text.isprintable() else _LINE_ENDS.sub("\n", text).translate(_MEANT)


def _writable(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return _UNWRITABLE.sub(SIGN, _mapped(text))


def _refusal(text: str, place: int) -> str:
    before = " ".join(text[max(0, place - 30) : place].split())
    where = f"después de «{before}»" if before else "al comienzo"
    return (
        f"El texto tiene {where} un carácter invisible que no se puede guardar (U+{ord(text[place]):04X}). "
        "Borre esa parte y escríbala de nuevo."
    )
