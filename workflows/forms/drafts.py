"""What people typed and did not send yet."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workflows.forms.models import FormDraft


def save(session: Session, task_id: int, username: str, values: dict[str, Any], at: dt.datetime) -> FormDraft:
    """Keep the last thing a person typed into a task; the last write wins."""
    draft = of(session, task_id, username)
    if draft is None:
        draft = _insert(session, task_id, username, values, at)
    draft.values, draft.saved_at = values, at
    session.flush()
    return draft


def of(session: Session, task_id: int, username: str) -> FormDraft | None:
    """The draft of one person in one task."""
    return session.scalar(sa.select(FormDraft).filter_by(task_id=task_id, username=username))


def latest(session: Session, task_id: int) -> FormDraft | None:
    """The draft of a task that was saved last, whoever typed it: what a late case goes on from.

    Its `values` are as typed and may be handed to `Prefill.values` as they are.
    """
    return session.scalars(
        sa.select(FormDraft).filter_by(task_id=task_id).order_by(FormDraft.saved_at.desc(), FormDraft.id.desc())
    ).first()


def forget(session: Session, task_id: int) -> None:
    """Drop every draft of a task: it was sent."""
    session.execute(sa.delete(FormDraft).where(FormDraft.task_id == task_id))


def _insert(session: Session, task_id: int, username: str, values: dict[str, Any], at: dt.datetime) -> FormDraft:
    draft = FormDraft(task_id=task_id, username=username, values=values, saved_at=at)
    try:
        with session.begin_nested():
            session.add(draft)
    except IntegrityError:  # two tabs saved for the first time at once
        found = of(session, task_id, username)
        if found is None:
            raise
        return found
    return draft
