"""What was left out and no repair has told: the file as it came is held against what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from engine.definitions.importing.draft import Draft, called, words
from engine.definitions.markup import BPMN, Node, local, namespace, one_line, reference, text_of
from engine.definitions.restoring import goes_without_saying

_WRITTEN_ANEW: Final = ("incoming", "outgoing", "flowNodeRef", "laneSet", "childLaneSet")
_TOLD: Final = ("exporter", "exporterVersion", "scriptFormat")
LONGEST: Final = 60


def tell(before: Node, draft: Draft) -> None:
    """Record, element by element, what the file said and is neither there any more nor told."""
    if not draft.is_foreign:
        return
    after = {str(node.get("id")): node for node in draft.root.iter(f"{{{BPMN}}}*") if node.get("id")}
    told = " ".join(one.message for one in draft.repairs)
    gone: dict[str, Node] = {}
    for node in before.iter(f"{{{BPMN}}}*"):
        parent = node.getparent()
        if node.get("id") is None and parent is not None:
            continue
        twin = draft.root if parent is None else after.get(draft.renamed.get(str(node.get("id")), str(node.get("id"))))
        if twin is not None:
            left = [one for one in _left_of(node, twin) if one[1] not in told]
            if left:
                _say(draft, twin, [said for said, _value in left])
        else:
            gone[str(node.get("id"))] = node
    for node in gone.values():
        if called(node) not in told and not _goes_with_others(node, gone):
            draft.repaired(None, "left_out", f"Quedó fuera {called(node)} ({local(node)}).")


def _goes_with_others(node: Node, gone: Mapping[str, Node]) -> bool:
    """Whether it is told by what else is gone: what it was in, an end of an arrow, what led to an end."""
    if local(node) == "process" or any(str(one.get("id")) in gone for one in node.iterancestors()):
        return True
    if local(node) == "sequenceFlow":
        return any(reference(node.get(end)) in gone for end in ("sourceRef", "targetRef"))
    return local(node) == "endEvent" and any(
        local(one) == "sequenceFlow" and reference(one.get("targetRef")) == node.get("id") for one in gone.values()
    )


def _say(draft: Draft, node: Node, left: list[str]) -> None:
    whose = "Del archivo" if node is draft.root else f"De {called(node)}"
    draft.repaired(node, "left_out", f"{whose} quedó fuera: {words(left)}.")


def _left_of(node: Node, twin: Node) -> Iterator[tuple[str, str]]:
    """What an element had and has no more, as it is told and as a repair would have quoted it."""
    for name, value in node.attrib.items():
        plain = local_name(str(name))
        if name not in twin.attrib and plain not in _TOLD and not goes_without_saying(plain, str(value)):
            quoted = one_line(str(value))[:LONGEST]
            yield f"{plain} «{quoted}»", quoted
    have = Counter(_shape(one) for one in twin)
    for one in node:
        if one.get("id") or local(one) in _WRITTEN_ANEW:
            continue
        shape = _shape(one)
        have[shape] -= 1
        same = any(local(other) == local(one) and namespace(other) == namespace(one) for other in twin)
        if have[shape] < 0 and not (same and namespace(one) == BPMN):
            text = one_line(text_of(one))[:LONGEST]
            yield f"{local(one)} «{text}»" if text else local(one), text or local(one)


def _shape(node: Node) -> tuple[str, str]:
    return (str(node.tag), text_of(node))


def local_name(name: str) -> str:
    """An attribute's name without its namespace."""
    return name.rpartition("}")[2]
