"""From what people (or robots) sent to typed values, with every error at its field.

The one door for web, API, Excel and robots.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from workflows.errors import FieldError
from workflows.forms.cells import REQUIRED, blank, broken_rule, is_blank, parse
from workflows.forms.fields import MAX_ROWS, Field
from workflows.forms.handlers import Prefill
from workflows.forms.schema import FormSchema
from workflows.forms.stored import text_of
from workflows.forms.values import ROW_KEY, Values, path_of, without_duplicates

Raw = Mapping[str, Any]
"""What was sent: nested dicts and lists of strings or JSON values, unchecked."""

MAX_PAIRS = 50_000
MOST_TOLD = 300
_NAME = re.compile(r"([a-z][a-z0-9_]{0,59})(?:-(\d{1,4})-([a-z_][a-z0-9_]{0,59}))?")


def _nothing_follows(_values: Values) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Terms:
    """What reading depends on beside the schema.

    `options`: the allowed choices by path without row. `files`: ids that may be attached. `compute`: the
    handler's read-only cells that follow from what was typed.
    """

    prefill: Prefill = field(default_factory=Prefill)
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    files: AbstractSet[int] = frozenset()
    compute: Callable[[Values], Mapping[str, Any]] = _nothing_follows


@dataclass(frozen=True, slots=True)
class Reading:
    """Typed values (None where they could not be read), all errors, and the paths of what is not asked.

    `computed` are the paths of what follows from what was typed.
    """

    values: Values
    errors: list[FieldError]
    hidden: frozenset[str]
    computed: frozenset[str] = frozenset()

    def asked(self, errors: Iterable[FieldError]) -> list[FieldError]:
        """These errors after those of reading, each field once, without what is not asked."""
        found = without_duplicates([*self.errors, *errors])
        return [one for one in found if not _within(one.path, self.hidden)]


def read(schema: FormSchema, raw: Raw, terms: Terms) -> Reading:
    """Type, compute, discard what is hidden, then apply the rules."""
    reader = _Reader(terms)
    values = {one.key: reader.value(one, raw.get(one.key), one.key) for one in schema.fields()}
    computed = terms.compute(values)
    for path, value in computed.items():
        _put(values, path, value)
    hidden = _hide(schema.components, values, terms.variables)
    errors = reader.errors + list(_broken(schema.fields(), values, terms.prefill.locked))
    told = [e for e in without_duplicates(errors) if not _within(e.path, hidden)]
    return Reading(values, told, hidden, frozenset(computed))


def unflatten(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Nest what an HTML form sends: `avances-0-valor_periodo` → `{"avances": [{"valor_periodo": …}]}`.

    Names that are no field's are left out. A name that comes several times becomes a list. Rows keep their order;
    gaps close.
    """
    nested: dict[str, Any] = {}
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    for count, (name, value) in enumerate(pairs):
        found = _NAME.fullmatch(name)
        if count >= MAX_PAIRS or found is None:
            continue
        key, row, column = found.groups()
        target = nested if row is None else rows.setdefault(key, {}).setdefault(int(row), {})
        _append(target, column or key, value)
    return nested | {key: [cells for _, cells in sorted(of.items())] for key, of in rows.items()}


def rows_of(raw: Any) -> list[dict[str, Any]]:
    """The rows of a raw table; whatever is no row is an empty one."""
    if not isinstance(raw, list | tuple):
        return []
    return [dict(row) if isinstance(row, Mapping) else {} for row in raw[: MAX_ROWS + 1]]


def without_blank_rows(schema: FormSchema, raw: Raw) -> dict[str, Any]:
    """The raw values without the rows of free tables in which nothing was typed."""
    cleaned = dict(raw)
    for table in schema.fields():
        if table.is_list and not table.fixed and table.key in cleaned:
            rows = rows_of(cleaned[table.key])
            cleaned[table.key] = [row for row in rows if not all(is_blank(row.get(c.key)) for c in table.children)]
    return cleaned


def identity(row: Mapping[str, Any], position: int) -> str:
    """What tells a fixed row from the others: its `_fila`, else its place."""
    return str(row.get(ROW_KEY, position))


