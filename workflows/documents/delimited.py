"""Rows of a text whose cells stand between commas, semicolons, tabs or bars, whichever its author's program used."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any


def rows(content: bytes) -> Iterator[list[str]]:
    """The rows as they stand."""
    text = decoded(content)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:4_000], ";,\t|")
    except csv.Error:
        dialect = csv.excel
    return csv.reader(io.StringIO(text), dialect)


def decoded(content: bytes) -> str:
    """A text in UTF-8, or in what Windows writes."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
