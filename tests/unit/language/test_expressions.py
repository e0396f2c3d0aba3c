from __future__ import annotations

import contextlib
import datetime as dt
import tracemalloc
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidExpression
from engine.expressions import compile_expression
from engine.expressions.functions import FUNCTIONS
from engine.expressions.values import number, plain
from tests.support.counting import counted

DATA: dict[str, Any] = {
    "a": "x",
    "n": 2,
    "f": 0.1,
    "si": True,
    "nulo": None,
    "lista": [1, 2, 3],
    "vacia": [],
    "entidad": {"codigo": "SDG", "metas": [1, 2]},
    "periodo": "2018-06",
    "año": 2018,
    "dia": dt.date(2018, 6, 30),
    "exacto": Decimal("70.5"),
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${a == 'x' && n < 3}", True),
        ("#{a == 'x' || n > 3}", True),
        ("${not empty lista}", True),
        ("${!empty vacia}", False),
        ('= a = "x" and n < 3', True),
        ('a == "x"', True),
        ("entidad.codigo in ['SDG', 'IDPAC']", True),
        ("entidad.codigo not in ['SDG']", False),
        ("si", True),
        ("not si or n == 2", True),
        ("not (si and n == 2)", False),
        ("1 + 2 * 3 - 4 / 2", 5),
        ("f + 0.2 == 0.3", True),
        ("-n + 5", 3),
        ("2 - -2", 4),
        ("'a' + \"b\"", "ab"),
        ("exacto >= 70", True),
        ("periodo >= '2018-05'", True),
        ("dia > '2018-06-29'", True),
        ("año == 2018", True),
        ("=a == 'x'", True),
        ("a == 'x' and n > 3", False),
        ("a == 'y' and n < 3", False),
        ("a == 'y' or n > 3", False),
        ("true", True),
        ("false", False),
        ("null", None),
        ("n <= 2", True),
        ("n <= 1", False),
        ("n < 2", False),
        ("n >= 2", True),
        ("n > 2", False),
        ("'a' < 'b'", True),
        ("entidad.codigo in ['IDPAC', 'DADEP']", False),
        ("2 in [1, 2]", True),
        ("3 in [1, 2]", False),
        ("3 not in [1, 2]", True),
        ("[1, 'a'] == [1, 'a']", True),
        ("${n eq 2 and a ne 'y' and n lt 3 and n le 2 and n gt 1 and n ge 2}", True),
        ("${n ne 2}", False),
        ("n lt 2 or n gt 2", False),
        ("7 mod 4", 3),
        ("-7 % 4", -3),
        ("9 div n", 4.5),
        ("si ? 'a' : 'b'", "a"),
        ("nulo ? 'a' : n == 2 ? 'b' : 'c'", "b"),
        ('= if n > 2 then "mucho" else "poco"', "poco"),
        ("(si ? 1 : 2) + 1", 2),
        ("n in [2..3] and n in [1..2]", True),
        ("n in [3..5] or n in [0..1]", False),
        ("n between 1 and 2 and si", True),
        ("n between 3 and 4", False),
        ("[1, 'a'] == [1, 'b']", False),
        ("[1, 2] == [1]", False),
        ("[a, n]", ["x", 2]),
        ("lista", [1, 2, 3]),
        ("entidad.metas", [1, 2]),
        ("'it\\'s'", "it's"),
        (r'"un \"plan\" y"', 'un "plan" y'),
        (r"'c:\\d'", "c:\\d"),
        ("  \n a == 'x'  ", True),
    ],
)
def test_an_expression_has_a_value(text: str, value: Any) -> None:
    assert compile_expression(text).evaluate(DATA) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("cuenta(lista)", 3),
        ("count(lista)", 3),
        ("suma(lista)", 6),
        ("sum(vacia)", 0),
        ("promedio(lista)", 2),
        ("máximo(lista)", 3),
        ("min(4, n)", 2),
        ("max('2018-01', periodo)", "2018-06"),
        ("contiene(lista, 2)", True),
        ("contains(a, 'y')", False),
        ("empieza(periodo, '2018')", True),
        ("vacío(nulo)", True),
        ("alguno([si, nulo])", True),
        ("todos([si, nulo])", False),
        ("redondear(10 / 3, 2)", 3.33),
        ("absoluto(-3)", 3),
        ("mean(lista)", 2),
        ("promedio(1, 2)", 1.5),
        ("any([nulo, si])", True),
        ("any([nulo])", False),
        ("all([si, si])", True),
        ("round(10 / 4)", 2),
        ("redondear(2.55)", 3),
        ("redondear(1 / 3, 9)", 0.333333333),
        ("redondear(3.14159, 2.0)", 3.14),
        ("abs(-3)", 3),
        ("min(lista)", 1),
        ("mínimo('b', a)", "b"),
        ("max(3)", 3),
    ],
)
def test_functions_have_a_spanish_name_and_that_of_feel(text: str, value: Any) -> None:
    assert compile_expression(text).evaluate(DATA) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("falta == null", True),
        ("falta == nulo", True),
        ("falta == 'x'", False),
        ("falta != 'x'", True),
        ("falta < 3", False),
        ("falta >= 3", False),
        ("falta.dentro.mas", None),
        ("a.dentro", None),
        ("falta", None),
        ("not falta", True),
        ("empty falta", True),
        ("falta in lista", False),
        ("1 in falta", False),
        ("falta + 1", None),
        ("a * 3", None),
        ("n / 0", None),
        ("n mod 0", None),
        ("n % a", None),
        ("falta ? 1 : 2", 2),
        ("falta in [1..2]", False),
        ("si == 1", False),
        ("n == '2'", False),
        ("suma([1, a])", None),
        ("suma(lista, 1)", None),
        ("n < '3'", False),
        ("'1' < n", False),
        ("'1' == n", False),
        ("lista == n", False),
        ("lista == a", False),
        ("a + n", None),
        ("n + a", None),
        ("max([1, 'a'])", None),
        ("min([])", None),
        ("redondear(a)", None),
        ("redondear(1.5, si)", None),
        ("redondear(1.5, 10)", None),
        ("redondear(1.5, a)", None),
        ("absoluto(a)", None),
        ("promedio([])", None),
        ("suma(a)", None),
        ("cuenta(n)", None),
        ("empieza(n, '2')", False),
        ("empieza(a, n)", False),
        ("contiene(a, n)", False),
        ("contiene(n, n)", False),
        ("contiene(lista, a)", False),
    ],
)
def test_every_operation_is_defined_for_what_is_missing_or_of_another_type(text: str, value: Any) -> None:
    assert compile_expression(text).evaluate(DATA) is value


