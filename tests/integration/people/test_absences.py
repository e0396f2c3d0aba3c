"""Who is away: their tasks, roles and mails go to who stands in, and back."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import VirtualClock
from engine.database import Database
from engine.history import HistoryEntry
from engine.identity import Actor
from engine.runtime import ProcessEngine
from engine.states import HistoryKind
from engine.tasks import commands
from engine.tasks.models import UserTask
from notifications import absences as absence_mails
from notifications import digest
from notifications.models import MailNote, OutboxMessage
from tests.support.work import add_people, add_task
from workflows.calendar import BOGOTA, WorkingCalendar, end_of_day
from workflows.errors import Conflict, Forbidden, Refused
from workflows.people import absences, directory, holders, standing_in
from workflows.people.groups import SectorGroups
from workflows.people.models import Absence, PersonRole, StoodIn

URL = "https://cauce.example"
GROUP = "responsable_meta@GOB/IDPAC"
SANDRA = Actor("sandra")


def july(day: int) -> dt.date:
    return dt.date(2018, 7, day)


@pytest.fixture
def engine(clock: VirtualClock, database: Database) -> ProcessEngine:
    with database.unit_of_work() as session:
        add_people(session)
    return ProcessEngine(clock=clock, calendar=WorkingCalendar(), groups=SectorGroups(), service_tasks={})


def away(session: Session, engine: ProcessEngine, who: str, first: int, last: int, stands_in: str = "") -> Absence:
    return absences.register(
        session, engine.clock, who, since=july(first), until=july(last), replacement=stands_in, actor=Actor(who)
    )


def settle(database: Database, engine: ProcessEngine, day: int) -> None:
    """What the worker does on a day, twice: the second time changes nothing."""
    for _ in range(2):
        with database.unit_of_work() as session:
            absences.lend(session, july(day))
            for move in standing_in.due(session, july(day)):
                standing_in.move(session, engine, move, july(day))
    with database.reading() as session:
        assert not absences.lending_differs(session, july(day))
        assert standing_in.due(session, july(day)) == []


def holder(database: Database, task: UserTask) -> str | None:
    with database.reading() as session:
        return session.get_one(UserTask, task.id).assignee


def test_tasks_go_to_who_stands_in_and_come_back_with_both_names_in_the_history(
    database: Database, engine: ProcessEngine
) -> None:
    # Given Sandra away from the 4th to the 6th, Luis in her place, and a task of hers
    with database.unit_of_work() as session:
        task = add_task(session, "Reportar", due_at=end_of_day(july(9)), assignee="sandra")
        away(session, engine, "sandra", 4, 6, "luis")

    # When the days pass
    held = []
    for day in (3, 4, 6, 7):
        settle(database, engine, day)
        held.append(holder(database, task))

    # Then he has it on those days, and the history names both, each way
    assert held == ["sandra", "luis", "luis", "sandra"]
    with database.reading() as session:
        kept = session.scalars(sa.select(HistoryEntry).where(HistoryEntry.kind == HistoryKind.TASK_REASSIGNED)).all()
        reasons = [entry.data["motivo"] for entry in kept]
        assert len(reasons) == 2
        assert "Sandra está ausente" in reasons[0] and "Luis" in reasons[0]
        assert reasons[1] == "Sandra ya está de vuelta."


def test_a_line_of_replacements_ends_with_who_is_there(database: Database, engine: ProcessEngine) -> None:
    # Given Carlos in Sandra's place, who is away himself in the middle, with Luis in his
    with database.unit_of_work() as session:
        session.add(PersonRole(username="carlos", role_id="responsable_meta", sector_code="GOB", entity_code="IDPAC"))
        task = add_task(session, "Reportar", due_at=None, assignee="sandra")
        away(session, engine, "sandra", 3, 10, "carlos")
        away(session, engine, "carlos", 5, 6, "luis")

    held = []
    for day in (3, 5, 9, 11):
        settle(database, engine, day)
        held.append(holder(database, task))

    assert held == ["carlos", "luis", "carlos", "sandra"]


def test_who_comes_back_while_their_replacement_is_away_gets_it_back(database: Database, engine: ProcessEngine) -> None:
    with database.unit_of_work() as session:
        task = add_task(session, "Reportar", due_at=None, assignee="sandra")
        away(session, engine, "sandra", 3, 5, "luis")
    settle(database, engine, 3)
    with database.unit_of_work() as session:
        away(session, engine, "luis", 5, 10, "carlos")

    settle(database, engine, 6)

    assert holder(database, task) == "sandra"


def test_a_circle_is_refused_and_one_that_came_about_leaves_the_work_where_it_is(
    database: Database, engine: ProcessEngine
) -> None:
    with database.unit_of_work() as session:
        task = add_task(session, "Reportar", due_at=end_of_day(july(4)), assignee="sandra")
        away(session, engine, "sandra", 3, 5, "luis")
        with pytest.raises(Refused, match="quedarían sin nadie"):
            away(session, engine, "luis", 4, 8, "sandra")
        one = away(session, engine, "luis", 4, 8)
        one.replacement = "sandra"  # what no command writes

    settle(database, engine, 4)

    with database.reading() as session:
        assert {username: found.stands_in for username, found in absences.away(session, july(4)).items()} == {
            "sandra": None,
            "luis": None,
        }
        assert holder(database, task) == "sandra"
        assert [one.id for one in absence_mails.uncovered(session, july(4))["sandra"]] == [task.id]


def test_roles_are_lent_for_the_days_and_those_of_administration_never(
    database: Database, engine: ProcessEngine
) -> None:
    # Given Ana, who coordinates and administers, with Carlos in her place
    with database.unit_of_work() as session:
        directory.seed_roles(session)
        session.add(PersonRole(username="ana", role_id="administrador", sector_code="GOB", entity_code=""))
        away(session, engine, "ana", 3, 5, "carlos")

    # When the days pass
    groups = {}
    for day in (3, 6):
        settle(database, engine, day)
        with database.reading() as session:
            groups[day] = directory.actor(session, "carlos", july(day)).groups
            assert ("ana" in holders.members_by_group(session, july(day))["coordinador_pes@GOB"]) == (day == 6)

    # Then he coordinates on those days, and administers on none
    assert groups[3] == {"enlace_planeacion@GOB/SDG", "coordinador_pes@GOB"}
    assert groups[6] == {"enlace_planeacion@GOB/SDG"}


def test_who_did_what_a_task_checks_does_not_stand_in_for_it(database: Database, engine: ProcessEngine) -> None:
    with database.unit_of_work() as session:
        task = add_task(
            session, "Validar", due_at=end_of_day(july(4)), assignee="sandra", properties={"cuatro_ojos": "reportar"}
        )
        session.add(
            UserTask(
                instance_id=task.instance_id, node_id="b" * 32, process_key="proceso", element_id="reportar", name="R",
                properties={}, context={}, variables={}, state="completed", completed_by="luis",
                created_at=engine.now(), completed_at=engine.now(),
            )
        )  # fmt: skip
        away(session, engine, "sandra", 3, 5, "luis")

    settle(database, engine, 3)

    assert holder(database, task) == "sandra"


def test_who_comes_back_earlier_has_their_work_again(database: Database, engine: ProcessEngine) -> None:
    with database.unit_of_work() as session:
        task = add_task(session, "Reportar", due_at=None, assignee="sandra")
        absence = away(session, engine, "sandra", 3, 20, "luis")
    settle(database, engine, 3)

    with database.unit_of_work() as session:
        absences.end(session, engine.clock, absence.id, actor=SANDRA)
        absences.end(session, engine.clock, absence.id, actor=SANDRA)
    settle(database, engine, 4)

    assert holder(database, task) == "sandra"


def test_what_was_given_to_somebody_else_meanwhile_stays_there(database: Database, engine: ProcessEngine) -> None:
    with database.unit_of_work() as session:
        task = add_task(session, "Reportar", due_at=None, assignee="sandra")
        away(session, engine, "sandra", 3, 5, "luis")
    settle(database, engine, 3)
    with database.unit_of_work() as session:
        ana = directory.actor(session, "ana")
        commands.reassign(session, engine, task.id, actor=ana, to="carlos", reason="Lo hace él.")

    settle(database, engine, 6)

    assert holder(database, task) == "carlos"


def test_nobody_registers_for_others_but_who_coordinates_and_no_days_twice(
    database: Database, engine: ProcessEngine
) -> None:
    days = {"since": july(4), "until": july(6)}
    with database.unit_of_work() as session:
        with pytest.raises(Forbidden):
            absences.register(session, engine.clock, "sandra", **days, replacement="", actor=Actor("luis"))
        ana = directory.actor(session, "ana")
        absences.register(session, engine.clock, "sandra", **days, replacement="luis", actor=ana)
        with pytest.raises(Conflict, match="ya tiene registrada"):
            away(session, engine, "sandra", 6, 8)
        with pytest.raises(Refused, match="ya pasaron"):
            away(session, engine, "luis", 1, 1)
        with pytest.raises(Refused, match="antes del primero"):
            away(session, engine, "luis", 9, 8)
        with pytest.raises(Refused, match="otra persona"):
            away(session, engine, "luis", 9, 10, "luis")


def test_digests_go_to_who_stands_in_and_who_is_back_hears_it_all(
    database: Database, engine: ProcessEngine, clock: VirtualClock
) -> None:
    # Given Sandra away on the 4th and 5th, and a task that comes meanwhile
    with database.unit_of_work() as session:
        away(session, engine, "sandra", 4, 5, "luis")
        add_task(session, "De ese día", due_at=None, assignee="sandra", created_at=moment(4, 7))

    # When the digests of those days and of the next are written
    told: dict[int, dict[str, str]] = {}
    for day in (3, 4, 5, 6):
        clock.move_to(moment(day, 8))
        settle(database, engine, day)
        told[day] = mails(database, engine)

    # Then Luis is told while he has it, and Sandra when it is hers again
    assert "sandra" not in told[4] | told[5]
    assert "De ese día" in told[4]["luis"]
    assert "De ese día" in told[6]["sandra"]


def moment(day: int, hour: int) -> dt.datetime:
    return dt.datetime(2018, 7, day, hour, tzinfo=BOGOTA)


def mails(database: Database, engine: ProcessEngine) -> dict[str, str]:
    assert isinstance(engine.calendar, WorkingCalendar)
    with database.unit_of_work() as session:
        session.execute(sa.delete(OutboxMessage))
        digest.build_due(session, engine, engine.calendar, base_url=URL)
        session.execute(sa.update(OutboxMessage).values(state="enviado"))
        return {str(one.recipient): one.text for one in session.scalars(sa.select(OutboxMessage))}


def test_due_work_with_nobody_is_told_at_once_and_again_only_when_more_comes(
    database: Database, engine: ProcessEngine
) -> None:
    # Given Sandra away with nobody in her place, and work that falls due before she is back
    with database.unit_of_work() as session:
        away(session, engine, "sandra", 3, 10)
        add_task(session, "Antes", due_at=end_of_day(july(9)), assignee="sandra")
        add_task(session, "Después", due_at=end_of_day(july(12)), assignee="sandra")

    # When the worker looks, several times, and once more after another task came
    tell_all(database, engine)
    tell_all(database, engine)
    with database.unit_of_work() as session:
        add_task(session, "Otra", due_at=end_of_day(july(6)), assignee="sandra")
    tell_all(database, engine)

    # Then the coordinator has two mails, the last with both
    with database.reading() as session:
        written = list(session.scalars(sa.select(MailNote).order_by(MailNote.id)))
    assert [one.recipient for one in written] == ["ana", "ana"]
    assert written[0].subject == "Sin quien lo haga: 1 tarea de Sandra"
    assert "Antes" in written[1].text and "Otra" in written[1].text and "Después" not in written[1].text


def tell_all(database: Database, engine: ProcessEngine) -> None:
    with database.unit_of_work() as session:
        for username, tasks in absence_mails.uncovered(session, july(3)).items():
            absence_mails.tell_uncovered(session, username, tasks, engine.now(), july(3), base_url=URL)


def test_who_stands_in_is_told_once(database: Database, engine: ProcessEngine) -> None:
    with database.unit_of_work() as session:
        absence = away(session, engine, "sandra", 4, 6, "luis")
        for _ in range(2):
            absence_mails.tell_registered(session, absence, engine.now(), by="sandra", base_url=URL)

        [mail] = session.scalars(sa.select(MailNote))
        assert (mail.recipient, mail.subject) == ("luis", "Reemplaza a Sandra del 04/07 al 06/07")
        assert session.scalar(sa.select(sa.func.count()).select_from(StoodIn)) == 0
