"""The cells of the table of steps: how they call roles and forms, what was typed in them, and rows of a sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.definitions.comparison import Labels
from web.studio import sheet
from web.studio.sheet import Sheet
from workflows.spanish import plain

MOST_PASTED = 40
HEADS = {
    **dict.fromkeys(("paso", "que", "tarea"), "name"),
    **dict.fromkeys(("quien", "rol"), "role"),
    **dict.fromkeys(("plazo", "dias", "cuando"), "days"),
    "formulario": "form",
}
"""What the first row of a pasted sheet may call its columns."""
ORDER = ("name", "role", "days", "form")


@dataclass(frozen=True, slots=True)
class Called:
    """Roles and forms by what the table shows of them: a name, with its key where two are called alike."""

    roles: Mapping[str, str]
    forms: Mapping[str, str]

    def role(self, text: str) -> str:
        """The key of a role; the text itself where nothing is called so."""
        return _key(self.roles, text)

    def form(self, text: str) -> str:
        """The key of a form, likewise."""
        return _key(self.forms, text)


def called(labels: Labels) -> Called:
    """How the cells call roles and forms, by key."""
    return Called(_distinct(labels.roles), _distinct(labels.forms))


def _distinct(names: Mapping[str, str]) -> dict[str, str]:
    counted: dict[str, int] = {}
    for name in names.values():
        counted[plain(name)] = counted.get(plain(name), 0) + 1
    return {key: name if counted[plain(name)] == 1 else f"{name} ({key})" for key, name in names.items()}


def _key(names: Mapping[str, str], text: str) -> str:
    wanted = plain(" ".join(text.split()))
    return next((key for key, name in names.items() if wanted in (plain(name), key)), text) if wanted else ""


@dataclass(slots=True)
class Typed:
    """The table as somebody typed it: by task and cell what stands there, and what is wrong with it."""

    values: dict[str, dict[str, str]] = field(default_factory=dict)
    wrong: dict[str, dict[str, str]] = field(default_factory=dict)

    def of(self, task: str, cell: str, otherwise: str) -> str:
        """What a cell shows."""
        return self.values.get(task, {}).get(cell, otherwise)


def shown_role(names: Called, one: Sheet) -> str:
    """What the cell of who does it shows: nothing where the lane says it."""
    return " o ".join(names.roles.get(role, role) for role in one.role.split(",") if role)


def read_rows(text: str, labels: Labels) -> tuple[list[Sheet], list[str]]:
    """The steps of pasted rows (cells between tabs, or else semicolons), and what is wrong, by row."""
    lines = [line for line in text.replace("\r", "").split("\n") if line.strip()]
    cells = [[cell.strip() for cell in line.split("\t" if "\t" in line else ";")] for line in lines]
    order = [HEADS.get(plain(cell).split(" ")[0].strip("¿?.")) for cell in cells[0]] if cells else []
    # a step may begin with the word of a title («Paso 2»): two titles, and no number, make a row of titles
    has_heads = "name" in order and sum(one is not None for one in order) > 1 and not re.search(r"\d", lines[0])
    columns = order if has_heads else list(ORDER)
    names, found, wrong = called(labels), [], []
    for number, row in enumerate(cells[1:] if has_heads else cells, start=1):
        given = {name: cell for name, cell in zip(columns, row, strict=False) if name}
        days = given.get("days", "")
        one = Sheet(
            name=given.get("name", ""),
            role=names.role(given.get("role", "")),
            days=days.split(" ")[0] if days else "",
            form=names.form(given.get("form", "")),
        )
        wrong += [f"Fila {number}: {sentence}" for sentence in sheet.check(one, labels.roles, labels.forms).values()]
        found.append(one)
    if len(found) > MOST_PASTED:
        wrong.insert(0, f"Son {len(found)} filas: pegue a lo sumo {MOST_PASTED}.")
    return found, wrong
