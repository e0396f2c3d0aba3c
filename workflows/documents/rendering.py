"""A written document in the formats people keep: HTML, DOCX and PDF/A, from the content of one of its versions.

`content` is that of a `DocumentVersion`: `{"sections": [{"code", "title", "text", "tables": [{"caption", "head",
"rows"}], "charts": […]}], "facts": [[term, text], …], "summary": [{"title", "lines"}]}`; only `title` and `text` are
needed in a section, and `summary` where the first page says the whole; charts are rows to draw (`charts`). All of it is
plain text: nothing a person typed is read as markup, and any text can be printed (docs/decisions/0010). A section that
`is_prose` says its subheadings, lists and tables with its lines (`prose`).
"""

from __future__ import annotations

import base64
import datetime as dt
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import resources
from itertools import count
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from workflows.documents import prose, section_pictures, widths, word
from workflows.documents.charts import Chart, drawn
from workflows.documents.fonts import warning_about
from workflows.documents.letters import shown
from workflows.documents.models import DocumentVersion, PlanDocument
from workflows.documents.pictures import address_of, png_of
from workflows.documents.typesetting import typeset
from workflows.sectors.identity import Letterhead
from workflows.spanish import long_moment

APPROVED_AT = "approved_at"
"""What a version's content keeps of its approval: the moment, as text."""

MANY_SECTIONS = 10
"""From so many headings on a document has a page of contents."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs: under a line, with the office held. `note`: how and when, where it was done electronically."""

    name: str
    office: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Highlight:
    """A part of the first page that says the whole: a title and its sentences."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What every format is handed: finished Spanish text."""

    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Mapping[str, Any], ...]
    made_at: int
    letterhead: Letterhead
    summary: tuple[Highlight, ...] = ()
    signatures: tuple[Signature, ...] = ()
    foot: str = ""
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    """What stands in the texts, PNG or JPEG, by digest."""
    picture: str = ""
    """SVG text that stands before the sections, on a page of its own; `picture_told` says it to who does not see it."""
    picture_told: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The page as nested plain values that every format takes: whole texts, tables with equal rows, numbered."""
        captions, figures, notes = count(1), count(1), _Notes()
        sections = [
            {
                **section,
                "blocks": [
                    laid
                    for block in section.get("blocks", ())
                    if (laid := self._laid(block, section.get("pictures") or {}, figures, notes))
                ],
                "tables": [
                    widths.of_table(_squared(table, captions))
                    for table in section["tables"]
                    if table["head"] or table["rows"]
                ],
                "charts": [_figure(chart, figures) for chart in section.get("charts", ())],
            }
            for section in self.sections
        ]
        page: dict[str, Any] = shown(
            {
                "title": self.title,
                "subtitle": self.subtitle,
                "sector": self.letterhead.line,
                "colour": self.letterhead.colour,
                "facts": [list(fact) for fact in self.facts],
                "summary": [asdict(part) for part in self.summary],
                "contents": sum(section["level"] < 3 for section in sections) >= MANY_SECTIONS,
                "sections": sections,
                "signatures": [asdict(signature) for signature in self.signatures],
                "foot": self.foot,
                "notes": notes.texts,
                "picture_told": self.picture_told,
            }
        )
        return page

    def _laid(
        self, block: prose.Block, names: Mapping[str, str], figures: Iterator[int], notes: _Notes
    ) -> prose.Block | None:
        """A block as the formats take it: notes numbered, tables squared with widths; a picture that is not kept, none.

        In tables and subheadings notes stand in parentheses.
        """
        kind = block["kind"]
        if kind == prose.TABLE:
            head, *rows = [[prose.without_notes(cell) for cell in row] for row in block["rows"]]
            squared = _squared({"caption": "", "head": head, "rows": rows}, count(1))
            return {"kind": kind, "table": widths.of_table(squared)}
        if kind == prose.PICTURE:
            digest = names.get(block["name"], "")
            caption = f"Figura {next(figures)}. {block['text']}" if digest in self.pictures else ""
            if not caption:
                return None
            across = section_pictures.across(self.pictures[digest])
            return {"kind": kind, "text": block["text"], "caption": caption, "digest": digest, "across": across}
        if kind == prose.LIST:
            return {**block, "items": [notes.of(item) for item in block["items"]]}
        if kind == prose.HEADING:
            return {**block, "text": prose.without_notes(block["text"])}
        return {"kind": kind, "parts": notes.of(block["text"])}


class _Notes:
    """The notes at the foot, numbered through the document."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def of(self, text: str) -> list[dict[str, Any]]:
        """The parts of a text, each with the number of its note; 0 where it has none."""
        return [{**part, "number": self._number(part["note"])} for part in prose.parts(text)]

    def _number(self, note: str) -> int:
        if not note:
            return 0
        self.texts.append(note)
        return len(self.texts)


def laid_out(
    title: str,
    subtitle: str,
    facts: Sequence[tuple[str, str]],
    sections: Sequence[Mapping[str, Any]],
    made_at: int,
    letterhead: Letterhead,
    *,
    picture: str = "",
    picture_told: str = "",
) -> Page:
    """A page of finished text that is no version of a plan's document."""
    laid = tuple(_section(section) for section in sections)
    return Page(
        title, subtitle, tuple(facts), laid, made_at, letterhead, picture=picture, picture_told=picture_told
    )  # fmt: skip


