"""Decision tables, against results worked out by hand from the text of DMN 1.3: every hit policy, operator and type."""

from __future__ import annotations

from typing import Any

import pytest

from engine.decisions import values
from engine.decisions.evaluating import Decided, evaluate
from engine.decisions.linting import Finding, lint
from engine.definitions import tabling
from engine.definitions.decisions import read_decisions
from engine.errors import Undecided, UnreadableDecision
from tests.support.decisions import alone, data, decision, file, table, text

AGES = ['< 18 | "menor"', '[18..65] | "adulto"', '> 65 | "mayor"']
ORDER = '"alto","medio","bajo"'


def decided(xml: bytes, wanted: str = "", **given: Any) -> Decided:
    found = evaluate(read_decisions(xml), given, wanted)
    return found[wanted] if wanted else next(iter(found.values()))


def result(xml: bytes, **given: Any) -> Any:
    return values.plain(decided(xml, **given).value)


def findings(xml: bytes) -> list[Finding]:
    return lint(read_decisions(xml))


@pytest.mark.parametrize(("age", "expected"), [(17, "menor"), (18, "adulto"), (65, "adulto"), (65.5, "mayor")])
def test_a_unique_table_gives_its_only_row(age: float, expected: str) -> None:
    xml = alone("U", "edad:number", "grupo:string", AGES)

    assert result(xml, edad=age) == expected
    assert findings(xml) == []


@pytest.mark.parametrize(
    ("policy", "rows", "given", "expected"),
    [
        # U: two rows that fit are an error, and there is no result (8.2.10)
        ("U", ["> 5 | 1", "> 7 | 2"], 9, None),
        ("U", ["> 5 | 1", "> 7 | 2"], 6, 1),
        ("U", ["> 5 | 1"], 1, None),
        # A: they must all say the same
        ("A", ["> 5 | 1", "> 7 | 1"], 9, 1),
        ("A", ["> 5 | 1", "> 7 | 2"], 9, None),
        ("A", ["> 5 | 1", "> 7 | 1.0"], 9, 1),
        # F: the first from above
        ("F", ["> 5 | 1", "> 7 | 2", "- | 3"], 9, 1),
        ("F", ["> 5 | 1", "> 7 | 2", "- | 3"], 2, 3),
        # R: all from above
        ("R", ["> 5 | 1", "> 7 | 2", "- | 3"], 9, [1, 2, 3]),
        ("R", ["> 5 | 1"], 1, []),
        # C: all, or what is made of them
        ("C", ["> 5 | 1", "> 7 | 2"], 9, [1, 2]),
        ("C+", ["> 5 | 1.5", "> 7 | 2", "- | 3"], 9, 6.5),
        ("C<", ["> 5 | 4", "> 7 | 2", "- | 3"], 9, 2),
        ("C>", ["> 5 | 4", "> 7 | 2", "- | 3"], 9, 4),
        ("C#", ["> 5 | 4", "> 7 | 4", "- | 3"], 9, 3),
        ("C#", ["> 5 | 4"], 1, 0),
        ("C+", ["> 5 | 4"], 1, None),
    ],
)
def test_each_hit_policy_gives_what_the_standard_says(policy: str, rows: list[str], given: int, expected: Any) -> None:
    assert result(alone(policy, "x:number", "y:number", rows), x=given) == expected


@pytest.mark.parametrize(("policy", "expected"), [("P", "alto"), ("O", ["alto", "medio", "bajo"])])
def test_priority_and_output_order_follow_the_values_of_the_output(policy: str, expected: Any) -> None:
    rows = ['> 5 | "bajo"', '> 7 | "alto"', '- | "medio"']

    assert result(alone(policy, "x:number", f"y:string={ORDER}", rows), x=9) == expected


def test_which_rows_decided_is_told() -> None:
    assert decided(alone("F", "x:number", "y:number", ["> 5 | 1", "- | 2"]), x=1).rows == (2,)
    assert decided(alone("R", "x:number", "y:number", ["> 5 | 1", "- | 2"]), x=9).rows == (1, 2)
    overlap = decided(alone("U", "x:number", "y:number", ["> 5 | 1", "> 6 | 2"]), x=9)
    assert [one.message for one in overlap.problems] == [
        "Las filas 1 y 2 se cumplen a la vez, y la política es «única»."
    ]


