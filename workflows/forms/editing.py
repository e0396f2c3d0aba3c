"""Changing a form's JSON for people who don't write JSON. Every function returns a new dictionary and keeps the rest.

A `path` is a field's key, or `tabla.columna`. Groups are looked into: their fields are the form's.
"""

from __future__ import annotations

import copy
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workflows.errors import NotFound
from workflows.forms.fields import CHOICE_TYPES
from workflows.forms.schema import FormSchema

LONGEST_KEY = 50

Source = dict[str, Any]
Components = list[dict[str, Any]]


def add_field(
    source: Mapping[str, Any],
    kind: str,
    *,
    label: str,
    description: str = "",
    required: bool = False,
    options: Sequence[str] = (),
    where: str = "",
) -> Source:
    """Add a field at the end of the form, or of the columns of the table `where`.

    The key is made from the label. `options` are labels. Raises `InvalidForm`, `NotFound`.
    """
    changed = copy.deepcopy(dict(source))
    holder = _table(changed, where)["components"] if where else changed["components"]
    key = _free_key(label, {str(one.get("key")) for one in _inputs(holder)})
    component = {"type": kind, "key": key, "label": label, "id": "_".join(filter(None, (source.get("id"), where, key)))}
    _ask(component, label, description, required, options)
    holder.append(component)
    return _checked(changed)


def update_field(
    source: Mapping[str, Any],
    path: str,
    *,
    label: str,
    description: str = "",
    required: bool = False,
    options: Sequence[str] = (),
) -> Source:
    """Ask a field differently. An option that keeps its label keeps its value. Raises `InvalidForm`, `NotFound`."""
    changed = copy.deepcopy(dict(source))
    holder, place = _find(changed, path)
    _ask(holder[place], label, description, required, options)
    return _checked(changed)


def move_field(source: Mapping[str, Any], path: str, by: int) -> Source:
    """Move a field `by` places among its neighbours; at the end nothing happens. Raises `NotFound`."""
    changed = copy.deepcopy(dict(source))
    holder, place = _find(changed, path)
    target = min(max(place + by, 0), len(holder) - 1)
    holder.insert(target, holder.pop(place))
    return changed


def remove_field(source: Mapping[str, Any], path: str) -> Source:
    """Take a field away. Raises `InvalidForm` (the last column of a table must stay), `NotFound`."""
    changed = copy.deepcopy(dict(source))
    holder, place = _find(changed, path)
    del holder[place]
    return _checked(changed)


def _ask(component: dict[str, Any], label: str, description: str, required: bool, options: Sequence[str]) -> None:
    component["label"] = label
    _set(component, "description", description)
    validate = {name: value for name, value in component.get("validate", {}).items() if name != "required"}
    _set(component, "validate", validate | ({"required": True} if required else {}))
    if component["type"] in CHOICE_TYPES and options:
        component["values"] = _values(options, component.get("values", []))


def _set(component: dict[str, Any], name: str, value: Any) -> None:
    if value:
        component[name] = value
    else:
        component.pop(name, None)


def _values(options: Sequence[str], before: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    known = {str(one.get("label")): str(one.get("value")) for one in before}
    values: list[dict[str, str]] = []
    for label in dict.fromkeys(options):
        taken = {one["value"] for one in values} | set(known.values())
        values.append({"value": known.get(label) or _free_key(label, taken), "label": label})
    return values


def _free_key(label: str, taken: set[str]) -> str:
    """`Población beneficiada` → `poblacion_beneficiada`, with a number where that is taken."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST_KEY]
    stem = stem if stem[:1].isalpha() else f"campo_{stem}".rstrip("_")
    number = 2
    key = stem
    while key in taken:
        key, number = f"{stem}_{number}", number + 1
    return key


def _find(source: Source, path: str) -> tuple[Components, int]:
    key, _, column = path.partition(".")
    if column:
        source, key = _table(source, key), column
    for holder in _holders(source["components"]):
        for place, one in enumerate(holder):
            if one.get("key") == key and one.get("type") not in ("group", "text"):
                return holder, place
    raise NotFound("Ese campo no está en el formulario. Actualice la página: quizá lo quitaron.")


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
    return (one for holder in _holders(components) for one in holder if one.get("type") != "group")


def _checked(source: Source) -> Source:
    FormSchema.from_dict(source)
    return source
