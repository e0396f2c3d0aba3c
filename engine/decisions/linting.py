"""Says what is wrong in a file of decisions before it decides anything: gaps, overlaps, rows never used, types.

What cells compare with cuts each column into parts in which nothing changes. One value of each part stands for it, and
every combination of them is tried on the cells themselves: what no row takes is a gap, what several take an overlap.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.decisions import feel, values
from engine.decisions.feel import Cell
from engine.decisions.functions import Function
from engine.decisions.model import DecisionModel, HitPolicy, Input, Literal, Node, Output, Rule, Table, Type
from engine.errors import InvalidExpression

MAX_COMBINATIONS = 10_000
MOST_SHOWN = 5
"""Gaps, or overlaps, that one table tells one by one."""
_OTHER = "«otro valor»"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a decision: `row` counts from 1, `column` is its title; 0 and empty where it is the whole."""

    severity: str
    rule: str
    decision: str
    message: str
    row: int = 0
    column: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the command line and the studio."""
        return {
            "severidad": self.severity,
            "regla": self.rule,
            "decision": self.decision,
            "fila": self.row,
            "columna": self.column,
            "mensaje": self.message,
        }


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a column in which nothing changes: a value that stands for it, and how a sentence calls it."""

    value: Any
    words: str


def lint(model: DecisionModel) -> list[Finding]:
    """Everything that is wrong, errors first."""
    found = [Finding("error", "refused", one.where, f"{one.where}: {one.message}") for one in model.refused]
    for decision in (*model.decisions.values(), *model.functions.values()):
        found += _Checked(model, decision).findings()
    return sorted(found, key=lambda one: one.severity != "error")


