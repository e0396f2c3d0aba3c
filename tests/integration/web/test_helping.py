"""Asking somebody to fill in some rows of one's task: they fill in and hand over, the owner brings it and sends."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import sqlalchemy as sa

from engine.tasks.models import UserTask
from notifications import digest
from notifications.contents import Digest
from notifications.models import MailNote
from notifications.subjects import subject
from tests.integration.web.test_task import task_of
from tests.support.web import Site, Visitor
from workflows.forms.models import FormDraft, Help
from workflows.people.models import Person

STORY = "Se hizo con las alcaldías."


@pytest.fixture
def task(site: Site) -> str:
    """Sandra's report of June."""
    return task_of(site, "reportar_avance", "IDPAC")


def rows_of(visitor: Visitor) -> list[str]:
    return [str(one) for one in visitor.page().xpath("//input[contains(@name,'-_fila')]/@value") if one]


def ask(site: Site, task: str, status: int = 200, **typed: object) -> Visitor:
    sandra = site.visitor("sruiz")
    sandra.open(f"{task}/apoyo")
    wanted = {"persona": "ynino", "fila": ["IR-3.1"], "hasta": "9/7/2018", "nota": "Los datos son suyos.", **typed}
    sandra.press(f"{task}/apoyo", status, **wanted)
    return sandra


def test_rows_are_asked_for_filled_in_by_another_and_brought_by_the_owner_who_sends(site: Site, task: str) -> None:
    # Given Sandra, who typed a value of another row, asks Yaneth for one of hers until Monday
    sandra = site.visitor("sruiz")
    sandra.open(task)
    rows = rows_of(sandra)
    other = next(place for place, row in enumerate(rows) if row != "IR-3.1")
    sandra.press(task, _accion="quedarse", **{f"avances-{other}-valor_periodo": "3"})
    sandra = ask(site, task)
    assert "Le pidió ayuda a Yaneth Niño" in sandra.text() and "todavía no entrega: IR-3.1" in sandra.text()

    # When Yaneth finds it in her inbox, sees that row alone, fills it in with its proof and hands it over
    yaneth = site.visitor("ynino")
    yaneth.open("/bandeja")
    assert "Le pidieron ayuda" in yaneth.text() and "Los datos son suyos." in yaneth.text()
    yaneth.open(task)
    assert rows_of(yaneth) == ["IR-3.1"]
    assert "Entregar a Sandra Ruiz" in yaneth.text()
    yaneth.press(
        task, _accion="entregar",
        **{
            "avances-0-valor_periodo": "1.250", "avances-0-avance_cualitativo": STORY,
            "avances-0-evidencias": (io.BytesIO(b"mes;valor\n6;1250\n"), "acta.csv"),
        },
    )  # fmt: skip
    assert "lo revisa y lo envía" in yaneth.text()

    # Then Sandra brings it beside what she had typed, with the file as her own
    sandra.open(task)
    assert "Yaneth Niño entregó" in sandra.text()
    sandra.press(task, 422, _accion="enviar", **{f"avances-{other}-dificultades": "Ninguna."})
    assert "no lo ha traído" in sandra.text() and "Ninguna." in sandra.text()  # sending would have lost it
    sandra.press(f"{task}/apoyo/traer")
    place = rows.index("IR-3.1")
    now = dict(sandra.fields(task))
    assert (
        now[f"avances-{place}-valor_periodo"] == "1.250" and now[f"avances-{place}-avance_cualitativo"].strip() == STORY
    )
    assert now[f"avances-{other}-valor_periodo"] == "3"
    assert now["fecha_soportes"]
    files = [value for name, value in sandra.fields(task) if name == f"avances-{place}-evidencias"]
    assert len(files) == 1 and "acta.csv" in sandra.text()
    sandra.press(f"{task}/apoyo/traer")  # a second time changes nothing
    assert [value for name, value in sandra.fields(task) if name == f"avances-{place}-evidencias"] == files
    with site.application.database.reading() as session:
        kinds = session.execute(sa.select(MailNote.recipient, MailNote.kind)).all()
        assert {("ynino", "apoyo"), ("sruiz", "apoyo")} <= {tuple(one) for one in kinds}
        assert session.scalars(sa.select(Help)).one().ready_at is not None


