"""Two versions of a document, compared word by word and section by section."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NEW, CHANGED, GONE = "nueva", "cambia", "retirada"
SAME, OUT, IN = "igual", "sale", "entra"
AROUND = 12
"""How many unchanged words are kept beside a change."""

Piece = tuple[str, str]
"""What happens to some words (igual, sale, entra), and the words; «…» stands for those left out."""

_WORD = re.compile(r"\s*\S+")


@dataclass(frozen=True, slots=True)
class SectionDifference:
    """A section that is not as it was. `kind`: nueva, cambia, retirada."""

    code: str
    title: str
    kind: str
    pieces: tuple[Piece, ...]

    def as_json(self) -> dict[str, Any]:
        """What a version keeps in `changes`."""
        return {"code": self.code, "title": self.title, "kind": self.kind, "pieces": [list(p) for p in self.pieces]}

    def in_words(self) -> str:
        """One text: what goes out in brackets with a minus, what comes in with a plus."""
        signs = {SAME: "{}", OUT: "[− {}]", IN: "[+ {}]"}
        return " ".join(signs[kind].format(words.strip()) for kind, words in self.pieces)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[SectionDifference]:
    """The sections that differ between two contents (`{"sections": [{"code", "title", "text"}]}`), in order."""
    old, new = _by_code(before), _by_code(after)
    return [
        SectionDifference(code, title, kind, tuple(pieces(old.get(code, ("", ""))[1], new.get(code, ("", ""))[1])))
        for code, (title, _text) in {**new, **{code: was for code, was in old.items() if code not in new}}.items()
        if (kind := _kind(old.get(code), new.get(code)))
    ]


def pieces(before: str, after: str) -> Iterator[Piece]:
    """The words that stay, go and come, in the order of the text."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = difflib.SequenceMatcher(None, [w.strip() for w in old], [w.strip() for w in new], autojunk=False)
    operations = matcher.get_opcodes()
    for place, (operation, old_from, old_to, new_from, new_to) in enumerate(operations):
        if operation == "equal":
            yield SAME, _shortened(new[new_from:new_to], first=place == 0, last=place == len(operations) - 1)
            continue
        if old_to > old_from:
            yield OUT, "".join(old[old_from:old_to])
        if new_to > new_from:
            yield IN, "".join(new[new_from:new_to])


def _shortened(words: list[str], *, first: bool, last: bool) -> str:
    """Unchanged words, only those near a change."""
    if len(words) <= 2 * AROUND:
        return "".join(words)
    start = [] if first else words[:AROUND]
    end = [] if last else words[-AROUND:]
    return "".join(start) + " … " + "".join(end)


def _kind(was: tuple[str, str] | None, now: tuple[str, str] | None) -> str:
    if was is None:
        return NEW
    if now is None:
        return GONE
    return CHANGED if was[1] != now[1] else ""


def _by_code(content: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    return {one["code"]: (one["title"], one["text"]) for one in content.get("sections", ())}
