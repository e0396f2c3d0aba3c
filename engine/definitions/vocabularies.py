"""Role, person, deadline, form and handler of an element, in the words of six tools.

Camunda 7, Operaton and Flowable (and its ancestor Activiti) write attributes; Camunda 8 (zeebe) and SpiffWorkflow
write extension elements; plain BPMN has `potentialOwner`. Only `camunda:` is written. A diagram that was brought
keeps what the other tool wrote beside it, for that tool: `OURS` as its exporter says that it is no longer read, or
what somebody empties in the editor would be back.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.diagram import VariableMapping
from engine.definitions.markup import (
    ACTIVITI,
    BPMN,
    CAMUNDA,
    FLOWABLE,
    OPERATON,
    SPIFF,
    ZEEBE,
    Node,
    child,
    children,
    local,
    namespace,
    reference,
    text_of,
)
from engine.errors import UnreadableDiagram

ATTRIBUTES = (CAMUNDA, OPERATON, FLOWABLE, ACTIVITI)

MAX_GROUPS = 50
OURS = "Cauce"
"""The `exporter` of a diagram whose own words are `camunda:` alone."""


def is_ours(node: Node) -> bool:
    """Whether the diagram of a node says that only `camunda:` counts."""
    return node.getroottree().getroot().get("exporter") == OURS


def attribute(node: Node, *names: str) -> str:
    """The first of these attributes that one of the attribute vocabularies gives."""
    spaces = ATTRIBUTES[:1] if is_ours(node) else ATTRIBUTES
    for name in names:
        for space in spaces:
            value = str(node.get(f"{{{space}}}{name}") or "").strip()
            if value:
                return value
    return ""


def extensions(node: Node, name: str | None = None) -> Iterator[Node]:
    """What an element's `extensionElements` hold, of one local name or all, whatever the vocabulary."""
    holder = child(node, "extensionElements")
    if holder is not None:
        for extension in holder:
            if name is None or local(extension) == name:
                yield extension


def properties(node: Node, prefix: str) -> dict[str, str]:
    """The element's properties whose name begins with `prefix`, without it."""
    found: dict[str, str] = {}
    for holder in extensions(node, "properties"):
        for item in holder:
            name = str(item.get("name") or "")
            if local(item) == "property" and name.startswith(prefix):
                found[name[len(prefix) :]] = str(item.get("value") or text_of(item)).strip()
    return found


def candidate_groups(node: Node) -> tuple[str, ...]:
    """Who may do a task, as written: role ids or `${…}`."""
    written = attribute(node, "candidateGroups") or _extension(node, "assignmentDefinition", "candidateGroups")
    found = _at_commas(written) if written else _resources(node, "potentialOwner")
    groups = tuple(group for group in found if group)
    if len(groups) > MAX_GROUPS:
        raise UnreadableDiagram(f"Una tarea nombra más de {MAX_GROUPS} roles. Cree un rol que los reúna.")
    return groups


def _at_commas(text: str) -> Iterator[str]:
    """The pieces between commas that are outside of `${…}`; one pass, whatever a stranger wrote."""
    pieces: list[list[str]] = []
    depth = 0
    for part in text.split(","):
        if depth:
            pieces[-1].append(part)
        else:
            pieces.append([part])
        depth = max(0, depth + part.count("{") - part.count("}"))
    return (",".join(piece).strip() for piece in pieces)


def assignee(node: Node) -> str:
    """The one person who does it, as written."""
    return (
        attribute(node, "assignee")
        or _extension(node, "assignmentDefinition", "assignee")
        or next(_resources(node, "humanPerformer"), "")
    )


def candidate_users(node: Node) -> tuple[str, ...]:
    """The people of another tool's list among whom one does it, as written."""
    written = attribute(node, "candidateUsers") or _extension(node, "assignmentDefinition", "candidateUsers")
    return tuple(user for user in _at_commas(written) if user)


def due_date(node: Node) -> str:
    """The due date another tool wrote."""
    return attribute(node, "dueDate") or _extension(node, "taskSchedule", "dueDate")


def form(node: Node) -> str:
    """The key of the form."""
    return (
        attribute(node, "formRef", "formKey")
        or _extension(node, "formDefinition", "formKey")
        or _extension(node, "formDefinition", "formId")
        or _spiff_form(node)
    )


