"""A month of two entities, whatever they do in whatever order, against a model of what it is to come to."""

from __future__ import annotations

import datetime as dt
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session

from engine import doctor
from engine.clock import VirtualClock
from engine.database import Database
from engine.identity import Actor
from engine.incidents import Incident
from engine.tasks import assignment, inbox
from engine.tasks import commands as tasks
from engine.tasks.models import UserTask
from tests.support import databases
from tests.support.month_model import DONE, HEAD, LIAISON, Report, Row, Stage
from tests.support.plan import MONTH as MONTHLY
from tests.support.plan import PLAN, House, build_house, demo_data
from web.boards.candidates import candidates
from workflows import assembly
from workflows.calendar import BOGOTA
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.documents import files
from workflows.errors import AlreadyReviewed, InvalidSubmission
from workflows.forms.models import Submission
from workflows.forms.values import ROW_KEY
from workflows.indicators.models import Indicator
from workflows.monitoring import board, periods
from workflows.monitoring.models import BudgetReport, EntityReport, Measurement
from workflows.people import directory
from workflows.plan.models import Project
from workflows.records.data import without_measurements
from workflows.simulation import recomputation
from workflows.simulation.mindset import Raw
from workflows.simulation.playing import Play
from workflows.spanish import local_day

MONTH = "2017-04"
OPENS, ROWS_CLOSE, REPORTS_CLOSE, ENDS = (dt.date(2017, 5, day) for day in (2, 9, 10, 31))
"""The first, sixth and seventh working day of May, and the last before May itself is followed."""

PROCESSES = MONTHLY - {"f5_preparacion"}
PEOPLE = {
    "DADEP": ("ocardenas", {LIAISON: "bdiaz", HEAD: "ftorres"}),
    "IDPAC": ("sruiz", {LIAISON: "rmora", HEAD: "pcastro"}),
}
OTHER = "SDG"
"""The third entity has reported when the story begins."""

OF_ENTITIES = (
    "reportar_avance", "reportar_ejecucion", "corregir_avance", "validar_reporte", "avalar_reporte",
    "completar_reporte", "completar_ejecucion", "corregir_extemporaneo", "validar_extemporaneo", "avalar_extemporaneo",
    "corregir_ejecucion", "corregir_ejecucion_extemporanea",
)  # fmt: skip
TABLE = "avances"
MONEY_BACK = 8
"""What is chosen among the rows of indicators where the money of a project is returned."""

entities = st.sampled_from(sorted(PEOPLE))
values = st.lists(st.integers(0, 150), min_size=1, max_size=4)
mostly = st.sampled_from([True, True, False])


class Killed(BaseException):
    """The process ended between two statements."""


