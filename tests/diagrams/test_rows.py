"""The shipped diagrams and forms say what the tables of the processes say (`fields.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.reading import read_diagram
from workflows.forms.fields import Field
from workflows.forms.schema import FormSchema, check_schema
from workflows.shipped import shipped_diagrams, shipped_forms

ROWS_FILE = Path(__file__).parent / "fields.yaml"
TABLES: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(ROWS_FILE.read_text("utf-8"))

DIAGRAMS: dict[str, DiagramModel] = {m.process_key: m for m in map(read_diagram, shipped_diagrams())}
FORMS = shipped_forms()

KINDS = {
    "inicio": "startEvent",
    "fin": "endEvent",
    "usuario": "userTask",
    "servicio": "serviceTask",
    "envío": "sendTask",
    "llamada": "callActivity",
    "subproceso": "subProcess",
    "decisión": "exclusiveGateway",
    "paralela": "parallelGateway",
    "inclusiva": "inclusiveGateway",
    "espera": "intermediateCatchEvent",
    "espera de un mensaje": "receiveTask",
    "borde": "boundaryEvent",
}
ROWS = [(process, element) for process, rows in TABLES.items() for element in rows]
TASKS = [(p, e) for p, e in ROWS if TABLES[p][e]["tipo"] == "usuario"]


def test_every_shipped_diagram_has_its_table() -> None:
    assert set(DIAGRAMS) == set(TABLES)


@pytest.mark.parametrize("process", sorted(TABLES))
def test_nothing_is_drawn_that_the_table_does_not_name(process: str) -> None:
    drawn = {id for id, e in DIAGRAMS[process].elements.items() if e.kind not in {"startEvent", "endEvent"}}
    joins = {id for id in drawn if DIAGRAMS[process].elements[id].kind in {"parallelGateway", "inclusiveGateway"}}

    assert drawn - joins <= set(TABLES[process])


@pytest.mark.parametrize(("process", "element"), ROWS)
def test_an_element_is_drawn_as_its_row_says(process: str, element: str) -> None:
    row, drawn = TABLES[process][element], DIAGRAMS[process].elements[element]

    assert drawn.kind == KINDS[row["tipo"]]
    assert row.get("nombre", drawn.name) == drawn.name
    assert [drawn.collection, drawn.element_variable] == row.get("por_cada", ["", ""])
    assert drawn.properties.get("plazo") == row.get("plazo")
    assert [one for one in drawn.properties.get("guia", "").split(",") if one] == row.get("guia", [])
    if "sale_a" in row:
        assert _next(DIAGRAMS[process], drawn) == set(row["sale_a"])


@pytest.mark.parametrize(("process", "element"), TASKS)
def test_a_task_goes_to_whom_its_row_says(process: str, element: str) -> None:
    row, drawn = TABLES[process][element], DIAGRAMS[process].elements[element]

    assert list(drawn.roles) == row.get("rol", list(drawn.roles))
    assert drawn.assignee == row.get("persona", "")
    assert drawn.properties.get("cuatro_ojos") == row.get("cuatro_ojos", drawn.properties.get("cuatro_ojos"))
    assert [one for one in drawn.properties.get("salida", "").split(",") if one] == _outputs(process, element)
    assert drawn.properties["origen"] == row.get("origen", "guia")
    assert drawn.documentation


@pytest.mark.parametrize(("process", "element"), TASKS)
def test_a_form_asks_what_its_row_says(process: str, element: str) -> None:
    asked = _fields(FormSchema.from_dict(FORMS[DIAGRAMS[process].elements[element].form_key]))

    assert asked == _expected(process, element)


@pytest.mark.parametrize("key", sorted(FORMS))
def test_a_form_is_well_written_and_used(key: str) -> None:
    used = {e.form_key for model in DIAGRAMS.values() for e in model.elements.values()}

    assert check_schema(FORMS[key]) == []
    assert key in used


def _next(model: DiagramModel, element: Element) -> set[str]:
    """Where one gets to from an element; a join that no row names is passed through."""
    found: set[str] = set()
    for flow in model.flows.values():
        if flow.source == element.id:
            target = model.elements[flow.target]
            is_join = target.kind in {"parallelGateway", "inclusiveGateway"}
            unnamed = is_join and target.id not in TABLES[model.process_key]
            found |= _next(model, target) if unnamed else {target.id}
    return found


def _row_of_form(process: str, element: str) -> dict[str, Any]:
    row = TABLES[process][element]
    other = row.get("formulario_de")
    if not other:
        return row
    for rows in (TABLES[process], *TABLES.values()):
        if other in rows:
            return {**rows[other], "campos": {**rows[other]["campos"], **row.get("campos", {})}}
    raise KeyError(other)


def _outputs(process: str, element: str) -> list[str]:
    outputs: list[str] = TABLES[process][element].get("salida") or _row_of_form(process, element).get("salida", [])
    return outputs


def _expected(process: str, element: str) -> dict[str, Any]:
    fields = _row_of_form(process, element)["campos"]
    return {key: _plain(field) for key, field in fields.items() if field["tipo"] != "group"}


def _plain(field: Mapping[str, Any]) -> dict[str, Any]:
    """A field of the tables in the shape of `_fields`."""
    if field.get("lectura"):
        return {"lectura": True}
    if field["tipo"] == "dynamiclist":
        return {"columnas": {key: _plain(column) for key, column in field["columnas"].items()}}
    plain: dict[str, Any] = {"tipo": field["tipo"]}
    if "opciones" in field:
        plain["opciones"] = field["opciones"]
    if "catalogo" in field:
        plain["catalogo"] = field["catalogo"]
    if field.get("opcional"):
        plain["opcional"] = True
    return plain


ASKED_BY_THE_HANDLER = {"justificacion_rezago", "justificacion_sobreejecucion"}
"""Not required by the schema: the handler asks for them by the traffic light that the value would give."""


def _fields(schema: FormSchema) -> dict[str, Any]:
    return {field.key: _shape(field) for field in schema.fields()}


def _shape(field: Field) -> dict[str, Any]:
    if field.type == "dynamiclist" and all(column.readonly for column in field.children):
        return {"lectura": True}
    if field.readonly:
        return {"lectura": True}
    if field.type == "dynamiclist":
        return {"columnas": {column.key: _shape(column) for column in field.children}}
    shape: dict[str, Any] = {"tipo": field.type}
    if field.options:
        shape["opciones"] = [value for value, _ in field.options]
    if field.catalogue:
        shape["catalogo"] = field.catalogue
    may_stay_empty = field.type == "checkbox" or field.key in ASKED_BY_THE_HANDLER
    if not field.rules.required and not may_stay_empty:
        shape["opcional"] = True
    return shape
