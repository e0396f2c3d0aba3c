"""The list of cases, one case, and its diagrams."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine import history
from engine.definitions import catalogue
from engine.definitions.catalogue import BundleModel
from engine.definitions.drawing import describe, draw_svg
from engine.definitions.linting.graph import place_in_order
from engine.errors import UnknownInstance
from engine.history import HistoryEntry
from engine.instances.models import Instance
from engine.states import InstanceState, UserTaskState
from engine.tasks.models import UserTask
from engine.waits import waits
from web import exporting
from web.answers import named
from web.auth import SIGNED_IN, Of, allow
from web.auth.gate import may_open
from web.cases import deciding, running, standing, starting, waiting, wording
from web.cases.blueprint import blueprint
from web.cases.sheets import COLUMNS, MARKS, Line
from web.comments.views import conversation
from web.numbers import row_id
from web.pages import actor, current, page
from workflows.cycles import by_hand
from workflows.people.comments import About
from workflows.people.directory import Directory
from workflows.people.groups import sectors_of
from workflows.people.roles import COORDINATING

__all__ = ["blueprint", "deciding", "running", "starting"]

PAGE = 30
CALL = "callActivity"
STATES = {"active": "En curso", "completed": "Terminados", "cancelled": "Cancelados", "": "Todos"}


@blueprint.get("/")
@allow(SIGNED_IN, of=Of.NONE)
def index() -> str | Response:
    """Every case, newest first, by state and process."""
    state, process_key = request.args.get("estado", InstanceState.ACTIVE), request.args.get("proceso", "")
    if state not in set(InstanceState):
        state = ""
    with current().database.reading() as session:
        processes = catalogue.listed(session, sectors_of(actor()))
        names = {definition.key: definition.name for definition in processes}
        if exporting.is_asked():
            every, counts = _cases(session, state, process_key, None, None), _open_tasks_of(session)
            lines = [Line(one, names.get(one.process_key, one.process_key), counts.get(one.id, 0)) for one in every]
            return exporting.as_file("procesos", "Procesos", COLUMNS, lines)
        found = _cases(session, state, process_key, request.args.get("antes", type=row_id), PAGE + 1)
        counts = _open_tasks_of(session, [instance.id for instance in found[:PAGE]])
    following = (
        url_for("cases.index", estado=state, proceso=process_key, antes=found[PAGE - 1].id) if len(found) > PAGE else ""
    )
    return page(
        "cases/index.html",
        cases=found[:PAGE],
        open_tasks=counts,
        following=following,
        states=STATES,
        state=state,
        processes=processes,
        process_key=process_key,
        names=names,
        marks=MARKS,
        files=exporting.files_of(),
        manages=may_open("cases.manage"),
    )


@blueprint.get("/<int:case_id>")
@allow(SIGNED_IN, of=Of.CASE)
def show(case_id: int) -> str:
    """Where a case stands, who has it, and what happened."""
    with current().database.reading() as session:
        case = _case(session, case_id)
        bundle = catalogue.by_sha(session, case.bundle_sha256)
        entries = history.of_instance(session, case_id)
        tasks = standing.open_tasks(session, case_id, actor())
        incidents = standing.open_incidents(session, case_id)
        found = waits(session, current().engine, case_id)
        awaited = waiting.beside(session, found, tasks)
        shown = _shown_diagram(bundle, entries, request.args.get("diagrama", ""))
        marks = standing.marks(bundle, shown, entries, tasks, incidents, found)
        names = Directory().display_names(session, {entry.actor_id for entry in entries} | {case.started_by})
        return page(
            "cases/show.html",
            case=case,
            process=bundle.diagrams[case.process_key],
            tasks=tasks,
            incidents=incidents,
            waits=awaited,
            deciders=COORDINATING,
            diagrams=[bundle.diagrams[key] for key in _diagrams_in_use(bundle, entries)],
            shown=bundle.diagrams[shown],
            version=bundle.versions[shown],
            variant_of=bundle.owners.get(shown, ""),
            marks=marks,
            # Safe: the drawing escapes every text of the diagram.
            drawing=Markup(draw_svg(bundle.xml(shown), marks)),  # noqa: S704
            steps=describe(
                bundle.diagrams[shown],
                current().engine.groups.roles(session),
                {key: one.name for key, one in bundle.diagrams.items()},
            ),
            lines=wording.lines(
                entries, names, lambda entry: _element_name(bundle, entry), standing.entities(session, case_id)
            ),
            started_by=names.get(case.started_by, wording.SYSTEM),
            talk=conversation(session, About(case)),
            attached=by_hand.files_of(session, case_id) if _asks_at_start(bundle) else (),
        )


@blueprint.get("/<int:case_id>/diagrama/<process_key>.bpmn")
@allow(SIGNED_IN, of=Of.CASE)
def diagram(case_id: int, process_key: str) -> Response:
    """The diagram of the version this case runs on, for the viewer and for other tools."""
    with current().database.reading() as session:
        bundle = catalogue.by_sha(session, _case(session, case_id).bundle_sha256)
        return named(Response(bundle.xml(process_key), mimetype="application/xml"), f"{process_key}.bpmn")


def _case(session: Session, case_id: int) -> Instance:
    instance = session.get(Instance, case_id)
    if instance is None:
        raise UnknownInstance(instance_id=case_id)
    return instance


def _asks_at_start(bundle: BundleModel) -> bool:
    """Whether who begins a case of this process fills in a form."""
    return any(start.form_key for start in bundle.diagrams[bundle.process_key].starts())


def _cases(session: Session, state: str, process_key: str, before: int | None, limit: int | None) -> list[Instance]:
    """Those of the reader's sectors, with those that are nobody's."""
    query = sa.select(Instance).where(Instance.tenant.in_({"", *sectors_of(actor())}))
    query = query.order_by(Instance.id.desc()).limit(limit)
    conditions: list[tuple[Any, sa.ColumnElement[bool]]] = [
        (state, Instance.state == state),
        (process_key, Instance.process_key == process_key),
        (before, Instance.id < (before or 0)),
    ]
    return list(session.scalars(query.where(*(condition for asked, condition in conditions if asked))))


def _open_tasks_of(session: Session, case_ids: list[int] | None = None) -> dict[int, int]:
    """How many tasks are open in each of these cases, or in every one."""
    query = sa.select(UserTask.instance_id, sa.func.count()).where(UserTask.state == UserTaskState.OPEN)
    if case_ids is not None:
        query = query.where(UserTask.instance_id.in_(case_ids))
    return {case_id: count for case_id, count in session.execute(query.group_by(UserTask.instance_id))}


def _diagrams_in_use(bundle: BundleModel, entries: list[HistoryEntry]) -> list[str]:
    """The process of the case, then the called ones it has reached, each after what calls it, as the work comes.

    One that only calls others was reached where one of them was that nobody else calls.
    """
    reached = {entry.process_key for entry in entries}
    called = [(key, one.called_element) for key, diagram in bundle.diagrams.items() for one in diagram.of_kind(CALL)]
    callers: dict[str, set[str]] = {}
    for key, inside in called:
        callers.setdefault(inside, set()).add(key)
    reached |= {key for key, inside in called if inside in reached and callers[inside] == {key}}
    found: dict[str, None] = {}
    _note_called(bundle, bundle.process_key, found)
    return [key for key in found if key == bundle.process_key or key in reached]


def _note_called(bundle: BundleModel, key: str, found: dict[str, None]) -> None:
    if key in found or key not in bundle.diagrams:
        return
    found[key] = None
    order = place_in_order(bundle.diagrams[key])
    calls = sorted(bundle.diagrams[key].of_kind(CALL), key=lambda one: order.get(one.id, 0))
    for call in calls:
        _note_called(bundle, call.called_element, found)


def _shown_diagram(bundle: BundleModel, entries: list[HistoryEntry], wanted: str) -> str:
    return wanted if wanted in _diagrams_in_use(bundle, entries) else bundle.process_key


def _element_name(bundle: BundleModel, entry: HistoryEntry) -> str:
    """The name on the drawing; for what has none, what the entry itself says."""
    if entry.element_name:
        return entry.element_name
    diagram_model = bundle.diagrams.get(entry.process_key or "")
    element = diagram_model.elements.get(entry.element_id or "") if diagram_model else None
    return (element.name if element else "") or entry.element_id or str(entry.data.get("name") or "el proceso")
