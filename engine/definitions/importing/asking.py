"""What the importer asks, and which answers fit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from engine.definitions.linting import KnownNames
from engine.errors import InvalidExpression
from engine.expressions import compile_expression

DRAWN = "Lo dibujo en el editor"
"""The answer of who leaves it as it is for now."""

_DEADLINE = re.compile(r"[1-9]\d{0,3}dh|(cierre|inicio)[+-]\d{1,4}(dh|m)|fecha:[a-z]\w{0,59}")


class Kind(StrEnum):
    """What an answer is: one of the options, something with a name in the house, or written by hand."""

    CHOICE = "opcion"
    ROLE = "rol"
    FORM = "formulario"
    PROCESS = "proceso"
    HANDLER = "accion"
    DECISION = "tabla"
    DEADLINE = "plazo"
    EXPRESSION = "expresion"
    EDITOR = "editor"
    """Nothing that is answered: it is mended in the drawing."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something only a person can decide; until then the importer's guess stands. `options` may be empty."""

    element: str
    rule: str
    message: str
    options: tuple[str, ...] = ()
    kind: Kind = Kind.CHOICE

    @property
    def key(self) -> str:
        """By what its answer is handed in; it stays the same when the same file is imported again."""
        return f"{self.rule}:{self.element}"


def fits(question: Question, answer: str, known: KnownNames) -> bool:
    """Whether an answer can be followed; names nobody gave a list of are taken as they are."""
    match question.kind:
        case Kind.CHOICE:
            return answer in question.options
        case Kind.DEADLINE:
            return _DEADLINE.fullmatch(answer) is not None
        case Kind.EXPRESSION:
            return understood(answer)
        case Kind.EDITOR:
            return False
    listed = {
        Kind.ROLE: known.roles, Kind.FORM: known.forms, Kind.PROCESS: known.processes, Kind.HANDLER: known.topics,
        Kind.DECISION: known.decisions,
    }[question.kind]  # fmt: skip
    return bool(answer) and (listed is None or answer in listed)


def understood(written: str) -> bool:
    """Whether a text is an expression of ours."""
    try:
        return bool(compile_expression(written))
    except InvalidExpression:
        return False
