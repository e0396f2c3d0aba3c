"""The six phases of a plan and the guide row by row, as pages; a plan is begun by the coordinator."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from engine.instances.models import Instance
from tests.support.plan import PLAN
from tests.support.web import Site
from workflows import guide
from workflows.calendar import bogota_day
from workflows.documents import files
from workflows.documents.models import Document
from workflows.documents.states import DocumentKind
from workflows.formulation import execution, methodology
from workflows.lifecycle import pasos
from workflows.people import directory
from workflows.plan.models import Plan
from workflows.plan.states import PlanState


def _coordinator(site: Site) -> str:
    with site.application.database.reading() as session:
        return directory.people_with(session, "coordinador_pes", "GOB")[0].username


def test_the_six_phases_say_what_is_open_and_with_whom(site: Site) -> None:
    visitor = site.visitor("sruiz")

    page = visitor.open("/ciclo")

    assert visitor.heading().startswith("Ciclo de vida de")
    rows = [" ".join(row.text_content().split()) for row in page.xpath("(//table)[1]/tbody/tr")]
    assert len(rows) == 6
    assert all("Terminada antes de cargar el plan" in row for row in rows[:3])
    assert "En curso" in rows[4]
    (following,) = page.xpath("//section[@id='fase-5']")
    assert "Reportar avance · IDPAC Sandra Ruiz" in " ".join(following.text_content().split())
    links = [link.text_content() for link in following.xpath(".//tbody//th//a")]
    assert links == ["Reportar avance", "Reportar ejecución presupuestal y actividades"]


def test_the_guide_tells_the_state_of_its_43_rows(site: Site) -> None:
    visitor = site.visitor("sruiz")

    page = visitor.open("/guia")

    assert len(page.xpath("//article")) == 43
    assert "43 de 43 filas" in visitor.text()
    (row,) = page.xpath("//article[@id='fila-6.1']")
    told = " ".join(row.text_content().split())
    assert "En curso" in told
    assert "Reporte mensual de cada entidad" in told
    assert "Reportar avance · IDPAC" in told
    (formulation,) = page.xpath("//article[@id='fila-1.2b']")
    assert "Terminada antes de cargar el plan" in formulation.text_content()
    (evaluation,) = page.xpath("//article[@id='fila-6.3']")
    assert "Por comenzar" in evaluation.text_content()


def test_a_task_leads_to_its_row_of_the_guide(site: Site) -> None:
    visitor = site.visitor("sruiz")
    page = visitor.open("/bandeja")
    address = page.xpath("//a[contains(@href, '/tareas/')][contains(., 'Reportar avance')]/@href")[0]

    page = visitor.open(address)

    (link, *_others) = page.xpath("//a[contains(@href, '#fila-')]")
    assert link.get("href") == f"/guia?plan={PLAN}#fila-4.5"


def test_the_coordinator_begins_a_plan(site: Site) -> None:
    visitor = site.visitor(_coordinator(site))
    visitor.open("/ciclo")

    visitor.press("/ciclo/nuevo", codigo="PES-NUEVO")

    assert "Ciclo de vida de PES-NUEVO" in visitor.text()
    with site.application.database.reading() as session:
        case = session.scalars(sa.select(Instance).where(Instance.business_key == "PES-NUEVO")).one()
    assert case.process_key == "pes_maestro"
    assert "falta su primera tarea" in (visitor.open("/ciclo") is not None and visitor.text())


def test_a_code_that_is_taken_is_refused_in_a_sentence(site: Site) -> None:
    visitor = site.visitor(_coordinator(site))
    visitor.open("/ciclo")

    visitor.press("/ciclo/nuevo", status=409, codigo=PLAN)

    assert f"Ya hay un plan con el código {PLAN}" in visitor.text()


def test_only_the_coordinator_begins_or_shortens_a_plan(site: Site) -> None:
    page = site.visitor("sruiz").open("/ciclo")

    assert page.xpath("//form[@method='post'][contains(@action, '/ciclo/')]") == []


def test_an_early_end_opens_the_final_evaluation(site: Site) -> None:
    visitor = site.visitor(_coordinator(site))
    visitor.open("/ciclo")

    visitor.press(f"/ciclo/{PLAN}/fin-anticipado", fin="2018-12-31", motivo="Cambio de administración")

    assert "El fin anticipado quedó registrado y la evaluación comenzó." in visitor.text()
    with site.application.database.reading() as session:
        assert session.get_one(Plan, PLAN).ends_on.isoformat() == "2018-12-31"
        assert session.scalars(sa.select(Instance).where(Instance.process_key == "f6_evaluacion_final")).one()


def test_pages_open_on_the_plan_in_force_and_say_which_one_it_follows(site: Site) -> None:
    # Given a plan that ended before the one in force, under an earlier code, and the next one being formulated
    with site.application.database.unit_of_work() as session:
        for code, name, year, state in (
            ("PES-ANTES", "El de antes", 2013, PlanState.CLOSED),
            ("PES-DESPUES", "El que viene", 2021, PlanState.FORMULATION),
        ):  # fmt: skip
            session.add(
                Plan(
                    code=code, name=name, sector_code="GOB", first_year=year, years=4, state=state,
                    first_month=f"{year}-01", ends_on=dt.date(year + 3, 12, 31),
                )
            )  # fmt: skip
    visitor = site.visitor(_coordinator(site))

    # When pages are opened without saying which plan
    lead = visitor.open("/ciclo").find_class("lead")[0]

    # Then it is the one in force, with the others beside it
    assert "sigue a El de antes · lo sigue El que viene" in " ".join(lead.text_content().split())
    for address in ("/plan/", "/seguimiento"):
        visitor.open(address)
        assert "El de antes" not in visitor.heading()


def test_the_schedule_of_phase_two_stands_beside_what_was_finished(site: Site) -> None:
    # Given two activities, the first of which should have ended
    today = bogota_day(site.clock.now())
    with site.application.database.unit_of_work() as session:
        plan = PLAN
        rows = [
            {"actividad": name, "paso": "Paso 1", "responsable": "amartinez",
             "inicio": today - dt.timedelta(days=20), "fin": today + dt.timedelta(days=days)}
            for name, days in (("Diagnóstico", -4), ("Mesas", 3))
        ]  # fmt: skip
        methodology.schedule(session, plan, rows)
        first, _second = [one.id for one in methodology.activities(session, plan)]
    visitor, here = site.visitor("amartinez"), f"/ciclo/{plan}/cronograma"
    visitor.open("/ciclo")
    assert "4 días de atraso" in visitor.text() and "le faltan 3 días" in visitor.text()
    with site.application.database.reading() as session:  # once its phase is over, nothing is late for ever
        over = execution.of_plan(session, plan, today, phase_ended=today)
    assert [one.words for one in over] == ["la fase terminó; falta anotar el día"] * 2
    assert not any(one.is_late for one in over)

    # When one is finished on a day that has not come, then on one that has, and the schedule is made again
    token = visitor.page().xpath("//input[@name='csrf_token']/@value")[0]
    typed = [("csrf_token", token), ("actividad", str(first))]
    visitor.send(here, [*typed, ("fecha", (today + dt.timedelta(days=1)).isoformat())])
    assert "va desde el día en que comenzaba" in visitor.text()
    visitor.send(here, [*typed, ("fecha", (today - dt.timedelta(days=2)).isoformat())])
    with site.application.database.unit_of_work() as session:
        methodology.schedule(session, plan, rows)
        kept = [one.done_on for one in methodology.activities(session, plan)]

    # Then it says how late, and keeps it
    assert "2 días después" in visitor.text() and kept == [today - dt.timedelta(days=2), None]


def test_each_paso_of_the_guide_leads_to_the_records_and_documents_that_it_left(site: Site) -> None:
    # Given a plan that is being followed, with the document of a month
    with site.application.database.unit_of_work() as session:
        stored = files.store(session, site.clock, "sruiz", "informe.csv", b"a;b\n")
        session.add(
            Document(
                plan_code=PLAN, kind=DocumentKind.MONTHLY_REPORT, key="2018-05", version=1, title="Informe de mayo",
                format="csv", file_id=stored.id, dated_at=site.clock.now(), made_at=site.clock.now(),
            )
        )  # fmt: skip
    visitor = site.visitor("sruiz")

    page = visitor.open("/ciclo")
    steps = {
        " ".join(one.xpath("string(span/text()[normalize-space()])").split()): one
        for one in page.xpath("//ol[@class='paso']/li")
    }

    # Then every step of the guide stands once, in its phase, with how much of it there is
    assert list(steps) == list(dict.fromkeys(pasos.name_of(row) for row in guide.rows().values()))
    results = steps["Paso 3. Resultados"]
    assert "Informe de mayo" in results.text_content()
    assert results.xpath(f".//a[starts-with(@href, '/archivos/{stored.id}')]/text()") == ["CSV"]
    battery = steps[next(name for name in steps if name.startswith("Actividad transversal 4. "))]
    assert "Con todo" in battery.text_content() and battery.get("class") == "done"
    (link,) = battery.xpath(".//small/a/@href")
    assert visitor.open(link) is not None
    swot = steps["Paso 2. Sensibilización de las entidades del sector"]
    assert "Sin nada todavía" in swot.text_content() and "Falta" not in swot.text_content()
