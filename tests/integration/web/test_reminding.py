"""Who coordinates reminds several people at once from the filtered inbox, after seeing whom it reaches."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from notifications.models import MailNote, OutboxMessage
from tests.support.web import Site


def test_several_are_reminded_at_once_after_a_preview_and_nobody_twice_a_day(site: Site) -> None:
    # Given the reports of two entities, chosen by Ana among the tasks of the sector
    ana = site.visitor("amartinez")
    ana.open("/bandeja/filtrar?vista=sector")
    chosen = [str(one) for one in ana.page().xpath("//li[.//strong='Reportar avance']//input[@name='tarea']/@value")]
    assert len(chosen) == 3

    # When she looks at what would happen, and confirms with a message
    kept = [("vista", "sector"), ("acto", "recordar"), *(("tarea", one) for one in chosen[:2])]
    csrf = ("csrf_token", ana.page().xpath("//input[@name='csrf_token']/@value")[0])
    ana.send("/bandeja/varias", [csrf, *kept])
    assert "Todavía no ha pasado nada" in ana.text() and "le llega un correo" in ana.text()
    ana.press("/bandeja/varias/hacer", motivo="Hoy cierra el mes.")

    # Then two people are written to; a second time the preview says that they were, and reaches the third alone
    assert "Les llega a 2 personas el recordatorio de 2 tareas" in ana.text()
    ana.send("/bandeja/varias", [csrf, *kept, ("tarea", chosen[2])])
    assert ana.text().count("ya se le recordó hoy") == 2
    with site.application.database.reading() as session:
        told = session.scalars(sa.select(MailNote).where(MailNote.kind == "recordatorio")).all()
        assert len(told) == 2 and all("Hoy cierra el mes." in one.text for one in told)


def test_a_reminder_is_taken_back_before_its_mail_leaves_and_what_else_waited_is_still_told(site: Site) -> None:
    # Given three reports of which somebody was reminded, one of them alone before
    ana = site.visitor("amartinez")
    ana.open("/bandeja/filtrar?vista=sector")
    chosen = [str(one) for one in ana.page().xpath("//li[.//strong='Reportar avance']//input[@name='tarea']/@value")]
    csrf = ("csrf_token", ana.page().xpath("//input[@name='csrf_token']/@value")[0])
    ana.send(f"/seguimiento/tareas/{chosen[0]}/recordar", [csrf])
    site.clock.advance(dt.timedelta(seconds=30))
    ana.open("/bandeja/filtrar?vista=sector")
    ana.send("/bandeja/varias", [csrf, ("vista", "sector"), ("acto", "recordar"), *(("tarea", one) for one in chosen)])
    ana.press("/bandeja/varias/hacer")

    # When it is undone at once
    ana.press("/bandeja/varias/deshacer")

    # Then the first reminder stays and the others never were
    assert "No se recuerda nada de 2 de 2." in ana.text()
    with site.application.database.reading() as session:
        assert [str(one) for one in session.scalars(sa.select(MailNote.task_id))] == [chosen[0]]
        assert len(session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == "recordatorio")).all()) == 1


def test_who_does_not_coordinate_reminds_nobody(site: Site) -> None:
    sandra = site.visitor("sruiz")
    sandra.open("/bandeja/filtrar")
    own = sandra.page().xpath("//input[@name='tarea']/@value")[0]
    csrf = ("csrf_token", sandra.page().xpath("//input[@name='csrf_token']/@value")[0])

    sandra.send("/bandeja/varias", [csrf, ("vista", "mias"), ("acto", "recordar"), ("tarea", own)])

    assert "no la coordina usted" in sandra.text()
