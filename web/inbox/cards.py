"""Rows of the inbox as cards: deadline in words, what it is about, whether a draft waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.tasks.inbox import InboxRow
from web.deadlines import Deadline, ago, deadline, met
from web.pages import current
from workflows.calendar import of_entity
from workflows.forms.models import FormDraft
from workflows.subjects import subject


@dataclass(frozen=True, slots=True)
class Card:
    """A task as a line of the inbox. `about` are short remarks: subject, entity, draft, who has it."""

    id: int
    name: str
    case_id: int
    case_name: str
    about: tuple[str, ...]
    deadline: Deadline


def cards(session: Session, rows: Sequence[InboxRow], username: str) -> list[Card]:
    """The open tasks of `rows`, with the person's own drafts."""
    application = current()
    now = application.clock.now()
    drafts = _drafts(session, [row.id for row in rows], username)
    return [
        _card(
            row,
            _remarks(row, drafts.get(row.id), now),
            deadline(row.due_at, now, application.calendar.within(of_entity(row.scope, row.variables.get("entidad")))),
        )
        for row in rows
    ]


def finished(rows: Sequence[InboxRow]) -> list[Card]:
    """Tasks that are done, with how they met their deadlines."""
    return [_card(row, _topic(row), met(row.due_at, row.completed_at)) for row in rows if row.completed_at is not None]


def _card(row: InboxRow, about: Iterable[str], due: Deadline) -> Card:
    return Card(row.id, row.name, row.instance_id, row.instance_name, tuple(about), due)


def _remarks(row: InboxRow, saved_at: dt.datetime | None, now: dt.datetime) -> Iterable[str]:
    yield from _topic(row)
    if row.suspended_at is not None:
        yield "suspendido: no se puede enviar, y su plazo se corre"
    if saved_at is not None:
        yield f"borrador guardado {ago(saved_at, now)}"
    if row.assignee is None:
        yield "nadie la ha tomado"


def _topic(row: InboxRow) -> Iterable[str]:
    for about in (subject(row.variables), str(row.variables.get("entidad") or "")):
        # Some cases already say it in their name («Reporte de mayo de 2018 · SEC», «Reunión del plan: Obras menores»).
        if about and about not in row.instance_name:
            yield about


def _drafts(session: Session, task_ids: list[int], username: str) -> dict[int, dt.datetime]:
    query = sa.select(FormDraft.task_id, FormDraft.saved_at).where(
        FormDraft.task_id.in_(task_ids), FormDraft.username == username
    )
    return {task_id: saved_at for task_id, saved_at in session.execute(query)}
