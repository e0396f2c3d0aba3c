"""How far each row of a table with fixed rows has come, and what may be told of it while one types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from workflows.errors import FieldError
from workflows.forms.cells import is_blank
from workflows.forms.fields import Field
from workflows.forms.reading import Raw, is_locked, rows_of
from workflows.forms.schema import FormSchema
from workflows.forms.values import path_of
from workflows.spanish import enumeration, inside


class State(StrEnum):
    """How far a row has come."""

    READY = "lista"
    ASKED = "por_confirmar"
    INCOMPLETE = "incompleta"
    RETURNED = "devuelta"
    EMPTY = "vacia"
    UNDECIDED = "sin_decidir"
    CLOSED = "aceptada"


NAMED = 2
"""So many of the things that a row lacks are named beside it; the others are counted."""

TOLD = {
    State.READY: ("lista", "listas"),
    State.ASKED: ("por confirmar", "por confirmar"),
    State.INCOMPLETE: ("incompleta", "incompletas"),
    State.RETURNED: ("devuelta", "devueltas"),
    State.EMPTY: ("sin llenar", "sin llenar"),
    State.UNDECIDED: ("sin decidir", "sin decidir"),
    State.CLOSED: ("ya aceptada", "ya aceptadas"),
}
UNTOUCHED = (State.EMPTY, State.UNDECIDED)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a row has come; `missing` are the labels of what it lacks."""

    state: State
    missing: Sequence[str] = ()

    @property
    def words(self) -> str:
        """As the row says it."""
        if self.state == State.INCOMPLETE:
            lacked = [inside(label) for label in self.missing[:NAMED]]
            more = [f"{len(self.missing) - NAMED} más"] if len(self.missing) > NAMED else []
            return f"Falta{'n' if len(self.missing) > 1 else ''} {enumeration([*lacked, *more])}"
        return {
            State.READY: "Lista",
            State.ASKED: "Por confirmar",
            State.RETURNED: "Devuelta: falta corregir",
            State.EMPTY: "Sin llenar",
            State.UNDECIDED: "Sin decidir",
            State.CLOSED: "Ya aceptada",
        }[self.state]


def standings(
    schema: FormSchema,
    shown: Mapping[str, object],
    errors: Iterable[FieldError],
    locked: AbstractSet[str],
    *,
    unchanged: AbstractSet[str] = frozenset(),
    proposed: AbstractSet[str] = frozenset(),
) -> Mapping[str, Standing]:
    """By path of row (`avances.0`), how far it has come, of every table whose rows are given and filled in.

    `unchanged` are the rows that came back and stand as they were; `proposed` as in `Prefill`.
    """
    wrong = list(errors)
    found = {}
    for table in filled_tables(schema):
        for place, row in enumerate(rows_of(shown.get(table.key))):
            path = path_of(table.key, place)
            if path in unchanged:
                found[path] = Standing(State.RETURNED)
            else:
                found[path] = _standing(table, path, row, wrong, locked, proposed)
    return found


def filled_tables(schema: FormSchema) -> list[Field]:
    """The tables with given rows in which something is asked of each."""
    tables = [one for one in schema.fields() if one.is_list and one.fixed]
    return [one for one in tables if any(c.rules.required and c.place != "aviso" for c in _asked(one))]


def ready_of(found: Iterable[Standing]) -> tuple[int, int]:
    """How many rows are ready, and how many there are to fill in."""
    open_ = [one for one in found if one.state != State.CLOSED]
    return sum(one.state == State.READY for one in open_), len(open_)


def words_of_ready(ready: int, total: int) -> str:
    """«4 de 9 listas»; empty where there are no rows."""
    return f"{ready} de {total} {'lista' if total == 1 else 'listas'}" if total else ""


def summary(found: Iterable[Standing]) -> str:
    """«4 listas · 1 por confirmar · 3 sin llenar»."""
    counted = Counter(one.state for one in found)
    return " · ".join(
        f"{counted[state]} {words[counted[state] > 1]}" for state, words in TOLD.items() if counted[state]
    )


def telling(errors: Iterable[FieldError], shown: Mapping[str, object]) -> list[FieldError]:
    """Of these, what is told while one types: what is wrong with something typed, and what is asked because of it."""
    return [one for one in errors if one.asks or not is_blank(_at(shown, one.path))]


def _standing(
    table: Field,
    path: str,
    row: Raw,
    errors: Sequence[FieldError],
    locked: AbstractSet[str],
    proposed: AbstractSet[str],
) -> Standing:
    if is_locked(path, locked):
        return Standing(State.CLOSED)
    own = [one for one in errors if one.path.startswith(f"{path}.")]
    if not own:
        return Standing(State.READY)
    filled_in = [one for one in _asked(table) if path_of(table.key, one.key) not in proposed]
    first = next((one for one in filled_in if one.rules.required), None)
    if first is not None and is_blank(row.get(first.key)) and not any(one.asks for one in own):
        others = [one for one in filled_in if one.type in ("number", "textarea", "textfield", "filepicker")]
        if all(is_blank(row.get(one.key)) for one in others):
            return Standing(State.UNDECIDED if first.has_choices else State.EMPTY)
    if all(one.asks for one in own):
        return Standing(State.ASKED)
    labels = {column.key: column.label for column in table.children}
    names = [labels.get(one.path.rpartition(".")[2], "") for one in own if not one.asks]
    names += ["confirmar el valor"] if any(one.asks for one in own) else []
    return Standing(State.INCOMPLETE, [name for name in dict.fromkeys(names) if name])


def _asked(table: Field) -> list[Field]:
    return [one for one in table.children if one.is_input and not one.readonly]


def _at(shown: Mapping[str, object], path: str) -> object:
    key, _, rest = path.partition(".")
    if not rest:
        return shown.get(key)
    place, _, column = rest.partition(".")
    rows = rows_of(shown.get(key))
    return rows[int(place)].get(column) if int(place) < len(rows) else None
