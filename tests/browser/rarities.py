"""What a healthy demo does not have, made so that its pages can be looked at: a failed step, a missed period, …"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import Session

from engine.definitions import drafts, publishing
from engine.history import HistoryEntry
from engine.identity import SYSTEM, Actor
from engine.incidents import Incident
from engine.instances import commands
from engine.instances.models import Instance
from engine.units import SystemIncident
from engine.waits import waits
from notifications.exports.models import Export, ExportDelivery
from notifications.exports.states import When
from notifications.webhooks.models import Webhook, WebhookDelivery
from notifications.webhooks.states import DeliveryState
from tests.browser.test_studio import shipped_with
from tests.support.diagrams import chain, end, message, node, process, start
from tests.support.plan import PLAN
from tests.support.web import Site
from web.auth import addresses
from workflows.cycles.models import PeriodStart
from workflows.cycles.states import Opening
from workflows.meetings.models import Attendee, Commitment, Meeting
from workflows.meetings.states import MeetingState
from workflows.people import directory
from workflows.people.models import Handover
from workflows.reports import layouts
from workflows.surveys import conducting
from workflows.surveys.conducting import Design
from workflows.surveys.models import Survey

MONTHLY, REPORT = "f5_ciclo_mensual", "sub_reporte_entidad"


def make(site: Site) -> list[tuple[str, str]]:
    """Make them; who looks at which address."""
    with site.application.database.unit_of_work() as session:
        case = session.scalars(sa.select(Instance).where(Instance.process_key == MONTHLY).order_by(Instance.id)).first()
        assert case is not None
        incident, survey = failed_step(session, site, case), open_survey(session, site, case)
        missed_period(session, site)
        draft_with_findings(session, site)
        waiting = waiting_case(session, site)
        failing = failing_unit(session, site, case)
        handed = work_handed_over(session, site)
        meeting = called_meeting(session, site, case)
        webhook, export = told_system(session, site, case), sent_file(session, site)
    link = password_link(site)
    with site.app.test_request_context():
        return [
            ("amartinez", url_for("incidents.show", incident_id=incident.id)),
            ("amartinez", url_for("incidents.unit", unit_id=failing.id)),
            ("amartinez", url_for("boards.choose_opening", process_key=MONTHLY, label="2017-12", plan=PLAN)),
            ("amartinez", url_for("studio.publish_page", process_key=REPORT)),
            ("amartinez", url_for("studio.compare_versions", process_key=REPORT)),
            ("amartinez", url_for("inbox.extensions_to_decide")),
            ("amartinez", url_for("inbox.filtered", vista="sector", q="acta")),
            ("amartinez", url_for("handovers.index", de="sruiz", a="ynino")),
            ("amartinez", url_for("handovers.record", acta=handed)),
            ("amartinez", url_for("systems.show", plan_code=PLAN, webhook_id=webhook.id)),
            ("amartinez", url_for("meetings.show", plan_code=PLAN, meeting_id=meeting.id)),
            ("amartinez", url_for("meetings.attendance", plan_code=PLAN, meeting_id=meeting.id)),
            ("amartinez", url_for("meetings.present", token=meeting.attendance_token)),
            ("amartinez", url_for("meetings.mine")),
            ("amartinez", url_for("exports.show", plan_code=PLAN, export_id=export.id)),
            ("amartinez", url_for("columns.show", plan_code=PLAN, export_id=export.id)),
            ("amartinez", waiting),
            ("amartinez", url_for("cases.ask", process_key="acompanamiento")),
            ("amartinez", url_for("survey.show", token=survey.token)),
            ("amartinez", url_for("survey.thanks", token=survey.token)),
            ("admin", link),
            ("admin", url_for("addresses.show", token=addresses.token_for("cvega", "c@x.co", "cvega@demo.example"))),
            ("admin", url_for("sectors.index")),
            ("admin", url_for("sectors.start")),
        ]


def work_handed_over(session: Session, site: Site) -> int:
    table = {"titulo": "Roles", "encabezado": ["Rol", "Sector", "Entidad"], "filas": [["Enlace", "Gobierno", "IDPAC"]]}
    content = {
        "titulo": "De Sandra a Yaneth",
        "datos": [["Entrega", "Sandra"], ["Recibe", "Yaneth"]],
        "tablas": [table],
    }
    one = Handover(
        giver="sruiz", receiver="ynino", sectors=["GOB"], reason="Se va.", at=site.clock.now(), made_by="amartinez",
        content=content, sha256="0" * 64,
    )  # fmt: skip
    session.add(one)
    session.flush()
    return one.id


def called_meeting(session: Session, site: Site, case: Instance) -> Meeting:
    """A meeting to which people come, one of whom has registered; what its convener has promised before."""
    today = site.clock.now().date()
    one = Meeting(
        plan_code=PLAN, instance_id=case.id, kind="reunion", topic="Avance de obras", state=MeetingState.CONVENED,
        held_on=today, starts_at=dt.time(9), mode="presencial", place="Sala 3", convened_by="amartinez",
        agenda=[{"punto": "Compromisos", "responsable": "sruiz"}], invited=["sruiz"], attendance_token="x" * 16,
        invited_outside=[{"nombre": "Rita Rojas", "organizacion": "Veeduría", "correo": "rita@example.org"}],
    )  # fmt: skip
    session.add(one)
    session.flush()
    session.add_all([
        Attendee(
            meeting_id=one.id, name="Rita Rojas", name_key="rita rojas", position="Veedora", audience="comunidad",
            mode="presencial", registered_at=site.clock.now(),
        ),
        Commitment(
            plan_code=PLAN, origin="seguimiento", text="Enviar los pliegos", responsible="amartinez", due_on=today
        ),
    ])  # fmt: skip
    return one


def told_system(session: Session, site: Site, case: Instance) -> Webhook:
    """Another system that was told of one thing, and refused the next."""
    now = site.clock.now()
    query = sa.select(HistoryEntry.id).where(HistoryEntry.instance_id == case.id).order_by(HistoryEntry.id)
    arrived, refused = session.scalars(query.limit(2))
    one = Webhook(
        plan_code=PLAN, name="Tablero de la ciudad", url="https://tablero.example/avisos", salt="0" * 32,
        scanned=refused, made_at=now, made_by="amartinez",
    )  # fmt: skip
    session.add(one)
    session.flush()
    session.add_all([
        WebhookDelivery(
            webhook_id=one.id, entry_id=arrived, state=DeliveryState.SENT, made_at=now, attempts=1, sent_at=now,
            last_status=204,
        ),
        WebhookDelivery(
            webhook_id=one.id, entry_id=refused, state=DeliveryState.FAILED, made_at=now, attempts=8, last_status=410,
            last_error="Respondió 410: Gone",
        ),
    ])  # fmt: skip
    return one


def sent_file(session: Session, site: Site) -> Export:
    """A file that went to another system, and the next one, which differs and does not arrive."""
    now = site.clock.now()
    one = Export(
        plan_code=PLAN, name="Plan de desarrollo", mapping="COD = codigo\nValor = valor", format=layouts.CSV,
        separator=";", decimal=",", due=When.CLOSED, target="https://metas.example/archivos", salt="0" * 32,
        made_at=now, made_by="amartinez",
    )  # fmt: skip
    session.add(one)
    session.flush()
    titles, kept = ["COD", "Valor"], {"export_id": one.id, "sha256": "0" * 64, "made_at": now}
    first = {"added": None, "removed": None, "changed": None, "sent_at": now, "attempts": 1}
    later = {"added": 0, "removed": 0, "changed": 1, "attempts": 3, "last_error": "El sistema respondió 503."}
    for month, value, how in (("2018-05", "12", first), ("2018-06", "14", later)):
        file = ExportDelivery(
            key=month, period=month, name=f"plan-{month}.csv", titles=titles, rows={"IR-1.1": ["IR-1.1", value]},
            content=f"COD;Valor\nIR-1.1;{value}\n".encode(), **kept, **how,
        )  # fmt: skip
        session.add(file)
        session.flush()
    return one


def failed_step(session: Session, site: Site, case: Instance) -> Incident:
    now = site.clock.now()
    incident = Incident(
        instance_id=case.id, process_key=MONTHLY, element_id="consolidar", element_name="Consolidar", kind="step",
        message="No se pudo calcular el avance de IR-1.1.", trace="Traceback (most recent call last):\n  …",
        state="open", attempts=4, opened_at=now,
    )  # fmt: skip
    session.add(incident)
    session.flush()
    return incident


def failing_unit(session: Session, site: Site, case: Instance) -> SystemIncident:
    """A deadline of a case that the worker cannot move."""
    now = site.clock.now()
    unit = SystemIncident(
        kind="deadline", key=str(case.id), state="open", attempts=3, retry_at=now + dt.timedelta(minutes=30),
        first_failed_at=now, last_failed_at=now, error="ValueError", message="No se pudo leer el plazo.",
    )  # fmt: skip
    session.add(unit)
    session.flush()
    return unit


def waiting_case(session: Session, site: Site) -> str:
    """A case begun by hand that waits for a message; where one decides about it."""
    engine, boss = site.application.engine, directory.actor(session, "amartinez")
    catch = node("intermediateCatchEvent", "respuesta", message("m"))
    drawn = process(
        "acompanamiento", start(entradas="entidad"), catch, end(), chain("inicio", "respuesta", "fin"),
        name="Acompañamiento", messages={"m": "vigencia_cerrada"},
    )  # fmt: skip
    publishing.publish(session, engine, [drawn], {}, actor=boss, reason="Para acompañar a una entidad")
    case = commands.start(
        session, engine, "acompanamiento", business_key=f"{PLAN}/acompanamiento/001", name="Acompañamiento 1",
        scope=PLAN, tenant="GOB", variables={"plan": PLAN, "entidad": "IDPAC"}, actor=boss,
    )  # fmt: skip
    [wait] = waits(session, engine, case.id)
    with site.app.test_request_context():
        return url_for("cases.decide", case_id=case.id, node_id=wait.node_id, element_id=wait.element_id)


def missed_period(session: Session, site: Site) -> None:
    session.add(
        PeriodStart(
            process_key=MONTHLY, plan_code=PLAN, period="2017-12", due_on=dt.date(2018, 1, 2),
            started_at=site.clock.now(), outcome=Opening.UNDECIDED,
        )
    )  # fmt: skip


def open_survey(session: Session, site: Site, case: Instance) -> Survey:
    today = site.clock.now().date()
    options = [{"texto": "Espacio público", "texto_libre": False}, {"texto": "Otro", "texto_libre": True}]
    closes = today + dt.timedelta(days=14)
    asked = Design("Temas", "¿Qué va primero?", options, True, today, closes, ["web"], "Es anónima.")
    survey = conducting.design(session, PLAN, case.id, None, asked)
    conducting.decide(session, survey.id, approved=True, reason="", actor=Actor("amartinez"))
    conducting.open_to_citizens(session, survey.id)
    return survey


def draft_with_findings(session: Session, site: Site) -> None:
    """An error that blocks and a warning, both with a fix, and a change to compare."""
    wrong = [('topic="repartir_reporte"', 'topic="repartir_reportes"'), ("${decision ==", "${decisiom ==")]
    drafts.save(
        session, site.application.engine, drafts.PROCESS, REPORT, shipped_with([*wrong, ('"cierre+5dh"', '"6dh"')]),
        actor=SYSTEM, revision=0, base_version=1,
    )  # fmt: skip


def password_link(site: Site) -> str:
    administrator = site.visitor("admin")
    administrator.open("/personas/cvega")
    administrator.press("/personas/cvega/enlace")
    (address,) = administrator.page().xpath("//input[@readonly]/@value")
    return str(address).removeprefix(site.application.config.base_url)
