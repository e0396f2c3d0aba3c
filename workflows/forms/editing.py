"""Changing a form's JSON for people who don't write JSON. Every function returns a new dictionary and keeps the rest.

A field is addressed by its key, or `tabla.columna`; a group or a text, which have none, by its place among all the
components: `@2`, or `@2.0` inside a group. Groups are looked into: their fields are the form's.
"""

from __future__ import annotations

import copy
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workflows.errors import NotFound
from workflows.forms.fields import CHOICE_TYPES, Field
from workflows.forms.patterns import NAMED
from workflows.forms.schema import FormSchema

LONGEST_KEY = 50

Source = dict[str, Any]
Components = list[dict[str, Any]]
Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """How a field is asked: what a page offers to change. None leaves a thing as it is, empty takes it away.

    `options` are the stored value, empty for a new one, and the label of each. `minimum` and `maximum` are numbers or
    ISO days as text, `decimals` a number as text; `pattern` is one of `patterns.NAMED`; `hide` the condition under
    which it is not asked; `columns` the kind and label of each column that a new table begins with.
    """

    label: str
    description: str = ""
    required: bool = False
    options: Sequence[Option] | None = None
    catalogue: str | None = None
    minimum: str | None = None
    maximum: str | None = None
    decimals: str | None = None
    unit: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    moment: str | None = None
    multiple: bool | None = None
    reserve: str | None = None
    min_rows: int | None = None
    max_rows: int | None = None
    place: str | None = None
    hide: str | None = None
    default: str | None = None
    text: str = ""
    columns: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a form's outline. `is_first` and `is_last` among its neighbours."""

    address: str
    field: Field
    is_first: bool
    is_last: bool
    children: tuple[Entry, ...] = ()

    @property
    def name(self) -> str:
        """What it is called: a text by how it begins."""
        words = " ".join((self.field.label or self.field.text).split())
        return words if len(words) <= 60 else f"{words[:59]}…"


def outline(schema: FormSchema) -> tuple[Entry, ...]:
    """The form as it is written, groups and texts too, each with its address."""
    return _entries(schema.components, "", "")


def _entries(fields: Sequence[Field], before: str, table: str) -> tuple[Entry, ...]:
    found = []
    for place, field in enumerate(fields):
        position = f"{before}.{place}" if before else f"@{place}"
        address = position if field.type in ("group", "text") else f"{table}{field.key}"
        inner = f"{field.key}." if field.is_list else ""
        children = _entries(field.children, position, inner)
        found.append(Entry(address, field, place == 0, place == len(fields) - 1, children))
    return tuple(found)


def blank(key: str, name: str) -> Source:
    """A form that asks nothing yet. `name` is what it is called until a task asks it."""
    return {"type": "default", "id": key, "name": name, "components": []}


def copied(source: Mapping[str, Any], key: str, name: str) -> Source:
    """The same form under another key and name."""
    return {**copy.deepcopy(dict(source)), "id": key, "name": name}


def renamed(source: Mapping[str, Any], name: str) -> Source:
    """The same form under another name."""
    return {**copy.deepcopy(dict(source)), "name": name}


def key_for(name: str, taken: set[str]) -> str:
    """`Permiso de obra` → `permiso_de_obra`, with a number where that is taken."""
    return _free_key(name, taken)


def add_field(source: Mapping[str, Any], kind: str, asked: Asked, where: str = "") -> Source:
    """Add a field at the end of the form, of the columns of a table, or of a group: `where` is its address.

    The key is made from the label. Raises `InvalidForm`, `NotFound`.
    """
    changed = copy.deepcopy(dict(source))
    holder = _holder(changed, where)
    table = where if where and not where.startswith("@") else ""
    component: dict[str, Any] = {"type": kind}
    if kind not in ("group", "text"):
        siblings = holder if table else list(_inputs(changed["components"]))
        component["key"] = _free_key(asked.label, {str(one.get("key")) for one in siblings})
    component["id"] = _free_id(changed, table, component.get("key") or kind)
    if kind == "dynamiclist":
        component |= {"path": component["key"], "components": _columns(component["id"], asked.columns)}
    holder.append(_written(component, asked))
    return _checked(changed)


def update_field(source: Mapping[str, Any], address: str, asked: Asked) -> Source:
    """Ask a field differently. Raises `InvalidForm`, `NotFound`."""
    changed = copy.deepcopy(dict(source))
    holder, place = _find(changed, address)
    holder[place] = _written(holder[place], asked)
    return _checked(changed)


def retype_field(source: Mapping[str, Any], address: str, kind: str) -> Source:
    """Have something else answered in a field; what only the other kind has goes. Raises `InvalidForm`, `NotFound`."""
    changed = copy.deepcopy(dict(source))
    holder, place = _find(changed, address)
    gone = {"values", "valuesKey", "decimalDigits", "subtype", "dateLabel", "multiple", "defaultValue", "appearance"}
    before = holder[place]
    kept = {name: value for name, value in before.items() if name not in gone} | {"type": kind}
    if before.get("validate", {}).get("required"):
        kept["validate"] = {"required": True}
    else:
        kept.pop("validate", None)
    if kind in CHOICE_TYPES:
        kept |= {name: before[name] for name in ("values", "valuesKey") if name in before}
        if not _has_choices(kept):
            kept["values"] = _values([("", "Sí"), ("", "No")])
    holder[place] = kept
    return _checked(changed)


