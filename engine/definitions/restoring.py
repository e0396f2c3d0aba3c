"""What the editor can't hold of a drawing, and leaves out though nobody took it away: put back on every save."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Sequence
from typing import Final

from lxml import etree

from engine.definitions import remarks
from engine.definitions.markup import (
    BPMN,
    BPMNDI,
    CAMUNDA,
    DC,
    DI,
    XSI,
    Node,
    bpmn,
    children,
    declare_once,
    local,
    namespace,
    reference,
    text_of,
)


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_OURS: Final = frozenset({BPMN, BPMNDI, DC, DI, CAMUNDA, XSI, ""})
_DEFAULTS: Final = {
    "behavior": "All", "cancelActivity": "true", "cancelRemainingInstances": "true", "completionQuantity": "1",
    "eventGatewayType": "Exclusive", "expressionLanguage": "http://www.w3.org/1999/XPath",
    "gatewayDirection": "Unspecified", "instantiate": "false", "isCollection": "false", "isForCompensation": "false",
    "isInterrupting": "true", "isReference": "false", "isSequential": "false", "isUnlimited": "true",
    "loopType": "None", "maximum": "1", "minimum": "0", "mustUnderstand": "false", "parallelMultiple": "false",
    "startQuantity": "1", "testBefore": "false", "textFormat": "text/plain", "triggeredByEvent": "false",
    "typeLanguage": "http://www.w3.org/2001/XMLSchema", "waitForCompletion": "true", "messageVisibleKind": "initiating",
}  # fmt: skip
"""What is left out because it goes without saying: put back it says the same."""
_POINTS: Final = re.compile(r"\w+Refs?|definition")
"""Attributes that point at something; where it is in another file, the editor drops them."""
_HELD: Final = _names(
    "connector connectorId constraint entry errorEventDefinition executionListener expression failedJobRetryTimeCycle"
    " field formData formField formProperty in inputOutput inputParameter list map out outputParameter"
    " potentialStarter properties property script string taskListener validation value"
)
"""What is `camunda:` and in the editor; gone from there, somebody took it away."""
_DRAWN: Final = _names(
    "process collaboration participant messageFlow laneSet lane childLaneSet flowNodeRef sequenceFlow association"
    " textAnnotation text group category categoryValue dataObject dataObjectReference dataStore dataStoreReference"
    " dataInputAssociation dataOutputAssociation ioSpecification dataInput dataOutput inputSet outputSet property"
    " dataInputRefs dataOutputRefs documentation extensionElements incoming outgoing conditionExpression condition"
    " multiInstanceLoopCharacteristics standardLoopCharacteristics loopCardinality loopCondition completionCondition"
    " message signal error escalation timeDuration timeDate timeCycle script BPMNDiagram BPMNPlane BPMNShape BPMNEdge"
    " BPMNLabel Bounds waypoint"
)
"""What the editor draws or takes away; so it does every step and every kind of event."""


def kept(before: bytes, after: bytes) -> bytes:
    """`after` with what the editor can't hold of `before`, wherever its owner still stands, and with the comments.

    Both are diagrams, `after` is the editor's; it comes back as it is if it lacks nothing. Raises `UnreadableDiagram`.
    """
    if not before or before == after:
        return after
    was, root = remarks.read_whole(before), remarks.read_whole(after)
    if _Restoring(was, root).changed():
        declare_once(root)
        after = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")
    return remarks.kept(before, after)


class _Restoring:
    def __init__(self, was: Node, root: Node) -> None:
        self._was, self._root = was, root
        self._before, self._after = _by_id(was), _by_id(root)
        self._changes = 0

    def changed(self) -> bool:
        """Put everything back; whether there was anything."""
        self._compare(self._was, self._root)
        for one, node in self._before.items():
            twin = self._after.get(one)
            if node is not self._was and twin is not None and twin.tag == node.tag:
                self._compare(node, twin)
        self._undrawn_lanes()
        return self._changes > 0

    def _undrawn_lanes(self) -> None:
        """Who does a step that was moved: the editor takes it out of a lane that has no picture, which nobody sees."""
        drawn = {reference(shape.get("bpmnElement")) for shape in self._was.iter(f"{{{BPMNDI}}}BPMNShape")}
        placed = {text_of(one) for one in self._root.iter(bpmn("flowNodeRef"))}
        for lane in self._was.iter(bpmn("lane")):
            twin = self._after.get(_key(lane))
            lost = [one for one in children(lane, "flowNodeRef") if text_of(one) in self._after.keys() - placed]
            if lost and twin is not None and _key(lane) not in drawn:
                self._insert(lane, twin, lost)

    def _compare(self, node: Node, twin: Node) -> None:
        for name, value in node.attrib.items():
            if name not in twin.attrib and self._is_unheld(str(name), str(value)):
                twin.set(name, value)
                self._changes += 1
        self._rename(node, twin)
        for tag in dict.fromkeys(str(one.tag) for one in _elements(node)):
            ours = [one for one in _elements(node) if one.tag == tag and _key(one) not in self._after]
            theirs = [one for one in _elements(twin) if one.tag == tag and _key(one) not in self._before]
            self._put_back(node, twin, ours, theirs)

    def _is_unheld(self, name: str, value: str) -> bool:
        space, plain = etree.QName(name).namespace or "", etree.QName(name).localname
        if space:
            return space not in _OURS or space == BPMN
        if _POINTS.fullmatch(plain):
            return reference(value) not in self._before
        return goes_without_saying(plain, value)

    def _rename(self, node: Node, twin: Node) -> None:
        """The editor writes expressions under the name of what they are, which says the same to nobody else."""
        tags = {str(one.tag) for one in _elements(node)}
        for one in list(_elements(twin)):
            if one.tag in tags or not local(one).lower().endswith("expression") or namespace(one) != BPMN:
                continue
            mine = next((was for was in _elements(node) if _same_expression(was, one)), None)
            if mine is not None:
                one.tag = mine.tag
                if mine.get(f"{{{XSI}}}type") is None:
                    one.attrib.pop(f"{{{XSI}}}type", "")
                self._changes += 1

    def _put_back(self, node: Node, twin: Node, ours: Sequence[Node], theirs: Sequence[Node]) -> None:
        first = ours[0] if ours else None
        if first is None:
            return
        if _is_foreign(first):
            if [_canonical(one) for one in ours] != [_canonical(one) for one in theirs]:
                for one in theirs:
                    twin.remove(one)
                self._insert(node, twin, ours)
        elif first.tag == bpmn("extensionElements") and not theirs:
            self._extensions(first, twin)
        elif len(ours) == len(theirs):
            for one, other in zip(ours, theirs, strict=True):
                if not _key(one):
                    self._compare(one, other)
        elif not theirs and not _is_drawn(first):
            self._insert(node, twin, ours)

    def _extensions(self, ours: Node, twin: Node) -> None:
        """Where nothing was left of the extensions, what they had that the editor can't hold."""
        made = etree.Element(ours.tag)
        self._compare(ours, made)
        if len(made):
            twin.insert(sum(1 for one in twin if one.tag == bpmn("documentation")), made)

    def _insert(self, node: Node, twin: Node, ours: Sequence[Node]) -> None:
        """Behind what stood before them."""
        earlier = {str(one.tag) for one in ours[0].itersiblings(preceding=True) if isinstance(one.tag, str)}
        place = max((number for number, one in enumerate(twin, start=1) if one.tag in earlier), default=0)
        for one in reversed(ours):
            put = copy.deepcopy(one)
            put.tail = None
            twin.insert(place, put)
            self._changes += 1


