"""Who does each task, with which form, by when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum

from engine.definitions.diagram import DiagramModel, Element, Lane
from engine.definitions.linting.findings import Checked, Finding, error, meant, nearest, shown, warning
from engine.definitions.linting.thrown import calls_of
from engine.errors import InvalidDeadline

BY_PEOPLE = ("userTask", "manualTask")
_REMINDERS = re.compile(r"[+-]?\d{1,3}(\s*,\s*[+-]?\d{1,3})*\Z")
_ESCALATION = re.compile(r"\+(\d{1,3})\s*:\s*([^\W\d]\w*)\Z")


_REFERENCES = {
    "cuatro_ojos": "no la puede hacer quien hizo {other}",
    "devolver": "se puede devolver a {other}",
}


def _roles(checked: Checked) -> Iterator[Finding]:
    callers = _callers(checked)
    for task in checked.model.of_kind(*BY_PEOPLE):
        lane = checked.model.lanes.get(task.lane_id or "")
        if task.roles or task.assignee:
            continue
        if lane is not None:
            yield _lane_without_role(task, lane)
        elif checked.model.lanes:
            yield error(
                task.id,
                "role",
                f"{shown(task)} no está en la franja de ningún responsable: no se sabe quién la hace. Muévala a una.",
            )
        else:
            yield _without_lanes(task, callers)


def _lane_without_role(task: Element, lane: Lane) -> Finding:
    message = f"{lane.called}, que tiene {shown(task)}, no dice de qué rol es. Elija el rol."
    return error(lane.id, "role", message)


class Callers(StrEnum):
    """Who gives a process without lanes its role."""

    SOME = "some"
    NONE = "none"
    UNKNOWN = "unknown"


def _callers(checked: Checked) -> Callers:
    if any(start.event != "none" for start in checked.model.starts()):
        return Callers.NONE
    if checked.known.diagrams is None:
        return Callers.UNKNOWN
    return Callers.SOME if _inherits(checked.diagrams(), checked.model.process_key, ()) else Callers.NONE


def _inherits(diagrams: Mapping[str, DiagramModel], key: str, path: tuple[str, ...]) -> bool:
    """Whether somebody calls a process from a lane, or from a process that inherits one."""
    return any(
        bool(call.roles) or (caller.process_key not in path and _inherits(diagrams, caller.process_key, (*path, key)))
        for caller, call in calls_of(diagrams, key)
    )


def _without_lanes(task: Element, callers: Callers) -> Finding:
    """A process that others call takes the role of the lane it is called from."""
    if callers is Callers.NONE:
        message = (
            f"{shown(task)} no tiene rol, y nadie llama este proceso desde la franja de un responsable: nadie la "
            "recibiría. Dibuje la franja de un responsable con su rol."
        )
        return error(task.id, "role", message)
    message = f"{shown(task)} no tiene rol: la hará el responsable desde donde se llame este proceso."
    return warning(task.id, "role", message)


def _calls_without_role(checked: Checked) -> Iterator[Finding]:
    """A call from nobody's lane of a process whose tasks take the role of their caller."""
    if checked.known.diagrams is None or _callers(checked) is Callers.SOME:
        return
    diagrams = checked.diagrams()
    for call in checked.model.of_kind("callActivity"):
        called = diagrams.get(call.called_element)
        task = _takes_role(diagrams, called, (checked.model.process_key,)) if called and not call.roles else None
        if called is not None and task is not None:
            message = (
                f"{shown(call)} no está en la franja de ningún responsable, y {shown(task)} de «{called.name}» la hace "
                "quien llame: nadie la recibiría. Ponga la llamada en una franja, o dele un rol a la tarea."
            )
            yield error(call.id, "role", message)


def _takes_role(diagrams: Mapping[str, DiagramModel], model: DiagramModel, path: tuple[str, ...]) -> Element | None:
    """A task of a process, or of what that calls, that somebody does only if the caller says who."""
    for one in model.elements.values():
        if one.roles or one.assignee or model.lanes:
            continue
        if one.kind in BY_PEOPLE:
            return one
        called = diagrams.get(one.called_element) if one.kind == "callActivity" else None
        if called is not None and called.process_key not in (*path, model.process_key):
            found = _takes_role(diagrams, called, (*path, model.process_key))
            if found is not None:
                return found
    return None


def _known_roles(checked: Checked) -> Iterator[Finding]:
    if checked.known.roles is None:
        return
    for lane in checked.model.lanes.values():
        if lane.properties.get("rol"):
            yield from _unknown_role(checked, lane.id, lane.called, lane.role, "rol")
    for task in checked.model.of_kind(*BY_PEOPLE):
        lane_role = checked.model.lanes[task.lane_id].role if task.lane_id else ""
        for role in task.roles:
            if role != lane_role:
                yield from _unknown_role(checked, task.id, shown(task), role, "")


def _unknown_role(checked: Checked, element: str, name: str, role: str, property_name: str) -> Iterator[Finding]:
    known = checked.known.roles or {}
    plain = role.partition("@")[0]
    if "${" in plain or plain in known:
        return
    near = nearest(plain, known)
    fix = {"action": "set_property", "element": element, "name": property_name, "value": near}
    message = f"{name}: no existe el rol «{plain}».{meant(near) or ' Elija uno de la lista o créelo en Personas.'}"
    yield error(element, "role", message, **(fix if near and property_name else {}))


