"""Roles and forms: found where possible, else a simple guess and a question."""

from __future__ import annotations

from engine.definitions import vocabularies
from engine.definitions.importing.asking import Kind
from engine.definitions.importing.choices import simple_form
from engine.definitions.importing.draft import Draft, called, holder_of, id_of, slug, words
from engine.definitions.linting.findings import nearest
from engine.definitions.markup import CAMUNDA, Node, bpmn, children, local, one_line, text_of


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
            role = _ask_role(draft, lane, f"¿Qué rol es el responsable {called(lane)}?")
            if role:
                draft.set_property(lane, "rol", role)


def _has_tasks(draft: Draft, lane: Node) -> bool:
    inside = {text_of(ref) for ref in children(lane, "flowNodeRef")}
    for inner in lane.iter(bpmn("lane")):  # theirs is whom these say
        inside -= {text_of(ref) for ref in children(inner, "flowNodeRef")} if inner is not lane else set()
    return any(id_of(task) in inside for task in draft.nodes("userTask", "manualTask", "subProcess"))


def _role_called(draft: Draft, name: str) -> str:
    roles = draft.known.roles or {}
    labels = {slug(label): role for role, label in roles.items()} | {role: role for role in roles}
    return labels.get(slug(name)) or labels.get(nearest(slug(name), labels), "") if name else ""


def _task_roles(draft: Draft) -> None:
    """The same question once: for all tasks of the same unknown groups or people, and for all of nobody."""
    strangers: dict[tuple[str, ...], list[Node]] = {}
    for task in draft.nodes("userTask", "manualTask"):
        _known_groups(draft, task)
    for task in draft.nodes("userTask"):
        _as_beside(draft, task)
    for task in draft.nodes("userTask", "manualTask"):
        unknown = _strangers(draft, task)
        groups = vocabularies.candidate_groups(task)
        if unknown or (not groups and not vocabularies.assignee(task) and draft.lane_of(task) is None):
            strangers.setdefault(unknown, []).append(task)
    for unknown, tasks in strangers.items():
        names = words([called(task) for task in tasks])
        whose = (
            f"{names} {'es' if len(tasks) == 1 else 'son'} de {words(unknown)}, que aquí no está. " if unknown else ""
        ).replace(" de el ", " del ")
        role = _ask_role(draft, tasks[0], f"{whose}¿Qué rol hace {'esto' if unknown else names}?")
        for task in tasks if role else ():
            _give_to(draft, task, role)


def _as_beside(draft: Draft, task: Node) -> None:
    """A task that the importer put in is done by whom does the step before it, or else the step after it."""
    if id_of(task) not in draft.moved or vocabularies.candidate_groups(task) or draft.lane_of(task) is not None:
        return
    for backwards in (True, False):
        groups = _done_by(draft, task, backwards=backwards)
        if len(groups) == 1:
            role = groups.pop()
            task.set(f"{{{CAMUNDA}}}candidateGroups", role)
            where = "antes" if backwards else "después"
            draft.repaired(task, "role", f"{called(task)} la hace «{role}», como el paso de {where}.")
            return


def _done_by(draft: Draft, task: Node, *, backwards: bool) -> set[str]:
    """The roles of the nearest steps of people on one side; empty if one of them is of somebody else."""
    nodes = {id_of(node): node for node in draft.nodes_in(holder_of(task))}
    beside = draft.graph(nodes, backwards=backwards)
    seen, found, ahead = {id_of(task)}, set[str](), list(beside[id_of(task)])
    while ahead:
        one = ahead.pop()
        if one in seen:
            continue
        seen.add(one)
        if local(nodes[one]) not in ("userTask", "manualTask"):
            ahead.extend(beside[one])
            continue
        groups = vocabularies.candidate_groups(nodes[one])
        if len(groups) != 1 or not _is_role(draft, groups[0]) or vocabularies.assignee(nodes[one]):
            return set()
        found.update(groups)
    return found


def _known_groups(draft: Draft, task: Node) -> None:
    """Groups that are called like a role become that role."""
    groups = vocabularies.candidate_groups(task)
    roles = [group if _is_role(draft, group) else _role_called(draft, group) or group for group in groups]
    if tuple(roles) != groups:
        task.set(f"{{{CAMUNDA}}}candidateGroups", ",".join(dict.fromkeys(roles)))


def _is_role(draft: Draft, group: str) -> bool:
    return draft.known.roles is None or "{" in group or group.partition("@")[0] in draft.known.roles


def _strangers(draft: Draft, task: Node) -> tuple[str, ...]:
    """Groups that are no role, and people of the other tool's list; a person of a variable is known in each case."""
    groups = [f"el grupo «{group}»" for group in vocabularies.candidate_groups(task) if not _is_role(draft, group)]
    people = [vocabularies.assignee(task), *vocabularies.candidate_users(task)]
    return (*groups, *(f"la persona «{person}»" for person in people if person and "{" not in person))


def _give_to(draft: Draft, task: Node, role: str) -> None:
    """One role in the place of all whom nobody knows."""
    kept = [group for group in vocabularies.candidate_groups(task) if _is_role(draft, group)]
    task.set(f"{{{CAMUNDA}}}candidateGroups", ",".join(dict.fromkeys((*kept, role))))
    if "{" not in vocabularies.assignee(task):
        task.attrib.pop(f"{{{CAMUNDA}}}assignee", "")
    draft.repaired(task, "role", f"{called(task)} la hace el rol «{role}».")


def _ask_role(draft: Draft, node: Node, question: str) -> str:
    return draft.ask(node, "role", question, *list(draft.known.roles or ())[:40], kind=Kind.ROLE)


def _forms(draft: Draft) -> None:
    for task in draft.nodes("userTask", "startEvent"):
        written = vocabularies.form(task)
        if local(task) == "startEvent" and id_of(task) not in draft.forms:
            continue
        if written and (draft.known.forms is None or written in draft.known.forms):
            continue
        if written:
            near = nearest(written, draft.known.forms or ())
            message = f"{called(task)} usaba el formulario «{written[:60]}», que no está aquí. ¿Es «{near}»?"
            answer = draft.ask_whether(task, "form", message, near, Kind.FORM)
            if answer:
                task.set(f"{{{CAMUNDA}}}formRef", answer)
                draft.repaired(task, "form", f"{called(task)} usa ahora el formulario «{answer}».")
                continue
        brought = draft.forms.get(id_of(task))
        form = brought or simple_form(draft, task)
        draft.forms[id_of(task)] = form
        task.set(f"{{{CAMUNDA}}}formRef", form["id"])
        task.set(f"{{{CAMUNDA}}}formRefBinding", "deployment")
        if brought is None:
            used = f", que usaba «{written[:60]}» y no está aquí," if written else ""
            message = f"A {called(task)}{used} se le puso un formulario sencillo. Complételo en el editor."
            draft.repaired(task, "form", message)
    draft.forms = {str(form["id"]): form for form in draft.forms.values()}


STEPS = (_names, _lane_roles, _task_roles, _forms)
