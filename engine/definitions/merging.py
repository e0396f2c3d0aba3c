"""Taking over into a variant what the shared diagram changed since: three drawings, compared element by element."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree

from engine.definitions import editing
from engine.definitions.markup import BPMN, BPMNDI, Node, bpmn, local, parse

_REFERRED = frozenset({"incoming", "outgoing", "flowNodeRef"})
"""What a node says again of the flows and lanes around it: put right afterwards, and never a difference."""
_ROOT = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """A drawing that took over what it could. `kept` are the elements that both changed: they are as in the variant."""

    content: bytes
    kept: tuple[str, ...]


def merge(base: bytes, shared: bytes, own: bytes, theirs: Collection[str] = ()) -> Merged:
    """The variant with what the shared drawing changed since `base`, wherever the variant itself did not.

    Of the elements in `theirs` both changed it takes what the shared one says; `kept` does not name them.

    Of an element each attribute and each property counts by itself, and all else that it says together.
    What it says of no element (how a task is drawn) follows the same rule without being told. The result may be wrong
    where both changed what leads to where: whoever publishes it has it checked. Raises `UnreadableDiagram`.
    """
    merging = _Merging(_Drawing(parse(base)), _Drawing(parse(shared)), _Drawing(parse(own)), frozenset(theirs))
    merging.take()
    return Merged(etree.tostring(merging.own.root, xml_declaration=True, encoding="UTF-8"), tuple(merging.kept))


class _Drawing:
    """The elements of a drawing by id, in its order; the root has an empty one."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.nodes: dict[str, Node] = {_ROOT: root, **{str(node.get("id")): node for node in _identified(root)}}

    def parent(self, key: str) -> str:
        return self.key(self.nodes[key].getparent())

    def key(self, node: Node | None) -> str:
        return _ROOT if node is None or node is self.root else str(node.get("id"))

    def said(self, key: str) -> _Said:
        return _Said.of(self.nodes[key], self.parent(key))


class _Said(NamedTuple):
    """What an element says of itself: where it stands, its attributes, its properties, and what is left in it."""

    parent: str
    attributes: dict[str, str]
    properties: dict[str, str]
    rest: bytes

    @classmethod
    def of(cls, node: Node, parent: str) -> _Said:
        copy = _alone(node)
        for child in [one for one in copy if local(one) in _REFERRED]:
            copy.remove(child)
        attributes = {str(name): str(value) for name, value in copy.attrib.items()}
        properties = editing.properties_of(copy)
        copy.attrib.clear()
        editing.rewrite_properties(copy, {})
        return cls(parent, attributes, properties, etree.tostring(copy, method="c14n"))