def _held(checked: Checked) -> Iterator[Finding]:
    """Once a role: at its lane, else at the first task that names it."""
    lanes = [(lane.id, lane.called, lane.role) for lane in checked.model.lanes.values()]
    tasks = [(task.id, shown(task), role) for task in checked.model.of_kind(*BY_PEOPLE) for role in task.roles]
    told: set[str] = set()
    for element, name, role in [*lanes, *tasks]:
        where = checked.known.vacant.get(role.partition("@")[0], "")
        if where and role not in told:
            told.add(role)
            message = f"{name}: {where}: sus tareas no le llegarían a nadie. Pida el rol para alguien en «Roles»."
            yield warning(element, "role", message)


def _forms(checked: Checked) -> Iterator[Finding]:
    for task in checked.model.of_kind("userTask"):
        if not task.form_key:
            yield error(task.id, "form", f"{shown(task)} no tiene formulario. Elija uno en sus propiedades.")
        elif checked.known.forms is not None and task.form_key not in checked.known.forms:
            near = nearest(task.form_key, checked.known.forms)
            fix = {"action": "set_attribute", "element": task.id, "name": "camunda:formRef", "value": near}
            message = f"{shown(task)}: no existe el formulario «{task.form_key}».{meant(near) or ' Créelo primero.'}"
            yield error(task.id, "form", message, **(fix if near else {}))


def _handlers(checked: Checked) -> Iterator[Finding]:
    known = checked.known.form_handlers
    for task in checked.model.of_kind("userTask"):
        written = task.properties.get("registro", "")
        if known is not None and written and written not in known:
            near = nearest(written, known)
            fix = {"action": "set_property", "element": task.id, "name": "registro", "value": near}
            message = f"{shown(task)}: nadie sabe registrar «{written}».{meant(near) or ' Elija uno de la lista.'}"
            yield error(task.id, "handler", message, **(fix if near else {}))


def _deadlines(checked: Checked) -> Iterator[Finding]:
    for element in checked.model.elements.values():
        if element.kind == "userTask" and not element.deadline:
            message = f"{shown(element)} no tiene plazo. Escriba por ejemplo «5dh» o «cierre+5dh»."
            yield error(element.id, "deadline", message)
        elif element.deadline and checked.known.check_deadline is not None:
            try:
                checked.known.check_deadline(element.deadline)
            except InvalidDeadline as exc:
                message = f"{shown(element)}: el plazo «{element.deadline}» no se entiende. {exc.message}"
                yield error(element.id, "deadline", message)


def _reminders(checked: Checked) -> Iterator[Finding]:
    for element in checked.model.elements.values():
        written = element.properties.get("recordatorios", "")
        if written and not _REMINDERS.match(written.strip()):
            message = (
                f"{shown(element)}: los recordatorios «{written}» no se entienden. Escriba por ejemplo «-3,-1,0,+1»."
            )
            yield error(element.id, "reminders", message)


def _escalations(checked: Checked) -> Iterator[Finding]:
    for element in checked.model.elements.values():
        for step in filter(None, (part.strip() for part in element.properties.get("escalar", "").split(","))):
            match = _ESCALATION.match(step)
            if match is None:
                message = f"{shown(element)}: «{step}» no se entiende. Escriba por ejemplo «+3:coordinador_pes»."
                yield error(element.id, "escalation", message)
            elif checked.known.roles is not None and match[2] not in checked.known.roles:
                near = nearest(match[2], checked.known.roles)
                message = f"{shown(element)} escala al rol «{match[2]}», que no existe.{meant(near)}"
                yield error(element.id, "escalation", message)


def _references(checked: Checked) -> Iterator[Finding]:
    """`cuatro_ojos` and `devolver` name other elements of the diagram."""
    for element in checked.model.elements.values():
        for name in ("cuatro_ojos", "devolver"):
            named = [part.strip() for part in element.properties.get(name, "").split(",") if part.strip()]
            lost = [other for other in named if not _may_be_done_before(checked, other, element)]
            say = error if lost == named else warning  # of several, those that stand still say something
            if lost:  # one mistake of the person who drew it, however many steps it takes from the list
                named_so = " o ".join(_lost_step(checked, other) for other in lost)
                what = _REFERENCES[name].format(other=named_so)
                yield say(element.id, name, f"{shown(element)} {what}. Quítelo de la lista o elija otro paso.")


def _lost_step(checked: Checked, element_id: str) -> str:
    there = checked.model.elements.get(element_id)
    if there is None:
        return f"{_formerly(checked, element_id)}, que no está en el diagrama"
    return f"{shown(there)}, que nunca se hace antes"


def _may_be_done_before(checked: Checked, earlier: str, element: Element) -> bool:
    if earlier not in checked.model.elements:
        return False
    return checked.following is None or checked.following.of(checked.model).precedes(earlier, element.id)


def _formerly(checked: Checked, element_id: str) -> str:
    """How an element that is gone was called when it was published."""
    published = checked.known.world.published.get(checked.model.process_key) if checked.known.world else None
    element = published.elements.get(element_id) if published else None
    return f"«{element_id}»" if element is None else shown(element)


RULES = (
    _roles,
    _calls_without_role,
    _known_roles,
    _held,
    _forms,
    _handlers,
    _deadlines,
    _reminders,
    _escalations,
    _references,
)
