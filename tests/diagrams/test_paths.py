"""Every path of every shipped diagram leads to its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
from sqlalchemy.engine import make_url

import workflows.forms.models
import workflows.people.models  # noqa: F401  (both for their tables)
from engine.database import Database
from engine.definitions.reading import read_diagram
from engine.eventlog import reading
from tests.diagrams.scripts import SCRIPTS
from tests.diagrams.walking import Walk
from tests.support.databases import with_tables
from tests.support.replaying import Replay
from workflows.shipped import shipped_diagrams, shipped_forms

DIAGRAMS = tuple(shipped_diagrams())
MODELS = [read_diagram(xml) for xml in DIAGRAMS]
RECORDED = {"userTask", "serviceTask", "sendTask", "boundaryEvent"}
DECISIONS = {"exclusiveGateway", "inclusiveGateway"}


@dataclass(frozen=True)
class Walked:
    """How a walk ended."""

    state: str
    left_over: list[str]
    passed: set[str]
    log: list[reading.Case]


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Walked]:
    """Walks a path of that name, once."""
    folder = tmp_path_factory.mktemp("paths")

    @cache
    def walk(name: str) -> Walked:
        database = with_tables(make_url(f"sqlite:///{folder / name}.sqlite"))
        one = Walk(database, DIAGRAMS, shipped_forms(), SCRIPTS[name])
        found = Walked(one.run().state, one.left_over(), one.passed(), _log(database))
        database.dispose()
        return found

    return walk


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_a_path_leads_to_the_end(walked: Callable[[str], Walked], name: str) -> None:
    assert walked(name).left_over == []
    assert walked(name).state == "completed"


def _log(database: Database) -> list[reading.Case]:
    with database.reading() as session:
        return list(reading.cases(session, reading.Wanted()))


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_the_log_of_a_path_is_possible_on_its_diagram(walked: Callable[[str], Walked], name: str) -> None:
    replay = Replay({model.process_key: model for model in MODELS})

    assert walked(name).log
    for case in walked(name).log:
        assert replay.impossible(case.process, [(event.process, event.element) for event in case.events]) == ""


def test_every_step_decision_and_timer_is_on_some_path(walked: Callable[[str], Walked]) -> None:
    passed = set().union(*(walked(name).passed for name in SCRIPTS))

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
