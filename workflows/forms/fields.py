"""What one component of a form is, once read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine import limits
from workflows.forms.conditions import Condition
from workflows.forms.patterns import Pattern

INPUT_TYPES = frozenset(
    {"textfield", "textarea", "number", "datetime", "checkbox", "radio", "select", "checklist", "filepicker"}
)
CHOICE_TYPES = frozenset({"radio", "select", "checklist"})
TYPES = INPUT_TYPES | {"dynamiclist", "group", "text"}

TYPE_NAMES = {
    "textfield": "Texto corto",
    "textarea": "Texto largo",
    "number": "Número",
    "datetime": "Fecha",
    "checkbox": "Casilla de confirmación",
    "radio": "Una opción (botones)",
    "select": "Una opción (lista)",
    "checklist": "Varias opciones",
    "filepicker": "Archivos",
    "dynamiclist": "Tabla de filas",
    "group": "Grupo de campos",
    "text": "Texto explicativo",
}

MAX_TEXT = limits.TEXT
MAX_LINE = limits.LINE
MAX_ROWS = 500


@dataclass(frozen=True, slots=True)
class Rules:
    """What a value must respect. `minimum` and `maximum` are numbers, or days for dates; lengths are characters."""

    required: bool = False
    minimum: Decimal | dt.date | None = None
    maximum: Decimal | dt.date | None = None
    min_length: int = 0
    max_length: int = MAX_TEXT
    pattern: Pattern | None = None
    integer: bool = False
    decimals: int = 9


@dataclass(frozen=True, slots=True)
class Field:
    """A component: an input, a table of rows, a group, or a text to read.

    `children` are the columns of a table or the fields of a group. `catalogue` names where the choices come
    from when `options` is empty. `place` of a column: titulo, fila, aviso (right below its row, never folded) or
    detalle. `moment`: date, datetime or time. `reserve` of a file: how what is attached is kept, whatever is chosen
    beside it. `rest` of a choice in a table: what the button says that gives its first option to the rows left
    undecided. `default` is what stands there before anybody types, as JSON.
    """

    type: str
    key: str
    label: str
    description: str = ""
    rules: Rules = Rules()
    options: tuple[tuple[str, str], ...] = ()
    catalogue: str = ""
    readonly: bool = False
    hidden_if: Condition | None = None
    unit: str = ""
    place: str = ""
    moment: str = "date"
    multiple: bool = True
    children: tuple[Field, ...] = field(default=())
    fixed: bool = False
    min_rows: int = 0
    max_rows: int = MAX_ROWS
    text: str = ""
    reserve: str = ""
    rest: str = ""
    default: Any = None

    @property
    def is_list(self) -> bool:
        """Whether this is a table of rows."""
        return self.type == "dynamiclist"

    @property
    def is_input(self) -> bool:
        """Whether this holds one value."""
        return self.type in INPUT_TYPES

    @property
    def has_choices(self) -> bool:
        """Whether the value is chosen, not typed."""
        return self.type in CHOICE_TYPES

    def columns(self, place: str) -> tuple[Field, ...]:
        """The columns shown at one place of each row."""
        return tuple(column for column in self.children if column.place == place)
