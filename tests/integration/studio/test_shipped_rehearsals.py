"""The rehearsals that come with the processes: of steps that are there, offered, kept by name, and true."""

from __future__ import annotations

from importlib import resources

import pytest

from engine.definitions.reading import read_diagram
from tests.diagrams.surroundings import shipped as diagrams
from tests.integration.studio.conftest import Browser
from tests.integration.studio.test_rehearsals import rehearse, walk
from web.bootstrap import Application
from web.rehearsals.order import BEHAVIOURS
from web.rehearsals.shipped import of_process

KEYS = sorted(one.name.removesuffix(".json") for one in (resources.files("bpmn") / "ensayos").iterdir())
REPORT = "sub_reporte_entidad"


@pytest.mark.parametrize("key", KEYS)
def test_they_are_of_a_shipped_process_and_of_steps_that_it_has(key: str) -> None:
    named = {element.name for element in read_diagram(diagrams()[key]).elements.values()}

    found = of_process(key)

    assert found
    assert {name for one in found for name in (*one.through, *one.not_through)} <= named
    assert {one.order.behaviour for one in found} <= BEHAVIOURS.keys()
    assert len({one.name for one in found}) == len(found)


def test_every_shipped_process_brings_some() -> None:
    assert set(KEYS) == diagrams().keys()


@pytest.mark.slow
@pytest.mark.parametrize("key", KEYS)
def test_each_comes_true(application: Application, key: str) -> None:
    wrong = {one.name: one.wrong(walk(application, key, one.order)) for one in of_process(key)}

    assert wrong == {one.name: [] for one in of_process(key)}


@pytest.mark.slow
def test_they_are_rehearsed_together_and_kept_by_their_names(leader: Browser) -> None:
    assert "Los que trae el proceso" in leader.text(f"/procesos/{REPORT}/ensayo")

    asked = rehearse(leader, f"/procesos/{REPORT}/ensayo", behaviour="traidos")
    leader.send(f"{asked}/guardar")

    kept = leader.text(f"/procesos/{REPORT}/ensayo").split("Ensayos guardados")[1]
    assert all(one.name in kept for one in of_process(REPORT))


def test_a_process_of_the_house_brings_none() -> None:
    assert of_process("peticiones") == ()
