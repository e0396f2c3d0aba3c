"""What owners ask for, in few acts and to its effect: the next case obeys, the running one does not."""

from __future__ import annotations

import pytest

from engine.definitions.reading import read_diagram
from tests.integration.studio.conftest import Browser
from tests.integration.studio.test_bringing import publish
from tests.integration.studio.test_conditions import decide, shown
from tests.support import petitions
from tests.support.web import Site
from web.studio import overview

KEY = petitions.KEY
PAGE = f"/procesos/{KEY}/condiciones"
RETURNED = {"semaforo": "verde", "decision": "devuelta", "filas": []}


@pytest.fixture
def office(site: Site) -> Site:
    petitions.publish(site)
    return site


def test_a_decision_is_chosen_from_an_answer_that_did_not_go_to_the_process_and_then_does(
    office: Site, leader: Browser
) -> None:
    running = petitions.begin(office, "P-1")

    fields = shown(leader, "procede", PAGE)
    fields |= {"r0-0-0-dato": ["filas_estado"], "r0-0-0-antes": ["filas_estado"]}
    fields |= {"r0-0-0-es": ["some-is"], "r0-0-0-valor": ["aclarar"]}
    decide(leader, "procede", fields, address=PAGE)
    publish(leader, KEY)
    after = petitions.begin(office, "P-2")

    with office.application.database.reading() as session:
        xml = overview.working_xml(session, KEY)[0]
    row = RETURNED | {"filas": [{"asunto": "Uno", "estado": "aclarar"}]}
    assert b'"semaforo,decision,filas.estado"' in xml
    assert (running.answer(row), after.answer(row)) == ([], ["Responder"])


def test_only_when_begins_with_the_question_before_and_asks_for_its_value(office: Site, leader: Browser) -> None:
    page = leader.get("/procesos/formularios/peticion/campos/motivo")
    fields = {name: value or "" for name, value in page.xpath("//form[@id='campo']")[0].form_values()}
    fields.pop("csrf_token")

    asked = leader.send(
        "/procesos/formularios/peticion/campos/motivo", 200, **fields | {"cuando": "cuando", "c_paso": "seguir"}
    )

    assert '<option value="decision" selected>' in asked.text
    assert ">Devuelta</option>" in asked.text


def test_a_role_of_the_entity_without_one_is_mended_by_asking_for_it(site: Site, leader: Browser) -> None:
    petitions.publish(site, petitions.drawn(entity=False))
    table = leader.get(f"/procesos/{KEY}/tareas").xpath("//form[@id='tabla']")[0]
    action = str(table.get("action"))
    leader.send(action, revision="0", **{"role-responder": "Enlace de planeación de la entidad"})

    with site.application.database.reading() as session:
        xml = overview.working_xml(session, KEY)[0].decode()
    (found,) = leader.call(f"/procesos/{KEY}/hallazgos", xml=xml)["hallazgos"]

    assert found["arreglo"] == {"action": "set_property", "element": "inicio", "name": "entradas", "value": "entidad"}
    assert "nadie llena antes" in leader.text(f"/procesos/{KEY}/tareas")


def test_the_sheet_says_when_it_is_due_next_and_when_one_is_reminded(leader: Browser) -> None:
    address = "/procesos/sub_reporte_entidad/tareas/reportar_avance"
    fields = {n: v or "" for n, v in leader.get(address).xpath("//main//form")[0].form_values() if n != "csrf_token"}

    leader.send(address, **fields | {"days": "7", "reminders": "-4,0"})

    told = leader.text("/procesos/sub_reporte_entidad/tareas")
    assert "La próxima vez vence el viernes 10 de agosto de 2018; se avisa el viernes 3 de agosto y viernes 10" in told


def test_one_case_is_suspended_from_its_row_whatever_is_ticked(office: Site, leader: Browser) -> None:
    one, other = petitions.begin(office, "P-1"), petitions.begin(office, "P-2")

    tried = leader.send(
        "/casos/manejo", 200, proceso=KEY, caso=[str(one.id), str(other.id)], acto="migrate", uno=f"suspend-{other.id}"
    ).text

    assert "Suspender: prueba" in tried
    assert "1 se puede" in tried
    done = tried.split('action="/casos/manejo/hacer"')[1]
    assert f'name="uno" value="suspend-{other.id}"' in done
    assert f'name="caso" value="{one.id}"' not in done.split("</form>")[0]


def test_of_several_tasks_that_ask_the_same_the_one_before_the_decision_hands_it_on(
    site: Site, leader: Browser
) -> None:
    xml = petitions.drawn().replace(b'formRef="nota"', b'formRef="peticion"')
    xml = xml.replace(b"semaforo,decision", b"semaforo").replace(b"decision == 'aceptada'", b"semaforo == 'rojo'")
    petitions.publish(site, xml)

    fields = shown(leader, "procede", PAGE)
    fields |= {"r0-0-0-dato": ["decision"], "r0-0-0-antes": ["decision"], "r0-0-0-valor": ["aceptada"]}
    decide(leader, "procede", fields, address=PAGE)

    with site.application.database.reading() as session:
        tasks = read_diagram(overview.working_xml(session, KEY)[0]).elements
    assert tasks["recibir"].properties["salida"] == "semaforo,decision"
    assert "salida" not in tasks["responder"].properties
