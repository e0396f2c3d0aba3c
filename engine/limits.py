"""How long a text may be, and which letters it may hold: the same on every database, said once.

The columns of the engine, the linter and the doors of the engine read these figures.
"""

from __future__ import annotations

import re

ID = 100
"""Ids of elements, processes and forms; names of variables."""
NAME = 300
"""Names of elements, tasks and cases."""
LINE = 2_000
TEXT = 20_000
"""What a person types in a line, or in a text, of a form that says nothing else."""
MESSAGE_NAME = 100
MESSAGE_KEY = 200
BUSINESS_KEY = 200
PERSON = 100
GROUP = 200
SCOPE = 100
TENANT = 40
FAILURE = 2_000
"""What an incident says; its trace is longer."""
TRACE = 20_000

YEARS = 100
"""How far from today a deadline may lie: beyond, a date was mistyped."""

KEPT_MESSAGES = 50
"""Messages that came before their wait, for one case."""
KEPT_DAYS = 180

_UNKEPT = re.compile("[\x00\ud800-\udfff]")
"""NUL, which PostgreSQL refuses, and halves of a letter, which no database can write."""


def is_kept(text: str) -> bool:
    """Whether every database keeps the text as it is."""
    return (text.isascii() and "\x00" not in text) or not _UNKEPT.search(text)


def fits(text: str, most: int) -> bool:
    """Whether a column of `most` letters keeps the text as it is."""
    return len(text) <= most and is_kept(text)


def kept(text: str) -> str:
    """A text as it can be written down: with a sign for each letter that nobody keeps."""
    return _UNKEPT.sub("\N{REPLACEMENT CHARACTER}", text)


def told(text: str, most: int = FAILURE) -> str:
    """The same, cut: of what no person typed."""
    text = kept(text)
    return text if len(text) <= most else text[: most - 1] + "…"
