"""More time for a task: asking on its page, answering on one of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from notifications.extensions import tell_answered, tell_asked
from web.auth import SIGNED_IN, Of, allow
from web.days import typed_day
from web.deadlines import Deadline, deadline
from web.inbox.blueprint import blueprint
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from workflows.errors import Conflict, Refused
from workflows.people import directory, extensions
from workflows.people.models import Extension
from workflows.people.states import ExtensionState
from workflows.spanish import long_day


@dataclass(frozen=True, slots=True)
class Told:
    """What was asked and answered for a task, in words."""

    extension: Extension
    asked_by: str
    decided_by: str

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.extension.state == ExtensionState.ASKED


@blueprint.post("/tareas/<int:task_id>/prorroga")
@allow(SIGNED_IN, of=Of.TASK)
def ask_extension(task_id: int) -> Any:
    """Ask for more time; what is typed in the form stays in its draft."""
    application = current()
    day, reason = typed_day(request.form.get("hasta", "")), request.form.get("motivo", "")
    try:
        with application.database.unit_of_work() as session:
            asked = extensions.ask(session, application.engine, task_id, wanted_on=day, reason=reason, actor=actor())
            tell_asked(session, application.engine, asked, application.config.base_url)
    except (Refused, Conflict) as wrong:
        typed = {"hasta": request.form.get("hasta", ""), "motivo": reason}
        return page("inbox/ask_extension.html", task_id=task_id, error=wrong.message, typed=typed), 422
    return back_to("inbox.show", "Pidió la prórroga. Le llega la respuesta por correo.", task_id=task_id)


@blueprint.get("/prorrogas")
@allow(SIGNED_IN, of=Of.OWN)
def extensions_to_decide() -> str:
    """What waits for one's answer."""
    return _deciding()


@blueprint.post("/prorrogas")
@allow(SIGNED_IN, of=Of.OWN)
def decide_extension() -> Any:
    """Grant or refuse."""
    application, asked = current(), request.form.get("prorroga", 0, type=row_id)
    answer, until = request.form.get("respuesta", ""), typed_day(request.form.get("hasta", ""))
    try:
        with application.database.unit_of_work() as session:
            if "conceder" in request.form:
                one = extensions.grant(session, application.engine, asked, until=until, answer=answer, actor=actor())
            else:
                one = extensions.refuse(session, application.engine, asked, answer=answer, actor=actor())
            tell_answered(session, application.engine, one, application.config.base_url)
    except (Refused, Conflict) as wrong:
        return _deciding(error=wrong.message, wrong=asked, answer=answer), 422
    notice = f"Concedió plazo hasta el {long_day(one.granted_on)}." if one.granted_on else "Negó la prórroga."
    return back_to("inbox.extensions_to_decide", f"{notice} Se le dijo a quien la pidió.")


def told(session: Session, task_id: int) -> list[Told]:
    """What was asked for a task, the last first."""
    found = extensions.of_task(session, task_id)
    names = directory.display_names(session, {name for one in found for name in (one.asked_by, one.decided_by) if name})
    return [Told(one, names[one.asked_by], names.get(one.decided_by or "", "")) for one in found]


def _deciding(**context: Any) -> str:
    application = current()
    with application.database.reading() as session:
        waiting = extensions.to_decide(session, application.engine, actor())
        names = directory.display_names(session, {one.extension.asked_by for one in waiting})
    return page(
        "inbox/extensions.html",
        waiting=waiting,
        names=names,
        due=_due(waiting),
        **{"error": "", "wrong": 0, "answer": "", **context},
    )


def _due(waiting: Sequence[extensions.Waiting]) -> Mapping[int, Deadline]:
    application = current()
    now = application.clock.now()
    return {one.extension.id: deadline(one.task.due_at, now, application.calendar) for one in waiting}
