"""What is held about a person: told, taken along, erased where the law allows (Ley 1581)."""

from __future__ import annotations

import datetime as dt
import json

import sqlalchemy as sa

from engine.database import Base
from engine.tasks.models import UserTask
from notifications.models import MailHabit, OutboxMessage
from tests.support.web import Site
from web.acts import ACTS
from web.auth.models import Credential, WebSession
from web.inbox.models import CalendarFeed, SavedView
from web.privacy import erasing, mentions
from workflows.auditing import chain
from workflows.auditing.models import AuditEntry
from workflows.people.models import Absence, Comment, Extension, Person

FORM = "/personas/sruiz/suprimir"


def _leave(site: Site, username: str) -> None:
    administrator = site.visitor("admin")
    administrator.open(f"/personas/{username}")
    administrator.press(f"/personas/{username}/acceso", activa="0")


def _link_all(site: Site) -> None:
    (act,) = (act for act in ACTS if act.kind == "audit_chain")
    act.run(site.application)


def test_the_notice_says_who_answers_for_the_data_and_anybody_reads_it(make_site) -> None:  # type: ignore[no-untyped-def]
    named = make_site(demo=False, privacy_controller="Secretaría X", privacy_contact="datos@x.gov.co").visitor()

    named.open("/ingresar")
    assert named.page().xpath("//footer//a[@href='/privacidad']")
    named.open("/privacidad")

    assert "Secretaría X" in named.text()
    assert named.page().xpath("//a[@href='mailto:datos@x.gov.co']")


def test_everybody_reads_and_takes_along_what_is_held_about_them(office: Site) -> None:
    # Given somebody who signed in, and once failed to
    office.visitor().sign_in("sruiz", "otra cosa", status=422)
    visitor = office.visitor("sruiz")
    _leave_traces(office, "sruiz")

    # When they look at their data and take them along
    visitor.open("/cuenta/datos")
    shown = visitor.text()
    visitor.press("/cuenta/datos.json")
    taken = json.loads(visitor.last.data)  # type: ignore[union-attr]

    # Then it is there, without any secret, and that they took it stands in the trail
    assert "Bitácora" in shown and "127.0.0.1" in shown
    assert taken["ficha"][0]["usuario"] == "sruiz"
    assert {one["acto"] for one in taken["bitacora"]} >= {"ingresar"}
    assert [one["qué"] for one in taken["acceso"]] == ["contraseña"]
    assert [one["texto"] for one in taken["comentarios"]] == ["Falta el acta."]
    assert [one["motivo"] for one in taken["prorrogas"]] == ["Falta un contrato."]
    assert [one["desde"] for one in taken["ausencias"]] == ["2018-08-01"]
    assert [one["qué"] for one in taken["preferencias"]] == ["correos", "calendario privado", "vista guardada"]
    assert {(one["tabla"], one["columna"]) for one in taken["registros_que_lo_nombran"]} >= {("person", "username")}
    with office.application.database.reading() as session:
        secret = session.get_one(Credential, "sruiz").password_hash
        exported = session.scalars(sa.select(AuditEntry.object_id).where(AuditEntry.action == "exportar")).all()
    assert secret not in visitor.last.text  # type: ignore[union-attr]
    assert exported == ["sruiz"]


def _leave_traces(office: Site, username: str) -> None:
    """Let somebody say, ask and prefer something."""
    now, day = office.clock.now(), dt.date(2018, 8, 1)
    with office.application.database.unit_of_work() as session:
        task = session.scalars(sa.select(UserTask).limit(1)).one()
        asked = Extension(task_id=task.id, asked_by=username, asked_at=now, reason="Falta un contrato.", wanted_on=day)
        away = Absence(username=username, since=day, until=day, registered_at=now, registered_by=username)
        said = Comment(instance_id=task.instance_id, author=username, at=now, text="Falta el acta.")
        feed = CalendarFeed(username=username, token_sha256="0" * 64, made_at=now)
        views = [SavedView(username=username, sector_code="", name="Lo mío", query="vista=mias")]
        session.add_all([asked, away, said, feed, *views, MailHabit(username=username)])


def test_every_column_in_which_a_username_stands_is_known_to_name_people(office: Site) -> None:
    known = {(column.table.name, column.name) for column in mentions.columns()}
    with office.application.database.reading() as session:
        people = session.scalars(sa.select(Person.username)).all()
        naming = {
            (table.name, column.name)
            for table in Base.metadata.tables.values()
            for column in table.columns
            if isinstance(column.type, sa.String)
            and session.scalar(sa.select(sa.literal(1)).select_from(table).where(column.in_(people)).limit(1))
        }

    assert naming - known - {("audit_entry", "object_id"), ("system_incident", "key")} == set()
    assert len(naming) > 5


