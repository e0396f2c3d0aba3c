"""A rehearsal that a person walks: its database is kept between requests, a step at a time; each can be undone."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from engine.clock import Clock, VirtualClock
from engine.confinement import confined
from engine.database import Database
from engine.definitions import catalogue
from engine.errors import SpokenError
from engine.history import HistoryEntry
from engine.identity import Actor
from engine.states import UserTaskState
from engine.tasks.models import UserTask
from notifications.models import OutboxMessage
from web.bootstrap import Application, assemble
from web.config import Config
from web.rehearsals import following, telling, walking
from web.rehearsals.jobs import SECONDS
from web.rehearsals.material import Material
from web.rehearsals.order import ANSWER, ANYBODY, PASS, WALKED, Act, Order, Told
from workflows.calendar import BOGOTA, bogota_day
from workflows.errors import Refused
from workflows.people.directory import display_names
from workflows.people.holders import holders
from workflows.people.naming import called
from workflows.plan.models import Plan
from workflows.records.stored import stored_plan
from workflows.sectors.holidays import known_days
from workflows.simulation.playing import MORNING, Play, all_who

log = logging.getLogger(__name__)

KEPT = dt.timedelta(days=1)
MOST_STEPS = 30
"""So many are copied, to be gone back to."""
FAR = 90
"""How many days «lo próximo que pase» looks ahead."""
HOUR, DAY, NEXT = "hora", "dia", "siguiente"
"""How far the clock is moved on."""
_STATE, _DATABASE = "recorrido.json", "ensayo.sqlite"
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Walk:
    """One that somebody (`by`) walks through. `drawing` is the fingerprint of what is walked.

    `began` is the day (ISO) on which it began, `now` its moment (ISO) now; both empty until it is ready. `steps` are
    the sentences of what was done, and `acts` the same to be done again; `failed` says why there is none.
    """

    token: str
    process_key: str
    drawing: str
    by: str
    root: str
    made_at: str
    began: str = ""
    now: str = ""
    steps: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()
    failed: str = ""

    @property
    def is_ready(self) -> bool:
        """Whether it can be walked."""
        return bool(self.now)

    @property
    def moment(self) -> dt.datetime:
        """What its clock says."""
        return dt.datetime.fromisoformat(self.now)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task that waits for somebody: who has it in words, who may do it by username, until when."""

    id: int
    name: str
    entity: str
    holder: str
    people: dict[str, str]
    due: dt.datetime | None
    own: bool


def begin(home: Path, clock: Clock, by: str, drawing: str, material: Material) -> str:
    """Prepare one aside, in the place of one that they walked before; gives the word by which its page asks for it."""
    _forget(home, clock.now(), by, material.process_key)
    token = secrets.token_urlsafe(16)
    _folder(home, token).mkdir(mode=0o700, parents=True)
    walk = Walk(token, material.process_key, drawing, by, material.root.name, clock.now().isoformat())
    _write(home, walk)
    threading.Thread(target=_prepare, args=(home, walk, material), name="walk", daemon=True).start()
    return token


def find(home: Path, token: str, by: str) -> Walk | None:
    """One that this person began, by its word."""
    path = _folder(home, token) / _STATE
    if not token.replace("-", "").replace("_", "").isalnum() or not path.is_file():
        return None
    walk = _read(path)
    return walk if walk.by == by else None


@contextmanager
def opened(home: Path, walk: Walk) -> Iterator[Application]:
    """Its application: its database, its clock, the working days of its sector."""
    with _assembled(_folder(home, walk.token), walk.moment) as (application, _clock):
        yield application


def waiting(application: Application, process_key: str) -> list[Waiting]:
    """The tasks that wait for somebody, those of the rehearsed process first."""
    with application.database.reading() as session:
        tasks = list(session.scalars(sa.select(UserTask).where(UserTask.state == UserTaskState.OPEN)))
        held, today = holders(session, tasks), bogota_day(application.clock.now())
        may = {task.id: [actor.id for actor in all_who(session, task, today)] for task in tasks}
        names = display_names(session, {one for each in may.values() for one in each})
        found = [
            Waiting(
                task.id, task.name, str(task.variables.get("entidad") or ""),
                called(held[task.id].words),
                {one: called(names.get(one, one)) for one in dict.fromkeys(may[task.id])},
                task.due_at, task.process_key == process_key,
            )
            for task in tasks
        ]  # fmt: skip
    return sorted(found, key=lambda one: (not one.own, one.id))


