"""A role is created where a drawing needs it: it says where nobody is, and whoever administers gives it."""

from __future__ import annotations

import sqlalchemy as sa

from engine.definitions.reading import read_diagram
from notifications.models import OutboxMessage
from notifications.states import MailKind
from tests.integration.studio.conftest import LEADER, LIAISON
from web.studio import overview
from web.studio.editor import review
from workflows.people.models import AskedRole, Person, PersonRole

ROLES = "/procesos/sub_reporte_entidad/roles"
TASK = "reportar_avance"


def administrator(application):
    with application.database.reading() as session:
        query = sa.select(PersonRole.username).where(PersonRole.role_id == "administrador")
        return session.scalar(query.limit(1))


def make(leader, status=303, **fields):
    given = {"nombre": "Ventanilla", "ambito": "entidad", "en": TASK} | fields
    return leader.send(ROLES, status, **given)


def draft(application):
    with application.database.reading() as session:
        return overview.working_xml(session, "sub_reporte_entidad")[0]


def test_a_role_is_created_for_a_step_and_asked_for_people_whom_the_administration_gives_it(
    leader, sign_in, application
):
    admin = administrator(application)
    make(leader, persona=[LIAISON])

    with application.database.reading() as session:
        mails = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == MailKind.ROLE)).all()
        held_before = session.scalars(sa.select(PersonRole).where(PersonRole.role_id == "ventanilla")).all()
    answered = sign_in(admin)
    answered.send("/personas/roles/ventanilla/pedidos", persona=LIAISON, sector="GOB")
    answered.send("/personas/roles/ventanilla/pedidos", 404, persona=LIAISON, sector="GOB")

    assert read_diagram(draft(application)).elements[TASK].roles == ("ventanilla",)
    assert admin in [one.recipient for one in mails]
    assert not held_before
    with application.database.reading() as session:
        held = session.scalars(sa.select(PersonRole).where(PersonRole.role_id == "ventanilla")).all()
        assert [(one.username, bool(one.entity_code)) for one in held] == [(LIAISON, True)]
        assert session.scalars(sa.select(AskedRole)).all() == []


def test_where_nobody_holds_it_is_said_on_the_page_and_beside_the_drawing(leader, application, site):
    make(leader, persona=[])

    text = leader.text(ROLES)
    with site.app.test_request_context():
        _, found = review(draft(application))

    assert "Nadie es «Ventanilla» todavía" in text
    warnings = [one for one in found if one.rule == "role" and one.severity == "warning"]
    assert [one.element for one in warnings] == [TASK]
    assert "no le llegarían a nadie" in warnings[0].message


def test_somebody_administering_may_refuse_and_the_role_stays_empty(leader, sign_in, application):
    make(leader, persona=[LIAISON])

    admin = sign_in(administrator(application))
    admin.send("/personas/roles/ventanilla/pedidos", persona=LIAISON, sector="GOB", no="1")

    assert "Nadie: las tareas de este rol" in admin.text("/personas/roles/ventanilla")
    assert "Nadie es «Ventanilla» todavía" in leader.text(ROLES)


def publish(leader, status=303):
    page = leader.get("/procesos/sub_reporte_entidad/publicar")
    revision = page.xpath("//input[@name='revision']/@value")[0]
    return leader.send("/procesos/sub_reporte_entidad/publicar", status, reason="Por ventanilla", revision=revision)


def test_publishing_waits_until_the_administration_gave_a_new_role_and_who_asked_hears_of_it(
    leader, sign_in, application
):
    admin = administrator(application)
    make(leader, persona=[LIAISON])

    told = leader.text("/procesos/sub_reporte_entidad/publicar")
    refused = publish(leader, 422)
    sign_in(admin).send("/personas/roles/ventanilla/pedidos", persona=LIAISON, sector="GOB")
    publish(leader)

    with application.database.reading() as session:
        called = session.get_one(Person, LIAISON).name
    assert f"«Ventanilla»: se pidió para {called}, y falta que la administración lo dé" in told
    assert "Falta que la administración diga quién tiene un rol nuevo." in refused.text
    with application.database.reading() as session:
        mails = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == MailKind.ROLE)).all()
        assert [one.subject for one in mails if one.recipient == LEADER] == [f"«Ventanilla»: lo tiene {called}"]


def test_of_a_role_that_is_made_for_nobody_the_administration_is_told_and_publishing_waits(leader, application):
    make(leader, persona=[])

    publish(leader, 422)

    with application.database.reading() as session:
        mails = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == MailKind.ROLE)).all()
        told = {one.recipient: one.subject for one in mails}
    assert told[administrator(application)] == "Decir quién tiene el rol «Ventanilla»"


def test_what_is_wrong_is_said_and_what_was_typed_stays(leader, application):
    before = draft(application)

    taken = make(leader, 422, nombre="Dirección jurídica", persona=[LIAISON])
    stranger = make(leader, 422, nombre="Ventanilla", persona=["nadie"])

    assert "Ya hay un rol" in taken.text
    assert 'value="Dirección jurídica"' in taken.text
    assert "Elija personas de la lista" in stranger.text
    assert draft(application) == before


def test_only_leaders_create_roles_here_and_only_administrators_give_them(leader, sign_in):
    make(leader, persona=[LIAISON])

    sign_in(LIAISON).send(ROLES, 403, nombre="Otro", ambito="sector")
    leader.send("/personas/roles/ventanilla/pedidos", 403, persona=LIAISON, sector="GOB")
