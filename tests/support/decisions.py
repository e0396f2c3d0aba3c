"""Small files of decisions for tests: `table("U", "edad:number", "da:string", ['>= 18 | "sí"', '< 18 | "no"'])`."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

DMN_1_3 = "https://www.omg.org/spec/DMN/20191111/MODEL/"
POLICIES = {
    "U": "UNIQUE", "A": "ANY", "P": "PRIORITY", "F": "FIRST", "C": "COLLECT", "R": "RULE ORDER", "O": "OUTPUT ORDER",
}  # fmt: skip
TOTALS = {"+": "SUM", "<": "MIN", ">": "MAX", "#": "COUNT"}


def file(*parts: str, namespace: str = DMN_1_3, id: str = "tabla", name: str = "Tabla") -> bytes:
    """A whole file."""
    opened = f'<definitions xmlns="{namespace}" id="{id}" name="{name}" namespace="t" xmlns:feel="https://www.omg.org/spec/DMN/20191111/FEEL/">'
    return f"{opened}{''.join(parts)}</definitions>".encode()


def data(name: str, type_ref: str = "") -> str:
    """A datum that decisions read."""
    return f'<inputData id="in_{name}" name="{name}"><variable name="{name}" typeRef="{type_ref}"/></inputData>'


def decision(id: str, logic: str, *requires: str, name: str = "", type_ref: str = "") -> str:
    """A decision; `requires` are ids of data (`in_x`), decisions and, after `#`, functions."""
    needs = "".join(
        f'<knowledgeRequirement><requiredKnowledge href="{one}"/></knowledgeRequirement>'
        if one.startswith("#f_")
        else f'<informationRequirement><required{_end(one)} href="#{one}"/></informationRequirement>'
        for one in requires
    )
    shown = name or id
    return (
        f'<decision id="{id}" name="{shown}"><variable name="{shown}" typeRef="{type_ref}"/>{needs}{logic}</decision>'
    )


def _end(one: str) -> str:
    return "Input" if one.startswith("in_") else "Decision"


def text(expression: str) -> str:
    """A literal expression."""
    return f"<literalExpression><text>{escape(expression, quote=False)}</text></literalExpression>"


def table(policy: str, inputs: str, outputs: str, rows: Iterable[str]) -> str:
    """A table; columns are `expression:type=allowed`, parted by `;`, cells by `|`. `C+` collects a sum."""
    total = f' aggregation="{TOTALS[policy[1]]}"' if len(policy) > 1 else ""
    columns = "".join(_input(number, one) for number, one in enumerate(inputs.split(";")))
    columns += "".join(_output(number, one) for number, one in enumerate(outputs.split(";")))
    count = len(inputs.split(";"))
    rules = "".join(_rule(number, row, count) for number, row in enumerate(rows))
    return f'<decisionTable hitPolicy="{POLICIES[policy[0]]}"{total}>{columns}{rules}</decisionTable>'


def _input(number: int, column: str) -> str:
    expression, kind, allowed = _column(column)
    values = f"<inputValues><text>{escape(allowed, quote=False)}</text></inputValues>" if allowed else ""
    return (
        f'<input id="i{number}" label="{expression}"><inputExpression typeRef="{kind}"><text>{expression}</text>'
        f"</inputExpression>{values}</input>"
    )


def _output(number: int, column: str) -> str:
    name, kind, allowed = _column(column)
    values = f"<outputValues><text>{escape(allowed, quote=False)}</text></outputValues>" if allowed else ""
    return f'<output id="o{number}" name="{name}" typeRef="{kind}">{values}</output>'


def _column(column: str) -> tuple[str, str, str]:
    named, _, allowed = column.partition("=")
    name, _, kind = named.partition(":")
    return name.strip(), kind.strip(), allowed.strip()


def _rule(number: int, row: str, count: int) -> str:
    cells = [escape(cell.strip(), quote=False) for cell in row.split("|")]
    tests = "".join(f"<inputEntry><text>{cell}</text></inputEntry>" for cell in cells[:count])
    results = "".join(f"<outputEntry><text>{cell}</text></outputEntry>" for cell in cells[count:])
    return f'<rule id="r{number}">{tests}{results}</rule>'


def alone(policy: str, inputs: str, outputs: str, rows: Iterable[str], *, id: str = "d") -> bytes:
    """A file with one table and the data that its columns name."""
    names = [_column(one) for one in inputs.split(";")]
    drawn = [data(name, kind) for name, kind, _ in names]
    return file(decision(id, table(policy, inputs, outputs, rows), *(f"in_{name}" for name, _, _ in names)), *drawn)