def test_whoever_still_has_access_is_not_erased(office: Site) -> None:
    administrator = office.visitor("admin")
    administrator.open("/personas/sruiz/datos")
    assert not administrator.page().xpath(f"//form[@action='{FORM}']")
    token = administrator.page().xpath("//input[@name='csrf_token']/@value")[0]

    administrator.send(FORM, [("csrf_token", token), ("usuario", "sruiz"), ("motivo", "Lo pidió")], status=409)

    with office.application.database.reading() as session:
        assert session.get_one(Person, "sruiz").erased_at is None


def test_erasing_takes_who_somebody_was_and_leaves_what_they_did_and_the_chain(office: Site) -> None:
    # Given somebody who worked, was written to, and left
    office.visitor("sruiz")
    _leave_traces(office, "sruiz")
    with office.application.database.unit_of_work() as session:
        before = session.get_one(Person, "sruiz")
        name, email = before.name, before.email
        session.add(
            OutboxMessage(
                kind="resumen", dedup_key="x", recipient="sruiz", address=email, subject=f"Para {name}", text=name,
                html=name, created_at=office.clock.now(), send_at=office.clock.now(),
            )
        )  # fmt: skip
    _leave(office, "sruiz")
    with office.application.database.reading() as session:
        tasks = session.scalar(sa.select(sa.func.count()).select_from(UserTask))
    _link_all(office)

    # When who administers erases them, on their request
    administrator = office.visitor("admin")
    administrator.open("/personas/sruiz/datos")
    administrator.press(FORM, usuario="sruiz", motivo="Lo pidió el 3 de julio")
    _link_all(office)

    # Then nothing tells who they were, their work is as it was, and the chain holds
    with office.application.database.reading() as session:
        person = session.get_one(Person, "sruiz")
        assert (person.name, person.email, person.roles) == (erasing.ERASED, erasing.NOWHERE, [])
        assert session.get(Credential, "sruiz") is None
        for table in (WebSession, CalendarFeed, SavedView, MailHabit):
            assert session.scalars(sa.select(table).where(table.username == "sruiz")).all() == []
        mails = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.recipient == "sruiz")).all()
        assert mails and {(one.address, one.text) for one in mails} == {(erasing.NOWHERE, "")}
        assert {str(one.state) for one in mails} <= {"omitido", "enviado", "reemplazado"}
        about = session.scalars(sa.select(AuditEntry).where(AuditEntry.actor_id == "sruiz")).all()
        assert about and all(one.personal is None and one.salt is None for one in about)
        assert session.scalar(sa.select(sa.func.count()).select_from(UserTask)) == tasks
        assert list(chain.verify(session)) == []
        (record,) = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "suprimir_datos"))
        assert record.reason == "Lo pidió el 3 de julio" and record.after["correos"] == len(mails)
        everything = " ".join(
            str(cell)
            for table in ("person", "outbox_message", "credential", "web_session", "sign_in_attempt", "audit_entry")
            for row in session.execute(sa.select(Base.metadata.tables[table]))
            for cell in row
        )
    assert [text for text in (name, email) if text in everything] == [], everything[
        max(0, everything.find(name) - 300) : everything.find(name) + 100
    ]


def test_who_was_erased_is_not_brought_back(office: Site) -> None:
    _leave(office, "sruiz")
    administrator = office.visitor("admin")
    administrator.open("/personas/sruiz/datos")
    administrator.press(FORM, usuario="sruiz", motivo="Lo pidió")

    administrator.open("/personas/sruiz")
    assert "se suprimieron" in administrator.text()
    acts = {"acceso": {"activa": "1"}, "correo": {"correo": "s@x.gov.co"}, "datos": {"nombre": "Sara"}}
    for act, fields in acts.items():
        token = administrator.page().xpath("//input[@name='csrf_token']/@value")[0]
        administrator.send(f"/personas/sruiz/{act}", [("csrf_token", token), *fields.items()], status=409)
        administrator.open("/personas/sruiz")

    with office.application.database.reading() as session:
        assert session.get_one(Person, "sruiz").name == erasing.ERASED


def test_erasing_is_confirmed_by_writing_the_username(office: Site) -> None:
    _leave(office, "sruiz")
    administrator = office.visitor("admin")
    administrator.open("/personas/sruiz/datos")

    administrator.press(FORM, 409, usuario="otra", motivo="Lo pidió")

    assert "escriba el usuario" in administrator.text()
