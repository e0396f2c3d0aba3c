from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.forms.schemas import MEETING, REPORT, column, form
from workflows.errors import FieldError, InvalidSubmission
from workflows.forms.bounds import within_bounds
from workflows.forms.handlers import Prefill
from workflows.forms.reading import Reading, Terms, read, unflatten, without_blank_rows

ROWS = [
    {"_fila": "IR-3.1", "indicator_id": 7, "codigo": "IR-3.1", "nombre": "Personas", "semaforo_previsto": "gris"},
    {"_fila": "IR-3.2", "indicator_id": 9, "codigo": "IR-3.2", "nombre": "Obras", "semaforo_previsto": "gris"},
]
GOOD_ROW = {"valor_periodo": "280", "avance_cualitativo": "Se hizo.", "evidencias": ["5"]}


def report(raw: Any, **more: Any) -> Reading:
    prefill = Prefill({"avances": ROWS}, locked=more.pop("locked", frozenset()))
    return read(REPORT, raw, Terms(prefill, files=frozenset({5}), **more))


def meeting(raw: Any) -> Reading:
    people = {"ana": "Ana", "luis": "Luis"}
    options = {
        "modalidad": {"presencial": "Presencial"},
        "decision": {"avalo": "Avalo", "devuelvo": "Devuelvo"},
        "orden_del_dia.responsable": people,
        "invitados": people,
    }
    return read(MEETING, raw, Terms(options=options))


def errors_of(reading: Reading) -> dict[str, str]:
    return {error.path: error.message for error in reading.errors}


def test_what_people_type_becomes_typed_values() -> None:
    reading = report({"avances": [{**GOOD_ROW, "valor_periodo": "1.234,5", "fecha_evidencia": "22/11/2026"}, GOOD_ROW]})

    assert reading.errors == []
    first = reading.values["avances"][0]
    assert first["valor_periodo"] == Decimal("1234.5")
    assert first["fecha_evidencia"] == dt.date(2026, 11, 22)
    assert first["evidencias"] == [5]


def test_every_error_is_told_at_once_and_at_its_field() -> None:
    reading = report({"avances": [{"valor_periodo": "doce", "evidencias": ["6"]}, {}]})

    assert errors_of(reading) == {
        "avances.0.valor_periodo": "Escriba el número así: 1.234,5 (punto para los miles, coma para los decimales).",
        "avances.0.avance_cualitativo": "Escriba la respuesta.",
        "avances.0.evidencias": "El archivo no está cargado en este formulario. Cárguelo de nuevo.",
        "avances.1.valor_periodo": "Escriba el número.",
        "avances.1.avance_cualitativo": "Escriba la respuesta.",
        "avances.1.evidencias": "Cargue al menos un archivo.",
    }


def test_read_only_cells_never_come_from_the_client() -> None:
    forged = {**GOOD_ROW, "codigo": "OTRO", "indicator_id": 1, "semaforo_previsto": "verde"}

    reading = report({"avances": [forged, GOOD_ROW]})

    first = reading.values["avances"][0]
    assert (first["codigo"], first["indicator_id"], first["semaforo_previsto"]) == ("IR-3.1", 7, "gris")


def test_rows_are_found_by_their_identity_whatever_their_order() -> None:
    reading = report(
        {
            "avances": [
                {"_fila": "IR-3.2", **GOOD_ROW, "valor_periodo": "2"},
                {"_fila": "IR-3.1", **GOOD_ROW, "valor_periodo": "1"},
            ]
        }
    )
    assert [row["valor_periodo"] for row in reading.values["avances"]] == [1, 2]


def test_a_row_that_is_gone_is_told_at_the_table() -> None:
    reading = report({"avances": [{"_fila": "IR-9", **GOOD_ROW}]})
    assert "La tabla cambió" in errors_of(reading)["avances"]


def test_a_locked_row_keeps_what_it_had() -> None:
    ROWS_LOCKED = frozenset({"avances.1"})

    reading = report({"avances": [GOOD_ROW, {"valor_periodo": "999"}]}, locked=ROWS_LOCKED)

    assert reading.errors == []
    assert reading.values["avances"][1]["valor_periodo"] is None


