"""How a field is asked, as its page shows it and as somebody typed it there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from engine.definitions.dataflow.questions import datum_of
from engine.errors import InvalidExpression
from engine.expressions.building import read_opposite, write, write_opposite
from engine.expressions.wording import in_words
from web.days import typed_day
from web.studio.menus import REFRESH, Choice, Menus, by_name, first_line, labels, shown, typed
from workflows.documents.states import Reserve
from workflows.forms.conditions import compile_condition
from workflows.forms.editing import Asked, Entry, outline
from workflows.forms.fields import CHOICE_TYPES, MAX_LINE, MAX_ROWS, MAX_TEXT, TYPE_NAMES, Field
from workflows.forms.notation import format_number, parse_number
from workflows.forms.patterns import NAMED
from workflows.forms.schema import FormSchema

LONGEST_LABEL, LONGEST_HELP, MOST_OPTIONS, MOST_COLUMNS = 200, 1000, 200, 12
ALWAYS, ONLY_WHEN, AS_TEXT = "siempre", "cuando", "texto"
OTHER_PATTERN: Final = "otro"
RESERVES: Mapping[str, str] = {
    Reserve.PUBLIC: "pública: la lee quien lee el proceso, y el portal si se publica",
    Reserve.CLASSIFIED: "clasificada: quien trabaja en ello, lo revisa o lo controla",
    Reserve.RESERVED: "reservada: quien trabaja en ello, lo revisa o lo controla",
}
"""How what is attached to a field is kept."""
PLACES = {"detalle": "debajo de la fila", "fila": "en la fila", "titulo": "encabezado de la fila, solo para leer"}
MOMENTS = {"date": "un día", "datetime": "un día con su hora", "time": "una hora"}
LISTS: Mapping[str, str] = {
    "personas": "Personas del sector",
    "entidades": "Entidades del sector",
    "roles": "Cargos",
    "lineas": "Líneas del plan",
    "objetivos": "Objetivos del plan",
    "metas": "Metas del plan",
    "indicadores": "Indicadores del plan",
    "proyectos": "Proyectos de inversión",
    "metas_de_proyecto": "Metas de los proyectos",
}
"""The lists of the house that a question may offer, by the name that forms write."""


_EMPTY = (
    "label", "description", "text", "minimum", "maximum", "unit", "min_length", "max_length", "pattern", "min_rows",
    "max_rows", "place", "default", "hide", "decimals", "reserve",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """What may be asked, as the palette calls it. `catalogue` is the list that it offers at first."""

    label: str
    type: str
    catalogue: str = ""


KINDS: Mapping[str, Kind] = {
    **{name: Kind(TYPE_NAMES[name], name) for name in ("textfield", "textarea", "number", "datetime")},
    **{name: Kind(TYPE_NAMES[name], name) for name in ("checkbox", "radio", "select", "checklist", "filepicker")},
    "persona": Kind("Persona", "select", "personas"),
    "entidad": Kind("Entidad", "select", "entidades"),
    "indicador": Kind("Indicador", "select", "indicadores"),
    **{name: Kind(TYPE_NAMES[name], name) for name in ("dynamiclist", "group", "text")},
}
"""What the palette offers, in its order."""
IN_TABLES = frozenset(KINDS) - {"dynamiclist", "group"}


@dataclass(slots=True)
class FieldForm:
    """The page of one field: `values` as they stand in its inputs, what is wrong by input, its condition."""

    type: str
    values: dict[str, Any]
    menus: Menus
    options: list[tuple[str, str]] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)
    table: str = ""
    readonly: bool = False

    @property
    def is_column(self) -> bool:
        """Whether it stands in the rows of a table."""
        return bool(self.table)

    @property
    def has_default(self) -> bool:
        """Whether a value may stand there before anybody types."""
        return not (self.is_column or self.readonly) and self.type not in {"filepicker", "dynamiclist", "group", "text"}

    @property
    def sentence(self) -> str:
        """What will happen, in words."""
        if self.values["cuando"] == ALWAYS:
            return "Se pregunta siempre."
        if self.values["cuando"] == AS_TEXT:
            return ""
        told = self.menus.sentence()
        must = ", y es obligatorio," if self.values["required"] else ""
        gone = "En los demás casos no se ve, y lo escrito se descarta."
        return f"Se pregunta{must} cuando {told}. {gone}" if told else ""


def others(schema: FormSchema, address: str, table: str = "") -> dict[str, Choice]:
    """What a field's condition may look at: the columns of its own row, and the other fields of the form."""
    components = {one.get("key"): one for one in _all(schema.source["components"])}
    found: list[Choice] = []
    for one in schema.fields():
        if one.key == table:
            rows = {column.get("key"): column for column in components[one.key].get("components", [])}
            found += [
                Choice(column.key, column.label, datum_of(rows[column.key]), "En esta fila")
                for column in one.children
                if column.key in rows and column.type != "text" and f"{table}.{column.key}" != address
            ]
    own = {choice.name for choice in found}
    found += [
        Choice(one.key, one.label, datum_of(components[one.key]), "En el formulario" if table else "")
        for one in schema.fields()
        if one.key not in (address, table) and one.key not in own
    ]
    return by_name(found)


