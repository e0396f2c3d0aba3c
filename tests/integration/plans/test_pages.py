"""From a figure to the rows it comes from; the pages of lines, objectives and entities."""

from __future__ import annotations

import csv
import datetime as dt
import re
from decimal import Decimal

import pytest
import sqlalchemy as sa
from lxml.html import HtmlElement

from engine.clock import VirtualClock
from engine.database import Database
from tests.support.plan import PLAN, build_house
from tests.support.web import Site
from web.plans import levels, tree
from workflows.auditing.models import AuditEntry
from workflows.cycles.models import Period
from workflows.documents import files
from workflows.indicators.models import Indicator
from workflows.monitoring import facts, figures, year_course
from workflows.monitoring.models import Measurement, MeasurementChange, MeasurementEvidence
from workflows.people.models import Person
from workflows.plan.models import Plan
from workflows.reports.contents import light
from workflows.spanish import number


def measurement(site: Site, code: str, month: str) -> int:
    with site.application.database.reading() as session:
        query = sa.select(Measurement.id).join(Period, Period.id == Measurement.period_id)
        query = query.join(Indicator, Indicator.id == Measurement.indicator_id)
        return session.scalars(query.where(Indicator.code == code, Period.code == month)).one()


def test_a_figure_is_told_with_its_rule_and_its_numbers(site: Site) -> None:
    visitor = site.visitor("amartinez")

    page = visitor.open(f"/plan/{PLAN}/indicadores/IP-3.2.1?mes=2018-05")

    (told,) = page.xpath("//p[@class='sum']")
    executed, programmed, result = re.findall(r"[\d.,]+", told.text_content())
    with site.application.database.reading() as session:
        found = figures.of_period(session, PLAN, "2018-05").indicators["IP-3.2.1"].assessment
    assert found.executed is not None and found.programmed_to_date is not None
    assert Decimal(executed.replace(",", ".")) == found.executed
    assert Decimal(programmed.replace(",", ".")) == found.programmed_to_date
    assert Decimal(result.replace(",", ".")) == (found.executed / found.programmed_to_date * 100).quantize(
        Decimal("0.1")
    )


def test_the_rows_behind_a_figure_name_who_did_what_and_the_evidence(site: Site) -> None:
    one = measurement(site, "IP-3.2.1", "2018-05")
    with site.application.database.unit_of_work() as session:
        kept = files.store(session, site.clock, "sruiz", "acta de entrega.csv", b"obra;valor\n1;2\n", sector="GOB")
        session.add(MeasurementEvidence(measurement_id=one, file_id=kept.id))
        row = session.get_one(Measurement, one)
        row.reported_by, row.reported_at = "sruiz", dt.datetime(2018, 6, 5, 15, tzinfo=dt.UTC)
        row.validated_by, row.validated_at = "rmora", dt.datetime(2018, 6, 6, 15, tzinfo=dt.UTC)
    visitor = site.visitor("amartinez")

    page = visitor.open(f"/plan/{PLAN}/indicadores/IP-3.2.1?mes=2018-05")
    (link,) = page.xpath("//ul[@class='evidence']//a/@href")
    answer = visitor.client.get(link)

    assert "Reportó Sandra Ruiz, 5 de junio de 2018, 10:00" in visitor.text()
    assert "Validó Ricardo Mora, 6 de junio de 2018, 10:00" in visitor.text()
    assert f"SHA-256 {kept.sha256}" in visitor.text()
    assert answer.data == b"obra;valor\n1;2\n"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_what_an_act_changed_is_told_on_the_page(site: Site) -> None:
    one = measurement(site, "IP-3.2.1", "2018-05")
    with site.application.database.unit_of_work() as session:
        before = {"soluciones": "Esperar <b>.", "fecha_evidencia": None, "dificultades": "Lluvia."}
        after = {"soluciones": "Cambiar de contratista.", "fecha_evidencia": "2018-05-30", "dificultades": ""}
        act = MeasurementChange(
            measurement_id=one, at=dt.datetime(2018, 6, 5, 15, tzinfo=dt.UTC), actor_id="sruiz", action="enviar",
            before=before, after=after,
        )  # fmt: skip
        session.add(act)
    visitor = site.visitor("amartinez")

    page = visitor.open(f"/plan/{PLAN}/indicadores/IP-3.2.1?mes=2018-05")

    (told,) = page.xpath("//ol[@class='timeline']//ul")
    assert [item.text_content() for item in told] == [
        "Dificultades. Lluvia. → sin respuesta",
        "Soluciones. Esperar <b>. → Cambiar de contratista.",
        "Fecha de la evidencia. 30 de mayo de 2018",
    ]