def test_several_outputs_are_given_by_their_names() -> None:
    rows = ['< 18 | "no" | 0', '- | "sí" | x * 2']
    assert result(alone("F", "x:number", "da:string; monto:number", rows), x=20) == {"da": "sí", "monto": 40}
    assert result(alone("R", "x:number", "da:string; monto:number", rows), x=2) == [
        {"da": "no", "monto": 0},
        {"da": "sí", "monto": 4},
    ]


@pytest.mark.parametrize(
    ("kind", "cell", "given", "expected"),
    [
        ("number", "[1..10)", 10, False), ("integer", "<= 3", 3, True), ("double", "0.5", 0.5, True),
        ("string", '"a","b"', "b", True), ("string", 'not("a")', "a", False), ("boolean", "true", True, True),
        ("boolean", "false", True, False), ("date", '> date("2026-01-01")', "2026-06-01", True),
        ("date", '[date("2026-01-01")..date("2026-03-31")]', "2026-04-01", False),
        ("time", '>= time("08:00:00")', "08:00:00", True),
        ("dateTime", '< date and time("2026-01-01T12:00:00")', "2026-01-01T11:00:00", True),
        ("dayTimeDuration", '> duration("P5D")', "P6D", True),
        ("yearMonthDuration", '<= duration("P1Y")', "P12M", True),
        ("feel:number", "5", 5, True), ("string", "-", None, True), ("string", "null", None, True),
    ],
)  # fmt: skip
def test_each_type_is_tested_as_what_it_is(kind: str, cell: str, given: Any, expected: bool) -> None:
    xml = alone("F", f"x:{kind}", "y:boolean", [f"{cell} | true", "- | false"])

    assert result(xml, x=given) is expected


def test_a_value_of_another_type_or_outside_the_list_is_said() -> None:
    xml = alone("U", f"x:string={ORDER}", "y:number", ['"alto" | 1', '"medio","bajo" | 2'])

    wrong = decided(xml, x="altísimo")
    assert wrong.value is None
    assert wrong.problems[-1].message == '«x» vale «altísimo», que no está entre sus valores ("alto","medio","bajo").'
    assert "debe ser número" in decided(alone("U", "x:number", "y:number", ["> 1 | 1"]), x="mucho").problems[0].message


def test_a_list_or_a_structure_with_a_part_of_another_type_is_none_of_its_type() -> None:
    kinds = (
        '<itemDefinition name="notas" isCollection="true"><typeRef>number</typeRef></itemDefinition>'
        '<itemDefinition name="persona"><itemComponent name="edad"><typeRef>number</typeRef></itemComponent>'
        "</itemDefinition>"
    )

    for kind, given, expected in (
        ("notas", [1, "2"], None), ("notas", [1, 2], [1, 2]), ("notas", [1, None], [1, None]),
        ("persona", {"edad": "treinta"}, None), ("persona", {"edad": 30}, {"edad": 30}),
    ):  # fmt: skip
        found = decided(file(kinds, decision("d", text("x"), "in_x"), data("x", kind)), x=given)
        assert values.plain(found.value) == expected
        assert bool(found.problems) is (expected is None)


def test_a_list_that_is_longer_than_is_looked_at_is_told_and_never_cut() -> None:
    xml = file(decision("d", text("count(l)"), "in_l"), decision("e", text("1")), data("l"))

    assert decided(xml, "d", l=[1] * 500).value == 500
    found = decided(xml, "d", l=[1] * 501)
    assert (found.value, [one.message for one in found.problems]) == (
        None,
        ["«l» tiene más de 500 valores: una tabla de decisión no los recorre."],
    )
    assert decided(xml, "e", l=[1] * 501).problems == ()


def test_what_no_row_takes_may_have_a_result_of_its_own() -> None:
    with_default = alone("U", "x:number", "y:number", ["> 5 | 1"]).replace(
        b'typeRef="number"></output>',
        b'typeRef="number"><defaultOutputEntry><text>7</text></defaultOutputEntry></output>',
    )

    assert result(with_default, x=1) == 7
    assert not [one for one in findings(with_default) if one.rule == "gap"]