def test_a_condition_sees_the_cells_that_the_handler_computes() -> None:
    def red_first(values: Any) -> dict[str, Any]:
        return {"avances.0.semaforo_previsto": "rojo"}

    reading = report({"avances": [GOOD_ROW, {**GOOD_ROW, "justificacion_rezago": "No aplica"}]}, compute=red_first)

    assert errors_of(reading) == {"avances.0.justificacion_rezago": "Escriba la respuesta."}
    assert reading.values["avances"][1]["justificacion_rezago"] is None
    assert reading.hidden == {"avances.1.justificacion_rezago"}


def test_what_is_hidden_is_discarded_and_not_required() -> None:
    good = {
        "fecha_reunion": "2026-11-22",
        "modalidad": "presencial",
        "orden_del_dia": [{"punto": "Cifras"}],
        "confirmo": "on",
        "decision": "avalo",
        "motivo": "se quedó escrito",
    }

    accepted, returned = meeting(good), meeting({**good, "decision": "devuelvo", "motivo": ""})

    assert accepted.errors == [] and accepted.values["motivo"] is None
    assert errors_of(returned) == {"motivo": "Escriba la respuesta."}


def test_a_condition_sees_the_process_variables() -> None:
    schema = form(
        column("textarea", "veredicto", validate={"required": True}, conditional={"hide": '=tipo != "seguimiento"'})
    )

    assert errors_of(read(schema, {}, Terms(variables={"tipo": "seguimiento"}))) == {
        "veredicto": "Escriba la respuesta."
    }
    assert read(schema, {}, Terms(variables={"tipo": "taller"})).errors == []


def test_a_hidden_group_hides_what_it_holds() -> None:
    inner = column("textarea", "veredicto", validate={"required": True})
    schema = form(
        {"type": "group", "key": "grupo", "label": "G", "components": [inner], "conditional": {"hide": "=true"}}
    )

    reading = read(schema, {"veredicto": "x"}, Terms())

    assert reading.values == {"veredicto": None} and reading.errors == []


def test_choices_are_only_those_offered() -> None:
    reading = meeting(
        {"modalidad": "virtual", "invitados": ["ana", "nadie"], "orden_del_dia": [{"punto": "a", "responsable": "x"}]}
    )

    told = errors_of(reading)
    for path in ("modalidad", "invitados", "orden_del_dia.0.responsable"):
        assert told[path] == "Elija una de las opciones de la lista."


def test_blank_rows_are_no_rows() -> None:
    raw = without_blank_rows(MEETING, {"orden_del_dia": [{"punto": " ", "responsable": ""}, {"punto": "Cifras"}]})
    assert raw["orden_del_dia"] == [{"punto": "Cifras"}]


def test_a_required_table_asks_for_a_row() -> None:
    assert errors_of(meeting({}))["orden_del_dia"] == "Agregue al menos una fila."


UNWRITABLE = (
    "El texto tiene {} un carácter invisible que no se puede guardar (U+{}). Borre esa parte y escríbala de nuevo."
)


@pytest.mark.parametrize(
    ("rules", "typed", "message"),
    [
        ({"min": 1, "max": 1000}, "0", "Debe ser 1 o más."),
        ({"max": 1000}, "1.000,5", "Debe ser 1.000 o menos."),
        ({"integer": True}, "1,5", "Escriba un número entero, sin decimales."),
        ({}, "1,1234567891", "Escriba a lo sumo 9 decimales."),
        ({}, "1" * 19, "El número es demasiado grande; revise la unidad."),
    ],
)
def test_a_number_respects_its_rules(rules: dict[str, Any], typed: str, message: str) -> None:
    reading = read(form(column("number", "n", validate=rules)), {"n": typed}, Terms())
    assert reading.errors == [FieldError("n", message)]


