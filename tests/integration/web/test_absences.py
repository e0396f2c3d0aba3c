"""The page of who is away and who stands in."""

from __future__ import annotations

import sqlalchemy as sa

from notifications.models import OutboxMessage
from tests.integration.web.test_task import task_of
from tests.support.web import Site
from web import worker
from workflows.people.models import Absence


def register(site: Site, username: str, status: int = 200, **fields: str) -> str:
    """What the page says after somebody registered an absence."""
    visitor = site.visitor(username)
    visitor.open("/ausencias")
    visitor.press("/ausencias", status, **fields)
    return visitor.text()


def test_for_the_holidays_ones_tasks_go_to_a_colleague_who_is_told_and_opens_them(site: Site) -> None:
    # Given Sandra's report, and her holidays registered by herself, from today on
    task = task_of(site, "reportar_avance", "IDPAC")
    said = register(site, "sruiz", desde="6/7/2018", hasta="2018-07-13", reemplazo="rmora")

    # When the worker ticks
    worker.live(site.application)

    # Then Ricardo was told, and has it; she sees until when
    assert "del viernes 6 de julio al viernes 13 de julio" in said
    with site.application.database.reading() as session:
        told = session.scalars(sa.select(OutboxMessage.recipient).where(OutboxMessage.kind == "ausencia")).all()
    assert told == ["rmora"]
    ricardo = site.visitor("rmora")
    ricardo.open(task)
    assert "Sandra Ruiz (demo) está ausente" in ricardo.text()
    site.visitor("sruiz").open(task, status=409)


def test_what_cannot_be_is_said_and_nothing_typed_is_lost(site: Site) -> None:
    said = register(site, "sruiz", 422, desde="mañana", hasta="13/7/2018", reemplazo="rmora")
    assert "Escriba el primer día y el último" in said

    said = register(site, "sruiz", 422, desde="13/7/2018", hasta="9/7/2018")
    assert "El último día no puede ser antes del primero" in said


def test_the_coordinator_registers_for_others_names_who_stands_in_and_ends_it(site: Site) -> None:
    ana = site.visitor("amartinez")
    ana.open("/ausencias")
    ana.press("/ausencias", persona="cvega", desde="6/7/2018", hasta="12/7/2018")
    assert "una no tiene quién la reemplace" in ana.text()

    [absence] = absences(site)
    ana.open(f"/ausencias?reemplazar={absence.id}")
    ana.press("/ausencias/reemplazo", reemplazo="dsuarez")
    assert "en su lugar, Diana Suárez" in ana.text()

    ana.press("/ausencias/terminar")
    assert "Hoy no hay nadie ausente" in ana.text()


def test_nobody_changes_the_absence_of_somebody_else(site: Site) -> None:
    register(site, "sruiz", desde="6/7/2018", hasta="12/7/2018")
    [absence] = absences(site)
    diana = site.visitor("dsuarez")
    diana.open("/ausencias")

    assert not diana.page().xpath("//form[@action='/ausencias/terminar']")
    token = dict(diana.fields("/ausencias"))["csrf_token"]
    diana.send("/ausencias/terminar", [("csrf_token", token), ("ausencia", str(absence.id))], status=403)

    assert absences(site)[0].cancelled_at is None


def absences(site: Site) -> list[Absence]:
    with site.application.database.reading() as session:
        return list(session.scalars(sa.select(Absence)))
