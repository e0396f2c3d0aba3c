"""Whatever an owner deletes from the shipped bundle is told before it is published, once, and by its root."""

from __future__ import annotations

from statistics import median

import pytest
from sqlalchemy.engine import make_url

from engine.definitions.dataflow.giving import outputs
from engine.definitions.linting import Finding, lint
from engine.definitions.reading import read_diagram
from tests.diagrams.contract_play import ContractPlay
from tests.diagrams.deletions import Deletion, deletions, engine, known_names, shipped
from tests.support.databases import with_tables
from workflows.shipped import shipped_forms

SEEDS = 2


@pytest.fixture(scope="module")
def told() -> list[tuple[Deletion, list[Finding]]]:
    """Every deletion with what the linter says of it."""
    return [(deletion, deletion.findings()) for deletion in deletions()]


def test_the_shipped_bundle_is_clean() -> None:
    known = known_names(shipped(), shipped_forms())

    assert {key: [one.message for one in lint(xml, known)] for key, xml in shipped().items()} == {
        key: [] for key in shipped()
    }


def test_one_deletion_gives_one_finding_in_the_median_and_three_at_most(
    told: list[tuple[Deletion, list[Finding]]],
) -> None:
    visible = {str(deletion): len(found) for deletion, found in told if found}

    assert {what: count for what, count in visible.items() if count > 3} == {}
    assert median(visible.values()) == 1


def test_no_sentence_names_an_element_by_its_id_alone(told: list[tuple[Deletion, list[Finding]]]) -> None:
    ids = {element for xml in shipped().values() for element in _ids_unlike_names(xml)}
    wrong = {
        (one.rule, name) for _deletion, found in told for one in found for name in ids if f"«{name}»" in one.message
    }

    assert sorted(wrong) == []


def _ids_unlike_names(xml: bytes) -> set[str]:
    """Ids of elements that have a name of their own, but for those that are a datum's name too."""
    model = read_diagram(xml)
    data = {name for one in model.elements.values() for name in outputs(one)} | {"hay_mesa", "hay_meses_anteriores"}
    data |= set().union(*(contract.fields for contract in engine().contracts.forms.values()))
    return {one.id for one in model.elements.values() if one.name and one.name != one.id} - data


def beginnings(process: str) -> list[str]:
    """The processes that begin by themselves and come to this one through calls."""
    models = {key: read_diagram(xml) for key, xml in shipped().items()}
    calling = {
        key for key, model in models.items() for call in model.of_kind("callActivity") if call.called_element == process
    }
    above = [top for key in sorted(calling) for top in beginnings(key)]
    return list(dict.fromkeys(above)) or [process]


@pytest.mark.slow
def test_what_lints_clean_runs_without_an_incident(
    told: list[tuple[Deletion, list[Finding]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    clean = [deletion for deletion, found in told if not any(one.severity == "error" for one in found)]
    failed: dict[str, list[str]] = {}
    for number, deletion in enumerate(clean):
        users = [deletion.process] if deletion.process else deletion.users()
        for process in dict.fromkeys(top for user in users for top in beginnings(user)):
            for seed in range(SEEDS):
                database = with_tables(make_url(f"sqlite:///{tmp_path_factory.mktemp(str(number))}/{seed}.sqlite"))
                incidents = ContractPlay(database, deletion, process, seed).run()
                database.dispose()
                if incidents:
                    failed[f"{deletion} in {process}, seed {seed}"] = incidents

    assert failed == {}