def topic(node: Node) -> str:
    """The name of the handler of an automatic step."""
    return (
        attribute(node, "topic")
        or _extension(node, "taskDefinition", "type")
        or _extension(node, "serviceTaskOperator", "id")
    )


def decision(node: Node) -> str:
    """The decision that a business rule task runs: the id of a decision in a DMN file."""
    return (
        attribute(node, "decisionRef") or _extension(node, "calledDecision", "decisionId") or _flowable_decision(node)
    )


def result_variable(node: Node) -> str:
    """What the result of a decision is called in the case."""
    return attribute(node, "resultVariable") or _extension(node, "calledDecision", "resultVariable")


def _flowable_decision(node: Node) -> str:
    for one in extensions(node, "field") if not is_ours(node) else ():
        if one.get("name") == "decisionTableReferenceKey":
            return str(one.get("stringValue") or "") or "".join(map(str, one.itertext())).strip()
    return ""


def called_element(node: Node) -> str:
    """The process that a call activity starts."""
    return str(node.get("calledElement") or "").strip() or _extension(node, "calledElement", "processId")


def repetition(node: Node) -> tuple[str, str]:
    """Collection and loop variable of a `multiInstanceLoopCharacteristics`, in any notation."""
    collection = attribute(node, "collection") or _extension(node, "loopCharacteristics", "inputCollection")
    variable = attribute(node, "elementVariable") or _extension(node, "loopCharacteristics", "inputElement")
    item = child(node, "inputDataItem")
    if item is not None:
        variable = variable or str(item.get("name") or item.get("id") or "")
    return collection or _input(node, text_of(child(node, "loopDataInputRef"))), variable


def _input(multiple: Node, written: str) -> str:
    """The datum behind the input that a repetition names: plain BPMN has it go through an association, or be called."""
    activity = multiple.getparent()
    if not written or activity is None or is_ours(multiple):
        return written
    for association in children(activity, "dataInputAssociation"):
        if reference(text_of(child(association, "targetRef"))) == reference(written):
            return data_name(multiple, text_of(child(association, "sourceRef")))
    return _called(multiple, reference(written)) or written


def data_name(node: Node, written: str) -> str:
    """What a reference to a datum is called here: the datum's name in the file, else the reference itself."""
    return _called(node, reference(written)) or reference(written)


def _called(node: Node, wanted: str) -> str:
    """The name of a data object, an input or a property of the file, by its id; empty if it is no word of ours."""
    kinds = ("dataObject", "dataObjectReference", "dataInput", "property")
    root = node.getroottree().getroot()
    found = (one for one in root.iter(*(f"{{{BPMN}}}{kind}" for kind in kinds)) if wanted and one.get("id") == wanted)
    name = next((str(one.get("name") or "") for one in found), "")
    return name if name.isidentifier() else ""


def mappings(node: Node, direction: str) -> tuple[VariableMapping, ...]:
    """What a call activity hands in (`in`) or takes back (`out`)."""
    return tuple(
        VariableMapping(
            target=str(item.get("target") or ""),
            source=str(item.get("source") or ""),
            expression=str(item.get("sourceExpression") or ""),
            everything=item.get("variables") == "all",
        )
        for item in extensions(node, direction)
        if not item.get("businessKey")
    )


def _extension(node: Node, name: str, key: str) -> str:
    for extension in extensions(node, name) if not is_ours(node) else ():
        if namespace(extension) in (ZEEBE, SPIFF):
            value = str(extension.get(key) or "").strip()
            if value:
                return value
    return ""


def _spiff_form(node: Node) -> str:
    for holder in extensions(node, "properties") if not is_ours(node) else ():
        for item in holder:
            if namespace(item) == SPIFF and item.get("name") == "formJsonSchemaFilename":
                return str(item.get("value") or "")
    return ""


def _resources(node: Node, name: str) -> Iterator[str]:
    for owner in children(node, name) if not is_ours(node) else ():
        expressions = owner.iter(f"{{{BPMN}}}formalExpression", f"{{{BPMN}}}expression")
        yield text_of(next(expressions, None)) or _resource(node, text_of(child(owner, "resourceRef")))


def _resource(node: Node, resource_id: str) -> str:
    """How a resource of the file is called, which is what people know it by."""
    root = node.getroottree().getroot()
    found = (one for one in children(root, "resource") if resource_id and one.get("id") == resource_id)
    return next((str(one.get("name") or resource_id) for one in found), resource_id)
