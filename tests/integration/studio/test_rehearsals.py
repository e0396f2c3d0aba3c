"""A draft rehearsed: played aside with the real engine, told day by day, kept and replayed before it is published."""

from __future__ import annotations

import time
from importlib import resources

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from engine.definitions import catalogue, editing, scenarios
from engine.identity import SYSTEM
from engine.instances.models import Instance
from notifications.models import OutboxMessage
from tests.integration.studio.conftest import LIAISON, Browser
from web.bootstrap import Application
from web.cli import main
from web.rehearsals import material, walking
from web.rehearsals.order import NOBODY, RETURNED, Order, Told
from workflows.calendar import bogota_day
from workflows.errors import Refused

REPORT, MONTH, PLANNED = "sub_reporte_entidad", "f5_ciclo_mensual", "f4_modificacion_presupuestal"
COMPUTED = "Confirmar indicadores calculados"
"""Asked only where indicators are computed from goals of projects, which this plan has none of."""


def walk(application: Application, process_key: str, order: Order, change: dict[str, str] | None = None) -> Told:
    """A rehearsal of a published process, with properties of its elements changed (`element.property`)."""
    with application.database.reading() as session:
        xml = catalogue.current(session, process_key).xml(process_key)
        for where, value in (change or {}).items():
            xml = editing.set_property(xml, *where.split("."), value)
        today = bogota_day(application.clock.now())
        taken = material.gather(session, application.engine, process_key, {process_key: xml}, today)
    return walking.walk(taken, order)


def test_a_called_process_is_rehearsed_from_what_the_calendar_opens_and_nothing_of_it_is_real(
    application: Application,
) -> None:
    # Given what the installation holds
    def held() -> tuple[int, int]:
        with application.database.reading() as session:
            counts = [session.scalar(sa.select(sa.func.count()).select_from(one)) for one in (Instance, OutboxMessage)]
            return int(counts[0] or 0), int(counts[1] or 0)

    before = held()

    # When the report of an entity is rehearsed with six days for it
    told = walk(application, REPORT, Order(), {"reportar_avance.plazo": "cierre+6dh"})

    # Then the next month is played to its end, with who has what and until when, and every mail
    assert (told.root, told.ended, told.stopped) == ("Seguimiento mensual", True, "")
    assert "«Reportar avance» de SDG: lo tiene" in " ".join(one.text for one in told.happenings)
    assert any(
        "hasta el 9 de agosto de 2018" in one.text for one in told.happenings if one.element == "reportar_avance"
    )
    assert told.decisions["¿Hay filas devueltas?"] == ["No", "No", "No"]
    assert sorted(told.missed) == [COMPUTED, "Corregir avance", "Corregir ejecución"]
    assert told.mails
    assert held() == before


def test_what_is_returned_once_goes_through_the_correction(application: Application) -> None:
    told = walk(application, REPORT, Order(RETURNED))

    assert {"Corregir avance", "Corregir ejecución"} <= set(told.path)
    assert told.missed == [COMPUTED]
    assert told.ended


def test_when_nobody_answers_it_says_what_it_waits_for(application: Application) -> None:
    told = walk(application, MONTH, Order(NOBODY))

    assert not told.ended
    assert any("Revisar consolidado" in one for one in told.waits)
    assert any("venc" in one.subject.lower() for one in told.mails)


def test_a_process_that_nothing_opens_is_refused_with_the_reason(application: Application) -> None:
    with application.database.reading() as session, pytest.raises(Refused, match="no se puede ensayar solo"):
        xml = catalogue.current(session, PLANNED).xml(PLANNED).replace(b'messageRef="mensaje_', b'messageRef="otro_')
        drawn = {PLANNED: xml.replace(b'id="f4_modificacion_presupuestal"', b'id="suelto"')}
        today = bogota_day(application.clock.now())
        material.gather(session, application.engine, "suelto", {"suelto": drawn[PLANNED]}, today)


def test_what_only_a_program_asks_for_is_asked_for_in_the_rehearsal(application: Application) -> None:
    told = walk(application, PLANNED, Order())

    assert (told.root, told.ended, told.stopped) == ("Modificación presupuestal", True, "")
    assert told.deadlines == {"Registrar modificación presupuestal": [3]}


def test_the_year_behind_the_annual_report_is_taken_as_closed(application: Application) -> None:
    told = walk(application, "f6_informe_anual", Order())

    assert told.ended
    assert "Publicar informe" in told.path


def test_every_shipped_process_knows_from_where_it_is_rehearsed_or_that_it_is_not(application: Application) -> None:
    names = sorted(one.name.removesuffix(".bpmn") for one in resources.files("bpmn").iterdir() if ".bpmn" in one.name)
    roots = {}
    with application.database.reading() as session:
        today = bogota_day(application.clock.now())
        for key in names:
            xml = (resources.files("bpmn") / f"{key}.bpmn").read_bytes()
            try:
                found = material.gather(session, application.engine, key, {key: xml}, today)
            except Refused:
                continue
            roots[key] = found.root.process_key

    assert roots.keys() == set(names)
    assert roots[REPORT] == roots["f5_reporte_extemporaneo"] == MONTH
    assert roots["sub_plan_choque"] == "sub_plan_choque"
    assert roots["f2_elaboracion_pes"] == "pes_maestro"


