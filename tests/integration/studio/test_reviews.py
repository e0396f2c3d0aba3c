"""A change that a second person looks at, that waits for its day; versions side by side; a process retired."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from engine.definitions import catalogue
from engine.definitions.models import Release
from engine.instances.models import Instance
from notifications.models import OutboxMessage
from notifications.states import MailKind
from tests.integration.studio.conftest import LEADER, LIAISON, OTHER_LEADER, Browser
from tests.support.plan import PLAN
from tests.support.web import Site
from web import worker
from web.bootstrap import Application
from workflows.auditing.models import AuditEntry
from workflows.cycles import opening as cycles
from workflows.plan.models import Plan

REPORT = "/procesos/sub_reporte_entidad"
TASK = f"{REPORT}/tareas/reportar_avance"


@pytest.fixture
def other(sign_in: Callable[[str], Browser]) -> Browser:
    return sign_in(OTHER_LEADER)


def draw(browser: Browser, days: int) -> str:
    """Change a deadline in the draft; the revision that the publish page then shows."""
    form = browser.get(TASK).xpath("//main//form")[0]
    fields = {name: value or "" for name, value in form.form_values() if name != "csrf_token"}
    browser.send(TASK, **fields | {"days": str(days)})
    return str(browser.get(f"{REPORT}/publicar").xpath("//input[@name='revision']/@value")[0])


def ask(browser: Browser, revision: str, **more: str) -> int:
    browser.send(f"{REPORT}/publicar", reason="Lo pidió el sector.", revision=revision, way="review", **more)
    action = browser.get(f"{REPORT}/revision").xpath("//form[contains(@action, '/comentar')]/@action")[0]
    return int(action.split("/")[-2])


def mails(application: Application) -> list[tuple[str, str]]:
    with application.database.reading() as session:
        query = sa.select(OutboxMessage).where(OutboxMessage.kind == MailKind.RELEASE).order_by(OutboxMessage.id)
        return [(str(one.recipient), one.subject) for one in session.scalars(query)]


def acts(application: Application) -> list[str]:
    with application.database.reading() as session:
        query = sa.select(AuditEntry.action).where(AuditEntry.object_kind == "proceso").order_by(AuditEntry.id)
        return list(session.scalars(query))


def test_what_another_leader_approves_holds_and_both_are_named(
    application: Application, leader: Browser, other: Browser
) -> None:
    asked = ask(leader, draw(leader, 6))

    other.send(f"{REPORT}/revision/{asked}/aprobar", remark="De acuerdo.")

    said = leader.text(REPORT)
    assert "Versión 2" in said
    assert "la revisó Jorge Rojas" in said
    assert (OTHER_LEADER, "Revisar «Reporte de la entidad» antes de publicarlo") in mails(application)
    assert (LEADER, "Rige la nueva versión de «Reporte de la entidad»") in mails(application)
    assert acts(application)[-3:] == ["pedir_revision", "publicar", "aprobar_revision"]


def test_its_author_sees_no_way_to_approve_it_and_is_refused(leader: Browser) -> None:
    asked = ask(leader, draw(leader, 6))

    page = leader.text(f"{REPORT}/revision")
    leader.send(f"{REPORT}/revision/{asked}/aprobar", 409)

    assert "lo aprueba o lo devuelve otra persona" in page
    assert "Versión 1" in leader.text(REPORT)


def test_the_reviewer_sees_what_changes_comments_on_it_and_returns_it_with_words(
    leader: Browser, other: Browser
) -> None:
    asked = ask(leader, draw(leader, 6))

    assert "el plazo pasa de 5 a 6 días hábiles" in other.text(f"{REPORT}/revision")
    other.send(f"{REPORT}/revision/{asked}/comentar", element="reportar_avance", text="¿Y el cierre del día 7?")
    other.send(f"{REPORT}/revision/{asked}/devolver", 422, remark=" ")
    other.send(f"{REPORT}/revision/{asked}/devolver", remark="Mueva también el cierre.")

    said = leader.text(f"{REPORT}/publicar")
    assert "Devuelto: hay que cambiar algo" in said
    assert "Jorge Rojas (demo): Mueva también el cierre." in said
    assert "Reportar avance: ¿Y el cierre del día 7?" in said


def test_an_edit_after_asking_is_told_to_both_and_not_published(leader: Browser, other: Browser) -> None:
    asked = ask(leader, draw(leader, 6))
    draw(leader, 7)

    other.send(f"{REPORT}/revision/{asked}/aprobar", 409)

    assert "El borrador cambió después de pedir la revisión" in other.text(f"{REPORT}/revision")
    assert "así no se publicará" in leader.text(f"{REPORT}/publicar")


def test_a_process_that_demands_it_offers_no_other_way_but_to_who_administers(
    application: Application, leader: Browser, other: Browser
) -> None:
    leader.send(f"{REPORT}/revision/exigir", reviewed="1")
    revision = draw(other, 6)

    assert 'value="publish"' not in other.client.get(f"{REPORT}/publicar").text
    other.send(f"{REPORT}/publicar", 409, reason="Urge.", revision=revision, way="publish")
    other.send(f"{REPORT}/publicar", 409, reason="Urge.", revision=revision, way="unreviewed")

    assert "Versión 1" in leader.text(REPORT)
    assert "exigir_revision" in acts(application)


def test_what_has_its_day_holds_from_that_day_and_not_before(
    site: Site, leader: Browser, sign_in: Callable[[str], Browser]
) -> None:
    revision = draw(leader, 6)
    today = site.clock.now().date()

    leader.send(f"{REPORT}/publicar", 422, reason="Sí.", revision=revision, when="day", day=today.isoformat())
    leader.send(f"{REPORT}/publicar", 422, reason="Sí.", revision=revision, when="day", day="mañana")
    day = today + dt.timedelta(days=3)
    leader.send(f"{REPORT}/publicar", reason="Sí.", revision=revision, when="day", day=f"{day:%d/%m/%Y}")
    worker.tick(site.application)
    before = leader.text(REPORT)
    site.clock.advance(dt.timedelta(days=3))
    worker.tick(site.application)

    assert "Versión 1" in before
    assert "El borrador rige desde el" in before
    assert "Versión 2" in sign_in(LEADER).text(REPORT)
    assert (LEADER, "Rige la nueva versión de «Reporte de la entidad»") in mails(site.application)


def test_the_next_period_is_proposed_and_takes_what_was_published_for_it(site: Site, leader: Browser) -> None:
    revision = draw(leader, 6)
    page = leader.get(f"{REPORT}/publicar")
    (proposed,) = page.xpath("//input[@name='when'][@checked]")
    with site.application.database.reading() as session:
        (month,) = [one for one in cycles.calendar_starts(session) if one.process_key == "f5_ciclo_mensual"]
        due = cycles.openings(site.application.engine, month.cadence, session.get_one(Plan, PLAN))
        coming = next(one for one in due if one.due_on > site.clock.now().date())

    leader.send(f"{REPORT}/publicar", reason="Sí.", revision=revision, when="next")
    site.clock.move_to(dt.datetime.combine(coming.due_on, dt.time(13), dt.UTC))
    worker.tick(site.application)

    assert proposed.get("value") == "next"
    label = page.xpath("string(//label[@for='when-next'])")
    assert label.startswith(f"Desde el próximo periodo: {coming.period.words}, que se abre el")
    with site.application.database.reading() as session:
        opened = session.scalars(sa.select(Instance).where(Instance.process_key == "f5_ciclo_mensual")).all()
        newest = max(opened, key=lambda one: one.id)
        assert catalogue.by_sha(session, newest.bundle_sha256).versions["sub_reporte_entidad"] == 2


def test_what_has_its_day_and_was_edited_stays_out_and_is_told(
    site: Site, leader: Browser, sign_in: Callable[[str], Browser]
) -> None:
    revision = draw(leader, 6)
    day = site.clock.now().date() + dt.timedelta(days=3)
    leader.send(f"{REPORT}/publicar", reason="Sí.", revision=revision, when="day", day=day.isoformat())
    draw(leader, 7)

    site.clock.advance(dt.timedelta(days=3))
    worker.tick(site.application)
    worker.tick(site.application)

    leader = sign_in(LEADER)
    assert "Versión 1" in leader.text(REPORT)
    assert mails(site.application) == [(LEADER, "No se publicó «Reporte de la entidad»: el borrador cambió")]
    assert "el borrador había cambiado" in leader.text(f"{REPORT}/publicar")


def test_what_waits_is_taken_back_until_its_day(site: Site, leader: Browser, sign_in: Callable[[str], Browser]) -> None:
    revision = draw(leader, 6)
    day = site.clock.now().date() + dt.timedelta(days=3)
    leader.send(f"{REPORT}/publicar", reason="Sí.", revision=revision, when="day", day=day.isoformat())
    with site.application.database.reading() as session:
        (waits,) = session.scalars(sa.select(Release.id))

    leader.send(f"{REPORT}/revision/{waits}/retirar")
    site.clock.advance(dt.timedelta(days=4))
    worker.tick(site.application)

    said = sign_in(LEADER).text(REPORT)
    assert "Versión 1" in said
    assert "Hay un borrador" in said


def test_a_review_of_one_process_is_not_decided_at_the_address_of_another(leader: Browser, other: Browser) -> None:
    asked = ask(leader, draw(leader, 6))

    other.send(f"/procesos/f5_ciclo_mensual/revision/{asked}/devolver", 404, remark="No.")

    assert "lo pide Ana Martínez" in other.text("/procesos/")


def test_only_leaders_may_review_or_retire(sign_in: Callable[[str], Browser]) -> None:
    liaison = sign_in(LIAISON)

    liaison.get(f"{REPORT}/revision", 403)
    liaison.send(f"{REPORT}/retiro", 403, reason="Ya no.")


def test_two_versions_are_compared_in_words_pictures_and_forms(leader: Browser) -> None:
    revision = draw(leader, 6)
    leader.send(f"{REPORT}/publicar", reason="Sí.", revision=revision)
    draw(leader, 7)

    published = leader.text(f"{REPORT}/comparar?de=1&a=2")
    drafted = leader.get(f"{REPORT}/comparar")
    leader.get(f"{REPORT}/comparar?de=1&a=9", 404)

    assert "el plazo pasa de 5 a 6 días hábiles" in published
    assert "el plazo pasa de 6 a 7 días hábiles" in " ".join(drafted.text_content().split())
    assert len(drafted.xpath("//figure//*[local-name()='svg']")) == 2


def test_a_retired_process_opens_nothing_says_so_and_comes_back(
    application: Application, leader: Browser, sign_in: Callable[[str], Browser], open_july: Callable[[], None]
) -> None:
    month = "/procesos/f5_ciclo_mensual"

    leader.send(f"{month}/retiro", 422, reason=" ")
    leader.send(f"{month}/retiro", reason="El mes se hace en otra parte.")
    open_july()

    leader = sign_in(LEADER)
    said = leader.text(month)
    assert "El mes se hace en otra parte. No se abren casos nuevos" in said
    assert "Seguimiento de junio de 2018" in said
    assert "Seguimiento de julio de 2018" not in said
    assert "retirado" in leader.text("/procesos/")

    leader.send(f"{month}/reactivacion")
    assert "No se abren casos nuevos;" not in leader.text(month).split("Revisión y retiro")[0]
    assert acts(application)[-2:] == ["retirar_proceso", "reactivar_proceso"]