def page_of(
    document: PlanDocument,
    version: DocumentVersion,
    plan_name: str,
    letterhead: Letterhead,
    *,
    act: Sequence[tuple[str, str]] = (),
    dated_at: dt.datetime | None = None,
    signatures: Sequence[Signature] = (),
    pictures: Mapping[str, bytes] | None = None,
) -> Page:
    """A version of a document, laid out. It has the date of its act or approval; without any, that of its making."""
    approved_at = version.content.get(APPROVED_AT)
    dated_at = dt.datetime.fromisoformat(approved_at) if approved_at else dated_at
    made = [] if approved_at else [("Hecha el", long_moment(version.made_at))]
    facts = [("Versión", version.number), *(act or made)]
    facts += [(str(term), str(text)) for term, text in version.content.get("facts", [])]
    facts.append(("SHA-256 del contenido", version.sha256))
    return Page(
        title=document.title,
        subtitle=plan_name,
        facts=tuple(facts),
        sections=tuple(_section(section) for section in version.content.get("sections", [])),
        made_at=int((dated_at or version.made_at).timestamp()),
        letterhead=letterhead,
        summary=tuple(
            Highlight(part["title"], tuple(part["lines"]))
            for part in version.content.get("summary") or []
            if part["lines"]
        ),
        signatures=tuple(signatures),
        pictures=pictures or {},
        foot=f"Versión {version.number}",
    )


def render_html(page: Page) -> bytes:
    """A file that needs nothing beside it, accessible."""
    content = page.as_dict()
    template = templates_of("workflows.documents").get_template("documento.html")
    addresses = {digest: _address(picture) for digest, picture in page.pictures.items()}
    return template.render(
        d=content, logo=page.letterhead.logo_address, warning=warning_about(content), pictures=addresses
    ).encode()


def render_docx(page: Page) -> bytes:
    """A Word document with headings, so that an office may go on in Word."""
    content = page.as_dict()
    picture = png_of(page.picture) if page.picture else None
    return word.write(content, warning_about(content), page.letterhead.logo, picture, page.pictures)


def render_pdf(page: Page) -> bytes:
    """PDF/A-2a and PDF/UA-1; the same page gives the same bytes."""
    template = resources.files("workflows.documents") / "templates" / "documento.typ"
    content = page.as_dict()
    content["sections"] = list(_without_gaps(content["sections"]))
    pictures = {f"p{digest}": _as_svg(picture) for digest, picture in page.pictures.items()}
    drawn = {"logo": page.letterhead.as_svg(), "picture": page.picture, **pictures}
    return typeset(template.read_bytes(), content, page.made_at, drawn)


def _address(picture: bytes) -> str:
    """A picture as a `data:` address."""
    kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"


def _as_svg(picture: bytes) -> str:
    """A picture inside an SVG text, as what sets pages takes pictures."""
    wide, high = section_pictures.size(picture)
    measures = f'width="{wide}" height="{high}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {measures}><image {measures} href="{_address(picture)}"/></svg>'


RENDERERS: Mapping[str, Callable[[Page], bytes]] = {"html": render_html, "docx": render_docx, "pdf": render_pdf}
"""The renderers by format."""


def _without_gaps(sections: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Sections in which no heading is more than one level below the one before, or says nothing.

    A screen reader goes by them; what is no word stays as text.
    """
    before = 0
    for section in sections:
        if any(unicodedata.category(letter)[0] in "LNPS" for letter in section["heading"]):
            before = min(section["level"], before + 1)
            yield {**section, "level": before}
        else:
            unsaid = [section["heading"]] if section["heading"] else []
            yield {**section, "heading": "", "paragraphs": [*unsaid, *section["paragraphs"]]}


def _section(section: Mapping[str, Any]) -> dict[str, Any]:
    code = str(section.get("code") or "")
    text = str(section.get("text") or "")
    written = prose.blocks(text) if section.get("is_prose") else []
    tables = [_table(table) for table in section.get("tables") or [] if table.get("head")]
    empty = [f"{table['caption']}: sin registros." for table in tables if not table["rows"] and table["caption"]]
    return {
        "heading": f"{code if code[:1].isdigit() else ''} {section.get('title', '')}".strip(),
        "level": min(code.count(".") + 1, 3),
        "paragraphs": [*([] if written else [line.strip() for line in text.splitlines() if line.strip()]), *empty],
        "blocks": written,
        "pictures": dict(section.get("pictures") or {}),
        "tables": [table for table in tables if table["rows"]],
        "charts": [chart for chart in section.get("charts") or [] if chart["rows"]],
    }


def _table(table: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "caption": str(table.get("caption") or ""),
        "head": [str(cell) for cell in table["head"]],
        "rows": [[_cell(cell) for cell in row] for row in table.get("rows") or []],
    }


def _cell(value: Any) -> str:
    return "—" if value is None or value == "" else str(value)


def _squared(table: Mapping[str, Any], captions: Iterator[int]) -> dict[str, Any]:
    """The table with as many cells in each row as in its widest one, and its number before its caption."""
    width = max(map(len, (table["head"], *table["rows"])))
    head, *rows = ([*row, *[""] * (width - len(row))] for row in (table["head"], *table["rows"]))
    caption = f"Tabla {next(captions)}. {table['caption']}" if table["caption"] else ""
    return {"caption": caption, "head": head, "rows": rows}


def _figure(chart: Chart, figures: Iterator[int]) -> dict[str, Any]:
    """A chart as the formats take it: drawn, with its number before its caption."""
    number = next(figures)
    caption = f"Figura {number}. {chart['caption']}"
    return {"name": f"figura-{number}", "caption": caption, "told": chart["told"], "svg": drawn(chart)}


@cache
def templates_of(package: str) -> Environment:
    """The Jinja templates of a package: what is put into them is escaped, what is missing raises."""
    environment = Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["address"] = address_of
    return environment
