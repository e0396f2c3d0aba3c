"""Notes at the foot of a Word document: the library that writes it knows none, so their part is made and read here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from lxml import etree

RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_BEFORE = (("separator", -1), ("continuationSeparator", 0))
"""What Word wants to find first: the lines that part notes from the text."""


class Footnotes:
    """The notes of a document that is being written."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._root = parse_xml(f"<w:footnotes {nsdecls('w')}/>")
        self._count = 0
        for kind, identity in _BEFORE:
            line = OxmlElement(f"w:{kind}")
            self._root.append(_footnote(identity, [line], kind))

    def add(self, paragraph: Any, text: str) -> None:
        """A note at the end of what stands in the paragraph so far."""
        self._count += 1
        said = OxmlElement("w:t")
        said.text = f" {text}"
        said.set(qn("xml:space"), "preserve")
        self._root.append(_footnote(self._count, [OxmlElement("w:footnoteRef"), said]))
        mark = OxmlElement("w:footnoteReference")
        mark.set(qn("w:id"), str(self._count))
        run = paragraph.add_run()
        run.font.superscript = True
        run._r.append(mark)

    def finish(self) -> None:
        """Put the notes into the document; one without notes gets no part for them."""
        if self._count:
            blob = _bytes(self._root)
            name = PackURI("/word/footnotes.xml")
            self._document.part.relate_to(
                Part(name, CONTENT_TYPE, blob, self._document.part.package), RELATIONSHIP
            )  # fmt: skip


def read(document: Any) -> Mapping[str, str]:
    """The notes of a document by their id, each as one line."""
    for relationship in document.part.rels.values():
        if relationship.reltype == RELATIONSHIP and not relationship.is_external:
            root = parse_xml(relationship.target_part.blob)
            return {
                str(one.get(qn("w:id"))): " ".join("".join(text.text or "" for text in one.iter(qn("w:t"))).split())
                for one in root.iter(qn("w:footnote"))
                if one.get(qn("w:type")) is None
            }
    return {}


def _footnote(identity: int, parts: list[Any], kind: str = "") -> Any:
    made = OxmlElement("w:footnote")
    if kind:
        made.set(qn("w:type"), kind)
    made.set(qn("w:id"), str(identity))
    paragraph = OxmlElement("w:p")
    for part in parts:
        run = OxmlElement("w:r")
        properties = OxmlElement("w:rPr")
        if part.tag == qn("w:footnoteRef"):
            raised = OxmlElement("w:vertAlign")
            raised.set(qn("w:val"), "superscript")
            properties.append(raised)
        size = OxmlElement("w:sz")
        size.set(qn("w:val"), "18")
        properties.insert(0, size)
        run.extend([properties, part])
        paragraph.append(run)
    made.append(paragraph)
    return made


def _bytes(root: Any) -> bytes:
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written
