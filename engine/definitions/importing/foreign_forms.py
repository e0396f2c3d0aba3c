"""Forms that other tools keep inside the diagram, as simple forms of ours.

Camunda 7 has `camunda:formData`, Flowable and Activiti `formProperty`, Camunda 8 a form of form-js as JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.definitions import vocabularies
from engine.definitions.importing.choices import simple_form
from engine.definitions.importing.conditions import READING
from engine.definitions.importing.draft import Draft, called, id_of, slug, words
from engine.definitions.markup import CAMUNDA, ZEEBE, Node, local, namespace, text_of
from engine.limits import LINE

Component = dict[str, Any]

KINDS: Mapping[str, str] = {
    "string": "textfield", "long": "number", "integer": "number", "int": "number", "double": "number",
    "boolean": "checkbox", "date": "datetime", "enum": "select",
}  # fmt: skip
"""Of the generated forms of Camunda 7 and Flowable."""

KEPT = ("textfield", "textarea", "number", "datetime", "checkbox", "radio", "select", "checklist")
ALIKE: Mapping[str, str] = {"taglist": "checklist", "expression": "textfield"}
SHOWN = ("text", "html", "separator", "spacer", "image", "button")
"""Kinds of form-js: what takes an answer here too, what another kind does as well, and what takes none."""

DEEPEST = 5
"""Groups within groups that are opened."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NAME = re.compile(r"'[^']*'|\"[^\"]*\"|[^\W\d]\w*(?:\.[^\W\d]\w*)*")


def _bring_forms(draft: Draft) -> None:
    renamed: dict[str, str] = {}
    for node in draft.nodes("userTask", "startEvent"):
        if vocabularies.form(node) in (draft.known.forms or ()):
            continue  # it has one of the house, before any that it brings
        fields, lost = _fields(draft, node)
        if fields:
            renamed |= {field["written"]: field["key"] for field in fields if field["written"] != field["key"]}
            _give(draft, node, fields)
        if lost:
            draft.repaired(node, "form", f"Del formulario de {called(node)} no se trajo: {words(lost)}.")
    if renamed:
        rename(draft, renamed)


def _fields(draft: Draft, node: Node) -> tuple[list[Component], list[str]]:
    """The fields that a step's own form asks, and what of it is not kept."""
    fields: list[Component] = []
    lost: list[str] = []
    for component in _written(draft, node, lost):
        if component is not None:
            component["key"] = _free(component["written"], fields)
            component["id"] = f"{slug(id_of(node))}_{component['key']}"[:100]
            fields.append(component)
    return fields, lost


def _written(draft: Draft, node: Node, lost: list[str]) -> Iterator[Component | None]:
    for holder in vocabularies.extensions(node, "formData"):
        for field in holder:
            if local(field) == "formField":
                yield _generated(field, str(field.get("label") or ""), lost)
    for field in vocabularies.extensions(node, "formProperty"):
        yield _generated(field, str(field.get("name") or ""), lost)
    for source in _embedded(draft, node, lost):
        yield _of_form_js(source, lost)


def _generated(field: Node, label: str, lost: list[str]) -> Component | None:
    """A field of a generated form of Camunda 7 or Flowable."""
    name, written = str(field.get("id") or ""), str(field.get("type") or "string")
    shown = f"«{label or name}»"
    if not slug(name) or field.get("readable") == "false":
        lost.append(f"{shown}, que no se mostraba")
        return None
    if written not in KINDS:
        lost.append(f"el tipo «{written[:40]}» de {shown}, que quedó como texto")
    values = [one for one in field if local(one) == "value"]
    kind = KINDS.get(written, "textfield")
    if kind == "select" and not values:
        lost.append(f"las opciones de {shown}, que el archivo no trae")
        kind = "textfield"
    component: Component = {"type": kind, "written": name, "label": label or as_words(name)}
    if kind == "select":
        component["values"] = [_option(one.get("id"), one.get("name")) for one in values]
    validate, readonly = _validation(field, written, shown, lost)
    default = str(field.get("defaultValue") or field.get("default") or field.get("value") or "")
    if default not in ("", "false"):
        lost.append(f"el valor inicial «{default[:40]}» de {shown}")
    return component | ({"validate": validate} if validate else {}) | ({"readonly": True} if readonly else {})


def _validation(field: Node, kind: str, shown: str, lost: list[str]) -> tuple[Component, bool]:
    """The limits of a generated field, and whether it is only read."""
    validate: Component = {"required": True} if field.get("required") == "true" and kind != "boolean" else {}
    readonly = field.get("writable") == "false"
    for one in field.iter():
        if not isinstance(one.tag, str) or local(one) != "constraint":
            continue
        name, config = str(one.get("name") or ""), str(one.get("config") or "")
        if name == "required" and kind != "boolean":
            validate["required"] = True
        elif name == "readonly":
            readonly = True
        elif name in ("min", "max") and kind in ("long", "integer", "int", "double") and _is_number(config):
            validate[name] = float(config) if "." in config else int(config)
        elif name in ("minlength", "maxlength") and config.isdecimal():
            validate[{"minlength": "minLength", "maxlength": "maxLength"}[name]] = int(config)
        elif name != "required":
            lost.append(f"el límite «{name[:40]}» de {shown}")
    return validate, readonly


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", text) is not None


