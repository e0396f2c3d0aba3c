"""For people who don't draw: the tasks of a process as a table, and the sheet of each as an ordinary form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from engine.definitions import drafts
from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.elements import kind_name
from engine.definitions.linting.graph import place_in_order
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.definitions.saying import kept_out, say_who
from engine.errors import StaleDraft, UnknownElement
from web.auth.access import Of, allow
from web.numbers import row_id
from web.pages import back_to, current, page
from web.studio import overview, sheet, upcoming
from web.studio.blueprint import LEADERS, blueprint
from web.studio.cells import Typed, called, shown_role
from web.studio.editor import conflict, keep, review


@blueprint.get("/<process_key>/tareas")
@allow(*LEADERS, of=Of.DEFINITION)
def tasks(process_key: str) -> str:
    """Every task of the draft (or of the current version) with who, when and form, typed in place."""
    return table_page(process_key)


def table_page(
    process_key: str,
    typed: Typed | None = None,
    conflict: Mapping[str, Any] | None = None,
    pasted: Sequence[str] = (),
) -> str:
    """The table, with what somebody typed and what is wrong with it; `pasted` is what is wrong with pasted rows."""
    with current().database.reading() as session:
        version = overview.working_version(session, process_key)
        xml, revision = overview.working_xml(session, process_key)
        labels = overview.labels(session, current().engine, Name.parse(process_key).tenant)
        last = drafts.last_change(session, process_key) if revision else None
        forms = overview.form_references(session, version.tenant, labels.forms)
        people = overview.people(session)
    diagram = read_diagram(xml)
    found = review(xml, Name.parse(process_key).tenant)[1] if revision else []
    names = called(labels)
    return page(
        "studio/tasks.html",
        version=version,
        revision=revision,
        rows=rows_of(diagram),
        diagram=diagram,
        labels=labels,
        forms=forms,
        bases=sheet.BASES,
        names=names,
        shown_role=shown_role,
        who=lambda task: say_who(diagram, task, labels.roles),
        kept_out=lambda task: kept_out(diagram, task),
        typed=typed or Typed(),
        conflict=conflict,
        pasted=pasted,
        filas=request.form.get("filas", ""),
        last=last,
        people=people,
        found=found,
        element_names={one.id: one.name for one in diagram.elements.values()},
    )


MOST_LISTED = 80


@dataclass(frozen=True, slots=True)
class Row:
    """A step of the table, in reading order. `sheet` is None where no person does it; `after` is what follows.

    `is_plain`: it has one way out and nothing at its border, so it may change here. `targets` are the steps that may
    follow instead, by id; empty where that is drawn, as in a diagram of more than `MOST_LISTED` steps.
    """

    number: int
    element: Element
    kind: str
    sheet: sheet.Sheet | None
    after: tuple[str, ...]
    is_plain: bool
    targets: Mapping[str, str]


def rows_of(diagram: DiagramModel) -> list[Row]:
    """Every step as a row: tasks, automatic steps, calls, decisions with their answers, waits."""
    order = place_in_order(diagram)
    named = [
        one for one in diagram.elements.values() if one.id and one.id.isprintable()
    ]  # else nothing can point at it
    listed = sorted(named, key=lambda one: order.get(one.id, len(order)))
    bordered = {one.attached_to for one in named}
    return [_row(diagram, number, one, one.id not in bordered) for number, one in enumerate(listed, start=1)]


def _row(diagram: DiagramModel, number: int, one: Element, is_bare: bool) -> Row:
    after = []
    for flow in (diagram.flows[each] for each in one.outgoing if each in diagram.flows):
        target = diagram.elements.get(flow.target)
        answer = f"{flow.name}: " if flow.name else ""
        after.append(f"{answer}{target.called if target else 'nada'}")
    plain = is_bare and len(one.outgoing) == 1
    listable = plain and len(diagram.elements) <= MOST_LISTED
    level = diagram.inside(one.parent_id) if listable else ()
    others = [other for other in level if other.id != one.id and other.kind not in ("startEvent", "boundaryEvent")]
    targets = {other.id: other.called for other in others}
    read = sheet.read(diagram, one) if one.kind == "userTask" else None
    return Row(number, one, kind_name(one), read, tuple(after), plain, targets)


@blueprint.get("/<process_key>/tareas/<element_id>")
@allow(*LEADERS, of=Of.DEFINITION)
def task(process_key: str, element_id: str) -> str:
    """The sheet of one task."""
    with current().database.reading() as session:
        xml, revision = overview.working_xml(session, process_key)
    diagram = read_diagram(xml)
    element = user_task(diagram, element_id)
    return sheet_page(process_key, diagram, element, sheet.read(diagram, element), revision)


@blueprint.post("/<process_key>/tareas/<element_id>")
@allow(*LEADERS, of=Of.DEFINITION)
def change_task(process_key: str, element_id: str) -> Response | str | tuple[str, int]:
    """Write the sheet into the draft; what is wrong is said at its field, a stale draft is shown beside."""
    after, revision = sheet.typed(request.form), request.form.get("revision", 0, type=row_id)
    with current().database.reading() as session:
        xml, _ = overview.working_xml(session, process_key)
        labels = overview.labels(session, current().engine, Name.parse(process_key).tenant)
    diagram = read_diagram(xml)
    element = user_task(diagram, element_id)
    wrong = sheet.check(after, labels.roles, labels.forms)
    if wrong:
        return sheet_page(process_key, diagram, element, after, revision, wrong=wrong), 422
    changed = sheet.write(xml, element, sheet.read(diagram, element), after)
    try:
        with current().database.unit_of_work() as session:
            keep(session, process_key, changed, revision)
            dates = upcoming.in_words(session, process_key, read_diagram(changed).elements[element_id])
    except StaleDraft as stale:
        said = conflict(stale.theirs, changed)
        return sheet_page(process_key, diagram, element, after, said["revision"], conflict=said), 409
    return back_to("studio.tasks", f"«{after.name}» quedó en el borrador. {dates}".strip(), process_key=process_key)


def user_task(diagram: DiagramModel, element_id: str) -> Element:
    """The task with that id; raises `UnknownElement`."""
    element = diagram.elements.get(element_id)
    if element is None or element.kind != "userTask":
        raise UnknownElement("Esa tarea no está en el borrador. Vuelva a la tabla de tareas y elija otra.")
    return element


def sheet_page(
    process_key: str, diagram: DiagramModel, element: Element, values: sheet.Sheet, revision: int, **more: object
) -> str:
    """The page of a sheet, with what is wrong or in conflict."""
    lane = diagram.lanes.get(element.lane_id or "")
    with current().database.reading() as session:
        labels = overview.labels(session, current().engine, Name.parse(process_key).tenant)
        context = {
            "version": overview.working_version(session, process_key),
            "labels": labels,
            "lane_role": labels.roles.get(lane.role, lane.role) if lane else "",
            "dates": upcoming.in_words(session, process_key, element),
        }
    return page(
        "studio/task.html",
        element=element,
        values=values,
        revision=revision,
        bases=sheet.BASES,
        may_be_apart=sheet.may_be_apart(diagram, element),
        apart=sheet.steps_of(values.apart),
        **{"wrong": {}, "conflict": None} | context | more,
    )