def test_only_true_holds() -> None:
    values = {"verdadero": True, "uno": 1, "texto": "true", "lista": [1]}

    assert [name for name in [*values, "falta"] if compile_expression(name).holds(values)] == ["verdadero"]


def test_the_names_of_variables_are_known_before_evaluating() -> None:
    assert compile_expression("${a.b == c and suma(d) > 3 or not e}").names == {"a", "c", "d", "e"}


@pytest.mark.parametrize(
    ("text", "sentence", "position"),
    [
        ("a ==", "La expresión está incompleta: falta algo al final.", 5),
        ("a ? 1", "La expresión está incompleta: falta algo al final.", 6),
        ("", "La expresión está vacía. Escriba por ejemplo «${avance >= 50}».", 1),
        ("${ }", "La expresión está vacía. Escriba por ejemplo «${avance >= 50}».", 1),
        ("${a == 1", "A la expresión le falta la llave que cierra: «}».", 8),
        ("a ~ 1", "No se entiende «~» en la posición 3 de la expresión.", 3),
        ("${a ~ 1}", "No se entiende «~» en la posición 5 de la expresión.", 5),
        ("=a ~ 1", "No se entiende «~» en la posición 4 de la expresión.", 4),
        ("  a ~ 1", "No se entiende «~» en la posición 5 de la expresión.", 5),
        ("== 1", "No se entiende «==» en la posición 1 de la expresión.", 1),
        ("a == 1 == 2", "No se entiende «==» en la posición 8 de la expresión.", 8),
        ("_x", "No se entiende «_» en la posición 1 de la expresión.", 1),
        ("a " + "b" * 40, f"No se entiende «{'b' * 30}» en la posición 3 de la expresión.", 3),
        ("sumar(n)", "No existe la función «sumar». ¿Quiso decir «suma»?", 1),
        (
            "n + xyz(n)",
            "No existe la función «xyz». Las que hay son: cuenta, suma, promedio, minimo, maximo, contiene, empieza, "
            "vacio, alguno, todos, redondear, absoluto.",
            5,
        ),
        ("suma()", "La función «suma» no recibe 0 valores. Revise lo que va entre paréntesis.", 1),
        ("1" * 501, "La expresión tiene más de 500 caracteres. Acórtela.", 501),
        ("${" + "not " * 40 + "a}", "La expresión anida demasiadas operaciones. Divídala.", 3),
    ],
)
def test_what_is_not_understood_says_what_and_where(text: str, sentence: str, position: int) -> None:
    with pytest.raises(InvalidExpression) as invalid:
        compile_expression(text)

    assert (invalid.value.message, invalid.value.position) == (sentence, position)


