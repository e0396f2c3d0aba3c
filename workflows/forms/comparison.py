"""What changed between two versions of a form, in sentences for the people who answer for it."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.forms.fields import TYPE_NAMES, Field
from workflows.forms.schema import FormSchema

Placed = dict[str, tuple[Field, str]]
"""By path (`clave` or `tabla.columna`): the field and what it is called with its table."""


def compare(before: FormSchema, after: FormSchema) -> list[str]:
    """Every difference that people will notice; an empty list if there is none."""
    old, new = _placed(before), _placed(after)
    added = [f"Se agrega {name} ({_type(field)})." for path, (field, name) in new.items() if path not in old]
    removed = [f"Se quita {name}." for path, (_, name) in old.items() if path not in new]
    return [*added, *removed, *_changed(old, new), *_order(old, new)]


def _placed(schema: FormSchema) -> Placed:
    found: Placed = {}
    for field in schema.fields():
        found[field.key] = (field, f"«{field.label}»")
        for column in field.children:
            found[f"{field.key}.{column.key}"] = (column, f"«{column.label}», de «{field.label}»")
    return found


def _changed(old: Placed, new: Placed) -> Iterator[str]:
    for path, (field, name) in new.items():
        if path in old:
            yield from (f"{name}: {what}." for what in _changes(old[path][0], field))


def _changes(old: Field, new: Field) -> Iterator[str]:
    if old.label != new.label:
        yield f"antes se llamaba «{old.label}»"
    if old.type != new.type:
        yield f"pasa de {_type(old)} a {_type(new)}"
    if old.description != new.description:
        yield "cambia la ayuda"
    if old.rules.required != new.rules.required:
        yield "ahora es obligatorio" if new.rules.required else "ya no es obligatorio"
    if old.options != new.options or old.catalogue != new.catalogue:
        yield "cambian las opciones"
    if _limits(old) != _limits(new):
        yield "cambian sus límites"
    if old.hidden_if != new.hidden_if:
        yield "cambia cuándo se pregunta"
    if old.readonly != new.readonly:
        yield "ahora solo se lee" if new.readonly else "ahora se puede escribir"


def _type(field: Field) -> str:
    return TYPE_NAMES[field.type].lower()


def _limits(field: Field) -> tuple[object, ...]:
    rules = field.rules
    pattern = str(rules.pattern) if rules.pattern else ""
    return (rules.minimum, rules.maximum, rules.min_length, rules.max_length, rules.integer, rules.decimals, pattern)


def _order(old: Placed, new: Placed) -> list[str]:
    kept = [path for path in new if path in old]
    return [] if kept == [path for path in old if path in new] else ["Cambia el orden de los campos."]