def goes_without_saying(attribute: str, value: str) -> bool:
    """Whether BPMN means this where nothing is written."""
    return _DEFAULTS.get(attribute) == value


def _by_id(root: Node) -> dict[str, Node]:
    return {_key(node): node for node in root.iter() if isinstance(node.tag, str) and _key(node)}


def _key(node: Node) -> str:
    """The id by which an element of the drawing is found; what extensions call so is no such id."""
    return str(node.get("id") or "") if namespace(node) in (BPMN, BPMNDI) else ""


def _elements(node: Node) -> Iterable[Node]:
    return (one for one in node if isinstance(one.tag, str))


def _is_foreign(node: Node) -> bool:
    """Whether nobody can have changed it in the editor."""
    space = namespace(node)
    return space not in _OURS or not space or (space == CAMUNDA and local(node) not in _HELD)


def _is_drawn(node: Node) -> bool:
    name = local(node)
    ends = ("Task", "Event", "Gateway", "Process", "Activity", "EventDefinition", "transaction", "SubProcess")
    return name in _DRAWN or name.endswith(ends) or (namespace(node) == CAMUNDA and name in _HELD)


def _same_expression(one: Node, other: Node) -> bool:
    return namespace(one) == BPMN and text_of(one) == text_of(other) and one.get("id") == other.get("id")


def _canonical(node: Node) -> bytes:
    alone = copy.deepcopy(node)
    alone.tail = None
    for one in alone.iter():
        one.text, one.tail = (one.text or "").strip(), (one.tail or "").strip()
    return etree.tostring(alone, method="c14n", exclusive=True, with_comments=False)
