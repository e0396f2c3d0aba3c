"""How far the rows of a table have come, and what is told while one types."""

from __future__ import annotations

from typing import Any

from workflows.errors import FieldError
from workflows.forms import standing
from workflows.forms.schema import FormSchema
from workflows.forms.standing import State

SCHEMA = FormSchema.from_dict(
    {
        "type": "default",
        "id": "prueba",
        "components": [
            {
                "type": "dynamiclist",
                "key": "filas",
                "label": "Filas",
                "components": [
                    {"type": "textfield", "key": "codigo", "label": "Código", "readonly": True},
                    {"type": "number", "key": "valor", "label": "Valor", "validate": {"required": True}},
                    {"type": "textfield", "key": "motivo", "label": "¿Por qué?", "properties": {"pes.lugar": "aviso"}},
                    {"type": "textarea", "key": "relato", "label": "Qué se hizo", "validate": {"required": True}},
                    {"type": "textarea", "key": "plan", "label": "Qué se hará", "validate": {"required": True}},
                ],
            }
        ],
    }
)


def found(errors: list[FieldError], *rows: dict[str, Any], locked: frozenset[str] = frozenset()) -> list[str]:
    told = standing.standings(SCHEMA, {"filas": list(rows)}, errors, locked)
    return [f"{one.state}: {one.words}" for one in told.values()]


def test_a_row_says_how_far_it_has_come() -> None:
    errors = [
        FieldError("filas.0.valor", "Escriba el número."),
        FieldError("filas.1.relato", "Escriba la respuesta."),
        FieldError("filas.2.motivo", "Es diez veces lo usual.", asks=True),
        FieldError("filas.3.relato", "Escriba la respuesta."),
        FieldError("filas.3.motivo", "Es diez veces lo usual.", asks=True),
        FieldError("filas.3.plan", "Escriba la respuesta."),
    ]
    typed = {"valor": "7"}

    assert found(errors, {}, typed, typed, typed, {**typed, "relato": "Algo"}, {}, locked=frozenset({"filas.5"})) == [
        "vacia: Sin llenar",
        "incompleta: Falta qué se hizo",
        "por_confirmar: Por confirmar",
        "incompleta: Faltan qué se hizo, qué se hará y 1 más",
        "lista: Lista",
        "aceptada: Ya aceptada",
    ]


def test_a_row_that_came_back_is_not_ready_while_it_stands_as_it_was() -> None:
    rows = {"filas": [{"valor": "7"}, {"valor": "7"}]}
    told = standing.standings(SCHEMA, rows, [], frozenset(), unchanged={"filas.0"})

    assert [one.words for one in told.values()] == ["Devuelta: falta corregir", "Lista"]
    assert standing.summary(told.values()) == "1 lista · 1 devuelta"
    assert standing.words_of_ready(*standing.ready_of(told.values())) == "1 de 2 listas"


def test_a_value_that_the_house_proposes_leaves_a_row_unfilled() -> None:
    errors = [FieldError(f"filas.{place}.relato", "Escriba la respuesta.") for place in (0, 1)]
    rows = {"filas": [{"valor": "7"}, {"valor": "7", "plan": "Algo"}]}
    told = standing.standings(SCHEMA, rows, errors, frozenset(), proposed={"filas.valor"})

    assert [one.words for one in told.values()] == ["Sin llenar", "Falta qué se hizo"]


def test_rows_are_counted_by_how_far_they_have_come() -> None:
    rows = [standing.Standing(State.READY)] * 4 + [standing.Standing(State.ASKED), standing.Standing(State.CLOSED)]

    assert standing.summary(rows) == "4 listas · 1 por confirmar · 1 ya aceptada"
    assert standing.words_of_ready(*standing.ready_of(rows)) == "4 de 5 listas"
    assert standing.words_of_ready(*standing.ready_of([])) == ""


def test_while_one_types_only_what_was_typed_or_asked_is_told() -> None:
    empty, rubbish = FieldError("filas.0.valor", "Escriba el número."), FieldError("filas.1.valor", "Escriba así.")
    asked = FieldError("filas.0.motivo", "¿Seguro?", asks=True)

    told = standing.telling([empty, rubbish, asked], {"filas": [{"valor": ""}, {"valor": "abc"}]})

    assert told == [rubbish, asked]
