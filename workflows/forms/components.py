"""Reading the components of a form's JSON, collecting every problem as a sentence."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.errors import InvalidExpression
from workflows.documents.states import Reserve
from workflows.forms.conditions import Condition, compile_condition
from workflows.forms.fields import CHOICE_TYPES, MAX_LINE, MAX_ROWS, MAX_TEXT, TYPES, Field, Rules
from workflows.forms.patterns import Pattern, compile_pattern

KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
MAX_DEPTH = 4
MAX_OPTIONS = 1000
PLACES = ("titulo", "fila", "aviso", "detalle")
MOMENTS = ("date", "datetime", "time")


def read_components(source: list[Any]) -> tuple[tuple[Field, ...], list[str]]:
    """The components, and every problem found on the way."""
    reader = _Reader()
    components = reader.many(source, depth=0)
    reader.check_unique(components, "", {})
    return components, reader.problems


class _Reader:
    """Walks the components once; keeps the problems."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def many(self, source: Any, depth: int, *, in_list: bool = False) -> tuple[Field, ...]:
        if not isinstance(source, list):
            self.problems.append("Los componentes de un grupo o de una tabla deben ser una lista.")
            return ()
        read = [self.one(component, depth, in_list) for component in source]
        return tuple(field for field in read if field is not None)

    def one(self, source: Any, depth: int, in_list: bool) -> Field | None:
        if not isinstance(source, Mapping):
            self.problems.append("Cada componente debe ser un objeto JSON con «type».")
            return None
        kind, key = source.get("type"), _text(source.get("key") or _path(source))
        name = f"«{_label(source) or key or kind}»"
        if not isinstance(kind, str) or kind not in TYPES:
            self.problems.append(
                f"{name}: el tipo «{_text(kind)}» no se acepta. Use uno de: {', '.join(sorted(TYPES))}."
            )
            return None
        if kind in {"text", "group"}:
            return self.arrangement(source, key, name, depth, in_list)
        if not KEY.fullmatch(key):
            self.problems.append(f"{name}: la clave «{key}» debe empezar por letra y usar solo a-z, 0-9 y _.")
            return None
        if kind == "dynamiclist":
            return self.table(source, key, name, depth, in_list)
        return self.input(source, kind, key, name)

    def arrangement(self, source: Mapping[str, Any], key: str, name: str, depth: int, in_list: bool) -> Field | None:
        """A text or a group: they hold no value of their own."""
        if source["type"] == "text":
            return Field("text", key, "", text=_text(source.get("text")), hidden_if=self.condition(source, name))
        if in_list or depth >= MAX_DEPTH:
            self.problems.append(f"{name}: un grupo no puede ir dentro de una tabla ni tan adentro de otros grupos.")
            return None
        if source.get("path"):
            self.problems.append(f"{name}: quite «path»; las claves de un grupo son las del formulario.")
        children = self.many(source.get("components", []), depth + 1)
        return Field(
            "group", key, _label(source), _text(source.get("description")), children=children,
            hidden_if=self.condition(source, name),
        )  # fmt: skip

    def table(self, source: Mapping[str, Any], key: str, name: str, depth: int, in_list: bool) -> Field | None:
        if in_list:
            self.problems.append(f"{name}: una tabla no puede ir dentro de otra.")
            return None
        columns = self.many(source.get("components", []), depth + 1, in_list=True)
        if not columns:
            self.problems.append(f"{name}: la tabla no tiene columnas.")
        properties = _properties(source)
        rows = self.one_of(properties.get("pes.filas"), ("", "fijas", "libres"), f"{name}: «pes.filas»")
        fixed = rows == "fijas" or (rows != "libres" and any(column.readonly for column in columns))
        return Field(
            "dynamiclist",
            key,
            _label(source) or key,
            _text(source.get("description")),
            Rules(required=_validate(source).get("required") is True),
            readonly=_is_readonly(source),
            hidden_if=self.condition(source, name),
            children=_placed(columns),
            fixed=fixed,
            min_rows=self.whole(properties, "pes.min_filas", 0, MAX_ROWS, name),
            max_rows=self.whole(properties, "pes.max_filas", MAX_ROWS, MAX_ROWS, name),
        )

    def input(self, source: Mapping[str, Any], kind: str, key: str, name: str) -> Field:
        properties = _properties(source)
        catalogue = _text(properties.get("pes.opciones") or source.get("valuesKey"))
        options = self.options(source, name) if kind in CHOICE_TYPES else ()
        if kind in CHOICE_TYPES and not options and not catalogue:
            self.problems.append(f"{name}: no tiene opciones. Escríbalas en «values» o nombre un catálogo.")
        place = self.one_of(properties.get("pes.lugar"), ("", *PLACES), f"{name}: «pes.lugar»")
        reserve = self.one_of(properties.get("pes.reserva"), ("", *Reserve), f"{name}: «pes.reserva»")
        moment = self.one_of(source.get("subtype") or "date", MOMENTS, f"{name}: «subtype»")
        return Field(
            kind,
            key,
            _label(source) or key,
            _text(source.get("description")),
            self.rules(source, kind, moment, name),
            options=options,
            catalogue="" if options else catalogue,
            readonly=_is_readonly(source),
            hidden_if=self.condition(source, name),
            unit=_text(properties.get("pes.unidad") or _adorner(source)),
            place=place,
            moment=moment,
            multiple=source.get("multiple") is not False,
            reserve=reserve,
            rest=_text(properties.get("pes.demas")) if kind in CHOICE_TYPES else "",
            default=self.default(source, kind, name),
        )

    def rules(self, source: Mapping[str, Any], kind: str, moment: str, name: str) -> Rules:
        validate = _validate(source)
        longest = MAX_LINE if kind == "textfield" else MAX_TEXT
        is_day = kind == "datetime" and moment == "date"
        limit = self.day if is_day else self.number
        return Rules(
            required=validate.get("required") is True,
            minimum=limit(validate.get("min"), name) if kind in {"number", "datetime"} else None,
            maximum=limit(validate.get("max"), name) if kind in {"number", "datetime"} else None,
            min_length=self.whole(validate, "minLength", 0, longest, name),
            max_length=self.whole(validate, "maxLength", longest, longest, name),
            pattern=self.pattern(validate, name),
            integer=validate.get("integer") is True or source.get("decimalDigits") == 0,
            decimals=self.whole(source, "decimalDigits", 9, 9, name),
        )

    def default(self, source: Mapping[str, Any], kind: str, name: str) -> Any:
        """What stands in the field at first; only what its kind can hold."""
        value = source.get("defaultValue")
        if value is None or value == "":
            return None
        fits = {"checkbox": (bool,), "number": (int, float), "checklist": (list,), "filepicker": ()}
        if not isinstance(value, fits.get(kind, (str,))):
            self.problems.append(f"{name}: el valor inicial «{_text(value)[:40]}» no es de lo que se responde.")
            return None
        return value

    def options(self, source: Mapping[str, Any], name: str) -> tuple[tuple[str, str], ...]:
        values = source.get("values", [])
        if not isinstance(values, list) or len(values) > MAX_OPTIONS:
            self.problems.append(f"{name}: «values» debe ser una lista de a lo sumo {MAX_OPTIONS} opciones.")
            return ()
        options = [(_text(one.get("value")), _text(one.get("label"))) for one in values if isinstance(one, Mapping)]
        if len(options) < len(values) or any(not value for value, _ in options):
            self.problems.append(f"{name}: cada opción necesita «value» y «label».")
        if len({value for value, _ in options}) < len(options):
            self.problems.append(f"{name}: hay dos opciones con el mismo «value».")
        return tuple((value, label or value) for value, label in options)

    def condition(self, source: Mapping[str, Any], name: str) -> Condition | None:
        conditional = source.get("conditional")
        text = conditional.get("hide") if isinstance(conditional, Mapping) else None
        if text is None or text == "":
            return None
        try:
            return compile_condition(_text(text))
        except InvalidExpression as error:
            self.problems.append(f"{name}: la condición «{_text(text)[:100]}» no se entiende. {error}")
            return None

    def pattern(self, validate: Mapping[str, Any], name: str) -> Pattern | None:
        text = _text(validate.get("pattern"))
        if not text:
            return None
        try:
            return compile_pattern(text, _text(validate.get("patternMessage")))
        except ValueError as error:
            self.problems.append(f"{name}: {error}.")
            return None

    def number(self, value: Any, name: str) -> Decimal | None:
        if value is None or value == "":
            return None
        try:
            number = Decimal(str(value)[:40])
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            self.problems.append(f"{name}: el límite «{_text(value)[:40]}» no es un número.")
            return None
        return number

    def day(self, value: Any, name: str) -> dt.date | None:
        if value is None or value == "":
            return None
        try:
            return dt.date.fromisoformat(_text(value))
        except ValueError:
            self.problems.append(f"{name}: el límite «{_text(value)[:40]}» no es una fecha AAAA-MM-DD.")
            return None

    def whole(self, source: Mapping[str, Any], key: str, default: int, largest: int, name: str) -> int:
        value = source.get(key)
        if value is None or value == "":
            return default
        if isinstance(value, str) and value.isdecimal():
            value = int(value[:9])
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self.problems.append(f"{name}: «{key}» debe ser un número entero.")
            return default
        return min(value, largest)

    def one_of(self, value: Any, allowed: tuple[str, ...], what: str) -> str:
        chosen = _text(value)
        if chosen not in allowed:
            self.problems.append(f"{what} debe ser uno de: {', '.join(one for one in allowed if one)}.")
            return allowed[0]
        return chosen

    def check_unique(self, components: tuple[Field, ...], where: str, seen: dict[str, str]) -> None:
        for field in components:
            if field.type == "group":
                self.check_unique(field.children, where, seen)
            elif field.type != "text" and field.key in seen:
                self.problems.append(f"«{field.label}»: la clave «{field.key}»{where} ya la usa «{seen[field.key]}».")
            else:
                seen[field.key] = field.label
            if field.is_list:
                self.check_unique(field.children, f" de la tabla «{field.label}»", {})


