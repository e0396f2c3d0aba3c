"""Passwords of breaches: a file of their SHA-1, in order, that is searched where it lies and never read whole."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import BinaryIO

LINE = re.compile(rb"[0-9A-Fa-f]{40}(:\d+)?\r?\n?")
"""A digest, and how often it was seen."""
LONGEST_LINE = 80


def ensure_readable(path: Path) -> None:
    """Raise `OSError` or `ValueError` for what is no such file, as far as its first and last digests tell."""
    with path.open("rb") as file:
        first = file.readline(LONGEST_LINE)
        file.seek(max(0, path.stat().st_size - 2 * LONGEST_LINE))
        last = file.read().splitlines()[-1:]
        if not (LINE.fullmatch(first) and last and LINE.fullmatch(last[0])):
            raise ValueError("no tiene huellas")
        if _digest(first) > _digest(last[0]):
            raise ValueError("no está en orden")


def contains(path: Path, password: str) -> bool:
    """Whether a password is one of them. Raises `OSError` if the file is gone."""
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:
        low, high = 0, os.fstat(file.fileno()).st_size  # the line, if it is there, begins at one of these bytes
        while low < high:
            middle = (low + high) // 2
            start, line = _line_from(file, middle)
            found = _digest(line)
            if found == wanted:
                return True
            if line and found < wanted:
                low = start + len(line)
            else:
                high = middle
    return False


def _line_from(file: BinaryIO, place: int) -> tuple[int, bytes]:
    """The first line that begins at a byte or after it, with where it begins; empty at the end."""
    file.seek(max(0, place - 1))
    if place:
        file.readline()
    return file.tell(), file.readline()


def _digest(line: bytes) -> bytes:
    return line[:40].upper()