class Month(RuleBasedStateMachine):
    """The house with a month just opened, and what it ought to have become."""

    place: ClassVar[Callable[[], URL]]

    @initialize()
    def open_month(self) -> None:
        url = self.place()
        clock = VirtualClock(dt.datetime.combine(OPENS, dt.time(9), BOGOTA))
        database = databases.with_tables(url)
        self.house = House(database, clock, assembly.process_engine(clock), assembly.forms())
        databases.begin_with(database, "a month of two entities", lambda: _begin(database, clock))
        with database.reading() as session:
            rows = {row.entity_code: {} for row in session.scalars(sa.select(EntityReport))}
            for row in periods.rows_due(session, periods.find(session, PLAN, MONTH)):
                rows[row.entity_code][_code(session, row.indicator_id)] = Row()
            money: dict[str, dict[str, Row]] = {entity: {} for entity in rows}
            for project in session.scalars(sa.select(Project).order_by(Project.code)):
                money[project.entity_code][project.code] = Row()
        self.reports = {
            entity: Report(entity, responsible, dict(roles), rows[entity], money=money[entity])
            for entity, (responsible, roles) in PEOPLE.items()
        }
        self.watched = {"amartinez", *(one for who, roles in PEOPLE.values() for one in (who, *roles.values()))}
        self.collecting, self.closed = True, False

    def teardown(self) -> None:
        """Let the month come to its end, whatever happened until now; it holds then too."""
        if not hasattr(self, "house"):
            return
        try:
            if sys.exc_info()[0] is None:
                self._come_to_an_end()
        finally:
            self.house.database.dispose()
            databases.drop(self.house.database.url)

    def _come_to_an_end(self) -> None:
        while self.collecting:
            self._move_on(1)
        if not self.closed:
            self.sector_goes_on(20)
        assert self.closed
        self.everything_holds()

    def everything_holds(self) -> None:
        """What holds after each step holds now."""
        for holds in (
            self.the_doctor_finds_nothing,
            self.each_completed_task_was_sent_once,
            self.rows_and_reports_stand_as_in_the_model,
            self.what_was_sent_can_be_corrected_until_somebody_looks,
            self.each_inbox_is_as_in_the_model,
            self.what_nobody_can_do_is_told_on_the_board,
            self.the_frozen_month_is_what_people_sent,
        ):
            holds()

    # What people do.

    @rule(entity=entities, typed=values, chosen=st.sets(st.integers(0, 8), max_size=2), agrees=mostly)
    def goes_on(self, entity: str, typed: list[int], chosen: set[int], agrees: bool) -> None:
        """Whoever has the next task of an entity does it, if there is anybody.

        No two acts are of one instant: who answered before the month was closed could not be told from who did after.
        """
        self.house.clock.advance(dt.timedelta(seconds=1))
        for element, person in sorted(self.reports[entity].tasks().items()):
            if self._may(entity, element, person):
                self._do(entity, element, person, typed, chosen, agrees)
                return

    @rule(entity=entities, typed=values)
    def goes_on_smoothly(self, entity: str, typed: list[int]) -> None:
        """The same, and nothing is returned: so that most months get somewhere."""
        self.goes_on(entity, typed, set(), agrees=True)

    def _do(self, entity: str, element: str, person: str, typed: list[int], chosen: set[int], agrees: bool) -> None:
        report = self.reports[entity]
        if element in HANDING_IN:
            self._submit(entity, element, person, lambda raw: _typed(raw, typed))
            report.hand_in(person)
        elif element.startswith("validar_"):
            waiting = [code for code, row in report.rows.items() if row.state == "enviado"]
            returned = {code for place, code in enumerate(waiting) if place in chosen}
            sent = [code for code, row in report.money.items() if row.state == "enviado"]
            money = set(sent[:1]) if MONEY_BACK in chosen else set()
            self._submit(entity, element, person, lambda raw: _decided(raw, returned | money))
            report.validate(returned, money)
        elif element == "avalar_reporte" and not agrees:
            reason = {"decision": "devuelvo", "motivo": "Falta un soporte."}
            self._submit(entity, element, person, lambda _: reason)
            report.send_back()
        else:
            self._submit(entity, element, person)
            report.endorse() if element.startswith("avalar_") else report.report_money()
        self._go_on_if_nobody_is_missing()

    @precondition(lambda self: any(report.sender for report in self.reports.values()))
    @rule(first=st.booleans(), typed=values)
    def amend(self, first: bool, typed: list[int]) -> None:
        """Whoever sent rows corrects them, as long as nobody has looked at them."""
        sent = [entity for entity, report in sorted(self.reports.items()) if report.sender]
        entity = sent[0 if first else -1]
        report, task_id = self.reports[entity], self._last_handed_in(entity)
        with self.house.database.unit_of_work() as session:
            actor = directory.actor(session, str(report.sender))
            form = self.house.forms.open_sent(session, self.house.engine, task_id, actor)
            raw = _typed(self._play().robots.fill(form, self._uploader(session, actor, task_id)), typed)
            if report.amendable:
                self._send(raw, lambda raw: self.house.forms.amend(session, self.house.engine, task_id, actor, raw))
                return
            with pytest.raises(AlreadyReviewed):
                self.house.forms.amend(session, self.house.engine, task_id, actor, raw)

    @precondition(lambda self: any(report.tasks() for report in self.reports.values()))
    @rule(which=st.integers(0, 3), choice=st.integers(0, 30))
    def reassign(self, which: int, choice: int) -> None:
        """The coordinator hands a task to one of those whom the page offers."""
        waiting = [(entity, one) for entity, report in sorted(self.reports.items()) for one in sorted(report.tasks())]
        entity, element = waiting[which % len(waiting)]
        with self.house.database.unit_of_work() as session:
            task = self._task(session, entity, element)
            offered = [
                person.username
                for _heading, people in candidates(session, task, local_day(self.house.clock.now()))
                for person in people
            ]
            to, boss = offered[choice % len(offered)], directory.actor(session, "amartinez")
            tasks.reassign(session, self.house.engine, task.id, actor=boss, to=to, reason="Está en vacaciones.")
        self.reports[entity].holders[element] = to
        self.watched.add(to)

    @precondition(lambda self: not self.collecting and not self.closed)
    @rule(days=st.sampled_from([1, 15]))
    def sector_goes_on(self, days: int) -> None:
        """Everybody else does what they have, today or until the month is closed."""
        for _ in range(days):
            while self._work_of_the_sector():
                pass
            self._look_whether_closed()
            if not self.closed:
                self._move_on(1)

    # What happens to them.

    @rule(days=st.sampled_from([1, 1, 2, 6]))
    def clock_goes_on(self, days: int) -> None:
        self._move_on(days)

    @rule(statements=st.integers(1, 100), who=st.sampled_from(["worker", *sorted(PEOPLE)]))
    def process_is_killed(self, statements: int, who: str) -> None:
        """It dies in the middle of what the worker does, or somebody sends; another, that knows nothing, goes on."""
        with _dying(self.house.database, statements):
            if who == "worker":
                self.house.clock.move_to(self._morning(1))
                self._play().tick()
            else:
                self._send_in_vain(who)
        house, self.house = self.house, self._anew()
        house.database.dispose()
        self._tick()

    # What holds after each of these.

    @invariant()
    def the_doctor_finds_nothing(self) -> None:
        with self.house.database.reading() as session:
            assert doctor.examine(session, self.house.engine) == []
            assert session.scalars(sa.select(Incident.message)).all() == []

    @invariant()
    def each_completed_task_was_sent_once(self) -> None:
        with self.house.database.reading() as session:
            completed = session.scalars(sa.select(UserTask.id).where(UserTask.state == "completed")).all()
            assert sorted(session.scalars(sa.select(Submission.task_id))) == sorted(completed)

    @invariant()
    def rows_and_reports_stand_as_in_the_model(self) -> None:
        with self.house.database.reading() as session:
            month = periods.find(session, PLAN, MONTH)
            known = {one.indicator_id: one for one in session.scalars(sa.select(Measurement))}
            kept: dict[str, dict[str, str]] = {entity: {} for entity in self.reports}
            for row in periods.rows_due(session, month):
                if row.entity_code in kept:
                    state = known[row.indicator_id].state if row.indicator_id in known else "borrador"
                    kept[row.entity_code][_code(session, row.indicator_id)] = state
            states = {one.entity_code: one.state for one in session.scalars(sa.select(EntityReport))}
            paid = sa.select(Project.code, BudgetReport.state).join(Project, Project.id == BudgetReport.project_id)
            told: dict[str, str] = dict(session.execute(paid.where(BudgetReport.period_id == month.id)).all())
        for entity, report in self.reports.items():
            assert kept[entity] == {code: row.state for code, row in report.rows.items()}, entity
            assert states[entity] == report.state, entity
            assert {code: told.get(code, "borrador") for code in report.money} == {
                code: row.state for code, row in report.money.items()
            }, entity

    @invariant()
    def what_was_sent_can_be_corrected_until_somebody_looks(self) -> None:
        for entity, report in self.reports.items():
            if report.sender is not None:
                task_id = self._last_handed_in(entity)
                with self.house.database.reading() as session:
                    actor = directory.actor(session, report.sender)
                    form = self.house.forms.open_sent(session, self.house.engine, task_id, actor)
                    assert form.amendable == report.amendable, entity

    @invariant()
    def each_inbox_is_as_in_the_model(self) -> None:
        expected = {
            (person, entity, element)
            for entity, report in self.reports.items()
            for element, person in report.tasks().items()
        }
        with self.house.database.reading() as session:
            found = set()
            for username in self.watched:
                actor = directory.actor(session, username)
                for row in [*inbox.mine(session, actor), *inbox.of_groups(session, actor)]:
                    if row.element_id in OF_ENTITIES:
                        found.add((username, row.variables["entidad"], row.element_id))
        assert found == expected

    @invariant()
    def what_nobody_can_do_is_told_on_the_board(self) -> None:
        with self.house.database.reading() as session:
            stuck = {
                task.id
                for task in session.scalars(sa.select(UserTask).where(UserTask.state == "open"))
                if not any(self._can(session, task, person) for person in _asked(session, task))
            }
            told = {task.id for task in board.of_plan(session, PLAN, self.house.clock.now()).orphans}
        assert told == stuck

    @invariant()
    def the_frozen_month_is_what_people_sent(self) -> None:
        if not self.closed:
            return
        with self.house.database.reading() as session:
            sent = recomputation.read_submissions(session)
            frozen_at = {p.code: p.frozen_at for p in session.scalars(sa.select(Period)) if p.frozen_at}
            kept = recomputation.kept(session, MONTH)
        expected = recomputation.of_month(without_measurements(demo_data()), sent, frozen_at, MONTH)
        assert recomputation.differences(kept, expected) == []

    # How it is done.

    def _play(self) -> Play:
        return self.house.play()

    def _anew(self) -> House:
        """Another process over the same database: nothing that the first one knew is left."""
        clock = self.house.clock
        database = Database(self.house.database.url, durable=False)
        return House(database, clock, assembly.process_engine(clock), assembly.forms())

    def _morning(self, days: int) -> dt.datetime:
        """Nine o'clock so many days from now, and not beyond the month."""
        today = self.house.clock.now().astimezone(BOGOTA).date()
        morning = dt.datetime.combine(min(today + dt.timedelta(days=days), ENDS), dt.time(9), BOGOTA)
        return max(morning, self.house.clock.now())

    def _move_on(self, days: int) -> None:
        self.house.clock.move_to(self._morning(days))
        self._tick()

    def _work_of_the_sector(self) -> int:
        """How many of the open tasks that are no entity's were done."""
        play = self._play()
        with self.house.database.reading() as session:
            query = sa.select(UserTask.id).where(UserTask.state == "open", UserTask.element_id.not_in(OF_ENTITIES))
            waiting = session.scalars(query.order_by(UserTask.id)).all()
        return sum(play.work(task_id) for task_id in waiting)

    def _send_in_vain(self, entity: str) -> None:
        """Somebody of an entity sends a form, and the process ends before it is kept."""
        for element, person in sorted(self.reports[entity].tasks().items()):
            if self._may(entity, element, person):
                self._submit(entity, element, person, ends=True)

    def _tick(self) -> None:
        self._play().tick()
        today = self.house.clock.now().astimezone(BOGOTA).date()
        if self.collecting and today > ROWS_CLOSE:
            for report in self.reports.values():
                report.close_rows()
            self._go_on_if_nobody_is_missing()
        if self.collecting and today > REPORTS_CLOSE:
            self._close_reporting()
        self._look_whether_closed()

    def _go_on_if_nobody_is_missing(self) -> None:
        if self.collecting and all(one.stage in DONE for one in self.reports.values()):
            self._close_reporting()

    def _close_reporting(self) -> None:
        self.collecting = False
        for report in self.reports.values():
            report.expire()

    def _look_whether_closed(self) -> None:
        with self.house.database.reading() as session:
            closed = periods.find(session, PLAN, MONTH).state == PeriodState.CLOSED
        if closed and not self.closed:
            for report in self.reports.values():
                report.freeze()
        self.closed = closed

    def _submit(
        self,
        entity: str,
        element: str,
        person: str,
        change: Callable[[Raw], Raw] = lambda raw: raw,
        *,
        ends: bool = False,
    ) -> None:
        """Send a form as its robot fills it in, with a `change`; the process may end before it is kept."""
        house = self.house
        with house.database.unit_of_work() as session:
            task, actor = self._task(session, entity, element), directory.actor(session, person)
            form = house.forms.open(session, house.engine, task.id, actor)
            raw = change(self._play().robots.fill(form, self._uploader(session, actor, task.id)))
            self._send(raw, lambda raw: house.forms.submit(session, house.engine, task.id, actor, raw))
            if ends:
                raise Killed

    def _uploader(self, session: Session, actor: Actor, task_id: int) -> Callable[[str, bytes], int]:
        clock = self.house.clock
        return lambda name, content: files.store(session, clock, actor.id, name, content, task_id=task_id).id

    def _send(self, raw: dict[str, Any], send: Callable[[dict[str, Any]], object]) -> None:
        """Send, and once more with the reasons that are asked for."""
        try:
            send(raw)
        except InvalidSubmission as refused:
            for error in refused.__dict__["errors"]:
                table, place, column = error.path.split(".")
                assert column.startswith(("justificacion_", "motivo_rango")), (error.path, error.message)
                raw[table][int(place)][column] = "Se explica en el soporte."
            send(raw)

    def _task(self, session: Session, entity: str, element: str) -> UserTask:
        query = sa.select(UserTask).where(UserTask.state == "open", UserTask.element_id == element)
        return next(task for task in session.scalars(query) if task.variables["entidad"] == entity)

    def _last_handed_in(self, entity: str) -> int:
        with self.house.database.reading() as session:
            query = sa.select(UserTask).where(UserTask.state == "completed", UserTask.element_id.in_(HANDING_IN))
            done = session.scalars(query.order_by(UserTask.id.desc()))
            return next(task.id for task in done if task.variables["entidad"] == entity)

    def _may(self, entity: str, element: str, person: str) -> bool:
        with self.house.database.reading() as session:
            return self._can(session, self._task(session, entity, element), person)

    @staticmethod
    def _can(session: Session, task: UserTask, person: str) -> bool:
        """Whether somebody who is asked to do a task has not done what it checks."""
        return not assignment.done_what_is_checked(session, task, person)


