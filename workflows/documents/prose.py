"""A section's text with structure, typed as plain lines: subheadings, lists, tables.

`## ` and `### ` begin a subheading, `- ` a list, `1. ` a numbered one, and lines between bars are the rows of a table.
Whatever else is typed is a paragraph: no text is ever wrong, and read without any of this it still says the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

PARAGRAPH, HEADING, LIST, TABLE = "parrafo", "titulo", "lista", "tabla"
DEEPEST = 2

_HEADING = re.compile(r"#{2,6}\s+(?P<text>\S.*)")
_BULLET = re.compile(r"[-*•]\s+(?P<text>\S.*)")
_NUMBER = re.compile(r"\d{1,2}[.)]\s+(?P<text>\S.*)")
_RULE = re.compile(r"[\s|:-]+")

Block = dict[str, Any]
"""`kind` and, by it, `text`, `level` (of a heading: 1 below the section's own), `items`, `is_numbered`, `rows`."""


def blocks(text: str) -> list[Block]:
    """What the lines of a text are, in order."""
    found: list[Block] = []
    for line in (line.strip() for line in text.splitlines()):
        if line:
            _take(found, line)
    return [one for one in found if one["kind"] != TABLE or one["rows"]]


def written(parts: list[Block]) -> str:
    """Blocks as the text that says them."""
    return "\n\n".join("\n".join(_lines(one)) for one in parts)


def _take(found: list[Block], line: str) -> None:
    last: Block = found[-1] if found else {"kind": ""}
    if line.startswith("|") and line.endswith("|") and len(line) > 1:
        if last["kind"] != TABLE:
            last = {"kind": TABLE, "rows": []}
            found.append(last)
        if not _RULE.fullmatch(line):
            last["rows"].append([cell.strip() for cell in line[1:-1].split("|")])
    elif match := _HEADING.fullmatch(line):
        before = next((one["level"] for one in reversed(found) if one["kind"] == HEADING), 0)
        level = min(line.index(" ") - 1, before + 1, DEEPEST)
        found.append({"kind": HEADING, "text": match["text"], "level": level})
    elif match := _BULLET.fullmatch(line) or _NUMBER.fullmatch(line):
        is_numbered = line[0].isdigit()
        if last["kind"] != LIST or last["is_numbered"] != is_numbered:
            last = {"kind": LIST, "is_numbered": is_numbered, "items": []}
            found.append(last)
        last["items"].append(match["text"])
    else:
        found.append({"kind": PARAGRAPH, "text": line})


def _lines(block: Block) -> Iterator[str]:
    if block["kind"] == HEADING:
        yield f"{'#' * (block['level'] + 1)} {block['text']}"
    elif block["kind"] == LIST:
        for number, item in enumerate(block["items"], start=1):
            yield f"{number}. {item}" if block["is_numbered"] else f"- {item}"
    elif block["kind"] == TABLE:
        for place, row in enumerate(block["rows"]):
            yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"
            if place == 0:
                yield f"|{'---|' * len(row)}"
    else:
        yield block["text"]
