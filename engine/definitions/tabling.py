"""One decision table of a DMN file as a sheet that a person writes in, and back into the file.

What the sheet does not show (other decisions, drawings, what other tools wrote) stays in the file as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from lxml import etree

from engine.decisions.model import Aggregation, HitPolicy, Input, Node, Output, Table
from engine.definitions.decisions import read_decisions
from engine.definitions.markup import Node as Element
from engine.definitions.markup import parse_strangers
from engine.errors import UnreadableDecision

T = TypeVar("T")

NAMESPACE: Final = "https://www.omg.org/spec/DMN/20191111/MODEL/"
"""DMN 1.3, in which new files are written."""
MOST_ROWS, MOST_COLUMNS = 500, 30
TYPES: Final = (
    "string", "number", "boolean", "date", "time", "date and time", "days and time duration",
    "years and months duration", "",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what its cells test or give (`expression` of an input, `name` of an output)."""

    id: str
    label: str
    expression: str
    type: str = ""
    allowed: str = ""
    default: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A rule as it is written: a cell for each column."""

    id: str
    tests: tuple[str, ...]
    results: tuple[str, ...]
    note: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """Every cell, from the left."""
        return (*self.tests, *self.results)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A decision table; `key` is the file's, `decision` the id of the decision whose table it is."""

    key: str
    decision: str
    name: str
    policy: HitPolicy
    aggregation: Aggregation | None
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    rows: tuple[Row, ...]

    def with_row(self, place: int) -> Sheet:
        """An empty row below the one at `place` (from 1; 0: on top)."""
        if len(self.rows) >= MOST_ROWS:
            return self
        row = Row("", ("-",) * len(self.inputs), ("",) * len(self.outputs))
        return replace(self, rows=(*self.rows[:place], row, *self.rows[place:]))

    def without_row(self, place: int) -> Sheet:
        """Without the row at `place`."""
        return replace(self, rows=(*self.rows[: place - 1], *self.rows[place:]))

    def moved(self, place: int, steps: int) -> Sheet:
        """With the row at `place` so many rows further down."""
        rows = list(self.rows)
        to = place - 1 + steps
        if 0 < place <= len(rows) and 0 <= to < len(rows):
            rows.insert(to, rows.pop(place - 1))
        return replace(self, rows=tuple(rows))

    def with_column(self, *, output: bool) -> Sheet:
        """With one more column at the right of the inputs, or of the outputs."""
        side = self.outputs if output else self.inputs
        if len(self.inputs) + len(self.outputs) >= MOST_COLUMNS:
            return self
        name = _free(f"{'resultado' if output else 'dato'}_{len(side) + 1}", [one.expression for one in side])
        column = Column("", name.replace("_", " ").capitalize(), name, "string")
        if output:
            rows = tuple(replace(row, results=(*row.results, "")) for row in self.rows)
            return replace(self, outputs=(*self.outputs, column), rows=rows)
        rows = tuple(replace(row, tests=(*row.tests, "-")) for row in self.rows)
        return replace(self, inputs=(*self.inputs, column), rows=rows)

    def without_column(self, place: int) -> Sheet:
        """Without the column at `place`, counted from 1 over all; the last input and the last output stay."""
        wide = len(self.inputs)
        if place <= wide and wide > 1:
            rows = tuple(replace(row, tests=_without(row.tests, place - 1)) for row in self.rows)
            return replace(self, inputs=_without(self.inputs, place - 1), rows=rows)
        if place > wide and len(self.outputs) > 1:
            rows = tuple(replace(row, results=_without(row.results, place - 1 - wide)) for row in self.rows)
            return replace(self, outputs=_without(self.outputs, place - 1 - wide), rows=rows)
        return self


