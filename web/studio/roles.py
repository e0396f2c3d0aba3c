"""Who does each step: the roles that a drawing names, who holds them, and one created where it is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.definitions import editing
from engine.definitions.diagram import DiagramModel
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.errors import UnknownElement
from notifications import roles as word
from web.auth.access import Of, allow
from web.pages import actor, back_to, current, page, person
from web.studio import overview
from web.studio.blueprint import LEADERS, blueprint
from web.studio.editor import keep
from workflows.auditing import recording as auditing
from workflows.calendar import bogota_day
from workflows.errors import Conflict, Refused
from workflows.people import adding, asking, directory
from workflows.people.filling import Filling, filling
from workflows.people.models import AskedRole, Person, Role
from workflows.people.roles import ADMINISTRATING
from workflows.people.states import RoleScope
from workflows.sectors import registry


@dataclass(frozen=True, slots=True)
class Named:
    """A role that the drawing names: the steps that are its, how it is filled, and who it is asked for."""

    key: str
    name: str
    steps: Sequence[str]
    filling: Filling | None
    asked: Sequence[AskedRole]


@blueprint.get("/<process_key>/roles")
@allow(*LEADERS, of=Of.DEFINITION)
def roles(process_key: str) -> str:
    """The roles of the drawing with their people, and the form of a new one; `en` is the element it is made for."""
    return _page(process_key)


@blueprint.post("/<process_key>/roles")
@allow(*LEADERS, of=Of.DEFINITION)
def make_role(process_key: str) -> Response | tuple[str, int]:
    """Create a role, let the element it was made for name it, and give or ask it for the people who were chosen."""
    application, scope = current(), request.form.get("ambito", "")
    try:
        with application.database.unit_of_work() as session:
            least = adding.LEAST.get(RoleScope(scope)) if scope in set(RoleScope) else ""
            made = adding.add(
                session, request.form.get("nombre", ""), scope, Name.parse(process_key).tenant, least or ""
            )
            after = {"nombre": made.name, "ambito": str(made.scope), "parecido": made.resembles}
            auditing.record(session, application.clock, actor(), "crear_rol", ("rol", made.id), after=after)
            if element := request.form.get("en", ""):
                _name(session, process_key, element, made)
            said = _fill(session, made, request.form.getlist("persona"), sector_of(session, process_key))
            said = f"El rol «{made.name}» ya existe. {said}"
            if not element:
                said += " Para usarlo, elíjalo en «Quién» de un paso: en Tabla, o en el dibujo."
    except (Refused, Conflict, UnknownElement) as wrong:
        return _page(process_key, str(wrong)), 422
    return back_to("studio.roles", said, process_key=process_key)


def sector_of(session: Session, process_key: str) -> str:
    """The sector whose people may be chosen here: the variant's, else the only one; empty where there are several."""
    codes = registry.codes(session)
    return Name.parse(process_key).tenant or (next(iter(codes)) if len(codes) == 1 else "")


def _name(session: Session, process_key: str, element_id: str, role: Role) -> None:
    """Let a lane or a task of the draft name a role."""
    xml, revision = overview.working_xml(session, process_key)
    model = read_diagram(xml)
    if element_id in model.lanes:
        xml = editing.set_property(xml, element_id, "rol", role.id)
    elif element_id in model.elements and model.elements[element_id].kind == "userTask":
        xml = editing.set_attribute(xml, element_id, "camunda:candidateGroups", role.id)
    else:
        raise UnknownElement("Ese paso ya no está en el borrador. Vuelva al dibujo y elija otro.")
    keep(session, process_key, xml, revision)


def _fill(session: Session, role: Role, usernames: Sequence[str], sector: str) -> str:
    """Let people hold it, or ask who gives roles to; what came of it, in a sentence."""
    if not usernames or not sector:
        where, now = [sector] if sector else registry.codes(session), current().clock.now()
        told = word.tell_made(session, now, role, where, actor().id, current().config.base_url)
        return f"Nadie lo tiene todavía, y mientras sea así lo que lo nombra no se publica. {_told(told)}."
    known = {one.username: one for one in asking.may_hold(session, {sector})}
    if unknown := [one for one in usernames if one not in known]:
        raise Refused(f"«{unknown[0]}» no es del sector, o ya no trabaja aquí. Elija personas de la lista.")
    people = [known[one] for one in dict.fromkeys(usernames)]
    if person().may(ADMINISTRATING, sector):
        for one in people:
            asking.give(session, role, one, sector)
            auditing.record(
                session, current().clock, actor(), "cambiar_roles", ("persona", one.username), after={"recibe": role.id}
            )
        return f"Lo {'tiene' if len(people) == 1 else 'tienen'} {_names(people)}."
    now = current().clock.now()
    asked = [asking.ask(session, now, role, one, sector, actor().id) for one in people]
    told = word.tell_asked(session, now, role, asked, current().config.base_url)
    return f"Se pidió para {_names(people)}: lo da quien administra, y hasta entonces no se publica. {_told(told)}."


def _told(told: int) -> str:
    if not told:
        return "Nadie administra este sector: pida que nombren a alguien"
    return f"Se avisó por correo a {told} {'persona' if told == 1 else 'personas'} de la administración"


def waiting(session: Session, diagram: DiagramModel, sector: str) -> list[str]:
    """What publishing a drawing waits for: each role that was added and that nobody has yet, in a sentence."""
    found = []
    for one in named_roles(session, diagram, sector):
        if one.filling is None or not one.filling.waits:
            continue
        who = ", ".join(asked.person.name for asked in one.asked)
        said = f"se pidió para {who}, y falta que la administración lo dé" if who else "nadie lo tiene todavía"
        found.append(f"«{one.name}»: {said}. Sin eso, sus tareas no le llegarían a nadie.")
    return found


def _names(people: Sequence[Person]) -> str:
    return ", ".join(one.name for one in people)


def named_roles(session: Session, diagram: DiagramModel, sector: str) -> list[Named]:
    """The roles that a drawing names, in the order of its lanes, then of its tasks."""
    steps: dict[str, list[str]] = {lane.role: [] for lane in diagram.lanes.values() if lane.role}
    for task in diagram.of_kind("userTask", "manualTask"):
        for role in task.roles:
            steps.setdefault(role.partition("@")[0], []).append(task.called)
    names = current().engine.groups.roles(session)
    filled: Mapping[str, Filling] = filling(session, steps, bogota_day(current().clock.now()), sector)
    asked = asking.open_ones(session, registry.codes(session))
    return [
        Named(
            key, names.get(key, key), tasks, filled.get(key), [one for one in asked if one.role_id == key]
        )
        for key, tasks in steps.items()
    ]  # fmt: skip


def _page(process_key: str, error: str = "") -> str:
    element_id = request.values.get("en", "")
    with current().database.reading() as session:
        version = overview.working_version(session, process_key)
        xml, revision = overview.working_xml(session, process_key)
        diagram, sector = read_diagram(xml), sector_of(session, process_key)
        tenant = Name.parse(process_key).tenant
        one = diagram.lanes.get(element_id) or diagram.elements.get(element_id)
        people = asking.may_hold(session, {sector}) if sector else []
        return page(
            "studio/roles.html",
            version=version,
            revision=revision,
            named=named_roles(session, diagram, tenant),
            element=one,
            people=people,
            gives=bool(sector) and person().may(ADMINISTRATING, sector),
            asked_by=directory.display_names(session, {each.asked_by for each in asking.open_ones(session, {sector})}),
            typed=request.form,
            chosen=set(request.form.getlist("persona")),
            error=error,
        )
