"""A correction of what was sent: kept as it is typed, there when one comes back, gone once it is sent or dropped."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import sqlalchemy as sa

from tests.integration.web.test_on_paper import OF
from tests.integration.web.test_task import task_of
from tests.integration.web.test_without_scripts import play
from tests.support.web import Site, Visitor
from workflows.forms.drafts import forget_unused
from workflows.forms.models import FormDraft

STORY, PROOF = "avances-0-avance_cualitativo", "avances-0-evidencias"
NEWER = "Se sumaron dos localidades que faltaban."


@pytest.fixture
def sent(site: Site) -> str:
    """The report of June that was sent and that nobody looked at."""
    task = task_of(site, "reportar_avance", OF)
    play(site, "reportar_avance")
    return task


def correcting(site: Site, sent: str) -> Visitor:
    reporter = site.visitor("ocardenas")
    reporter.open(f"{sent}/corregir")
    return reporter


def keep(reporter: Visitor, sent: str, **changed: str) -> dict[str, str]:
    """What the open page sends by itself while one types, and what it is told."""
    typed = {**dict(reporter.fields(f"{sent}/corregir")), **changed}
    answer = reporter.client.post(f"{sent}/borrador?correccion=1", data=typed)
    assert answer.status_code == 200, answer.text
    told: dict[str, str] = answer.get_json()
    return told


def story(page: Visitor, sent: str) -> str:
    return dict(page.fields(f"{sent}/corregir"))[STORY].strip()


def drafts(site: Site) -> int:
    with site.application.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(FormDraft)) or 0


def test_what_one_corrects_is_kept_while_one_types_and_stands_there_in_another_browser(site: Site, sent: str) -> None:
    told = keep(correcting(site, sent), sent, **{STORY: NEWER})
    assert told["guardado"]

    again = correcting(site, sent)

    assert story(again, sent) == NEWER
    assert "todavía no ha enviado" in again.text()
    again.open(f"{sent}/enviada")
    assert "Tiene una corrección sin enviar" in again.text() and NEWER not in again.text()


def test_a_file_chosen_for_a_correction_is_there_when_one_comes_back(site: Site, sent: str) -> None:
    reporter = correcting(site, sent)
    token = dict(reporter.fields(f"{sent}/corregir"))["csrf_token"]
    content = (io.BytesIO(b"%PDF-1.7 acta"), "acta-que-faltaba.pdf")
    stored = reporter.client.post(
        f"{sent}/archivos?correccion=1", data={"campo": PROOF, "csrf_token": token, "archivo": content}
    )
    keep(reporter, sent, **{PROOF: str(stored.get_json()["id"])})

    assert "acta-que-faltaba.pdf" in correcting(site, sent).text()


def test_without_scripts_save_and_leave_keeps_the_correction(site: Site, sent: str) -> None:
    reporter = correcting(site, sent)
    reporter.press(f"{sent}/corregir", _accion="guardar", **{STORY: NEWER})

    assert "Tiene una corrección sin enviar" in reporter.text()
    assert story(correcting(site, sent), sent) == NEWER


def test_a_correction_that_is_sent_leaves_no_draft(site: Site, sent: str) -> None:
    reporter = correcting(site, sent)
    keep(reporter, sent, **{STORY: NEWER})
    reporter.press(f"{sent}/corregir", _accion="enviar", **{STORY: NEWER})

    assert NEWER in reporter.text() and "sin enviar" not in reporter.text()
    assert drafts(site) == 0


def test_a_correction_that_is_refused_keeps_what_was_typed(site: Site, sent: str) -> None:
    correcting(site, sent).press(f"{sent}/corregir", 422, _accion="enviar", **{STORY: ""})

    assert story(correcting(site, sent), sent) == ""


def test_a_correction_may_be_dropped_and_what_was_sent_stays(site: Site, sent: str) -> None:
    reporter = correcting(site, sent)
    before = story(reporter, sent)
    keep(reporter, sent, **{STORY: NEWER})

    reporter.open(f"{sent}/corregir")
    reporter.press(f"{sent}/corregir/descartar")

    assert drafts(site) == 0
    assert story(correcting(site, sent), sent) == before


def test_a_code_in_what_was_sent_leads_to_its_indicator(site: Site, sent: str) -> None:
    reporter = correcting(site, sent)
    code = reporter.page().xpath("//input[@name='avances-0-_fila']/@value")[0]
    reporter.press(f"{sent}/corregir", _accion="enviar", **{STORY: f"Como en {code}, con dos localidades más."})

    (paragraph,) = [one for one in reporter.page().iter("p") if "dos localidades más" in one.text_content()]
    assert [one.text for one in paragraph.iter("a")] == [code]


def validated_meanwhile(site: Site, sent: str, **changed: str) -> Visitor:
    """The page of a correction that was kept, of rows that the liaison accepted before it was sent."""
    reporter = correcting(site, sent)
    keep(reporter, sent, **changed)
    play(site, "reportar_ejecucion", "validar_reporte")
    return reporter


def test_who_left_a_correction_unsent_reads_what_became_of_it_and_what_it_said(site: Site, sent: str) -> None:
    reporter = validated_meanwhile(site, sent, **{STORY: NEWER})

    reporter.open("/bandeja")
    assert "Tiene una corrección sin enviar" in reporter.text()
    reporter.open(f"{sent}/corregir")

    assert reporter.address == f"{sent}/enviada"
    (shown,) = reporter.page().xpath("//dl[contains(@class, 'unsent')]")
    assert NEWER in shown.text_content() and "Qué se hizo" in shown.text_content()
    assert len(shown.xpath("div")) == 1  # what was not touched is not told
    assert "pida en Preguntas y comentarios que le devuelvan la fila" in reporter.text()


def test_what_is_typed_into_a_correction_that_was_validated_meanwhile_is_kept(site: Site, sent: str) -> None:
    reporter = validated_meanwhile(site, sent, **{STORY: NEWER})

    told = keep(reporter, sent, **{STORY: NEWER + " Son cinco."})
    assert told["guardado"] and "ya fue revisado" in told["tarde"]
    reporter.open(f"{sent}/enviada")
    assert NEWER + " Son cinco." in reporter.text()


def test_a_correction_sent_too_late_changes_nothing_and_loses_nothing(site: Site, sent: str) -> None:
    reporter = correcting(site, sent)
    play(site, "reportar_ejecucion", "validar_reporte")

    reporter.press(f"{sent}/corregir", _accion="enviar", **{STORY: NEWER})

    assert "Su corrección no alcanzó a enviarse" in reporter.text() and NEWER in reporter.text()


def test_a_file_of_a_correction_is_a_drafts_until_it_is_sent_and_goes_with_it(site: Site, sent: str) -> None:
    # Given a file in a correction that nobody can send any more
    site.clock.advance(dt.timedelta(minutes=5))
    reporter = correcting(site, sent)
    token = dict(reporter.fields(f"{sent}/corregir"))["csrf_token"]
    content = (io.BytesIO(b"%PDF-1.7 lista de asistentes"), "asistentes.pdf")
    stored = reporter.client.post(
        f"{sent}/archivos?correccion=1", data={"campo": PROOF, "csrf_token": token, "archivo": content}
    ).get_json()
    validated_meanwhile(site, sent, **{PROOF: str(stored["id"])})

    # Then who wrote it finds it there, and others of the sector do not read it
    reporter.open(f"{sent}/enviada")
    (link,) = [one for one in reporter.page().iter("a") if one.text_content() == "asistentes.pdf"]
    reporter.open(str(link.get("href")))
    site.visitor("cvega").open(str(link.get("href")), status=403)

    # And after thirty days the usual sweep takes both
    site.clock.advance(dt.timedelta(days=31))
    with site.application.database.unit_of_work() as session:
        forget_unused(session, site.clock)
    assert drafts(site) == 0
    site.visitor("ocardenas").open(str(link.get("href")), status=404)