def test_decisions_hang_on_decisions_and_on_functions() -> None:
    function = (
        '<businessKnowledgeModel id="f_cuota" name="cuota"><variable name="cuota"/><encapsulatedLogic>'
        '<formalParameter name="p" typeRef="number"/><formalParameter name="r" typeRef="number"/>'
        '<formalParameter name="n" typeRef="number"/>'
        f"{text('(p * r / 12) / (1 - (1 + r / 12) ** -n)')}</encapsulatedLogic></businessKnowledgeModel>"
    )
    called = (
        f"<invocation>{text('cuota')}"
        + "".join(
            f'<binding><parameter name="{name}"/>{text(value)}</binding>'
            for name, value in (("p", "Préstamo.monto"), ("r", "Préstamo.tasa"), ("n", "Préstamo.meses"))
        )
        + "</invocation>"
    )
    xml = file(
        decision("pago", called, "in_Préstamo", "#f_cuota", name="Pago mensual"),
        decision("cabe", text("Pago mensual <= Ingreso mensual * 0.3"), "pago", "in_Ingreso mensual"),
        decision("directo", text("cuota(600000, 0.0375, 360) + cuota(n: 360, p: 600000, r: 0.0375)"), "#f_cuota"),
        function,
        data("Préstamo"),
        data("Ingreso mensual", "number"),
    )
    given = {"Préstamo": {"monto": 600_000, "tasa": 0.0375, "meses": 360}, "Ingreso mensual": 10_000}

    found = {name: values.plain(one.value) for name, one in evaluate(read_decisions(xml), given).items()}

    assert found == {"Pago mensual": 2778.6935494327668, "cabe": True, "directo": 5557.3870988655335}
    assert findings(xml) == []
    assert list(evaluate(read_decisions(xml), given, "pago")) == ["Pago mensual"]
    with pytest.raises(Undecided, match="No hay una decisión «otra»"):
        evaluate(read_decisions(xml), given, "otra")


def test_contexts_and_lists_are_worked_out_in_their_order() -> None:
    box = (
        f'<context><contextEntry><variable name="a"/>{text("x + 1")}</contextEntry>'
        f'<contextEntry><variable name="b"/>{text("a * 2")}</contextEntry></context>'
    )
    xml = file(
        decision("c", box, "in_x"),
        decision("l", f"<list>{text('1')}{text('x')}</list>", "in_x"),
        data("x", "number"),
    )

    found = {name: values.plain(one.value) for name, one in evaluate(read_decisions(xml), {"x": 3}).items()}

    assert found == {"c": {"a": 4, "b": 8}, "l": [1, 3]}


def test_decisions_in_a_circle_end() -> None:
    xml = file(decision("a", text("b"), "b"), decision("b", text("a"), "a"))

    assert decided(xml).value is None


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
    ],
)
def test_every_version_of_the_format_is_read(namespace: str) -> None:
    logic = table("U", "x:number", "y:number", ["> 1 | 1", "<= 1 | 2"])
    xml = file(decision("d", logic, "in_x"), data("x", "number"), namespace=namespace)

    assert result(xml, x=2) == 1


def test_a_table_of_camunda_needs_no_drawn_data() -> None:
    xml = file(
        decision(
            "d", table("F", "monto:integer; tipo:string", "nivel:string", ['> 1000 | "a" | "alto"', '- | - | "x"'])
        ),
    )

    assert result(xml, monto=2000, tipo="a") == "alto"
    assert findings(xml) == []


@pytest.mark.parametrize(
    ("logic", "words"),
    [
        ('<literalExpression expressionLanguage="javascript"><text>1</text></literalExpression>', "Lleva código"),
        ('<literalExpression expressionLanguage="juel"><text>1</text></literalExpression>', "Lleva código"),
        ("", "No tiene tabla ni expresión"),
        ("<functionDefinition/>", "Define una función dentro"),
        ("<conditional/>", "caja «si… entonces»"),
        ('<decisionTable hitPolicy="COLLECT" aggregation="AVERAGE"/>', "No existe la cuenta «AVERAGE»"),
    ],
)
def test_what_is_not_evaluated_is_refused_with_a_sentence(logic: str, words: str) -> None:
    refused = [one for one in findings(file(decision("d", logic))) if one.rule == "refused"]

    assert words in refused[0].message
    assert refused[0].severity == "error"


def test_programs_and_other_files_are_refused() -> None:
    xml = file(
        '<import namespace="otro" name="otro"/>',
        decision("d", text("1")),
        '<businessKnowledgeModel id="f_x" name="x"><encapsulatedLogic kind="Java"/></businessKnowledgeModel>',
    )

    messages = " ".join(one.message for one in findings(xml))

    assert "Usa otro archivo" in messages
    assert "Usa un programa (java)" in messages


@pytest.mark.parametrize(
    "content", [b"", b"<x/>", b"no es xml", b'<!DOCTYPE a [<!ENTITY b "c">]><definitions/>', file()]
)
def test_what_is_no_dmn_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableDecision):
        read_decisions(content)


