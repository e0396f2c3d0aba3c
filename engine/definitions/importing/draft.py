"""The diagram while it is being mended, and the record of what was done to it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from engine.definitions import vocabularies
from engine.definitions.importing.asking import Kind, Question, fits
from engine.definitions.linting import KnownNames
from engine.definitions.linting.graph import reachable
from engine.definitions.markup import (
    BPMN,
    BPMNDI,
    CAMUNDA,
    Node,
    bpmn,
    child,
    children,
    local,
    namespace,
    one_line,
    reference,
    text_of,
)
from engine.definitions.reading import NODES
from engine.enumerating import enumerated

NOTE = 2_000
"""Letters of a note; a script may be longer."""


@dataclass(frozen=True, slots=True)
class Repair:
    """Something the importer changed or left out. `element` is empty where the element no longer exists."""

    element: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The mended diagram, the simple forms that it needs (by key), and what was done and is left to decide.

    `unused` are the keys of the answers that no question asked for, `answered` the questions that were followed.
    """

    xml: bytes
    repairs: tuple[Repair, ...]
    questions: tuple[Question, ...]
    forms: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    answered: tuple[tuple[Question, str], ...] = ()


class Draft:
    """A diagram under repair: the tree, and the few ways to change it."""

    def __init__(
        self, root: Node, process: Node, known: KnownNames, prefix: str, answers: Mapping[str, str] | None = None
    ) -> None:
        """Take the tree and its one process, and what a person has answered, by the key of its question."""
        self.root = root
        self.process = process
        self.known = known
        self.prefix = prefix
        self.repairs: list[Repair] = []
        self.questions: list[Question] = []
        self.forms: dict[str, dict[str, Any]] = {}
        self.moved: set[str] = set()
        self.worded: set[str] = set()
        """Flows that had a condition in words, which a person has to read."""
        self.unordered: set[str] = set()
        """Subprocesses whose steps are done in any order."""
        self.is_foreign = not vocabularies.is_ours(root)
        """Whether another tool wrote it, or it was brought for the first time."""
        self.beside: set[str] = set()
        """Ids of the other processes of the same file."""
        self.renamed: dict[str, str] = {}
        """What each id that was written anew is now."""
        self.answers = dict(answers or {})
        self.answered: list[tuple[Question, str]] = []
        self._asked: set[str] = set()
        self._ids = {str(node.get("id")) for node in root.iter() if node.get("id")}

    # --- what is there

    def holders(self) -> list[Node]:
        """The process and every subprocess: what has nodes and flows of its own."""
        return [self.process, *self.process.iter(bpmn("subProcess"))]

    def nodes(self, *kinds: str) -> list[Node]:
        """Every node of the flow, at any depth; of these kinds, if any is given."""
        wanted = set(kinds) or NODES
        return [node for node in self.process.iter(f"{{{BPMN}}}*") if local(node) in wanted and local(node) in NODES]

    def nodes_in(self, holder: Node) -> list[Node]:
        """The nodes of the flow directly inside; no flow leads to an event subprocess."""
        return [node for node in children(holder) if local(node) in NODES and not is_raised(node)]

    def flows(self) -> list[Node]:
        """Every sequence flow."""
        return list(self.process.iter(bpmn("sequenceFlow")))

    def by_end(self, end: str) -> dict[str, list[Node]]:
        """The flows by the id at one end: `sourceRef` or `targetRef`."""
        found: dict[str, list[Node]] = {}
        for flow in self.flows():
            found.setdefault(str(flow.get(end)), []).append(flow)
        return found

    # --- what is said

    def repaired(self, node: Node | None, rule: str, message: str) -> None:
        """Record what the importer changed or left out."""
        self.repairs.append(Repair("" if node is None else id_of(node), rule, message))

    def ask(
        self, node: Node | None, rule: str, message: str, *options: str, kind: Kind = Kind.CHOICE, guess: str = ""
    ) -> str:
        """Record what only a person can decide; what they answered, or the guess that stands until they do."""
        question = Question("" if node is None else id_of(node), rule, message, options, kind)
        self._asked.add(question.key)
        answer = self.answers.get(question.key, "").strip()
        if answer and fits(question, answer, self.known):
            self.answered.append((question, answer))
            return answer
        if answer:
            question = replace(question, message=f"La respuesta «{answer[:60]}» no sirve. {message}")
        self.questions.append(question)
        return guess

    def ask_whether(self, node: Node, rule: str, message: str, near: str, kind: Kind) -> str:
        """Ask whether it is the one of the house that is called like it; where there is none, only what was answered.

        A question with nothing to choose among is none: the guess stands, and is told as a repair.
        """
        if near or f"{rule}:{id_of(node)}" in self.answers:
            return self.ask(node, rule, message, *([near] if near else []), kind=kind)
        return ""

    def unused(self) -> tuple[str, ...]:
        """The answers that no question asked for."""
        return tuple(sorted(self.answers.keys() - self._asked))

    # --- what is changed

    def fresh(self, stem: str) -> str:
        """An id that nobody has, from a stem."""
        base = slug(stem)[:80] or "elemento"
        number, candidate = 1, base
        while candidate in self._ids:
            number += 1
            candidate = f"{base}_{number}"
        self._ids.add(candidate)
        return candidate

    def add_node(self, holder: Node, kind: str, name: str, near: Node | None) -> Node:
        """A new node in the lane of `near`."""
        node = etree.SubElement(holder, bpmn(kind), id=self.fresh(name or kind), name=name)
        if near is not None:
            self._same_lane(near, node)
        self.moved.add(id_of(node))
        return node

    def declare(self, event: str, name: str) -> str:
        """A message, signal, error or escalation of that name before the process; its id."""
        made = etree.Element(bpmn(event), id=self.fresh(f"{event}_{name}"), name=name)
        if event in ("escalation", "error"):
            made.set(f"{event}Code", name)
        self.root.insert(list(self.root).index(self.process), made)
        return id_of(made)

    def connect(self, holder: Node, source: Node, target: Node, name: str = "") -> Node:
        """Draw a sequence flow between two elements."""
        made = {"id": self.fresh(f"{id_of(source)}__{id_of(target)}")}
        made |= {"name": name} if name else {}
        return etree.SubElement(
            holder, bpmn("sequenceFlow"), {**made, "sourceRef": id_of(source), "targetRef": id_of(target)}
        )

    def turn(self, flow: Node, *, source: Node | None = None, target: Node | None = None) -> None:
        """Let a flow begin or end elsewhere."""
        if source is not None:
            flow.set("sourceRef", id_of(source))
        if target is not None:
            flow.set("targetRef", id_of(target))
        self.moved.add(id_of(flow))

    def remove(self, node: Node) -> None:
        """Take away a node with its flows, its boundary events, its place in a lane and its picture."""
        gone = {str(one.get("id")) for one in node.iter() if one.get("id")}
        holder = node.getparent()
        if holder is None:
            return
        holder.remove(node)
        for flow in self.flows():
            if flow.get("sourceRef") in gone or flow.get("targetRef") in gone:
                self._drop(flow)
        for event in self.nodes("boundaryEvent"):
            if event.get("attachedToRef") in gone:
                self.remove(event)
        self._forget(gone)

    def remove_with_path(self, event: Node) -> list[Node]:
        """Take away an event with all that only it leads to; the steps that went with it.

        What it led to would otherwise have no beginning, and begin with the process.
        """
        path = self._only_after(event)
        self.remove(event)
        for node in path:
            if node.getparent() is not None:
                self.remove(node)
        return [node for node in path if local(node) not in ("boundaryEvent", "endEvent")]

    def _only_after(self, event: Node) -> list[Node]:
        """What is reached from an event and from nothing else beside it."""
        nodes = {id_of(node): node for node in self.nodes_in(holder_of(event))}
        after = self.graph(nodes)
        begun = after.pop(id_of(event), ())
        rest = {one: tuple(other for other in others if other in after) for one, others in after.items()}
        reached = reachable(rest, begun)
        elsewhere = reachable(rest, rest.keys() - reached)
        return [nodes[one] for one in rest if one in reached - elsewhere]

    def graph(self, nodes: Mapping[str, Node], *, backwards: bool = False) -> dict[str, tuple[str, ...]]:
        """What each of these nodes leads to, or with `backwards` comes from; the events at its border among it."""
        found: dict[str, list[str]] = {one: [] for one in nodes}
        pairs = [(str(flow.get("sourceRef")), str(flow.get("targetRef"))) for flow in self.flows()]
        pairs += [(str(node.get("attachedToRef")), one) for one, node in nodes.items() if node.get("attachedToRef")]
        for source, target in pairs:
            if source in nodes and target in nodes:
                found[target if backwards else source].append(source if backwards else target)
        return {one: tuple(others) for one, others in found.items()}

    def remove_flow(self, flow: Node) -> None:
        """Take away a flow and its picture."""
        self._drop(flow)
        self._forget({id_of(flow)})

    def change_kind(self, node: Node, kind: str) -> None:
        """Make a node one of another kind; what only its old kind had goes."""
        node.tag = bpmn(kind)
        for name in (
            "triggeredByEvent",
            "instantiate",
            "implementation",
            "scriptFormat",
            "method",
            "cancelRemainingInstances",
        ):
            node.attrib.pop(name, "")
        for one in list(children(node)):
            if local(one) in ("script", "completionCondition") or local(one).endswith("EventDefinition"):
                node.remove(one)

    def note(self, node: Node, text: str) -> None:
        """Keep a text beside an element, as a note of the drawing that is tied to it."""
        made = etree.SubElement(holder_of(node), bpmn("textAnnotation"), id=self.fresh(f"nota_{id_of(node)}"))
        etree.SubElement(made, bpmn("text")).text = text[:NOTE]
        tied = {"sourceRef": id_of(node), "targetRef": id_of(made)}
        etree.SubElement(holder_of(node), bpmn("association"), {"id": self.fresh(f"{id_of(made)}_lazo"), **tied})

    def set_property(self, node: Node, name: str, value: str) -> None:
        """Give an element one of our properties."""
        properties = self.extension(node, f"{{{CAMUNDA}}}properties")
        for one in properties:
            if one.get("name") == self.prefix + name:
                one.set("value", value)
                return
        etree.SubElement(properties, f"{{{CAMUNDA}}}property", name=self.prefix + name, value=value)

    def extension(self, node: Node, tag: str) -> Node:
        """The extension element of that tag, made if missing."""
        holder = self.extensions(node)
        found = holder.find(tag)
        return etree.SubElement(holder, tag) if found is None else found

    def extensions(self, node: Node) -> Node:
        """Where an element keeps its extensions, made if missing."""
        holder = child(node, "extensionElements")
        if holder is None:
            holder = etree.Element(bpmn("extensionElements"))
            node.insert(sum(1 for one in children(node, "documentation")), holder)
        return holder

    def lane_of(self, node: Node) -> Node | None:
        """The innermost lane that names this node, or the subprocess it is in."""
        found: Node | None = None
        for ref in self.process.iter(bpmn("flowNodeRef")):
            if text_of(ref) == node.get("id"):
                found = ref.getparent()
        holder = node.getparent()
        if found is None and holder is not None and holder is not self.process:
            return self.lane_of(holder)
        return found

    def _same_lane(self, near: Node, node: Node) -> None:
        if node.getparent() is self.process:
            lane = self.lane_of(near)
            if lane is not None:
                ref = etree.Element(bpmn("flowNodeRef"))
                ref.text = id_of(node)
                lane.insert(sum(1 for one in lane if local(one) != "childLaneSet"), ref)

    def _drop(self, node: Node) -> None:
        holder = node.getparent()
        if holder is not None:
            holder.remove(node)

    def _forget(self, gone: set[str]) -> None:
        for one in list(self.root.iter(bpmn("flowNodeRef"))):
            if text_of(one) in gone:
                self._drop(one)
        for one in list(self.root.iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge")):
            if reference(one.get("bpmnElement")) in gone:
                self._drop(one)
        for one in list(self.root.iter(bpmn("association"), bpmn("messageFlow"))):
            if reference(one.get("sourceRef")) in gone or reference(one.get("targetRef")) in gone:
                self._drop(one)
        for one in self.process.iter(f"{{{BPMN}}}*"):
            if one.get("default") in gone:
                one.attrib.pop("default")


def id_of(node: Node) -> str:
    """A node's id; the draft gives one to all that have none before anything else."""
    return str(node.get("id") or "")


def holder_of(node: Node) -> Node:
    """The process or subprocess that a node of the tree is in."""
    holder = node.getparent()
    if holder is None:
        raise ValueError(f"{id_of(node)} is in no process")
    return holder


def is_raised(node: Node) -> bool:
    """Whether it is an event subprocess."""
    return local(node) == "subProcess" and node.get("triggeredByEvent") == "true"


def called(node: Node) -> str:
    """How a node is called in a sentence."""
    return f"«{one_line(node.get('name')) or id_of(node)}»"


def words(texts: Sequence[str]) -> str:
    """Several as one reads them: «a», «b» y «c»; beyond five, how many more."""
    if len(texts) > 5:
        return f"{', '.join(texts[:5])} y {len(texts) - 5} más"
    return enumerated(texts)


def event_definitions(node: Node) -> Iterator[Node]:
    """What an event waits for or throws."""
    return (one for one in node if namespace(one) == BPMN and local(one).endswith("EventDefinition"))


def slug(text: str) -> str:
    """A text as an id: `¿Está bien?` → `esta_bien`."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    words = re.sub(r"\W+", "_", plain.lower()).strip("_")
    return words if not words[:1].isdigit() else f"n{words}"
