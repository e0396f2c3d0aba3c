"""Every row of the guide leaves its product, and losing any step that makes it is noticed."""

from __future__ import annotations

import orjson
import pytest
from click.testing import CliRunner
from lxml import etree

from engine.clock import SystemClock
from engine.definitions.reading import DiagramModel, read_diagram
from web.cli.root import main
from workflows import assembly
from workflows.lifecycle import coverage
from workflows.lifecycle.coverage import Doers, RowCoverage
from workflows.shipped import shipped_diagrams

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


@pytest.fixture(scope="module")
def doers() -> Doers:
    return coverage.doers_of(assembly.forms().handlers, assembly.process_engine(SystemClock()).service_tasks)


@pytest.fixture(scope="module")
def diagrams() -> dict[str, bytes]:
    return {read_diagram(xml).process_key: xml for xml in shipped_diagrams()}


@pytest.fixture(scope="module")
def models(diagrams: dict[str, bytes]) -> dict[str, DiagramModel]:
    return {key: read_diagram(xml) for key, xml in diagrams.items()}


@pytest.fixture(scope="module")
def rows(models: dict[str, DiagramModel], doers: Doers) -> list[RowCoverage]:
    return coverage.of_diagrams(models.values(), doers)


def test_the_43_rows_leave_their_products(rows: list[RowCoverage]) -> None:
    assert [row.row.id for row in rows if not row.is_covered] == []
    assert len(rows) == 43


def test_every_step_that_names_a_row_makes_one_of_its_products(rows: list[RowCoverage]) -> None:
    for row in rows:
        assert {maker for product in row.products for maker in product.makers} == set(row.nodes), row.row.id


def test_without_any_one_of_its_steps_a_row_lacks_a_product(
    diagrams: dict[str, bytes], models: dict[str, DiagramModel], doers: Doers, rows: list[RowCoverage]
) -> None:
    for node in sorted({node for row in rows for node in row.nodes}):
        process, element = node.split("/")
        spoilt = {**models, process: read_diagram(_without(diagrams[process], element))}

        found = {row.row.id: row for row in coverage.of_diagrams(spoilt.values(), doers)}

        for row in rows:
            lost = {product.name for product in row.products if node in product.makers}
            assert {product.name for product in found[row.row.id].missing} == lost, (node, row.row.id)
            assert found[row.row.id].is_covered == (node not in row.nodes)


def test_a_step_that_nobody_can_do_covers_nothing(models: dict[str, DiagramModel], doers: Doers) -> None:
    idle = Doers(doers.forms - {"consolidar_dofa"}, doers.steps - {"certificar_meses"})

    found = {row.row.id: row for row in coverage.of_diagrams(models.values(), idle)}

    assert [product.name for product in found["1.2b"].missing] == ["Matriz DOFA consolidada"]
    assert [product.name for product in found["6.1"].missing] == ["Informe mensual certificado para la evaluación"]


def test_a_call_to_a_process_that_is_not_there_covers_nothing(models: dict[str, DiagramModel], doers: Doers) -> None:
    without_meetings = [model for key, model in models.items() if key != "sub_mesa"]

    found = {row.row.id: row for row in coverage.of_diagrams(without_meetings, doers)}

    assert not found["1.2a"].is_covered
    assert not found["5.2"].is_covered


def test_the_command_prints_it_as_json(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("CAUCE_HOME", str(tmp_path))
    monkeypatch.delenv("CAUCE_DATABASE_URL", raising=False)

    answer = CliRunner().invoke(main, ["guide", "coverage", "--json"])

    assert answer.exit_code == 0, answer.output
    printed = orjson.loads(answer.output)
    assert (printed["total"], printed["covered"]) == (43, 43)
    assert set(printed["rows"][0]) == {"id", "nodes", "product", "origin"}
    assert all(row["nodes"] and row["product"] and row["origin"] in ("guia", "derivado") for row in printed["rows"])


def _without(xml: bytes, element_id: str) -> bytes:
    """The diagram without a step: what came into it goes on to where it led."""
    tree = etree.fromstring(xml)
    step = tree.xpath("//*[@id=$id]", id=element_id)[0]
    leaving = tree.xpath("//*[@sourceRef=$id]", id=element_id)
    target = leaving[0].get("targetRef") if leaving else None
    for flow in tree.xpath("//*[@targetRef=$id]", id=element_id):
        if target is None:
            _drop(tree, flow)
        else:
            flow.set("targetRef", target)
    attached = tree.xpath("//*[@attachedToRef=$id]", id=element_id)
    ways = [flow for event in attached for flow in tree.xpath("//*[@sourceRef=$id]", id=event.get("id"))]
    for gone in [*leaving, *ways, *attached, step]:
        _drop(tree, gone)
    return etree.tostring(tree)


def _drop(tree, gone) -> None:  # type: ignore[no-untyped-def]
    for reference in tree.iter(f"{BPMN}flowNodeRef", f"{BPMN}incoming", f"{BPMN}outgoing"):
        if reference.text == gone.get("id"):
            reference.getparent().remove(reference)
    gone.getparent().remove(gone)
