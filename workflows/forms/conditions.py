"""When a field is not asked: the `conditional.hide` of a component, evaluated on the server and told in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.expressions import Expression, compile_expression
from engine.expressions.building import Clause, Group, Join, Operator, read_opposite
from engine.expressions.comparing import Literal
from workflows.forms.notation import format_number
from workflows.forms.values import as_variable

_MANY: Mapping[Operator, str] = {
    Operator.LESS: "es menor que {}",
    Operator.AT_MOST: "es como mucho {}",
    Operator.MORE: "es mayor que {}",
    Operator.AT_LEAST: "es al menos {}",
    Operator.BETWEEN: "está entre {} y {}",
    Operator.EMPTY: "está vacío",
    Operator.FILLED: "tiene algo",
    Operator.CONTAINS: "contiene {}",
    Operator.CONTAINS_NOT: "no contiene {}",
    Operator.STARTS: "empieza por {}",
    Operator.STARTS_NOT: "no empieza por {}",
    Operator.HAS: "tiene {}",
    Operator.HAS_NOT: "no tiene {}",
}

Labels = Mapping[str, str]
Choices = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Condition:
    """An expression that hides a field when it holds."""

    text: str
    expression: Expression

    @property
    def names(self) -> frozenset[str]:
        """The fields and process variables it looks at."""
        return frozenset(self.expression.names)

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether the field is hidden. What cannot be evaluated hides nothing: the person sees the field."""
        return self.expression.holds({key: _plain(value) for key, value in values.items() if key in self.names})

    def in_words(self, labels: Mapping[str, str], options: Mapping[str, Mapping[str, str]]) -> str:
        """When the field *is* asked: «Solo si «Decisión» es «Devuelto»»."""
        shown = read_opposite(self.text)
        told = _told(shown, labels, options) if shown is not None else ""
        if told:
            return f"Solo si {told}."
        asked = [f"«{labels[name]}»" for name in sorted(self.names) if name in labels]
        return f"Según lo que responda en {' y '.join(asked)}." if asked else "Solo en algunos casos."


def compile_condition(text: str) -> Condition:
    """Compile the text of `conditional.hide`; raises `engine.errors.InvalidExpression`."""
    return Condition(text, compile_expression(text))


def _plain(value: Any) -> Any:
    """Dates as ISO text and numbers as numbers, as process variables are; rows are none of a condition's business."""
    if isinstance(value, list):
        return [as_variable(item) for item in value if not isinstance(item, Mapping)] or [None] * len(value)
    return as_variable(value)


def _told(shown: Group, labels: Labels, options: Choices) -> str:
    """When a field is asked, empty where some clause cannot be told."""
    parts = []
    for part in shown.parts:
        told = _clause(part, labels, options) if isinstance(part, Clause) else _told(part, labels, options)
        if not told:
            return ""
        parts.append(told if isinstance(part, Clause) else f"({told})")
    return f" {'y' if shown.join is Join.ALL else 'o'} ".join(parts)


def _clause(clause: Clause, labels: Labels, options: Choices) -> str:
    if clause.name not in labels or clause.each is not None:
        return ""
    label, known = f"«{labels[clause.name]}»", options.get(clause.name, {})
    shown = [_value(value, known) for value in clause.values]
    match clause.operator:
        case Operator.IS | Operator.IS_NOT if isinstance(clause.values[0], bool):
            return f"{'marca' if clause.values[0] == (clause.operator is Operator.IS) else 'no marca'} {label}"
        case Operator.IS | Operator.ONE_OF:
            return f"{label} es {' o '.join(shown)}"
        case Operator.IS_NOT | Operator.NONE_OF:
            return f"{label} no es {' o '.join(shown)}"
    words = _MANY.get(clause.operator, "")
    return f"{label} {words.format(*shown)}" if words else ""


def _value(value: Literal, known: Mapping[str, str]) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format_number(value)
    return f"«{known.get(str(value), str(value))}»"