def test_only_a_mistyped_function_has_something_to_suggest() -> None:
    for text in ("a ?", "xyz(a)", "suma()"):
        with pytest.raises(InvalidExpression) as invalid:
            compile_expression(text)
        assert invalid.value.suggestion == ""


def test_an_expression_of_500_characters_is_read() -> None:
    assert compile_expression("1" + " " * 499).evaluate({}) == 1


@pytest.mark.parametrize(
    ("shallow", "deep"),
    [
        ("not " * 29 + "a", "not " * 30 + "a"),
        ("[" * 30 + "]" * 30, "[" * 31 + "]" * 31),
        ("1 == (" + "not " * 28 + "a)", "1 == (" + "not " * 29 + "a)"),
        ("(" + "not " * 28 + "a) == 1", "(" + "not " * 29 + "a) == 1"),
    ],
)
def test_operations_may_stand_in_one_another_thirty_deep(shallow: str, deep: str) -> None:
    compile_expression(shallow).evaluate({})

    with pytest.raises(InvalidExpression, match="anida"):
        compile_expression(deep)


def test_each_function_says_how_many_values_it_takes() -> None:
    assert {name: (function.least, function.most) for name, function in FUNCTIONS.items()} == {
        "cuenta": (1, 1), "suma": (1, 20), "promedio": (1, 20), "minimo": (1, 20), "maximo": (1, 20),
        "contiene": (2, 2), "empieza": (2, 2), "vacio": (1, 1), "alguno": (1, 20), "todos": (1, 20),
        "redondear": (1, 2), "absoluto": (1, 1),
    }  # fmt: skip
    for count in (1, 20):
        compile_expression(f"suma({', '.join('1' * count)})")
    with pytest.raises(InvalidExpression, match="no recibe 21"):
        compile_expression(f"suma({', '.join('1' * 21)})")


@pytest.mark.parametrize("kind", [int, float, Decimal])
def test_numbers_go_as_far_as_a_trillion_of_millions_to_both_sides(kind: type) -> None:
    largest, beyond = kind(10**18), kind(10**18 + 1_000)

    assert (number(largest), number(-largest)) == (10**18, -(10**18))
    assert (number(beyond), number(-beyond)) == (None, None)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity"), True, "1", None])
def test_what_is_no_finite_number_is_no_number(value: object) -> None:
    assert number(value) is None


def test_a_result_beyond_the_largest_number_is_null() -> None:
    assert plain(Decimal(10**18)) == 10**18
    assert plain(Decimal(10**18) + 1) is None
    assert plain(Decimal("NaN")) is None
    assert plain(Decimal("Infinity")) is None
    assert compile_expression("n * n").evaluate({"n": 10**10}) is None


def test_lists_are_compared_and_looked_through_up_to_500_items() -> None:
    for size, within in ((500, True), (501, False)):
        data = {"l": [0] * (size - 1) + [1], "m": [0] * (size - 1) + [1]}
        found = [compile_expression(text).evaluate(data) for text in ("l == m", "1 in l", "suma(l) == 1")]
        assert found == [within] * 3


def test_lists_in_lists_are_compared_four_deep() -> None:
    four, five = "[[[[1]]]]", "[[[[[1]]]]]"

    assert compile_expression(f"{four} == {four}").evaluate({}) is True
    assert compile_expression(f"{five} == {five}").evaluate({}) is False


def test_texts_are_put_together_up_to_10_000_letters() -> None:
    half, more = "x" * 5_000, "x" * 5_001

    assert compile_expression("a + b").evaluate({"a": half, "b": half}) == half + half
    assert compile_expression("a + b").evaluate({"a": half, "b": more}) is None