def _all(components: list[Any]) -> list[Any]:
    return [one for part in components for one in (_all(part["components"]) if part.get("type") == "group" else [part])]


def entry_at(schema: FormSchema, address: str) -> Entry | None:
    """The line of the outline with that address."""

    def look(entries: tuple[Entry, ...]) -> Entry | None:
        for one in entries:
            if one.address == address:
                return one
            if found := look(one.children):
                return found
        return None

    return look(outline(schema))


def page_of(schema: FormSchema, address: str, one: Field, default: object) -> FieldForm:
    """The page of a field as it is asked now; `default` is what its JSON says."""
    table = address.rpartition(".")[0] if not address.startswith("@") else ""
    choices, rules = others(schema, address, table), one.rules
    hide = one.hidden_if.text if one.hidden_if else ""
    group = read_opposite(hide) if hide else None
    pattern = next((key for key, named in NAMED.items() if rules.pattern and named.pattern == rules.pattern.text), "")
    is_text = one.type in ("textfield", "textarea")
    longest = MAX_LINE if one.type == "textfield" else MAX_TEXT
    values = {
        "label": one.label,
        "description": one.description,
        "text": one.text,
        "required": rules.required,
        "origin": one.catalogue,
        "minimum": _limit(rules.minimum),
        "maximum": _limit(rules.maximum),
        "decimals": str(rules.decimals) if rules.decimals < 9 else "",
        "unit": one.unit,
        "min_length": str(rules.min_length or ""),
        "max_length": str(rules.max_length) if is_text and rules.max_length < longest else "",
        "pattern": pattern or (OTHER_PATTERN if rules.pattern else ""),
        "moment": one.moment,
        "multiple": one.multiple,
        "reserve": one.reserve,
        "min_rows": str(one.min_rows or ""),
        "max_rows": str(one.max_rows) if one.max_rows < MAX_ROWS else "",
        "place": one.place,
        "default": _default(default),
        "cuando": ALWAYS if not hide else ONLY_WHEN if group is not None else AS_TEXT,
        "hide": hide,
    }
    if rules.integer:
        values["decimals"] = "0"
    menus = shown(group, choices)
    return FieldForm(one.type, values, menus, list(one.options), [], {}, table, one.readonly)


def new(schema: FormSchema, kind: Kind, where: str) -> FieldForm:
    """The page of a field that is not there yet; `where` is a table's key or a group's address."""
    table = "" if where.startswith("@") else where
    values: dict[str, Any] = dict.fromkeys(_EMPTY, "")
    values |= {"required": False, "origin": kind.catalogue, "moment": "date", "multiple": True, "cuando": ALWAYS}
    columns = [("textfield", "")] * 3 if kind.type == "dynamiclist" else []
    options = [("", ""), ("", "")] if kind.type in CHOICE_TYPES else []
    menus = shown(None, others(schema, "", table))
    return FieldForm(kind.type, values, menus, options, columns, {}, table)


def _limit(limit: Decimal | dt.date | None) -> str:
    if limit is None:
        return ""
    return limit.isoformat() if isinstance(limit, dt.date) else format_number(limit)