@dataclass(frozen=True, slots=True)
class _Checked:
    model: DecisionModel
    decision: Node

    def findings(self) -> Iterator[Finding]:
        logic = self.decision.logic
        if isinstance(logic, Literal):
            yield from self._text(logic.text, "expression")
        elif isinstance(logic, Table):
            yield from self._table(logic)

    def _table(self, table: Table) -> Iterator[Finding]:
        wrong = [*self._columns(table), *self._cells(table)]
        yield from wrong
        if any(one.severity == "error" for one in wrong):
            return
        yield from self._combinations(table)

    def _columns(self, table: Table) -> Iterator[Finding]:
        if not table.inputs or not table.outputs or not table.rules:
            yield self._error("empty", "La tabla no tiene filas, o le faltan columnas.")
        if table.policy in (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER) and not any(
            column.allowed or column.type.allowed for column in table.outputs
        ):
            how = "de prioridad" if table.policy == HitPolicy.PRIORITY else "de orden de salida"
            yield self._error("order", f"La política {how} sigue el orden de los valores de la salida: escríbalos.")
        if table.aggregation and len(table.outputs) > 1:
            yield self._error("aggregation", "Una suma, mínimo, máximo o cuenta tiene una sola columna de salida.")
        for column in table.inputs:
            yield from self._text(column.expression, "input", column.label)
            yield from self._tests(column.allowed, 0, column.label)
        for output in table.outputs:
            yield from self._text(output.default, "output", output.label)

    def _cells(self, table: Table) -> Iterator[Finding]:
        for rule in table.rules:
            for text, column in zip(rule.tests, table.inputs, strict=True):
                yield from self._tests(text, rule.number, column.label, column)
            for text, output in zip(rule.results, table.outputs, strict=True):
                yield from self._result(text, rule, output)

    def _tests(self, text: str, row: int, title: str, column: Input | None = None) -> Iterator[Finding]:
        try:
            tests = feel.cell(text, self._names())
        except InvalidExpression as wrong:
            yield self._error("cell", f"La celda «{text}» no se entiende: {wrong.message}", row, title)
            return
        yield from self._unknown(tests.names, text, row, title)
        for bound in tests.bounds if column is not None else ():
            if column is not None and bound.value is not None and not _is_of(bound.value, column.type):
                message = f"«{text}» no es {column.type.called}, que es lo que «{title}» tiene."
                yield self._error("type", message, row, title)
        if column is not None and not tests.opaque:
            yield from self._outside(tests, column, text, row)

    def _outside(self, tests: Cell, column: Input, text: str, row: int) -> Iterator[Finding]:
        allowed = column.allowed or column.type.allowed
        if not allowed or tests.anything:
            return
        known = feel.cell(allowed, self._names())
        for bound in tests.bounds:
            if bound.sign == "=" and bound.value is not None and known.holds(bound.value, {}) is False:
                message = f"«{values.text_of(bound.value)}» no está entre los valores de «{column.label}» ({allowed})."
                yield self._error("value", message, row, column.label)

    def _result(self, text: str, rule: Rule, output: Output) -> Iterator[Finding]:
        if text.strip() in ("", "-"):
            yield self._warning(
                "empty_result", f"La fila {rule.number} no da «{output.label}».", rule.number, output.label
            )
            return
        yield from self._text(text, "result", output.label, rule.number)
        try:
            found = feel.expression(text, self._names())
        except InvalidExpression:
            return
        if not found.is_literal or found.literal is None:
            return
        if not _is_of(found.literal, output.type):
            message = f"La fila {rule.number} da «{text}», y «{output.label}» es {output.type.called}."
            yield self._error("type", message, rule.number, output.label)
        allowed = output.allowed or output.type.allowed
        if allowed and feel.cell(allowed, self._names()).holds(found.literal, {}) is False:
            message = f"La fila {rule.number} da «{values.text_of(found.literal)}», que no está en {allowed}."
            yield self._error("value", message, rule.number, output.label)

    def _text(self, text: str, rule: str, title: str = "", row: int = 0) -> Iterator[Finding]:
        if not text.strip():
            if rule in ("expression", "input"):
                yield self._error(
                    rule, f"A {f'«{title}»' if title else 'la decisión'} le falta la expresión.", row, title
                )
            return
        try:
            names = feel.expression(text, self._names(), self._functions()).names
        except InvalidExpression as wrong:
            yield self._error(rule, f"«{text}» no se entiende: {wrong.message}", row, title)
            return
        yield from self._unknown(names, text, row, title)

    def _unknown(self, names: Iterable[str], text: str, row: int, title: str) -> Iterator[Finding]:
        known = set(self._names())
        if not self._is_drawn():
            return
        for name in sorted(set(names) - known):
            quoted = f' Si es un texto, escríbalo entre comillas: "{name}".' if row else ""
            yield self._error("name", f"«{text}»: no hay un dato «{name}».{quoted}", row, title)

    def _is_drawn(self) -> bool:
        """Whether the file says which data it reads; a table alone reads whatever it is given."""
        return bool(self.model.inputs) or bool(self.decision.parameters)

    def _names(self) -> list[str]:
        found: list[str] = [name for name, _ in self.decision.parameters]
        kinds = [kind for _, kind in self.decision.parameters]
        for one in self.decision.requires:
            if one in self.model.inputs:
                found.append(self.model.inputs[one][0])
                kinds.append(self.model.inputs[one][1])
            elif one in self.model.decisions:
                other = self.model.decisions[one]
                found.append(other.variable)
                kinds.append(other.type)
                if isinstance(other.logic, Table):
                    found += [output.name for output in other.logic.outputs]
        for kind in kinds:
            found += _fields(kind)
        if not self._is_drawn() and isinstance(self.decision.logic, Table):
            found += [column.expression for column in self.decision.logic.inputs if column.expression]
        return found

    def _functions(self) -> Mapping[str, Any]:
        called = (self.model.functions[one] for one in self.decision.requires if one in self.model.functions)
        return {
            one.variable: Function(lambda *_given: None, count, count, tuple(name for name, _ in one.parameters))
            for one in called
            for count in (len(one.parameters),)
        }

    # Gaps and overlaps.

    def _combinations(self, table: Table) -> Iterator[Finding]:
        cells = [[feel.cell(text, self._names()) for text in rule.tests] for rule in table.rules]
        opaque = [any(row[place].opaque for row in cells) for place in range(len(table.inputs))]
        if any(opaque):
            titles = ", ".join(f"«{column.label}»" for column, one in zip(table.inputs, opaque, strict=True) if one)
            yield self._warning(
                "opaque", f"No se puede saber si faltan o sobran filas: {titles} compara con otros datos."
            )
            return
        parts = [self._parts(column, [row[place] for row in cells]) for place, column in enumerate(table.inputs)]
        tried, sampled = _tried(parts)
        hits = {one: _hits(cells, parts, one) for one in tried}
        if sampled:
            yield self._warning("sampled", f"La tabla tiene más de {MAX_COMBINATIONS} casos: se miró una muestra.")
        yield from self._gaps(table, parts, [one for one, rows in hits.items() if not rows])
        yield from self._overlaps(table, parts, {one: rows for one, rows in hits.items() if len(rows) > 1})
        yield from self._unused(table, hits.values(), sampled=sampled)

    def _parts(self, column: Input, cells: list[Cell]) -> list[Part]:
        allowed = column.allowed or column.type.allowed
        limits = feel.cell(allowed, self._names()) if allowed else None
        bounds = [bound.value for cell in cells for bound in cell.bounds]
        bounds += [bound.value for bound in limits.bounds] if limits is not None else []
        found = _cut(bounds, column.type)
        if limits is not None:
            found = [part for part in found if limits.holds(part.value, {}) is True]
        return found or [Part(None, "vacío")]

    def _gaps(self, table: Table, parts: list[list[Part]], gaps: list[tuple[int, ...]]) -> Iterator[Finding]:
        if not gaps or any(output.default for output in table.outputs) or not table.policy.is_single:
            return
        told = _widened(set(gaps), [len(one) for one in parts])
        for one in told[:MOST_SHOWN]:
            yield self._warning("gap", f"Ninguna fila cubre {_said(table, parts, one)}.")
        if len(told) > MOST_SHOWN:
            yield self._warning("gap", f"Hay {len(told) - MOST_SHOWN} casos más que ninguna fila cubre.")

    def _overlaps(
        self, table: Table, parts: list[list[Part]], overlaps: Mapping[tuple[int, ...], tuple[int, ...]]
    ) -> Iterator[Finding]:
        if table.policy not in (HitPolicy.UNIQUE, HitPolicy.ANY):
            return
        together: dict[tuple[int, ...], tuple[int, ...]] = {}
        for one, rows in overlaps.items():
            together.setdefault(rows, one)
        for rows, one in list(together.items())[:MOST_SHOWN]:
            named = " y ".join(str(table.rules[row].number) for row in rows)
            where = _said(table, parts, tuple({place} for place in one))
            same = len({tuple(part.strip() for part in table.rules[row].results) for row in rows}) == 1
            if table.policy == HitPolicy.UNIQUE:
                yield self._error(
                    "overlap", f"Las filas {named} se cumplen a la vez con {where}; la política es «única»."
                )
            elif not same:
                message = f"Las filas {named} se cumplen a la vez con {where}, y no dicen lo mismo."
                yield self._error("overlap", message)
            else:
                yield self._warning("overlap", f"Las filas {named} se cumplen a la vez con {where}, y dicen lo mismo.")

    def _unused(self, table: Table, hits: Iterable[tuple[int, ...]], *, sampled: bool) -> Iterator[Finding]:
        if sampled:
            return
        every = list(hits)
        first = table.policy == HitPolicy.FIRST
        used = {rows[0] for rows in every if rows} if first else {row for rows in every for row in rows}
        for place, rule in enumerate(table.rules):
            if place in used:
                continue
            covered = first and any(place in rows for rows in every)
            why = "las de arriba ya cubren lo suyo" if covered else "nada puede cumplir todas sus celdas"
            yield self._warning("unreachable", f"La fila {rule.number} no se usa nunca: {why}.", rule.number)

    def _error(self, rule: str, message: str, row: int = 0, column: str = "") -> Finding:
        return Finding("error", rule, self.decision.name, message, row, column)

    def _warning(self, rule: str, message: str, row: int = 0, column: str = "") -> Finding:
        return Finding("warning", rule, self.decision.name, message, row, column)


