"""The window of a month is moved for everybody by who coordinates, after seeing what that does."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from engine.history import HistoryEntry
from engine.states import HistoryKind
from engine.tasks.models import UserTask
from engine.timers import Timer
from notifications.models import MailNote
from tests.support.web import Site, Visitor
from workflows.auditing.models import AuditEntry
from workflows.calendar import bogota_day, end_of_day
from workflows.monitoring.models import EntityReport, MovedWindow
from workflows.reports import assembling, presenting
from workflows.sectors.holidays import are_reckoned, known_days, note_reckoned

PLAN, MONTH = "PES-GOB", "2018-06"
PAGE = f"/seguimiento/planes/{PLAN}/ventana/{MONTH}"
FIRST, LATER = dt.date(2018, 7, 11), dt.date(2018, 7, 13)
WHY = "Cayó la plataforma de la Secretaría."


def coordinator(site: Site) -> Visitor:
    visitor = site.visitor("amartinez")
    visitor.open(PAGE)
    return visitor


def due_days(site: Site) -> dict[int, dt.date]:
    with site.application.database.reading() as session:
        rows = session.execute(sa.select(UserTask.id, UserTask.due_at).where(UserTask.element_id == "reportar_avance"))
        return {task_id: bogota_day(due) for task_id, due in rows}


def closing(site: Site) -> dt.datetime:
    with site.application.database.reading() as session:
        return session.scalars(sa.select(Timer.due_at).where(Timer.element_id == "cierre_de_reportes")).one()


def test_it_is_seen_first_then_moved_with_its_reason_and_everybody_is_told(site: Site) -> None:
    # Given the coordinator, who looks at what another day would do
    visitor, before = coordinator(site), due_days(site)
    visitor.press(PAGE, hasta="13/07/2018")
    seen = visitor.text()
    untouched = due_days(site), closing(site)

    # When it is moved
    visitor.press(PAGE, motivo=WHY, mover="si")

    # Then nothing had moved by looking; now what is counted from the closing has, in the open tasks and in the month's
    # own clock, with history, trail, mails and the sentence of the report
    assert "Consolidar" not in seen and "Revisar consolidado" in seen and "Aprobar" in seen
    assert "Recordatorios de «Reportar avance»" in seen
    assert untouched == (before, end_of_day(FIRST))
    assert set(before.values()) == {dt.date(2018, 7, 9)} and set(due_days(site).values()) == {dt.date(2018, 7, 11)}
    assert closing(site) == end_of_day(LATER)
    assert "La ventana cierra el 13 de julio de 2018" in visitor.text() and WHY in visitor.text()
    with site.application.database.reading() as session:
        [move] = session.scalars(sa.select(MovedWindow))
        assert (move.later, move.closed_on, move.closes_on) == (2, FIRST, LATER)
        told = set(session.scalars(sa.select(MailNote.recipient).where(MailNote.dedup_key.startswith("ventana/"))))
        assert {"sruiz", "amartinez"} <= told
        entries = session.scalars(sa.select(HistoryEntry).where(HistoryEntry.kind == HistoryKind.DEADLINE_MOVED)).all()
        assert {entry.actor_id for entry in entries} == {"amartinez"} and WHY in entries[0].data["motivo"]
        [trail] = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "mover_ventana"))
        assert (trail.before, trail.after) == ({"cierra": "2018-07-11"}, {"cierra": "2018-07-13"})
        said = presenting.headline(assembling.monthly_report(session, PLAN, MONTH))
    assert "hasta el 13 de julio de 2018 y no hasta el 11 de julio de 2018: Cayó la plataforma" in said


def test_what_opens_afterwards_falls_due_as_much_later_and_it_can_be_moved_back(site: Site) -> None:
    # Given a window that was moved, and a calendar that learns it as every command does
    visitor = coordinator(site)
    visitor.press(PAGE, hasta="13/07/2018")
    visitor.press(PAGE, motivo=WHY, mover="si")
    with site.application.database.reading() as session:
        known = known_days(session)
        assert not are_reckoned(session, known)
    site.application.calendar.know(known)
    data = {"cierre": "2018-06-30", "periodo": MONTH, "entidad": "IDPAC"}
    now = site.application.clock.now()
    due = site.application.calendar.deadline("cierre+10dh", since=now, variables=data, scope=PLAN)

    # When it is moved back
    visitor.press(PAGE, hasta="11/07/2018")
    visitor.press(PAGE, motivo="Volvió la plataforma.", mover="si")

    # Then everything is where it was, and both moves are told
    assert bogota_day(due) == dt.date(2018, 7, 18)
    assert closing(site) == end_of_day(FIRST) and set(due_days(site).values()) == {dt.date(2018, 7, 9)}
    assert WHY in visitor.text() and "Volvió la plataforma." in visitor.text()
    with site.application.database.unit_of_work() as session:
        assert known_days(session).windows[PLAN, MONTH].later == 0
        note_reckoned(session, known_days(session))
        assert are_reckoned(session, known_days(session))
        assert assembling.monthly_report(session, PLAN, MONTH).window is None


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("", "Escriba hasta qué día"),
        ("14/07/2018", "no es hábil"),
        ("02/07/2018", "no haya llegado"),
        ("10/07/2018", "eso quitaría tiempo"),
        ("11/07/2018", "ya cierra el"),
        ("28/12/2018", "20 días hábiles a lo sumo"),
    ],
)
def test_a_day_that_cannot_be_is_refused_in_words_and_the_reason_stays(site: Site, day: str, said: str) -> None:
    visitor = coordinator(site)

    visitor.press(PAGE, status=422, hasta=day, motivo=WHY)

    assert said in visitor.text() and WHY in visitor.text()


def test_without_a_reason_or_unseen_nothing_moves_and_who_does_not_coordinate_may_not(site: Site) -> None:
    visitor, before = coordinator(site), due_days(site)

    visitor.press(PAGE, hasta="13/07/2018", mover="si")  # not seen: it is shown
    seen = visitor.text()
    visitor.press(PAGE, status=422, motivo=" ", mover="si")

    assert "Qué cambia si cierra" in seen and "Diga por qué se mueve la ventana" in visitor.text()
    assert due_days(site) == before
    for username in ("sruiz", "rmora"):
        site.visitor(username).open(PAGE, status=403)


def test_who_had_more_time_alone_has_no_less_than_everybody(site: Site) -> None:
    # Given a task with a day more and another with a week more
    first, second = sorted(due_days(site))[:2]
    with site.application.database.unit_of_work() as session:
        for task_id, day in ((first, dt.date(2018, 7, 10)), (second, dt.date(2018, 7, 16))):
            task = session.get_one(UserTask, task_id)
            task.due_at, task.due_since = end_of_day(day), None
    visitor = coordinator(site)

    visitor.press(PAGE, hasta="13/07/2018")
    visitor.press(PAGE, motivo=WHY, mover="si")

    assert due_days(site)[first] == dt.date(2018, 7, 11) and due_days(site)[second] == dt.date(2018, 7, 16)


def test_punctuality_counts_by_the_window_of_each_month_and_says_which_had_another_limit(site: Site) -> None:
    # Given an entity that sent on the seventh working day of June
    seventh = end_of_day(dt.date(2018, 7, 11)) - dt.timedelta(hours=6)
    with site.application.database.unit_of_work() as session:
        sent = sa.update(EntityReport).where(EntityReport.entity_code == "DADEP").values(first_sent_at=seventh)
        session.execute(sent)
    visitor = coordinator(site)
    board = "/seguimiento?plan=PES-GOB"
    visitor.open(board)
    late = visitor.text()

    # When the window of June goes two working days later
    visitor.open(PAGE)
    visitor.press(PAGE, hasta="13/07/2018")
    visitor.press(PAGE, motivo=WHY, mover="si")
    with site.application.database.reading() as session:
        site.application.calendar.know(known_days(session))

    # Then that same day is in time, and the table says its limit
    visitor.open(board)
    assert "el límite es el 5." in late and "junio de 2018: envió el día hábil 7, tarde" in late
    assert "el límite es el 5 (en junio de 2018, el 7)." in visitor.text()
    assert "junio de 2018: envió el día hábil 7, tarde" not in visitor.text()
    assert "junio de 2018: envió el día hábil 7" in visitor.text()


def test_what_would_change_leaves_as_a_file_and_nothing_moves_by_it(site: Site) -> None:
    visitor, before = coordinator(site), due_days(site)
    visitor.press(PAGE, hasta="13/07/2018")

    taken = visitor.client.post(
        PAGE,
        data={**dict(visitor.fields(PAGE)), "formato": "csv", "tabla": "plazos"},
        headers={"Origin": "http://localhost"},
    )

    assert taken.mimetype == "text/csv"
    assert taken.data.decode("utf-8-sig").splitlines()[0] == "Tarea,Quién,Vence,Vencería"
    assert due_days(site) == before