def _default(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return format_number(value) if isinstance(value, int | float) else str(value)


def typed_page(schema: FormSchema, address: str, before: FieldForm, form: MultiDict[str, str]) -> FieldForm:
    """The page as somebody typed it, with what is wrong at each input. `before` is what stood there."""
    names = {name: " ".join(form.get(name, "").split()) for name in before.values if name not in ("text", "default")}
    values: dict[str, Any] = {**before.values, **names}
    values["text"] = form.get("text", "").replace("\r\n", "\n").strip()
    values["default"] = "\n".join(one.strip() for one in form.getlist("default")).strip()
    values["required"], values["multiple"] = bool(form.get("required")), form.get("multiple") != "no"
    values["cuando"] = form.get("cuando") if form.get("cuando") in (ALWAYS, ONLY_WHEN, AS_TEXT) else ALWAYS
    values["hide"] = form.get("hide", before.values["hide"]).strip()
    if before.type == "datetime":
        for name in ("minimum", "maximum", "default"):
            day = typed_day(values[name])
            values[name] = day.isoformat() if day else values[name]
    options = list(zip(form.getlist("opcion-valor"), map(_line, form.getlist("opcion")), strict=False))
    columns = list(zip(form.getlist("columna-tipo"), map(_line, form.getlist("columna")), strict=False))
    menus = typed(form, others(schema, address, before.table))
    if values["cuando"] == ONLY_WHEN and form.get("c_paso") == REFRESH and not menus.parts:
        menus.parts.append([first_line(menus.choices, _chosen_before(schema, address, menus))])
    found = FieldForm(before.type, values, menus, options, columns, {}, before.table, before.readonly)
    _press(found, form.get("_opcion", ""))
    return found


def _chosen_before(schema: FormSchema, address: str, menus: Menus) -> str:
    """The question with options that comes last before this field, on which it most often depends; else none."""
    order = list(schema.labels())
    before = order[: order.index(address)] if address in order else order
    asked = [path.rpartition(".")[2] for path in before]
    with_options = [name for name in asked if name in menus.choices and menus.choices[name].datum.options]
    return with_options[-1] if with_options else ""


def _line(text: str) -> str:
    return " ".join(text.split())


def _press(page: FieldForm, step: str) -> None:
    """Another option, or one a place up: the buttons of the options."""
    word, _, place = step.partition("-")
    at = int(place) if place.isdecimal() else -1
    if word == "agregar" and len(page.options) < MOST_OPTIONS:
        page.options.append(("", ""))
    if word == "columna" and len(page.columns) < MOST_COLUMNS:
        page.columns.append(("textfield", ""))
    if word == "subir" and 0 < at < len(page.options):
        page.options[at - 1], page.options[at] = page.options[at], page.options[at - 1]
    if word == "quitar" and 0 <= at < len(page.options):
        del page.options[at]


def asked(page: FieldForm) -> Asked | None:
    """What was typed, None where something is wrong; `page.wrong` and its menus then say what."""
    values, wrong = page.values, page.wrong
    if page.type != "text" and not 0 < len(values["label"]) <= LONGEST_LABEL:
        wrong["label"] = f"Escriba la pregunta, de a lo sumo {LONGEST_LABEL} caracteres."
    if page.type == "text" and not 0 < len(values["text"]) <= MAX_TEXT:
        wrong["text"] = "Escriba lo que se lee."
    if len(values["description"]) > LONGEST_HELP:
        wrong["description"] = f"Acorte la ayuda a {LONGEST_HELP} caracteres."
    if page.readonly or page.type in ("group", "text"):
        found = Asked(values["label"], values["description"], text=values["text"], hide=_hide(page))
    else:
        of_kind = _KINDS[page.type](page) if page.type in _KINDS else {}
        found = Asked(values["label"], values["description"], values["required"], hide=_hide(page), **of_kind)
        found = replace(found, place=values["place"] or None, default=_first(page) if page.has_default else None)
    return None if wrong or (values["cuando"] == ONLY_WHEN and page.menus.wrong) else found


def _hide(page: FieldForm) -> str:
    """The condition under which it is not asked, empty for none."""
    if page.values["cuando"] == AS_TEXT:
        text = str(page.values["hide"]).removeprefix("=").strip()
        try:
            compile_condition(text)
        except InvalidExpression as error:
            page.wrong["hide"] = str(error)
        return text
    if page.values["cuando"] != ONLY_WHEN:
        return ""
    condition = page.menus.condition()
    if condition is None and not page.menus.wrong:
        page.wrong["cuando"] = "Agregue al menos una condición, o elija que se pregunte siempre."
    return write_opposite(condition) if condition is not None else ""


def _choices(page: FieldForm) -> dict[str, Any]:
    catalogue = page.values["origin"]
    if catalogue:
        return {"catalogue": catalogue}
    options = [(value, label) for value, label in page.options if label]
    if len(options) < 2:
        page.wrong["opcion"] = "Escriba al menos dos opciones."
    if len(options) > MOST_OPTIONS:
        page.wrong["opcion"] = f"Escriba a lo sumo {MOST_OPTIONS} opciones."
    if len({label for _value, label in options}) < len(options):
        page.wrong["opcion"] = "Hay dos opciones iguales. Cambie o borre una."
    return {"options": options, "catalogue": ""}


def _numbers(page: FieldForm) -> dict[str, Any]:
    low, high = _typed_number(page, "minimum"), _typed_number(page, "maximum")
    if low is not None and high is not None and low > high:
        page.wrong["maximum"] = "El mayor debe ser al menos el menor."
    limits = {"minimum": low, "maximum": high}
    written = {name: "" if value is None else format(value, "f") for name, value in limits.items()}
    decimals = _whole(page, "decimals", 9)
    return {**written, "unit": page.values["unit"], "decimals": "" if decimals is None else str(decimals)}


def _typed_number(page: FieldForm, name: str) -> Decimal | None:
    try:
        return parse_number(page.values[name]) if page.values[name] else None
    except ValueError as error:
        page.wrong[name] = str(error)
        return None


def _whole(page: FieldForm, name: str, most: int) -> int | None:
    text = page.values[name]
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and int(text) <= most):
        page.wrong[name] = f"Escriba un número entero, de 0 a {most}."
        return None
    return int(text)


