"""More time for a task: asked for with a reason, granted or refused by who may."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from engine.errors import NotAllowed
from engine.history import HistoryEntry
from engine.runtime import ProcessEngine
from engine.states import HistoryKind
from engine.tasks.models import TaskCandidate, UserTask
from notifications import extensions as mails
from notifications.models import MailNote
from tests.support.plan import MONTH, House, build_house, day, once
from tests.support.work import add_people, add_task
from workflows.calendar import WorkingCalendar, bogota_day, end_of_day
from workflows.errors import Conflict, Refused
from workflows.people import directory, extensions
from workflows.people.groups import SectorGroups
from workflows.people.models import PersonRole

URL = "https://cauce.example"
NINTH, LATER = dt.date(2018, 7, 9), dt.date(2018, 7, 11)


@pytest.fixture
def engine(clock: VirtualClock, database: Database) -> ProcessEngine:
    """Sandra reports for IDPAC, Luis is its liaison, Ana coordinates."""
    with database.unit_of_work() as session:
        add_people(session)
        session.add(PersonRole(username="luis", role_id="enlace_planeacion", sector_code="GOB", entity_code="IDPAC"))
    return ProcessEngine(clock=clock, calendar=WorkingCalendar(), groups=SectorGroups(), service_tasks={})


@pytest.fixture
def task(database: Database, engine: ProcessEngine) -> UserTask:
    with database.unit_of_work() as session:
        return add_task(
            session, "Reportar", due_at=end_of_day(NINTH), assignee="sandra", group="responsable_meta@GOB/IDPAC",
            variables={"entidad": "IDPAC"},
        )  # fmt: skip


def asked(database: Database, engine: ProcessEngine, task: UserTask) -> int:
    with database.unit_of_work() as session:
        me = directory.actor(session, "sandra")
        one = extensions.ask(session, engine, task.id, wanted_on=LATER, reason="Falta un soporte.", actor=me)
        for _ in range(2):
            mails.tell_asked(session, engine, one, URL)
        return one.id


def test_the_liaison_grants_and_only_that_deadline_moves(
    database: Database, engine: ProcessEngine, task: UserTask
) -> None:
    # Given a wish, and another task with the same deadline
    wish = asked(database, engine, task)
    with database.unit_of_work() as session:
        other = add_task(session, "Reportar", due_at=end_of_day(NINTH), assignee="carlos")

    # When the liaison grants it
    with database.unit_of_work() as session:
        luis = directory.actor(session, "luis")
        [waiting] = extensions.to_decide(session, engine, luis)
        one = extensions.grant(session, engine, wish, until=None, answer="De acuerdo.", actor=luis)
        mails.tell_answered(session, engine, one, URL)
        with pytest.raises(Conflict, match="ya tuvo respuesta"):
            extensions.refuse(session, engine, wish, answer="No.", actor=luis)

    # Then it moved, for its group too; the history says why, both were written to, and the other stays
    with database.reading() as session:
        moved = session.get_one(UserTask, task.id)
        assert waiting.task.id == task.id
        assert (moved.due_at, moved.due_since) == (end_of_day(LATER), None)
        assert session.scalars(sa.select(TaskCandidate.due_at)).all() == [end_of_day(LATER)]
        assert session.get_one(UserTask, other.id).due_at == end_of_day(NINTH)
        [entry] = session.scalars(sa.select(HistoryEntry).where(HistoryEntry.kind == HistoryKind.DEADLINE_MOVED))
        assert "Falta un soporte." in entry.data["motivo"] and entry.actor_id == "luis"
        written = [(one.recipient, one.subject) for one in session.scalars(sa.select(MailNote).order_by(MailNote.id))]
    assert written == [
        ("luis", "Pide prórroga hasta el miércoles 11 de julio: Sandra"),
        ("sandra", "Prórroga hasta el miércoles 11 de julio: Reportar"),
    ]


def test_a_refusal_says_why_and_moves_nothing(database: Database, engine: ProcessEngine, task: UserTask) -> None:
    wish = asked(database, engine, task)

    with database.unit_of_work() as session:
        ana = directory.actor(session, "ana")
        with pytest.raises(Refused, match="Diga por qué no"):
            extensions.refuse(session, engine, wish, answer=" ", actor=ana)
        extensions.refuse(session, engine, wish, answer="El mes cierra.", actor=ana)

    with database.reading() as session:
        assert session.get_one(UserTask, task.id).due_at == end_of_day(NINTH)


def test_nobody_decides_their_own_nor_that_of_another_entity(
    database: Database, engine: ProcessEngine, task: UserTask
) -> None:
    wish = asked(database, engine, task)
    with database.unit_of_work() as session:
        session.add(PersonRole(username="sandra", role_id="coordinador_pes", sector_code="GOB", entity_code=""))

    with database.unit_of_work() as session:
        for username in ("sandra", "carlos"):
            somebody = directory.actor(session, username)
            assert extensions.to_decide(session, engine, somebody) == []
            with pytest.raises(NotAllowed):
                extensions.grant(session, engine, wish, until=None, answer="", actor=somebody)


def test_what_cannot_be_asked_is_refused_in_words(database: Database, engine: ProcessEngine, task: UserTask) -> None:
    asked(database, engine, task)

    with database.unit_of_work() as session:
        me, carlos = directory.actor(session, "sandra"), directory.actor(session, "carlos")
        with pytest.raises(Conflict, match="Ya pidió"):
            extensions.ask(session, engine, task.id, wanted_on=LATER, reason="Otra vez.", actor=me)
        with pytest.raises(Refused, match="Escriba un día después"):
            extensions.ask(session, engine, task.id, wanted_on=NINTH, reason="x", actor=me)
        with pytest.raises(Refused, match="por qué necesita"):
            extensions.ask(session, engine, task.id, wanted_on=LATER, reason="", actor=me)
        with pytest.raises(NotAllowed):
            extensions.ask(session, engine, task.id, wanted_on=LATER, reason="x", actor=carlos)


@pytest.fixture
def house(database: Database) -> House:
    """June is being reported, and Sandra's report of IDPAC will not come in time."""
    clock = VirtualClock(dt.datetime(2018, 7, 1, 14, 0, tzinfo=dt.UTC))
    house = build_house(database, clock, measured_before=(2018, 6), only=MONTH)

    def happen() -> None:
        play_on(house, "2018-07-05")

    return once(house, "nobody of IDPAC reports", happen)


