"""The expressions and cells of decisions, against results worked out by hand from the text of DMN 1.3."""

from __future__ import annotations

from typing import Any

import pytest

from engine.decisions import feel, values
from engine.errors import InvalidExpression

DATA: dict[str, Any] = {
    "edad": 30, "nombre": "Ana", "Nombre completo": "Ana Ruiz", "activo": True, "nada": None,
    "notas": [3, 4, 5], "préstamo": {"monto": 600_000, "tasa": 0.0375, "meses": 360},
}  # fmt: skip
NAMES = [*DATA, "monto", "tasa", "meses"]


def value(text: str) -> Any:
    scope = {name: values.of_data(one) for name, one in DATA.items()}
    return values.plain(feel.expression(text, NAMES).run(scope))


def passes(cell: str, tested: Any, **more: Any) -> bool | None:
    scope = {name: values.of_data(one) for name, one in {**DATA, **more}.items()}
    return feel.cell(cell, [*NAMES, *more]).holds(values.of_data(tested), scope)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # arithmetic: exact decimals, powers, signs (10.3.2.3)
        ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("10 / 4", 2.5), ("0.1 + 0.2", 0.3), ("2 ** 3", 8), ("-2 ** 2", 4),
        ("2 ** -1", 0.5), ("1 / 0", None), ("7 - 10", -3), ("- edad", -30), (".5 + 1", 1.5), ("1 + null", None),
        ("1.5e3", 1500), ('"a" + "b"', "ab"), ('"a" + 1', None), ("10 - 2 - 3", 5), ("100 / 10 / 5", 2),
        ("(préstamo.monto * préstamo.tasa / 12) / (1 - (1 + préstamo.tasa / 12) ** -préstamo.meses)",
         2778.6935494327668),
        # comparisons: of different types null (10.3.2.13, table 53)
        ("1 < 2", True), ("2 <= 2", True), ("3 > 4", False), ("4 >= 4", True), ("1 = 1.0", True), ("1 != 2", True),
        ('"a" < "b"', True), ('1 = "1"', None), ("null = null", True), ("edad = null", False), ("1 < null", None),
        ("nada = null", True), ("nada != null", False), ("true = true", True), ("true < false", None),
        ("5 between 1 and 10", True), ("0 between 1 and 10", False), ("null between 1 and 10", None),
        ("5 in [1..5]", True), ("5 in [1..5)", False), ("1 in (1..5)", False), ("5 in (1, 5)", True),
        ("5 in (> 3)", True), ("5 in < 3", False), ("[1, 2] = [1, 2]", True), ("[1, 2] = [2, 1]", False),
        # three values (10.3.2.9, tables 48 and 49)
        ("true and true", True), ("true and false", False), ("true and null", None), ("false and null", False),
        ("null and false", False), ("true or null", True), ("false or null", None), ("null or true", True),
        ("false or false", False), ('"x" and true', None), ('"x" and false', False), ("not(true)", False),
        ("not(false)", True), ("not(null)", None), ('not("x")', None), ("1 = 1 or 2 = 3 and false", True),
        # types (10.3.2.9.2)
        ("edad instance of number", True), ("nombre instance of number", False), ("nada instance of Any", False),
        ("notas instance of list<number>", True), ('["a", 1] instance of list<string>', False),
        ('@"P1D" instance of days and time duration', True), ('@"2026-11-30" instance of date and time', False),
        # names with spaces, fields, places in lists, contexts, conditions
        ("Nombre completo", "Ana Ruiz"), ('"Hola " + Nombre completo', "Hola Ana Ruiz"), ("préstamo.meses", 360),
        ("préstamo.nada", None), ("notas[1]", 3), ("notas[-1]", 5), ("notas[9]", None), ("[10, 20][2]", 20),
        ("{a: 1, b: a + 1}.b", 2), ("if edad > 18 then \"mayor\" else \"menor\"", "mayor"),
        ("if null then 1 else 2", 2), ('@"2026-11-30".month', 11),
        # dates, times and durations (10.3.2.3.4 to .7)
        ('date("2017-08-10")', "2017-08-10"), ("date(2017, 8, 10)", "2017-08-10"), ('date("2017-13-01")', None),
        ('date("2017-08-31") + duration("P1M")', "2017-09-30"), ('date("2017-08-10") < date("2017-08-11")', True),
        ('date("2017-08-11") - date("2017-08-10")', "P1D"), ('date and time("2017-08-10T10:00:00Z").hour', 10),
        ('date and time("2017-01-01T10:00:00Z") - date and time("2017-01-01T09:30:00Z")', "PT30M"),
        ('time("11:45:30")', "11:45:30"), ('time("11:45:30") < time("12:00:00")', True), ('time("25:00:00")', None),
        ('duration("P1Y2M")', "P1Y2M"), ('duration("P26M") = duration("P2Y2M")', True),
        ('duration("P1DT2H") + duration("PT22H")', "P2D"), ('duration("PT1H") * 3', "PT3H"), ('duration("x")', None),
        ('duration("P1D") < duration("P1M")', None), ('years and months duration(date("2016-01-15"), '
         'date("2017-03-14"))', "P1Y1M"), ('date(date and time("2017-08-10T10:00:00Z"))', "2017-08-10"),
        # functions
        ("min([3, 1, 2])", 1), ("max(3, 1, 2)", 3), ("sum(notas)", 12), ("mean(notas)", 4), ("count(notas)", 3),
        ("floor(-1.5)", -2), ("ceiling(-1.5)", -1), ("abs(-2)", 2), ("decimal(1/3, 2)", 0.33), ("decimal(2.5, 0)", 2),
        ("modulo(-12, 5)", 3), ("sqrt(16)", 4), ('string length("año")', 3), ('upper case("aé")', "AÉ"),
        ('substring("foobar", 3)', "obar"), ('substring("foobar", 3, 3)', "oba"), ('substring("foobar", -2, 1)', "a"),
        ('contains("foobar", "of")', False), ('starts with("foobar", "fo")', True),
        ('number("1 000,0", " ", ",")', 1000),
        ("list contains(notas, 4)", True), ("string(1.10)", "1.1"), ('string(date("2017-08-10"))', "2017-08-10"),
        ("date(year: 2017, month: 8, day: 10)", "2017-08-10"), ('"dice \\"sí\\""', 'dice "sí"'), ("sum([])", None),
        ("product([2, 3, 4])", 24), ("mode([6, 3, 9, 6, 6])", [6]), ("mode([])", []), ("stddev(2)", None),
        ("stddev([2, 4, 4, 4, 5, 5, 7, 9, 5, 5])", 1.8856180831641267), ("count(null)", None),
        ("sublist([4, 5, 6], 1, 2)", [4, 5]), ("sublist([4, 5, 6], -1)", [6]), ("remove([1, 2, 3], 2)", [1, 3]),
        ("insert before([1, 3], 1, 2)", [2, 1, 3]), ("index of([1, 2, 3, 2], 2)", [2, 4]),
        ("union([1, 2], [2, 3])", [1, 2, 3]), ("flatten([[1, 2], [[3]], 4])", [1, 2, 3, 4]),
        ('string join(["a", "b"], ", ")', "a, b"), ('day of week(date("2019-09-17"))', "Tuesday"),
        ('day of year(date("2019-09-17"))', 260), ('week of year(date("2003-12-29"))', 1),
        ('month of year(date("2019-09-17"))', "September"), ('day of week("lunes")', None),
        # where others are often wrong
        ('abs(duration("-P4Y"))', "P4Y"), ("append([1], [2, 3])", [1, [2, 3]]), ("append([], null)", [None]),
        ('string length("\\U01F40E")', 1), ('string length("\\uD83D\\uDCA9")', 1), ("string([1, \"a\"])", '[1, "a"]'),
        ('string({a: "foo"})', '{a: "foo"}'), ('number("1,000", ",", ",")', None), ('number("1-0", "-", ".")', None),
        ('number("NaN", null, null)', None), ('number("1_0", null, null)', None), ('substring("foo", 1, -1)', None),
        ("list contains(1, 1)", True), ('time("10:00:00") - time("08:00:00")', "PT2H"), ("0 ** 0", 1),
        ('string(time("11:22:33@Europe/Paris"))', "11:22:33@Europe/Paris"), ("1 in [[1, 2]]", False),
        ('date and time("2018-12-10T10:30:00@Etc/UTC").timezone', "Etc/UTC"), ("[1, 2] in [[1, 2]]", True),
        # ranges and contexts
        ("before(1, 10)", True), ("before([1..5), 5)", True), ("after([5..8], [1..5])", False),
        ("meets([1..5], [5..9])", True),
        ("met by([5..9], [1..5))", False), ("overlaps([1..5], [5..9])", True),
        ("overlaps before([1..5], [3..8])", True),
        ("overlaps after([3..8], [1..5])", True), ("finishes(10, [1..10])", True), ("finishes(10, [1..10))", False),
        ("finished by([1..10], [5..10])", True), ("includes((1..10), 1)", False), ("during([2..3], [1..10])", True),
        ("starts([1..3], [1..10])", True), ("started by([1..10], 1)", True), ("coincides([1..5], [1..5))", False),
        ('before(1, "a")', None), ("before(null, 1)", None), ("overlaps([5..8], [1..5))", False),
        ('is(date("2012-12-25"), time("23:00:50"))', False), ("is(1, 1.0)", True), ('get value({a: 1}, "b")', None),
        ("get entries({a: 1})", [{"key": "a", "value": 1}]), ('context([{key: "a", value: 1}])', {"a": 1}),
        ('context put({a: 1}, "b", 2)', {"a": 1, "b": 2}), ("context merge([{a: 1}, {b: 2}])", {"a": 1, "b": 2}),
        ("list replace([1, 2, 3], 2, 9)", [1, 9, 3]),
        ('context put({a: {b: 1, c: 2}}, ["a", "b"], 9)', {"a": {"b": 9, "c": 2}}),
        ('context put({a: 1}, ["a", "b"], 9)', None),
        ("all([true, null])", None), ("any([false, true])", True), ("notas // nota\n[2]", 4),
    ],
)  # fmt: skip
def test_expressions_have_the_values_of_the_standard(text: str, expected: Any) -> None:
    found = value(text)

    assert found == expected
    assert isinstance(found, bool) is isinstance(expected, bool)