def by_identity(given: list[dict[str, Any]], sent: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The rows sent for a table with fixed rows, by the identity they name, else by that of their place."""
    of_place = {place: identity(row, place) for place, row in enumerate(given)}
    return {str(row.get(ROW_KEY) or of_place.get(place, place)): row for place, row in enumerate(sent)}


def changed(before: str, now: str) -> str:
    """That what somebody saw, and answered for, says something else by now."""
    return f"Cambió mientras usted lo revisaba: {before[:MOST_TOLD]} → {now[:MOST_TOLD]}. Revíselo y vuelva a enviar."


def says_else(column: Field, now: Any, seen: Any) -> bool:
    """Whether a cell says something else by now than what was seen of it, as it was shown or as a program has it."""
    return str(seen) not in (text_of(column, now), str(now))


def is_locked(path: str, locked: AbstractSet[str]) -> bool:
    """Whether a path or what contains it is locked."""
    return _within(path, locked)


class _Reader:
    """Types values, collecting the errors."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.errors: list[FieldError] = []

    def value(self, one: Field, raw: Any, path: str) -> Any:
        given = self.terms.prefill.values.get(one.key)
        if one.readonly or is_locked(path, self.terms.prefill.locked):
            return blank(one) if given is None else given
        if not one.is_list:
            return self.cell(one, raw, path, one.key)
        return self.fixed_rows(one, raw) if one.fixed else self.free_rows(one, raw)

    def fixed_rows(self, table: Field, raw: Any) -> list[Values]:
        given = rows_of(self.terms.prefill.values.get(table.key))
        known = [identity(row, place) for place, row in enumerate(given)]
        sent = by_identity(given, rows_of(raw))
        if not set(sent) <= set(known):
            self.errors.append(FieldError(table.key, "La tabla cambió mientras usted escribía. Revise sus filas."))
        return [self.row(table, place, row, sent.get(known[place], {})) for place, row in enumerate(given)]

    def free_rows(self, table: Field, raw: Any) -> list[Values]:
        rows = rows_of(raw)
        if len(rows) > table.max_rows:
            self.errors.append(FieldError(table.key, f"La tabla admite a lo sumo {table.max_rows} filas."))
        return [self.row(table, place, {}, row) for place, row in enumerate(rows[: table.max_rows])]

    def row(self, table: Field, place: int, given: Mapping[str, Any], raw: Raw) -> Values:
        row = dict(given)
        for column in table.children:
            path = path_of(table.key, place, column.key)
            if column.type == "text":
                continue
            if column.readonly or is_locked(path, self.terms.prefill.locked):
                row.setdefault(column.key, blank(column))
                if path in self.terms.prefill.seen:
                    self.as_seen(column, row[column.key], raw.get(column.key), path)
            else:
                row[column.key] = self.cell(column, raw.get(column.key), path, f"{table.key}.{column.key}")
        return row

    def as_seen(self, column: Field, now: Any, raw: Any, path: str) -> None:
        told = text_of(column, now)
        if raw is None:
            self.errors.append(FieldError(path, f"Diga qué vio aquí. Ahora dice: {told}."))
        elif says_else(column, now, raw):
            self.errors.append(FieldError(path, changed(str(raw), told)))

    def cell(self, one: Field, raw: Any, path: str, schema_path: str) -> Any:
        allowed = self.terms.files if one.type == "filepicker" else self.terms.options.get(schema_path, {})
        try:
            return parse(one, raw, allowed)
        except ValueError as error:
            self.errors.append(FieldError(path, str(error)))
            return blank(one)


def _hide(components: Iterable[Field], values: Values, variables: Mapping[str, Any]) -> frozenset[str]:
    """Empty what is hidden, in the order of the form; the paths hidden."""
    hidden: set[str] = set()
    for one in components:
        holds = one.hidden_if is not None and one.hidden_if.holds({**variables, **values})
        if holds:
            hidden |= set(_empty(one, values))
        elif one.type == "group":
            hidden |= _hide(one.children, values, variables)
        elif one.is_list:
            hidden |= set(_hide_cells(one, values, variables))
    return frozenset(hidden)


def _empty(one: Field, values: Values) -> Iterator[str]:
    for inner in one.children if one.type == "group" else (one,):
        if inner.type == "group":
            yield from _empty(inner, values)
        elif inner.type != "text":
            values[inner.key] = blank(inner)
        yield inner.key
    if one.type == "group":
        yield one.key


def _hide_cells(table: Field, values: Values, variables: Mapping[str, Any]) -> Iterator[str]:
    conditional = [column for column in table.children if column.hidden_if is not None]
    for place, row in enumerate(values.get(table.key) or []):
        for column in conditional:
            if column.hidden_if is not None and column.hidden_if.holds({**variables, **values, **row}):
                row[column.key] = blank(column)
                yield path_of(table.key, place, column.key)


def _broken(fields: Iterable[Field], values: Values, locked: AbstractSet[str]) -> Iterator[FieldError]:
    for one in fields:
        if one.readonly or is_locked(one.key, locked):
            continue
        if one.is_list:
            yield from _broken_rows(one, values[one.key], locked)
        elif sentence := broken_rule(one, values[one.key]):
            yield FieldError(one.key, sentence)


def _broken_rows(table: Field, rows: list[Values], locked: AbstractSet[str]) -> Iterator[FieldError]:
    least = max(table.min_rows, 1 if table.rules.required else 0)
    if not table.fixed and len(rows) < least:
        yield FieldError(table.key, REQUIRED["dynamiclist"] if least == 1 else f"Agregue al menos {least} filas.")
    for place, row in enumerate(rows):
        for column in table.children:
            path = path_of(table.key, place, column.key)
            if column.type == "text" or column.readonly or is_locked(path, locked):
                continue
            if sentence := broken_rule(column, row.get(column.key)):
                yield FieldError(path, sentence)


def _within(path: str, paths: AbstractSet[str]) -> bool:
    parts = path.split(".")
    return any(".".join(parts[:depth]) in paths for depth in range(1, len(parts) + 1))


def _put(values: Values, path: str, value: Any) -> None:
    parts = path.split(".")
    if len(parts) == 1:
        values[path] = value
    elif len(parts) == 3:
        values[parts[0]][int(parts[1])][parts[2]] = value


def _append(target: dict[str, Any], key: str, value: Any) -> None:
    if key not in target:
        target[key] = value
    elif isinstance(target[key], list):
        target[key].append(value)
    else:
        target[key] = [target[key], value]
