"""What people typed and did not send yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Base, insert_once
from engine.states import UserTaskState
from engine.tasks.models import UserTask
from workflows.documents import files
from workflows.documents.files import PUT_ASIDE
from workflows.documents.models import FileContent, StoredFile
from workflows.errors import DraftChanged
from workflows.forms.models import FormDraft
from workflows.forms.reading import rows_of
from workflows.forms.schema import FormSchema

KEPT_DAYS = 30
"""So long files stay that nothing names, and corrections of what was sent that were never sent themselves."""

_OF_PERSON = sa.select(FormDraft).where(
    FormDraft.task_id == sa.bindparam("task_id"), FormDraft.username == sa.bindparam("username")
)
_ALL = (
    sa.select(FormDraft)
    .where(FormDraft.task_id == sa.bindparam("task_id"))
    .order_by(FormDraft.saved_at.desc(), FormDraft.id.desc())
)
_OF_TASK = sa.delete(FormDraft).where(FormDraft.task_id == sa.bindparam("of_task"))


@dataclass(frozen=True, slots=True)
class Page:
    """The page that keeps a draft: its own name, and the draft that it came with or kept last (`mark`)."""

    name: str = ""
    seen: str = ""


def save(
    session: Session, task_id: int, username: str, values: dict[str, Any], at: dt.datetime, page: Page | None = None
) -> FormDraft:
    """Keep the last thing a person typed into a task; the last write wins, but over what its `page` never saw.

    Raises `DraftChanged` for that, without the labels of what differs.
    """
    draft = of(session, task_id, username)
    if draft is None:
        key = {"task_id": task_id, "username": username}
        insert_once(session, FormDraft, {**key, "values": values, "saved_at": at}, key=list(key))
        draft = session.scalars(_OF_PERSON, key).one()
    elif page is not None and _is_unseen(draft, page) and draft.values != values:
        raise DraftChanged(at=draft.saved_at, seen=mark(draft))
    draft.values, draft.saved_at, draft.page = values, at, page.name if page else ""
    session.flush()
    return draft


def mark(draft: FormDraft | None) -> str:
    """What a page knows a draft by; empty if there is none."""
    return mark_of(draft.saved_at, draft.page) if draft is not None else ""


def mark_of(saved_at: dt.datetime, page: str) -> str:
    """It changes with the page that keeps a draft, and with the moment."""
    return f"{saved_at.isoformat()} {page}"


def _is_unseen(draft: FormDraft, page: Page) -> bool:
    return draft.page != page.name and mark(draft) != page.seen


def of(session: Session, task_id: int, username: str) -> FormDraft | None:
    """The draft of one person in one task."""
    return session.scalar(_OF_PERSON, {"task_id": task_id, "username": username})


def of_task(session: Session, task_id: int) -> list[FormDraft]:
    """Everybody's drafts of a task, the last kept first."""
    return list(session.scalars(_ALL, {"task_id": task_id}))


def with_own_files(
    session: Session, clock: Clock, schema: FormSchema, values: Mapping[str, Any], task_id: int, username: str
) -> dict[str, Any]:
    """Another person's draft, its files as this person's: who attaches a file answers for it."""
    mine: dict[str, int] = {}
    for written in named_files(schema, values):
        stored = session.get(StoredFile, int(written))
        if stored is not None and stored.task_id == task_id:
            mine[written] = files.again(session, clock, stored, username).id
    return _renumbered(schema, values, mine)


def named_files(schema: FormSchema, values: Mapping[str, Any]) -> set[str]:
    """The numbers of the files that a draft names, as they are written there."""
    cells = [values.get(one.key) for one in schema.fields() if one.type == "filepicker"]
    for table in schema.fields():
        pickers = [column.key for column in table.children if column.type == "filepicker"]
        cells += [row.get(key) for row in rows_of(values.get(table.key)) for key in pickers]
    return {str(one) for cell in cells for one in as_list(cell) if str(one).isdecimal() and len(str(one)) < 18}


def _renumbered(schema: FormSchema, values: Mapping[str, Any], mine: Mapping[str, int]) -> dict[str, Any]:
    def cell(value: Any) -> list[Any]:
        return [mine.get(str(one), one) for one in as_list(value)]

    found = dict(values)
    for one in schema.fields():
        if one.type == "filepicker" and one.key in found:
            found[one.key] = cell(found[one.key])
        pickers = [column.key for column in one.children if column.type == "filepicker"]
        if pickers and one.key in found:
            rows = rows_of(found[one.key])
            found[one.key] = [{**row, **{key: cell(row[key]) for key in pickers if key in row}} for row in rows]
    return found


def as_list(value: Any) -> list[Any]:
    """What stands in a cell that takes several: one alone is written without a list."""
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def latest(session: Session, task_id: int) -> FormDraft | None:
    """The draft of a task that was saved last, whoever typed it: what a late case goes on from.

    Its `values` are as typed and may be handed to `Prefill.values` as they are.
    """
    return session.scalars(_ALL, {"task_id": task_id}).first()


def forget(session: Session, task_id: int) -> None:
    """Drop every draft of a task: it was sent."""
    session.execute(_OF_TASK, {"of_task": task_id})


def forget_unused(session: Session, clock: Clock, older_than_days: int = KEPT_DAYS) -> int:
    """Delete files that no draft names and no row points to, and contents left alone.

    Looked at are what was uploaded to a task and what was put aside until somebody confirms it (`PUT_ASIDE`). First go
    the corrections that nobody touched for as long. Returns how many files went. Doing it again changes nothing.
    """
    limit = clock.now() - dt.timedelta(days=older_than_days)
    sent = sa.select(UserTask.id).where(UserTask.state == UserTaskState.COMPLETED)
    session.execute(sa.delete(FormDraft).where(FormDraft.saved_at < limit, FormDraft.task_id.in_(sent)))
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