@pytest.mark.parametrize(
    ("cell", "tested", "expected"),
    [
        ("-", 5, True), ("", None, True), ("5", 5, True), ("5", 6, False), ("> 5", 6, True), ("> 5", 5, False),
        (">= 5", 5, True), ("< 5", 4.9, True), ("<= 5", 5.1, False), ("= 5", 5, True), ("!= 5", 6, True),
        ("[1..10]", 1, True), ("[1..10]", 10, True), ("(1..10]", 1, False), ("[1..10)", 10, False),
        ("]1..10[", 10, False), ("]1..10[", 5, True), ("[-5..-1]", -3, True), ("[1..10], [20..30]", 25, True),
        ("1, 2, 3", 2, True), ("1, 2, 3", 4, False), ("< 18, > 65", 70, True), ("< 18, > 65", 30, False),
        ('"Alto"', "Alto", True), ('"Alto"', "alto", False), ('"Alto", "Medio"', "Medio", True),
        ('not("Alto")', "Bajo", True), ('not("Alto", "Medio")', "Medio", False), ("not(> 5)", 3, True),
        ("not([1..10])", 11, True), ("not(null)", 3, True), ("not(null)", None, False), ("null", None, True),
        ("true", True, True), ("true", False, False), ("false", False, True), ("> 5", None, None), ("> 5", "x", None),
        ("> edad", 31, True), ("<= edad", 31, False), ("[edad..40]", 35, True), ("edad + 1", 31, True),
        ("nombre", "Ana", True), ("notas", 4, True), ("notas", 9, False), ("? > 3 and ? < 5", 4, True),
        ('starts with(?, "An")', "Ana", True), ("? > 3", 2, False), ("edad > 18", "lo que sea", True),
        ("edad > 40", "lo que sea", False), ("activo", True, True), ("not(activo)", True, False),
    ],
)  # fmt: skip
def test_cells_hold_as_the_standard_says(cell: str, tested: Any, expected: bool | None) -> None:
    assert passes(cell, tested) is expected


