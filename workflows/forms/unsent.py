"""A correction that was typed and never sent: what of it differs from what was sent, and who has one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.states import UserTaskState
from engine.tasks.models import UserTask
from workflows.documents.models import StoredFile
from workflows.forms.cells import file_id, is_blank, parse
from workflows.forms.drafts import as_list
from workflows.forms.fields import Field
from workflows.forms.models import FormDraft
from workflows.forms.opening import OpenForm
from workflows.forms.reading import Raw, by_identity, identity, rows_of
from workflows.forms.stored import text_of
from workflows.forms.values import path_of


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that reads otherwise in the correction; `files` are those that it adds, of which `typed` says nothing."""

    row: str
    label: str
    sent: str
    typed: str
    files: Sequence[StoredFile] = ()


def differences(opened: OpenForm, typed: Raw) -> list[Difference]:
    """What a correction would change of what was sent (`opened`), each field as it was typed, right or wrong."""
    return [
        one for row, field, path, pair in _pairs(opened, typed) if (one := _differing(opened, row, field, path, pair))
    ]


def waiting(session: Session, username: str) -> list[UserTask]:
    """What somebody sent and has a correction of that they did not send, the last kept first."""
    query = (
        sa.select(UserTask)
        .join(FormDraft, FormDraft.task_id == UserTask.id)
        .where(FormDraft.username == username, UserTask.state == UserTaskState.COMPLETED)
        .order_by(FormDraft.saved_at.desc(), FormDraft.id.desc())
    )
    return list(session.scalars(query))


def again(session: Session, task: UserTask, username: str) -> UserTask | None:
    """What somebody has to fill in once more because what they sent with a task came back."""
    query = sa.select(UserTask).where(
        UserTask.instance_id == task.instance_id, UserTask.form_key == task.form_key,
        UserTask.assignee == username, UserTask.state == UserTaskState.OPEN,
    )  # fmt: skip
    return session.scalars(query.order_by(UserTask.id.desc())).first()


def _pairs(opened: OpenForm, typed: Raw) -> Iterator[tuple[str, Field, str, tuple[Any, Any]]]:
    """Every field that people fill in, with what it is called, and what was sent and typed there."""
    for field in opened.schema.fields():
        if not field.is_list:
            yield "", field, field.key, (opened.shown.get(field.key), typed.get(field.key))
            continue
        before, now = rows_of(opened.shown.get(field.key)), rows_of(typed.get(field.key))
        now_by_row = by_identity(before, now) if field.fixed else {str(at): row for at, row in enumerate(now)}
        for place in range(max(len(before), 0 if field.fixed else len(now))):
            old: Raw = before[place] if place < len(before) else {}
            new = now_by_row.get(identity(old, place), old if field.fixed else {})
            for column in field.children:
                pair = (old.get(column.key), new.get(column.key))
                yield _title(field, old, place), column, path_of(field.key, column.key), pair


def _title(table: Field, row: Raw, place: int) -> str:
    words = (text_of(column, row.get(column.key)) for column in table.columns("titulo")[:2])
    return " ".join(word for word in words if word) or f"Fila {place + 1}"


def _differing(opened: OpenForm, row: str, field: Field, path: str, pair: tuple[Any, Any]) -> Difference | None:
    if field.readonly or all(is_blank(one) for one in pair):
        return None
    if field.type == "filepicker":
        sent, typed = ([number for one in as_list(cell) if (number := file_id(one)) is not None] for cell in pair)
        added = [opened.files[one] for one in typed if one not in sent and one in opened.files]
        gone = [one for one in sent if one not in typed]
        if not added and not gone:
            return None
        return Difference(
            row, field.label, _names(opened, sent), _names(opened, [n for n in typed if n in sent]), added
        )
    options = dict(opened.options.get(path, ()))
    before, now = (_read(field, cell, options) for cell in pair)
    if before == now:
        return None
    return Difference(row, field.label, _told(field, before, options), _told(field, now, options))


def _read(field: Field, cell: Any, options: Mapping[Any, str]) -> Any:
    """What was meant, or what was typed where that can't be read."""
    try:
        return parse(field, cell, options)
    except ValueError:
        return cell


def _told(field: Field, value: Any, options: Mapping[Any, str]) -> str:
    if isinstance(value, list):
        return ", ".join(options.get(one, str(one)) for one in value)
    return options.get(value, value) if isinstance(value, str) else text_of(field, value)


def _names(opened: OpenForm, files: Sequence[int]) -> str:
    return ", ".join(opened.files[one].name for one in files if one in opened.files)
