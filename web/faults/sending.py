"""People at their browsers: they press the button again until somebody answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy.orm import Session

from engine.errors import Conflict as EngineConflict
from engine.errors import DatabaseDown, LostRace, NotAllowed, StorageFull
from engine.identity import Actor
from engine.states import UserTaskState
from engine.tasks import commands
from engine.tasks.models import UserTask
from web.boards.candidates import candidates, tenant_of
from web.bootstrap import Application
from web.faults.processes import Process
from web.faults.troubles import Killed
from workflows.calendar import bogota_day
from workflows.documents import files
from workflows.errors import InvalidSubmission, WorkflowsError
from workflows.forms.opening import OpenForm
from workflows.people import directory
from workflows.simulation.mindset import Raw
from workflows.simulation.playing import Play, StuckPlay, all_who

COORDINATOR = "coordinador_pes"
TRIES = 12
"""How often somebody presses a button on one day."""
AGAIN = (DatabaseDown, StorageFull, LostRace, Killed)
"""What is answered by an error page, or not at all: whoever sees it presses again."""


class Met(StrEnum):
    """What people met, as the command tells it."""

    SENT_TWICE = "un formulario enviado dos veces cuenta una"
    RIVALS = "dos personas hacen a la vez la misma tarea"
    OVERTAKEN = "el plazo cierra una tarea mientras alguien la llena"
    AMENDED = "alguien corrige lo que envió"
    REASSIGNED = "la coordinación entrega una tarea a otra persona"


@dataclass
class Pressed:
    """A form in somebody's browser: what they typed, and the token of its button."""

    actor: Actor
    form: OpenForm
    raw: Raw
    token: str
    corrected: int = 0
    presses: int = 0


@dataclass
class People:
    """Everybody who works on a plan. `answered`: the tokens that the server promised were kept, with their task."""

    play: Play
    server: Process
    met: Counter[Met] = field(default_factory=Counter)
    answered: dict[str, int] = field(default_factory=dict)
    _open: dict[tuple[int, int], Pressed] = field(default_factory=dict)
    _buttons: int = 0

    def work(self, task_id: int, place: int = 0) -> bool:
        """Let whoever may do a task (`place`: the first, the second) do it; whether it was sent and answered."""
        for _ in range(TRIES):
            try:
                return self._send(self.server.application, task_id, place)
            except AGAIN:
                continue
        return False  # tomorrow, with what was typed

    def open(self, task_id: int) -> None:
        """Let somebody fill a form and leave it on the screen, to be sent on another day."""
        self._try(lambda application: self._leave_open(application, task_id))

    def amend(self, task_id: int) -> None:
        """Let whoever sent a form correct it, if it still may be."""
        self._try(lambda application: self._amend(application, task_id))

    def reassign(self, task_id: int, choice: float) -> None:
        """Let the coordinator hand a task to one of those whom the page offers."""
        self._try(lambda application: self._reassign(application, task_id, choice))

    def _try(self, act: Callable[[Application], None]) -> None:
        try:
            act(self.server.application)
        except (*AGAIN, EngineConflict, NotAllowed, WorkflowsError):
            return

    def _leave_open(self, application: Application, task_id: int) -> None:
        if (task_id, 0) not in self._open:
            self._fill(application, task_id, 0)

    def _send(self, application: Application, task_id: int, place: int) -> bool:
        pressed = self._open.get((task_id, place)) or self._fill(application, task_id, place)
        if pressed is None:
            return False
        pressed.presses += 1
        try:
            with application.database.unit_of_work() as session:
                before = application.forms.already_sent(session, task_id, pressed.token)
                application.forms.submit(
                    session, application.engine, task_id, pressed.actor, pressed.raw, token=pressed.token
                )
        except InvalidSubmission as refused:
            self._correct(task_id, place, pressed, refused)
            return self._send(application, task_id, place)
        except LostRace:
            raise
        except (EngineConflict, NotAllowed, WorkflowsError):
            self._refused(application, task_id, place)
            return False
        self.met[Met.SENT_TWICE] += before is not None
        self.answered[pressed.token] = task_id
        del self._open[task_id, place]
        return True

    def _fill(self, application: Application, task_id: int, place: int) -> Pressed | None:
        database, engine, forms = application.database, application.engine, application.forms
        with database.unit_of_work() as session:
            task = session.get_one(UserTask, task_id)
            if task.state != UserTaskState.OPEN:
                return None
            able = _nth(all_who(session, task, bogota_day(engine.now())), place)
            if able is None:
                return None

            def upload(name: str, content: bytes) -> int:
                return files.store(session, engine.clock, able.id, name, content, task_id=task_id).id

            form = forms.open(session, engine, task_id, able)
            raw = self.play.robots_of(form.instance.tenant).fill(form, upload)
        if raw is None:
            return None
        self._buttons += 1
        pressed = self._open[task_id, place] = Pressed(able, form, raw, f"boton-{self._buttons:06}")
        return pressed

    def _correct(self, task_id: int, place: int, pressed: Pressed, refused: InvalidSubmission) -> None:
        """Type what is asked for; who is asked again begins anew, for others went on meanwhile."""
        pressed.corrected += 1
        if pressed.corrected > 1:
            del self._open[task_id, place]
        if pressed.corrected > 3:
            told = "; ".join(f"{error.path}: {error.message}" for error in refused.errors)
            raise StuckPlay(f"«{pressed.form.task.name}» no se pudo enviar: {told}")
        robots = self.play.robots_of(pressed.form.instance.tenant)
        pressed.raw = robots.correct(pressed.form, pressed.raw, refused.errors)

    def _refused(self, application: Application, task_id: int, place: int) -> None:
        """Somebody else did it, or its time passed: nothing of what was typed may have been kept."""
        del self._open[task_id, place]
        with application.database.reading() as session:
            state = session.get_one(UserTask, task_id).state
        self.met[Met.OVERTAKEN] += state == UserTaskState.CANCELLED
        self.met[Met.RIVALS] += state == UserTaskState.COMPLETED

    def _amend(self, application: Application, task_id: int) -> None:
        engine, forms = application.engine, application.forms
        with application.database.unit_of_work() as session:
            task = session.get_one(UserTask, task_id)
            actor = next(all_who(session, task, bogota_day(engine.now())), None)
            if task.state != UserTaskState.COMPLETED or actor is None:
                return
            form = forms.open_sent(session, engine, task_id, actor)
            if not form.amendable:
                return

            def upload(name: str, content: bytes) -> int:
                return files.store(session, engine.clock, actor.id, name, content, task_id=task_id).id

            forms.amend(session, engine, task_id, actor, self.play.robots_of(form.instance.tenant).fill(form, upload))
        self.met[Met.AMENDED] += 1

    def _reassign(self, application: Application, task_id: int, choice: float) -> None:
        with application.database.unit_of_work() as session:
            task = session.get_one(UserTask, task_id)
            today = bogota_day(application.clock.now())
            offered = [one.username for _, group in candidates(session, task, today) for one in group]
            boss = _coordinator(session, tenant_of(session, task))
            if task.state != UserTaskState.OPEN or not offered or boss is None:
                return
            to = offered[int(choice * len(offered))]
            commands.reassign(session, application.engine, task_id, actor=boss, to=to, reason="Está en vacaciones.")
        self.met[Met.REASSIGNED] += 1


def _nth(people: Iterator[Actor], place: int) -> Actor | None:
    for number, actor in enumerate(people):
        if number == place:
            return actor
    return None


def _coordinator(session: Session, sector: str) -> Actor | None:
    found = directory.people_with(session, COORDINATOR, sector)
    return directory.actor(session, found[0].username) if found else None
