"""Writes a diagram again, in the few words that SpiffWorkflow reads without losing meaning.

Nothing of the original file gets through but what is written here: no scripts, no extensions, no drawing.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.definitions.diagram import DiagramModel, Element, Flow
from engine.definitions.elements import refusal
from engine.definitions.markup import BPMN
from engine.definitions.scoping import without_event_subprocesses
from engine.errors import InvalidDiagram

RESERVED = frozenset({"Start", "End"})
"""Names that the library gives to nodes of its own."""


def library_name(element_id: str) -> str:
    """The name of an element among the library's specs."""
    return element_id + " " if element_id in RESERVED else element_id


def translate(diagram: DiagramModel, start_element: str) -> bytes:
    """The process as the library is to read it, beginning at `start_element` and at no other start event.

    Raises `InvalidDiagram` for what the engine cannot run.
    """
    refuse_unsupported(diagram)
    other_starts = {start.id for start in diagram.starts() if start.id != start_element}
    writer = _Writer(without_event_subprocesses(diagram), other_starts)
    return etree.tostring(writer.definitions())


def refuse_unsupported(diagram: DiagramModel) -> None:
    """Raise `InvalidDiagram` for the first element outside the catalogue, naming it."""
    for element in diagram.elements.values():
        reason = refusal(element)
        if reason:
            shown = element.name or element.id
            raise InvalidDiagram(f"«{shown}»: {reason}", element=element.id)


class _Writer:
    def __init__(self, diagram: DiagramModel, left_out: set[str]) -> None:
        self.diagram = diagram
        self.left_out = left_out
        self.root = etree.Element(f"{{{BPMN}}}definitions", nsmap={"bpmn": BPMN})
        self.declared: set[str] = set()

    def definitions(self) -> etree._Element:
        """The whole file."""
        process = self._add(self.root, "process", id=self.diagram.process_key, isExecutable="true")
        self._write_level(process, None)
        return self.root

    def _write_level(self, holder: etree._Element, parent_id: str | None) -> None:
        inside = [element for element in self.diagram.inside(parent_id) if element.id not in self.left_out]
        for element in inside:
            self._write_element(holder, element)
        ids = {element.id for element in inside}
        for flow in self.diagram.flows.values():
            if flow.source in ids and flow.target in ids:
                self._write_flow(holder, flow)
        for number, (source, target) in enumerate(_links(inside)):
            self._write_flow(holder, Flow(f"_enlace_{parent_id}_{number}", "", source.id, target.id))

    def _write_flow(self, holder: etree._Element, flow: Flow) -> None:
        node = self._add(
            holder, "sequenceFlow", id=flow.id, sourceRef=library_name(flow.source), targetRef=library_name(flow.target)
        )
        if flow.condition:
            self._add(node, "conditionExpression").text = flow.condition

    def _write_element(self, holder: etree._Element, element: Element) -> None:
        tag = "intermediateThrowEvent" if element.event == "link" else element.kind
        tag = "serviceTask" if tag == "businessRuleTask" else tag  # our driver does its work, as that of any step
        node = self._add(holder, tag, id=library_name(element.id), name=element.name)
        if element.default_flow:
            node.set("default", element.default_flow)
        if element.called_element:
            node.set("calledElement", element.called_element)
        if element.kind == "boundaryEvent":
            node.set("attachedToRef", library_name(element.attached_to or ""))
            node.set("cancelActivity", "true" if element.interrupting else "false")
        self._write_event(node, element)
        self._write_repetition(node, element)
        if element.kind == "subProcess":
            self._write_level(node, element.id)

    def _write_event(self, node: etree._Element, element: Element) -> None:
        if element.kind == "startEvent" or element.event in ("", "none", "link"):
            return
        definition = self._add(node, f"{element.event}EventDefinition")
        if element.event == "conditional":
            self._add(definition, "condition").text = element.expression
        elif element.event in ("signal", "error", "escalation") and element.reference:
            definition.set(f"{element.event}Ref", self._declare(element.event, element.reference))

    def _declare(self, kind: str, name: str) -> str:
        """Declare a signal, error or escalation once; its id."""
        key = f"_{kind}_{name}"
        if key not in self.declared:
            self.declared.add(key)
            declared = self._add(self.root, kind, id=key, name=name)
            if kind != "signal":
                declared.set(f"{kind}Code", name)
        return key

    def _write_repetition(self, node: etree._Element, element: Element) -> None:
        if element.loop:
            loop = self._add(node, "standardLoopCharacteristics")
            if element.loop_maximum:
                loop.set("loopMaximum", element.loop_maximum)
            if element.loop_tests_before:
                loop.set("testBefore", "true")
            if element.loop_condition:
                self._add(loop, "loopCondition").text = element.loop_condition
        if element.multiple:
            self._write_multiple(node, element)

    def _write_multiple(self, node: etree._Element, element: Element) -> None:
        multiple = self._add(
            node, "multiInstanceLoopCharacteristics", isSequential="true" if element.sequential else "false"
        )
        if element.collection:
            self._add(multiple, "loopDataInputRef").text = element.collection
            if element.element_variable:
                self._add(multiple, "inputDataItem", id=element.element_variable, name=element.element_variable)
        else:
            self._add(multiple, "loopCardinality").text = element.cardinality
        if element.completion_condition:
            self._add(multiple, "completionCondition").text = element.completion_condition

    def _add(self, holder: etree._Element, tag: str, **attributes: str) -> etree._Element:
        return etree.SubElement(holder, f"{{{BPMN}}}{tag}", dict(attributes))


def _links(inside: list[Element]) -> Iterator[tuple[Element, Element]]:
    """Each throwing link event with the catching one of its name: the library has none, so it gets a flow."""
    targets = {e.reference: e for e in inside if e.event == "link" and e.kind == "intermediateCatchEvent"}
    for element in inside:
        if element.event == "link" and element.kind == "intermediateThrowEvent":
            if element.reference not in targets:
                raise InvalidDiagram(f"El enlace «{element.reference}» no llega a ninguna parte.", element=element.id)
            yield element, targets[element.reference]
