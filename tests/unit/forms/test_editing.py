"""Changing a form without writing JSON."""

from __future__ import annotations

import copy
import json
from importlib.resources import files

import pytest

from workflows.errors import InvalidForm, NotFound
from workflows.forms import editing
from workflows.forms.schema import FormSchema


@pytest.fixture
def source():
    return json.loads((files("bpmn") / "forms" / "reportar_avance.form").read_text())


def keys(source, table=""):
    schema = FormSchema.from_dict(source)
    return [one.key for one in (schema.field(table).children if table else schema.fields())]


def test_a_field_is_added_at_the_end_of_each_row_with_a_key_from_its_label(source):
    before = copy.deepcopy(source)

    changed = editing.add_field(
        source, "textarea", label="¿Población beneficiada?", description="Cuántas.", required=True, where="avances"
    )

    added = FormSchema.from_dict(changed).field("avances").children[-1]
    assert (added.key, added.label, added.description) == (
        "poblacion_beneficiada",
        "¿Población beneficiada?",
        "Cuántas.",
    )
    assert added.rules.required
    assert source == before


def test_a_second_field_of_the_same_name_gets_a_key_of_its_own(source):
    changed = editing.add_field(source, "textfield", label="Nota")
    changed = editing.add_field(changed, "textfield", label="Nota")

    assert keys(changed)[-2:] == ["nota", "nota_2"]


def test_a_label_without_letters_still_gives_a_key(source):
    assert keys(editing.add_field(source, "textfield", label="¿¡!?"))[-1] == "campo"


def test_an_option_that_keeps_its_label_keeps_its_value(source):
    changed = editing.add_field(source, "select", label="Causa", options=["Clima", "Contratación"])
    value = FormSchema.from_dict(changed).field("causa").options[1][0]

    changed = editing.update_field(changed, "causa", label="Causa", options=["Contratación", "Otra"])

    assert FormSchema.from_dict(changed).field("causa").options == ((value, "Contratación"), ("otra", "Otra"))


def test_changing_how_a_field_is_asked_keeps_its_limits(source):
    source["components"][1]["components"][8]["validate"] = {"min": 0, "required": True}

    changed = editing.update_field(source, "avances.valor_periodo", label="Valor del mes")

    component = changed["components"][1]["components"][8]
    assert (component["label"], component["validate"]) == ("Valor del mes", {"min": 0})


def test_a_field_moves_among_its_neighbours_and_stops_at_the_end(source):
    order = keys(source, "avances")

    moved = editing.move_field(source, "avances.codigo", 1)
    stopped = editing.move_field(source, "avances.codigo", -1)

    assert keys(moved, "avances")[:2] == [order[1], order[0]]
    assert keys(stopped, "avances") == order


def test_a_removed_field_is_gone_and_the_last_column_of_a_table_stays(source):
    changed = editing.remove_field(source, "avances.dificultades")
    for key in keys(changed, "plan_de_choque")[1:]:
        changed = editing.remove_field(changed, f"plan_de_choque.{key}")

    assert "dificultades" not in keys(changed, "avances")
    with pytest.raises(InvalidForm):
        editing.remove_field(changed, "plan_de_choque.accion")


@pytest.mark.parametrize("path", ["no_existe", "avances.no_existe", "no_existe.codigo"])
def test_a_field_that_is_not_there_is_refused(source, path):
    with pytest.raises(NotFound):
        editing.remove_field(source, path)


def test_a_field_inside_a_group_is_found(source):
    source["components"].append(
        {"type": "group", "label": "Más", "components": [{"type": "textfield", "key": "extra", "label": "Extra"}]}
    )

    assert "extra" in keys(source)
    assert "extra" not in keys(editing.remove_field(source, "extra"))
