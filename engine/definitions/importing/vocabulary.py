"""What other tools wrote about role, form, deadline and handler, in `camunda:`; what they wrote besides goes."""

from __future__ import annotations

from engine.definitions import vocabularies
from engine.definitions.importing.draft import Draft
from engine.definitions.markup import (
    ACTIVITI,
    BPMN,
    CAMUNDA,
    FLOWABLE,
    OPERATON,
    Node,
    child,
    children,
    local,
    namespace,
)

FOREIGN_ATTRIBUTES = (OPERATON, FLOWABLE, ACTIVITI)


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
    if changed:
        draft.repaired(None, "vocabulary", f"{changed} roles, formularios o plazos de otra herramienta se tradujeron.")


def _attributes(node: Node) -> dict[str, str]:
    return {
        "candidateGroups": ",".join(vocabularies.candidate_groups(node)),
        "assignee": vocabularies.assignee(node),
        "dueDate": vocabularies.due_date(node),
        "formRef": vocabularies.form(node),
        "topic": vocabularies.topic(node),
    }


def _translate_repetition(node: Node) -> None:
    multiple = child(node, "multiInstanceLoopCharacteristics")
    if multiple is None:
        return
    collection, variable = vocabularies.repetition(multiple)
    for name, value in (("collection", collection), ("elementVariable", variable)):
        if value:
            multiple.set(f"{{{CAMUNDA}}}{name}", value)
    for one in list(multiple):
        if local(one) not in ("loopCardinality", "completionCondition"):
            multiple.remove(one)


def _strip(draft: Draft) -> None:
    """Extensions of other tools: often large, never read."""
    for holder in list(draft.root.iter(f"{{{BPMN}}}extensionElements")):
        for one in list(holder):
            if (
                not isinstance(one.tag, str)
                or namespace(one) != CAMUNDA
                or local(one) in ("executionListener", "taskListener")
            ):
                holder.remove(one)
        parent = holder.getparent()
        if not len(holder) and parent is not None:
            parent.remove(holder)
    for node in draft.root.iter(f"{{{BPMN}}}*"):
        for name in list(node.attrib):
            if any(str(name).startswith(f"{{{space}}}") for space in FOREIGN_ATTRIBUTES):
                del node.attrib[name]


def _strip_owners(draft: Draft) -> None:
    """Resources of BPMN itself: said now by `camunda:candidateGroups`."""
    for node in draft.nodes():
        for one in list(children(node)):
            if local(one) in ("potentialOwner", "humanPerformer", "performer", "resourceRole"):
                node.remove(one)


STEPS = (_translate, _strip, _strip_owners)