def new_file(key: str, name: str) -> bytes:
    """A file with one table of one row, which takes the first that fits."""
    root = etree.fromstring(f'<definitions xmlns="{NAMESPACE}" namespace="cauce"/>')
    root.set("id", key)
    root.set("name", name)
    decision = etree.SubElement(root, f"{{{NAMESPACE}}}decision", id=f"{key}_decision", name=name)
    etree.SubElement(decision, f"{{{NAMESPACE}}}variable", name="resultado")
    etree.SubElement(decision, f"{{{NAMESPACE}}}decisionTable", hitPolicy="FIRST")
    column = Column("", "Dato", "dato", "string")
    result = Column("", "Resultado", "resultado", "string")
    row = Row("", ("-",), ('""',))
    return written(
        etree.tostring(root),
        Sheet(key, f"{key}_decision", name, HitPolicy.FIRST, None, (column,), (result,), (row,)),
    )


def with_ids(xml: bytes) -> bytes:
    """The file with an id on each column and row, by which they are known while they are edited."""
    root = parse_strangers(xml)
    ids = {str(one.get("id")) for one in root.iter() if one.get("id")}
    missing = [one for one in root.iter() if _tag(one) in ("input", "output", "rule") and not one.get("id")]
    for one in missing:
        name = _free(f"{_tag(one)}_{len(ids) + 1}", ids)
        ids.add(name)
        one.set("id", name)
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8") if missing else xml


def decisions_with_tables(xml: bytes) -> list[Node]:
    """The decisions of a file that are tables. Raises `UnreadableDecision`."""
    return [one for one in read_decisions(xml).decisions.values() if isinstance(one.logic, Table)]


def sheet(xml: bytes, decision: str = "") -> Sheet:
    """The table of a decision, of the first that has one if none is named. Raises `UnreadableDecision`."""
    model, found = read_decisions(xml), decisions_with_tables(xml)
    node = next((one for one in found if not decision or one.id == decision), None)
    if node is None or not isinstance(node.logic, Table):
        raise UnreadableDecision("Esa decisión no es una tabla: véala en el programa que la hizo.")
    table = node.logic
    rows = tuple(Row(one.id, one.tests, one.results, one.note) for one in table.rules)
    inputs = tuple(map(_input, table.inputs))
    outputs = tuple(map(_output, table.outputs))
    return Sheet(model.id, node.id, node.name, table.policy, table.aggregation, inputs, outputs, rows)


def written(xml: bytes, wanted: Sheet) -> bytes:
    """The file with that table as the sheet has it."""
    root = parse_strangers(xml)
    decision = next(one for one in root.iter() if _tag(one) == "decision" and one.get("id") == wanted.decision)
    decision.set("name", wanted.name)
    table = next(one for one in decision if _tag(one) == "decisionTable")
    table.set("hitPolicy", wanted.policy)
    table.attrib.pop("aggregation", "")
    if wanted.aggregation is not None and wanted.policy == HitPolicy.COLLECT:
        table.set("aggregation", wanted.aggregation)
    ids = {str(one.get("id")) for one in root.iter() if one.get("id")}
    kept = {tag: {one.get("id"): one for one in table if _tag(one) == tag} for tag in ("input", "output", "rule")}
    places = [list(sheet(xml, wanted.decision).inputs), list(sheet(xml, wanted.decision).outputs)]
    rest = [one for one in table if _tag(one) not in kept]
    for child in list(table):
        table.remove(child)
    for column in wanted.inputs:
        table.append(_written_input(table, column, kept["input"].get(column.id), ids))
    for column in wanted.outputs:
        table.append(_written_output(table, column, kept["output"].get(column.id), ids))
    table.extend(one for one in rest if _tag(one) == "annotation")
    for row in wanted.rows:
        table.append(_written_row(table, wanted, row, kept["rule"].get(row.id), places, ids))
    table.extend(one for one in rest if _tag(one) != "annotation")
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", pretty_print=True)


