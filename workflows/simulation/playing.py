"""Plays a plan on a virtual clock: the calendar opens, people act, deadlines pass; day after day, by the same doors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import sweep
from engine.clock import VirtualClock
from engine.database import Database
from engine.identity import Actor
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import UserTaskState
from engine.tasks import assignment
from engine.tasks.models import UserTask
from workflows.calendar import BOGOTA, WorkingCalendar, bogota_day
from workflows.cycles import opening as cycles
from workflows.documents import files
from workflows.errors import InvalidSubmission, WorkflowsError
from workflows.forms.opening import OpenForm
from workflows.forms.submissions import Forms
from workflows.lifecycle import closed_cutoffs, phase_ends, year_end
from workflows.people import directory
from workflows.simulation.mindset import Raw, subject
from workflows.simulation.robots import Robots

MORNING = dt.time(9, 0)
ROUNDS_A_DAY = 40
MAX_DELAY_DAYS = 3
ON_THE_DAY = ("fecha:fecha_reunion", "fecha:fecha_objetivo")


class StuckPlay(WorkflowsError):
    """A simulated day that never ends."""

    sentence = "La simulación no avanza: las tareas de un día no se acaban."


@dataclass
class Play:
    """A play under way. `each_day` runs at the end of each day (mails, progress bar).

    `casts` are the people of a sector by its code, where sectors played side by side have their own; `robots` play
    everybody else. `each_tick` runs after what the worker does (checks).
    """

    database: Database
    engine: ProcessEngine
    forms: Forms
    robots: Robots
    clock: VirtualClock
    each_day: Callable[[dt.date], None] = lambda _day: None
    casts: Mapping[str, Robots] = field(default_factory=dict)
    each_tick: Callable[[], None] = lambda: None
    submissions: int = field(default=0, init=False)
    _begun_on: dict[int, dt.date] = field(default_factory=dict, init=False)

    def until(self, last: dt.date) -> int:
        """Play every day from the clock's to `last`, included; gives the submissions made."""
        day = bogota_day(self.clock.now())
        while day <= last:
            self.day(day)
            self.each_day(day)
            day += dt.timedelta(days=1)
        return self.submissions

    def day(self, day: dt.date, each_morning: Callable[[dt.date], None] = lambda _day: None) -> None:
        """Play one day: what the worker does, what happens to people, what they do. Nobody works on a holiday."""
        self.clock.move_to(dt.datetime.combine(day, MORNING, tzinfo=BOGOTA))
        self.tick()
        each_morning(day)
        if isinstance(self.engine.calendar, WorkingCalendar) and not self.engine.calendar.is_working(day):
            return
        at_work: set[str] | None = None
        for _round in range(ROUNDS_A_DAY):
            at_work = self._round(day, at_work)
            if not at_work:
                return
        raise StuckPlay

    def _round(self, day: dt.date, at_work: set[str] | None) -> set[str]:
        """Do what is open once; gives the sectors where something was done.

        A sector where nothing was done rests for the day, so that no other makes it look at its tasks again.
        """
        tasks = [one for one in self.open_tasks(day) if at_work is None or one[1] in at_work]
        return {tenant for task_id, tenant in tasks if self.work(task_id)}

    def tick(self) -> None:
        """What the worker does at each tick."""
        with self.database.unit_of_work() as session:
            cycles.open_due(session, self.engine)
        with self.database.unit_of_work() as session:
            year_end.announce_closed_years(session, self.engine)
        with self.database.unit_of_work() as session:
            closed_cutoffs.announce_all(session, self.engine)
        with self.database.unit_of_work() as session:
            phase_ends.announce_all(session, self.engine)
        with self.database.unit_of_work() as session:
            sweep.fire_due_timers(session, self.engine)
        with self.database.unit_of_work() as session:
            sweep.retry_due_incidents(session, self.engine)
        self.each_tick()

    def work(self, task_id: int) -> bool:
        """Let somebody who may do a task do it, if anybody does; gives whether it was sent."""
        with self.database.unit_of_work() as session:
            task = session.get_one(UserTask, task_id)
            actor = who(session, task, bogota_day(self.clock.now())) if task.state == UserTaskState.OPEN else None
            if actor is None:
                return False
            sent = self._send(session, task_id, actor)
        self.submissions += sent
        return sent

    def _send(self, session: Session, task_id: int, actor: Actor) -> bool:
        def upload(name: str, content: bytes) -> int:
            return files.store(session, self.clock, actor.id, name, content, task_id=task_id).id

        form = self.forms.open(session, self.engine, task_id, actor)
        robots = self.robots_of(form.instance.tenant)
        raw = robots.fill(form, upload)
        if raw is None:  # what it needs is not there yet
            return False
        try:
            self.forms.submit(session, self.engine, task_id, actor, raw, opened=form)
        except InvalidSubmission as refused:
            corrected = robots.correct(form, raw, refused.errors)
            self._send_again(session, form, actor, corrected)
        return True

    def _send_again(self, session: Session, form: OpenForm, actor: Actor, raw: Raw) -> None:
        try:
            self.forms.submit(session, self.engine, form.task.id, actor, raw, opened=form)
        except InvalidSubmission as refused:
            told = "; ".join(f"{error.path}: {error.message}" for error in refused.errors)
            raise StuckPlay(f"«{form.task.name}» ({form.task.process_key}) no se pudo enviar: {told}") from refused

    def robots_of(self, tenant: str) -> Robots:
        """The people of a sector."""
        return self.casts.get(tenant, self.robots)

    def open_tasks(self, day: dt.date) -> list[tuple[int, str]]:
        """The tasks somebody does today, with their sector: nobody does all of them on the first day."""
        with self.database.reading() as session:
            query = sa.select(UserTask.id, Instance.tenant).join(Instance, Instance.id == UserTask.instance_id)
            found = session.execute(query.where(UserTask.state == UserTaskState.OPEN).order_by(UserTask.id)).all()
            if unknown := [row.id for row in found if row.id not in self._begun_on]:
                whole = sa.select(UserTask, Instance).join(Instance, Instance.id == UserTask.instance_id)
                for task, case in session.execute(whole.where(UserTask.id.in_(unknown))):
                    self._begun_on[task.id] = self._begins(task, case)
        return [(row.id, row.tenant) for row in found if self._begun_on[row.id] <= day]

    def _begins(self, task: UserTask, case: Instance) -> dt.date:
        """The day on which somebody takes up a task; never, for what nobody does."""
        name = str(task.properties.get("registro") or task.element_id)
        robots = self.robots_of(case.tenant)
        if not robots.acts(name, task.variables):
            return dt.date.max
        return max(self._taken_up(task, case, robots), robots.takes_up(name, task.variables))

    def _taken_up(self, task: UserTask, case: Instance, robots: Robots) -> dt.date:
        created = bogota_day(task.created_at)
        due = bogota_day(task.due_at) if task.due_at else created
        if str(task.properties.get("plazo", "")).startswith(ON_THE_DAY):
            return due  # nobody records who came before the meeting, nor declares done what is under way
        margin = max((due - created).days - 1, 0)
        delay = robots.reality.choose(tuple(range(MAX_DELAY_DAYS)), *subject(task, case))
        return created + dt.timedelta(days=min(delay, margin))


def who(session: Session, task: UserTask, on: dt.date) -> Actor | None:
    """The assignee, unless they left; else the first of the candidates who may do it."""
    return next(all_who(session, task, on), None)


def all_who(session: Session, task: UserTask, on: dt.date) -> Iterator[Actor]:
    """Everybody who may do a task, the first first."""
    if task.assignee is not None:
        if directory.person(session, task.assignee).active:
            yield directory.actor(session, task.assignee, on)
        return
    for group in sorted(assignment.groups_of(session, task.id)):
        for person in directory.members(session, group, on):
            if not assignment.done_what_is_checked(session, task, person.username):
                yield directory.actor(session, person.username, on)
