"""The public page of a survey: anonymous, once per browser, and not by the hundred."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.identity import Actor
from engine.instances.models import Instance
from tests.support.sharing import made_once
from tests.support.web import Site, build_template, open_site
from web.portal.survey import PER_NETWORK
from web.unsigned.models import UnsignedAttempt
from workflows.surveys import conducting
from workflows.surveys.conducting import Design
from workflows.surveys.models import SurveyAnswer

TODAY = dt.date(2018, 7, 6)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "site", build_template)


@pytest.fixture
def site(template: Path, tmp_path: Path) -> Iterator[Site]:
    site = open_site(template, tmp_path)
    yield site
    site.application.database.dispose()


def ask(site: Site, *, multiple: bool = True) -> str:
    """A survey that is open; gives its page."""
    options = [{"texto": "Espacio público", "texto_libre": False}, {"texto": "Otro", "texto_libre": True}]
    asked = Design("Temas", "¿Qué va primero?", options, multiple, TODAY, dt.date(2018, 7, 20), ["web"], "Es anónima.")
    with site.application.database.unit_of_work() as session:
        case = session.scalars(sa.select(Instance.id)).first()
        assert case is not None
        survey = conducting.design(session, "PES-GOB", case, None, asked)
        conducting.decide(session, survey.id, approved=True, reason="", actor=Actor("ana"))
        conducting.open_to_citizens(session, survey.id)
        return f"/portal/encuesta/{survey.token}"


def answers(site: Site) -> list[SurveyAnswer]:
    with site.application.database.reading() as session:
        return list(session.scalars(sa.select(SurveyAnswer).order_by(SurveyAnswer.id)))


def test_anybody_with_the_link_answers_and_only_the_answer_is_kept(site: Site) -> None:
    page, citizen = ask(site), site.visitor()
    citizen.open(page)
    (first, second) = citizen.page().xpath("//input[@name='opcion']/@value")

    citizen.send(page, [*token_of(citizen), ("opcion", first), ("opcion", second), ("texto", "  <b>Parques</b>\n ")])

    assert citizen.heading() == "Gracias por responder"
    (kept,) = answers(site)
    assert (kept.choices, kept.free_text, kept.answered_on) == ([int(first), int(second)], "<b>Parques</b>", TODAY)
    assert set(kept.__table__.columns.keys()) == {
        "id", "survey_id", "answered_on", "choices", "free_text", "moderation",
    }  # fmt: skip


def test_the_same_browser_answers_once(site: Site) -> None:
    page, citizen = ask(site), site.visitor()
    citizen.open(page)
    fields = [*token_of(citizen), ("opcion", citizen.page().xpath("//input[@name='opcion']/@value")[0])]

    citizen.send(page, fields)
    citizen.send(page, fields)
    citizen.open(page)

    assert len(answers(site)) == 1
    assert "Ya respondió desde este navegador" in citizen.text()


def test_an_answer_without_an_option_comes_back_with_the_reason(site: Site) -> None:
    page, citizen = ask(site, multiple=False), site.visitor()
    citizen.open(page)

    citizen.send(page, [*token_of(citizen), ("opcion", "999999"), ("texto", "nada")], status=422)

    assert "Elija al menos una opción." in citizen.text()
    assert answers(site) == []


def test_an_address_that_sends_many_is_stopped_for_an_hour_and_never_written_down(site: Site) -> None:
    page = ask(site)

    for _citizen in range(PER_NETWORK):
        send_one(site, page)
    send_one(site, page, status=429)
    site.clock.move_to(site.clock.now() + dt.timedelta(minutes=61))
    send_one(site, page)

    assert len(answers(site)) == PER_NETWORK + 1
    with site.application.database.reading() as session:
        (attempt,) = session.scalars(sa.select(UnsignedAttempt)).all()
    assert "127.0.0.1" not in attempt.origin_hash and len(attempt.origin_hash) == 64


def send_one(site: Site, page: str, status: int = 200) -> None:
    citizen = site.visitor()
    citizen.open(page)
    option = citizen.page().xpath("//input[@name='opcion']/@value")[0]
    citizen.send(page, [*token_of(citizen), ("opcion", option)], status=status)


def test_after_its_last_day_nobody_answers_and_published_results_are_there_for_all(site: Site) -> None:
    page = ask(site)
    send_one(site, page)
    site.clock.move_to(dt.datetime(2018, 7, 21, 15, tzinfo=dt.UTC))

    citizen = site.visitor()
    citizen.open(page)
    assert "no recibe respuestas hoy" in citizen.text()
    citizen.open("/portal/encuesta/otra", status=404)

    with site.application.database.unit_of_work() as session:
        survey = conducting.by_token(session, page.rpartition("/")[2])
        conducting.tabulate(session, survey.id)
        conducting.analyse(session, survey.id, "Va primero el espacio público.")
        conducting.publish(session, survey.id, now=site.clock.now())
    citizen.open(page)
    assert "Espacio público1" in citizen.text() and "Va primero el espacio público." in citizen.text()


def token_of(visitor) -> list[tuple[str, str]]:  # type: ignore[no-untyped-def]
    return [("csrf_token", visitor.page().xpath("//form//input[@name='csrf_token']/@value")[0])]