def _placed(columns: tuple[Field, ...]) -> tuple[Field, ...]:
    """Give each column its place: the first read-only one is the row's header, long ones go below the row."""
    header_given = any(column.place == "titulo" for column in columns)
    placed = []
    for column in columns:
        place = column.place
        if not place and column.readonly and not header_given and column.is_input:
            place, header_given = "titulo", True
        long = column.type in {"textarea", "filepicker", "checklist", "radio", "text"} and not column.readonly
        placed.append(replace(column, place=place or ("detalle" if long else "fila")))
    return tuple(placed)


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


def _label(source: Mapping[str, Any]) -> str:
    return _text(source.get("label") or source.get("dateLabel"))


def _path(source: Mapping[str, Any]) -> Any:
    return source.get("path") if source.get("type") == "dynamiclist" else None


def _properties(source: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = source.get("properties")
    return properties if isinstance(properties, Mapping) else {}


def _validate(source: Mapping[str, Any]) -> Mapping[str, Any]:
    validate = source.get("validate")
    return validate if isinstance(validate, Mapping) else {}


def _adorner(source: Mapping[str, Any]) -> Any:
    appearance = source.get("appearance")
    return appearance.get("suffixAdorner") if isinstance(appearance, Mapping) else None


def _is_readonly(source: Mapping[str, Any]) -> bool:
    return source.get("readonly") is True or source.get("disabled") is True