@pytest.mark.parametrize(
    ("rules", "typed", "message"),
    [
        ({"maxLength": 5}, "abcdef", "Tiene 6 caracteres; el máximo es 5."),
        ({"minLength": 5}, "abc", "Escriba al menos 5 caracteres."),
        ({"pattern": r"\d{3}", "patternMessage": "Escriba tres cifras."}, "12", "Escriba tres cifras."),
        ({}, "a" * 20_001, "Tiene 20.001 caracteres; el máximo es 20.000."),
        ({}, "nulo\x00", UNWRITABLE.format("después de «nulo»", "0000")),
        ({}, "\ud800", UNWRITABLE.format("al comienzo", "D800")),
    ],
)
def test_a_text_respects_its_rules(rules: dict[str, Any], typed: str, message: str) -> None:
    reading = read(form(column("textarea", "t", validate=rules)), {"t": typed}, Terms())
    assert reading.errors == [FieldError("t", message)]


def test_markup_is_kept_as_the_text_it_is() -> None:
    reading = read(form(column("textfield", "t")), {"t": "<script>alert(1)</script>"}, Terms())
    assert reading.values["t"] == "<script>alert(1)</script>"


JUNK = [
    None,
    True,
    3,
    3.5,
    float("nan"),
    float("inf"),
    10**400,
    "x",
    "\x00",
    [],
    [[]],
    [None],
    {},
    {"a": {}},
    b"x",
    object(),
    [{}] * 600,
]


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: type(junk).__name__ + str(junk)[:12])
def test_junk_anywhere_is_an_error_never_a_crash(junk: object) -> None:
    for one in REPORT.fields():
        report({one.key: junk})
        report({one.key: [dict.fromkeys((c.key for c in one.children), junk)]})
    for one in MEETING.fields():
        reading = meeting({one.key: junk})
        assert all(isinstance(error.message, str) for error in reading.errors)


def test_more_rows_than_allowed_are_an_error() -> None:
    reading = meeting({"orden_del_dia": [{"punto": "a"}] * 100_000})
    assert errors_of(reading)["orden_del_dia"] == "La tabla admite a lo sumo 500 filas."
    assert len(reading.values["orden_del_dia"]) == 500


def test_a_value_nested_a_million_times_is_no_value() -> None:
    nested: list[Any] = []
    for _ in range(1_000_000):
        nested = [nested]

    kept = within_bounds(MEETING, {"motivo": nested, "invitados": nested, "orden_del_dia": [{"punto": nested}]})

    assert "motivo" not in meeting(kept).values or meeting(kept).values["motivo"] is None
    assert errors_of(meeting({**kept, "decision": "devuelvo"}))["motivo"]
    while nested:
        nested = nested.pop()


def test_what_the_form_does_not_ask_is_not_kept() -> None:
    assert within_bounds(MEETING, {"motivo": "a", "otro": "b", "orden_del_dia": [{"punto": "p", "z": 1}]}) == {
        "motivo": "a",
        "orden_del_dia": [{"punto": "p"}],
    }


@pytest.mark.parametrize("raw", [None, [], "x", 3])
def test_what_is_no_object_is_refused(raw: object) -> None:
    with pytest.raises(InvalidSubmission):
        within_bounds(MEETING, raw)


def test_too_much_text_is_refused_as_a_whole() -> None:
    with pytest.raises(InvalidSubmission, match="demasiado largo"):
        within_bounds(MEETING, {"orden_del_dia": [{"punto": "a" * 50_000}] * 400})


def test_names_of_an_html_form_become_rows() -> None:
    raw = unflatten(
        [
            ("csrf_token", "x"),
            ("avances-7-valor_periodo", "2"),
            ("avances-2-valor_periodo", "1"),
            ("avances-2-_fila", "IR-3.1"),
            ("invitados", "ana"),
            ("invitados", "luis"),
            ("motivo", "a"),
            ("../../etc", "b"),
            ("avances-99999999-x", "c"),
        ]
    )
    assert raw == {
        "csrf_token": "x",
        "avances": [{"valor_periodo": "1", "_fila": "IR-3.1"}, {"valor_periodo": "2"}],
        "invitados": ["ana", "luis"],
        "motivo": "a",
    }