def _fields(kind: Type) -> list[str]:
    return [*kind.fields, *(name for inner in kind.fields.values() for name in _fields(inner))]


def _is_of(value: Any, kind: Type) -> bool:
    if isinstance(value, list):
        return all(_is_of(one, kind) for one in value)
    return not kind.base or kind.is_list or values.kind(value) == kind.base


def _cut(bounds: list[Any], kind: Type) -> list[Part]:
    """A column in parts: each value that is compared with, and what lies around it."""
    if kind.base == "boolean" or any(isinstance(one, bool) for one in bounds):
        return [Part(True, "sí"), Part(False, "no")]
    ordered = sorted({one for one in bounds if isinstance(one, Decimal)})
    if ordered:
        return list(_numbers(ordered, whole=kind.whole))
    days = sorted({one for one in bounds if isinstance(one, dt.date) and not isinstance(one, dt.datetime)})
    if days:
        return list(_days(days))
    texts = list(dict.fromkeys(one for one in bounds if isinstance(one, str)))
    if texts:
        return [*(Part(one, f"«{one}»") for one in texts), Part(_OTHER, "otro valor")]
    return [Part(_any_of(kind), "cualquier valor")]


def _any_of(kind: Type) -> Any:
    return {"number": Decimal(0), "date": dt.date(2000, 1, 1)}.get(kind.base, _OTHER)