def _has_choices(component: Mapping[str, Any]) -> bool:
    return bool(component.get("values") or component.get("valuesKey") or _property(component, "pes.opciones"))


def move_field(source: Mapping[str, Any], address: str, by: int) -> Source:
    """Move a field `by` places among its neighbours; at the end nothing happens. Raises `NotFound`."""
    changed = copy.deepcopy(dict(source))
    holder, place = _find(changed, address)
    target = min(max(place + by, 0), len(holder) - 1)
    holder.insert(target, holder.pop(place))
    return changed


def put_into(source: Mapping[str, Any], address: str, group: str) -> Source:
    """Put a field that is no column into a group, by its address, or out of any where that is empty.

    Raises `InvalidForm`, `NotFound`.
    """
    changed = copy.deepcopy(dict(source))
    holder, place = _find(changed, address)
    target = _holder(changed, group)
    if target is not holder:
        target.append(holder.pop(place))
    return _checked(changed)


def group_of(source: Mapping[str, Any], address: str) -> str:
    """The address of the group that a field stands in; empty if it stands in none."""
    for where, holder in _placed_holders(source["components"], ""):
        if any(one.get("key") == address and one.get("type") not in ("group", "text") for one in holder):
            return where
    return address.rpartition(".")[0] if address.startswith("@") else ""


def groups(source: Mapping[str, Any]) -> dict[str, str]:
    """The groups of a form by address, with what they are called."""
    found = {where: place for where, place in _placed_groups(source["components"], "")}
    return {where: str(one.get("label") or "Grupo sin nombre") for where, one in found.items()}


def remove_field(source: Mapping[str, Any], address: str) -> Source:
    """Take a field away. Raises `InvalidForm` (the last column of a table must stay), `NotFound`."""
    changed = copy.deepcopy(dict(source))
    holder, place = _find(changed, address)
    del holder[place]
    return _checked(changed)


def _written(component: dict[str, Any], asked: Asked) -> dict[str, Any]:
    kind = component["type"]
    if kind == "text":
        return component | {"text": asked.text} | _hidden(component, asked)
    changed = {**component, "label": asked.label}
    if "dateLabel" in changed:
        changed["dateLabel"] = asked.label
    changed |= _hidden(component, asked)
    _set(changed, "description", asked.description)
    if kind == "group":
        changed.setdefault("components", [])
        return {name: value for name, value in changed.items() if value is not None}
    _set(changed, "validate", _validate(component, asked))
    _set(changed, "properties", _properties(component, asked))
    if kind in CHOICE_TYPES:
        _choose(changed, asked)
    if asked.decimals is not None:
        _set(changed, "decimalDigits", int(asked.decimals) if asked.decimals else None, keep_zero=True)
        _set(changed, "validate", {k: v for k, v in changed.get("validate", {}).items() if k != "integer"})
    if asked.unit is not None:
        changed.pop("appearance", None)
    if asked.moment is not None:
        changed["subtype"] = asked.moment
    if asked.multiple is not None:
        changed["multiple"] = asked.multiple
    if asked.default is not None:
        _set(changed, "defaultValue", _default(kind, asked.default))
    return {name: value for name, value in changed.items() if value is not None}


