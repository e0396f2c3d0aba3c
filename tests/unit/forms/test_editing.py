"""Changing a form without writing JSON."""

from __future__ import annotations

import copy
import json
from importlib.resources import files

import pytest

from workflows.errors import InvalidForm, NotFound
from workflows.forms import editing
from workflows.forms.editing import Asked
from workflows.forms.schema import FormSchema


@pytest.fixture
def source():
    return json.loads((files("bpmn") / "forms" / "reportar_avance.form").read_text())


def keys(source, table=""):
    schema = FormSchema.from_dict(source)
    return [one.key for one in (schema.field(table).children if table else schema.fields())]


def test_a_field_is_added_at_the_end_of_each_row_with_a_key_from_its_label(source):
    before = copy.deepcopy(source)

    asked = Asked("¿Población beneficiada?", "Cuántas.", required=True)
    changed = editing.add_field(source, "textarea", asked, "avances")

    added = FormSchema.from_dict(changed).field("avances").children[-1]
    assert (added.key, added.label, added.description) == (
        "poblacion_beneficiada",
        "¿Población beneficiada?",
        "Cuántas.",
    )
    assert added.rules.required
    assert source == before


def test_a_second_field_of_the_same_name_gets_a_key_of_its_own(source):
    changed = editing.add_field(source, "textfield", Asked("Nota"))
    changed = editing.add_field(changed, "textfield", Asked("Nota"))

    assert keys(changed)[-2:] == ["nota", "nota_2"]


def test_a_label_without_letters_still_gives_a_key(source):
    assert keys(editing.add_field(source, "textfield", Asked("¿¡!?")))[-1] == "campo"


def test_what_an_option_is_stored_as_is_fixed_when_it_is_made(source):
    changed = editing.add_field(source, "select", Asked("Causa", options=[("", "Clima"), ("", "Contratación")]))
    value = FormSchema.from_dict(changed).field("causa").options[1][0]

    asked = Asked("Causa", options=[(value, "Contratación estatal"), ("", "Otra"), ("", "Contratación")])
    changed = editing.update_field(changed, "causa", asked)

    assert FormSchema.from_dict(changed).field("causa").options == (
        ("contratacion", "Contratación estatal"), ("otra", "Otra"), ("contratacion_2", "Contratación"),
    )  # fmt: skip


def test_changing_how_a_field_is_asked_keeps_its_limits(source):
    source["components"][2]["components"][5]["validate"] = {"min": 0, "required": True}

    changed = editing.update_field(source, "avances.valor_periodo", Asked("Valor del mes"))

    component = changed["components"][2]["components"][5]
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


FIELDS = {
    "number": Asked("Cuánto", minimum="1", maximum="3", decimals="0", unit="obras", default="2", required=True),
    "textarea": Asked("Motivo", min_length=10, max_length=200, hide='decision != "devuelta"'),
    "textfield": Asked("Correo", pattern="correo"),
    "datetime": Asked("Cuándo", minimum="2026-01-01", maximum="2026-12-31", moment="date"),
    "checkbox": Asked("De acuerdo", default="true"),
    "radio": Asked("¿Sigue?", options=[("", "Sí"), ("", "No")], default="si"),
    "select": Asked("Quién", catalogue="personas"),
    "checklist": Asked("Cuáles", options=[("", "Uno"), ("", "Dos")]),
    "filepicker": Asked("Soporte", multiple=False),
    "dynamiclist": Asked("Compromisos", columns=[("textfield", "Qué"), ("datetime", "Cuándo")], min_rows=1, max_rows=5),
    "text": Asked("", text="Lea esto primero."),
    "group": Asked("Lo demás", "Se llena al final."),
}


@pytest.mark.parametrize("kind", FIELDS)
def test_every_kind_of_field_is_made_with_all_its_limits_and_read_back(kind):
    empty = editing.blank("nuevo", "Nuevo")

    changed = editing.add_field(empty, kind, FIELDS[kind])
    (entry,) = editing.outline(FormSchema.from_dict(changed))
    again = editing.update_field(changed, entry.address, FIELDS[kind])

    assert entry.field.type == kind
    assert again == changed


def test_limits_are_what_the_form_then_asks():
    made = editing.blank("nuevo", "Nuevo")
    for kind, asked in FIELDS.items():
        made = editing.add_field(made, kind, asked)
    schema = FormSchema.from_dict(made)

    number, text = schema.field("cuanto"), schema.field("motivo")
    assert (number.rules.minimum, number.rules.maximum, number.unit, number.rules.integer) == (1, 3, "obras", True)
    assert (text.rules.min_length, text.rules.max_length, text.hidden_if.text) == (10, 200, '=decision != "devuelta"')
    assert schema.field("quien").catalogue == "personas"
    assert schema.field("correo").rules.pattern.accepts("a.b@sdg.gov.co")
    assert [column.type for column in schema.field("compromisos").children] == ["textfield", "datetime"]
    assert (number.default, schema.field("de_acuerdo").default) == (2, True)


def test_a_limit_that_is_emptied_is_gone_and_zero_is_a_limit():
    made = editing.add_field(editing.blank("nuevo", "Nuevo"), "number", Asked("Cuánto", minimum="0", maximum="9"))
    made = editing.update_field(made, "cuanto", Asked("Cuánto", minimum="0", maximum=""))

    assert made["components"][0]["validate"] == {"min": 0}


def test_a_field_goes_into_a_group_and_out_again():
    made = editing.add_field(editing.blank("nuevo", "Nuevo"), "group", Asked("Lo demás"))
    made = editing.add_field(made, "textfield", Asked("Nota"))

    inside = editing.put_into(made, "nota", "@0")
    outside = editing.put_into(inside, "nota", "")

    assert (editing.group_of(inside, "nota"), editing.group_of(outside, "nota")) == ("@0", "")
    assert keys(inside) == keys(outside) == ["nota"]


def test_another_kind_of_answer_leaves_the_limits_of_the_first_behind():
    made = editing.add_field(editing.blank("nuevo", "Nuevo"), "number", FIELDS["number"])

    changed = editing.retype_field(made, "cuanto", "select")

    component = changed["components"][0]
    assert component["validate"] == {"required": True}
    assert [one["label"] for one in component["values"]] == ["Sí", "No"]
    assert "decimalDigits" not in component


def test_a_copy_has_its_own_key_and_name_and_asks_the_same(source):
    copied = editing.copied(source, "otro", "Otro")

    assert (copied["id"], copied["name"]) == ("otro", "Otro")
    assert keys(copied) == keys(source)
