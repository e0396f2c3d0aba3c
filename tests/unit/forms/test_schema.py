from __future__ import annotations

from typing import Any

import pytest

from tests.unit.forms.schemas import MEETING, REPORT, column
from workflows.errors import InvalidForm
from workflows.forms.conditions import compile_condition
from workflows.forms.patterns import compile_pattern
from workflows.forms.schema import FormSchema, check_schema


def problems_of(*components: Any) -> list[str]:
    return check_schema({"components": list(components)})


def test_a_good_form_has_nothing_wrong() -> None:
    assert check_schema(REPORT.to_dict()) == []
    assert check_schema(MEETING.to_dict()) == []


def test_an_unknown_type_is_refused_naming_the_component() -> None:
    with pytest.raises(InvalidForm, match="«Mapa»: el tipo «html» no se acepta"):
        FormSchema.from_dict({"components": [column("html", "mapa")]})


def test_every_problem_is_told_at_once() -> None:
    problems = problems_of(
        column("select", "sin_opciones"),
        column("number", "Con Mayúscula"),
        column("textfield", "repetida"),
        column("textfield", "repetida"),
        column("textfield", "rota", conditional={"hide": "=a ="}),
        column("number", "limite", validate={"min": "mucho"}),
        column("dynamiclist", "vacia", components=[]),
        column("dynamiclist", "doble", components=[column("dynamiclist", "dentro", components=[])]),
        "nada",
    )

    told = "\n".join(problems)
    for part in (
        "no tiene opciones",
        "la clave «Con Mayúscula»",
        "ya la usa",
        "condición",
        "límite",
        "no tiene columnas",
    ):
        assert part in told
    assert "una tabla no puede ir dentro de otra" in told
    assert "debe ser un objeto JSON" in told


@pytest.mark.parametrize("source", [None, [], "x", {}, {"components": 3}, {"components": [None]}, {"components": [{}]}])
def test_what_is_no_form_is_a_sentence_not_a_crash(source: object) -> None:
    assert check_schema(source)


def test_a_form_nested_without_measure_is_refused() -> None:
    nested: dict[str, Any] = {"type": "group", "components": []}
    for _ in range(100_000):
        nested = {"type": "group", "components": [nested]}

    problems = check_schema({"components": [nested]})

    assert problems == ["El formulario está anidado sin medida o tiene valores que no son JSON."]
    _dismantle(nested)


def test_groups_too_deep_are_refused() -> None:
    nested: dict[str, Any] = column("textfield", "hondo")
    for _ in range(8):
        nested = {"type": "group", "label": "Grupo", "components": [nested]}
    assert any("tan adentro" in problem for problem in problems_of(nested))


def test_fields_open_groups_and_keep_order() -> None:
    schema = FormSchema.from_dict(
        {
            "components": [
                column("text", "", text="Lea esto"),
                {"type": "group", "label": "Uno", "components": [column("textfield", "a"), column("number", "b")]},
                column("textarea", "c"),
            ]
        }
    )
    assert [one.key for one in schema.fields()] == ["a", "b", "c"]


def test_a_read_only_column_makes_the_rows_fixed_and_heads_them() -> None:
    table = REPORT.field("avances")
    assert table.fixed
    assert [one.key for one in table.columns("titulo")] == ["nombre"]
    assert [one.key for one in table.columns("detalle")] == ["avance_cualitativo", "justificacion_rezago", "evidencias"]
    assert not MEETING.field("orden_del_dia").fixed


def test_the_json_is_the_same_whatever_the_order_of_keys() -> None:
    one = FormSchema.from_dict({"components": [], "id": "a"})
    other = FormSchema.from_dict({"id": "a", "components": []})
    assert one.to_json() == other.to_json()


@pytest.mark.parametrize("text", ["(a+)+$", "(a|aa)*", "a*a*a*a*", "[", "a{2", "\\1", "a**", "(?=x)", "x" * 201])
def test_a_pattern_that_could_hang_the_server_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="patrón"):
        compile_pattern(text, "")


def test_a_pattern_looks_for_three_open_ends_at_most() -> None:
    assert not compile_pattern("^a*a*a*b$", "Escriba aes.").accepts("a" * 500)
    with pytest.raises(ValueError, match="patrón"):
        compile_pattern("^a*a*a*a*b$", "Escriba aes.")


def test_a_plain_pattern_is_followed() -> None:
    pattern = compile_pattern(r"^[A-Z]{2,4}-\d+\.\d$", "Escriba por ejemplo IR-3.1.")
    assert pattern.accepts("IR-3.1")
    assert not pattern.accepts("ir-3.1\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('=decision != "devuelvo"', "Solo si «Decision» es «Devuelvo»."),
        ('=decision = "avalo"', "Solo si «Decision» no es «Avalo»."),
        ("=confirmo = true", "Solo si no marca «Confirmo»."),
        ("=empty(motivo) or confirmo", "Solo si «Motivo» tiene algo y no marca «Confirmo»."),
        ("=cuenta(motivo) + 1 > 3", "Según lo que responda en «Motivo»."),
        ('=tipo != "seguimiento"', "Solo en algunos casos."),
    ],
)
def test_a_condition_is_told_in_words(text: str, words: str) -> None:
    options = {one.key: dict(one.options) for one in MEETING.fields()}
    assert compile_condition(text).in_words(MEETING.labels(), options) == words


def _dismantle(nested: dict[str, Any]) -> None:
    """Take the depth apart by hand: the interpreter would free it recursively."""
    while nested["components"]:
        nested = nested["components"].pop()