def _hidden(component: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    """Its condition; None where it is to go."""
    if asked.hide is None:
        return {}
    return {"conditional": {**component.get("conditional", {}), "hide": f"={asked.hide}"} if asked.hide else None}


def _validate(component: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    rules = dict(component.get("validate", {}))
    rules.pop("required", None)
    limits = {"min": asked.minimum, "max": asked.maximum}
    for name, text in limits.items():
        if text is not None:
            _set(rules, name, _number(text) if component["type"] == "number" else text, keep_zero=True)
    for name, length in {"minLength": asked.min_length, "maxLength": asked.max_length}.items():
        if length is not None:
            _set(rules, name, length)
    if asked.pattern is not None:
        named = NAMED.get(asked.pattern)
        _set(rules, "pattern", named.pattern if named else "")
        _set(rules, "patternMessage", named.message if named else "")
    return {"required": True, **rules} if asked.required else rules


def _number(text: str) -> int | float | str:
    if not text:
        return ""
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else float(number)


def _properties(component: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    properties = dict(component.get("properties", {}))
    given = {
        "pes.unidad": asked.unit,
        "pes.lugar": asked.place,
        "pes.reserva": asked.reserve,
        "pes.min_filas": None if asked.min_rows is None else asked.min_rows or "",
        "pes.max_filas": None if asked.max_rows is None else asked.max_rows or "",
        "pes.opciones": asked.catalogue,
    }
    for name, value in given.items():
        if value is not None:
            _set(properties, name, str(value))
    return properties


def _choose(component: dict[str, Any], asked: Asked) -> None:
    if asked.catalogue:
        component.pop("values", None)
        component.pop("valuesKey", None)
    elif asked.options is not None:
        component.pop("valuesKey", None)
        component["values"] = _values(asked.options)


def _values(options: Sequence[Option]) -> list[dict[str, str]]:
    """A new option gets a value of its own, made from its label; the value of an older one never changes."""
    taken = {value for value, _label in options if value}
    values: list[dict[str, str]] = []
    for value, label in options:
        stored = value or _free_key(label, taken, otherwise="opcion")
        taken.add(stored)
        values.append({"value": stored, "label": label})
    return values


def _default(kind: str, text: str) -> Any:
    if kind == "checkbox":
        return text == "true"
    if kind == "number" and text:
        return _number(text)
    return [line for line in text.splitlines() if line] if kind == "checklist" else text


def _columns(table_id: str, columns: Sequence[tuple[str, str]]) -> Components:
    made: Components = []
    for kind, label in columns:
        key = _free_key(label, {str(one["key"]) for one in made})
        one: dict[str, Any] = {"type": kind, "key": key, "label": label, "id": f"{table_id}_{key}"}
        if kind in CHOICE_TYPES:
            one["values"] = _values([("", "Sí"), ("", "No")])
        made.append(one)
    return made


def _property(component: Mapping[str, Any], name: str) -> Any:
    return (component.get("properties") or {}).get(name)


def _set(component: dict[str, Any], name: str, value: Any, *, keep_zero: bool = False) -> None:
    if value or (keep_zero and value == 0 and value is not False):
        component[name] = value
    else:
        component.pop(name, None)


def _free_key(label: str, taken: set[str], otherwise: str = "campo") -> str:
    """`Población beneficiada` → `poblacion_beneficiada`, with a number where that is taken."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST_KEY]
    stem = stem if stem[:1].isalpha() else f"{otherwise}_{stem}".rstrip("_")
    number = 2
    key = stem
    while key in taken:
        key, number = f"{stem}_{number}", number + 1
    return key


def _free_id(source: Source, table: str, name: str) -> str:
    taken = {str(one.get("id")) for one in _everything(source["components"])}
    return _free_key("_".join(filter(None, (str(source.get("id") or ""), table, name))), taken)


def _find(source: Source, address: str) -> tuple[Components, int]:
    if address.startswith("@"):
        where, _, last = address[1:].rpartition(".")
        holder = _holder(source, f"@{where}" if where else "")
        if last.isdecimal() and int(last) < len(holder) and holder[int(last)].get("type") in ("group", "text"):
            return holder, int(last)
        raise NotFound(_GONE)
    key, _, column = address.partition(".")
    if column:
        source, key = _table(source, key), column
    for holder in _holders(source["components"]):
        for place, one in enumerate(holder):
            if one.get("key") == key and one.get("type") not in ("group", "text"):
                return holder, place
    raise NotFound(_GONE)


_GONE = "Ese campo no está en el formulario. Actualice la página: quizá lo quitaron."


def _holder(source: Source, where: str) -> Components:
    """The components of the form, of the group or of the table at an address."""
    if not where:
        components: Components = source["components"]
        return components
    if not where.startswith("@"):
        columns: Components = _table(source, where)["components"]
        return columns
    for address, group in _placed_groups(source["components"], ""):
        if address == where:
            inner: Components = group.setdefault("components", [])
            return inner
    raise NotFound("Ese grupo no está en el formulario. Actualice la página: quizá lo quitaron.")


def _placed_groups(components: Components, before: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for place, one in enumerate(components):
        if one.get("type") == "group":
            address = f"{before}.{place}" if before else f"@{place}"
            yield address, one
            yield from _placed_groups(one.get("components", []), address)


def _placed_holders(components: Components, before: str) -> Iterator[tuple[str, Components]]:
    yield before, components
    for address, group in _placed_groups(components, before):
        yield address, group.get("components", [])


def _table(source: Source, key: str) -> dict[str, Any]:
    for one in _inputs(source["components"]):
        if one.get("key") == key and one.get("type") == "dynamiclist":
            return one
    raise NotFound("Esa tabla no está en el formulario. Actualice la página: quizá la quitaron.")


def _holders(components: Components) -> Iterator[Components]:
    """A list of components and those of the groups inside it."""
    yield components
    for one in components:
        if one.get("type") == "group":
            yield from _holders(one.get("components", []))


def _inputs(components: Components) -> Iterator[dict[str, Any]]:
    return (one for holder in _holders(components) for one in holder if one.get("type") not in ("group", "text"))


def _everything(components: Components) -> Iterator[dict[str, Any]]:
    for one in components:
        yield one
        yield from _everything(one.get("components", []))


def _checked(source: Source) -> Source:
    FormSchema.from_dict(source)
    return source
