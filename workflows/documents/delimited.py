"""Rows of a text whose cells stand between commas, semicolons, tabs or bars, whichever its author's program used."""

from __future__ import annotations

import codecs
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
    return csv.reader(io.StringIO(text, newline=None), dialect)  # some programs still end a line as old Macs did


def decoded(content: bytes) -> str:
    """A text in UTF-8, in the UTF-16 that Excel calls «Unicode», or in what Windows writes."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