def told(application: Application, walk: Walk) -> Told:
    """What happened so far: every task, decision and mail with its day."""
    with application.database.reading() as session:
        model = catalogue.current(session, walk.process_key).diagrams[walk.process_key]
        began, now = dt.date.fromisoformat(walk.began), bogota_day(application.clock.now())
        return telling.told(session, application.engine, model, walk.root, began, now, "")


def keep_copy(home: Path, walk: Walk) -> None:
    """Before a step: what it can be gone back to."""
    folder = _folder(home, walk.token)
    _copy(folder / _DATABASE, folder / f"{len(walk.steps)}.sqlite")
    (folder / f"{len(walk.steps)}.json").write_bytes(_dumped(walk))
    (folder / f"{len(walk.steps) - MOST_STEPS}.sqlite").unlink(missing_ok=True)


def answered(home: Path, walk: Walk, application: Application, task_id: int, values: Mapping[str, Any]) -> str:
    """After a task was answered with these values; gives its name."""
    with application.database.reading() as session:
        task = session.get_one(UserTask, task_id)
        name, act = task.name, following.act_of(task, ANSWER, values)
    _step(home, walk, f"Usted respondió «{name}».", act)
    return name


def _step(home: Path, walk: Walk, sentence: str, act: Act, now: dt.datetime | None = None) -> Walk:
    """After a step: it is told, and the clock stands at `now`."""
    moment = (now or walk.moment).isoformat()
    after = replace(walk, steps=(*walk.steps, sentence), acts=(*walk.acts, act), now=moment)
    _write(home, after)
    return after


def as_order(application: Application, walk: Walk) -> Order:
    """What was done, to be asked of a rehearsal. Raises `Refused` where nothing was done yet."""
    if not walk.acts:
        raise Refused("Todavía no hay nada que guardar: responda una tarea, o deje pasar los días.")
    with application.database.reading() as session:
        model = catalogue.current(session, walk.process_key).diagrams[walk.process_key]
    return Order(WALKED, {}, walk.acts, tuple(following.known(model)))


def back(home: Path, walk: Walk) -> Walk:
    """As before the last step. Raises `Refused` where nothing is to be undone."""
    folder, last = _folder(home, walk.token), len(walk.steps) - 1
    if not (folder / f"{last}.sqlite").is_file():
        raise Refused("No hay un paso al que volver.")
    _copy(folder / f"{last}.sqlite", folder / _DATABASE)
    before = _read(folder / f"{last}.json")
    _write(home, before)
    return before


def let_do(home: Path, walk: Walk, task_id: int) -> Walk:
    """Let somebody who may do a task do it as anybody would. Raises `Refused` where nobody does."""
    keep_copy(home, walk)
    name, act = confined(_let_do, _folder(home, walk.token), walk.moment, walk.process_key, task_id, seconds=SECONDS)
    return _step(home, walk, f"Alguien hizo «{name}».", act)


def go_on(home: Path, walk: Walk, until: str) -> Walk:
    """An hour, to the next working day, or on until something happens. Raises `Refused` where nothing does."""
    keep_copy(home, walk)
    now, act = confined(_go_on, _folder(home, walk.token), walk.moment, walk.process_key, until, seconds=SECONDS)
    return _step(home, walk, "Pasó una hora." if act.hours else "Pasaron los días.", act, now)


def _prepare(home: Path, walk: Walk, material: Material) -> None:
    try:
        with _ONE_AT_A_TIME:
            began, now = confined(_furnish, _folder(home, walk.token), material, seconds=SECONDS)
        _write(home, replace(walk, began=began.isoformat(), now=now.isoformat()))
    except SpokenError as refused:
        _write(home, replace(walk, failed=str(refused)))
    except Exception:
        log.exception("a walk through %s could not begin", walk.process_key)
        _write(home, replace(walk, failed="No se pudo preparar: algo falló de nuestro lado. Quedó en el registro."))


def _furnish(folder: Path, material: Material) -> tuple[dt.date, dt.datetime]:
    """In a process of its own, as everything below: the database, and the case begun."""
    with _assembled(folder, dt.datetime.combine(material.today, MORNING, BOGOTA)) as (application, clock):
        walking.furnish(application, material)
        return walking.begin(application, clock, material), clock.now()


