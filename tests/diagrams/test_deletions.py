"""Whatever an owner deletes from the shipped bundle is told before it is published, once, and by its root."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from sqlalchemy.engine import make_url

from engine.definitions.dataflow.giving import outputs
from engine.definitions.linting import Finding, lint
from tests.diagrams.contract_play import ContractPlay
from tests.diagrams.deletions import Deletion, deletions
from tests.diagrams.surroundings import engine, known_names, model, models, shipped
from tests.support.databases import with_tables

SEEDS = 3
SEEDS_OF_REFUSED = 40
"""What is refused is played so often before it counts as refused by fear: three plays seldom take every way."""
MOST_REFUSED_BY_FEAR = 0.05
"""Of the deletions that run; what was counted stands in docs/decisions/0022."""

Told = list[tuple[Deletion, list[Finding]]]


@pytest.fixture(scope="module")
def told() -> Told:
    """Every deletion with what the linter says of it."""
    return [(deletion, deletion.findings()) for deletion in deletions()]


def test_the_shipped_bundle_is_clean() -> None:
    found = {key: [one.message for one in lint(xml, known_names())] for key, xml in shipped().items()}

    assert found == {key: [] for key in shipped()}


def test_one_deletion_gives_one_finding_in_the_median_and_three_at_most(told: Told) -> None:
    visible = {str(deletion): len(found) for deletion, found in told if found}

    assert {what: count for what, count in visible.items() if count > 3} == {}
    assert median(visible.values()) == 1


def test_no_sentence_names_an_element_by_its_id_alone(told: Told) -> None:
    ids = {element for xml in shipped().values() for element in _ids_that_are_no_data(xml)}
    wrong = {
        (one.rule, name)
        for _deletion, found in told
        for one in _with_consequences(found)
        for name in ids
        if f"«{name}»" in one.message
    }

    assert sorted(wrong) == []


def _ids_that_are_no_data(xml: bytes) -> set[str]:
    """Ids of elements and flows, but for those that are a datum's name too or just what the element is called."""
    drawn = model(xml)
    data = {name for one in drawn.elements.values() for name in outputs(one)} | {"hay_mesa", "hay_meses_anteriores"}
    data |= set().union(*(contract.fields for contract in engine().contracts.forms.values()))  # type: ignore[union-attr]
    named = {one.id for one in (*drawn.elements.values(), *drawn.flows.values()) if one.name != one.id}
    return named - data


def _with_consequences(found: list[Finding] | tuple[Finding, ...]) -> Iterator[Finding]:
    for one in found:
        yield one
        yield from _with_consequences(one.consequences)


@pytest.mark.slow
@pytest.mark.parametrize("process", sorted(shipped()))
def test_with_nothing_taken_out_it_comes_to_its_end(process: str, tmp_path: Path) -> None:
    assert played(Deletion("nothing", process, "", diagram=shipped()[process]), tmp_path, range(SEEDS)) == []


@pytest.mark.slow
def test_what_lints_clean_runs_and_what_runs_is_seldom_refused(
    told: Told, tmp_path: Path, record_property: pytest.RecordProperty
) -> None:
    failed: dict[str, list[str]] = {}
    refused, ran = [], 0
    for deletion, found in told:
        is_error = any(one.severity == "error" for one in found)
        trouble = played(deletion, tmp_path, range(SEEDS))
        if is_error and not trouble:
            trouble = _by_nobody(deletion, tmp_path) or played(
                deletion, tmp_path, range(SEEDS_OF_REFUSED), must_end=True
            )
        if trouble and not is_error:
            failed[str(deletion)] = trouble
        elif not trouble:
            ran += 1
            refused += [str(deletion)] if is_error else []
    record_property("ran", ran)
    record_property("refused by fear", len(refused))
    print(f"{ran} of {len(told)} deletions run, {len(refused)} of these are refused: {refused}")

    assert failed == {}
    assert len(refused) <= MOST_REFUSED_BY_FEAR * ran


def played(deletion: Deletion, folder: Path, seeds: range, *, must_end: bool = False) -> list[str]:
    """What goes wrong in the first play that does not come to its end; empty if none goes wrong.

    That it goes round and round is wrong only where it `must_end`.
    """
    for play in _plays(deletion, folder, seeds):
        if trouble := play.run() or (["it never ends"] if must_end and play.is_cut else []):
            return [f"{play.process}, seed {play.seed}", *trouble]
    return []


def _by_nobody(deletion: Deletion, folder: Path) -> list[str]:
    """The data that conditions read, that nobody ever gives, and that somebody gives in the shipped bundle.

    Such a case comes to its end, by an answer that nobody chose: it is no fear to refuse it.
    """
    asked, had = _read(deletion, folder)
    return [f"{condition}: {name}" for condition, name in sorted((asked - had) & _read(deletion.undone(), folder)[1])]


def _read(deletion: Deletion, folder: Path) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """By condition, what it looked for in vain, and what it found."""
    asked, had = set[tuple[str, str]](), set[tuple[str, str]]()
    for play in _plays(deletion, folder, range(SEEDS)):
        play.run()
        asked |= play.asked
        had |= play.had
    return asked, had


def _plays(deletion: Deletion, folder: Path, seeds: range) -> Iterator[ContractPlay]:
    """A play of each process that a deletion touches by each chance, on a fresh database."""
    for process in dict.fromkeys(process for user in deletion.users() for process in _with_callers(user)):
        for seed in seeds:
            database = with_tables(make_url(f"sqlite:///{folder}/play.sqlite"))
            try:
                yield ContractPlay(database, deletion, process, seed)
            finally:
                database.dispose()


def _with_callers(process: str) -> Iterator[str]:
    """A process, and those who call it and take something back."""
    yield process
    for key, caller in models(shipped()).items():
        if any(call.called_element == process and call.out_mappings for call in caller.of_kind("callActivity")):
            yield key
