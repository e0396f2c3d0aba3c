"""Work that came back reaches its person the same day, with the reason: the next digest would be a day late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import catalogue
from engine.definitions.catalogue import BundleModel
from engine.events import TaskCreated
from engine.instances.models import Instance
from engine.states import UserTaskState
from engine.tasks.models import UserTask
from notifications import urgent
from notifications.clipping import LONGEST, clipped
from notifications.mail_templates import written
from notifications.recipients import RETURNS, active_people, came_back, recipients_of
from notifications.states import MailKind
from workflows.calendar import BOGOTA, bogota_day
from workflows.forms.models import Submission
from workflows.forms.schema import FormSchema
from workflows.monitoring import returning
from workflows.people import directory
from workflows.subjects import subject

REASON = "motivo"
"""The field, in a form or in a row of one, where who sends work back writes why."""
ROW_TITLE = "fila"
EXECUTION = "reportar_ejecucion"
"""The form of the rows of money and activities, also where they are corrected."""
_DONE = "notifications.done"
"""Key of `Session.info`: the steps of a case that somebody did by the turn that is being told of."""


_ASKING: dict[tuple[str, str], bool] = {}
"""By the digest of a bundle, which never changes, and a process in it."""


class Why(NamedTuple):
    """Why a piece of work came back; `about` is its row in words, empty where it is the whole."""

    about: str
    reason: str


@dataclass(frozen=True, slots=True)
class Back:
    """Who sent a piece of work back, when, and why."""

    who: str
    when: dt.datetime
    reasons: Sequence[Why]


def tell_returned(session: Session, event: TaskCreated, base_url: str) -> None:
    """Write the mail to everybody who may do a task that came back, if somebody wrote why; a second call writes none.

    Where nobody did, the next digest tells it.
    """
    if not _may_be_returned(session, event):
        return
    task = session.get_one(UserTask, event.task_id)
    act = _act_before(session, task)
    if act is None or not came_back(session, task):
        return
    why = _why(session, task, act)
    if why is None:
        return
    case, people = session.get_one(Instance, task.instance_id), active_people(session)
    values = {
        "task": task,
        "case_name": case.name,
        "reasons": why.reasons,
        "who": why.who,
        "when": event.at.astimezone(BOGOTA),
        "subject": _subject(task, why.reasons),
        "base_url": base_url.rstrip("/"),
    }
    today, sender = bogota_day(event.at), people.get(str(act.completed_by))
    for username in sorted(recipients_of(session, task, today)):
        if username in people:
            urgent.tell(
                session,
                people[username],
                now=event.at,
                kind=MailKind.RETURNED,
                dedup_key=f"devuelta/{task.id}/{username}",
                mail=written(
                    session, event.at, "returned", {**values, "name": people[username].name}, sector=case.tenant
                ),
                sector=case.tenant,
                task_id=task.id,
                at_once=task.due_at is not None and bogota_day(task.due_at) <= today,
                reply_to=sender.email if sender else "",
            )


def told_at_once(session: Session) -> set[tuple[str, int]]:
    """Who was told of which task that it came back: the digest does not say it again, unless the mail failed."""
    return urgent.told_returns(session, _oldest_open(session))


def why_back(session: Session, task_id: int) -> Back | None:
    """Why a task came back, if somebody wrote it."""
    task = session.get_one(UserTask, task_id)
    act = _act_before(session, task)
    return _why(session, task, act) if act is not None else None


def _why(session: Session, task: UserTask, act: UserTask) -> Back | None:
    reasons = list(_reasons(session, task, act))
    if not reasons:
        return None
    who = directory.display_names(session, [str(act.completed_by)])[str(act.completed_by)]
    return Back(who, act.completed_at or task.created_at, reasons)


def _oldest_open(session: Session) -> dt.datetime:
    """No mail of an open task is older than it."""
    oldest = session.scalar(sa.select(sa.func.min(UserTask.created_at)).where(UserTask.state == UserTaskState.OPEN))
    return oldest or dt.datetime.max.replace(tzinfo=dt.UTC)


def _may_be_returned(session: Session, event: TaskCreated) -> bool:
    """Whether the task is worth reading: its element says so, or was done before. One statement a turn, not a task.

    None at all where no form of the process asks why something goes back.
    """
    instance = session.get_one(Instance, event.instance_id)
    bundle = catalogue.by_sha(session, instance.bundle_sha256)
    if bundle.element(event.process_key, event.element_id).properties.get(RETURNS) == "si":
        return True
    if not _asks_why(bundle, event.process_key):
        return False
    turn = event.instance_id, event.at
    if session.info.get(_DONE, (None,))[0] != turn:
        done = sa.select(UserTask.process_key, UserTask.element_id).distinct()
        done = done.where(UserTask.instance_id == event.instance_id, UserTask.state == UserTaskState.COMPLETED)
        session.info[_DONE] = turn, {tuple(row) for row in session.execute(done)}
    return (event.process_key, event.element_id) in session.info[_DONE][1]


def _asks_why(bundle: BundleModel, process_key: str) -> bool:
    """Whether somebody can write in a process why work goes back; looked up once a bundle and process."""
    known = bundle.sha256, process_key
    if known not in _ASKING:
        keys = {element.form_key for element in bundle.diagrams[process_key].elements.values()}
        forms = (FormSchema.from_dict(bundle.form(key)) for key in keys & bundle.form_versions.keys())
        _ASKING[known] = any(
            REASON in (one.key, *(column.key for column in one.children)) for form in forms for one in form.fields()
        )
    return _ASKING[known]


def _act_before(session: Session, task: UserTask) -> UserTask | None:
    """The last thing that somebody did in the case for the same turn of its loops: what sent the work back."""
    query = (
        sa.select(UserTask)
        .where(UserTask.instance_id == task.instance_id, UserTask.state == UserTaskState.COMPLETED)
        .order_by(UserTask.completed_at.desc(), UserTask.id.desc())
        .limit(20)
    )
    return next((one for one in session.scalars(query) if _agree(one.context, task.context)), None)


def _agree(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one[name] == other[name] for name in one.keys() & other.keys())


def _reasons(session: Session, task: UserTask, act: UserTask) -> Iterator[Why]:
    whose = [str(task.variables.get(name) or "") for name in ("plan", "periodo", "entidad")]
    responsible = str(task.context.get("responsable") or "")
    if responsible and all(whose) and task.form_key == EXECUTION:
        yield from (Why(*one) for one in returning.execution_reasons(session, whose[0], whose[1], whose[2]))
        return
    if responsible and all(whose):
        yield from (Why(*one) for one in returning.reasons(session, whose[0], whose[1], whose[2], responsible))
        return
    sent = session.scalar(sa.select(Submission.values).where(Submission.task_id == act.id))
    yield from _written(sent or {})


def _written(values: Mapping[str, Any]) -> Iterator[Why]:
    """The reasons in what was sent: of the form, then of its rows."""
    if text := str(values.get(REASON) or "").strip():
        yield Why("", text)
    for rows in values.values():
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict) and (text := str(row.get(REASON) or "").strip()):
                yield Why(str(row.get(ROW_TITLE) or ""), text)


def _subject(task: UserTask, reasons: Sequence[Why]) -> str:
    """State, what, of whom; at most as many letters as a phone shows."""
    rows = sum(1 for one in reasons if one.about)
    what = f"{rows} fila{'s' if rows != 1 else ''} de {task.name}" if rows else task.name
    about = subject(task.variables) or task.variables.get("entidad")
    of = f" · {about}" if about else ""
    return f"Devuelto: {clipped(what, LONGEST - len('Devuelto: ') - len(of))}{of}"