def compare(old: Sheet, new: Sheet) -> list[str]:
    """What changed from one table to another, a sentence each."""
    said = []
    if (old.policy, old.aggregation) != (new.policy, new.aggregation):
        said.append(f"Se toma de otra manera: antes «{old.policy}», ahora «{new.policy}».")
    for word, before, after in (("«si»", old.inputs, new.inputs), ("«entonces»", old.outputs, new.outputs)):
        names, now = [one.label for one in before], [one.label for one in after]
        said += [f"Columna {word} nueva: «{one}»." for one in now if one not in names]
        said += [f"Se quita la columna {word} «{one}»." for one in names if one not in now]
        for one in after:
            was = next((other for other in before if other.label == one.label), None)
            if was is not None and replace(was, id="") != replace(one, id=""):
                said.append(f"Cambia la columna {word} «{one.label}»: qué mira, su tipo o sus valores.")
    places = {row.id: number for number, row in enumerate(old.rows, 1) if row.id}
    for number, row in enumerate(new.rows, 1):
        place = places.get(row.id, 0)
        if not place:
            said.append(f"Fila {number}, nueva: {in_words(new, row)}")
        elif row.cells != old.rows[place - 1].cells:
            said.append(f"Fila {number}: antes «{in_words(old, old.rows[place - 1])}», ahora «{in_words(new, row)}»")
    left = {row.id for row in new.rows}
    said += [
        f"Se quita la fila {number}: {in_words(old, row)}"
        for number, row in enumerate(old.rows, 1) if row.id not in left
    ]  # fmt: skip
    kept = [row.id for row in new.rows if row.id in places]
    if kept != [row.id for row in old.rows if row.id in left]:
        said.append("Cambia el orden de las filas.")
    return said


