"""The portal: sectors with their plans, each indicator with its series, how a plan was made, feed and sitemap."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from lxml import etree

from engine.identity import Actor
from engine.instances.models import Instance
from tests.support.plan import PLAN
from tests.support.two_sectors import SECOND
from tests.support.web import PLAYED_UNTIL, Site, build_played_template, open_site
from workflows.documents import files, publishing
from workflows.documents.models import Document, StoredFile
from workflows.documents.states import Reserve
from workflows.monitoring import figures
from workflows.monitoring.models import MeasurementEvidence
from workflows.people.models import Person
from workflows.plan.models import Plan
from workflows.plan.states import PlanState
from workflows.reports import presenting
from workflows.reports.assembling import monthly_report
from workflows.sectors import registry
from workflows.surveys import conducting
from workflows.surveys.conducting import Design

INDICATOR = "IP-1.1.2"
FORMED = "PES-HAB"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_played_template(tmp_path_factory.mktemp("portal"))


@pytest.fixture
def site(played: Path, tmp_path: Path) -> Site:
    """The played demo, and beside it a sector that formulates its plan and asks the citizens."""
    site = open_site(played, tmp_path)
    site.clock.move_to(PLAYED_UNTIL)
    with site.application.database.unit_of_work() as session:
        registry.create(session, SECOND, "Hábitat")
        session.add(
            Plan(
                code=FORMED, name="PES de Hábitat", sector_code=SECOND, first_year=2019, years=4,
                state=PlanState.FORMULATION, first_month="2019-01", ends_on=dt.date(2022, 12, 31),
            )
        )  # fmt: skip
        session.flush()
        case = session.scalars(sa.select(sa.func.min(Instance.id))).one()
        for question, closes_on in (("¿Qué va primero?", dt.date(2018, 8, 20)), ("¿Qué iba?", dt.date(2018, 8, 1))):
            asked = Design(
                "Temas", question,
                [{"texto": "Vivienda", "texto_libre": False}, {"texto": "Otro", "texto_libre": True}], True,
                dt.date(2018, 7, 30), closes_on, ["web"], "Es anónima.",
            )  # fmt: skip
            survey = conducting.design(session, FORMED, case, None, asked)
            conducting.decide(session, survey.id, approved=True, reason="", actor=Actor("ana"))
            conducting.open_to_citizens(session, survey.id)
    return site


def _paths(site: Site) -> list[str]:
    """Every page of the sitemap, as paths."""
    sitemap = etree.fromstring(site.visitor().client.get("/portal/sitemap.xml").data)
    return [urlsplit(str(one.text)).path for one in sitemap.iter("{*}loc")]


def test_the_portal_lists_sectors_with_their_plans_by_how_they_stand(site: Site) -> None:
    stranger = site.visitor()

    stranger.open("/portal/")
    told = stranger.text()

    assert told.index("Sector Gobierno") < told.index("Sector Hábitat")
    assert told.index("En ejecución") < told.index("En formulación") < told.index("PES de Hábitat")
    assert "¿Qué va primero?" in told and "Hasta el 20 de agosto de 2018" in told
    assert "¿Qué iba?" not in told  # its last day is over


def test_a_sector_has_an_address_of_its_own_and_one_without_plans_says_so(site: Site) -> None:
    with site.application.database.unit_of_work() as session:
        registry.create(session, "VAC", "Vacío")
    stranger = site.visitor()

    stranger.open(f"/portal/sector/{SECOND}")
    assert stranger.heading() == "Sector Hábitat"
    assert "PES de Hábitat" in stranger.text() and PLAN not in stranger.text()
    stranger.open("/portal/sector/VAC")
    assert "todavía no ha publicado ningún plan" in stranger.text()
    stranger.open("/portal/sector/NADIE", status=404)


def test_an_indicator_shows_every_published_month_as_the_figures_have_it(site: Site) -> None:
    stranger = site.visitor()
    with site.application.database.reading() as session:
        told = figures.as_json(figures.of_period(session, PLAN, "2018-06"))["indicadores"][INDICATOR]

    stranger.open(f"/portal/{PLAN}")
    (banner,) = stranger.page().find_class("sector-banner")
    assert "Sector Gobierno · Secretaría Distrital de Gobierno" in " ".join(banner.text_content().split())
    assert stranger.page().xpath(f"//a[@href='/portal/{PLAN}/indicador/{INDICATOR}']")
    stranger.open(f"/portal/{PLAN}/indicador/{INDICATOR}")
    months = [row.text_content() for row in stranger.page().xpath("//table//tbody/tr")]
    address = f"/portal/{PLAN}/indicador/{INDICATOR}"
    table = list(csv.DictReader(io.StringIO(stranger.client.get(f"{address}/datos.csv").data.decode("utf-8-sig"))))
    data = stranger.client.get(f"{address}/datos.json").json

    assert len(months) == len(table) == len(data["serie"]) == 1  # what was loaded is nobody's publication
    june = next(row for row in table if row["periodo"] == "2018-06")
    assert float(june["ejecutado"]) == float(data["serie"][0]["ejecutado"]) == float(told["ejecutado"])
    assert float(june["cumplimiento_a_la_fecha_pct"]) == float(told["cumplimiento_a_la_fecha_pct"])
    assert june["color"] == told["color"]
    assert data["codigo"] == INDICATOR and data["metas"]["2018"] == "80"
    assert not any(row["periodo"] == "2018-07" for row in table)  # still being reported


@pytest.mark.parametrize("path", ["indicador/IP-1", "como-se-hizo", "novedades.atom", "indicador/IP-1/datos.csv"])
def test_what_is_being_formulated_is_nobodys_to_read(site: Site, path: str) -> None:
    site.visitor().open(f"/portal/{FORMED}/{path}", status=404)


def test_the_plan_that_is_being_formulated_shows_its_survey_and_nothing_else(site: Site) -> None:
    stranger = site.visitor()

    stranger.open(f"/portal/{FORMED}")

    assert "en formulación" in stranger.text() and "¿Qué va primero?" in stranger.text()
    assert "Cómo se hizo" not in stranger.text()


def test_how_a_plan_was_made_tells_its_phases_and_meetings_as_numbers(site: Site) -> None:
    stranger = site.visitor()

    stranger.open(f"/portal/{PLAN}/como-se-hizo")

    assert len(stranger.page().xpath("//table//tbody/tr")) == 6
    assert "acta aprobada" in stranger.text()


def test_how_a_plan_was_made_offers_the_documents_that_its_page_does(site: Site) -> None:
    links = "//section[@aria-labelledby='documentos']//a/@href"
    with site.application.database.unit_of_work() as session:
        now = site.clock.now()
        stored = files.keep(session, site.clock, "amartinez", "informe.pdf", b"%PDF-1.7", "application/pdf")
        session.flush()
        session.add(
            Document(
                plan_code=PLAN, kind=sorted(publishing.KINDS)[0], key="2017", format="pdf", version=1, title="Informe",
                dated_at=now, made_at=now, published_at=now, file_id=stored.id,
            )
        )  # fmt: skip
    stranger = site.visitor()
    stranger.open(f"/portal/{PLAN}")
    offered = stranger.page().xpath(links)

    stranger.open(f"/portal/{PLAN}/como-se-hizo")

    assert offered and stranger.page().xpath(links) == offered


def test_the_feed_tells_what_was_published_with_addresses_that_open(site: Site) -> None:
    client = site.visitor().client
    answer = client.get(f"/portal/{PLAN}/novedades.atom")
    feed = etree.fromstring(answer.data)
    ids = [str(one.text) for one in feed.iterfind("{*}entry/{*}id")]
    moments = [str(one.text) for one in feed.iterfind("{*}entry/{*}updated")]

    assert answer.mimetype == "application/atom+xml"
    assert (
        feed.findtext("{*}title") and feed.findtext("{*}author/{*}name") and feed.findtext("{*}updated") == moments[0]
    )
    assert f"{site.application.config.base_url}/portal/{PLAN}/2018-06" in ids
    assert len(ids) == len(set(ids)) and moments == sorted(moments, reverse=True)
    assert all(client.get(urlsplit(one).path).status_code == 200 for one in ids[:5])
    assert etree.fromstring(client.get("/portal/novedades.atom").data).findtext("{*}title")


def test_every_address_of_the_sitemap_opens_and_names_no_person(site: Site) -> None:
    client = site.visitor().client
    with site.application.database.reading() as session:
        people = session.execute(sa.select(Person.username, Person.name, Person.email)).all()
    paths = _paths(site)

    assert {"/portal/", f"/portal/{PLAN}", f"/portal/{PLAN}/como-se-hizo", f"/portal/{FORMED}"} <= set(paths)
    assert f"Sitemap: {site.application.config.base_url}/portal/sitemap.xml" in client.get("/robots.txt").text
    for path in _one_of_each(paths):
        answer = client.get(path)
        assert answer.status_code == 200, path
        said = [one for row in people for one in row if len(one) > 5 and one in answer.text]
        assert path.endswith("/2018-06") or said == [], path  # a month says who signed its report


def test_what_people_attached_is_linked_nowhere_and_only_public_files_are_handed_out_or_named(site: Site) -> None:
    # Given evidence that is not public, and a report that somebody classified afterwards
    client = site.visitor().client
    with site.application.database.unit_of_work() as session:
        secret = session.scalars(sa.select(StoredFile).join(MeasurementEvidence).order_by(StoredFile.id)).first()
        published = session.scalars(sa.select(Document).where(Document.format == "pdf")).first()
        assert secret is not None and published is not None
        report = f"/portal/{PLAN}/{published.key}/informe.pdf"
        open_to_all = client.get(report).status_code
        secret.reserve = session.get_one(StoredFile, published.file_id).reserve = Reserve.CLASSIFIED

    # When a stranger looks through everything, and the month is written again
    pages = [client.get(path).text for path in _one_of_each(_paths(site))]
    with site.application.database.reading() as session:
        told = presenting.present(monthly_report(session, PLAN, published.key))

    # Then no page leads to a file that is not the portal's, nobody is handed the report, and the name stays inside
    assert not any("/archivos/" in page for page in pages)
    assert (open_to_all, client.get(report).status_code) == (200, 404)
    assert secret.name not in str(told) and "Soporte con reserva (clasificada)" in str(told)


def _one_of_each(paths: list[str]) -> Iterator[str]:
    """Of many indicators and months, two."""
    for kind in ("/indicador/", "/20"):
        yield from [one for one in paths if kind in one][:2]
    yield from [one for one in paths if "/indicador/" not in one and "/20" not in one]


def test_what_nobody_changed_is_not_sent_twice(site: Site) -> None:
    client = site.visitor().client
    for path in ("/portal/", f"/portal/{PLAN}/indicador/{INDICATOR}", "/portal/sitemap.xml", "/portal/novedades.atom"):
        first = client.get(path)

        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

        assert (again.status_code, again.get_data()) == (304, b""), path
