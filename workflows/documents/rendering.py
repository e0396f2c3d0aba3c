"""A written document in the formats people keep: HTML, DOCX and PDF/A, from the content of one of its versions.

`content` is that of a `DocumentVersion`: `{"sections": [{"code", "title", "text", "tables": [{"caption", "head",
"rows"}]}], "facts": [[term, text], …]}`; only `title` and `text` are needed in a section. All of it is plain text:
nothing a person typed is read as markup, and any text can be printed (docs/decisions/0010).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import docx
from jinja2 import Environment, PackageLoader, StrictUndefined

from workflows.documents.fonts import warning_about
from workflows.documents.letters import shown
from workflows.documents.models import DocumentVersion, PlanDocument
from workflows.documents.typesetting import typeset
from workflows.spanish import long_moment

LONGEST_PROPERTY = 255
"""Of the title that Word keeps in a document's properties."""


@dataclass(frozen=True, slots=True)
class Page:
    """What every format is handed: finished Spanish text."""

    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Mapping[str, Any], ...]
    made_at: int

    def as_dict(self) -> dict[str, Any]:
        """The page as nested plain values that every format takes: whole texts, tables with equal rows."""
        sections = [
            {**section, "tables": [_squared(table) for table in section["tables"] if table["head"] or table["rows"]]}
            for section in self.sections
        ]
        page: dict[str, Any] = shown(
            {
                "title": self.title,
                "subtitle": self.subtitle,
                "facts": [list(fact) for fact in self.facts],
                "sections": sections,
            }
        )
        return page


def page_of(document: PlanDocument, version: DocumentVersion, plan_name: str) -> Page:
    """A version of a document, laid out."""
    facts = [("Versión", version.number), ("Hecha el", long_moment(version.made_at))]
    facts += [(str(term), str(text)) for term, text in version.content.get("facts", [])]
    facts.append(("SHA-256 del contenido", version.sha256))
    return Page(
        title=document.title,
        subtitle=plan_name,
        facts=tuple(facts),
        sections=tuple(_section(section) for section in version.content.get("sections", [])),
        made_at=int(version.made_at.timestamp()),
    )


def render_html(page: Page) -> bytes:
    """A file that needs nothing beside it, accessible."""
    content = page.as_dict()
    template = templates_of("workflows.documents").get_template("documento.html")
    return template.render(d=content, warning=warning_about(content)).encode()


def render_docx(page: Page) -> bytes:
    """A Word document with headings, so that an office may go on in Word."""
    content, document = page.as_dict(), docx.Document()
    document.core_properties.title = content["title"][:LONGEST_PROPERTY]
    document.add_heading(content["title"], 0)
    document.add_paragraph(content["subtitle"])
    for term, text in content["facts"]:
        document.add_paragraph(f"{term}: {text}")
    for section in content["sections"]:
        document.add_heading(section["heading"], section["level"])
        for paragraph in section["paragraphs"]:
            document.add_paragraph(paragraph)
        for table in section["tables"]:
            _add_table(document, table)
    if warning := warning_about(content):
        document.add_paragraph(warning, style="Quote")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def render_pdf(page: Page) -> bytes:
    """PDF/A-2b; the same page gives the same bytes."""
    template = resources.files("workflows.documents") / "templates" / "documento.typ"
    return typeset(template.read_bytes(), page.as_dict(), page.made_at)


RENDERERS: Mapping[str, Callable[[Page], bytes]] = {"html": render_html, "docx": render_docx, "pdf": render_pdf}
"""The renderers by format."""


def _section(section: Mapping[str, Any]) -> dict[str, Any]:
    code = str(section.get("code") or "")
    text = str(section.get("text") or "")
    return {
        "heading": f"{code if code[:1].isdigit() else ''} {section.get('title', '')}".strip(),
        "level": min(code.count(".") + 1, 3),
        "paragraphs": [line.strip() for line in text.splitlines() if line.strip()],
        "tables": [_table(table) for table in section.get("tables") or [] if table.get("head")],
    }


def _table(table: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "caption": str(table.get("caption") or ""),
        "head": [str(cell) for cell in table["head"]],
        "rows": [[_cell(cell) for cell in row] for row in table.get("rows") or []],
    }


def _cell(value: Any) -> str:
    return "—" if value is None or value == "" else str(value)


def _squared(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table with as many cells in each row as in its widest one."""
    width = max(map(len, (table["head"], *table["rows"])))
    head, *rows = ([*row, *[""] * (width - len(row))] for row in (table["head"], *table["rows"]))
    return {"caption": table["caption"], "head": head, "rows": rows}


def _add_table(document: Any, table: Mapping[str, Any]) -> None:
    if table["caption"]:
        document.add_paragraph(table["caption"], style="Caption")
    grid = document.add_table(rows=1, cols=len(table["head"]), style="Light Grid Accent 1")
    for cell, text in zip(grid.rows[0].cells, table["head"], strict=True):
        cell.text = text
    for row in table["rows"]:
        for cell, text in zip(grid.add_row().cells, row, strict=True):
            cell.text = text


@cache
def templates_of(package: str) -> Environment:
    """The Jinja templates of a package: what is put into them is escaped, what is missing raises."""
    return Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