def rehearse(browser: Browser, address: str, **asked: str) -> str:
    """Ask for one and wait for its page; its address."""
    where = browser.send(address, **asked).headers["Location"]
    deadline = time.monotonic() + 120
    while "Ensayando…" in browser.client.get(where).text:
        assert time.monotonic() < deadline
        time.sleep(0.3)
    return str(where)


def test_a_rehearsal_is_kept_and_replayed_before_the_draft_is_published(leader: Browser, sign_in) -> None:  # type: ignore[no-untyped-def]
    # Given a rehearsal that is kept
    asked = rehearse(leader, f"/procesos/{REPORT}/ensayo", behaviour="bien")
    assert "termina" in leader.text(asked)
    leader.send(f"{asked}/guardar", 422, name=" ")
    leader.send(f"{asked}/guardar", name="Un mes normal")
    assert "Un mes normal" in leader.text(f"/procesos/{REPORT}/ensayo")

    # When a draft is to be published
    form = leader.get(f"/procesos/{REPORT}/tareas/reportar_avance").xpath("//main//form")[0]
    fields = {name: value or "" for name, value in form.form_values() if name != "csrf_token"}
    leader.send(f"/procesos/{REPORT}/tareas/reportar_avance", **fields | {"days": "4"})
    refused = leader.send(f"/procesos/{REPORT}/publicar", 422, reason="Sí.", revision="1", way="publish")

    # Then what is kept is replayed first
    assert "Repita primero el ensayo guardado" in refused.text
    replayed = rehearse(leader, f"/procesos/{REPORT}/ensayo/repetir")
    assert "Un mes normal" in leader.text(replayed)
    leader.send(f"/procesos/{REPORT}/publicar", reason="Sí.", revision="1", way="publish", accepted="1")
    assert "Versión 2" in leader.text(f"/procesos/{REPORT}")
    sign_in(LIAISON).get(f"/procesos/{REPORT}/ensayo", 403)

    # And another draft, whose numbers begin anew, asks for a replay of its own
    leader.send(f"/procesos/{REPORT}/tareas/reportar_avance", **fields | {"days": "3"})
    again = leader.send(f"/procesos/{REPORT}/publicar", 422, reason="Sí.", revision="1", way="publish", accepted="1")
    assert "Repita primero el ensayo guardado" in again.text


def keep_odd(application: Application, process_key: str) -> None:
    """A rehearsal that is kept with an expectation that never comes true."""
    odd = {"path": ["Preguntar al vecino"], "decisions": {}, "working_days": 5, "mails": 0, "ended": True}
    with application.database.unit_of_work() as session:
        scenarios.keep(session, application.engine, process_key, "Raro", Order().as_json(), odd, actor=SYSTEM)


def test_the_command_that_publishes_replays_what_is_kept_of_who_calls_it(
    application: Application, leader: Browser, tmp_path, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    keep_odd(application, MONTH)
    xml = leader.client.get(f"/procesos/{REPORT}/diagrama.bpmn").data
    changed = tmp_path / f"{REPORT}.bpmn"
    changed.write_bytes(editing.set_property(xml, "reportar_avance", "plazo", "cierre+4dh"))
    monkeypatch.setenv("CAUCE_DATABASE_URL", application.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CAUCE_HOME", str(tmp_path / "var"))
    monkeypatch.setattr("web.migrating.migrate", lambda _database: None)  # these tables were made without it

    refused = CliRunner().invoke(main, ["diagrams", "publish", str(changed), "--reason", "Sí.", "--as", "amartinez"])

    assert refused.exit_code != 0
    assert "El ensayo guardado «Raro»" in refused.output
    assert "Versión 1," in leader.text(f"/procesos/{REPORT}")


def test_a_form_is_published_after_what_is_kept_of_who_asks_it_was_replayed(
    application: Application, leader: Browser
) -> None:
    keep_odd(application, REPORT)
    page, publish = "/procesos/formularios/reportar_avance", "/procesos/formularios/reportar_avance/publicar"
    leader.send(
        f"{page}/campo-nuevo?tipo=number&donde=avances", revision="0", label="Población", description="Personas."
    )
    sent = {"reason": "Sí.", "revision": "1"}

    first = leader.send(publish, 422, **sent)
    deadline = time.monotonic() + 120
    while "Se repite un ensayo" in (answer := leader.send(publish, 422, **sent)).text:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    leader.send(publish, **sent, accepted="1")

    assert "Se repite un ensayo guardado con este formulario" in first.text
    assert "«Raro» sale distinto" in answer.text
    assert "Versión 2" in leader.text(page)


def test_the_three_ways_are_rehearsed_together_and_kept_together(leader: Browser) -> None:
    asked = rehearse(leader, f"/procesos/{REPORT}/ensayo", behaviour="todas")

    leader.send(f"{asked}/guardar", name="Un mes")

    kept = leader.text(f"/procesos/{REPORT}/ensayo")
    assert all(f"Un mes: {way}" in kept for way in ("todo bien", "se devuelve una vez", "nadie responde"))
    assert "Nadie responde: se ven" in leader.text(f"{asked}?cual=2")