def test_a_helper_sends_nothing_and_opens_nothing_after_the_request_is_taken_back(site: Site, task: str) -> None:
    sandra = ask(site, task, fila=[])
    yaneth = site.visitor("ynino")
    yaneth.open(task)
    assert len(rows_of(yaneth)) > 1  # all was asked

    yaneth.send(task, [*yaneth.fields(task), ("_accion", "enviar")], status=403)
    sandra.press(f"{task}/apoyo/retirar")

    yaneth.open(task, status=403)
    yaneth.open("/bandeja")
    assert "Le pidieron ayuda" not in yaneth.text()


def test_a_task_that_passes_to_who_was_asked_for_help_is_asked_for_once(site: Site, task: str) -> None:
    ask(site, task)
    yaneth = site.visitor("ynino")
    asked = yaneth.text()
    with site.application.database.unit_of_work() as session:
        session.get_one(UserTask, int(task.rpartition("/")[2])).assignee = "ynino"

    yaneth.open("/bandeja")
    now = yaneth.text()
    yaneth.open(task)

    assert "Tiene 1 tarea" in asked and "Le pidieron ayuda" in asked and "No tiene tareas" not in asked
    assert "Mías (1)" in now and "Le pidieron ayuda" not in now
    assert "Le pidió ayuda a" not in yaneth.text()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"persona": "sruiz"}, "otra persona de su sector"),
        ({"hasta": "1/7/2018"}, "Esa fecha ya pasó"),
        ({"hasta": "20/7/2018"}, "después del plazo"),
        ({"hasta": "mañana"}, "Escriba hasta qué día así"),
    ],
)
def test_what_cannot_be_asked_is_said_with_what_was_typed(
    site: Site, task: str, typed: dict[str, str], told: str
) -> None:
    sandra = ask(site, task, 422, **typed)

    assert told in sandra.text()
    assert "Los datos son suyos." in sandra.text()
    assert sandra.page().xpath("//input[@name='fila'][@value='IR-3.1']/@checked")


def test_only_who_has_the_task_asks_and_a_second_time_is_told(site: Site, task: str) -> None:
    ask(site, task)

    again = ask(site, task, 422)

    assert "Ya le pidió ayuda a Yaneth Niño" in again.text()
    with site.application.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Help)) == 1
        assert session.scalars(sa.select(FormDraft)).all() == []
        assert session.get_one(Person, "ynino").active
    site.visitor("dsuarez").open(f"{task}/apoyo", status=403)


def test_who_was_asked_is_told_again_on_the_day_unless_they_handed_over(site: Site, task: str) -> None:
    # Given Yaneth, asked for a row by Monday the ninth
    ask(site, task)

    # When that day's digests are written, and once more after she handed over
    site.clock.move_to(dt.datetime(2018, 7, 9, 14, tzinfo=dt.UTC))
    told = digest_of(site, "ynino")
    with site.application.database.unit_of_work() as session:
        session.scalars(sa.select(Help)).one().ready_at = site.clock.now()
    handed_over = digest_of(site, "ynino")

    # Then the digest says it with its day and its address, and nothing after
    assert [(one.title, one.when) for one in told.helping] == [("Reportar avance", "vence hoy")]
    assert (
        told.worth_sending
        and subject(told, dt.date(2018, 7, 9)) == "Le piden ayuda: Reportar avance · IDPAC: vence hoy"
    )
    assert handed_over.helping == []


def digest_of(site: Site, username: str) -> Digest:
    application = site.application
    with application.database.reading() as session:
        facts = digest.read(session, application.engine, application.calendar)
        return digest._digest_of(facts, username)
