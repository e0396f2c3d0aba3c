"""The XML of diagrams: parsed without trusting it, and the names that are looked for in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from lxml import etree

from engine.errors import UnreadableDiagram

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 60
MAX_XML_ELEMENTS = 60_000
MAX_ATTRIBUTES = 200

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
OPERATON = "http://operaton.org/schema/1.0/bpmn"
FLOWABLE = "http://flowable.org/bpmn"
ACTIVITI = "http://activiti.org/bpmn"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"

Node: TypeAlias = "etree._Element"

_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def parse(xml: bytes) -> Node:
    """The root of a diagram's XML.

    Raises `UnreadableDiagram` with one sentence.
    """
    root = parse_strangers(xml)
    if root.tag != f"{{{BPMN}}}definitions":
        raise UnreadableDiagram("El archivo es XML, pero no un diagrama BPMN 2.0. Expórtelo como BPMN 2.0 (.bpmn).")
    _without_prefixes(root)
    return root


def parse_strangers(xml: bytes) -> Node:
    """The root of a stranger's XML of whatever kind.

    No DOCTYPE, no entities, no network, at most 5 MB, 60,000 XML elements with 200 attributes, 60 levels. Raises
    `UnreadableDiagram` with one sentence.
    """
    _refuse_other_files(xml)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        line = getattr(exc, "lineno", None)
        where = f" (línea {line})" if line else ""
        raise UnreadableDiagram(
            f"El archivo está dañado{where}: no es XML bien formado. Ábralo en el editor y guárdelo de nuevo."
        ) from exc
    _refuse_dangerous(root)
    return root


_REFERENCES = frozenset(
    {"calledElement", "attachedToRef", "sourceRef", "targetRef", "default", "processRef", "messageRef", "signalRef"}
    | {"errorRef", "escalationRef", "bpmnElement"}
)
_LISTED = frozenset({"incoming", "outgoing", "flowNodeRef", "resourceRef"})


def _without_prefixes(root: Node) -> None:
    """References are QNames, which some tools write with a prefix: `tns:x` is the `x` of the same file."""
    for node in root.iter(f"{{{BPMN}}}*", f"{{{BPMNDI}}}*"):
        for name, value in node.attrib.items():
            if ":" in value and name in _REFERENCES and "{" not in value:
                node.set(name, reference(str(value)))
        if local(node) in _LISTED and ":" in (node.text or ""):
            node.text = reference(node.text)


def _refuse_other_files(xml: bytes) -> None:
    if not xml.strip():
        raise UnreadableDiagram("El archivo está vacío. Elija el archivo .bpmn del diagrama.")
    if len(xml) > MAX_BYTES:
        raise UnreadableDiagram(
            "El archivo pesa más de 5 MB. Un diagrama no pesa tanto: quite imágenes y datos ajenos."
        )
    if xml[:4] in (b"PK\x03\x04", b"%PDF") or xml[:4] == b"\xd0\xcf\x11\xe0":
        raise UnreadableDiagram(
            "El archivo no es un diagrama sino un documento o un ZIP. Exporte el diagrama como .bpmn."
        )
    # Bytes zero are dropped for the search only, so that UTF-16 can't hide a DOCTYPE.
    if _DOCTYPE.search(xml.replace(b"\0", b"")):
        raise UnreadableDiagram(
            "El archivo declara un DOCTYPE o entidades, que no se admiten. Exporte el diagrama de nuevo."
        )


def _refuse_dangerous(root: Node) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableDiagram(
            "El archivo declara un DOCTYPE o entidades, que no se admiten. Exporte el diagrama de nuevo."
        )
    depth = count = 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MAX_DEPTH:
            raise UnreadableDiagram("El diagrama anida demasiados elementos unos dentro de otros (más de 60 niveles).")
        if count > MAX_XML_ELEMENTS or (event == "start" and len(node.attrib) > MAX_ATTRIBUTES):
            raise UnreadableDiagram("El diagrama es demasiado grande. Divídalo en procesos más pequeños que se llamen.")


def bpmn(name: str) -> str:
    """The qualified tag of a BPMN element."""
    return f"{{{BPMN}}}{name}"


def local(node: Node) -> str:
    """The tag of a node without its namespace; empty for anything that is not an element."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def namespace(node: Node) -> str:
    """The namespace of a node's tag; empty if it has none."""
    return node.tag.rpartition("}")[0][1:] if isinstance(node.tag, str) else ""


def children(node: Node, name: str = "*") -> Iterator[Node]:
    """The BPMN children of a node, of one name or of all."""
    return node.iterchildren(bpmn(name))


def child(node: Node, name: str) -> Node | None:
    """The first BPMN child of that name."""
    return node.find(bpmn(name))


def text_of(node: Node | None) -> str:
    """The text inside a node, stripped; empty if there is no node."""
    return "" if node is None else "".join(str(piece) for piece in node.itertext()).strip()


def one_line(text: str | None) -> str:
    """A name as it is read: line breaks and runs of blanks are one blank."""
    return " ".join((text or "").split())


def reference(text: str | None) -> str:
    """The id a QName reference points at (`tns:x` → `x`)."""
    return (text or "").strip().rsplit(":", 1)[-1]


def declare_once(root: Node) -> None:
    """Every namespace at the root, under the prefix that the file gives it."""
    known = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
    for node in root.iter():
        if isinstance(node.tag, str):
            known |= {prefix: uri for prefix, uri in node.nsmap.items() if prefix and prefix not in known}
    etree.cleanup_namespaces(root, top_nsmap=known, keep_ns_prefixes=[prefix for prefix in root.nsmap if prefix])
