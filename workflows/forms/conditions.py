"""When a field is not asked: the `conditional.hide` of a component, evaluated on the server and told in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.expressions import Expression, compile_expression
from workflows.forms.values import as_variable

_PART = re.compile(
    r"""^\s*(?:not\s+|!)?\(?\s*(?P<name>[a-z_][\w.]*)\s*(?P<op>!=|==|=)\s*(?P<value>"[^"]*"|'[^']*'|\w+)\s*\)?\s*$"""
)


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
        told = [_told(part, labels, options) for part in re.split(r"&&|\band\b", _bare(self.text))]
        if all(told):
            return "Solo si " + " o ".join(part for part in told if part) + "."
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


def _bare(text: str) -> str:
    return text.strip().removeprefix("${").removesuffix("}").removeprefix("=")


def _told(part: str, labels: Mapping[str, str], options: Mapping[str, Mapping[str, str]]) -> str:
    """The opposite of one comparison in words, empty if it is not a plain comparison with a known field."""
    found = _PART.match(part)
    if found is None or found["name"] not in labels:
        return ""
    name, value = found["name"], found["value"].strip("\"'")
    if value in {"true", "false"}:
        marked = (found["op"] == "!=") == (value == "true")
        return f"{'marca' if marked else 'no marca'} «{labels[name]}»"
    shown = options.get(name, {}).get(value, value)
    return f"«{labels[name]}» {'es' if found['op'] == '!=' else 'no es'} «{shown}»"
