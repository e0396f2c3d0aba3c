"""The sheet of a task: read from the diagram, checked, and written back."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import pytest

from engine.definitions.reading import read_diagram
from web.studio import sheet

ROLES = {"coordinador_pes": "Coordinador", "enlace_planeacion": "Enlace"}
FORMS = {"reportar_avance": "Reportar avance"}


@pytest.fixture
def xml() -> bytes:
    return (files("bpmn") / "sub_reporte_entidad.bpmn").read_bytes()


def read(xml: bytes, element_id: str = "reportar_avance"):
    diagram = read_diagram(xml)
    return diagram.elements[element_id], sheet.read(diagram, diagram.elements[element_id])


def test_the_sheet_says_the_deadline_in_days_and_from_where_they_count(xml):
    _, found = read(xml)

    assert (found.days, found.base, found.escalate_days, found.escalate_role) == ("5", "cierre", "3", "coordinador_pes")
    assert found.role == ""


def test_writing_the_same_sheet_changes_nothing(xml):
    element, found = read(xml)

    assert sheet.write(xml, element, found, found) is xml


def test_six_days_instead_of_five_are_written_from_the_same_base(xml):
    element, found = read(xml)

    changed = sheet.write(xml, element, found, replace(found, days="6"))

    assert read_diagram(changed).elements["reportar_avance"].deadline == "cierre+6dh"


def test_the_other_escalations_survive_a_change_of_the_first(xml):
    xml = xml.replace(b'value="+3:coordinador_pes"', b'value="+3:coordinador_pes,+5:directivo_entidad"', 1)
    element, found = read(xml)

    changed = sheet.write(xml, element, found, replace(found, escalate_days="2"))

    properties = read_diagram(changed).elements["reportar_avance"].properties
    assert properties["escalar"] == "+2:coordinador_pes,+5:directivo_entidad"


def test_a_deadline_of_another_kind_is_kept_as_it_is_written(xml):
    xml = xml.replace(b'value="cierre+5dh"', b'value="fecha:corte"', 1)
    element, found = read(xml)

    assert found.has_own_deadline
    assert sheet.write(xml, element, found, replace(found, name="Otro nombre")).count(b'value="fecha:corte"') == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "x" * 301), ("days", "-1"), ("days", "cinco"), ("days", "366"), ("base", "ayer"),
     ("reminders", "pronto"), ("role", "nadie"), ("form", "no_existe"), ("escalate_role", "nadie")],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field(xml, field, value):
    _, found = read(xml)

    assert sheet.check(found, ROLES, FORMS) == {}
    assert field in sheet.check(replace(found, **{field: value}), ROLES, FORMS)
