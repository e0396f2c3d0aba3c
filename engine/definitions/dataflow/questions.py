"""What a form asks, as the process sees it: read from the form's JSON as leniently as it was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine import limits
from engine.contracts import ANY, DATE, FILE, FLAG, NUMBER, TABLE, TEXT, Datum, Kind

_PLAIN = {
    "number": NUMBER,
    "datetime": DATE,
    "checkbox": FLAG,
    "filepicker": FILE,
    "dynamiclist": TABLE,
}
_TYPED = {"textfield": limits.LINE, "textarea": limits.TEXT}
_CHOICES = {"radio": Kind.OPTION, "select": Kind.OPTION, "checklist": Kind.LIST}


@dataclass(frozen=True, slots=True)
class Question:
    """A field that a person fills. `sure`: it cannot be left empty nor be hidden."""

    key: str
    label: str
    datum: Datum
    sure: bool


def read_questions(schema: Mapping[str, Any]) -> dict[str, Question]:
    """The fields of a form by key; a column of a table by `tabla.columna`, as the list of what its rows have."""
    return {one.key: one for one in _questions(schema.get("components"), hideable=False)}


def variable_of(output: str) -> str:
    """The process variable that a field handed to the process becomes: `filas.decision` is `filas_decision`."""
    return output.replace(".", "_")


def _questions(components: object, *, hideable: bool) -> Iterator[Question]:
    for one in components if isinstance(components, list) else ():
        if not isinstance(one, Mapping):
            continue
        hidden = hideable or bool((one.get("conditional") or {}).get("hide"))
        kind = str(one.get("type", ""))
        if kind == "group":
            yield from _questions(one.get("components"), hideable=hidden)
        elif one.get("key"):
            required = bool((one.get("validate") or {}).get("required")) or kind == "checkbox"
            label = str(one.get("label") or one["key"])
            yield Question(str(one["key"]), label, datum_of(one), required and not hidden)
            if kind == "dynamiclist":
                yield from _columns(one, label, sure=not hidden)


def _columns(table: Mapping[str, Any], label: str, *, sure: bool) -> Iterator[Question]:
    columns = table.get("components")
    for one in columns if isinstance(columns, list) else ():
        if isinstance(one, Mapping) and one.get("key") and one.get("type") not in ("text", "filepicker"):
            datum = datum_of(one)
            each = Kind.OPTION if datum.kind is Kind.LIST else datum.kind
            name = f"{label}: {one.get('label') or one['key']}"
            yield Question(f"{table['key']}.{one['key']}", name, Datum(Kind.LIST, datum.options, each=each), sure)


def datum_of(component: Mapping[str, Any]) -> Datum:
    """What a component of a form gives."""
    kind = str(component.get("type", ""))
    if kind in _CHOICES:
        values = component.get("values") or ()
        options = {str(one.get("value")): str(one.get("label", "")) for one in values if isinstance(one, Mapping)}
        if options or _CHOICES[kind] is Kind.LIST:
            return Datum(_CHOICES[kind], options)
        return TEXT  # of a catalogue: whatever that holds
    if kind in ("textfield", "textarea"):
        return Datum(Kind.TEXT, longest=_longest(kind, component))
    return _PLAIN.get(kind, ANY)


def _longest(kind: str, component: Mapping[str, Any]) -> int:
    written = str((component.get("validate") or {}).get("maxLength") or "")
    return int(written) if written.isdecimal() and len(written) < 7 else _TYPED[kind]
