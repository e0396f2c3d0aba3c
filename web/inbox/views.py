"""The inbox: mine, my groups', those of others, finished; take a task and give it back."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from flask import jsonify, request, url_for
from sqlalchemy.orm import Session

from engine.tasks import commands
from engine.tasks import inbox as rows
from engine.tasks.models import UserTask
from web.auth import SIGNED_IN, Of, allow
from web.deadlines import deadline, short_day
from web.inbox import brought_file as _brought_file  # noqa: F401 - adds its views
from web.inbox import bulk as _bulk  # noqa: F401 - adds its views
from web.inbox import calendar_feed as _calendar_feed  # noqa: F401 - adds its views
from web.inbox import extensions as _extensions  # noqa: F401 - adds its views
from web.inbox import filtering as _filtering  # noqa: F401 - adds its views
from web.inbox import matrix as _matrix  # noqa: F401 - adds its views
from web.inbox import on_paper as _on_paper  # noqa: F401 - adds its views
from web.inbox import section_in_word as _section_in_word  # noqa: F401 - adds its views
from web.inbox import tasks as _tasks  # noqa: F401 - adds the views of a task
from web.inbox import waiting
from web.inbox.blueprint import blueprint
from web.inbox.cards import Card, cards, finished
from web.inbox.filtering import WHEN
from web.inbox.helping import to_fill
from web.pages import actor, back_to, current, page
from workflows.calendar import WorkingCalendar, of_entity
from workflows.cycles import by_hand
from workflows.forms.unsent import waiting as waiting_corrections
from workflows.monitoring import on_paper
from workflows.people import extensions
from workflows.people.holders import holders

LONG = 8
"""Of more tasks than this one looks for one: the inbox itself offers filters."""
PAGE = 25
GROUP_PREVIEW = 5


__all__ = ["blueprint"]


@blueprint.get("/bandeja")
@allow(SIGNED_IN, of=Of.OWN)
def mine() -> str:
    """My tasks, overdue first, with a glance at those of my groups."""
    after = _cursor()
    with current().database.reading() as session:
        found = rows.mine(session, actor(), limit=PAGE + 1, after=after)
        own = cards(session, found[:PAGE], actor().id)
        of_groups = [] if after else rows.of_groups(session, actor(), limit=GROUP_PREVIEW)
        offered = cards(session, of_groups, actor().id)
        counts = _counts(session)
        begins = after is None and by_hand.anything_offered(session, current().engine, actor())
        helps = [] if after else to_fill(session)
        wishes = [] if after else extensions.to_decide(session, current().engine, actor())
        unsent = [] if after else waiting_corrections(session, actor().id)
    return page(
        "inbox/mine.html",
        sections=_sections(own),
        offered=offered,
        heading=_heading(counts, len(helps)),
        counts=counts,
        tabs=_tabs("inbox.mine", counts),
        nearest=_nearest(own + offered + helps),
        following=_following("inbox.mine", found),
        is_first=after is None,
        begins=begins,
        helps=helps,
        wishes=len(wishes),
        unsent=unsent,
        whens=list(WHEN.items()) if sum(counts.values()) > LONG else [],
        mark="" if after else _mark(found[:PAGE], of_groups, counts),
        overdue=sum(one.deadline.is_overdue for one in own + offered + helps),
    )


@blueprint.get("/bandeja/novedades")
@allow(SIGNED_IN, of=Of.OWN)
def news() -> Any:
    """What tells an open inbox whether it is still what it shows."""
    with current().database.reading() as session:
        own = rows.mine(session, actor(), limit=PAGE)
        offered = rows.of_groups(session, actor(), limit=GROUP_PREVIEW)
        counts = _counts(session)
    return jsonify({"huella": _mark(own, offered, counts)})


@blueprint.get("/bandeja/grupo")
@allow(SIGNED_IN, of=Of.OWN)
def groups() -> str:
    """Tasks that anybody of my groups may take."""
    with current().database.reading() as session:
        found = rows.of_groups(session, actor(), limit=PAGE + 1, after=_cursor())
        offered = cards(session, found[:PAGE], actor().id)
        counts = _counts(session)
    return page(
        "inbox/groups.html",
        offered=offered,
        tabs=_tabs("inbox.groups", counts),
        following=_following("inbox.groups", found),
    )


def _with_whom(words: str, task: UserTask) -> tuple[str, str]:
    """Who has it, and since when it waits."""
    return words, f"desde el {short_day(task.created_at)}"


def _calendar_of(task: UserTask) -> WorkingCalendar:
    return current().calendar.within(of_entity(str(task.variables.get("plan") or ""), task.variables.get("entidad")))


@blueprint.get("/bandeja/otros")
@allow(SIGNED_IN, of=Of.OWN)
def others() -> str:
    """What others have to do in the cases I worked in."""
    application = current()
    with application.database.reading() as session:
        found = waiting.of_others(session, actor())
        held = holders(session, [task for task, _ in found])
        registrable = on_paper.may_register(session, [task for task, _ in found], actor())
        counts = _counts(session)
    now = application.clock.now()
    shown = [
        Card(
            t.id, t.name, t.instance_id, name, _with_whom(held[t.id].words, t), deadline(t.due_at, now, _calendar_of(t))
        )
        for t, name in found
    ]
    papers = [one for one in shown if one.id in registrable]
    return page("inbox/others.html", waiting=shown, papers=papers, tabs=_tabs("inbox.others", counts))


@blueprint.get("/bandeja/terminadas")
@allow(SIGNED_IN, of=Of.OWN)
def done() -> str:
    """What I finished, latest first."""
    with current().database.reading() as session:
        found = rows.finished_by(session, actor(), limit=PAGE + 1, after=_cursor())
        counts = _counts(session)
    return page(
        "inbox/done.html",
        done=finished(found[:PAGE]),
        tabs=_tabs("inbox.done", counts),
        following=_following("inbox.done", found),
    )


@blueprint.post("/tareas/<int:task_id>/tomar")
@allow(SIGNED_IN, of=Of.TASK)
def claim(task_id: int) -> Any:
    """Take a task of my group."""
    with current().database.unit_of_work() as session:
        commands.claim(session, current().engine, task_id, actor=actor())
    return back_to("inbox.show", "La tarea es suya. Si no puede hacerla, devuélvala al grupo.", task_id=task_id)


@blueprint.post("/tareas/<int:task_id>/devolver")
@allow(SIGNED_IN, of=Of.TASK)
def release(task_id: int) -> Any:
    """Give a task back to its groups."""
    with current().database.unit_of_work() as session:
        commands.release(session, current().engine, task_id, actor=actor())
    return back_to("inbox.groups", "La tarea volvió al grupo; su borrador queda guardado.")


def _mark(own: Sequence[rows.InboxRow], offered: Sequence[rows.InboxRow], counts: Mapping[str, int]) -> str:
    """The same as long as an inbox shows the same tasks with the same deadlines."""
    shown = [(row.id, str(row.due_at)) for row in (*own, *offered)]
    return hashlib.sha256(repr((shown, sorted(counts.items()))).encode()).hexdigest()[:16]


def _sections(own: list[Card]) -> list[tuple[str, list[Card]]]:
    parts = [
        ("Vencidas", [one for one in own if one.deadline.is_overdue]),
        ("Próximas", [one for one in own if not one.deadline.is_overdue]),
    ]
    return [(title, found) for title, found in parts if found]


def _nearest(found: list[Card]) -> Card | None:
    """The one whose deadline comes first, of those still in time."""
    dated = [(one.deadline.day, one.id, one) for one in found if one.deadline.day and not one.deadline.is_overdue]
    return min(dated)[2] if dated else None


def _counts(session: Session) -> dict[str, int]:
    return {
        "mine": rows.count_mine(session, actor()),
        "groups": rows.count_of_groups(session, actor()),
    }


def _heading(counts: dict[str, int], helps: int = 0) -> str:
    total = sum(counts.values()) + helps
    if any(count >= rows.COUNTED for count in counts.values()):
        return "Tiene más de 1.000 tareas"  # they are counted no further
    return {0: "No tiene tareas", 1: "Tiene 1 tarea"}.get(total, f"Tiene {total} tareas")


def _shown(count: int) -> str:
    return f"{count}" if count < rows.COUNTED else "1.000 o más"


def _tabs(present: str, counts: dict[str, int]) -> list[tuple[str, str, bool]]:
    labels = {
        "inbox.mine": f"Mías ({_shown(counts['mine'])})",
        "inbox.groups": f"De mi grupo ({_shown(counts['groups'])})",
        "inbox.others": "Esperan a otros",
        "inbox.done": "Terminadas",
        "inbox.filtered": "Filtrar",
    }
    return [(label, url_for(endpoint), endpoint == present) for endpoint, label in labels.items()]


def _following(endpoint: str, found: list[rows.InboxRow]) -> str:
    if len(found) <= PAGE:
        return ""
    moment, task_id = found[PAGE - 1].cursor
    return url_for(endpoint, desde=f"{moment.isoformat() if moment else ''}~{task_id}")


def _cursor() -> rows.Cursor | None:
    """Where the page before ended; an address that somebody mended by hand begins at the start."""
    moment, _, task_id = request.args.get("desde", "").partition("~")
    try:
        at = dt.datetime.fromisoformat(moment) if moment else None
    except ValueError:
        return None
    return (at, int(task_id)) if task_id.isdecimal() and (at is None or at.tzinfo) else None