def test_a_mistyped_function_suggests_the_known_one() -> None:
    with pytest.raises(InvalidExpression) as invalid:
        compile_expression("${contine(lista, 1)}")

    assert invalid.value.suggestion == "contiene"


ATTACKS = [
    "__import__('os').system('id')", "().__class__.__base__.__subclasses__()", "'{0.__class__}'.format(1)", "9**9**9",
    "'a'*10**9", "[0]*10**9", "(lambda: 1)()", "open('/etc/passwd').read()", "[x for x in range(10**9)]", "globals()",
    "x.__class__", "eval('1')", "f'{x.__class__}'", "sum([1]*10**8)", "len(range(10**9))", "1<<10**9", "'%s' % x",
    "(" * 150 + "1" + ")" * 150, "1+" * 5000 + "1", "10**1000 % 7", "'%1000000000d' % 1", 
    "${''.getClass().forName('java.lang.Runtime')}",
    "#{T(java.lang.Runtime).getRuntime().exec('id')}", "= function() external { java: {} }", "${a.b.c()}",
    "a['__class__']",
    "not " * 120 + "a", "-" * 400 + "1", "[" * 240 + "]" * 240, "suma(" * 90 + "1" + ")" * 90, "a" * 500, "'" * 500,
    "'\\" * 240, "\0", "${" * 200, "a and " * 80 + "a", "99999999999999999999", "1;2", "a=1\nb=2", "a.b" * 100,
]  # fmt: skip
HARMLESS = {"(" * 150 + "1" + ")" * 150, "a" * 500, "a and " * 80 + "a", "a.b" * 100, "'%s' % x", "'%1000000000d' % 1"}
"""Odd, but nothing more than an expression."""


@pytest.mark.parametrize("text", ATTACKS)
def test_an_attack_is_refused_and_runs_nothing(text: str) -> None:
    if text in HARMLESS:
        assert compile_expression(text).evaluate({}) in (None, False, 1)
        return
    with pytest.raises(InvalidExpression):
        compile_expression(text)


def _run(text: str, data: dict[str, Any]) -> None:
    with contextlib.suppress(InvalidExpression):
        compile_expression(text).evaluate(data)


MOST_CALLS = 600_000
"""Of functions in Python and C, to compile and evaluate an expression: about twice what the worst takes."""


PIECES = [
    "a", "n", "lista", "entidad.metas", "falta", "(", ")", "[", "]", ",", ".", "+", "-", "*", "/", "==", "=", "!=", "<",
    ">=", " and ", " or ", " not ", "!", " in ", " empty ", "'x'", '"', "'", "1", "999999999999999", "0.1", "suma(",
    "max(",
    "cuenta(", "contiene(", "${", "}", " ", "null", "true", "__class__", "**", "%", "\\", "lambda", "\n", "é",
]  # fmt: skip
MUCH = {**DATA, "lista": [0.1] * 20_000, "a": "x" * 60_000, "entidad": {"metas": [[[[1]]]] * 900}}


@given(st.one_of(st.text(max_size=600), st.lists(st.sampled_from(PIECES), max_size=120).map("".join)))
@settings(max_examples=1_500, deadline=None, derandomize=True)
def test_no_text_at_all_hangs_or_fails_otherwise(text: str) -> None:
    compile_expression("a")  # the grammar is read once

    with counted(most=MOST_CALLS):
        _run(text, MUCH)


OPERATIONS = ["suma(l)+", "l==l or ", "1 in l or ", "max(l)+", "promedio(l)-", "a+a+", "[l,l]==[l,l] or "]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("size", [500, 50_000])
def test_the_longest_work_that_500_characters_can_ask_for_is_short(operation: str, size: int) -> None:
    text, data = _long(operation, size)
    compile_expression("a")  # the grammar is read once

    with counted(most=MOST_CALLS):
        _run(text, data)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_longest_work_that_500_characters_can_ask_for_takes_little_memory(operation: str) -> None:
    text, data = _long(operation, 500)
    compile_expression("a")

    tracemalloc.start()
    _run(text, data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 5_000_000


def _long(operation: str, size: int) -> tuple[str, dict[str, Any]]:
    text = (operation * 500)[: 490 // len(operation) * len(operation)] + "1"
    return text, {"l": [0.1 + i for i in range(size)], "a": "x" * 5_000}
