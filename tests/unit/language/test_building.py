"""Conditions by menus: what they show, and that writing what was read says the same."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidExpression
from engine.expressions import compile_expression
from engine.expressions.building import (
    Clause,
    Each,
    Group,
    Join,
    Operator,
    read,
    read_opposite,
    write,
    write_opposite,
)
from engine.expressions.wording import Label, in_words

SHIPPED = sorted(
    {
        found.replace("&amp;", "&").replace("&gt;", ">").replace("&lt;", "<")
        for diagram in files("bpmn").iterdir()
        if diagram.name.endswith(".bpmn")
        for found in re.findall(r"<(?:bpmn:)?conditionExpression[^>]*>(.*?)</", diagram.read_text(), re.DOTALL)
    }
)
HIDING = sorted(
    {
        found.replace('\\"', '"')
        for form in (files("bpmn") / "forms").iterdir()
        for found in re.findall(r'"hide": ?"((?:[^"\\]|\\.)*)"', form.read_text())
    }
)
NAMES = st.sampled_from(["decision", "monto", "filas", "hay_mesa"])
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\n\0", exclude_categories=["Cs"]), max_size=8)
NUMBERS = st.integers(-1000, 1000) | st.decimals(-100, 100, places=2).map(float)
VALUES = TEXTS | NUMBERS | st.booleans()
DATA = st.dictionaries(NAMES, st.none() | VALUES | st.lists(TEXTS | NUMBERS, max_size=4))


@st.composite
def clauses(draw: st.DrawFn) -> Clause:
    operator = draw(st.sampled_from(list(Operator)))
    count = {Operator.EMPTY: 0, Operator.FILLED: 0, Operator.BETWEEN: 2}.get(operator, 1)
    if operator in (Operator.ONE_OF, Operator.NONE_OF):
        count = draw(st.integers(1, 3))
    kind = VALUES
    if operator in (Operator.CONTAINS, Operator.CONTAINS_NOT, Operator.STARTS, Operator.STARTS_NOT):
        kind = TEXTS
    elif operator.value.startswith(("cuantos", "suma")):
        kind = NUMBERS
    each = None if operator.value.startswith(("cuantos", "suma")) else draw(st.none() | st.sampled_from(list(Each)))
    return Clause(draw(NAMES), operator, tuple(draw(kind) for _ in range(count)), each)


@st.composite
def conditions(draw: st.DrawFn) -> Group:
    join = draw(st.sampled_from(list(Join)))
    other = Join.ANY if join is Join.ALL else Join.ALL
    inner = st.lists(clauses(), min_size=2, max_size=3).map(lambda parts: Group(other, tuple(parts)))
    parts = draw(st.lists(clauses() | inner, min_size=1, max_size=3))
    if len(parts) == 1:
        return parts[0] if isinstance(parts[0], Group) else Group(Join.ALL, tuple(parts))
    return Group(join, tuple(parts))


def readable(group: Group) -> bool:
    return len(write(group)) <= 450


@given(conditions().filter(readable))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_what_menus_write_they_read_again(group: Group) -> None:
    assert read(write(group)) == group


@given(conditions().filter(readable), DATA)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_the_opposite_holds_exactly_where_the_condition_does_not(group: Group, data: dict) -> None:
    opposite = write_opposite(group)

    assert compile_expression(opposite).holds(data) is not compile_expression(write(group)).holds(data)
    back = read_opposite(opposite)
    assert back is not None
    assert compile_expression(write(back)).holds(data) is compile_expression(write(group)).holds(data)


@pytest.mark.parametrize("text", SHIPPED)
def test_every_condition_of_the_shipped_diagrams_is_shown_by_menus_and_means_the_same(text: str) -> None:
    group = read(text)

    assert group is not None
    for data in samples(text):
        assert compile_expression(write(group)).holds(data) is compile_expression(text).holds(data)


@pytest.mark.parametrize("text", HIDING)
def test_every_condition_of_the_shipped_forms_is_shown_by_menus_and_means_the_same(text: str) -> None:
    group = read_opposite(text)

    assert group is not None
    for data in samples(text):
        assert compile_expression(write_opposite(group)).holds(data) is compile_expression(text).holds(data)


def samples(text: str) -> list[dict]:
    values = [None, True, False, "", [], ["x"], *re.findall(r"['\"]([^'\"]*)['\"]", text)]
    values += [[value] for value in values[6:]]
    names = sorted(compile_expression(text).names)
    return [dict.fromkeys(names, value) for value in values] + [{names[0]: value} for value in values]


@pytest.mark.parametrize(
    "text",
    ["monto + 1 > 3", "a == b", "not (monto > 3)", "x == null", "a.b == 'c'", "if a then b else c",
     "(a or (b and (c or d))) and e",
     "some x in filas satisfies x == otro", "every x in filas satisfies (x > 1 and x < 3)", "no se entiende ("],
)  # fmt: skip
def test_what_menus_cannot_say_stays_a_text(text: str) -> None:
    assert read(text) is None


def test_some_and_every_look_at_each_item_of_a_list() -> None:
    def held(text: str, **data: object) -> bool:
        return compile_expression(text).holds(data)

    some, every = "some x in filas satisfies x > 3", "every x in filas satisfies x > 3"

    assert held(some, filas=[1, 5])
    assert not held(some, filas=[1, 2])
    assert not held(every, filas=[1, 5])
    assert held(every, filas=[])
    assert not held(every)
    assert not held(some, filas=[5] * 501)
    assert held("some x in filas satisfies x == otro", filas=["a", "b"], otro="b")
    assert held("some x in filas satisfies x.decision = 'aclarar'", filas=[{"decision": "aclarar"}])
    assert compile_expression("some x in filas satisfies x == otro").names == {"filas", "otro"}


def test_a_variable_may_still_be_called_some() -> None:
    assert compile_expression("some == 'x' and every > 3").holds({"some": "x", "every": 4})


def test_a_quantifier_inside_another_is_refused() -> None:
    with pytest.raises(InvalidExpression, match="no va dentro de otro"):
        compile_expression("some x in a satisfies (some y in b satisfies y == x)")


def test_a_quantifier_is_told_in_words_by_the_answers_of_its_list() -> None:
    labels = {"alertas_decision": Label("Alertas del mes: Decisión", {"aclarar": "Aclarar"})}

    said = in_words("(some cada in alertas_decision satisfies cada == 'aclarar')", labels)
    denied = in_words("not (some cada in alertas_decision satisfies cada == 'aclarar')", labels)

    assert said == "en alguna fila «Alertas del mes: Decisión» sea «Aclarar»"
    assert denied == "en ninguna fila «Alertas del mes: Decisión» sea «Aclarar»"
