"""The first fifteen minutes of an office with Cauce: from the workbook to the published report, and a changed rule.

The pictures of the documentation are made here: `CAUCE_SCREENSHOTS=1`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
from collections.abc import Iterator
from email.message import EmailMessage
from importlib import resources
from pathlib import Path

import pikepdf
import pytest
import sqlalchemy as sa
import yaml
from click.testing import CliRunner
from docx import Document
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from engine import doctor
from engine.clock import VirtualClock
from engine.incidents import Incident
from engine.tasks.models import UserTask
from tests.browser.story import Office, opened
from tests.support.plan import PLAN, demo_data
from tests.support.web import PASSWORD
from web import worker
from web.cli import main
from workflows.auditing.models import AuditEntry
from workflows.cycles.models import Period
from workflows.loading.workbook import write_workbook
from workflows.monitoring import figures
from workflows.monitoring.models import EntityReport
from workflows.reports.contents import light
from workflows.simulation.robots import LATE, RETURNED
from workflows.spanish import percentage

pytestmark = pytest.mark.browser

FRIDAY = dt.datetime(2018, 7, 27, 14, 0, tzinfo=dt.UTC)
JUNE, JULY, AUGUST = "2018-06", "2018-07", "2018-08"
PEOPLE = [one.username for one in demo_data().people if one.username not in ("admin", "amartinez")]
INDICATOR = "IP-2.2.1"
REFUSED = re.compile("status of (409|422)")
"""What the browser itself notes of a form that was refused on purpose."""
REASON = "Llegó el dato definitivo de la alcaldía local."


@pytest.fixture
def office(tmp_path: Path, chromium: Browser) -> Iterator[Office]:
    with opened(tmp_path, chromium, VirtualClock(FRIDAY)) as office:
        yield office


def test_the_fifteen_minutes(office: Office) -> None:
    create_the_first_administrator(office)
    load_the_office_s_workbook(office)
    appoint_who_answers_for_it(office)
    the_lights_are_the_golden_ones(office)
    people_choose_their_passwords(office)
    the_month_opens_by_the_clock(office)
    one_entity_is_returned_and_corrects(office)
    the_leader_changes_the_rules(office)
    one_entity_is_late_and_the_month_goes_on(office)
    the_month_is_reviewed_approved_and_frozen(office)
    a_change_of_the_frozen_month_is_refused(office)
    the_report_comes_in_four_formats(office)
    from_a_figure_to_its_evidence(office)
    the_digests_arrived(office)
    next_month_obeys_and_asks_the_new_field(office)

    with office.site.application.database.reading() as session:
        assert session.scalars(sa.select(Incident)).all() == []
        assert doctor.examine(session, office.site.application.engine) == []
    assert [said for said in office.complaints if not REFUSED.search(said)] == []


def create_the_first_administrator(office: Office) -> None:
    config = office.site.application.config
    environment = {"CAUCE_HOME": str(config.home), "CAUCE_DATABASE_URL": config.database_url}
    command = ["admin", "create", "admin", "--name", "Administración", "--entity", "SDG", "--password-stdin"]

    made = CliRunner().invoke(main, command, input=f"{PASSWORD}\n", env=environment)

    assert made.exit_code == 0, made.output
    page = office.page("admin")
    page.goto("/")
    expect(page.locator("h1")).to_contain_text("Primeros pasos")
    office.picture(page, "01-primeros-pasos")


def load_the_office_s_workbook(office: Office) -> None:
    page = office.page("admin")
    page.goto("/plan/cargar")
    workbook = {
        "name": "plan del sector.xlsx",
        "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "buffer": write_workbook(demo_data()),
    }
    page.locator("input[name=archivo]").set_input_files(workbook)
    page.get_by_role("button", name="Ver qué cambiaría").click()
    expect(page.locator("h1")).to_contain_text("Plan nuevo")
    office.picture(page, "02-cargar-el-plan")

    page.get_by_role("button", name="Confirmar y cargar").click()

    page.wait_for_load_state()
    assert "/cargar" not in page.url, page.locator("main").inner_text()[:800]


def appoint_who_answers_for_it(office: Office) -> None:
    """No workbook gives the coordination, nor the lead of the processes."""
    page = office.page("admin")
    for username, roles in (("amartinez", ["coordinador_pes", "lider_proceso"]), ("jrojas", ["lider_proceso"])):
        page.goto(f"/personas/{username}")
        rows = page.locator("select[name=rol]")
        empty = [rows.nth(place) for place in range(rows.count()) if not rows.nth(place).input_value()]
        for row, role in zip(empty, roles, strict=False):
            row.select_option(role)
        page.get_by_role("button", name="Guardar roles").click()
        expect(page.get_by_role("status").first).to_contain_text("Los roles quedaron guardados")


def the_lights_are_the_golden_ones(office: Office) -> None:
    page = office.page("admin")
    page.goto(f"/plan/?mes={JUNE}")
    golden = yaml.safe_load((resources.files("workflows.loading") / "demo" / "pes_demo.yaml").read_bytes())

    for code, expected in golden["esperados_anio_2_mes_6"].items():
        row = page.locator("tbody tr").filter(has=page.get_by_role("link", name=code, exact=True)).inner_text()
        word = light(expected.get("color"), expected.get("estado")).word
        assert word.lower() in row.lower(), (code, word, row)
        if "cumplimiento_a_la_fecha_pct" in expected:
            share = f"{expected['cumplimiento_a_la_fecha_pct']:.1f}".replace(".", ",")
            assert re.search(rf"(^|\s){re.escape(share)}\s%", row), (code, share, row)
    for code, expected in golden["agregados_esperados_anio_2_mes_6"]["objetivos"].items():
        row = page.locator("tr.o").filter(has=page.get_by_role("link", name=re.compile(rf"^{re.escape(code)} ")))
        share = f"{expected['cumplimiento']:.1f}".replace(".", ",")
        expect(row).to_contain_text(f"{share} %")
    office.picture(page, "03-semaforos-del-plan")


def people_choose_their_passwords(office: Office) -> None:
    admin, newcomer = office.page("admin"), office.stranger()
    admin.goto("/personas/amartinez")
    admin.get_by_role("button", name="Hacer enlace").click()
    address = admin.locator("input[readonly]").input_value()

    newcomer.goto(address)
    newcomer.locator("input[name=password]").fill(PASSWORD)
    newcomer.locator("input[name=again]").fill(PASSWORD)
    newcomer.get_by_role("button", name="Guardar").click()
    newcomer.context.close()
    office.site.give_password(*PEOPLE)

    expect(office.page("amartinez").locator("h1")).to_be_visible()


def the_month_opens_by_the_clock(office: Office) -> None:
    office.desks.held |= {
        ("reportar_avance", "DADEP"), ("reportar_ejecucion", "DADEP"), ("validar_reporte", "DADEP"),
        ("corregir_avance", "DADEP"), ("avalar_reporte", "DADEP"),
        ("revisar_consolidado", ""), ("aprobar_informe", ""), ("convocar", ""),
    }  # fmt: skip
    office.desks.profile = lambda period, entity: LATE if (period, entity) == (JULY, "IDPAC") else "good"

    office.until("2018-07-31")
    assert open_tasks(office, "reportar_avance") == []
    office.until("2018-08-01")

    assert len(offered_since(office, "reportar_avance", "2018-08-01")) == 3
    page = office.page("ocardenas")
    page.goto("/bandeja")
    expect(page.get_by_role("link", name="Reportar avance").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("julio de 2018")
    expect(page.locator("main")).to_contain_text("faltan")
    office.picture(page, "04-bandeja")


def one_entity_is_returned_and_corrects(office: Office) -> None:
    office.until("2018-08-02")
    page, task = office.open_task("ocardenas", "reportar_avance", "DADEP")
    raw, files = office.raw(task.id, "ocardenas")
    office.type_in(page, raw, files)
    expect(page.locator("[data-saved]")).to_contain_text("Guardado")
    office.picture(page, "05-reportar-avance")
    office.send(page)
    office.picture(page, "06-reporte-enviado")
    office.do("ocardenas", "reportar_ejecucion", "DADEP")

    office.desks.profile = lambda period, entity: {(JULY, "DADEP"): RETURNED, (JULY, "IDPAC"): LATE}.get(
        (period, entity), "good"
    )
    validation = office.do("bdiaz", "validar_reporte", "DADEP")
    office.picture(validation, "07-validacion-enviada")
    correction, task = office.open_task("ocardenas", "corregir_avance", "DADEP")
    expect(correction.locator("main")).to_contain_text("El soporte no permite verificar el valor")
    office.picture(correction, "08-corregir-una-fila")
    raw, files = office.raw(task.id, "ocardenas")
    office.type_in(correction, raw, files)
    office.send(correction)
    office.do("ocardenas", "corregir_ejecucion", "DADEP")
    office.do("bdiaz", "validar_reporte", "DADEP")
    office.do("ftorres", "avalar_reporte", "DADEP")

    assert report_states(office, JULY)["DADEP"] == ("avalado", 1)


def the_leader_changes_the_rules(office: Office) -> None:
    page = office.page("amartinez")
    page.goto("/procesos/sub_reporte_entidad/editar")
    page.wait_for_selector("#editor[data-ready]")
    page.locator('[data-element-id="reportar_avance"]').first.click()
    days = page.locator("#campo-days")
    expect(days).to_have_value("5")
    days.fill("6")
    page.keyboard.press("Tab")
    office.picture(page, "09-de-5-a-6-dias")
    page.get_by_role("button", name="Guardar borrador").click()
    expect(page.get_by_role("status").first).to_contain_text("Borrador guardado")
    page.get_by_role("button", name="Revisar y publicar").click()
    expect(page.locator(".changes")).to_contain_text("el plazo pasa de 5 a 6 días hábiles")
    page.get_by_label("Por qué se publica").fill("El sector pidió un día más.")
    office.picture(page, "10-publicar-con-motivo")
    page.get_by_label("En cuanto se publique").check()
    page.get_by_role("button", name="Publicar la nueva versión").click()
    expect(page.get_by_role("status").first).to_contain_text("Publicada la versión 2.")

    page.goto("/procesos/formularios/reportar_avance")
    page.get_by_role("link", name="+ Columna de Sus indicadores").click()
    page.get_by_role("navigation", name="Qué se responde").get_by_role("link", name="Número").click()
    page.get_by_label("Qué se pregunta").fill("Población beneficiada")
    page.get_by_role("button", name="Agregar al borrador").click()
    expect(page.locator("main")).to_contain_text("Se agrega «Población beneficiada»")
    page.locator("[name=reason]").first.fill("Lo pidió el comité del sector.")
    page.get_by_role("button", name="Publicar la nueva versión").click()
    expect(page.get_by_role("status").first).to_contain_text("ublicad")
    assert due_days(office, JULY) == {"2018-08-08"}


def one_entity_is_late_and_the_month_goes_on(office: Office) -> None:
    office.until("2018-08-08")
    board = office.page("amartinez")
    board.goto("/seguimiento")
    expect(board.locator("main")).to_contain_text("IDPAC")
    office.picture(board, "11-tablero-del-mes")
    office.until("2018-08-13")

    assert report_states(office, JULY)["IDPAC"][0] == "sin_reporte"
    assert report_states(office, JULY)["SDG"][0] == "avalado"


def the_month_is_reviewed_approved_and_frozen(office: Office) -> None:
    review, task = office.open_task("jrojas", "revisar_consolidado")
    raw, files = office.raw(task.id, "jrojas")
    office.type_in(review, raw, files)
    office.picture(review, "12-revisar-consolidado")
    office.send(review)
    office.desks.held -= {("revisar_consolidado", "")}
    days = iter(f"2018-08-{number}" for number in range(14, 32))
    while not open_tasks(office, "convocar"):
        office.until(next(days))
    office.do("jrojas" if may(office, "convocar", "jrojas") else "amartinez", "convocar")
    while not open_tasks(office, "aprobar_informe"):
        office.until(next(days))
    approval, task = office.open_task("amartinez", "aprobar_informe")
    raw, files = office.raw(task.id, "amartinez")
    office.type_in(approval, raw, files)
    office.picture(approval, "13-aprobar-informe")
    office.send(approval)
    worker.tick(office.site.application)

    with office.site.application.database.reading() as session:
        frozen = figures.frozen(session, PLAN, JULY)
        assert frozen is not None
        assert figures.as_json(frozen) == figures.as_json(figures.compute(session, PLAN, JULY))


def a_change_of_the_frozen_month_is_refused(office: Office) -> None:
    page = office.page("amartinez")
    page.goto(f"/plan/{PLAN}/indicadores/{INDICATOR}?mes={JULY}")
    before = page.locator("#cifra + .kpis").inner_text()
    page.get_by_text("Corregir el dato de julio").click()
    page.locator("#valor").fill("999")
    page.locator("#motivo").fill(REASON)

    page.get_by_role("button", name="Corregir").click()

    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text(re.compile("cerrado", re.IGNORECASE))
    office.picture(page, "14-cambio-rechazado")
    page.goto(f"/plan/{PLAN}/indicadores/{INDICATOR}?mes={JULY}")
    assert page.locator("#cifra + .kpis").inner_text() == before
    with office.site.application.database.reading() as session:
        refused = session.scalars(sa.select(AuditEntry).where(AuditEntry.outcome == "rechazado")).one()
        assert refused.actor_id == "amartinez"
        assert REASON in str(refused.after)


def the_report_comes_in_four_formats(office: Office) -> None:
    page = office.stranger()
    page.goto(f"/portal/{PLAN}/{JULY}")
    office.picture(page, "15-informe-publicado")
    with office.site.application.database.reading() as session:
        plan = figures.frozen(session, PLAN, JULY).plan.capped
    share = percentage(figures.shown(plan)).replace("\xa0", " ")

    made = {
        suffix: page.request.get(f"/portal/{PLAN}/{JULY}/informe.{suffix}")
        for suffix in ("html", "pdf", "docx", "xlsx")
    }

    assert {suffix: answer.status for suffix, answer in made.items()} == dict.fromkeys(made, 200)
    assert share in made["html"].text().replace("\xa0", " ")
    with pikepdf.open(io.BytesIO(made["pdf"].body())) as pdf:
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
        assert pdf.Root.Lang
    words = "\n".join(p.text for p in Document(io.BytesIO(made["docx"].body())).paragraphs)
    assert "julio de 2018" in words
    assert "{{" not in words
    sheets = load_workbook(io.BytesIO(made["xlsx"].body()))
    cells = [str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any(INDICATOR in cell for cell in cells)
    page.context.close()


def from_a_figure_to_its_evidence(office: Office) -> None:
    page = office.page("mlopez")
    page.goto(f"/plan/?mes={JULY}")
    page.get_by_role("link", name=INDICATOR, exact=True).first.click()
    page.wait_for_url(f"**/indicadores/{INDICATOR}**")
    row = page.locator(f"#mes-{JULY}")
    for word in ("Reportó", "Validó", "Avaló"):
        expect(row).to_contain_text(word)
    office.picture(page, "16-de-la-cifra-al-soporte", at="#origen")
    link = row.locator("ul.evidence a").first
    told = row.locator(".hash").first.inner_text()

    content = page.request.get(str(link.get_attribute("href"))).body()

    assert hashlib.sha256(content).hexdigest() in told
    assert INDICATOR.encode() in content


def the_digests_arrived(office: Office) -> None:
    mails = {one.username: office.mailbox.to(one.email) for one in demo_data().people}

    assert mails["ocardenas"], sorted(str(message["To"]) for message in office.mailbox.messages)
    assert mails["sruiz"]
    assert len({str(message["Message-ID"]) for message in mails["sruiz"]}) == len(mails["sruiz"]) > 3
    texts = {who: "\n".join(mail_text(one) for one in found) for who, found in mails.items()}
    (morning,) = [one for one in mails["ocardenas"] if "Miércoles 1 de agosto: 2 nuevas" in mail_text(one)]
    assert str(morning["Subject"]) == "Reportar 6 indicadores · DA…: vence el 8 de agosto (y 1 más)"
    assert "NUEVAS\r\n- Reportar 6 indicadores (DADEP)\r\n  Faltan 4 días hábiles" in mail_text(morning)
    days = [said for one in mails["sruiz"] for said in re.findall(r"(?m)^\w+ (\d+ de \w+): ", mail_text(one))]
    assert len(set(days)) == len(days) > 3  # one a day at most
    at_once = [one for one in mails["ocardenas"] if "Corregir avance" in mail_text(one)]
    assert len(at_once) == 1  # told when it came back, done on that day: no digest tells it again
    assert re.search("vencid", texts["sruiz"], re.IGNORECASE)
    assert office.address in texts["ocardenas"]


def mail_text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def next_month_obeys_and_asks_the_new_field(office: Office) -> None:
    office.desks.held = {("reportar_avance", "DADEP")}
    office.until("2018-09-03")

    assert due_days(office, JULY) == {"2018-08-08"}
    assert due_days(office, AUGUST) == {"2018-09-10"}
    page, task = office.open_task("ocardenas", "reportar_avance", "DADEP")
    raw, files = office.raw(task.id, "ocardenas")
    raw["avances"][0]["poblacion_beneficiada"] = "2.500"
    office.type_in(page, raw, files)
    office.picture(page, "17-el-campo-nuevo")
    office.send(page)
    office.until("2018-09-24")

    stranger = office.stranger()
    stranger.goto(f"/portal/{PLAN}/{AUGUST}")
    expect(stranger.locator("article.report")).to_contain_text("Población beneficiada")
    expect(stranger.locator("article.report")).to_contain_text("2.500")
    stranger.context.close()


def open_tasks(office: Office, element_id: str) -> list[int]:
    with office.site.application.database.reading() as session:
        query = sa.select(UserTask.id).where(UserTask.element_id == element_id, UserTask.state == "open")
        return list(session.scalars(query))


def offered_since(office: Office, element_id: str, day: str) -> list[int]:
    """The tasks created from a day on, also those that somebody quick has finished already."""
    since = dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC)
    with office.site.application.database.reading() as session:
        query = sa.select(UserTask.id).where(UserTask.element_id == element_id, UserTask.created_at >= since)
        return list(session.scalars(query))


def may(office: Office, element_id: str, username: str) -> bool:
    page: Page = office.page(username)
    page.goto("/bandeja")
    return page.locator(f"a[href='/tareas/{office.task(element_id).id}']").count() > 0


def due_days(office: Office, period: str) -> set[str]:
    with office.site.application.database.reading() as session:
        tasks = session.scalars(sa.select(UserTask).where(UserTask.element_id == "reportar_avance")).all()
        return {
            (t.due_at - dt.timedelta(hours=5)).date().isoformat() for t in tasks if t.variables["periodo"] == period
        }


def report_states(office: Office, period: str) -> dict[str, tuple[str, int]]:
    with office.site.application.database.reading() as session:
        query = sa.select(EntityReport).join(Period, Period.id == EntityReport.period_id).where(Period.code == period)
        return {one.entity_code: (one.state, one.times_returned) for one in session.scalars(query)}