HANDING_IN = ("reportar_avance", "corregir_avance", "completar_reporte", "corregir_extemporaneo")


def _begin(database: Database, clock: VirtualClock) -> None:
    """The month is open, and one of three entities has reported."""
    house = build_house(database, clock, measured_before=(2017, 4), only=PROCESSES)
    play = house.play()
    play.tick()
    for _ in range(4):
        with database.reading() as session:
            found = session.scalars(sa.select(UserTask).where(UserTask.state == "open")).all()
        for task in found:
            if task.variables["entidad"] == OTHER:
                play.work(task.id)


def _code(session: Session, indicator_id: int) -> str:
    return str(session.get_one(Indicator, indicator_id).code)


def _asked(session: Session, task: UserTask) -> list[str]:
    if task.assignee is not None:
        return [task.assignee]
    groups = assignment.groups_of(session, task.id)
    return [person.username for group in groups for person in directory.members(session, group)]


def _typed(raw: Raw, typed: list[int]) -> Raw:
    """The same with other values in the rows that may be written."""
    for place, row in enumerate(raw[TABLE]):
        if "valor_periodo" in row:
            row["valor_periodo"] = str(typed[place % len(typed)])
    return raw


def _decided(raw: Raw, returned: set[str]) -> Raw:
    """The same with some rows returned."""
    for row in [*raw["validacion"], *raw["presupuesto"]]:
        if row[ROW_KEY] in returned:
            row.update(decision="devuelta", motivo="El soporte es de otro mes.")
    return raw


