"""Texts that are kept in `tests/snapshots`, so that a changed word is seen in the diff of a commit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html

KEPT = Path(__file__).parents[1] / "snapshots"
OPTION = "--rewrite-snapshots"
MOST_LINES = 120
"""Of a page: what follows in a long one repeats itself."""

LINES = {
    "article", "caption", "dd", "details", "div", "dl", "dt", "fieldset", "figure", "footer", "form", "h1", "h2", "h3",
    "h4", "header", "label", "legend", "li", "nav", "ol", "p", "section", "summary", "table", "tbody", "thead", "tr",
    "ul",
}  # fmt: skip
SILENT = {"script", "style", "svg", "template", "option"}


def check(request: pytest.FixtureRequest, name: str, text: str) -> None:
    """Compare a text with the one that is kept under this name; with the option, keep it."""
    path = KEPT / f"{name}.txt"
    told = re.sub(r"\b[0-9a-f]{64}\b", "(sha-256)", text).strip() + "\n"
    if request.config.getoption(OPTION):
        KEPT.mkdir(exist_ok=True)
        path.write_text(told, encoding="utf-8")
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    assert told == kept, f"if that is what it is to say now: {OPTION}"


def page_text(source: str) -> str:
    """What a page says, a line for each block; fields as `[what is in them]`, buttons as `<what they say>`."""
    main = html.fromstring(source).find(".//main")
    assert main is not None
    lines = (" ".join(line.split()) for line in "".join(_said(main)).split("\n"))
    told = [line for line in lines if line.strip("| ")]
    return "\n".join([*told[:MOST_LINES], *([f"(y {len(told) - MOST_LINES} líneas más)"] if told[MOST_LINES:] else [])])


def _said(element: html.HtmlElement) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag in SILENT:
        return
    yield "\n" if element.tag in LINES else " | " if element.tag in ("td", "th") else ""
    if element.tag in ("input", "select", "textarea"):
        yield _field(element)
    elif element.tag == "button":
        yield f"<{' '.join(element.text_content().split())}> "
    else:
        yield element.text or ""
        for child in element:
            yield from _said(child)
            yield child.tail or ""
    yield "\n" if element.tag in LINES else ""


def _field(element: html.HtmlElement) -> str:
    if element.get("type") == "hidden":
        return ""
    if element.get("type") in ("checkbox", "radio"):
        return "[x] " if element.get("checked") is not None else "[ ] "
    if element.tag == "select":
        chosen = element.xpath("option[@selected] | optgroup/option[@selected]") or element.xpath(".//option")
        return f"[{' '.join(chosen[0].text_content().split()) if chosen else ''}] "
    return f"[{element.get('value') or (element.text or '').strip()}] "
