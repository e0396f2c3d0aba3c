"""What people typed and did not send yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Base, insert_once
from workflows.documents.files import PUT_ASIDE
from workflows.documents.models import FileContent, StoredFile
from workflows.forms.models import FormDraft

_OF_PERSON = sa.select(FormDraft).where(
    FormDraft.task_id == sa.bindparam("task_id"), FormDraft.username == sa.bindparam("username")
)
_OF_TASK = sa.delete(FormDraft).where(FormDraft.task_id == sa.bindparam("of_task"))


def save(session: Session, task_id: int, username: str, values: dict[str, Any], at: dt.datetime) -> FormDraft:
    """Keep the last thing a person typed into a task; the last write wins."""
    draft = of(session, task_id, username)
    if draft is None:
        key = {"task_id": task_id, "username": username}
        insert_once(session, FormDraft, {**key, "values": values, "saved_at": at}, key=list(key))
        draft = session.scalars(_OF_PERSON, key).one()
    draft.values, draft.saved_at = values, at
    session.flush()
    return draft


def of(session: Session, task_id: int, username: str) -> FormDraft | None:
    """The draft of one person in one task."""
    return session.scalar(_OF_PERSON, {"task_id": task_id, "username": username})


def latest(session: Session, task_id: int) -> FormDraft | None:
    """The draft of a task that was saved last, whoever typed it: what a late case goes on from.

    Its `values` are as typed and may be handed to `Prefill.values` as they are.
    """
    return session.scalars(
        sa.select(FormDraft).filter_by(task_id=task_id).order_by(FormDraft.saved_at.desc(), FormDraft.id.desc())
    ).first()


def forget(session: Session, task_id: int) -> None:
    """Drop every draft of a task: it was sent."""
    session.execute(_OF_TASK, {"of_task": task_id})


def forget_unused(session: Session, clock: Clock, older_than_days: int = 30) -> int:
    """Delete files that no draft names and no row points to, and contents left alone.

    Looked at are what was uploaded to a task and what was put aside until somebody confirms it (`PUT_ASIDE`).
    Returns how many files went. Doing it again changes nothing.
    """
    limit = clock.now() - dt.timedelta(days=older_than_days)
    passing = sa.or_(StoredFile.task_id.is_not(None), StoredFile.media_type == PUT_ASIDE)
    old = sa.select(StoredFile.id).where(passing, StoredFile.stored_at < limit)
    candidates = set(session.scalars(old))
    unused = sorted(candidates - _in_drafts(session) - _referenced(session))
    for start in range(0, len(unused), 500):
        session.execute(sa.delete(StoredFile).where(StoredFile.id.in_(unused[start : start + 500])))
    kept = sa.select(StoredFile.sha256)
    session.execute(sa.delete(FileContent).where(FileContent.sha256.not_in(kept)))
    return len(unused)


def _in_drafts(session: Session) -> set[int]:
    """Whatever a draft may name: a file just uploaded is known by nothing else."""
    return {number for values in session.scalars(sa.select(FormDraft.values)) for number in _numbers(values)}


def _referenced(session: Session) -> set[int]:
    """Every file that a row of any table points to."""
    used: set[int] = set()
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name == StoredFile.__tablename__ for key in column.foreign_keys):
                used |= set(session.scalars(sa.select(column).where(column.is_not(None))))
    return used


def _numbers(value: object) -> Iterator[int]:
    """Every whole number in JSON values, also those written as text: a file's id may be among them."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, int) or (isinstance(value, str) and value.isascii() and value.isdecimal()):
        yield int(str(value)[:18]) if not isinstance(value, bool) else -1
