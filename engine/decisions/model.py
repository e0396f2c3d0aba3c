"""A file of decisions as it is evaluated: plain frozen data, no XML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class HitPolicy(StrEnum):
    """Which of the rows that fit a table gives."""

    UNIQUE = "UNIQUE"
    """The only one that fits."""
    ANY = "ANY"
    """Whichever: all that fit must say the same."""
    PRIORITY = "PRIORITY"
    """The one whose result comes first in the list of the output's values."""
    FIRST = "FIRST"
    """The first in the order of the rows."""
    COLLECT = "COLLECT"
    """All, in no order; or their sum, least, greatest or number."""
    RULE_ORDER = "RULE ORDER"
    """All, in the order of the rows."""
    OUTPUT_ORDER = "OUTPUT ORDER"
    """All, in the order of the output's values."""

    @property
    def is_single(self) -> bool:
        """Whether one row gives the result."""
        return self in (HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.PRIORITY, HitPolicy.FIRST)


class Aggregation(StrEnum):
    """What a table that collects makes of its rows."""

    SUM = "SUM"
    MIN = "MIN"
    MAX = "MAX"
    COUNT = "COUNT"


@dataclass(frozen=True, slots=True)
class Type:
    """A type: `base` is FEEL's name for it (`number`, `string`, …), or empty of whatever.

    `allowed` are unary tests, `fields` those of a structure, `is_list`: a list of these, `whole`: only whole numbers.
    """

    base: str = ""
    allowed: str = ""
    fields: Mapping[str, Type] = field(default_factory=dict)
    is_list: bool = False
    whole: bool = False

    @property
    def called(self) -> str:
        """How a sentence calls it."""
        words = {
            "number": "número", "string": "texto", "boolean": "sí o no", "date": "fecha", "time": "hora",
            "date and time": "fecha y hora", "days and time duration": "duración en días y horas",
            "years and months duration": "duración en años y meses",
        }  # fmt: skip
        return words.get(self.base, self.base or "cualquier cosa")


ANYTHING = Type()


@dataclass(frozen=True, slots=True)
class Input:
    """A column that is looked at: `expression` gives what its cells test."""

    id: str
    label: str
    expression: str
    type: Type = ANYTHING
    allowed: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """A column that is given. `default` is an expression, for when no row fits; `allowed` its values, in order."""

    id: str
    name: str
    label: str
    type: Type = ANYTHING
    allowed: str = ""
    default: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: a text for each input, then one for each output; `number` counts from 1."""

    number: int
    id: str
    tests: tuple[str, ...]
    results: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table."""

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    policy: HitPolicy = HitPolicy.UNIQUE
    aggregation: Aggregation | None = None


@dataclass(frozen=True, slots=True)
class Literal:
    """An expression."""

    text: str


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call of a function that is drawn apart (`called`), with what each of its parameters is."""

    called: str
    bindings: tuple[tuple[str, Logic], ...]


@dataclass(frozen=True, slots=True)
class Entries:
    """A box of named values, each of which may read those before; the last without a name is the result."""

    entries: tuple[tuple[str, Logic], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list of expressions."""

    items: tuple[Logic, ...]


Logic = Table | Literal | Invocation | Entries | Items


@dataclass(frozen=True, slots=True)
class Node:
    """A decision, or a function that decisions call (`parameters`): its logic, and the names of what it reads."""

    id: str
    name: str
    variable: str
    logic: Logic | None
    type: Type = ANYTHING
    requires: tuple[str, ...] = ()
    parameters: tuple[tuple[str, Type], ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class DecisionModel:
    """A file: its decisions, the functions they call and the data they are given, each by id."""

    id: str
    name: str
    decisions: Mapping[str, Node]
    functions: Mapping[str, Node]
    inputs: Mapping[str, tuple[str, Type]]
    refused: tuple[Refusal, ...] = ()

    def decision(self, wanted: str) -> Node | None:
        """A decision by its id or name."""
        if wanted in self.decisions:
            return self.decisions[wanted]
        return next((one for one in self.decisions.values() if wanted in (one.name, one.variable)), None)

    def needed(self, decision: Node) -> dict[str, Type]:
        """The data that a decision, and those it hangs on, must be given, by name."""
        found: dict[str, Type] = {}
        seen: set[str] = set()
        waiting = [decision.id]
        while waiting:
            one = waiting.pop()
            if one in seen:
                continue
            seen.add(one)
            if one in self.inputs:
                name, kind = self.inputs[one]
                found[name] = kind
            node = self.decisions.get(one) or self.functions.get(one)
            waiting += node.requires if node is not None else ()
        return found


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that the file asks for and that is not evaluated, where, and what to do instead."""

    where: str
    message: str


Given = Mapping[str, Any]
"""What a decision is evaluated with, by the names of its data."""
