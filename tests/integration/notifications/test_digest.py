"""One digest per person and working day."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import VirtualClock
from engine.database import Database
from engine.incidents import Incident
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.tasks.models import UserTask
from engine.units import SystemIncident
from notifications import digest, habits, outbox
from notifications.habits import Habits
from notifications.models import OutboxMessage
from notifications.states import Watching
from tests.support.work import add_people, add_task
from workflows.calendar import BOGOTA, KnownDays, WorkingCalendar, end_of_day
from workflows.people import directory, holdings
from workflows.people.groups import SectorGroups
from workflows.people.models import Person, PersonRole
from workflows.plan.models import Plan
from workflows.sectors import registry

URL = "https://cauce.example"


def bogota(day: int, hour: int = 8, minute: int = 0) -> dt.datetime:
    return dt.datetime(2018, 7, day, hour, minute, tzinfo=BOGOTA)


@pytest.fixture
def engine(clock: VirtualClock) -> ProcessEngine:
    return ProcessEngine(clock=clock, calendar=WorkingCalendar(), groups=SectorGroups(), service_tasks={})


def written(database: Database) -> dict[str, OutboxMessage]:
    with database.reading() as session:
        return {str(m.recipient): m for m in session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id))}


def build(database: Database, engine: ProcessEngine, *, arrives: bool = True) -> int:
    """Write what is due, and (unless told otherwise) let it reach people."""
    assert isinstance(engine.calendar, WorkingCalendar)
    with database.unit_of_work() as session:
        written = digest.build_due(session, engine, engine.calendar, base_url=URL)
        if arrives:
            session.execute(sa.update(OutboxMessage).values(state="enviado"))
        return written


def test_each_person_gets_one_mail_with_what_is_new_and_a_link(
    database: Database, engine: ProcessEngine, clock: VirtualClock
) -> None:
    # Given a task for Sandra and one for a group of two
    with database.unit_of_work() as session:
        add_people(session)
        mine = add_task(session, "Reportar avance", due_at=end_of_day(dt.date(2018, 7, 9)), assignee="sandra",
                        created_at=bogota(3))  # fmt: skip
        add_task(session, "Revisar", due_at=None, group="responsable_meta@GOB/IDPAC", created_at=bogota(3))

    # When the digests of the next working day are built, twice
    clock.move_to(bogota(4))
    first, second = build(database, engine), build(database, engine)

    # Then each of the two has one mail, and the second time adds none
    assert (first, second) == (2, 0)
    mails = written(database)
    assert set(mails) == {"sandra", "luis"}
    assert mails["sandra"].subject == "Reportar avance: vence el lunes 9 (y 1 más)"
    assert f"{URL}/tareas/{mine.id}" in mails["sandra"].text
    assert "Faltan 3 días hábiles" in mails["sandra"].text
    assert mails["luis"].subject == "Nueva: Revisar"


@pytest.mark.parametrize("moment", [bogota(4, 7, 29), bogota(7, 9), bogota(2, 9)])
def test_nothing_is_written_before_half_past_seven_nor_on_days_off(
    database: Database, engine: ProcessEngine, clock: VirtualClock, moment: dt.datetime
) -> None:
    with database.unit_of_work() as session:
        add_people(session)
        add_task(session, "Reportar avance", due_at=None, assignee="sandra", created_at=moment - dt.timedelta(hours=1))
    clock.move_to(moment)

    assert build(database, engine) == 0


def test_a_person_with_nothing_to_hear_gets_no_mail(
    database: Database, engine: ProcessEngine, clock: VirtualClock
) -> None:
    # Given a task that Sandra already heard of, due in five working days
    with database.unit_of_work() as session:
        add_people(session)
        add_task(session, "Reportar", due_at=end_of_day(dt.date(2018, 7, 12)), assignee="sandra", created_at=bogota(3))
    clock.move_to(bogota(4))
    build(database, engine)

    # When the next day comes
    clock.move_to(bogota(5))

    # Then there is nothing to say
    assert build(database, engine) == 0


def test_three_working_days_overdue_the_coordinator_hears_of_it(
    database: Database, engine: ProcessEngine, clock: VirtualClock
) -> None:
    # Given a task overdue since Tuesday 3
    with database.unit_of_work() as session:
        add_people(session)
        add_task(session, "Reportar", due_at=end_of_day(dt.date(2018, 7, 3)), assignee="sandra",
                 created_at=bogota(3, 6), properties={"escalar": "+3:coordinador_pes"})  # fmt: skip

    # When every working day until Friday 6 builds its digests
    for day in (4, 5, 6):
        clock.move_to(bogota(day))
        build(database, engine)

    # Then on the third day Ana has one, and says whose it is not
    mails = written(database)
    assert mails["ana"].subject == "De otra persona, vencida: Reportar"
    assert "Venció hace 3 días hábiles" in mails["ana"].text


def test_work_that_came_back_is_said_first(database: Database, engine: ProcessEngine, clock: VirtualClock) -> None:
    with database.unit_of_work() as session:
        add_people(session)
        add_task(session, "Corregir avance", due_at=end_of_day(dt.date(2018, 7, 5)), assignee="sandra",
                 created_at=bogota(4, 6), properties={"devolucion": "si"})  # fmt: skip
    clock.move_to(bogota(4))
    build(database, engine)

    assert written(database)["sandra"].subject == "Devuelto: Corregir avance"


def test_a_task_that_nobody_can_do_is_said_to_the_coordinator(
    database: Database, engine: ProcessEngine, clock: VirtualClock
) -> None:
    with database.unit_of_work() as session:
        add_people(session)
        add_task(session, "Avalar", due_at=None, group="directivo_entidad@GOB/IDPAC", created_at=bogota(4, 6))
    clock.move_to(bogota(4))
    build(database, engine)

    assert written(database)["ana"].subject == "Sin quien la haga: Avalar"


def test_an_incident_is_said_to_the_coordinator(database: Database, engine: ProcessEngine, clock: VirtualClock) -> None:
    with database.unit_of_work() as session:
        add_people(session)
        task = add_task(session, "Reportar", due_at=None, assignee="luis", created_at=bogota(1))
        session.add(
            Incident(
                instance_id=task.instance_id,
                element_name="Consolidar",
                kind="step",
                message="falló",
                trace="",
                state="open",
                attempts=1,
                opened_at=bogota(4, 5),
            )
        )
    clock.move_to(bogota(4))
    build(database, engine)

    assert "Seguimiento de junio de 2018: Consolidar" in written(database)["ana"].text


def test_a_name_typed_by_somebody_is_never_markup_in_the_mail(
    database: Database, engine: ProcessEngine, clock: VirtualClock
) -> None:
    with database.unit_of_work() as session:
        add_people(session)
        add_task(
            session, "<script>alert(1)</script> {{ 7*7 }}", due_at=None, assignee="sandra", created_at=bogota(4, 6)
        )
    clock.move_to(bogota(4))
    build(database, engine)

    mail = written(database)["sandra"]
    assert "<script>" not in mail.html
    assert "{{ 7*7 }}" in mail.text


def test_what_a_digest_that_never_left_told_is_told_again_by_the_next(
    database: Database, engine: ProcessEngine, clock: VirtualClock
) -> None:
    # Given a task that Sandra heard of, a later one whose digest did not leave, and Luis who heard of both of his
    with database.unit_of_work() as session:
        add_people(session)
        far = end_of_day(dt.date(2018, 7, 27))
        add_task(session, "Sabida", due_at=far, assignee="sandra", created_at=bogota(3))
        add_task(session, "De Luis", due_at=far, assignee="luis", created_at=bogota(3))
    clock.move_to(bogota(4))
    build(database, engine)
    with database.unit_of_work() as session:
        add_task(session, "Perdida", due_at=far, assignee="sandra", created_at=bogota(4, 12))
    clock.move_to(bogota(5))
    build(database, engine, arrives=False)

    # When two more working days pass without a server, with something new on the second
    clock.move_to(bogota(6))
    build(database, engine, arrives=False)
    with database.unit_of_work() as session:
        add_task(session, "Nueva", due_at=far, assignee="sandra", created_at=bogota(6, 12))
    clock.move_to(bogota(9))
    build(database, engine, arrives=False)

    # Then one digest of hers waits, with both, and not what she heard of; nobody else is told of tasks again
    mails = [mail for mail in waiting(database) if mail.recipient != "ana"]  # hers tells how the week begins
    assert [mail.recipient for mail in mails] == ["sandra"]
    assert "Perdida" in mails[0].text and "Nueva" in mails[0].text and "Sabida" not in mails[0].text
    assert mails[0].subject == "Perdida: vence el 27 de julio (y 1 más)"


def test_a_reminder_whose_digest_never_left_is_given_by_the_next(
    database: Database, engine: ProcessEngine, clock: VirtualClock
) -> None:
    # Given a task due on Thursday 12 that Sandra heard of, and a reminder (three working days before) lost
    with database.unit_of_work() as session:
        add_people(session)
        add_task(session, "Reportar", due_at=end_of_day(dt.date(2018, 7, 12)), assignee="sandra", created_at=bogota(3))
    for day in (4, 5, 6):
        clock.move_to(bogota(day))
        build(database, engine)
    clock.move_to(bogota(9))
    build(database, engine, arrives=False)

    # When the next day comes, which asks for no reminder of its own
    clock.move_to(bogota(10))

    # Then it is given with the distance of that day
    assert build(database, engine, arrives=False) == 1
    (mail,) = (one for one in waiting(database) if one.recipient == "sandra")
    assert "Faltan 2 días hábiles" in mail.text


def waiting(database: Database) -> list[OutboxMessage]:
    with database.reading() as session:
        return list(session.scalars(sa.select(OutboxMessage).where(OutboxMessage.state == "pendiente")))


def add_second_sector(session: Session) -> None:
    """Hábitat: its coordinator (helena), and Sandra, who reports for IDPAC there too."""
    sector = registry.create(session, "HAB", "Hábitat")
    registry.link(session, sector, [("IDPAC", "adscrita")])
    helena = Person(username="helena", name="Helena", email="helena@demo.example", entity_code="IDPAC")
    session.add(helena)
    holdings.hold(helena, "HAB", ["coordinador_pes"])
    session.add(PersonRole(username="sandra", role_id="responsable_meta", sector_code="HAB", entity_code="IDPAC"))
    session.flush()


def in_second(session: Session, task: UserTask) -> None:
    session.get_one(Instance, task.instance_id).tenant = "HAB"
    session.flush()


def test_what_nobody_does_and_what_failed_is_told_to_the_coordination_of_its_sector(
    database: Database, engine: ProcessEngine, clock: VirtualClock
) -> None:
    # Given in each of two sectors a task that nobody can do, and in the second a step that failed
    with database.unit_of_work() as session:
        add_people(session)
        add_second_sector(session)
        add_task(session, "Sola en Gobierno", due_at=None, created_at=bogota(3))
        alone = add_task(session, "Sola en Hábitat", due_at=None, created_at=bogota(3))
        in_second(session, alone)
        session.add(
            Incident(instance_id=alone.instance_id, kind="step", message="", trace="", state="open", attempts=1,
                     element_name="Calcular", opened_at=bogota(3))
        )  # fmt: skip
    clock.move_to(bogota(4))

    # When the digests are written
    build(database, engine)

    # Then each coordinator reads what is of their sector, under no heading
    mails = written(database)
    assert mails["ana"].subject == "Sin quien la haga: Sola en Gobierno"
    assert "Sola en Gobierno" in mails["ana"].text and "Hábitat" not in mails["ana"].text
    assert mails["helena"].subject == "Sin quien la haga: Sola en Hábitat (y 1 más)"
    assert "Sola en Hábitat" in mails["helena"].text and "Gobierno" not in mails["helena"].text


def test_who_works_in_two_sectors_reads_one_mail_with_a_heading_for_each(
    database: Database, engine: ProcessEngine, clock: VirtualClock
) -> None:
    # Given a task for Sandra in each of two sectors
    with database.unit_of_work() as session:
        add_people(session)
        add_second_sector(session)
        group = "responsable_meta@{}/IDPAC"
        add_task(session, "Reportar en Gobierno", due_at=None, group=group.format("GOB"), created_at=bogota(3))
        in_second(
            session,
            add_task(session, "Reportar vivienda", due_at=None, group=group.format("HAB"), created_at=bogota(3)),
        )
    clock.move_to(bogota(4))

    # When the digests are written
    build(database, engine)

    # Then hers tells each under its sector, and Luis, who is of one, has it at the head of the mail alone
    mails = written(database)
    assert set(mails) == {"sandra", "luis"}
    text = mails["sandra"].text
    assert mails["sandra"].subject == "Nueva: Reportar en Gobierno (y 1 más)"
    assert text.index("Sector Gobierno") < text.index("Reportar en Gobierno") < text.index("Sector Hábitat")
    assert "Sector" not in mails["luis"].text
    assert mails["luis"].html.count("Sector Gobierno") == 1
    assert mails["sandra"].html.index("Buenos días") < mails["sandra"].html.index("Sector Gobierno")


def test_an_escalation_reaches_the_coordination_of_the_sector_of_the_task(
    database: Database, engine: ProcessEngine, clock: VirtualClock
) -> None:
    # Given a task of the second sector that fell due yesterday, with an escalation to its coordination
    with database.unit_of_work() as session:
        add_people(session)
        add_second_sector(session)
        late = add_task(
            session, "Reportar", due_at=end_of_day(dt.date(2018, 7, 3)), assignee="sandra", created_at=bogota(2),
            properties={"escalar": "+1:coordinador_pes"},
        )  # fmt: skip
        in_second(session, late)
    clock.move_to(bogota(4))

    # When the digests are written
    build(database, engine)

    # Then Hábitat's coordinator hears of it, and Gobierno's does not
    assert written(database)["helena"].subject == "De otra persona, vencida: Reportar"
    assert "ana" not in written(database)


def test_background_work_that_fails_is_told_to_who_administers_its_sector(
    database: Database, engine: ProcessEngine, clock: VirtualClock
) -> None:
    # Given an opening of the plan of each sector that fails, and administrators of one sector and of the installation
    with database.unit_of_work() as session:
        add_people(session)
        add_second_sector(session)
        directory.seed_roles(session)
        for username, sector, role in (("hadmin", "HAB", "administrador"), ("raiz", "", "administrador_instalacion")):
            session.add(Person(username=username, name=username, email=f"{username}@demo.example"))
            session.flush()
            session.add(PersonRole(username=username, role_id=role, sector_code=sector))
        for code in ("GOB", "HAB"):
            session.add(
                Plan(code=f"PES-{code}", name=code, sector_code=code, first_year=2017, years=4, state="vigente",
                     first_month="2018-01", ends_on=dt.date(2020, 12, 31))
            )  # fmt: skip
            session.add(
                SystemIncident(kind="opening", key=f"PES-{code}/f5_ciclo_mensual/2018-07", state="open", attempts=1,
                               error="", message="", retry_at=bogota(4), first_failed_at=bogota(3),
                               last_failed_at=bogota(3))
            )  # fmt: skip
    clock.move_to(bogota(4))

    # When the digests are written
    build(database, engine)

    # Then who administers a sector hears of its own, and who administers the installation of both
    mails = written(database)
    assert set(mails) == {"hadmin", "raiz"}
    assert "PES-HAB" in mails["hadmin"].text and "PES-GOB" not in mails["hadmin"].text
    assert "PES-HAB" in mails["raiz"].text and "PES-GOB" in mails["raiz"].text


def test_on_a_day_that_ones_sector_does_not_work_one_is_left_alone_and_the_next_tells_it_all(
    database: Database, engine: ProcessEngine, clock: VirtualClock
) -> None:
    # Given a second sector, which does not work on Wednesday the 4th, and a task that its coordinator got on Tuesday
    with database.unit_of_work() as session:
        add_people(session)
        add_second_sector(session)
        add_task(session, "Convocar en Gobierno", due_at=None, created_at=bogota(3, 10), assignee="ana")
        in_second(session, add_task(session, "Convocar", due_at=None, created_at=bogota(3, 10), assignee="helena"))
    assert isinstance(engine.calendar, WorkingCalendar)
    engine.calendar.know(KnownDays({"HAB": frozenset({dt.date(2018, 7, 4)})}, {}))

    # When that day's digests are written, and the next day's
    told = []
    for day in (4, 5):
        clock.move_to(bogota(day))
        build(database, engine)
        with database.reading() as session:
            told.append(set(session.scalars(sa.select(OutboxMessage.recipient))))

    # Then she hears of it on Thursday, and who works in the other sector heard on Wednesday
    assert told == [{"ana"}, {"ana", "helena"}]


def test_as_a_week_begins_who_coordinates_reads_how_each_entity_stands_and_who_reports_does_not(
    database: Database, engine: ProcessEngine, clock: VirtualClock
) -> None:
    # Given two tasks of IDPAC, one overdue and one due this week, both told of before
    with database.unit_of_work() as session:
        add_people(session)
        for name, day in (("Vieja", 5), ("De la semana", 13)):
            add_task(session, name, due_at=end_of_day(dt.date(2018, 7, day)), assignee="sandra", created_at=bogota(3),
                     variables={"entidad": "IDPAC"})  # fmt: skip
    for day in (4, 5, 6):
        clock.move_to(bogota(day))
        build(database, engine)

    # When Monday comes, and Tuesday
    told = []
    for day in (9, 10):
        clock.move_to(bogota(day))
        build(database, engine)
        told.append(written(database)["ana"])

    # Then the coordinator's Monday tells how the week begins, once
    assert told[0].subject == "La semana en Gobierno: 2 tareas abiertas, 1 vencida, 1 venc…"
    assert "2 tareas abiertas, 1 vencida, 1 vence esta semana" in told[0].text
    assert told[1].id == told[0].id
    assert "COMIENZA LA SEMANA" not in written(database)["sandra"].text


def test_who_watches_once_a_week_hears_on_its_first_day_all_that_others_left_undone(
    database: Database, engine: ProcessEngine, clock: VirtualClock
) -> None:
    # Given a task that nobody can do since Tuesday, and a coordinator who wants to hear of such once a week
    with database.unit_of_work() as session:
        add_people(session)
        habits.choose(session, "ana", Habits(watching=Watching.WEEKLY))
        add_task(session, "Avalar", due_at=None, group="directivo_entidad@GOB/IDPAC", created_at=bogota(3, 10))

    # When every working day until the next Monday builds its digests
    heard = {}
    for day in (4, 5, 6, 9):
        clock.move_to(bogota(day))
        build(database, engine)
        heard[day] = "ana" in written(database)

    # Then Monday's tells it
    assert heard == {4: False, 5: False, 6: False, 9: True}
    assert "SIN QUIEN LAS HAGA" in written(database)["ana"].text


def test_a_digest_says_who_answers_and_an_answer_reaches_them(
    database: Database, engine: ProcessEngine, clock: VirtualClock
) -> None:
    # Given a task of SDG for its reporter, whose liaison is Carlos
    with database.unit_of_work() as session:
        add_people(session)
        add_task(session, "Reportar", due_at=None, assignee="sandra", created_at=bogota(3),
                 variables={"entidad": "SDG"})  # fmt: skip

    # When the digest is written
    clock.move_to(bogota(4))
    build(database, engine)

    # Then it names him, and an answer goes to him
    mail = written(database)["sandra"]
    assert "le llega a Carlos, enlace de planeación de SDG" in mail.text
    assert outbox.compose(mail, "Cauce <c@localhost>")["Reply-To"] == "carlos@demo.example"
