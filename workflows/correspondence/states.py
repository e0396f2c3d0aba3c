"""What a letter can be."""

from __future__ import annotations

from enum import StrEnum


class LetterKind(StrEnum):
    """What a letter is called."""

    LETTER = "oficio"
    SUMMONS = "convocatoria"
    MEMORANDUM = "memorando"


class Direction(StrEnum):
    """Whether it goes out or came in."""

    OUT = "sale"
    IN = "entra"
