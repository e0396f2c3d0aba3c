"""Two versions of a form, told in words."""

from __future__ import annotations

import copy

import pytest

from workflows.forms.comparison import compare
from workflows.forms.schema import FormSchema

SOURCE = {
    "id": "prueba",
    "type": "default",
    "components": [
        {"type": "textfield", "key": "titulo", "label": "Título"},
        {"type": "dynamiclist", "key": "filas", "label": "Filas", "components": [
            {"type": "number", "key": "valor", "label": "Valor"},
            {"type": "select", "key": "tipo", "label": "Tipo", "values": [{"value": "a", "label": "A"}]},
        ]},
    ],
}  # fmt: skip


@pytest.fixture
def changed():
    return copy.deepcopy(SOURCE)


def told(changed) -> list[str]:
    return compare(FormSchema.from_dict(SOURCE), FormSchema.from_dict(changed))


def test_the_same_form_has_nothing_to_tell(changed):
    assert told(changed) == []


def test_a_new_column_is_told_with_its_table(changed):
    changed["components"][1]["components"].append({"type": "textarea", "key": "nota", "label": "Nota"})

    assert told(changed) == ["Se agrega «Nota», de «Filas» (texto largo)."]


def test_a_removed_field_is_told(changed):
    del changed["components"][0]

    assert told(changed) == ["Se quita «Título»."]


def test_required_label_and_options_are_told_at_the_field(changed):
    changed["components"][0] |= {"label": "Nombre", "validate": {"required": True}}
    changed["components"][1]["components"][1]["values"].append({"value": "b", "label": "B"})

    assert told(changed) == [
        "«Nombre»: antes se llamaba «Título».",
        "«Nombre»: ahora es obligatorio.",
        "«Tipo», de «Filas»: cambian las opciones.",
    ]


def test_another_order_is_told_once(changed):
    changed["components"].reverse()

    assert told(changed) == ["Cambia el orden de los campos."]