@pytest.mark.parametrize(
    ("cell", "tested", "expected"),
    [
        ('> date("2020-01-01")', "2020-06-01", True), ('< date("2020-01-01")', "2020-06-01", False),
        ('[date("2020-01-01")..date("2020-12-31")]', "2020-12-31", True), ('date("2020-06-01")', "2020-06-01", True),
        ('not(@"2020-06-01")', "2020-06-01", False),
    ],
)  # fmt: skip
def test_cells_compare_days(cell: str, tested: str, expected: bool) -> None:
    assert feel.cell(cell).holds(values.date(tested), {}) is expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('date("99999-01-01")', "del año 1 al 9999"), ('date("-2017-12-31")', "del año 1 al 9999"),
        ("1 +", "incompleta"), ("(1", "Falta «)»"), ("1 2", "No se entiende «2»"), ("[1..", "incompleta"),
        ("nada(1)", "No existe la función «nada»"), ("date()", "no recibe 0 valores"),
        ('"sin cerrar', "No se entiende"),
        ("notas[item > 1]", "filtrar listas"),
        ("for x in notas return x", "recorrer listas"), ("some x in notas satisfies x > 1", "algún"),
        ("function(x) x", "definir funciones"), ("", "vacía"), ("1 + " * 700 + "1", "más de 2000"),
        ("(" * 60 + "1" + ")" * 60, "anida"), ("-" * 60 + "1", "anida"), ("@5", "entre comillas"),
        ("if 1 then 2", "Falta «else»"), ("__import__('os')", "No "),
    ],
)  # fmt: skip
def test_what_is_no_expression_is_said_and_nothing_runs(text: str, words: str) -> None:
    with pytest.raises(InvalidExpression) as refused:
        feel.expression(text, NAMES)

    assert words in refused.value.message
    assert 1 <= (refused.value.position or 0) <= max(len(text), feel.MAX_LENGTH) + 1


@pytest.mark.parametrize(
    "text", ["9 ** 999999999", "1e999 * 1e999", "0 ** -1", "exp(100000)", "log(-1)", "sqrt(-1)",
             'duration("P999999999Y") + date("9999-12-31")', 'date("9999-12-31") + duration("P2D")', "notas ** 2",
             'get value({a: 1}, ["a"])', "product(1e6000, 1e6000)", "stddev(0, 1e6000)", 'duration("P1M") * 1e6000',
             'concatenate([1], ' + '[' + '1,' * 499 + '1])',
             'decimal(1, 99)', "modulo(1, 0)", "date(99999, 1, 1)", 'duration("P1D") / duration("PT0S")'],
)  # fmt: skip
def test_what_makes_no_sense_is_null_and_never_raises(text: str) -> None:
    assert value(text) is None
