"""The words of a text as an index keeps them: without accents or capitals, codes also in one piece."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from workflows.searching.states import Kind

_JOINT = "z0z"
LONGEST = 40
"""Letters of a word that are kept."""
MOST_TERMS = 8
SILENT = frozenset(
    ("a", "al", "con", "de", "del", "el", "en", "la", "las", "lo", "los", "o", "para", "por", "que", "y")
)
"""Words that find everything and so nothing."""
_PIECES = re.compile(r"[a-z0-9]+(?:[-./][a-z0-9]+)*")
_PARTS = re.compile(r"[a-z0-9]+")


def folded(text: str) -> str:
    """Without accents and capitals; as long as the text, so that a place in one is a place in the other."""
    return text.lower() if text.isascii() else "".join(map(_plain, text))


@lru_cache(1024)
def _plain(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0].lower()
    return base if len(base) == 1 else letter


def indexed(text: str) -> str:
    """Every word of a text once, in order, as the index keeps them; `IR-1.1` both as it is and in its parts."""
    found: dict[str, None] = {}
    for piece in _PIECES.findall(folded(text)):
        parts = _PARTS.findall(piece)
        found.update(dict.fromkeys(part[:LONGEST] for part in parts))
        if len(parts) > 1:
            found[_whole(parts)] = None
    return " ".join(found)


def terms(asked: str) -> list[str]:
    """What somebody looks for: the beginnings of words that must all be there. A plural finds its singular."""
    found: dict[str, None] = {}
    for piece in _PIECES.findall(folded(asked)):
        parts = _PARTS.findall(piece)
        if len(parts) > 1:
            found[_whole(parts)] = None
        elif piece not in SILENT:
            found[_stem(piece[:LONGEST])] = None
    return list(found)[:MOST_TERMS]


def _whole(parts: list[str]) -> str:
    """A code as one word that is nobody's."""
    return _JOINT.join(parts)[:LONGEST]


def _stem(word: str) -> str:
    if len(word) >= 6 and word.endswith("es"):
        return word[:-2]
    return word[:-1] if len(word) >= 5 and word.endswith("s") else word


def mark_of_kind(kind: Kind) -> str:
    """The word by which the index knows what something is; nobody types it."""
    return f"zqk{kind}"


def mark_of_sector(code: str) -> str:
    """The word by which the index knows whose something is."""
    return f"zqs{code.encode().hex()}"


def snippet(text: str, asked: Sequence[str], around: int = 80) -> str:
    """The part of a text where the first word that was asked for stands; its beginning where none does."""
    first = _any_of(asked).search(folded(text))
    return _cut(text, max(first.start() - around, 0) if first else 0, 2 * around)


def _cut(text: str, start: int, length: int) -> str:
    """So many letters of a text from a place on, at the edges of words."""
    if start:
        start = text.find(" ", start) + 1 or start
    end = start + length
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + length // 2)
    return f"{'… ' if start else ''}{' '.join(text[start:end].split())}{' …' if end < len(text) else ''}"


def marked(text: str, asked: Sequence[str]) -> list[tuple[str, bool]]:
    """A text in pieces, and whether each is a word that was asked for."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for match in _any_of(asked).finditer(folded(text)):
        pieces += [(text[at : match.start()], False), (text[match.start() : match.end()], True)]
        at = match.end()
    return [(piece, hit) for piece, hit in [*pieces, (text[at:], False)] if piece]


def _any_of(asked: Sequence[str]) -> re.Pattern[str]:
    """Where a word begins as one that was asked for does, to its end."""
    beginnings = "|".join(term.replace(_JOINT, "[-./]") for term in asked)
    return re.compile(rf"\b(?:{beginnings})[a-z0-9]*" if asked else r"(?!)")
