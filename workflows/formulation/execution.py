"""The work schedule of phase 2 against what was done of it: whoever coordinates says when an activity was finished."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.identity import Actor
from workflows.auditing import recording
from workflows.calendar import bogota_day
from workflows.errors import NotFound, Refused
from workflows.formulation import methodology
from workflows.formulation.models import ScheduleActivity
from workflows.people import directory


@dataclass(frozen=True, slots=True)
class Progress:
    """An activity with who answers for it, and how far its end is from what was planned, in days: late above zero.

    `unsaid`: the phase is over, and nobody noted when this was.
    """

    activity: ScheduleActivity
    person: str
    apart: int
    unsaid: bool = False

    @property
    def is_late(self) -> bool:
        """Whether it ended, or goes on, after its day."""
        return self.apart > 0 and not self.unsaid

    @property
    def words(self) -> str:
        """«4 días después», «a tiempo», «vence hoy», «le faltan 3 días», «sin anotar»."""
        if self.unsaid:
            return "la fase terminó; falta anotar el día"
        days = f"{abs(self.apart)} día{'s' if abs(self.apart) != 1 else ''}"
        if self.activity.done_on is not None:
            return "a tiempo" if self.apart <= 0 else f"{days} después"
        if not self.apart:
            return "vence hoy"
        return f"{days} de atraso" if self.is_late else f"le {'falta' if self.apart == -1 else 'faltan'} {days}"


def of_plan(session: Session, plan_code: str, today: dt.date, phase_ended: dt.date | None = None) -> Sequence[Progress]:
    """Every activity of the schedule, in its order; two statements, one where there is no schedule.

    What nobody noted goes on until today, and no longer than its phase.
    """
    found = methodology.activities(session, plan_code)
    names = directory.display_names(session, {one.responsible for one in found}) if found else {}
    return [
        Progress(
            one, names[one.responsible], ((one.done_on or today) - one.ends_on).days,
            unsaid=one.done_on is None and phase_ended is not None,
        )
        for one in found
    ]  # fmt: skip


def note(
    session: Session, clock: Clock, plan_code: str, activity_id: int, day: dt.date | None, *, actor: Actor
) -> ScheduleActivity:
    """Write down the day on which an activity was finished, or that it goes on. Raises `NotFound` and `Refused`."""
    one = session.get(ScheduleActivity, activity_id)
    if one is None or one.plan_code != plan_code:
        raise NotFound("Esa actividad ya no está en el cronograma. Vuelva a abrir la página.")
    if day is not None and not one.starts_on <= day <= bogota_day(clock.now()):
        raise Refused("La fecha va desde el día en que comenzaba la actividad hasta hoy.")
    before, one.done_on = one.done_on, day
    recording.record(
        session, clock, actor, "anotar_cronograma", ("cronograma", f"{plan_code}/{one.id}"),
        before={"hecha": before.isoformat() if before else ""}, after={"hecha": day.isoformat() if day else ""},
    )  # fmt: skip
    return one
