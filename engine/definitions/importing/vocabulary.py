"""What other tools wrote about role, form, deadline and handler, in `camunda:` beside it."""

from __future__ import annotations

import re

from lxml import etree

from engine.definitions import vocabularies
from engine.definitions.importing.draft import Draft
from engine.definitions.markup import CAMUNDA, Node, bpmn, child, local, one_line, text_of
from engine.definitions.vocabularies import OURS

_COUNTED = re.compile(r"\bnumberOf(|Active|Completed)Instances\b")
"""What Camunda 8 tells inside a repetition."""


def _translate(draft: Draft) -> None:
    changed = 0
    for node in draft.nodes():
        before = {name: str(node.get(f"{{{CAMUNDA}}}{name}") or "") for name in _attributes(node)}
        for name, value in _attributes(node).items():
            if value and value != before[name]:
                node.set(f"{{{CAMUNDA}}}{name}", value)
                changed += 1
        if local(node) == "callActivity" and not node.get("calledElement") and vocabularies.called_element(node):
            node.set("calledElement", vocabularies.called_element(node))
        _translate_repetition(node)
        if local(node) == "callActivity":
            _translate_call(draft, node)
    if changed:
        draft.repaired(
            None, "vocabulary", f"{changed} roles, formularios, plazos o tablas de otra herramienta se tradujeron."
        )


def _attributes(node: Node) -> dict[str, str]:
    return {
        "candidateGroups": ",".join(vocabularies.candidate_groups(node)),
        "assignee": vocabularies.assignee(node),
        "dueDate": vocabularies.due_date(node),
        "formRef": vocabularies.form(node),
        "topic": vocabularies.topic(node),
    } | _decided(node)


def _decided(node: Node) -> dict[str, str]:
    """The table of a rule task, and what its result, or that of a script, is called."""
    if local(node) not in ("businessRuleTask", "scriptTask"):
        return {}
    result = vocabularies.result_variable(node)
    script = next((str(one.get("resultVariable") or "") for one in vocabularies.extensions(node, "script")), "")
    return {"decisionRef": vocabularies.decision(node), "resultVariable": result or script}


def _rules(draft: Draft) -> None:
    """Flowable writes a decision as an automatic step of the type `dmn`."""
    for node in draft.nodes("serviceTask"):
        if vocabularies.attribute(node, "type") == "dmn" and not vocabularies.is_ours(node):
            node.tag = bpmn("businessRuleTask")


def _translate_call(draft: Draft, node: Node) -> None:
    """What other tools hand to a called process, and take back, without saying it in `camunda:in` and `out`."""
    if vocabularies.is_ours(node) or any(vocabularies.mappings(node, way) for way in ("in", "out")):
        return
    passed: list[tuple[str, dict[str, str]]] = []
    if vocabularies.attribute(node, "inheritVariables") == "true":
        passed.append(("in", {"variables": "all"}))
    for called in vocabularies.extensions(node, "calledElement"):
        if called.get("propagateAllParentVariables") != "false":
            passed.append(("in", {"variables": "all"}))
        if called.get("propagateAllChildVariables") != "false":
            passed.append(("out", {"variables": "all"}))
    for mapping in [one for holder in vocabularies.extensions(node, "ioMapping") for one in holder]:
        way = {"input": "in", "output": "out"}.get(local(mapping))
        source = str(mapping.get("source") or "").removeprefix("=").strip()
        if way and source and mapping.get("target"):
            how = {"source": source} if source.isidentifier() else {"sourceExpression": f"${{{source}}}"}
            passed.append((way, {**how, "target": str(mapping.get("target"))}))
    for way, attributes in passed:
        etree.SubElement(draft.extensions(node), f"{{{CAMUNDA}}}{way}", attributes)


def _translate_repetition(node: Node) -> None:
    multiple = child(node, "multiInstanceLoopCharacteristics")
    if multiple is None:
        return
    collection, variable = vocabularies.repetition(multiple)
    for name, value in (("collection", collection), ("elementVariable", variable)):
        if value:
            multiple.set(f"{{{CAMUNDA}}}{name}", value)
    until = child(multiple, "completionCondition")
    if until is not None:
        until.text = _COUNTED.sub(r"nrOf\1Instances", text_of(until))


def _own(draft: Draft) -> None:
    """From here on the diagram is ours: what other tools wrote stays in it, and is read no more."""
    writer = one_line(f"{draft.root.get('exporter') or ''} {draft.root.get('exporterVersion') or ''}")
    if draft.root.get("exporter") != OURS:
        draft.root.set("exporter", OURS)
        draft.root.attrib.pop("exporterVersion", "")
        if writer:
            draft.repaired(None, "vocabulary", f"Lo escribió {writer[:60]}; en adelante lo escribe Cauce.")


STEPS = (_rules, _translate, _own)