def play_on(house: House, until: str) -> None:
    play = house.play()
    play.robots.not_before = lambda name, variables: (
        dt.date.max if variables.get("entidad") == "IDPAC" and name != "establecer_responsables" else dt.date.min
    )
    play.until(day(until))


def test_beyond_the_day_on_which_the_month_goes_on_the_late_report_has_the_granted_day(house: House) -> None:
    # Given a day granted after the day on which the month goes on
    granted = dt.date(2018, 7, 27)
    with house.database.unit_of_work() as session:
        task = session.scalars(
            sa.select(UserTask).where(UserTask.element_id == "reportar_avance", UserTask.assignee == "sruiz")
        ).one()
        sandra, ana = directory.actor(session, "sruiz"), directory.actor(session, "amartinez")
        wish = extensions.ask(session, house.engine, task.id, wanted_on=granted, reason="Vacaciones.", actor=sandra)
        [waiting] = extensions.to_decide(session, house.engine, ana)
        extensions.grant(session, house.engine, wish.id, until=granted, answer="", actor=ana)
    assert waiting.closes_on == dt.date(2018, 7, 10)  # from the sixth on the rows go on without it

    # When that day comes: the month goes on, and the worker looks, twice
    play_on(house, "2018-07-12")
    for _ in range(2):
        with house.database.unit_of_work() as session:
            for extension_id, task_id in extensions.uncarried(session):
                extensions.carry(session, house.engine, extension_id, task_id)

    # Then her late report has that day, and nobody else's
    with house.database.reading() as session:
        late = session.scalars(sa.select(UserTask).where(UserTask.form_key == "completar_reporte")).all()
        days = {one.assignee: bogota_day(one.due_at) for one in late if one.due_at}
    assert days == {"sruiz": granted}