def _let_do(folder: Path, now: dt.datetime, process_key: str, task_id: int) -> tuple[str, Act]:
    with _assembled(folder, now) as (application, clock):
        with application.database.reading() as session:
            task = session.get(UserTask, task_id)
            done = (task.name, following.act_of(task, ANYBODY)) if task is not None else None
        if done is None or not _play(application, clock, process_key).work(task_id):
            raise Refused("Nadie la puede hacer todavía: falta algo que espera, o nadie tiene su rol.")
        return done


def _go_on(folder: Path, now: dt.datetime, process_key: str, until: str) -> tuple[dt.datetime, Act]:
    with _assembled(folder, now) as (application, clock):
        play, before = _play(application, clock, process_key), _happened(application)
        if until == HOUR:
            act = Act(PASS, hours=1)
            following.pass_time(application, clock, play, act)
            return clock.now(), act
        for days in range(1, FAR + 1):
            following.pass_day(application, clock, play)
            if until != NEXT or _happened(application) != before:
                return clock.now(), Act(PASS, days=days)
        raise Refused("En los próximos tres meses no pasa nada si nadie hace nada: hay que responder alguna tarea.")


def _happened(application: Application) -> tuple[int, int]:
    with application.database.reading() as session:
        counted = (session.scalar(sa.select(sa.func.count()).select_from(one)) for one in (HistoryEntry, OutboxMessage))
        history, mails = (int(one or 0) for one in counted)
    return history, mails


def _play(application: Application, clock: VirtualClock, process_key: str) -> Play:
    with application.database.reading() as session:
        code = session.scalar(sa.select(Plan.code).order_by(Plan.code).limit(1))
        plan = stored_plan(session, code) if code else None
    if plan is None:
        raise Refused("La copia no tiene un plan: solo se puede responder a mano.")
    people = walking.walkers(clock, plan, process_key, Order())
    return Play(application.database, application.engine, application.forms, people, clock)


@contextmanager
def _assembled(folder: Path, now: dt.datetime) -> Iterator[tuple[Application, VirtualClock]]:
    url = f"sqlite:///{folder / _DATABASE}"
    database, clock = Database(url, durable=False), VirtualClock(now)
    try:
        application = assemble(Config(home=folder, database_url=url, secret_key=""), clock=clock, database=database)
        if (folder / _DATABASE).exists():
            with database.reading() as session:
                application.calendar.know(known_days(session))
        yield application, clock
    finally:
        database.dispose()


def person(application: Application, task_id: int, username: str) -> Actor:
    """Somebody who may do a task: who is named, else the first. Raises `Refused` where nobody may."""
    with application.database.reading() as session:
        task = session.get(UserTask, task_id)
        if task is None or task.state != UserTaskState.OPEN:
            raise Refused("Esa tarea ya no espera a nadie en este ensayo.")
        found = list(all_who(session, task, bogota_day(application.clock.now())))
    if not found:
        raise Refused("Nadie tiene el rol de esa tarea: en la realidad tampoco la haría nadie.")
    return next((one for one in found if one.id == username), found[0])


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def _folder(home: Path, token: str) -> Path:
    return home / "ensayos" / "a-mano" / token


def _forget(home: Path, now: dt.datetime, by: str, process_key: str) -> None:
    """What is old, and what this person walked of this process: each copy is some megabytes."""
    for path in (home / "ensayos" / "a-mano").glob(f"*/{_STATE}"):
        walk = _read(path)
        if (walk.by, walk.process_key) == (by, process_key) or now - dt.datetime.fromisoformat(walk.made_at) > KEPT:
            shutil.rmtree(path.parent, ignore_errors=True)


def _write(home: Path, walk: Walk) -> None:
    """Whole or not at all: its page may be reading it."""
    folder = _folder(home, walk.token)
    aside = folder / f"{secrets.token_hex(4)}.tmp"
    aside.write_bytes(_dumped(walk))
    aside.replace(folder / _STATE)


def _dumped(walk: Walk) -> bytes:
    return orjson.dumps(asdict(walk))


def _read(path: Path) -> Walk:
    kept: dict[str, Any] = orjson.loads(path.read_bytes())
    acts = tuple(Act(**one) for one in kept["acts"])
    return Walk(**{**kept, "steps": tuple(kept["steps"]), "acts": acts})
