"""The play of a rehearsal: a throw-away database with the draft, robots at every task, the clock from day to day."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import VirtualClock
from engine.database import Database
from engine.definitions import catalogue, publishing, retiring
from engine.definitions.reading import read_diagram
from engine.history import HistoryEntry
from engine.identity import SYSTEM
from engine.instances.models import Instance
from engine.states import HistoryKind, InstanceState
from web.bootstrap import Application, assemble
from web.config import Config
from web.rehearsals import following, telling
from web.rehearsals.material import BY_HAND, CALENDAR, OCCASION, PLAN, Material
from web.rehearsals.order import DAYS, LATE, LONG, NOBODY, RETURNED, Order, Told
from workflows.calendar import BOGOTA, bogota_day
from workflows.cycles import by_hand, opening
from workflows.cycles.opening import CalendarStart, DueOpening
from workflows.errors import Refused, WorkflowsError
from workflows.evaluation import evaluations
from workflows.forms import loose
from workflows.forms.opening import OpenForm
from workflows.loading import importing
from workflows.plan.models import Plan
from workflows.records import writing
from workflows.records.data import PlanData
from workflows.records.problems import InvalidPlan
from workflows.sectors.holidays import known_days
from workflows.simulation import life, robots, typist
from workflows.simulation.mindset import Raw, Upload
from workflows.simulation.occasions import OCCASIONS, close_past
from workflows.simulation.playing import MORNING, Play, StuckPlay
from workflows.simulation.robots import GOOD, Robots
from workflows.simulation.values import Reality

REASON = "Ensayo"
STEPS = 2_000


@dataclass
class Walkers(Robots):
    """People who can fill any form, and who answer what was asked the first time that it comes.

    `answers`: by element id, field and value. `idle`: nobody does anything. `scripted`: what is typed now, by process,
    element and entity of the task.
    """

    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    idle: bool = False
    process_key: str = ""
    scripted: dict[tuple[str, str, str], Mapping[str, Any]] = field(default_factory=dict, init=False)
    _answered: set[tuple[str, str]] = field(default_factory=set, init=False)

    def acts(self, form_handler: str, variables: Mapping[str, Any]) -> bool:
        """Nobody, or who ever would."""
        return not self.idle and super().acts(form_handler, variables)

    def fill(self, form: OpenForm, upload: Upload) -> Raw | None:
        """What a robot knows to answer over what anybody could, and over both what was asked of the rehearsal."""
        anything = typist.typed(form, upload, self.today())
        entity = str(form.task.variables.get("entidad") or "")
        scripted = self.scripted.get((form.task.process_key, form.task.element_id, entity))
        if scripted is not None:
            return dict(over(anything, scripted))
        known = super().fill(form, upload) if robots.knows(form) else {}
        return None if known is None else over(anything, known) | self._asked(form)

    def _asked(self, form: OpenForm) -> Mapping[str, str]:
        asked = self.answers.get(form.task.element_id) if form.task.process_key == self.process_key else None
        who = (form.task.element_id, str(form.task.variables.get("entidad") or ""))
        if asked is None or who in self._answered:
            return {}
        self._answered.add(who)
        return asked


def over(below: Any, above: Any) -> Any:
    """What stands above, and where it says nothing what lies below: of rows, one by one if there are as many."""
    if isinstance(below, dict) and isinstance(above, dict):
        return {key: over(below.get(key), above[key]) if key in above else below[key] for key in {**below, **above}}
    if isinstance(below, list) and isinstance(above, list) and len(below) == len(above):
        return [over(*pair) if isinstance(pair[1], dict) else pair[1] for pair in zip(below, above, strict=True)]
    return above


def walk(material: Material, order: Order) -> Told:
    """Play it, and tell what happened. Raises `Refused` where the plan of the installation can't be taken along."""
    with tempfile.TemporaryDirectory(prefix="cauce-ensayo-") as folder:
        url = f"sqlite:///{folder}/ensayo.sqlite"
        database = Database(url, durable=False)
        clock = VirtualClock(dt.datetime.combine(material.today, MORNING, BOGOTA))
        config = Config(home=Path(folder), database_url=url, secret_key="")
        try:
            return _walk(assemble(config, clock=clock, database=database), clock, material, order)
        finally:
            database.dispose()


def _walk(application: Application, clock: VirtualClock, material: Material, order: Order) -> Told:
    furnish(application, material)
    stopped = ""
    people = walkers(clock, material.plan, material.process_key, order)
    play = Play(application.database, application.engine, application.forms, people, clock)
    began = begin(application, clock, material)
    try:
        if order.acts:
            following.follow(application, clock, play, order, people.scripted, material.process_key)
        else:
            _live(application, play, material, began)
    except (StuckPlay, WorkflowsError) as stuck:
        stopped = str(stuck)
    with application.database.reading() as session:
        model = next(one for one in map(read_diagram, material.diagrams) if one.process_key == material.process_key)
        now = bogota_day(clock.now())
        told = telling.told(session, application.engine, model, material.root.name, began, now, stopped)
        # The plan's life goes on after the part that was rehearsed, with tasks of what follows.
        return replace(told, ended=True, waits=[]) if _went_through(session, material) else told