def _numbers(points: list[Decimal], *, whole: bool) -> Iterator[Part]:
    yield Part(points[0] - 1, f"menos de {values.text_of(points[0])}")
    for low, high in itertools.pairwise([*points, None]):
        shown = values.text_of(low)
        yield Part(low, f"{shown}")
        if high is not None and low is not None and not (whole and high - low <= 1):
            yield Part(low + 1 if whole else (low + high) / 2, f"entre {shown} y {values.text_of(high)}")
    yield Part(points[-1] + 1, f"más de {values.text_of(points[-1])}")


def _days(points: list[dt.date]) -> Iterator[Part]:
    one = dt.timedelta(days=1)
    yield Part(points[0] - one, f"antes del {points[0]:%d/%m/%Y}")
    for low, high in itertools.pairwise([*points, None]):
        if low is not None:
            yield Part(low, f"el {low:%d/%m/%Y}")
        if low is not None and high is not None and high - low > one:
            yield Part(low + one, f"entre el {low:%d/%m/%Y} y el {high:%d/%m/%Y}")
    yield Part(points[-1] + one, f"después del {points[-1]:%d/%m/%Y}")


def _tried(parts: list[list[Part]]) -> tuple[list[tuple[int, ...]], bool]:
    """The combinations to try, by the place of each part; a sample, always the same, where there are too many."""
    count = 1
    for one in parts:
        count *= len(one)
    if count <= MAX_COMBINATIONS:
        return list(itertools.product(*(range(len(one)) for one in parts))), False
    chance = random.Random(count)  # noqa: S311 (nothing secret)
    return [tuple(chance.randrange(len(one)) for one in parts) for _ in range(MAX_COMBINATIONS)], True


def _hits(cells: list[list[Cell]], parts: list[list[Part]], places: tuple[int, ...]) -> tuple[int, ...]:
    given = [parts[column][place].value for column, place in enumerate(places)]
    return tuple(
        row
        for row, tests in enumerate(cells)
        if all(test.holds(value, {feel.INPUT: value}) is True for test, value in zip(tests, given, strict=True))
    )


def _widened(gaps: set[tuple[int, ...]], sizes: list[int]) -> list[tuple[set[int], ...]]:
    """Gaps side by side as one: for each column the parts that it takes."""
    left = set(gaps)
    found = []
    while left:
        one = min(left)
        box = [{place} for place in one]
        for column, size in enumerate(sizes):
            for place in range(size):
                wider = [*box[:column], {place}, *box[column + 1 :]]
                if all(corner in gaps for corner in itertools.product(*wider)):
                    box[column].add(place)
        left -= set(itertools.product(*box))
        found.append(tuple(box))
    return found


def _said(table: Table, parts: list[list[Part]], box: tuple[set[int], ...]) -> str:
    """«Edad»: menos de 18 y «Riesgo»: «Alto»."""
    words = [
        f"«{column.label}»: {' o '.join(part.words for place, part in enumerate(known) if place in taken)}"
        for column, known, taken in zip(table.inputs, parts, box, strict=True)
        if len(taken) < len(known)
    ]
    return " y ".join(words) or "ningún caso"
