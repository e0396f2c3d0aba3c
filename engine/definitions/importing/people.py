"""Roles, forms and deadlines: found where possible, else a simple guess and a question."""

from __future__ import annotations

from engine.definitions import vocabularies
from engine.definitions.importing.choices import simple_form
from engine.definitions.importing.draft import Draft, called, id_of, slug
from engine.definitions.linting.findings import nearest
from engine.definitions.markup import CAMUNDA, Node, bpmn, one_line, text_of

DEADLINE = "5dh"


def _names(draft: Draft) -> None:
    for node in draft.nodes("userTask", "manualTask", "callActivity"):
        if not one_line(node.get("name")):
            node.set("name", id_of(node).replace("_", " ").capitalize())
            draft.repaired(node, "unnamed", f"La tarea {called(node)} no tenía nombre.")


def _lane_roles(draft: Draft) -> None:
    """A lane is called, more or less, like its role."""
    for lane in draft.process.iter(bpmn("lane")):
        if vocabularies.properties(lane, draft.prefix).get("rol") or next(lane.iter(bpmn("flowNodeRef")), None) is None:
            continue
        role = _role_called(draft, one_line(lane.get("name")))
        if role:
            draft.set_property(lane, "rol", role)
            draft.repaired(lane, "role", f"El responsable {called(lane)} es del rol «{role}».")
        elif _has_tasks(draft, lane):
            roles = list(draft.known.roles or ())[:40]
            draft.ask(lane, "role", f"¿De qué rol es el responsable {called(lane)}?", *roles)


def _has_tasks(draft: Draft, lane: Node) -> bool:
    inside = {text_of(ref) for ref in lane.iter(bpmn("flowNodeRef"))}
    return any(id_of(task) in inside for task in draft.nodes("userTask", "manualTask", "subProcess"))


def _role_called(draft: Draft, name: str) -> str:
    roles = draft.known.roles or {}
    labels = {slug(label): role for role, label in roles.items()} | {role: role for role in roles}
    return labels.get(slug(name)) or labels.get(nearest(slug(name), labels), "") if name else ""


def _task_roles(draft: Draft) -> None:
    roles = draft.known.roles
    homeless = []
    for task in draft.nodes("userTask", "manualTask"):
        groups = vocabularies.candidate_groups(task)
        unknown = [g for g in groups if roles is not None and "{" not in g and g.partition("@")[0] not in roles]
        for group in unknown:
            role = _role_called(draft, group)
            task.set(f"{{{CAMUNDA}}}candidateGroups", ",".join(role if g == group and role else g for g in groups))
            if not role:
                draft.ask(
                    task,
                    "role",
                    f"{called(task)} es del grupo «{group}», que no existe. ¿Qué rol la hace?",
                    *list(roles or ())[:40],
                )
        if not groups and not vocabularies.assignee(task) and draft.lane_of(task) is None:
            homeless.append(task)
    if homeless:
        words = ", ".join(called(task) for task in homeless[:5])
        draft.ask(
            homeless[0],
            "role",
            f"¿Qué rol hace {words}{' y otras' if len(homeless) > 5 else ''}?",
            *list(roles or ())[:40],
        )


def _forms(draft: Draft) -> None:
    for task in draft.nodes("userTask"):
        written = vocabularies.form(task)
        if written and (draft.known.forms is None or written in draft.known.forms):
            continue
        if written:
            near = nearest(written, draft.known.forms or ())
            message = f"{called(task)} usaba el formulario «{written}», que no existe. ¿Cuál es?"
            draft.ask(task, "form", message, *([near] if near else []))
        form = draft.forms.get(id_of(task)) or simple_form(draft, task)
        draft.forms[id_of(task)] = form
        task.set(f"{{{CAMUNDA}}}formRef", form["id"])
        task.set(f"{{{CAMUNDA}}}formRefBinding", "deployment")
        draft.repaired(task, "form", f"A {called(task)} se le puso un formulario sencillo. Complételo en el editor.")
    draft.forms = {str(form["id"]): form for form in draft.forms.values()}


def _deadlines(draft: Draft) -> None:
    for task in draft.nodes("userTask"):
        if not vocabularies.properties(task, draft.prefix).get("plazo"):
            due = vocabularies.due_date(task)
            task.attrib.pop(f"{{{CAMUNDA}}}dueDate", "")
            draft.set_property(task, "plazo", DEADLINE)
            was = f" (decía «{due}»)" if due else ""
            draft.repaired(task, "deadline", f"El plazo de {called(task)} quedó en 5 días hábiles{was}.")


STEPS = (_names, _lane_roles, _task_roles, _forms, _deadlines)