@pytest.mark.parametrize(
    ("policy", "rows", "severity", "rule", "words"),
    [
        ("U", ["< 18 | 1", "> 18 | 2"], "warning", "gap", "Ninguna fila cubre «x»: 18."),
        ("U", ["< 18 | 1", ">= 20 | 2"], "warning", "gap", "«x»: 18 o entre 18 y 20"),
        ("U", ["<= 18 | 1", ">= 18 | 2"], "error", "overlap", "Las filas 1 y 2 se cumplen a la vez con «x»: 18"),
        ("A", ["<= 18 | 1", ">= 18 | 2"], "error", "overlap", "no dicen lo mismo"),
        ("A", ["<= 18 | 1", ">= 18 | 1"], "warning", "overlap", "y dicen lo mismo"),
        ("F", ["- | 1", "> 5 | 2"], "warning", "unreachable", "La fila 2 no se usa nunca: las de arriba ya cubren"),
        ("F", ["> 5 | 1", "(9..3) | 2", "- | 3"], "warning", "unreachable", "nada puede cumplir"),
        ("U", ['> 5 | "a"', "<= 5 | 2"], "error", "type", "da «\"a\"», y «y» es número"),
        ("U", ['"x" | 1'], "error", "type", "no es número"),
        ("U", ["> | 1"], "error", "cell", "no se entiende"),
        ("U", ["alto | 1"], "error", "name", 'escríbalo entre comillas: "alto"'),
        ("U", ["> 5 | 1 +", "<= 5 | 2"], "error", "result", "no se entiende"),
        ("F", ["> 5 | 1", "- | "], "warning", "empty_result", "no da «y»"),
        ("P", ["> 5 | 1", "- | 2"], "error", "order", "sigue el orden"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_table_is_told(policy: str, rows: list[str], severity: str, rule: str, words: str) -> None:
    found = [one for one in findings(alone(policy, "x:number", "y:number", rows)) if one.rule == rule]

    assert found, findings(alone(policy, "x:number", "y:number", rows))
    assert found[0].severity == severity
    assert words in found[0].message


def test_gaps_of_two_columns_are_told_together() -> None:
    rows = ['"alto" | true | 1', '"medio","bajo" | - | 2']
    found = findings(alone("U", f"x:string={ORDER}; z:boolean", "y:number", rows))

    assert [one.message for one in found] == ["Ninguna fila cubre «x»: «alto» y «z»: no."]


def test_whole_numbers_leave_no_gap_between_neighbours() -> None:
    assert findings(alone("U", "x:integer", "y:number", ["<= 17 | 1", ">= 18 | 2"])) == []
    assert len(findings(alone("U", "x:number", "y:number", ["<= 17 | 1", ">= 18 | 2"]))) == 1


def test_values_outside_the_lists_are_told() -> None:
    found = findings(alone("U", f"x:string={ORDER}", f"y:string={ORDER}", ['"alta" | "bajo"', '- | "nulo"']))

    assert {(one.rule, one.row) for one in found if one.severity == "error"} == {("value", 1), ("value", 2)}


def test_a_large_table_is_sampled_and_says_so() -> None:
    inputs = ";".join(f"x{number}:number" for number in range(6))
    rows = [" | ".join([f"> {one}"] * 6) + " | 1" for one in range(8)]

    found = findings(alone("F", inputs, "y:number", rows))

    assert "sampled" in {one.rule for one in found}


def test_a_row_is_read_as_a_sentence() -> None:
    rows = [
        '"Rojo", "Verde" | > date("2026-07-31") | [1..10] | < duration("P5D") | date("2026-12-31")',
        'not("Rojo") | <= @"2026-07-31" | not([1..3]) | - | @"2026-12-31"',
        "- | - | (1..10] | - | null",
    ]
    asked = "color:string; vence:date; monto:number; dura:dayTimeDuration"
    shown = tabling.sheet(alone("F", asked, "plazo:date", rows))

    assert [tabling.in_words(shown, row) for row in shown.rows] == [
        "Si color es Rojo o Verde y vence es después de 31/07/2026 y monto está entre 1 y 10 y dura es menor que "
        "5 días: plazo: 31/12/2026.",
        "Si color no es Rojo y vence es hasta 31/07/2026 y monto no está entre 1 y 3: plazo: 31/12/2026.",
        "Si monto es (1..10]: plazo: null.",
    ]
