"""What a case waits for on its page, and what a coordinator decides about it there."""

from __future__ import annotations

import pytest

from engine.definitions import publishing
from engine.instances import commands
from engine.waits import stalls
from tests.support.diagrams import TIMER, chain, end, message, node, process, start
from tests.support.web import Site, Visitor
from workflows.people import directory

CATCH = node("intermediateCatchEvent", "espera", message("m"))


def waiting(site: Site, catch: str = CATCH, name: str = "nadie_lo_envia") -> int:
    """A case of a small process that waits; its id."""
    diagram = process("prueba", start(), catch, end(), chain("inicio", "espera", "fin"), messages={"m": name})
    with site.application.database.unit_of_work() as session:
        boss = directory.actor(session, "amartinez")
        publishing.publish(session, site.application.engine, [diagram], {}, actor=boss, reason="prueba")
        case = commands.start(
            session, site.application.engine, "prueba", business_key="PES-GOB/prueba/1", name="Una prueba",
            scope="PES-GOB", tenant="GOB", variables={"plan": "PES-GOB"}, actor=boss,
        )  # fmt: skip
        return case.id


def decide(visitor: Visitor, case_id: int) -> str:
    """Open the page of the one wait of a case; its address."""
    page = visitor.open(f"/casos/{case_id}")
    (link,) = page.xpath("//ul[contains(@class, 'waits')]//a[contains(., 'Decidir')]/@href")
    visitor.open(link)
    return str(link)


def test_a_case_says_what_it_waits_for_from_where_and_since_when(site: Site) -> None:
    case_id = waiting(site, name="vigencia_cerrada")
    visitor = site.visitor("sruiz")

    visitor.open(f"/casos/{case_id}")

    assert (
        "Espera en «espera» el mensaje «Vigencia cerrada»; lo envía Cauce cuando el año termina y su último mes queda "
        "cerrado, desde el 6 de julio de 2018, sin fecha."
    ) in visitor.text()
    assert "Decidir" not in visitor.text()


def test_a_coordinator_sends_the_message_with_the_data_it_brings(site: Site) -> None:
    case_id = waiting(site, name="vigencia_cerrada")
    visitor = site.visitor("amartinez")
    address = decide(visitor, case_id)

    visitor.press(f"{address}/enviar", 422, motivo="llegó por correo", vigencia="dos mil")
    wrong = visitor.text()
    visitor.press(f"{address}/enviar", vigencia="2018", motivo="llegó por correo")

    assert "Escriba el número así" in wrong
    assert "El mensaje quedó enviado" in visitor.text()
    assert "envió a mano lo que se esperaba en «espera». Motivo: llegó por correo" in visitor.text()
    with site.application.database.reading() as session:
        assert commands.variables_of(session, site.application.engine, case_id)["vigencia"] == 2018


def test_a_coordinator_omits_a_wait_and_must_say_why(site: Site) -> None:
    visitor = site.visitor("amartinez")
    address = decide(visitor, waiting(site))

    visitor.press(f"{address}/omitir", 422)
    without = visitor.text()
    visitor.press(f"{address}/omitir", motivo="ya no hace falta")

    assert "Diga el motivo" in without
    assert "omitió la espera de «espera». Motivo: ya no hace falta" in visitor.text()
    assert "Terminado" in visitor.text()


def test_a_coordinator_lets_a_date_come_and_a_second_press_is_told_so(site: Site) -> None:
    catch = node("intermediateCatchEvent", "espera", TIMER, properties={"plazo": "30dh"})
    visitor = site.visitor("amartinez")
    address = decide(visitor, waiting(site, catch))
    fields = [(name, value or "se acordó hoy") for name, value in visitor.fields(f"{address}/adelantar")]

    visitor.send(f"{address}/adelantar", fields)
    told = visitor.text()
    visitor.send(f"{address}/adelantar", fields, 409)

    assert "dio por llegada la fecha de «espera»" in told
    assert "Ese proceso ya" in visitor.text()


@pytest.mark.parametrize("act", ["enviar", "omitir", "adelantar"])
def test_only_coordinators_decide_about_a_wait(site: Site, act: str) -> None:
    case_id = waiting(site)
    address = decide(site.visitor("amartinez"), case_id)
    visitor = site.visitor("sruiz")
    visitor.open("/demo/reloj")
    token = dict(visitor.fields("/demo/reloj/dia"))["csrf_token"]

    visitor.send(f"{address}/{act}", [("csrf_token", token), ("motivo", "porque sí")], 403)

    visitor.open(f"/casos/{case_id}")
    assert "En curso" in visitor.text()


def test_a_case_that_nobody_can_continue_is_an_incident_with_its_way_out(site: Site) -> None:
    case_id = waiting(site)
    with site.application.database.unit_of_work() as session:
        assert stalls.suspects(session) == [case_id]
        stalls.look(session, site.application.engine, case_id)
    visitor = site.visitor("amartinez")

    page = visitor.open(f"/casos/{case_id}")
    (incident,) = page.xpath("//ul[contains(@class, 'waits')]//a[contains(., 'Resolver')]/@href")
    visitor.open(incident)

    assert "Nadie puede continuar un proceso" in visitor.text()
    assert "Ver qué espera" in visitor.text() and "Corregir una variable" not in visitor.text()
    assert "ningún proceso publicado lo envía" in visitor.text()