@contextmanager
def _dying(database: Database, statements: int) -> Iterator[None]:
    """End the process at the given statement from now, if it gets so far; what it was doing goes no further."""
    left = statements

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed

    sa.event.listen(database.engine, "before_cursor_execute", count)
    try:
        yield
    except Killed:
        pass
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", count)


def machine_at(place: Callable[[], URL]) -> type[Month]:
    return type("Month", (Month,), {"place": staticmethod(place)})


def play(place: Callable[[], URL], *, months: int, steps: int, quick: bool = False) -> None:
    """As many months as that, the same ones each time; a `quick` one that fails is told as it was, not made shorter."""
    run_state_machine_as_test(
        machine_at(place),
        settings=settings(
            max_examples=months,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            phases=[Phase.generate] if quick else list(Phase),
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_happens_the_month_comes_to_what_the_model_says(tmp_path: Path) -> None:
    play(lambda: make_url(f"sqlite:///{tmp_path / uuid.uuid4().hex}.sqlite"), months=8, steps=25, quick=True)


@pytest.mark.parametrize("entity", sorted(PEOPLE))
def test_rows_that_were_returned_when_they_close_go_on_in_the_late_case(tmp_path: Path, entity: str) -> None:
    month = machine_at(lambda: make_url(f"sqlite:///{tmp_path / 'month.sqlite'}"))()
    month.open_month()
    report = month.reports[entity]

    for _ in range(3):  # rows and money are sent; the liaison returns the first row
        month.goes_on(entity, [90], {0}, agrees=True)
    assert report.stage is Stage.CORRECTING
    while month.house.clock.now().astimezone(BOGOTA).date() <= ROWS_CLOSE:
        month.clock_goes_on(1)
        month.everything_holds()
    rest = len(report.rows) > 1
    assert report.stage is Stage.ENDORSING  # where no other row is left, there is still the money
    month.goes_on(entity, [90], set(), agrees=True)
    while month.collecting:
        month.clock_goes_on(1)
        month.everything_holds()

    assert report.state == ("avalado_en_parte" if rest else "sin_reporte")
    month.teardown()


@pytest.mark.slow
def test_many_months_on_postgresql(postgresql_url: str) -> None:
    play(lambda: make_url(postgresql_url).set(database=f"any_{uuid.uuid4().hex}"), months=300, steps=60)