def walkers(clock: VirtualClock, plan: PlanData, process_key: str, order: Order) -> Walkers:
    """The people of a rehearsal, who behave as it was asked."""
    profiles = {RETURNED: robots.RETURNED, LATE: robots.LATE}
    late = plan.entities[0].code if order.behaviour == LATE else None
    return Walkers(
        today=lambda: bogota_day(clock.now()),
        reality=Reality(1, plan.measurements),
        plan=plan,
        polite=order.behaviour != RETURNED,
        profile=lambda _period, entity: profiles.get(order.behaviour, GOOD) if late in (None, entity) else GOOD,
        answers=order.answers,
        idle=order.behaviour == NOBODY,
        process_key=process_key,
    )


def furnish(application: Application, material: Material) -> None:
    """Write the plan, its people and all that is published into the empty database. Raises `Refused`."""
    application.database.create_all()
    engine, plan = application.engine, material.plan
    try:
        with application.database.unit_of_work() as session:
            if material.root.how != PLAN:
                importing.apply(session, application.clock, SYSTEM, plan, appoints=True)
            else:
                writing.write_sector(session, plan, "")
            publishing.publish(session, engine, material.diagrams, material.forms, actor=SYSTEM, reason=REASON)
            application.calendar.know(known_days(session))
    except InvalidPlan as refused:
        raise Refused(f"El plan cargado no permite ensayar: {refused}") from refused


def begin(application: Application, clock: VirtualClock, material: Material) -> dt.date:
    """Begin the root, on the day on which it would; nothing else begins by the calendar. Gives that day."""
    with application.database.unit_of_work() as session:
        if material.root.how == CALENDAR:
            _open_next(session, application, clock, material)
        elif material.root.how == BY_HAND:
            _begin_by_hand(session, application, material)
        elif material.root.how == OCCASION:
            OCCASIONS[material.root.process_key](session, application.engine, material.plan.plan.code)
        else:
            life.begin(session, application.engine, material.plan)
        for start in opening.calendar_starts(session):
            if material.root.how != PLAN:
                _keep_shut(session, application, start.process_key)
    return bogota_day(clock.now())


def _keep_shut(session: Session, application: Application, process_key: str) -> None:
    if process_key not in retiring.retired(session):
        retiring.retire(session, application.engine, process_key, actor=SYSTEM, reason=REASON)


def _open_next(session: Session, application: Application, clock: VirtualClock, material: Material) -> None:
    plan = session.get_one(Plan, material.plan.plan.code)
    start, due = _next_opening(session, application, plan, material)
    if due.due_on > material.today:
        clock.move_to(dt.datetime.combine(due.due_on, MORNING, BOGOTA))
    case = opening.open_by_hand(
        session, application.engine, plan.code, start.process_key, due.period.label, actor=SYSTEM, reason=REASON
    )
    if start.process_key != evaluations.MONTHLY:  # a month begins where the one before may still be open
        close_past(session, application.engine, case, but=due.period.label)


def _next_opening(
    session: Session, application: Application, plan: Plan, material: Material
) -> tuple[CalendarStart, DueOpening]:
    found = [
        (start, due)
        for start in opening.calendar_starts(session)
        if start.process_key == material.root.process_key
        for due in opening.openings(application.engine, start.cadence, plan)
    ]
    ahead = [one for one in found if one[1].due_on >= material.today]
    if not found:
        raise Refused(f"El calendario no abre «{material.root.name}» en ningún periodo del plan.")
    return min(ahead, key=lambda one: one[1].due_on) if ahead else found[-1]


def _begin_by_hand(session: Session, application: Application, material: Material) -> None:
    engine, key = application.engine, material.root.process_key
    how = by_hand.beginning(session, engine, key, SYSTEM)
    plan = {by_hand.PLAN: material.plan.plan.code}  # whose entities are offered
    form = loose.open_form(session, engine, how.schema, SYSTEM, application.forms.catalogues, plan)
    raw = typist.typed(form, lambda _name, _content: 0, bogota_day(engine.now())) | plan
    by_hand.begin(session, engine, key, raw, actor=SYSTEM, catalogues=application.forms.catalogues)


def _live(application: Application, play: Play, material: Material, began: dt.date) -> None:
    """Day after day until all that began is over, or long enough."""
    last = began + dt.timedelta(days=LONG if material.root.how == PLAN else DAYS)

    day = began
    while day <= last and play.submissions < STEPS:
        play.day(day, lambda _day: following.write_digests(application))
        if _is_over(application, material):
            return
        day += dt.timedelta(days=1)


def _is_over(application: Application, material: Material) -> bool:
    with application.database.reading() as session:
        running = sa.select(Instance.process_key, Instance.bundle_sha256).where(Instance.state == InstanceState.ACTIVE)
        return not any(
            row.process_key == material.root.process_key
            or material.process_key in catalogue.by_sha(session, row.bundle_sha256).diagrams
            for row in session.execute(running)
        ) or _went_through(session, material)


def _went_through(session: Session, material: Material) -> bool:
    """Whether the part of a plan's life that is rehearsed is behind it: the rest would take a year more."""
    if material.root.how != PLAN or material.process_key == material.root.process_key:
        return False
    calls = {
        (model.process_key, call.id)  # two processes may call their steps alike
        for model in map(read_diagram, material.diagrams)
        for call in model.of_kind("callActivity")
        if call.called_element == material.process_key
    }
    done = sa.select(HistoryEntry.id).where(HistoryEntry.kind == HistoryKind.CALL_COMPLETED)
    came_from = sa.tuple_(HistoryEntry.process_key, HistoryEntry.element_id)
    return session.scalar(done.where(came_from.in_(calls)).limit(1)) is not None
