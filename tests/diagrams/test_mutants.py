from __future__ import annotations

import pytest

from engine.definitions.linting import KnownNames, lint
from engine.definitions.reading import read_diagram
from tests.diagrams import mutants
from workflows.shipped import shipped_diagrams


def test_the_linter_raises_no_false_alarm_on_the_shipped_diagrams() -> None:
    diagrams = {read_diagram(xml).process_key: xml for xml in shipped_diagrams()}
    known = mutants.known({key: read_diagram(xml) for key, xml in diagrams.items()})

    assert {key: lint(xml, known) for key, xml in diagrams.items()} == {key: [] for key in diagrams}
    assert {key: lint(xml, KnownNames()) for key, xml in diagrams.items()} == {key: [] for key in diagrams}


def test_a_spoiled_diagram_that_the_linter_passes_runs_to_its_end_or_waits_for_somebody() -> None:
    tally = mutants.run(300)

    assert [(how, outcome) for how, outcome, _xml in tally.failed] == []
    assert tally.caught > 200
    assert tally.ran > 30


@pytest.mark.slow
def test_so_do_two_thousand() -> None:
    tally = mutants.run(2_000, seed=11)

    assert [(how, outcome) for how, outcome, _xml in tally.failed] == []
