"""A section's text with structure, typed as plain lines: subheadings, lists, tables, pictures, notes.

`## ` and `### ` begin a subheading, `- ` a list, `1. ` a numbered one, and lines between bars are the rows of a table.
`![What it shows](mapa.png)` on a line of its own is a picture, by the name of its file; `^[…]` anywhere is a note at
the foot. Whatever else is typed is a paragraph: no text is ever wrong, and read without any of this it still says the
same. There is no markup in it that could do anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

PARAGRAPH, HEADING, LIST, TABLE, PICTURE = "parrafo", "titulo", "lista", "tabla", "imagen"
DEEPEST = 2

_HEADING = re.compile(r"#{2,6}\s+(?P<text>\S.*)")
_BULLET = re.compile(r"[-*•]\s+(?P<text>\S.*)")
_NUMBER = re.compile(r"\d{1,2}[.)]\s+(?P<text>\S.*)")
_PICTURE = re.compile(r"!\[(?P<text>[^\]]*)\]\((?P<name>[^()]+)\)")
_NOTE = re.compile(r"\^\[(?P<note>[^\[\]]+)\]")
_RULE = re.compile(r"[\s|:-]+")

Block = dict[str, Any]
"""`kind` and, by it, `text`, `level` (of a heading: 1 below the section's own), `items`, `is_numbered`, `rows`, `name`.

The `text` of a picture is what it shows, in words.
"""

Part = dict[str, str]
"""Some `text`, and the `note` that follows it, empty where none does."""


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


def read(text: str) -> list[Block]:
    """The blocks of a text as a page without a foot shows them: notes in parentheses, rows of one length."""
    return [_without_foot(one) for one in blocks(text)]


def parts(text: str) -> list[Part]:
    """A text and the notes in it, in order."""
    found, place = [], 0
    for match in _NOTE.finditer(text):
        found.append({"text": text[place : match.start()], "note": match["note"].strip()})
        place = match.end()
    if place < len(text) or not found:
        found.append({"text": text[place:], "note": ""})
    return found


def without_notes(text: str) -> str:
    """A text whose notes stand in it, in parentheses: where there is no foot."""
    return _NOTE.sub(lambda match: f" ({match['note'].strip()})", text)


def pictures(text: str) -> list[Block]:
    """The pictures that a text shows."""
    return [one for one in blocks(text) if one["kind"] == PICTURE]


def note(text: str) -> str:
    """How a note is typed."""
    return f"^[{' '.join(text.split()).replace('[', '(').replace(']', ')')}]"


def _without_foot(block: Block) -> Block:
    if block["kind"] == TABLE:
        width = max(map(len, block["rows"]))
        return {**block, "rows": [[*map(without_notes, row), *[""] * (width - len(row))] for row in block["rows"]]}
    if block["kind"] == LIST:
        return {**block, "items": [without_notes(item) for item in block["items"]]}
    return {**block, "text": without_notes(block["text"])}


def _take(found: list[Block], line: str) -> None:
    last: Block = found[-1] if found else {"kind": ""}
    if line.startswith("|") and line.endswith("|") and len(line) > 1:
        if last["kind"] != TABLE:
            last = {"kind": TABLE, "rows": []}
            found.append(last)
        if not _RULE.fullmatch(line):
            last["rows"].append([cell.strip() for cell in line[1:-1].split("|")])
    elif match := _PICTURE.fullmatch(line):
        found.append({"kind": PICTURE, "text": match["text"].strip(), "name": match["name"].strip()})
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
    elif block["kind"] == PICTURE:
        yield f"![{block['text']}]({block['name']})"
    else:
        yield block["text"]
