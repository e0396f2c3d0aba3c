"""A meeting that was called moves to another day or place, or is called off."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.events import Event, InstanceEnded
from engine.identity import Actor
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import InstanceState, UserTaskState
from engine.tasks import commands
from engine.tasks.models import UserTask
from workflows.auditing import recording
from workflows.calendar import bogota_day, end_of_day
from workflows.errors import Conflict, Forbidden, NotFound, Refused
from workflows.events import MeetingCalledOff, MeetingMoved
from workflows.meetings import convening
from workflows.meetings.models import Meeting
from workflows.meetings.states import MeetingState
from workflows.spanish import long_day

TO_BE_HELD = (MeetingState.PREPARED, MeetingState.CONVENED, MeetingState.CALLED_OFF)
ATTENDANCE = "registrar_asistencia"
"""The task that waits for the day of a meeting."""
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class When:
    """When and where a meeting is."""

    held_on: dt.date
    starts_at: dt.time | None
    mode: str
    place: str

    def told(self) -> dict[str, str]:
        """As the trail says it."""
        hour = f" {self.starts_at:%H:%M}" if self.starts_at else ""
        return {"dia": f"{self.held_on.isoformat()}{hour}", "modalidad": self.mode, "lugar": self.place}


def of_plan(session: Session, plan_code: str, meeting_id: int, *, lock: bool = False) -> Meeting:
    """A meeting of a plan. Raises `NotFound`."""
    meeting = convening.find(session, meeting_id, lock=lock)
    if meeting.plan_code != plan_code:
        raise NotFound("Esa mesa no es de este plan. Vuelva a sus mesas.")
    return meeting


def may_change(session: Session, meeting: Meeting, actor: Actor) -> bool:
    """Whether somebody moves it or calls it off: who called it, and who coordinates the sector."""
    sector = session.get_one(Instance, meeting.instance_id).tenant
    return actor.id == meeting.convened_by or actor.may_supervise(sector)


def move(
    session: Session, engine: ProcessEngine, plan_code: str, meeting_id: int, to: When, *, reason: str, actor: Actor
) -> Meeting:
    """Hold it then and there instead: who was invited is told, and the task that waits for its day moves too.

    Raises `NotFound`, `Forbidden`, `Conflict` (it was held), `Refused` (a day that has passed, no place, no reason).
    """
    meeting = _to_change(session, plan_code, meeting_id, actor)
    if to.held_on < bogota_day(engine.now()):
        raise Refused("La reunión no puede ser en un día que ya pasó: escriba uno desde hoy.")
    if not to.place.strip():
        raise Refused("Escriba el lugar o el enlace: sin él nadie llega.")
    why, before = _reason(reason), _when(meeting)
    if meeting.state is MeetingState.CONVENED and before == to:
        raise Refused("Ese es el día, la hora y el lugar que ya tiene: cambie alguno, o déjela como está.")
    meeting.held_on, meeting.starts_at, meeting.mode, meeting.place = to.held_on, to.starts_at, to.mode, to.place
    meeting.state = MeetingState.CONVENED
    meeting.revision += 1
    _wait_until(session, engine, meeting, to.held_on, actor, why)
    recording.record(
        session, engine.clock, actor, "mover_mesa", ("mesa", str(meeting.id)), reason=why,
        before=before.told() if before else {}, after=to.told(),
    )  # fmt: skip
    session.flush()
    engine.tell(session, MeetingMoved(engine.now(), actor.id, meeting.instance_id, meeting.id, why))
    return meeting


def call_off(
    session: Session, engine: ProcessEngine, plan_code: str, meeting_id: int, *, reason: str, actor: Actor
) -> Meeting:
    """It is not on its day: who was invited is told, and it waits for another day. Raises as `move`."""
    meeting = _to_change(session, plan_code, meeting_id, actor)
    if meeting.state is MeetingState.CALLED_OFF:
        raise Conflict("Esa mesa ya estaba aplazada: fije otra fecha cuando la tenga.")
    before, why = meeting.state, _reason(reason)
    _withdraw(meeting, MeetingState.CALLED_OFF)
    recording.record(
        session, engine.clock, actor, "aplazar_mesa", ("mesa", str(meeting.id)), reason=why,
        before={"estado": before}, after={"estado": meeting.state},
    )  # fmt: skip
    session.flush()
    engine.tell(session, MeetingCalledOff(engine.now(), actor.id, meeting.instance_id, meeting.id, why))
    return meeting


def end_with_case(session: Session, event: Event) -> None:
    """A case that was cancelled takes the meetings with it that were not held; whoever sends mail tells the invited."""
    if not isinstance(event, InstanceEnded) or event.state != InstanceState.CANCELLED:
        return
    query = sa.select(Meeting).where(Meeting.instance_id == event.instance_id, Meeting.state.in_(TO_BE_HELD))
    for meeting in session.scalars(query):
        _withdraw(meeting, MeetingState.CANCELLED)


def cancelled_with(session: Session, case_id: int) -> list[Meeting]:
    """The meetings that a case took with it."""
    query = sa.select(Meeting).where(Meeting.instance_id == case_id, Meeting.state == MeetingState.CANCELLED)
    return list(session.scalars(query.order_by(Meeting.id)))


def _to_change(session: Session, plan_code: str, meeting_id: int, actor: Actor) -> Meeting:
    meeting = of_plan(session, plan_code, meeting_id, lock=True)
    if not may_change(session, meeting, actor):
        raise Forbidden("La mesa la mueve quien la convocó o quien coordina el sector. Pídaselo.")
    if meeting.state not in TO_BE_HELD:
        raise Conflict("Esa mesa ya no está por hacerse: lo que cambie va en el acta.")
    return meeting


def _withdraw(meeting: Meeting, state: MeetingState) -> None:
    if meeting.state is MeetingState.CONVENED:  # else nobody was invited, or they were told already
        meeting.revision += 1
    meeting.state, meeting.attendance_token = state, None


def _when(meeting: Meeting) -> When | None:
    if meeting.held_on is None:
        return None
    return When(meeting.held_on, meeting.starts_at, meeting.mode, meeting.place)


def _wait_until(
    session: Session, engine: ProcessEngine, meeting: Meeting, day: dt.date, actor: Actor, why: str
) -> None:
    """The list of who came is due on the day of the meeting, wherever that is."""
    query = sa.select(UserTask).where(
        UserTask.instance_id == meeting.instance_id,
        UserTask.element_id == ATTENDANCE,
        UserTask.state == UserTaskState.OPEN,
    )
    reason = f"La mesa es el {long_day(day)}: {why}"
    for task in session.scalars(query).all():
        if task.variables.get("reunion") == meeting.id:
            commands.extend(session, engine, task.id, due_at=end_of_day(day), actor=actor, reason=reason)


def _reason(text: str) -> str:
    if not text.strip():
        raise Refused("Diga por qué: lo leen las personas invitadas.")
    return text.strip()[:LONGEST_REASON]
