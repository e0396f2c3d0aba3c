"""Publishing a cadence says what it opens, asks from when, and opens no more than that."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from engine.definitions import catalogue, drafts
from engine.instances.models import Instance
from tests.integration.studio.conftest import LEADER
from tests.support.diagrams import TIMER, chain, end, process, start, user
from web.cli import main
from workflows.cycles import opening as cycles
from workflows.people import directory
from workflows.plan.models import Plan

PAGE = "/procesos/arqueo/publicar"
TASK = user("contar", role="coordinador_pes", form="convocar")


def drawing(**calendar):
    """A monthly process, or of another cadence."""
    properties = {"cadencia": "mensual", "apertura": "cierre+1dh", "corte": "fin_de_mes"} | calendar
    begin = start("inicio", TIMER, **properties)
    return process("arqueo", begin, TASK, end(), chain("inicio", "contar", "fin"), name="Arqueo")


def draft(application, **calendar):
    """The same, never published; its revision."""
    drawn = drawing(**calendar)
    with application.database.unit_of_work() as session:
        actor = directory.actor(session, LEADER)
        return drafts.save(
            session, application.engine, drafts.PROCESS, "arqueo", drawn, base_version=None, revision=0, actor=actor
        ).revision


def publish(browser, revision, status=303, **fields):
    return browser.send(PAGE, status, reason="Lo pidió el sector.", revision=str(revision), **fields)


def opened(application):
    with application.database.unit_of_work() as session:
        cycles.open_due(session, application.engine)
    with application.database.reading() as session:
        query = sa.select(Instance.business_key).where(Instance.process_key == "arqueo").order_by(Instance.id)
        return list(session.scalars(query))


def since(application):
    with application.database.reading() as session:
        return catalogue.current(session, "arqueo").element("arqueo", "inicio").properties.get("desde")


def test_a_new_cadence_begins_with_the_next_period_and_opens_nothing_now(application, leader, open_july):
    revision = draft(application)

    said = leader.text(PAGE)
    publish(leader, revision)
    now = opened(application)
    open_july()

    assert "julio de 2018: abre 0 casos ahora" in said
    assert "junio de 2018: abre 1 caso ahora" in said
    assert "Próximas fechas: 1 de agosto de 2018 (julio de 2018)" in said
    assert since(application) == "2018-07-01"
    assert now == []
    assert opened(application) == ["PES-GOB/arqueo/2018-07"]


def test_one_period_back_is_chosen_and_opened(application, leader):
    publish(leader, draft(application), **{"desde-inicio": "2018-06-01"})

    assert opened(application) == ["PES-GOB/arqueo/2018-06"]


def test_more_than_one_case_at_once_asks_to_type_how_many(application, leader):
    with application.database.unit_of_work() as session:
        session.execute(sa.update(Plan).values(first_month="2017-01"))  # followed for long
    revision = draft(application, cadencia="bimestral", corte="fin_de_bimestre")
    page = leader.get(PAGE)
    oldest = page.xpath("//select[@name='desde-inicio']/option")[-1]
    number = int(oldest.text_content().split("abre ")[1].split()[0])
    back = {"desde-inicio": oldest.get("value")}

    answer = publish(leader, revision, 422, **back)
    wrong = publish(leader, revision, 422, casos="1", **back)
    publish(leader, revision, casos=str(number), **back)

    assert number > 1
    assert f"Se abrirían {number} casos ahora" in answer.text
    assert "Lo pidió el sector." in wrong.text
    assert len(opened(application)) == number


def test_a_draft_that_says_from_when_is_proposed_so(application, leader):
    revision = draft(application, desde="2018-06-01")

    chosen = leader.get(PAGE).xpath("//select[@name='desde-inicio']/option[@selected]/@value")
    publish(leader, revision)

    assert chosen == ["2018-06-01"]
    assert opened(application) == ["PES-GOB/arqueo/2018-06"]


@pytest.mark.parametrize("text", ["pronto", "2018-13-01", "01/06/2018"])
def test_a_beginning_that_nobody_understands_is_a_finding(application, leader, text):
    draft(application, desde=text)

    said = leader.text(PAGE)

    assert f"No se entiende desde cuándo se abre: «{text}»" in said


def test_what_does_not_change_the_calendar_asks_nothing(application, leader):
    publish(leader, draft(application))
    with application.database.unit_of_work() as session:
        actor = directory.actor(session, LEADER)
        xml = catalogue.current(session, "arqueo").xml("arqueo").replace(b'name="contar"', b'name="Contar"')
        drafts.save(session, application.engine, drafts.PROCESS, "arqueo", xml, base_version=1, revision=0, actor=actor)

    said = leader.text(PAGE)

    assert "Qué abrirá el calendario" not in said


def test_the_command_line_says_it_too_and_asks_to_confirm_many(application, tmp_path, monkeypatch):
    file = tmp_path / "arqueo.bpmn"
    file.write_bytes(drawing(cadencia="bimestral", corte="fin_de_bimestre"))
    monkeypatch.setenv("CAUCE_DATABASE_URL", application.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CAUCE_HOME", str(tmp_path / "var"))
    monkeypatch.setattr("web.migrating.migrate", lambda _database: None)  # these tables were made without it
    words = ["diagrams", "publish", str(file), "--reason", "Prueba", "--as", LEADER]

    many = CliRunner().invoke(main, [*words, "--since", "2018-06-01"])
    quiet = CliRunner().invoke(main, words)

    assert many.exit_code == 1
    assert "Para confirmarlo, repita con --opens " in many.output
    assert quiet.exit_code == 0
    assert "«Arqueo» abre 0 casos ahora; próximas fechas: " in quiet.output