def test_correcting_a_closed_month_is_refused_told_and_written_down(site: Site) -> None:
    one = measurement(site, "IP-3.2.1", "2018-05")
    with site.application.database.reading() as session:
        before = session.get_one(Measurement, one).value
    visitor = site.visitor("amartinez")
    action = f"/plan/{PLAN}/indicadores/IP-3.2.1/correccion"
    visitor.open(f"/plan/{PLAN}/indicadores/IP-3.2.1?mes=2018-05")

    visitor.press(action, status=409, valor="99", motivo="Me equivoqué.")

    assert "cerrado" in visitor.text()
    visitor.open(f"/plan/{PLAN}/indicadores/IP-3.2.1?mes=2018-05")
    assert "Cambio rechazado: el periodo está cerrado" in visitor.text()
    with site.application.database.reading() as session:
        assert session.get_one(Measurement, one).value == before
        change = session.scalars(sa.select(MeasurementChange).where(MeasurementChange.action == "rechazar")).one()
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.outcome == "rechazado")).one()
    assert (change.actor_id, entry.actor_id) == ("amartinez", "amartinez")


def test_a_correction_that_cannot_be_read_points_at_its_fields(site: Site) -> None:
    visitor = site.visitor("amartinez")
    action = f"/plan/{PLAN}/indicadores/IP-3.2.1/correccion"
    visitor.open(f"/plan/{PLAN}/indicadores/IP-3.2.1?mes=2018-05")

    page = visitor.press(action, status=422, valor="mucho")

    assert "Escriba el número así: 1.234,5" in visitor.text()
    assert page.xpath("//input[@name='valor']/@value") == ["mucho"]


def test_only_the_coordinator_may_correct(site: Site) -> None:
    sandra = site.visitor("sruiz")

    page = sandra.open(f"/plan/{PLAN}/indicadores/IP-3.2.1?mes=2018-05")

    assert not page.xpath("//form[contains(@action, 'correccion')]")
    sandra.open("/demo/reloj")
    token = dict(sandra.fields("/demo/reloj/dia"))["csrf_token"]
    fields = [("csrf_token", token), ("mes", "2018-05"), ("valor", "1"), ("motivo", "x")]
    sandra.send(f"/plan/{PLAN}/indicadores/IP-3.2.1/correccion", fields, 403)


def test_every_link_from_the_plan_down_to_an_indicator_opens(site: Site) -> None:
    visitor = site.visitor("amartinez")
    address = f"/plan/{PLAN}/plan/{PLAN}"
    for _step in range(3):
        page = visitor.open(address)
        address = page.xpath("//main//tbody//th/a/@href")[0]

    visitor.open(address)

    assert visitor.page().xpath("//p[@class='sum']") or "Todavía no llega" in visitor.text()


def test_the_plan_opens_on_the_last_complete_month(site: Site) -> None:
    page = site.visitor("amartinez").open("/plan/")

    assert page.xpath("//select[@name='mes']/option[@selected]/@value") == ["2018-05"]


@pytest.mark.parametrize(
    "address", [f"/plan/{PLAN}/indicadores/NO-1", "/plan/NO/indicadores/IP-3.2.1", f"/plan/{PLAN}/lineas/L99"]
)
def test_what_does_not_exist_is_not_found(site: Site, address: str) -> None:
    site.visitor("amartinez").open(address, status=404)


@pytest.fixture
def house(database: Database) -> Database:
    build_house(database, VirtualClock(dt.datetime(2018, 7, 1, 14, tzinfo=dt.UTC)), measured_before=(2018, 6))
    return database


@pytest.mark.parametrize(
    ("kind", "level"), [("lineas", "lines"), ("objetivos", "objectives"), ("entidades", "entities")]
)
def test_what_the_parts_bring_adds_up_to_the_figure(house: Database, kind: str, level: str) -> None:
    with house.reading() as session:
        found = figures.of_period(session, PLAN, "2018-05")
        for code, figure in getattr(found, level).items():
            shown = levels.read(session, found, kind, code)
            assert shown is not None
            total = sum((part.brings for part in shown.parts if part.brings is not None), Decimal(0))
            assert abs(total - figure.capped) < Decimal("0.000001"), code


def test_the_course_of_the_year_ends_in_the_figure(house: Database) -> None:
    with house.reading() as session:
        found = figures.of_period(session, PLAN, "2018-05").indicators["IP-3.2.1"].assessment
        fact = facts.of_indicator(session, PLAN, "IP-3.2.1", "2018-05")
        assert fact is not None
        course = year_course.of_fact(session, PLAN, fact, "2018-05")
        unknown = facts.of_indicator(session, PLAN, "NO-1", "2018-05")

    assert unknown is None
    may, june = course.points[4], course.points[5]
    assert (may.executed, may.programmed) == (found.executed, found.programmed_to_date)
    assert june.executed is None and june.programmed is not None


def test_the_matrix_says_who_answers_for_each_indicator_and_where_nobody_can(site: Site) -> None:
    # Given an indicator whose reviewer left
    with site.application.database.unit_of_work() as session:
        session.get_one(Person, "rmora").active = False
    visitor = site.visitor("amartinez")

    visitor.open("/plan/PES-GOB/responsables?entidad=IDPAC")

    # Then it stands there, with whom, in the row
    told = visitor.text()
    assert "Sandra Ruiz" in told and "Ricardo Mora (dejó el cargo)" in told and "Sin quien lo haga" in told
    assert "Diana Suárez" not in told


