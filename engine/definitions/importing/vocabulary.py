"""What other tools wrote about role, form, deadline and handler, in `camunda:` beside it."""

from __future__ import annotations

from engine.definitions import vocabularies
from engine.definitions.importing.draft import Draft
from engine.definitions.markup import CAMUNDA, Node, child, local, one_line
from engine.definitions.vocabularies import OURS


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


def _own(draft: Draft) -> None:
    """From here on the diagram is ours: what other tools wrote stays in it, and is read no more."""
    writer = one_line(f"{draft.root.get('exporter') or ''} {draft.root.get('exporterVersion') or ''}")
    if draft.root.get("exporter") != OURS:
        draft.root.set("exporter", OURS)
        draft.root.attrib.pop("exporterVersion", "")
        if writer:
            draft.repaired(None, "vocabulary", f"Lo escribió {writer[:60]}; en adelante lo escribe Cauce.")


STEPS = (_translate, _own)
