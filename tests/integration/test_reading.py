"""A page costs as many statements with fifty entities as with five, in three sectors as in one: what grows is rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from functools import cache

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks import sector
from benchmarks.extent import Extent
from benchmarks.pages import STATEMENTS, Desk, counted
from benchmarks.sector import COORDINATOR, PLAN, sector_code
from engine.incidents import Incident
from engine.instances.models import Instance
from engine.tasks.models import UserTask
from engine.units import SystemIncident
from notifications.models import OutboxMessage
from workflows.approvals.models import Modification, ModificationChange
from workflows.implementation.models import BudgetModification, ExternalReport
from workflows.indicators.models import Indicator
from workflows.people.models import PersonRole
from workflows.plan.models import DevelopmentPlan, PlanDevelopmentPlan, Project
from workflows.recovery.models import RecoveryAction, RecoveryPlan
from workflows.recovery.states import RecoveryState
from workflows.sectors import identity
from workflows.sectors.models import Sector

FEW = Extent(entities=5, indicators=20, months=3, lines=1, reporters=1)
MANY = Extent(entities=50, indicators=200, months=3, lines=1, reporters=1)
SHARED = Extent(entities=15, indicators=60, months=3, lines=1, reporters=1)
"""Three sectors with as much in each as a house of a few."""

NOT_HERE = {
    "wellknown.robots", "wellknown.security",  # for machines
    "health.live", "health.ready", "health.metrics",  # for monitors
    "static", "health.health", "home", "demo.clock",  # no page, or none of an installation with passwords
    "auth.fresh_token", "auth.choose_password", "auth.forgot", "auth.sign_in",  # before anybody is known
    "addresses.show", "approvals.show", "approvals.file",  # the same: of a link
    "mail_templates.shared", "mail_templates.edit_shared",  # as those of a sector, for who keeps the installation
    "oidc.begin", "oidc.come_back", "second_step.ask", "factors.ask_passkey",  # for a provider and for scripts
    "cases.ask", "cases.decide",  # of one process, of one thing that a case waits for
    "boards.choose_opening",  # of a period that the calendar missed
    "inbox.matrix",  # of a liaison; the pages that bring a file into a task are looked at
    "inbox.section_in_word", "inbox.take_section",  # of a section, while a plan is formulated
    "inbox.paper_page",  # of an endorsement, of a role that approves on paper
    "letters.show", "letters.download",  # of a letter; tested in its own file
    "inbox.correct",  # of a report that waits for its liaison; inbox.sent is looked at
    "survey.show", "survey.thanks",  # of one survey, whatever the plan
    "studio.rehearsal", "studio.review_page",  # of what was made, or waits, for somebody
    "studio.walk", "studio.walk_task",  # of a copy that somebody walks
    "portal.plan_document", "studio.draft_xml", "studio.field", "studio.new_field", "studio.publish_page",  # of one
    "studio.manual",  # a file written whole, which looks at every form
    "studio.variant",  # of one sector's
    "studio.decision", "studio.decision_file",  # of one table: none is shipped
    "handovers.record", "handovers.record_file",  # of one
    "inbox.feed",  # of one secret address
    "systems.show",  # of one webhook: looked at in tests/integration/webhooks
    "exports.show", "exports.sent", "columns.show",  # of one export: looked at in tests/integration/exports
    "meetings.show", "meetings.attendance", "meetings.present",  # of one meeting
    "plans.workbook", "plans.template", "portal.document", "files.download", "files.moved", "files.show",
    "files.page_picture", "audit.table",  # files
}  # fmt: skip
"""What is no page, or has nothing of which there could be more."""


WRITES_DOWN = {"sectors.workbook"}
"""A file of who everybody is: that it was taken along stands in the *bitácora*."""


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Desk]]:
    """A house with five entities; one with fifty, and ten times as much of all that a page lists; one of sectors."""
    with ExitStack() as stack:
        desks = {}
        for name, extent, sectors in (("few", FEW, 1), ("many", MANY, 1), ("sectors", SHARED, 3)):
            folder = tmp_path_factory.mktemp(name)
            built = stack.enter_context(
                sector.built(f"sqlite:///{folder / 'cauce.sqlite'}", folder, extent, sectors, documents=False)
            )
            with built.database.unit_of_work() as session:
                fill(session, extent.entities // sectors)
            desks[name] = Desk(built)
            desks[name].send(desks[name].reports(1)[0])
        yield desks


def fill(session: Session, count: int) -> None:
    """So many incidents, mails, modifications, recovery plans, external reports and changes of money."""
    case = session.scalars(sa.select(Instance).order_by(Instance.id)).first()
    assert case is not None
    session.add(PersonRole(username=COORDINATOR, role_id="lider_proceso_instalacion"))  # all sectors share processes
    identity.set_logo(session, session.get_one(Sector, sector_code(0)), b"a picture")
    now, day = case.started_at, case.started_at.date()
    indicators = session.scalars(sa.select(Indicator).order_by(Indicator.id)).all()
    projects = session.scalars(sa.select(Project).order_by(Project.id)).all()
    for number in range(count):
        entity = indicators[number].entity_code
        own = Instance(
            process_key=case.process_key, tenant=case.tenant, bundle_sha256=case.bundle_sha256,
            business_key=f"otro/{number}",
            name=f"Otro proceso {number}", scope=PLAN, state="completed", status=b"", lock_version=1, started_at=now,
            started_by="sistema", ended_at=now,
        )  # fmt: skip
        plan = RecoveryPlan(
            plan_code=PLAN, indicator_id=indicators[number].id, entity_code=entity, since_period="2016-02",
            state=RecoveryState.TO_FORMULATE, opened_at=now,
        )  # fmt: skip
        frame = DevelopmentPlan(code=f"PDD-{number}", name=f"Plan de desarrollo {number}")
        session.add_all([own, plan, frame])
        session.flush()
        session.add(PlanDevelopmentPlan(plan_code=PLAN, development_plan_code=frame.code, position=number))
        change = Modification(
            plan_code=PLAN, instance_id=own.id, number=number + 1, objects=["meta"], justification="Hacía falta.",
            state="solicitada", requested_by=COORDINATOR, requested_at=now,
        )  # fmt: skip
        session.add(change)
        session.flush()
        session.add_all(
            [
                ModificationChange(
                    modification_id=change.id, position=1, element="x", label="Meta", before="1", after="2"
                ),
                RecoveryAction(
                    recovery_plan_id=plan.id, round=1, position=1, action="Contratar", responsible=COORDINATOR,
                    starts_on=day, ends_on=day, product="Un contrato",
                ),
                ExternalReport(
                    plan_code=PLAN, entity_code=entity, quarter="2016-T1", instance_id=case.id, generated_at=now
                ),
                BudgetModification(
                    plan_code=PLAN, instance_id=own.id, project_id=projects[number].id, year=2016, kind="adicion",
                    amount=Decimal(5), act="Acuerdo 1", dated_on=day, affects_goals=False, registered_by=COORDINATOR,
                    registered_at=now,
                ),
                Incident(
                    instance_id=case.id, process_key=case.process_key, element_id="x", element_name="Paso", kind="step",
                    message="No se pudo.", trace="", state="open", attempts=1, opened_at=now,
                ),
                SystemIncident(
                    kind="timer", key=str(own.id), state="open", attempts=1, retry_at=now, first_failed_at=now,
                    last_failed_at=now, error="ValueError", message="No se pudo.",
                ),
                OutboxMessage(
                    kind="digest", dedup_key=f"d{number}", recipient=COORDINATOR, address="x@example.org",
                    subject="Hoy", text="Hoy", html="<p>Hoy</p>", created_at=now, send_at=now, state="enviado",
                    sent_at=now,
                ),
            ]
        )  # fmt: skip
        session.flush()


@pytest.fixture(scope="module")
def said(desks: dict[str, Desk]) -> Callable[[str], dict[str, list[str]]]:
    """What each page of a house says to the database; each house is looked at once."""
    return cache(lambda name: dict(_said(desks[name])))


@pytest.mark.parametrize("larger", ["many", "sectors"])
def test_no_page_needs_more_statements_for_more_entities_or_sectors(
    said: Callable[[str], dict[str, list[str]]], larger: str
) -> None:
    few, many = ({page: len(statements) for page, statements in said(name).items()} for name in ("few", larger))

    assert few.keys() == many.keys()
    spare = larger == "sectors"  # one tells which of several sectors somebody sees, however many there are
    grown = {page: (few[page], count) for page, count in many.items() if count > few[page] + spare}
    assert grown == {}
    assert {page: count for page, count in many.items() if count > STATEMENTS} == {}


def test_a_report_of_four_rows_is_sent_with_as_many_statements_whatever_the_plan(desks: dict[str, Desk]) -> None:
    costs = [desk.send(desk.reports(1)[0]).statements for desk in desks.values()]

    assert len(set(costs)) == 1 and costs[0] <= STATEMENTS


def test_no_page_changes_anything_by_being_looked_at(said: Callable[[str], dict[str, list[str]]]) -> None:
    changing = ("INSERT", "UPDATE", "DELETE", "REPLACE")

    wrote = {page: [one for one in said("few")[page] if one.lstrip().startswith(changing)] for page in said("few")}

    assert {page: found for page, found in wrote.items() if found and page not in WRITES_DOWN} == {}


def test_every_page_is_looked_at(desks: dict[str, Desk]) -> None:
    desk = desks["few"]

    rules = {rule.endpoint for rule in desk.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    rules = {endpoint for endpoint in rules if not endpoint.startswith("api.")}  # tests/integration/api counts there

    assert {page.split()[0] for page, _username, _path in _addresses(desk)} == rules - NOT_HERE


def _said(desk: Desk) -> Iterator[tuple[str, list[str]]]:
    for page, username, path in _addresses(desk):
        desk.visit(username, path)  # the first visit after the house was built reads what is kept from then on
        with counted(desk.built) as said:
            desk.visit(username, path)
        yield page, said


def _addresses(desk: Desk) -> list[tuple[str, str, str]]:
    """Every page with who looks at it; a page that differs by what it is about, by that."""
    closed, month = desk.built.newest_closed, "2016-03"
    with desk.built.database.reading() as session:
        steps = sa.select(sa.func.min(UserTask.id)).join(Instance, Instance.id == UserTask.instance_id)
        steps = steps.where(UserTask.state == "open", Instance.tenant == sector_code(0)).group_by(UserTask.element_id)
        tasks = session.scalars(sa.select(UserTask).where(UserTask.id.in_(steps)).order_by(UserTask.id)).all()
        report = next(task for task in tasks if task.element_id == sector.REPORTING)
        sent = session.scalars(sa.select(UserTask).where(UserTask.state == "completed")).first()
        assert sent is not None
        mail = session.scalars(sa.select(sa.func.min(OutboxMessage.id))).one()
        incident = session.scalars(sa.select(sa.func.min(Incident.id))).one()
        failing = session.scalars(sa.select(sa.func.min(SystemIncident.id))).one()
        holders = {task.id: desk.holder(session, task) for task in tasks}
    me, of_plan = COORDINATOR, f"/plan/{PLAN}"
    person = str(report.assignee)
    return [
        ("inbox.mine", person, "/bandeja"),
        ("inbox.mine of the coordinator", me, "/bandeja"),
        ("privacy.mine", me, "/cuenta/datos"),
        ("privacy.notice", me, "/privacidad"),
        ("inbox.groups", me, "/bandeja/grupo"),
        ("inbox.others", me, "/bandeja/otros"),
        ("inbox.done", me, "/bandeja/terminadas"),
        ("inbox.feed_page", me, "/cuenta/calendario"),
        ("meetings.index", me, f"/planes/{PLAN}/mesas"),
        ("meetings.mine", me, "/compromisos"),
        ("reminders.index", me, f"/planes/{PLAN}/recordatorios"),
        ("reminders.edit", me, f"/planes/{PLAN}/recordatorios/cambiar?proceso=f5_ciclo_mensual"),
        ("inbox.news", me, "/bandeja/novedades"),
        ("inbox.filtered of the sector", me, "/bandeja/filtrar?vista=sector"),
        ("inbox.filtered of what is done", person, "/bandeja/filtrar?vista=terminadas&orden=llegada"),
        *((f"inbox.show {task.element_id}", holders[task.id], f"/tareas/{task.id}") for task in tasks),
        *(
            ("inbox.bring_file", holders[task.id], f"/tareas/{task.id}/archivo")
            for task in tasks
            if task.form_key == "reportar_ejecucion"
        ),
        ("inbox.sent", str(sent.completed_by), f"/tareas/{sent.id}/enviada"),
        ("cases.index", me, "/casos/?estado="),
        ("cases.manage", me, "/casos/manejo?proceso=sub_reporte_entidad"),
        ("inbox.extensions_to_decide", me, "/prorrogas"),
        ("letters.index", me, f"/casos/{report.instance_id}/cartas/"),
        ("letters.new", me, f"/casos/{report.instance_id}/cartas/nueva"),
        ("comments.people", me, f"/casos/{report.instance_id}/comentarios/personas"),
        ("inbox.choose_help", person, f"/tareas/{report.id}/apoyo"),
        ("absences.index", me, "/ausencias"),
        ("handovers.index", me, f"/entregas?de={person}&a={me}"),
        ("search.find", me, "/buscar?q=reportar"),
        ("cases.startable", me, "/casos/empezar"),
        *((f"cases.show {task.element_id}", me, f"/casos/{task.instance_id}") for task in tasks),
        ("cases.diagram", me, f"/casos/{report.instance_id}/diagrama/f5_ciclo_mensual.bpmn"),
        ("lifecycle.show", me, "/ciclo"),
        ("lifecycle.rows", me, "/guia"),
        ("lifecycle.change_over", me, f"/ciclo/{PLAN}/empalme"),
        ("mails.index", me, "/correos/"),
        ("mail_templates.index", me, "/sectores/S00/correos"),
        ("mail_templates.edit", me, "/sectores/S00/correos/nudge"),
        ("mails.habits", me, "/correos/preferencias"),
        ("mails.show", me, f"/correos/{mail}"),
        ("auth.account", me, "/cuenta"),
        ("help.index", person, "/ayuda/"),
        ("factors.show", me, "/cuenta/segundo-paso"),
        ("tokens.mine", me, "/cuenta/tokens"),
        ("systems.index", me, f"{of_plan}/sistemas/"),
        ("exports.index", me, f"{of_plan}/sistemas/archivos/"),
        ("audit.index", me, "/bitacora/"),
        ("incidents.index", me, "/incidentes/"),
        ("incidents.show", me, f"/incidentes/{incident}"),
        ("incidents.unit", me, f"/incidentes/sistema/{failing}"),
        ("admin.people", me, "/personas/"),
        ("sectors.index", me, "/sectores/"),
        ("frames.index", me, "/planes-de-desarrollo/"),
        ("frames.show", me, "/planes-de-desarrollo/PDD-0"),
        ("sectors.start", me, "/sectores/primeros-pasos"),
        ("sectors.upload", me, "/sectores/cargar"),
        ("sectors.template", me, "/sectores/plantilla.xlsx"),
        ("sectors.workbook", me, "/sectores/S00/libro.xlsx"),
        ("sectors.show", me, "/sectores/S00"),
        ("sectors.entities", me, "/sectores/S00/entidades"),
        ("sectors.places", me, "/sectores/S00/lugares"),
        ("sectors.days", me, "/sectores/S00/dias"),
        ("admin.person", me, f"/personas/{person}"),
        ("privacy.of_person", me, f"/personas/{person}/datos"),
        ("admin.of_person", me, f"/personas/{person}/puede"),
        ("tokens.of_person", me, f"/personas/{person}/tokens"),
        ("admin.new", me, "/personas/nueva"),
        ("admin.role_list", me, "/personas/roles/"),
        ("admin.role", me, "/personas/roles/enlace_planeacion"),
        ("plans.index", me, f"/plan/?mes={closed}"),
        ("plans.index of an open month", me, f"/plan/?mes={month}"),
        ("plans.level plan", me, f"{of_plan}/plan/{PLAN}?mes={closed}"),
        ("plans.level lineas", me, f"{of_plan}/lineas/L0?mes={closed}"),
        ("plans.level objetivos", me, f"{of_plan}/objetivos/O0.0?mes={month}"),
        ("plans.level entidades", me, f"{of_plan}/entidades/E00?mes={closed}"),
        ("plans.indicator", me, f"{of_plan}/indicadores/IR-001?mes={closed}"),
        ("plans.indicator of an open month", me, f"{of_plan}/indicadores/IR-001?mes={month}"),
        ("plans.timeline", me, f"{of_plan}/linea-de-tiempo"),
        ("plans.changes", me, f"{of_plan}/modificaciones"),
        ("plans.answering_for", me, f"{of_plan}/responsables"),
        ("plans.records", me, f"{of_plan}/registros"),
        ("plans.record", me, f"{of_plan}/registros/indicadores"),
        ("plans.record of meetings", me, f"{of_plan}/registros/mesas?tipo=seguimiento"),
        ("plans.recovery_plans", me, f"{of_plan}/planes-de-choque"),
        ("plans.projects", me, f"{of_plan}/proyectos?vigencia=2016"),
        ("plans.act_template", me, f"{of_plan}/acto/plantilla"),
        ("plans.act_template_file", me, f"{of_plan}/acto/plantilla.docx"),
        ("plans.money", me, f"{of_plan}/presupuesto?vigencia=2016"),
        ("plans.external", me, f"{of_plan}/reportes-externos"),
        ("plans.upload", me, "/plan/cargar"),
        ("portal.index", "", "/portal/"),
        ("portal.plan", "", f"/portal/{PLAN}"),
        ("portal.month", "", f"/portal/{PLAN}/{closed}"),
        ("portal.open_table", "", f"/portal/{PLAN}/{closed}/datos.csv"),
        ("portal.open_data", "", f"/portal/{PLAN}/{closed}/datos.json"),
        ("open_plans.sector", "", f"/portal/sector/{sector_code(0)}"),
        ("open_plans.logo", "", f"/portal/sector/{sector_code(0)}/logo.png"),
        ("open_plans.indicator", "", f"/portal/{PLAN}/indicador/IR-001"),
        ("open_plans.indicator_table", "", f"/portal/{PLAN}/indicador/IR-001/datos.csv"),
        ("open_plans.indicator_data", "", f"/portal/{PLAN}/indicador/IR-001/datos.json"),
        ("open_plans.how_made", "", f"/portal/{PLAN}/como-se-hizo"),
        ("open_plans.news", "", "/portal/novedades.atom"),
        ("open_plans.news_of_plan", "", f"/portal/{PLAN}/novedades.atom"),
        ("open_plans.sitemap", "", "/portal/sitemap.xml"),
        ("studio.index", me, "/procesos/"),
        ("studio.process", me, "/procesos/f5_ciclo_mensual"),
        ("studio.diagram", me, "/procesos/f5_ciclo_mensual/diagrama.bpmn"),
        ("studio.edit", me, "/procesos/f5_ciclo_mensual/editar"),
        ("studio.tasks", me, "/procesos/sub_reporte_entidad/tareas"),
        ("studio.task", me, "/procesos/sub_reporte_entidad/tareas/reportar_avance"),
        ("studio.version", me, "/procesos/f5_ciclo_mensual/versiones/1"),
        ("studio.compare_versions", me, "/procesos/f5_ciclo_mensual/comparar"),
        ("studio.rehearse_page", me, "/procesos/sub_reporte_entidad/ensayo"),
        ("boards.calendar_ahead", me, "/seguimiento/calendario"),
        ("boards.process_times", me, "/seguimiento/procesos/f5_ciclo_mensual"),
        ("studio.names", me, "/procesos/catalogos.json"),
        ("studio.forms", me, "/procesos/formularios"),
        ("studio.form", me, "/procesos/formularios/reportar_avance"),
        ("studio.decisions", me, "/procesos/decisiones"),
        ("studio.bring_page", me, "/procesos/traer"),
        ("studio.process_forms", me, "/procesos/sub_reporte_entidad/formularios"),
        ("studio.new_process", me, "/procesos/nuevo"),
        ("studio.picture", me, "/procesos/f5_ciclo_mensual/dibujo.svg"),
        ("studio.roles", me, "/procesos/f5_ciclo_mensual/roles"),
        ("studio.beginnings", me, "/procesos/f5_ciclo_mensual/comienzo"),
        ("studio.conditions", me, "/procesos/f5_ciclo_mensual/condiciones"),
        ("studio.discarded", me, "/procesos/descartados"),
        ("studio.new_form", me, "/procesos/formularios/nuevo"),
        ("studio.try_form", me, "/procesos/formularios/reportar_avance/probar"),
        ("boards.month", me, "/seguimiento"),
        ("boards.executive", me, "/seguimiento/ejecutivo"),
        ("boards.choose_extension", me, f"/seguimiento/planes/{PLAN}/prorrogar?entidad={report.variables['entidad']}"),
        ("boards.new_commitment", me, f"/seguimiento/planes/{PLAN}/compromisos/nuevo"),
        ("boards.window", me, f"/seguimiento/planes/{PLAN}/ventana/{report.variables['periodo']}"),
        ("boards.month of a closed month", me, f"/seguimiento/{closed}"),
        ("boards.choose_person", me, f"/seguimiento/tareas/{report.id}/reasignar"),
    ]  # fmt: skip