def rows_of(page: HtmlElement) -> list[str]:
    """The codes of the indicators in the tree."""
    return [str(one.text) for one in page.xpath("//tr[@class='i']/th/a")]


def test_the_tree_tells_the_years_the_trend_and_what_was_gained_since_the_cutoff_before(site: Site) -> None:
    visitor = site.visitor("amartinez")

    page = visitor.open("/plan/?mes=2018-05&contra=2018-02")

    heads = [one.text_content() for one in page.xpath("//table[@class='tree']/thead//th")]
    assert page.xpath("//tr[@class='i']//svg[@class='spark']") and page.xpath("//tr[@class='l']//svg[@class='spark']")
    with site.application.database.reading() as session:
        plan = session.get_one(Plan, PLAN)
        assert heads[5:-1] == [str(plan.first_year + more) for more in range(plan.years)]
        now = figures.cells(session, PLAN, "2018-05")["IP-3.2.1"].compliance
        then = figures.cells(session, PLAN, "2018-02")["IP-3.2.1"].compliance
    (row,) = page.xpath("//tr[@class='i'][th/a='IP-3.2.1']")
    assert now is not None and then is not None
    gained = number(abs(now - then), 1)
    assert (f"+{gained}" if now > then else f"−{gained}") in " ".join(row.text_content().split())


def test_the_tree_is_narrowed_by_each_filter_and_says_how_many_are_left(site: Site) -> None:
    visitor = site.visitor("amartinez")
    whole = rows_of(visitor.open("/plan/?mes=2018-05"))

    reds = rows_of(visitor.open("/plan/?mes=2018-05&luz=En+rojo"))
    told = visitor.text()
    of_entity = rows_of(visitor.open("/plan/?mes=2018-05&entidad=IDPAC"))
    of_person = rows_of(visitor.open("/plan/?mes=2018-05&persona=sruiz"))
    by_word = rows_of(visitor.open("/plan/?mes=2018-05&q=ip-3.2.1"))
    changed = rows_of(visitor.open("/plan/?mes=2018-05&contra=2018-02&cambios=1"))

    assert 0 < len(reds) < len(whole) and f"de {len(whole)}." in told
    assert set(of_person) <= set(of_entity) < set(whole) and by_word == ["IP-3.2.1"]
    with site.application.database.reading() as session:
        now, then = figures.cells(session, PLAN, "2018-05"), figures.cells(session, PLAN, "2018-02")
    both = [code for code in whole if code in then]
    words = {code: [light(one[code].color, one[code].status).word for one in (now, then)] for code in both}
    assert set(changed) == {code for code, (after, before) in words.items() if after != before}
    assert "Nada coincide" in visitor.open("/plan/?mes=2018-05&q=nadie").text_content()


def shown(page: HtmlElement) -> list[str]:
    """The codes of the indicators in the tree."""
    return [str(code) for code in page.xpath("//tr[@class='i']/th/a/text()")]


def test_the_indicators_of_a_large_plan_are_shown_under_the_objectives_that_are_opened(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a plan that is large
    everything = shown(site.visitor("amartinez").open("/plan/"))
    monkeypatch.setattr(tree, "FEW", len(everything) - 1)
    visitor = site.visitor("amartinez")

    # When it is opened, an objective of it, another one, and the first is closed
    closed = visitor.open("/plan/")
    first, second = closed.xpath("//tr[@class='fold']//a")[:2]
    one = visitor.open(first.get("href").partition("#")[0])
    two = visitor.open(one.xpath("//tr[@class='fold']//a/@href")[1].partition("#")[0])
    again = visitor.open(two.xpath("//tr[@class='fold']//a/@href")[0].partition("#")[0])

    # Then each shows what was asked for, and a closed one how many there are and how many need a look
    assert shown(closed) == [] and "indicadores" in first.text_content()
    assert any("1 en rojo" in row.text_content() for row in closed.xpath("//tr[@class='fold']"))
    assert [link.get("aria-expanded") for link in (first, second)] == ["false", "false"]
    assert 0 < len(shown(one)) < len(shown(two)) < len(everything)
    assert shown(two) == shown(one) + shown(again)
    assert shown(visitor.open("/plan/?abre=todo")) == everything
    # And what filters left is shown at once
    assert 0 < len(shown(visitor.open("/plan/?entidad=IDPAC"))) < len(everything)


def test_the_tree_leaves_as_a_file_with_its_filters(site: Site) -> None:
    visitor = site.visitor("amartinez")
    page = visitor.open("/plan/?entidad=IDPAC")

    (link,) = page.xpath("//p[@class='exports']//a[starts-with(., 'CSV')]/@href")
    head, *lines = csv.reader(visitor.client.get(f"/plan/{link}").data.decode("utf-8-sig").splitlines())

    assert head[:4] == ["Línea", "Objetivo", "Código", "Indicador"] and head[-1] == "Meta 2020"
    assert [line[2] for line in lines] == shown(page)
    with site.application.database.reading() as session:
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "exportar")).one()
    assert entry.after["filtro"] == {"entidad": "IDPAC"}