def _days(page: FieldForm) -> dict[str, Any]:
    if page.values["moment"] not in MOMENTS:
        page.wrong["moment"] = "Elija qué se responde."
    if page.values["moment"] != "date":
        return {"moment": page.values["moment"], "minimum": "", "maximum": ""}
    for name in ("minimum", "maximum"):
        if page.values[name] and not _is_day(page.values[name]):
            page.wrong[name] = "Elija la fecha."
    if page.values["minimum"] and page.values["maximum"] and page.values["minimum"] > page.values["maximum"]:
        page.wrong["maximum"] = "La última debe ser después de la primera."
    return {name: page.values[name] for name in ("minimum", "maximum", "moment")}


def _is_day(text: str) -> bool:
    return typed_day(text) is not None


def _texts(page: FieldForm) -> dict[str, Any]:
    longest = MAX_LINE if page.type == "textfield" else MAX_TEXT
    least, most = _whole(page, "min_length", longest), _whole(page, "max_length", longest)
    if least and most and least > most:
        page.wrong["max_length"] = "El mayor debe ser al menos el menor."
    pattern = page.values["pattern"]
    lengths = {"min_length": least or 0, "max_length": most or 0}
    return lengths if pattern == OTHER_PATTERN or page.type == "textarea" else {**lengths, "pattern": pattern}


def _files(page: FieldForm) -> dict[str, Any]:
    if page.values["reserve"] not in ("", *RESERVES):
        page.wrong["reserve"] = "Elija una de la lista."
    return {"multiple": page.values["multiple"], "reserve": page.values["reserve"]}


def _rows(page: FieldForm) -> dict[str, Any]:
    least, most = _whole(page, "min_rows", MAX_ROWS), _whole(page, "max_rows", MAX_ROWS)
    if least and most and least > most:
        page.wrong["max_rows"] = "El mayor debe ser al menos el menor."
    columns = [(kind, label) for kind, label in page.columns if label and kind in IN_TABLES]
    if page.columns and not columns:
        page.wrong["columna"] = "Escriba al menos una columna."
    return {"min_rows": least or 0, "max_rows": most or 0, "columns": columns}


_KINDS: Mapping[str, Callable[[FieldForm], dict[str, Any]]] = {
    "number": _numbers,
    "datetime": _days,
    "textfield": _texts,
    "textarea": _texts,
    "filepicker": _files,
    "dynamiclist": _rows,
    **dict.fromkeys(CHOICE_TYPES, _choices),
}


def _first(page: FieldForm) -> str:
    """What stands there at first, as `Asked.default` wants it."""
    text = str(page.values["default"])
    if not text or page.values["origin"]:
        return ""
    if page.type == "number":
        number = _typed_number(page, "default")
        return "" if number is None else format(number, "f")
    if page.type == "datetime" and page.values["moment"] == "date" and not _is_day(text):
        page.wrong["default"] = "Elija la fecha."
    known = {value for value, _label in page.options if value}
    if page.type in CHOICE_TYPES and any(one not in known for one in text.splitlines()):
        page.wrong["default"] = "Elija una de las opciones."
    return text


def condition_in_words(page: FieldForm) -> str:
    """When the field is asked, as the end of «Se pregunta cuando …»."""
    condition = page.menus.condition()
    return in_words(write(condition), labels(page.menus.choices.values())) if condition is not None else ""
