"""What was answered, in a line."""

from __future__ import annotations

from workflows.forms.answered import _parts
from workflows.forms.schema import FormSchema

DECISION = {
    "type": "radio", "key": "decision", "label": "Decisión", "id": "decision",
    "values": [{"value": "aceptada", "label": "Aceptar"}, {"value": "devuelta", "label": "Devolver"}],
}  # fmt: skip
NAME = {"type": "textfield", "key": "nombre", "label": "Nombre", "id": "nombre"}


def table(*columns: object) -> FormSchema:
    rows = {"type": "dynamiclist", "key": "filas", "path": "filas", "label": "Filas reportadas", "id": "filas"}
    return FormSchema.from_dict({"id": "f", "type": "default", "components": [{**rows, "components": list(columns)}]})


def test_of_rows_that_were_judged_it_says_how_many_were_accepted_and_returned() -> None:
    rows = [{"decision": "aceptada"}] * 5 + [{"decision": "devuelta"}]

    assert list(_parts(table(NAME, DECISION), {"filas": rows})) == ["Filas reportadas: Aceptar 5, Devolver 1"]


def test_of_other_rows_it_says_how_many() -> None:
    assert list(_parts(table(NAME), {"filas": [{"nombre": "Uno"}]})) == ["Filas reportadas: 1 fila"]
