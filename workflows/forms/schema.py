"""Forms as process owners write them: the form-js JSON, the subset that Cauce renders and validates."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from workflows.errors import InvalidForm
from workflows.forms.components import read_components
from workflows.forms.fields import Field

MAX_BYTES = 256 * 1024
MAX_FIELDS = 300


@dataclass(frozen=True, slots=True)
class FormSchema:
    """A form ready to be prepared, read and rendered. `components` keep the order of the screen."""

    id: str
    components: tuple[Field, ...]
    source: Mapping[str, Any]

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> FormSchema:
        """Read the JSON of a `.form` file; raises `InvalidForm` (`.problems`: every sentence)."""
        schema, problems = _read(source)
        if problems or schema is None:
            raise InvalidForm(problems[0], problems=problems)
        return schema

    @classmethod
    def empty(cls) -> FormSchema:
        """The form of a task that asks nothing."""
        return cls("", (), {"type": "default", "components": []})

    def fields(self) -> Iterator[Field]:
        """Inputs and tables in order, groups opened."""
        return _inputs(self.components)

    @property
    def takes_files(self) -> bool:
        """Whether a file may be attached, in a field or in a row."""
        return any(one.type == "filepicker" for field in self.fields() for one in (field, *field.children))

    def field(self, key: str) -> Field:
        """The input or table with that key; raises `KeyError`."""
        for field in self.fields():
            if field.key == key:
                return field
        raise KeyError(key)

    def to_dict(self) -> dict[str, Any]:
        """A copy of the JSON it was read from."""
        return copy.deepcopy(dict(self.source))

    def to_json(self) -> bytes:
        """The JSON, always the same bytes for the same form."""
        return orjson.dumps(self.source, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)

    def labels(self) -> dict[str, str]:
        """What people call each input, by key; columns too, by `lista.columna`."""
        found = {field.key: field.label for field in self.fields()}
        for table in self.fields():
            found |= {f"{table.key}.{column.key}": column.label for column in table.children}
        return found


def check_schema(source: object) -> list[str]:
    """Everything wrong with the JSON of a form, as Spanish sentences that name the component; empty if it is good."""
    return _read(source)[1]


def _read(source: object) -> tuple[FormSchema | None, list[str]]:
    if not isinstance(source, Mapping) or not isinstance(source.get("components"), list):
        return None, ["El formulario debe ser un objeto JSON con la lista «components»."]
    try:
        size = len(orjson.dumps(source))
    except (orjson.JSONEncodeError, RecursionError):
        return None, ["El formulario está anidado sin medida o tiene valores que no son JSON."]
    if size > MAX_BYTES:
        return None, [f"El formulario pesa más de {MAX_BYTES // 1024} kB; pártalo en dos tareas."]
    components, problems = read_components(source["components"])
    fields = list(_inputs(components))
    if sum(1 + len(field.children) for field in fields) > MAX_FIELDS:
        problems.append(f"El formulario tiene más de {MAX_FIELDS} campos; pártalo en dos tareas.")
    return FormSchema(str(source.get("id", "")), components, source), problems


def _inputs(components: tuple[Field, ...]) -> Iterator[Field]:
    for field in components:
        if field.type == "group":
            yield from _inputs(field.children)
        elif field.type != "text":
            yield field
