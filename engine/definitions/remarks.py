"""The XML comments of a diagram: what tools and people wrote beside its elements, which most programs throw away."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from lxml import etree

from engine.definitions.markup import Node, parse

MOST = 2_000


@dataclass(frozen=True, slots=True)
class _Remark:
    """A comment, and where it stood: before an element, at the end of another, or outside the root."""

    text: str
    before: str
    inside: tuple[str, ...]
    heads: bool


def kept(before: bytes, after: bytes) -> bytes:
    """`after` with the comments of `before` that it lacks, each where it stood, or as near as what still stands there.

    Both are diagrams; `after` comes back as it is if it lacks none. Raises `UnreadableDiagram`.
    """
    if b"<!--" not in before:
        return after
    root = read_whole(after)
    there = Counter(one.text for one in _comments(root))
    lost = []
    for remark in _remarks(read_whole(before)):
        if there[remark.text]:
            there[remark.text] -= 1
        else:
            lost.append(remark)
    if not lost:
        return after
    known = {str(node.get("id")): node for node in root.iter() if isinstance(node.tag, str) and node.get("id")}
    for remark in lost[:MOST]:
        _put(root, known, remark)
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")


def _put(root: Node, known: dict[str, Node], remark: _Remark) -> None:
    comment = etree.Comment(remark.text)
    if remark.heads:
        root.addprevious(comment)
    elif remark.before in known and known[remark.before] is not root:
        known[remark.before].addprevious(comment)
    else:
        holder = next((known[one] for one in remark.inside if one in known), root)
        holder.append(comment)


def _remarks(root: Node) -> list[_Remark]:
    found = []
    for comment in _comments(root):
        parent = comment.getparent()
        if parent is None:
            found.append(_Remark(comment.text or "", "", (), heads=True))
            continue
        following = (one for one in comment.itersiblings() if isinstance(one.tag, str))
        beside = next((str(one.get("id")) for one in following if one.get("id")), "")
        around = tuple(str(one.get("id")) for one in (parent, *parent.iterancestors()) if one.get("id"))
        found.append(_Remark(comment.text or "", beside, around, heads=False))
    return found


def _comments(root: Node) -> list[Node]:
    """Every comment, those around the root among them, in their order."""
    before = [one for one in root.itersiblings(preceding=True) if _is_comment(one)]
    after = [one for one in root.itersiblings() if _is_comment(one)]
    return [*reversed(before), *(one for one in root.iter() if _is_comment(one)), *after]


def _is_comment(node: Node) -> bool:
    return isinstance(node, etree._Comment)


def read_whole(xml: bytes) -> Node:
    """The root with the comments in it. Raises `UnreadableDiagram`."""
    parse(xml)  # refuses what is dangerous
    return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
