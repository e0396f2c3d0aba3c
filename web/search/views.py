"""Looking for tasks, cases, indicators, documents, minutes and people by their words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session

from engine.states import UserTaskState
from engine.tasks.models import TaskCandidate, UserTask
from web.auth import SIGNED_IN, Of, allow
from web.pages import actor, current, page
from workflows.people.groups import sectors_of
from workflows.people.models import Person
from workflows.searching.finding import SHOWN, Hit, Hits
from workflows.searching.finding import find as find_in_index
from workflows.searching.states import Kind

blueprint = Blueprint("search", __name__, url_prefix="/buscar")

LONGEST = 200
MOST_OF_A_KIND = 40
TITLES = {
    Kind.TASK: "Tareas",
    Kind.CASE: "Procesos en curso y terminados",
    Kind.INDICATOR: "Indicadores",
    Kind.MINUTES: "Actas",
    Kind.DOCUMENT: "Documentos",
    Kind.PERSON: "Personas",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A hit with the address that opens it (none: nothing opens), and a remark."""

    hit: Hit
    address: str
    remark: str = ""


@blueprint.get("")
@allow(SIGNED_IN, of=Of.NONE)
def find() -> str:
    """What was found, by kind; all of one kind where it is named."""
    asked = " ".join(request.args.get("q", "")[:LONGEST].split())
    kind = next((one for one in Kind if one == request.args.get("tipo")), None)
    with current().database.reading() as session:
        found = find_in_index(
            session,
            asked,
            sectors_of(actor()),
            [kind] if kind else list(Kind),
            MOST_OF_A_KIND if kind else SHOWN,
        )
        sections = [(hits, _addressed(session, hits)) for hits in found]
    return page("search/find.html", asked=asked, kind=kind, sections=sections, titles=TITLES)


def _addressed(session: Session, hits: Hits) -> list[Found]:
    if hits.kind == Kind.TASK:
        return _tasks(session, hits)
    if hits.kind == Kind.PERSON:
        return _people(session, hits)
    return [Found(hit, _address(hit)) for hit in hits.hits]


def _address(hit: Hit) -> str:
    if hit.kind == Kind.CASE:
        return url_for("cases.show", case_id=hit.case_id)
    if hit.kind == Kind.INDICATOR:
        plan, _, code = hit.ref.partition("/")
        return url_for("plans.indicator", plan_code=plan, indicator_code=code)
    return url_for("files.download", file_id=int(hit.link))


def _tasks(session: Session, hits: Hits) -> list[Found]:
    """One's own lead to the task, others' to its case: what is in them is not everybody's."""
    ids = [int(hit.ref) for hit in hits.hits]
    query = sa.select(UserTask.id, UserTask.state, UserTask.assignee, UserTask.completed_by)
    states = {row.id: row for row in session.execute(query.where(UserTask.id.in_(ids)))}
    offered = _offered(session, ids)
    me, found = actor().id, []
    for hit in hits.hits:
        row = states.get(int(hit.ref))
        is_mine = row is not None and (
            me in (row.completed_by, row.assignee) or (row.assignee is None and row.id in offered)
        )
        address = url_for("inbox.show", task_id=int(hit.ref)) if is_mine else url_for("cases.show", case_id=hit.case_id)
        found.append(Found(hit, address, _STATES[row.state] if row else ""))
    return found


_STATES: Mapping[str, str] = {
    UserTaskState.OPEN: "abierta",
    UserTaskState.COMPLETED: "terminada",
    UserTaskState.CANCELLED: "cancelada",
}


def _offered(session: Session, ids: Collection[int]) -> set[int]:
    groups = sorted(actor().groups)
    query = sa.select(TaskCandidate.task_id).where(TaskCandidate.task_id.in_(ids), TaskCandidate.group_id.in_(groups))
    return set(session.scalars(query))


def _people(session: Session, hits: Hits) -> list[Found]:
    query = sa.select(Person.username, Person.email).where(Person.username.in_([hit.ref for hit in hits.hits]))
    addresses = dict(session.execute(query).all())
    return [
        Found(hit, f"mailto:{addresses[hit.ref]}" if addresses.get(hit.ref) else "", addresses.get(hit.ref, ""))
        for hit in hits.hits
    ]