@dataclass(slots=True)
class _Merging:
    base: _Drawing
    shared: _Drawing
    own: _Drawing
    theirs: frozenset[str] = frozenset()
    kept: list[str] = field(default_factory=list)

    def take(self) -> None:
        for key in self.shared.nodes:
            if key not in self.base.nodes:
                self._added(key)
            elif key and self.shared.said(key) != self.base.said(key):
                self._changed(key)
        for key in reversed([key for key in self.base.nodes if key not in self.shared.nodes]):
            self._removed(key)
        self._refer()

    def _added(self, key: str) -> None:
        if key in self.own.nodes:
            self._both_added(key)
            return
        self._take_in(key)

    def _both_added(self, key: str) -> None:
        if key in self.theirs:
            self._say_as_shared(key)
        else:
            self._keep(key, self.own.said(key) != self.shared.said(key))

    def _say_as_shared(self, key: str) -> None:
        ours, theirs = self.own.nodes[key], self.shared.nodes[key]
        self._rewrite(ours, theirs)
        ours.attrib.clear()
        for name, value in theirs.attrib.items():
            ours.set(name, value)

    def _take_in(self, key: str) -> None:
        parent = self.own.nodes.get(self.shared.parent(key))
        if parent is None:
            self._keep(key, True)
            return
        node = _alone(self.shared.nodes[key])
        parent.insert(self._place(parent, self.shared.nodes[key]), node)
        self.own.nodes[key] = node

    def _place(self, parent: Node, theirs: Node) -> int:
        """After the nearest element before it that the variant has too."""
        for before in theirs.itersiblings(preceding=True):
            ours = self.own.nodes.get(str(before.get("id")))
            if ours is not None and ours.getparent() is parent:
                return parent.index(ours) + 1
        return len(parent)

    def _changed(self, key: str) -> None:
        if key not in self.own.nodes:
            if key in self.theirs:
                self._take_in(key)
            else:
                self._keep(key, True)
            return
        if key in self.theirs:
            self._say_as_shared(key)
            return
        base, shared, own = (drawing.said(key) for drawing in (self.base, self.shared, self.own))
        node = self.own.nodes[key]
        attributes, clash = _overlaid(base.attributes, shared.attributes, own.attributes)
        properties, other_clash = _overlaid(base.properties, shared.properties, own.properties)
        is_elsewhere = shared.parent not in (base.parent, own.parent)
        is_rewritten = shared.rest not in (base.rest, own.rest)
        if is_rewritten and own.rest == base.rest:
            self._rewrite(node, self.shared.nodes[key])
            is_rewritten = False
        node.attrib.clear()
        for name, value in attributes.items():
            node.set(name, value)
        editing.rewrite_properties(node, properties)
        self._keep(key, clash or other_clash or is_elsewhere or is_rewritten)

    def _rewrite(self, ours: Node, theirs: Node) -> None:
        """Say of an element what the shared one says, but for its attributes, around the elements in it."""
        inside = {id(one) for one in ours if _is_identified(one)}
        for child in [one for one in ours if id(one) not in inside and local(one) not in _REFERRED]:
            ours.remove(child)
        said = [deepcopy(one) for one in theirs if not _is_identified(one) and local(one) not in _REFERRED]
        for place, child in enumerate(said):
            ours.insert(place, child)

    def _removed(self, key: str) -> None:
        if key not in self.own.nodes:
            return
        node, parent = self.own.nodes[key], self.own.nodes[key].getparent()
        is_changed = self.own.said(key) != self.base.said(key) or any(_is_identified(one) for one in node)
        is_changed = is_changed and key not in self.theirs
        self._keep(key, is_changed)
        if parent is not None and not is_changed:
            parent.remove(node)
            del self.own.nodes[key]

    def _keep(self, key: str, differs: bool) -> None:
        theirs = self.own.nodes.get(key)
        node = self.shared.nodes[key] if theirs is None and key in self.shared.nodes else theirs
        if differs and node is not None and _is_bpmn(node):
            self.kept.append(key)

    def _refer(self) -> None:
        """Have every node name its flows, every lane its nodes, and no picture of nothing."""
        flows = [node for node in self.own.nodes.values() if local(node) == "sequenceFlow"]
        for node in [one for one in self.own.nodes.values() if _is_bpmn(one) and local(one) != "sequenceFlow"]:
            came = [str(flow.get("id")) for flow in flows if flow.get("targetRef") == node.get("id")]
            goes = [str(flow.get("id")) for flow in flows if flow.get("sourceRef") == node.get("id")]
            _list(node, "incoming", came)
            _list(node, "outgoing", goes)
            if local(node) == "lane":
                _list(node, "flowNodeRef", self._of_lane(str(node.get("id"))))
        for picture in [one for one in self.own.nodes.values() if one.get("bpmnElement")]:
            above = picture.getparent()
            if picture.get("bpmnElement") not in self.own.nodes and above is not None:
                above.remove(picture)

    def _of_lane(self, lane: str) -> list[str]:
        """The nodes of a lane: the variant's, with those that the shared one put into it or took out since."""
        before, since, ours = (_listed(drawing, lane) for drawing in (self.base, self.shared, self.own))
        placed = [one for one in ours if one in since or one not in before]
        placed += [one for one in since if one not in before and one not in placed]
        return [one for one in placed if one in self.own.nodes]


def _overlaid(
    base: Mapping[str, str], shared: Mapping[str, str], own: Mapping[str, str]
) -> tuple[dict[str, str], bool]:
    """What the variant says, with what only the shared one changed; and whether both changed something."""
    merged, clash = dict(own), False
    for name in {**base, **shared}:
        if shared.get(name) == base.get(name) or shared.get(name) == own.get(name):
            continue
        if own.get(name) != base.get(name):
            clash = True
        elif name in shared:
            merged[name] = shared[name]
        else:
            del merged[name]
    return merged, clash


def _identified(root: Node) -> Iterator[Node]:
    for child in root:
        if _is_identified(child):
            yield child
            yield from _identified(child)


def _is_identified(node: Node) -> bool:
    return bool(node.get("id")) and (_is_bpmn(node) or etree.QName(node).namespace == BPMNDI)


def _is_bpmn(node: Node) -> bool:
    return etree.QName(node).namespace == BPMN


def _alone(node: Node) -> Node:
    """A copy without the elements in it that stand for themselves, and without the white space between."""
    copy = deepcopy(node)
    copy.tail = None
    for child in [one for one in copy if _is_identified(one)]:
        copy.remove(child)
    for one in copy.iter():
        if len(one) and not (one.text or "").strip():
            one.text = None
        one.tail = None
    return copy


def _listed(drawing: _Drawing, lane: str) -> list[str]:
    node = drawing.nodes.get(lane)
    return [] if node is None else [(one.text or "").strip() for one in node if local(one) == "flowNodeRef"]


def _list(node: Node, name: str, keys: list[str]) -> None:
    """Write a list of references where it stood, else after what explains the element."""
    there = [one for one in node if local(one) == name]
    known = [(one.text or "").strip() for one in there]
    wanted = [key for key in known if key in keys] + [key for key in keys if key not in known]
    if wanted == known:
        return
    place = node.index(there[0]) if there else _after_explanations(node, name)
    for one in there:
        node.remove(one)
    for offset, key in enumerate(wanted):
        reference = etree.Element(bpmn(name))
        reference.text = key
        node.insert(place + offset, reference)


def _after_explanations(node: Node, name: str) -> int:
    first = ("documentation", "extensionElements", *(("incoming",) if name == "outgoing" else ()))
    return sum(local(one) in first for one in node)
