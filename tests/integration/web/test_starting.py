"""A process that a person begins: who may, what is asked, the case that comes of it."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from engine.definitions import publishing
from engine.history import HistoryEntry
from engine.instances import commands
from engine.instances.models import Instance
from tests.support.diagrams import call, chain, end, process, start, user
from tests.support.web import Site, Visitor, file_address
from web.cli import main
from workflows.forms import drafts
from workflows.people import directory

FORM = {
    "type": "default",
    "id": "pedir_apoyo",
    "components": [
        {"type": "textfield", "key": "asunto", "label": "De qué se trata", "validate": {"required": True}},
        {"type": "number", "key": "personas_afectadas", "label": "Personas afectadas"},
    ],
}
LANES = (
    '<bpmn:laneSet id="ls"><bpmn:lane id="l" name="Enlace"><bpmn:extensionElements><camunda:properties>'
    '<camunda:property name="pes.rol" value="enlace_planeacion"/></camunda:properties></bpmn:extensionElements>'
    "<bpmn:flowNodeRef>inicio</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
)
TASK = user("atender", role="coordinador_pes", form="convocar")


def publish(site: Site, *diagrams: bytes, forms: dict[str, Any] | None = None) -> None:
    with site.application.database.unit_of_work() as session:
        actor = directory.actor(session, "amartinez")
        publishing.publish(session, site.application.engine, diagrams, forms or {}, actor=actor, reason="prueba")


def drawn(begin: str, *parts: str, key: str = "apoyo", name: str = "Apoyo") -> bytes:
    return process(key, *parts, begin, TASK, end(), chain("inicio", "atender", "fin"), name=name)


def with_form() -> bytes:
    begin = start(salida="asunto,personas_afectadas", entradas="entidad")
    return drawn(begin.replace("<bpmn:startEvent ", '<bpmn:startEvent camunda:formRef="pedir_apoyo" '), LANES)


def case_of(site: Site, key: str = "apoyo") -> Instance | None:
    with site.application.database.reading() as session:
        return session.scalar(sa.select(Instance).where(Instance.process_key == key))


def test_its_form_and_its_data_are_asked_and_the_case_says_who_began_it(site: Site) -> None:
    publish(site, with_form(), forms={"pedir_apoyo": FORM})
    visitor = site.visitor("amartinez")

    visitor.open("/casos/empezar")
    assert "Apoyo" in visitor.text()
    visitor.open("/procesos/apoyo")
    assert "Empezar uno" in visitor.text()
    visitor.open("/casos/empezar/apoyo")
    (action,) = {form.get("action") or "" for form in visitor.page().xpath("//main//form[@method='post']")}
    fields = {name: value for name, value in visitor.page().xpath("//main//form[@method='post']")[0].form_values()}
    filled = fields | {"plan": "PES-GOB", "entidad": "IDPAC", "_accion": "enviar"}
    visitor.send("/casos/empezar/apoyo", filled.items(), 422)
    missing = visitor.text()
    visitor.send("/casos/empezar/apoyo", (filled | {"asunto": "Sin luz", "personas_afectadas": "1.200"}).items())

    assert action == ""
    assert "De qué se trata: Escriba la respuesta." in missing and "Instituto Distrital" in missing
    case = case_of(site)
    assert case is not None
    assert case.business_key == "PES-GOB/apoyo/001"
    assert "clave PES-GOB/apoyo/001" in visitor.text()
    assert "Ana Martínez" in visitor.text() and "abrió el proceso" in visitor.text()
    with site.application.database.reading() as session:
        variables = commands.variables_of(session, site.application.engine, case.id)
        begun = session.scalars(sa.select(HistoryEntry).where(HistoryEntry.instance_id == case.id)).first()
    expected = {"plan": "PES-GOB", "entidad": "IDPAC", "asunto": "Sin luz", "personas_afectadas": 1200}
    assert variables == expected
    assert begun is not None
    assert (begun.actor_id, begun.data["variables"]) == ("amartinez", expected)


@pytest.mark.parametrize(("username", "status"), [("cvega", 200), ("sruiz", 403), ("amartinez", 200)])
def test_the_first_lane_and_the_leaders_begin_it(site: Site, username: str, status: int) -> None:
    publish(site, with_form(), forms={"pedir_apoyo": FORM})
    visitor = site.visitor(username)

    visitor.open("/casos/empezar/apoyo", status)
    visitor.open("/casos/empezar")
    offered = visitor.text()
    anything = bool(visitor.page().xpath("//main//a[contains(@href, '/casos/empezar/')]"))
    visitor.open("/bandeja")

    assert ("Apoyo" in offered) == (status == 200)
    assert ("Empezar un proceso" in visitor.text()) == anything


def test_what_only_others_call_is_refused_in_a_sentence_until_its_start_asks_for_its_data(site: Site) -> None:
    who = user("atender", role="", assignee="${quien}", form="convocar")
    child = process("hija", start(), who, end(), chain("inicio", "atender", "fin"), name="Hija")
    caller = process(
        "madre", start(entradas="quien"), call("x", "hija", ins=("quien", "plan")), end(), chain("inicio", "x", "fin")
    )
    publish(site, child, caller)
    visitor = site.visitor("amartinez")

    visitor.open("/casos/empezar/hija", 409)
    refused = visitor.text()
    asking = process("hija", start(entradas="quien"), who, end(), chain("inicio", "atender", "fin"), name="Hija")
    publish(site, asking)
    visitor.open("/casos/empezar/hija")

    assert "no se puede empezar a mano" in refused and "quien" in refused
    assert "Quien" in visitor.text()


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("f5_ciclo_mensual", "lo abre el calendario"),
        ("sub_plan_choque", "lo abre un mensaje"),
        ("pes_maestro", "lo abre Cauce desde su propia página"),
    ],
)
def test_what_does_not_begin_by_hand_says_what_begins_it(site: Site, key: str, why: str) -> None:
    visitor = site.visitor("amartinez")

    visitor.open(f"/casos/empezar/{key}", 409)

    assert why in visitor.text()
    assert case_of(site, "sub_plan_choque") is None


def test_two_cases_have_two_keys(site: Site) -> None:
    publish(site, drawn(start()))
    visitor = site.visitor("amartinez")

    keys = []
    for _ in range(2):
        visitor.open("/casos/empezar/apoyo")
        (form,) = visitor.page().xpath("//main//form[@method='post']")
        visitor.send("/casos/empezar/apoyo", (dict(form.form_values()) | {"plan": "PES-GOB"}).items())
        keys.append(visitor.text().split("con la clave ")[1].split(".")[0])

    assert keys == ["PES-GOB/apoyo/001", "PES-GOB/apoyo/002"]


def test_the_command_line_begins_it_with_the_same_rules(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(site, with_form(), forms={"pedir_apoyo": FORM})
    url = site.application.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("CAUCE_DATABASE_URL", url)
    words = ["cases", "start", "apoyo", "--plan", "PES-GOB", "--var", "entidad=IDPAC"]

    short = CliRunner().invoke(main, [*words, "--as", "amartinez"])
    other = CliRunner().invoke(main, [*words, "--as", "sruiz", "--var", "asunto=Sin luz"])
    done = CliRunner().invoke(main, [*words, "--as", "amartinez", "--var", "asunto=Sin luz"])

    assert short.exit_code == 1 and "asunto" in short.output
    assert other.exit_code == 1 and "primera franja" in other.output
    assert "comenzó: PES-GOB/apoyo/001" in done.output


FILES = {
    "type": "default",
    "id": "pedir_apoyo",
    "components": [
        {"type": "textfield", "key": "asunto", "label": "De qué se trata", "validate": {"required": True}},
        {"type": "filepicker", "key": "soporte", "label": "Soporte", "validate": {"required": True}},
    ],
}
CSV = b"uno;dos\n"


def publish_with_files(site: Site) -> None:
    begin = start(salida="asunto,soporte")
    begin = begin.replace("<bpmn:startEvent ", '<bpmn:startEvent camunda:formRef="pedir_apoyo" ')
    publish(site, drawn(begin, LANES), forms={"pedir_apoyo": FILES})


def begin(visitor: Visitor, status: int = 200, **typed: Any) -> None:
    """Send what the page has, with what is typed or attached."""
    if visitor.address != "/casos/empezar/apoyo":
        visitor.open("/casos/empezar/apoyo")
    fields = dict(visitor.page().xpath("//main//form[@method='post']")[0].form_values())
    visitor.send("/casos/empezar/apoyo", (fields | {"plan": "PES-GOB", "_accion": "enviar"} | typed).items(), status)


def attached(visitor: Visitor) -> str:
    """The file that the page still has, by its id."""
    (kept,) = visitor.page().xpath("//main//input[@type='hidden' and @name='soporte']/@value")
    return str(kept)


def test_what_is_attached_is_asked_once_and_stays_with_the_case(site: Site) -> None:
    publish_with_files(site)
    visitor = site.visitor("amartinez")

    begin(visitor, 422, soporte=(BytesIO(CSV), "cifras.csv"))
    kept, said = attached(visitor), visitor.text()
    begin(visitor, asunto="Sin luz", soporte=kept)

    assert "De qué se trata: Escriba la respuesta." in said and "cifras.csv" in said
    assert "Comenzó con cifras.csv" in visitor.text()
    case = case_of(site)
    assert case is not None
    with site.application.database.unit_of_work() as session:
        assert commands.variables_of(session, site.application.engine, case.id)["soporte"] == [int(kept)]
        site.clock.advance(dt.timedelta(days=60))
        assert drafts.forget_unused(session, site.clock) == 0
    answer = site.visitor("cvega").client.get(file_address(site, int(kept)))
    assert (answer.status_code, answer.data, answer.mimetype) == (200, CSV, "text/csv")


def test_a_file_that_began_nothing_is_forgotten(site: Site) -> None:
    publish_with_files(site)
    begin(site.visitor("amartinez"), 422, soporte=(BytesIO(CSV), "cifras.csv"))

    with site.application.database.unit_of_work() as session:
        site.clock.advance(dt.timedelta(days=60))
        assert drafts.forget_unused(session, site.clock) == 1


def test_nobody_begins_a_case_with_the_file_of_somebody_else(site: Site) -> None:
    publish_with_files(site)
    hers, other = site.visitor("amartinez"), site.visitor("cvega")
    begin(hers, 422, soporte=(BytesIO(CSV), "cifras.csv"))

    begin(other, 422, asunto="Sin luz", soporte=attached(hers))

    assert "El archivo no está cargado en este formulario" in other.text()
    assert case_of(site) is None


def test_a_file_that_is_no_document_is_refused_with_its_reason(site: Site) -> None:
    publish_with_files(site)
    visitor = site.visitor("amartinez")

    begin(visitor, 422, asunto="Sin luz", soporte=(BytesIO(b"MZ\x90"), "cifras.exe"))

    assert "no es un archivo que se acepte" in visitor.text()
    assert case_of(site) is None
