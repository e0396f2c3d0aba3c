"""Every path of every shipped diagram leads to its end."""

from __future__ import annotations

from pathlib import Path

import pytest

import workflows.forms.models
import workflows.people.models  # noqa: F401  (both for their tables)
from engine.database import Database
from engine.definitions.reading import read_diagram
from tests.diagrams.scripts import SCRIPTS
from tests.diagrams.walking import Walk
from workflows.shipped import shipped_diagrams, shipped_forms

DIAGRAMS = shipped_diagrams()
MODELS = [read_diagram(xml) for xml in DIAGRAMS]
RECORDED = {"userTask", "serviceTask", "sendTask", "boundaryEvent"}
DECISIONS = {"exclusiveGateway", "inclusiveGateway"}


def walk(tmp_path: Path, name: str) -> Walk:
    database = Database(f"sqlite:///{tmp_path / 'paths.sqlite'}")
    database.create_all()
    return Walk(database, DIAGRAMS, shipped_forms(), SCRIPTS[name])


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_a_path_leads_to_the_end(tmp_path: Path, name: str) -> None:
    one = walk(tmp_path, name)

    case = one.run()

    assert one.left_over() == []
    assert case.state == "completed"


def test_every_step_decision_and_timer_is_on_some_path(tmp_path: Path) -> None:
    passed: set[str] = set()
    for number, name in enumerate(sorted(SCRIPTS)):
        folder = tmp_path / str(number)
        folder.mkdir()
        one = walk(folder, name)
        one.run()
        passed |= one.passed()

    assert must_be_passed() - passed == set()


def must_be_passed() -> set[str]:
    """The elements that leave a trace, and each answer of each decision."""
    wanted: set[str] = set()
    for model in MODELS:
        for element in model.elements.values():
            if element.kind in RECORDED:
                wanted.add(f"{model.process_key}/{element.id}")
            if element.kind in DECISIONS and len(element.outgoing) > 1:
                wanted |= {f"{model.process_key}/{flow}" for flow in element.outgoing}
    return wanted
