"""Taking over into a variant what the shared drawing changed since."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from engine.definitions.comparison import compare
from engine.definitions.merging import Merged, merge
from engine.definitions.reading import read_diagram
from tests.support.diagrams import chain, end, process, start, user
from workflows.shipped import shipped_diagrams


def drawn(*steps: str, names: Mapping[str, str] | None = None) -> bytes:
    tasks = [user(step).replace(f'name="{step}"', f'name="{(names or {}).get(step, step)}"') for step in steps]
    return process("p", start(), *tasks, end(), chain("inicio", *steps, "fin"))


def sentences(before: bytes, merged: Merged) -> list[str]:
    return [change.sentence for change in compare(read_diagram(before), read_diagram(merged.content))]


def test_what_only_the_shared_one_changed_is_taken_over() -> None:
    merged = merge(drawn("a"), drawn("a", names={"a": "Revisar"}), drawn("a"))

    assert merged.kept == ()
    assert read_diagram(merged.content).elements["a"].name == "Revisar"


def test_what_only_the_variant_changed_stays() -> None:
    own = drawn("a", "propio")

    merged = merge(drawn("a"), drawn("a"), own)

    assert sentences(own, merged) == []


def test_a_step_of_each_stands_in_the_result_with_the_flows_that_lead_to_it() -> None:
    base = drawn("a", "b", "c")
    shared = drawn("a", "nuevo", "b", "c")
    own = drawn("a", "b", "propio", "c")

    merged = merge(base, shared, own)

    assert merged.kept == ()
    assert sentences(drawn("a", "nuevo", "b", "propio", "c"), merged) == []


def test_what_both_changed_stays_as_the_variant_has_it_and_is_told() -> None:
    shared, own = drawn("a", "b", names={"a": "Suyo", "b": "Nuevo"}), drawn("a", "b", names={"a": "Propio"})

    merged = merge(drawn("a", "b"), shared, own)

    assert merged.kept == ("a",)
    elements = read_diagram(merged.content).elements
    assert (elements["a"].name, elements["b"].name) == ("Propio", "Nuevo")


def test_a_name_of_the_one_and_a_deadline_of_the_other_make_one_step() -> None:
    later = drawn("a").replace(b'"5dh"', b'"9dh"')

    merged = merge(drawn("a"), drawn("a", names={"a": "Revisar"}), later)

    assert merged.kept == ()
    step = read_diagram(merged.content).elements["a"]
    assert (step.name, step.deadline) == ("Revisar", "9dh")


def test_what_the_shared_one_took_out_goes_unless_the_variant_changed_it() -> None:
    base, shared = drawn("a", "b", "c"), drawn("a", "c")

    untouched, changed = merge(base, shared, base), merge(base, shared, drawn("a", "b", "c", names={"b": "Propio"}))

    assert sentences(shared, untouched) == []
    assert changed.kept == ("b",)
    assert "b" in read_diagram(changed.content).elements


def test_what_the_variant_took_out_stays_out() -> None:
    base, own = drawn("a", "b", "c"), drawn("a", "c")

    merged = merge(base, drawn("a", "b", "c", names={"b": "Otro", "c": "Tercero"}), own)

    assert merged.kept == ("b",)
    assert sentences(drawn("a", "c", names={"c": "Tercero"}), merged) == []


@pytest.mark.parametrize("xml", shipped_diagrams())
def test_a_shipped_diagram_that_only_one_side_changed_comes_out_as_that_side_has_it(xml: bytes) -> None:
    changed = xml.replace(b'dh"', b'9dh"', 1)

    assert sentences(changed, merge(xml, changed, xml)) == []
    assert sentences(changed, merge(xml, xml, changed)) == []
    assert merge(xml, changed, xml).kept == merge(xml, xml, changed).kept == ()
