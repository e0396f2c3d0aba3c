"""The table changes which steps there are and in which order; the drawing follows."""

from __future__ import annotations

import re

from engine.definitions.reading import read_diagram
from tests.integration.studio.conftest import LIAISON
from web.studio import overview

REPORT = "/procesos/sub_reporte_entidad/tareas"


def model(application):
    with application.database.reading() as session:
        return read_diagram(overview.working_xml(session, "sub_reporte_entidad")[0])


def plain(browser):
    """A step after which another can be added, as the page offers it."""
    actions = browser.get(REPORT).xpath("//form[contains(@action, '/agregar')]/@action")
    return re.findall(r"/tareas/([^/]+)/agregar", actions[-1])[0]


def revision(browser):
    return browser.get(REPORT).xpath("//input[@name='revision']/@value")[0]


def test_a_step_is_added_described_and_taken_away_again(leader, application):
    before, element = model(application), plain(leader)

    answer = leader.send(f"{REPORT}/{element}/agregar", revision=revision(leader))
    made = answer.location.rpartition("/")[2]
    leader.send(f"{REPORT}/{made}", revision=revision(leader), name="Revisar soportes", days="3", base="tarea")

    assert model(application).elements[made].name == "Revisar soportes"
    assert "Revisar soportes" in leader.text(REPORT)
    leader.send(f"{REPORT}/{made}/quitar", revision=revision(leader))
    assert model(application).elements.keys() == before.elements.keys()


def test_what_follows_is_chosen_and_a_stale_table_changes_nothing(leader, application):
    element = plain(leader)
    target = leader.get(REPORT).xpath(f"//form[contains(@action, '/{element}/sigue')]//option/@value")[0]

    leader.send(f"{REPORT}/{element}/sigue", revision=0, sigue=target)
    leader.send(f"{REPORT}/{element}/agregar", 409, revision=0)

    assert [one.id for one in model(application).after(element)] == [target]


def test_what_must_be_drawn_says_so(leader):
    gateway = next(one for one in leader.get(REPORT).xpath("//tr/@id") if "hay" in one or "aval" in one)

    answer = leader.send(f"{REPORT}/{gateway.removeprefix('paso-')}/quitar", 422, revision=0)

    assert "en el dibujo" in answer.text


def test_only_leaders_change_steps(sign_in):
    sign_in(LIAISON).send(f"{REPORT}/reportar_avance/quitar", 403, revision=0)