_A_DAY: Final = re.compile(r'(?:date\(|@)"(\d{4})-(\d\d)-(\d\d)"\)?')
_A_DURATION: Final = re.compile(r'(?:duration\(|@)"P(\d+)D"\)?')
_NEGATED: Final = re.compile(r"not\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
_COMPARED: Final = re.compile(r"(<=|>=|<|>)\s*([^,]+)")
_BETWEEN: Final = re.compile(r"\[([^,\[\]]+)\.\.([^,\[\]]+)\]")
_NEXT: Final = re.compile(r'(")\s*,\s*(")')
_SIGNS: Final = {
    "<": ("menor que", "antes de"), "<=": ("a lo sumo", "hasta"),
    ">": ("mayor que", "después de"), ">=": ("al menos", "desde"),
}  # fmt: skip
"""How a sign is read, and how where it compares days."""


def in_words(shown: Sheet, row: Row) -> str:
    """A row as a sentence."""
    asked = [
        f"{column.label} {_tested(test)}" for column, test in zip(shown.inputs, row.tests, strict=True)
        if test.strip() not in ("", "-")
    ]  # fmt: skip
    given = [f"{column.label}: {_said(text)}" for column, text in zip(shown.outputs, row.results, strict=True)]
    begins = f"Si {' y '.join(asked)}: " if asked else "En cualquier caso: "
    return f"{begins}{'; '.join(given)}."


def _tested(test: str) -> str:
    """What a cell asks of its column."""
    inner = _NEGATED.fullmatch(test.strip())
    if inner:
        return f"no {_tested(inner[1])}"
    if compared := _COMPARED.fullmatch(test.strip()):
        times = _A_DAY.search(compared[2]) is not None
        return f"es {_SIGNS[compared[1]][times]} {_said(compared[2])}"
    if between := _BETWEEN.fullmatch(test.strip()):
        return f"está entre {_said(between[1])} y {_said(between[2])}"
    return f"es {_said(test)}"


def _said(text: str) -> str:
    days = _A_DAY.sub(r"\3/\2/\1", _A_DURATION.sub(r"\1 días", text.strip()))
    return _NEXT.sub(r"\1 o \2", days).replace('"', "") or "nada"


def _input(column: Input) -> Column:
    allowed = column.allowed or column.type.allowed
    return Column(column.id, column.label, column.expression, column.type.base, allowed)


def _output(column: Output) -> Column:
    allowed = column.allowed or column.type.allowed
    return Column(column.id, column.label, column.name, column.type.base, allowed, column.default)


def _written_input(table: Element, column: Column, old: Element | None, ids: set[str]) -> Element:
    made = old if old is not None else _made(table, "input", ids)
    _labelled(made, column)
    asked = _child(made, "inputExpression")
    if asked is None:
        asked = _made(table, "inputExpression", ids)
        made.insert(0, asked)
    _typed(asked, column, _was(old))
    _set_text(asked, "text", column.expression)
    _set_values(made, "inputValues", column.allowed)
    return made


def _written_output(table: Element, column: Column, old: Element | None, ids: set[str]) -> Element:
    made = old if old is not None else _made(table, "output", ids)
    made.set("name", column.expression)
    _labelled(made, column)
    _typed(made, column, "" if old is None else str(old.get("typeRef") or ""))
    _set_values(made, "outputValues", column.allowed)
    _set_values(made, "defaultOutputEntry", column.default)
    return made


def _labelled(made: Element, column: Column) -> None:
    """A column that is called as what it looks at needs no title of its own."""
    if made.get("label") is not None or column.label != column.expression:
        made.set("label", column.label)


def _was(old: Element | None) -> str:
    asked = _child(old, "inputExpression") if old is not None else None
    return str(asked.get("typeRef") or "") if asked is not None else ""


def _typed(holder: Element, column: Column, was: str) -> None:
    """A type that the file defines itself stays while its base does: `tMonto` of numbers."""
    if was and was not in TYPES and column.type:
        return
    if column.type:
        holder.set("typeRef", column.type)
    else:
        holder.attrib.pop("typeRef", "")


def _written_row(
    table: Element, wanted: Sheet, row: Row, old: Element | None, places: Sequence[Sequence[Column]], ids: set[str]
) -> Element:
    made = old if old is not None else _made(table, "rule", ids)
    entries = [[one for one in made if _tag(one) == tag] for tag in ("inputEntry", "outputEntry")]
    notes = [one for one in made if _tag(one) not in ("inputEntry", "outputEntry")]
    for child in list(made):
        made.remove(child)
    if row.note and not notes:
        _set_text(made, "description", row.note)
    made.extend(one for one in notes if _tag(one) in ("description", "extensionElements"))
    sides = zip(("inputEntry", "outputEntry"), (wanted.inputs, wanted.outputs), (row.tests, row.results), strict=True)
    for side, (tag, columns, cells) in enumerate(sides):
        known = {column.id: place for place, column in enumerate(places[side])}
        for column, text in zip(columns, cells, strict=True):
            place = known.get(column.id, -1)
            there = old is not None and 0 <= place < len(entries[side])
            entry = entries[side][place] if there else _made(table, tag, ids)
            _set_text(entry, "text", text)
            made.append(entry)
    made.extend(one for one in notes if _tag(one) not in ("description", "extensionElements"))
    return made


def _set_values(holder: Element, tag: str, text: str) -> None:
    found = _child(holder, tag)
    if not text:
        if found is not None:
            holder.remove(found)
        return
    if found is None:
        found = etree.SubElement(holder, _like(holder, tag))
    _set_text(found, "text", text)


def _set_text(holder: Element, tag: str, text: str) -> None:
    found = _child(holder, tag)
    if found is None:
        found = etree.SubElement(holder, _like(holder, tag))
    found.text = text


def _made(table: Element, tag: str, ids: set[str]) -> Element:
    name = _free(f"{tag}_{len(ids) + 1}", ids)
    ids.add(name)
    return etree.Element(_like(table, tag), id=name)


def _free(wanted: str, taken: Iterable[str]) -> str:
    others, found, number = set(taken), wanted, 1
    while found in others:
        number += 1
        found = f"{wanted}_{number}"
    return found


def _like(element: Element, tag: str) -> str:
    return f"{{{etree.QName(element).namespace}}}{tag}"


def _without(items: tuple[T, ...], place: int) -> tuple[T, ...]:
    return (*items[:place], *items[place + 1 :])


def _child(element: Element, tag: str) -> Element | None:
    return next((one for one in element if _tag(one) == tag), None)


def _tag(element: Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