def _embedded(draft: Draft, node: Node, lost: list[str]) -> Iterator[Mapping[str, Any]]:
    """The components of the form of Camunda 8 that a step names; groups are opened."""
    written = vocabularies.form(node).rpartition(":")[2]
    for form in draft.process.iter(f"{{{ZEEBE}}}userTaskForm"):
        if written and form.get("id") == written:
            node.attrib.pop(f"{{{CAMUNDA}}}formRef", "")
            components = _components(text_of(form))
            if components is None:
                lost.append(f"el formulario «{written[:60]}», que no se puede leer")
            yield from _opened(components or [], 0, lost)


def _components(text: str) -> list[Any] | None:
    try:
        form = json.loads(text)
    except (ValueError, RecursionError):
        return None
    components = form.get("components") if isinstance(form, dict) else None
    return components if isinstance(components, list) else None


def _opened(components: list[Any], depth: int, lost: list[str]) -> Iterator[Mapping[str, Any]]:
    for one in components:
        if isinstance(one, dict) and isinstance(one.get("components"), list) and one.get("type") == "group":
            if depth < DEEPEST:
                yield from _opened(one["components"], depth + 1, lost)
            else:
                lost.append(f"el grupo «{str(one.get('label') or '')[:60]}», que está muy adentro de otros")
        elif isinstance(one, dict):
            yield one


def _of_form_js(source: Mapping[str, Any], lost: list[str]) -> Component | None:
    written = str(source.get("type") or "")
    label = str(source.get("label") or source.get("key") or written)[:LINE]
    kind = ALIKE.get(written, written)
    name = str(source.get("key") or "")
    if kind not in KEPT or not slug(name):
        if written not in SHOWN:
            lost.append(f"«{label}», de tipo «{written[:40]}»")
        return None
    values = source.get("values")
    options = [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []
    if kind in ("radio", "select", "checklist") and not options:
        lost.append(f"las opciones de «{label}», que el archivo no trae")
        kind = "textfield"
    component: Component = {"type": kind, "written": name, "label": label}
    if kind in ("radio", "select", "checklist"):
        component["values"] = [_option(one.get("value"), one.get("label")) for one in options]
    validate = source.get("validate")
    limits = {
        name: validate[name]
        for name in ("required", "min", "max", "minLength", "maxLength")
        if isinstance(validate, dict) and isinstance(validate.get(name), int | float)
    }
    for dropped in ("conditional", "defaultValue", "valuesExpression"):
        if source.get(dropped) not in (None, "", False):
            lost.append(f"«{dropped}» de «{label}»")
    return component | ({"validate": limits} if limits else {})


def _option(value: object, label: object) -> Component:
    return {"label": str(label or value)[:LINE], "value": str(value)}


def _free(written: str, fields: list[Component]) -> str:
    """A name as a key of ours: `customerName` → `customer_name`."""
    base = as_key(written, f"campo_{len(fields) + 1}")
    taken = {field["key"] for field in fields}
    numbered = (f"{base}_{number}" for number in range(2, len(fields) + 2))
    return base if base not in taken else next(one for one in numbered if one not in taken)


def as_key(written: str, otherwise: str = "dato") -> str:
    """A name of another tool as a key of ours, whether or not somebody has it."""
    base = slug(_HUMP.sub("_", written))[:55]
    return base if base[:1].isalpha() and base.isascii() else otherwise


def _give(draft: Draft, node: Node, fields: list[Component]) -> None:
    """The fields become the step's form, and what it gives the case."""
    keys = [str(field["key"]) for field in fields]
    before = vocabularies.properties(node, draft.prefix).get("salida", "")
    draft.set_property(node, "salida", ",".join(dict.fromkeys([*filter(None, before.split(",")), *keys])))
    components = [{name: value for name, value in field.items() if name != "written"} for field in fields]
    draft.forms[id_of(node)] = simple_form(draft, node, *components)
    asked = words([f"«{field['label']}»" for field in fields])
    draft.repaired(node, "form", f"El formulario de {called(node)} se trajo: pregunta {asked}.")


def rename(draft: Draft, renamed: Mapping[str, str]) -> None:
    """What reads a field reads it under its new name."""
    for node in draft.process.iter():
        if not isinstance(node.tag, str) or namespace(node) == ZEEBE:
            continue
        if local(node) in READING:
            node.text = _with_new_names(node.text or "", renamed)
        for name, value in [(str(name), str(value)) for name, value in node.attrib.items()]:
            if "${" in value or name in (f"{{{CAMUNDA}}}collection", "source", "sourceExpression"):
                node.set(name, _with_new_names(value, renamed))
    said = words([f"«{old}» es «{new}»" for old, new in renamed.items()])
    draft.repaired(None, "form", f"Los nombres de los datos se escriben con minúsculas: {said}.")


def _with_new_names(text: str, renamed: Mapping[str, str]) -> str:
    def one(match: re.Match[str]) -> str:
        first, dot, rest = match.group().partition(".")
        return match.group() if match.group()[0] in "'\"" else renamed.get(first, first) + dot + rest

    return _NAME.sub(one, text)


def as_words(name: str) -> str:
    """A name of another tool as a label: `customerName` → `Customer name`."""
    spaced = _HUMP.sub(" ", name).replace("_", " ").strip()
    return spaced[:1].upper() + spaced[1:]


STEPS = (_bring_forms,)
