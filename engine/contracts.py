"""What automatic steps and forms declare of the data they read and set: a diagram is checked by it before it runs.

A declaration stands beside its handler; tests run the handlers and hold the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar


class Kind(StrEnum):
    """What a datum of a process may hold."""

    ANY = "any"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"
    OPTION = "option"
    LIST = "list"
    FILE = "file"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Datum:
    """The kind of a datum; `options` are the values it can have with their labels, of an `OPTION` or a `LIST`.

    `longest` is how many letters a person may type, 0 where that is not known. `each` is the kind of the items of a
    list that is a column of a table: one for each row.
    """

    kind: Kind
    options: Mapping[str, str] = field(default_factory=dict)
    longest: int = 0
    each: Kind | None = None


ANY, TEXT, NUMBER, DATE = Datum(Kind.ANY), Datum(Kind.TEXT), Datum(Kind.NUMBER), Datum(Kind.DATE)
FLAG, LIST, FILE, TABLE = Datum(Kind.FLAG), Datum(Kind.LIST), Datum(Kind.FILE), Datum(Kind.TABLE)

Data = Mapping[str, Datum]
"""By variable name."""


def option(*values: str, **labels: str) -> Datum:
    """One of these values, or of those that people know by a label."""
    return Datum(Kind.OPTION, {**dict.fromkeys(values, ""), **labels})


@dataclass(frozen=True, slots=True)
class Contract:
    """What a handler does with the data of its case.

    Without one of `needs` it fails; `uses` it reads where they are there. `fills` are set whenever it has run,
    `may_fill` only at times. `sends` are the variables of each message it may send, by the message's name. `fields` are
    those of its form that the handler of a form cannot do without. `opens` are processes of which it may begin cases.
    """

    needs: Data = field(default_factory=dict)
    uses: Data = field(default_factory=dict)
    fills: Data = field(default_factory=dict)
    may_fill: Data = field(default_factory=dict)
    sends: Mapping[str, Data] = field(default_factory=dict)
    fields: frozenset[str] = frozenset()
    opens: frozenset[str] = frozenset()


NOTHING = Contract()
"""Reads and sets nothing."""

_ATTRIBUTE = "contract"
Handler = TypeVar("Handler", bound=Callable[..., Any])


def declares(
    *,
    needs: Data | None = None,
    uses: Data | None = None,
    fills: Data | None = None,
    may_fill: Data | None = None,
    sends: Mapping[str, Data] | None = None,
    opens: Collection[str] = (),
) -> Callable[[Handler], Handler]:
    """Declare what an automatic step needs and gives: a decorator of its handler."""
    contract = Contract(needs or {}, uses or {}, fills or {}, may_fill or {}, sends or {}, opens=frozenset(opens))

    def mark(handler: Handler) -> Handler:
        setattr(handler, _ATTRIBUTE, contract)
        return handler

    return mark


def contract_of(handler: object) -> Contract | None:
    """What a handler declares; None if it says nothing, and then it may need and give anything."""
    found = getattr(handler, _ATTRIBUTE, None)
    return found if isinstance(found, Contract) else None


@dataclass(frozen=True, slots=True)
class Span:
    """A deadline of so many working days from a variable's date; an empty `anchor` counts from when the task opens."""

    anchor: str
    days: int


@dataclass(frozen=True, slots=True)
class Contracts:
    """Everything around the diagrams that gives a case its data.

    `steps` by topic and `forms` by their name in `registro`; one that is missing may need and give anything. `calendar`
    is what a case begins with that the calendar opens, `by_hand` that a person begins, `opened` that a
    program does, by process. `messages` is what those sent from outside the diagrams bring, by name, and
    `senders` who sends each, as the end of «lo envía …».
    `role_needs` and `deadline_needs` name the variables that a role, or the text of a deadline, cannot do without;
    `span` reads a deadline that is counted in working days, None of any other.
    """

    steps: Mapping[str, Contract]
    forms: Mapping[str, Contract]
    calendar: Data
    by_hand: Data
    opened: Mapping[str, Data]
    messages: Mapping[str, Data]
    role_needs: Callable[[str], frozenset[str]]
    deadline_needs: Callable[[str], frozenset[str]]
    span: Callable[[str], Span | None] = lambda _text: None
    senders: Mapping[str, str] = field(default_factory=dict)
