"""The fonts that documents are set in: they come with Cauce, so that a document is the same wherever it is made."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

from workflows.documents.letters import SIGN, shown

FOLDER = Path(str(resources.files("workflows.documents"))) / "fonts"
FILES = (
    "DejaVuSans.ttf",
    "NotoSansSC.ttf",
    "NotoSansKR.ttf",
    "NotoSansThai.ttf",
    "NotoSansDevanagari.ttf",
    "NotoSansEthiopic.ttf",
    "NotoEmoji.ttf",
)
CHARTS, CHARTS_FILE, SIGN_OF_CHARTS = "Noto Sans SC", "NotoSansSC.ttf", "□"
"""The family of the charts' words, whose Latin letters are slim; its file, and a visible sign that it has."""
LONGEST_LABEL = 240
"""More letters of a label than any chart has room for."""
LISTED = 40
"""So many missing letters a note names."""

_BEYOND_LATIN = re.compile("[^\x00-\u024f\u2010-\u2027\u20ac\u2190-\u2193\u25a0-\u25ff]")
"""Letters that must be looked up in the fonts: few texts have one. The signs of lights (●, ■) are not among them."""
_SELECTORS = (("\ufe00", "\ufe0f"), ("\U000e0000", "\U000e0fff"))
_JOINERS = "\u200c\u200d\u034f"
_SKIN_TONES = range(0x1F3FB, 0x1F400)


@dataclass(slots=True)
class Printable:
    """Texts as the fonts can print them: what none has becomes the visible sign, and is remembered for a note."""

    missing: dict[str, int] = field(default_factory=dict)

    def of(self, value: Any) -> Any:
        """Plain nested values with every text as it can be printed."""
        if isinstance(value, str):
            return value if value.isascii() else "".join(self._letters(value))
        if isinstance(value, Mapping):
            return {key: self.of(inner) for key, inner in value.items()}
        return [self.of(inner) for inner in value] if isinstance(value, list | tuple) else value

    def note(self) -> str:
        """A sentence that names what was replaced, empty if nothing was."""
        if not self.missing:
            return ""
        return (
            f"«{SIGN}» ocupa {self._times()} el lugar de una letra que este PDF no puede mostrar ({self._listed()}). "
            "El texto completo está en Cauce."
        )

    def warning(self) -> str:
        """The same for who reads or writes the text elsewhere, before there is a PDF."""
        if not self.missing:
            return ""
        return (
            f"El PDF no podrá mostrar algunas letras de este texto ({self._listed()}): en él «{SIGN}» ocupará "
            f"{self._times()} su lugar. Si importan, escríbalas de otra manera."
        )

    def _listed(self) -> str:
        codes = [f"U+{ord(letter):04X}" for letter in sorted(self.missing)]
        return ", ".join(codes[:LISTED]) + (f" y {len(codes) - LISTED} más" if len(codes) > LISTED else "")

    def _times(self) -> str:
        total = sum(self.missing.values())
        return f"{total} {'vez' if total == 1 else 'veces'}"

    def _letters(self, text: str) -> Iterator[str]:
        """Letter by letter; a mark is printed if one font has it together with what it stands on."""
        common = _all_fonts()
        for letter in unicodedata.normalize("NFC", text):
            if _is_silent(letter):
                yield letter
                continue
            joined = unicodedata.category(letter)[0] == "M" or ord(letter) in _SKIN_TONES
            having = fonts_with(letter)
            fonts = common & having if joined else having
            if fonts:
                common = fonts
                yield letter
            else:
                self.missing[letter] = self.missing.get(letter, 0) + 1
                common = fonts_with(SIGN)
                yield SIGN


def warning_about(values: Any) -> str:
    """What to tell about texts that a PDF cannot show whole; empty where it can, which is seen without the fonts."""
    printable = Printable()
    if any(_BEYOND_LATIN.search(text) for text in _texts(values)):
        printable.of(values)
    return printable.warning()


def _texts(values: Any) -> Iterator[str]:
    if isinstance(values, str):
        yield values
    elif isinstance(values, Mapping):
        yield from _texts(list(values.values()))
    elif isinstance(values, list | tuple):
        for inner in values:
            yield from _texts(inner)


def of_chart(text: str) -> str:
    """A label of a chart, in the letters of the charts' one font and without joining marks.

    In a picture Typst mixes fonts letter by letter and fails on some mixtures; the table beside it has the whole text.
    """
    composed = unicodedata.normalize("NFC", shown(text[:LONGEST_LABEL]))
    drawn = (letter for letter in composed if unicodedata.category(letter) not in {"Mn", "Me", "Mc", "Cf"})
    return "".join(
        letter if letter.isspace() or CHARTS_FILE in fonts_with(letter) else SIGN_OF_CHARTS for letter in drawn
    )


def width_of(text: str) -> float:
    """How wide the letters of a chart are, in ems."""
    advances = _advances()
    return sum(advances.get(ord(letter), 1.0) for letter in text)


@cache
def _advances() -> dict[int, float]:
    with TTFont(FOLDER / CHARTS_FILE, lazy=True) as font:
        em, wide = font["head"].unitsPerEm, font["hmtx"].metrics
        return {code: wide[name][0] / em for code, name in font.getBestCmap().items()}


@cache
def fonts_with(letter: str) -> frozenset[str]:
    """The files of the fonts that have a letter."""
    return frozenset(name for name, letters in _coverage().items() if ord(letter) in letters)


@cache
def _coverage() -> dict[str, frozenset[int]]:
    """The letters of each font, read once; not its private ones, which mean nothing to who hears or searches them."""
    found = {}
    for name in FILES:
        with TTFont(FOLDER / name, lazy=True) as font:
            found[name] = frozenset(code for code in font.getBestCmap() if unicodedata.category(chr(code)) != "Co")
    return found


@cache
def _all_fonts() -> frozenset[str]:
    return frozenset(FILES)


def _is_silent(letter: str) -> bool:
    """Whether nothing is drawn for it: spaces, joiners, selectors of a variant, other formats."""
    return letter.isspace() or letter in _JOINERS or any(first <= letter <= last for first, last in _SELECTORS)
