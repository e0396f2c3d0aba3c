from __future__ import annotations

import pytest

from engine.definitions.linting import KnownNames, lint
from tests.diagrams import mutants
from tests.diagrams.surroundings import known_names, shipped


def test_the_linter_raises_no_false_alarm_on_the_shipped_diagrams() -> None:
    assert {key: lint(xml, known_names()) for key, xml in shipped().items()} == {key: [] for key in shipped()}
    assert {key: lint(xml, KnownNames()) for key, xml in shipped().items()} == {key: [] for key in shipped()}


def test_a_spoiled_diagram_that_the_linter_passes_runs_to_its_end_or_waits_for_somebody() -> None:
    tally = mutants.run(150)

    assert [(how, outcome) for how, outcome, _xml in tally.failed] == []
    assert tally.caught > 100
    assert tally.ran > 10


@pytest.mark.slow
def test_so_do_two_thousand() -> None:
    tally = mutants.run(2_000, seed=11)

    assert [(how, outcome) for how, outcome, _xml in tally.failed] == []
