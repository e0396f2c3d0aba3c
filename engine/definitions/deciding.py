"""What a business rule task does with a decision: which data it reads, which variables it sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.contracts import ANY, DATE, FLAG, LIST, NUMBER, TEXT, Contract, Datum, option
from engine.decisions import feel, values
from engine.decisions.evaluating import Decided
from engine.decisions.model import DecisionModel, Node, Output, Table, Type
from engine.definitions.diagram import Element
from engine.errors import InvalidExpression

_DATA: Mapping[str, Datum] = {"number": NUMBER, "string": TEXT, "boolean": FLAG, "date": DATE}


@dataclass(frozen=True, slots=True)
class PublishedDecision:
    """A decision at a version of its file."""

    model: DecisionModel
    node: Node
    version: int


def contract_of(decision: PublishedDecision, element: Element) -> Contract:
    """The data a business rule task reads, and the variables it sets."""
    given = outputs(decision.node, element)
    return Contract(uses=inputs(decision.model, decision.node), fills=given)


def inputs(model: DecisionModel, node: Node) -> dict[str, Datum]:
    """The data that a decision reads; of a file that draws none, whatever its columns look at."""
    drawn = {name: _datum(kind) for name, kind in model.needed(node).items()}
    if drawn or not isinstance(node.logic, Table):
        return drawn
    return {name: _datum(column.type) for column in node.logic.inputs for name in _names(column.expression)}


def outputs(node: Node, element: Element) -> dict[str, Datum]:
    """The variables that are set: the outputs by their names, an only one by that of the task's result."""
    table = node.logic if isinstance(node.logic, Table) else None
    if table is None or len(table.outputs) == 1:
        kind = _output(table.outputs[0]) if table is not None else _datum(node.type)
        return {result_name(node, element): _many(table, kind)}
    return {variable(one.name or one.label): _many(table, _output(one)) for one in table.outputs}


def result_name(node: Node, element: Element) -> str:
    """What the only result of a decision is called in the case."""
    only = node.logic.outputs[0].name if isinstance(node.logic, Table) and len(node.logic.outputs) == 1 else ""
    return variable(element.result_variable or only or node.variable)


def variables(node: Node, element: Element, decided: Decided) -> dict[str, Any]:
    """What a decision gave, as the variables of a case; a list for each output where several rows gave it."""
    value = values.plain(decided.value)
    names = list(outputs(node, element))
    if len(names) == 1 and not (isinstance(node.logic, Table) and len(node.logic.outputs) > 1):
        return {names[0]: value}
    assert isinstance(node.logic, Table)  # noqa: S101 - only a table has several outputs
    keys = [one.name or one.label for one in node.logic.outputs]
    if isinstance(value, list):
        return {name: [row.get(key) for row in value] for name, key in zip(names, keys, strict=True)}
    return {name: (value or {}).get(key) for name, key in zip(names, keys, strict=True)}


def variable(name: str) -> str:
    """A name of DMN as a case can hold it: «Estado final» is `Estado_final`."""
    written = "".join(letter if letter.isalnum() or letter == "_" else "_" for letter in name.strip())
    return written if written[:1].isalpha() or written[:1] == "_" else f"_{written}"


def given(model: DecisionModel, node: Node, data: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of a case by the names that a decision reads."""
    found = dict(data)
    for name in model.needed(node):
        if name not in found and variable(name) in data:
            found[name] = data[variable(name)]
    return found


def _many(table: Table | None, one: Datum) -> Datum:
    several = table is not None and not table.policy.is_single and table.aggregation is None
    return LIST if several else one


def _output(output: Output) -> Datum:
    allowed = output.allowed or output.type.allowed
    try:
        known = feel.expression(f"[{allowed}]").literal if allowed else None
    except InvalidExpression:
        known = None
    if isinstance(known, list) and known and all(isinstance(one, str) for one in known):
        return option(*known)
    return _datum(output.type)


def _datum(kind: Type) -> Datum:
    return LIST if kind.is_list else _DATA.get(kind.base, ANY)


def _names(text: str) -> Iterable[str]:
    try:
        return sorted(feel.expression(text).names)
    except InvalidExpression:
        return ()
