"""Changing one thing of a diagram's XML leaves the rest alone."""

from __future__ import annotations

from importlib.resources import files

import pytest

from engine.definitions import editing
from engine.definitions.reading import read_diagram
from engine.errors import UnknownElement, UnreadableDiagram


@pytest.fixture
def xml() -> bytes:
    return (files("bpmn") / "sub_reporte_entidad.bpmn").read_bytes()


def test_a_property_is_changed_and_nothing_else(xml):
    after = editing.set_property(xml, "reportar_avance", "plazo", "cierre+6dh")

    differing = [pair for pair in zip(xml.splitlines(), after.splitlines(), strict=True) if pair[0] != pair[1]]
    assert [line.strip() for _, line in differing if b"<?xml" not in line] == [
        b'<camunda:property name="pes.plazo" value="cierre+6dh"/>'
    ]


def test_a_property_set_and_taken_away_leaves_the_element_as_it_was(xml):
    before = read_diagram(xml)

    given = editing.set_property(xml, "fin", "guia", "4.5")
    taken = editing.set_property(given, "fin", "guia", "")

    assert read_diagram(given).elements["fin"].properties == {"guia": "4.5"}
    assert read_diagram(taken) == before


def test_an_explanation_comes_first_as_the_schema_of_bpmn_wants(xml):
    after = editing.set_documentation(editing.set_property(xml, "fin", "guia", "1"), "fin", "Aquí termina.")

    assert read_diagram(after).elements["fin"].documentation == "Aquí termina."
    assert after.index(b"Aqu\xc3\xad termina.") < after.index(b'<camunda:property name="pes.guia" value="1"/>')


def test_comments_of_the_file_survive(xml):
    commented = xml.replace(b"<bpmn:collaboration ", b"<!-- revisado -->\n<bpmn:collaboration ", 1)

    assert b"<!-- revisado -->" in editing.set_attribute(commented, "fin", "name", "Terminado")


def test_markup_in_a_value_stays_text(xml):
    after = editing.set_documentation(xml, "fin", "<script>alert(1)</script> & más")

    assert read_diagram(after).elements["fin"].documentation == "<script>alert(1)</script> & más"


def test_an_element_that_is_not_there_is_named(xml):
    with pytest.raises(UnknownElement, match="«no_existe»"):
        editing.set_property(xml, "no_existe", "plazo", "5dh")


def test_a_file_with_entities_is_refused():
    with pytest.raises(UnreadableDiagram):
        editing.set_property(b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', "x", "plazo", "5dh")
