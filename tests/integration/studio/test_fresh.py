"""A process is begun from nothing, gets its steps in the table, and is published; its next case obeys."""

from __future__ import annotations

from engine.definitions.linting import lint
from engine.definitions.reading import read_diagram
from engine.definitions.surroundings import known_names
from tests.integration.studio.conftest import LIAISON
from web.studio import overview

KEY = "atender_peticiones"
TABLE = f"/procesos/{KEY}/tareas"
STEPS = "\n".join(f"Paso {number}\t\t{number}\tReportar avance" for number in range(2, 11))


def make(leader, status=303, **fields):
    return leader.send("/procesos/nuevo", status, **{"nombre": "Atender peticiones", "rol": "coordinador_pes"} | fields)


def model(application):
    with application.database.reading() as session:
        return read_diagram(overview.working_xml(session, KEY)[0])


def test_ten_steps_are_written_without_drawing_and_published(leader, application):
    make(leader)
    revision = leader.get(TABLE).xpath("//input[@name='revision']/@value")[0]
    leader.send(f"{TABLE}/pegar", revision=revision, filas=STEPS, despues="paso_1")
    revision = leader.get(TABLE).xpath("//input[@name='revision']/@value")[0]
    leader.send(
        TABLE, revision=revision, **{"name-paso_1": "Recibir", "days-paso_1": "1", "form-paso_1": "Reportar avance"}
    )

    drawn = model(application)
    with application.database.reading() as session:
        xml = overview.working_xml(session, KEY)[0]
        found = lint(xml, known_names(session, application.engine, [drawn]))

    assert len(list(drawn.of_kind("userTask"))) == 10
    assert {task.roles for task in drawn.of_kind("userTask")} == {("coordinador_pes",)}
    assert [one.message for one in found if one.rule not in ("handler", "data")] == []


def test_what_is_missing_is_said_and_no_draft_is_begun(leader):
    wrong = make(leader, 422, nombre=" ", rol="nadie").text

    assert "Escriba cómo se llama" in wrong
    assert "Elija quién hace el primer paso." in wrong
    assert "Atender peticiones" not in leader.text("/procesos/")


def test_a_name_that_is_taken_or_is_a_word_of_an_address_gets_another_key(leader):
    first, second = make(leader), make(leader)
    third = make(leader, nombre="Nuevo")

    assert first.location.endswith(TABLE)
    assert second.location != first.location
    assert "/procesos/nuevo/" not in third.location


def test_what_a_person_typed_is_text_in_the_drawing(leader, application):
    make(leader, nombre='Atender "peticiones" & <quejas>')

    assert 'Atender "peticiones" &' in leader.text("/procesos/")


def test_only_leaders_begin_processes(sign_in):
    sign_in(LIAISON).send("/procesos/nuevo", 403, nombre="Mío", rol="coordinador_pes")
