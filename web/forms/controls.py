"""What a template needs to know about each field of a form that is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

from web.forms.names import anchor_of, name_of
from web.forms.sparks import Spark, spark
from workflows.documents.files import LIMIT
from workflows.documents.models import StoredFile
from workflows.errors import FieldError
from workflows.forms.cells import is_blank
from workflows.forms.fields import Field
from workflows.forms.handlers import Beside, Chip, Option
from workflows.forms.notation import format_number, parse_day, parse_moment
from workflows.forms.opening import OpenForm, own_table
from workflows.forms.reading import identity
from workflows.forms.standing import UNTOUCHED, Standing, State, summary
from workflows.forms.stored import text_of
from workflows.forms.values import path_of
from workflows.spanish import enumeration

CHIP_COLUMN = "semaforo_previsto"
"""A read-only column of this name is where the preview of the row stands."""

NEW_ROW = "__n__"
"""Stands for the number of a row in the pattern that the page's script copies."""


@dataclass(frozen=True, slots=True)
class Control:
    """One field on the page. `shown` is its text if it is read-only, `text` what stands in its input.

    `rows_from` is the column of the same form that offers the choices. `ask` is why this is asked, of a value that is
    unlikely; `course` the values before, as a line. `pictures` is the field with the pictures of a text that says its
    structure. `plan` is whose codes are links where the value is only read.
    """

    field: Field
    path: str
    value: Any
    row: str
    options: Sequence[Option]
    files: Sequence[StoredFile]
    shown: str
    readonly: bool
    hidden: bool
    condition: str
    error: str
    hint: str
    note: str
    chip: Chip | None
    absent: bool
    rows_from: str = ""
    ask: str = ""
    course: Spark | None = None
    pictures: str = ""
    plan: str = ""
    most_mb: ClassVar[int] = LIMIT // (1024 * 1024)
    """What a file may weigh at most."""

    @property
    def name(self) -> str:
        """Its name in the form."""
        return name_of(self.path)

    @property
    def id(self) -> str:
        """Its id on the page."""
        return anchor_of(self.path)

    @property
    def text(self) -> str:
        """What stands in a text input: numbers, years and days as people write them here."""
        is_year = "año" in self.field.label.casefold().split() and self.value in YEARS
        return str(int(self.value)) if is_year else _typeable(self.value)

    @property
    def iso(self) -> str | None:
        """The value as a date input takes it, empty for nothing, None if it is no date."""
        return _iso(self.field, self.value)

    @property
    def chosen(self) -> frozenset[str]:
        """The options that are chosen."""
        listed = self.value if isinstance(self.value, list) else [self.value]
        return frozenset(str(one) for one in listed if one is not None)

    @property
    def is_number(self) -> bool:
        """Whether it is aligned as a number."""
        return self.field.type == "number" or (self.readonly and isinstance(self.value, Decimal | int))

    @property
    def described_by(self) -> str:
        """The ids of what describes it."""
        parts = [("pista", self.hint), ("condicion", self.condition), ("nota", self.note), ("error", self.error)]
        parts += [("pregunta", self.ask)]
        return " ".join(f"{self.id}-{name}" for name, text in parts if text)

    @property
    def is_required(self) -> bool:
        """Whether it must be answered."""
        return self.field.rules.required and not self.readonly


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its place, what identifies it, what to call it and say about it.

    `code` is what it is called in short, `address` where all is told of what it is about.
    """

    place: int | str
    path: str
    identity: str
    title: str
    note: str
    chip: Chip | None
    beside: Beside | None
    locked: bool
    code: str = ""
    standing: Standing | None = None
    address: str = ""

    @property
    def id(self) -> str:
        """Its id on the page."""
        return anchor_of(self.path)


class FormView:
    """An open form, with its errors, as templates ask for it."""

    def __init__(
        self,
        opened: OpenForm,
        errors: Sequence[FieldError] = (),
        *,
        readonly: bool = False,
        facts: bool = False,
        address_of: Callable[[Mapping[str, Any]], str] | None = None,
    ) -> None:
        """Show `opened` with `errors` at their fields; `readonly` shows every field as text.

        `facts` leaves out what is still to be answered: where one only reads it, a dash there asks for what nobody can
        give. `address_of` gives where all is told of what a row is about, from its cells.
        """
        self.opened = opened
        self.readonly = readonly or facts
        self._facts = facts
        self.errors = {error.path: error.message for error in errors}
        told = () if self.readonly else opened.told
        self._wrong = {one.path: one.message for one in told if not one.asks} | self.errors
        self._asks = {one.path: one.message for one in told if one.asks}
        self._address_of = address_of
        self._labels = opened.schema.labels()
        self._choices: Mapping[str, Mapping[str, str]] = {path: dict(pairs) for path, pairs in opened.options.items()}
        self._conditions: dict[tuple[str, str], str] = {}

    def control(self, field: Field, row: Row | None = None, table: Field | None = None) -> Control:
        """A field of the form, or of one row of a table."""
        inside = row is not None and table is not None
        path = path_of(table.key, row.place, field.key) if inside and row and table else field.key
        schema_path = path_of(table.key, field.key) if table else field.key
        value = self._value(path, row)
        prefill = self.opened.prefill
        options = self.opened.options.get(schema_path, ())
        return Control(
            field=field,
            path=path,
            value=value,
            row=row.title if row else "",
            options=options,
            files=self._files(field, value),
            shown=self._words(field, value, dict(options)),
            readonly=self.readonly or self.opened.is_readonly(field, path),
            hidden=path in self.opened.hidden,
            condition="" if self.readonly else self._condition(field, table),
            error="" if path in self._asks else self._wrong.get(path, ""),
            ask=self._asks.get(path, ""),
            course=spark(prefill.courses.get(path, ())),
            hint=prefill.hints.get(path, "") or field.unit,
            note=prefill.notes.get(path, ""),
            chip=self.opened.preview.chips.get(path),
            absent=path in self.opened.hidden and (self.readonly or self._is_settled(field, table)),
            rows_from=self._rows_from(field),
            pictures=prefill.prose.get(path, ""),
            plan=self.plan,
        )

    def _rows_from(self, field: Field) -> str:
        """The column of this form whose cells are the choices: `metas-codigo`."""
        table = own_table(self.opened.schema, field) if field.has_choices else None
        return f"{table.key}-{table.children[0].key}" if table else ""

    def seen(self, table: Field, row: Row) -> list[tuple[str, str]]:
        """The read-only cells of a row that are answered for: their names, and what they say."""
        of_row = [self.control(one, row, table) for one in table.children if one.is_input]
        return [(one.name, one.shown) for one in of_row if one.path in self.opened.prefill.seen]

    @property
    def plan(self) -> str:
        """The plan whose codes are links in what is only read; none where one fills in."""
        return (self.opened.instance.scope or "") if self.readonly else ""

    def rows(self, table: Field) -> list[Row]:
        """The rows of a table; one blank row where people may add them and there is none."""
        rows = self.opened.value(table.key) or []
        if not rows and not table.fixed and not self.readonly and not self.is_locked(table):
            rows = [{}]
        return [self._row(table, place, row) for place, row in enumerate(rows)]

    def new_row(self, table: Field) -> Row:
        """The pattern of a row that the page's script copies."""
        return Row(NEW_ROW, path_of(table.key, NEW_ROW), "", "Fila nueva", "", None, None, locked=False)

    def chip_heading(self, table: Field) -> str:
        """The heading of the column with the preview of each row; empty if nothing speaks of whole rows."""
        named = [column.label for column in table.children if column.key == CHIP_COLUMN]
        speaks = any(path_of(table.key, row.place) in self.opened.preview.chips for row in self.rows(table))
        return named[0] if named else "Quedaría" if speaks else ""

    def cells(self, table: Field) -> list[Field]:
        """The columns that stand beside each other in the row, the preview's apart."""
        return [column for column in table.columns("fila") if column.key != CHIP_COLUMN]

    def chip_place(self, table: Field) -> int:
        """How many cells stand before the preview of the row."""
        keys = [column.key for column in table.columns("fila")]
        return keys.index(CHIP_COLUMN) if CHIP_COLUMN in keys else len(keys)

    def can_grow(self, table: Field) -> bool:
        """Whether rows may be added and removed."""
        return not (table.fixed or self.readonly or self.is_locked(table))

    def is_locked(self, field: Field) -> bool:
        """Whether this person may not change it now."""
        return self.opened.is_readonly(field, field.key)

    def condition(self, field: Field) -> str:
        """When a table, group or text is asked, in words."""
        return "" if self.readonly else self._condition(field, None)

    def is_hidden(self, field: Field) -> bool:
        """Whether a table or group is not asked now."""
        return field.key in self.opened.hidden

    def is_absent(self, field: Field) -> bool:
        """Whether nothing that this person types would bring up a hidden table, group or text."""
        if self._facts and field.type not in ("text", "group") and not self.is_locked(field):
            return True
        if field.type == "text" and field.hidden_if is not None and self._is_settled(field, None):
            return field.hidden_if.holds({**self.opened.task.variables, **self.opened.shown})
        return self.is_hidden(field) and (self.readonly or self._is_settled(field, None))

    def summary(self) -> list[tuple[str, str]]:
        """Everything that is wrong, as id of its field and sentence; rows without anything typed are one of them."""
        empty = [path for path, one in self.opened.standings.items() if one.state in UNTOUCHED]
        of_empty = {path for path in self.errors if any(path.startswith(f"{row}.") for row in empty)}
        told = [
            (anchor_of(path), f"{self._where(path)}: {message}")
            for path, message in sorted(self.errors.items(), key=lambda one: self._order(one[0]))
            if path not in of_empty
        ]
        first = next((path for path in self.errors if path in of_empty), "")
        return [*told, (anchor_of(first), self._unfilled(empty))] if first else told

    @property
    def judges(self) -> bool:
        """Whether rows are judged here."""
        return not self.readonly and bool(self.opened.prefill.beside)

    def is_judged(self, table: Field) -> bool:
        """Whether each row is something that somebody judges, with what is told of it beside it."""
        return any(key.partition(":")[0] == table.key for key in self.opened.prefill.beside)

    def counts(self, table: Field) -> str:
        """How many rows of a table are ready, and how the others stand."""
        return summary(self._standings(table))

    def states(self, table: Field) -> list[str]:
        """How each row of a table stands, in order."""
        return [str(one.state) for one in self._standings(table)]

    def _standings(self, table: Field) -> list[Standing]:
        found = self.opened.standings
        return [] if self.readonly else [one for path, one in found.items() if path.partition(".")[0] == table.key]

    def _order(self, path: str) -> tuple[int, int, int]:
        """Where a path stands on the page: its field, row and column."""
        key, *inside = path.split(".")
        fields = list(self.opened.schema.fields())
        table = next(place for place, one in enumerate(fields) if one.key == key)
        columns = [one.key for one in fields[table].children]
        column = columns.index(inside[1]) if len(inside) > 1 and inside[1] in columns else -1
        return table, int(inside[0]) if inside else -1, column

    def _unfilled(self, rows: Sequence[str]) -> str:
        names = [self._where(path) for path in rows]
        lacks = "sin decidir" if self.opened.standings[rows[0]].state == State.UNDECIDED else "sin llenar"
        return f"{len(rows)} {'fila' if len(rows) == 1 else 'filas'} {lacks}: {enumeration(names)}"

    def _row(self, table: Field, place: int, row: Mapping[str, Any]) -> Row:
        path = path_of(table.key, place)
        titles = self.opened.prefill.row_titles.get(table.key, ())
        heads = table.columns("titulo")
        told = " ".join(self._words(field, row.get(field.key), {}) for field in table.columns("titulo")[:2]).strip()
        return Row(
            place,
            path,
            identity(row, place) if table.fixed else "",
            titles[place] if place < len(titles) else told or f"Fila {place + 1}",
            self.opened.prefill.notes.get(path, ""),
            self.opened.preview.chips.get(path),
            None if self.readonly else self.opened.prefill.beside.get(f"{table.key}:{identity(row, place)}"),
            locked=self.opened.is_readonly(replace(table, readonly=False), path),
            code=self._words(heads[0], row.get(heads[0].key), {}) if len(heads) > 1 else "",
            standing=None if self.readonly else self.opened.standings.get(path),
            address=self._address_of(row) if self._address_of else "",
        )

    def files(self, judged: Beside) -> list[StoredFile]:
        """The files of what one judges."""
        return [self.opened.files[one] for one in judged.files if one in self.opened.files]

    def _value(self, path: str, row: Row | None) -> Any:
        key, _, inside = path.partition(".")
        rows = self.opened.value(key) or []
        if inside and row is not None and (row.place == NEW_ROW or int(row.place) >= len(rows)):
            return None
        return self.opened.value(path)

    def _is_settled(self, field: Field, table: Field | None) -> bool:
        """Whether the field's condition looks at nothing on the page that changes while one types."""
        if field.hidden_if is None:
            return False
        changing = {one.key for one in self.opened.schema.fields() if not one.fixed and not one.readonly}
        changing |= self.opened.prefill.followers
        return not field.hidden_if.names & (changing | {column.key for column in (table.children if table else ())})

    def _condition(self, field: Field, table: Field | None) -> str:
        """When a field is asked, in words; the same in every row of its table."""
        place = (table.key if table else "", field.key)
        if place not in self._conditions:
            self._conditions[place] = self._worded(field, table)
        return self._conditions[place]

    def _worded(self, field: Field, table: Field | None) -> str:
        if field.hidden_if is None or self._is_settled(field, table):
            return ""
        labels = dict(self._labels)
        choices = dict(self._choices)
        for column in table.children if table else ():
            labels[column.key] = column.label
            choices[column.key] = self._choices.get(path_of(table.key if table else "", column.key), {})
        return field.hidden_if.in_words(labels, choices)

    def _files(self, field: Field, value: Any) -> list[StoredFile]:
        if field.type != "filepicker" or is_blank(value):
            return []
        ids = [int(one) for one in (value if isinstance(value, list) else [value]) if str(one).isdecimal()]
        return [self.opened.files[id_] for id_ in ids if id_ in self.opened.files]

    def _words(self, field: Field, value: Any, options: Mapping[str, str]) -> str:
        if isinstance(value, list | tuple) and field.type != "filepicker":
            return " · ".join(self._words(field, one, options) for one in value)
        return options.get(value, "") or text_of(field, value) if isinstance(value, str) else text_of(field, value)

    def _where(self, path: str) -> str:
        key, *inside = path.split(".")
        if not inside:
            return self._labels.get(key, key)
        table = self.opened.schema.field(key)
        rows = self.rows(table)
        place = int(inside[0])
        title = rows[place].code or rows[place].title if place < len(rows) else f"Fila {place + 1}"
        column = self._labels.get(path_of(key, inside[1]), inside[1]) if len(inside) > 1 else ""
        return f"{title} · {column}" if column else title


YEARS = range(1900, 2101)
"""What a field that asks for a year takes for one: it has no point between its thousands."""


def _typeable(value: Any) -> str:
    if isinstance(value, Decimal | int | float) and not isinstance(value, bool):
        return format_number(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return value if isinstance(value, str) else ""


def _iso(field: Field, value: Any) -> str | None:
    if isinstance(value, str) and value.strip():
        try:
            value = parse_moment(value) if field.moment == "datetime" else parse_day(value)
        except ValueError:
            return None
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    return value.isoformat() if isinstance(value, dt.date) else ""
