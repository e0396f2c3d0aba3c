"""Evaluates decisions: the rows that fit, what the hit policy makes of them, and what hangs on other decisions."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.decisions import feel, functions, values
from engine.decisions.functions import Function
from engine.decisions.model import (
    Aggregation,
    DecisionModel,
    Entries,
    Given,
    HitPolicy,
    Input,
    Invocation,
    Items,
    Literal,
    Logic,
    Node,
    Output,
    Rule,
    Table,
    Type,
)
from engine.errors import InvalidExpression, Undecided

MAX_DEPTH = 30
"""Of decisions that hang on decisions, and of functions that call functions."""
_ORDERED = (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a decision gave nothing, or something doubtful. `decision` is its name, `row` counts from 1 (0: none)."""

    decision: str
    message: str
    row: int = 0


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision gave: FEEL values. `rows` are those that gave it, of a table; `problems` what went wrong."""

    name: str
    value: Any
    rows: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()


def evaluate(model: DecisionModel, given: Given, wanted: str = "") -> dict[str, Decided]:
    """The result of every decision of a file, or of one and those it hangs on, by name.

    What can't be worked out is null, and said. Raises `Undecided` only where there is no such decision.
    """
    too_long = frozenset(name for name, value in given.items() if values.is_too_long(value))
    run = _Run(model, {name: values.of_data(value) for name, value in given.items()}, too_long)
    chosen = model.decision(wanted) if wanted else None
    if wanted and chosen is None:
        raise Undecided(f"No hay una decisión «{wanted}». Las que hay son: {', '.join(_names(model))}.")
    for decision in (chosen,) if chosen is not None else model.decisions.values():
        run.decided(decision)
    return {decided.name: decided for decided in run.done.values()}


def _names(model: DecisionModel) -> Iterator[str]:
    return (f"«{one.name}»" for one in model.decisions.values())


@dataclass(slots=True)
class _Run:
    model: DecisionModel
    given: Mapping[str, Any]
    too_long: frozenset[str] = frozenset()
    """The data that have more items than are looked at."""
    done: dict[str, Decided] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    depth: int = 0
    _rows: tuple[int, ...] = ()
    _inside: str = ""

    def decided(self, decision: Node) -> Any:
        """The value of a decision, worked out once."""
        if decision.id in self.done:
            return self.done[decision.id].value
        if self.depth >= MAX_DEPTH:
            self._tell("Las decisiones dependen unas de otras en círculo, o demasiado hondo.")
            return None
        self.depth += 1
        problems, self.problems, inside, self._inside = self.problems, [], self._inside, decision.name
        scope = self._scope(decision)
        self._rows = ()
        value = self._logic(decision.logic, scope, self._functions(decision)) if decision.logic else None
        value = self._typed(value, decision.type, decision.name) if _is_checked(decision) else value
        self.done[decision.id] = Decided(decision.name, value, self._rows, tuple(self.problems))
        self.depth -= 1
        self.problems, self._inside = problems, inside
        return value

    def _scope(self, node: Node) -> dict[str, Any]:
        """What a decision may read: the data that it is given, and the decisions it hangs on."""
        scope: dict[str, Any] = {}
        for one in node.requires:
            if one in self.model.inputs:
                name, kind = self.model.inputs[one]
                scope[name] = self._typed(self.given.get(name), kind, name)
            elif one in self.model.decisions:
                other = self.model.decisions[one]
                scope[other.variable] = self.decided(other)
        if not self.model.inputs:  # a table of a modeler that draws no data reads whatever it is given
            return {**self.given, **scope}
        return scope

    def _functions(self, node: Node) -> dict[str, Function]:
        known = (self.model.functions[one] for one in node.requires if one in self.model.functions)
        return {one.variable: self._function(one) for one in known}

    def _function(self, node: Node) -> Function:
        def call(*given: Any) -> Any:
            if self.depth >= MAX_DEPTH or node.logic is None:
                self._tell("Las funciones se llaman en círculo, o demasiado hondo.")
                return None
            self.depth += 1
            pairs = zip(node.parameters, given, strict=True)
            scope = {name: self._typed(value, kind, name) for (name, kind), value in pairs}
            found = self._logic(node.logic, scope, self._functions(node))
            self.depth -= 1
            return found

        count = len(node.parameters)
        return Function(call, count, count, tuple(name for name, _kind in node.parameters))

    def _logic(self, logic: Logic, scope: Mapping[str, Any], called: Mapping[str, Function]) -> Any:
        match logic:
            case Table():
                return self._table(logic, scope, called)
            case Literal():
                return self._expression(logic.text, scope, called)
            case Invocation():
                return self._invoked(logic, scope, called)
            case Items():
                return [self._logic(one, scope, called) for one in logic.items]
            case Entries():
                return self._entries(logic, scope, called)

    def _entries(self, logic: Entries, scope: Mapping[str, Any], called: Mapping[str, Function]) -> Any:
        found: dict[str, Any] = {}
        for name, one in logic.entries:
            value = self._logic(one, {**scope, **found}, called)
            if not name:
                return value
            found[name] = value
        return found

    def _invoked(self, logic: Invocation, scope: Mapping[str, Any], called: Mapping[str, Function]) -> Any:
        function = called.get(logic.called)
        if function is None:
            self._tell(f"No existe la función «{logic.called}».")
            return None
        given = {name: self._logic(one, scope, called) for name, one in logic.bindings}
        return function.run(*(given.get(name) for name in function.named))

    def _expression(self, text: str, scope: Mapping[str, Any], called: Mapping[str, Function]) -> Any:
        try:
            compiled = _expression(text, _names_of(scope), called)
        except InvalidExpression as wrong:
            self._tell(f"«{text}»: {wrong.message}")
            return None
        return None if self._reads_too_long(compiled.names) else compiled.run(scope)

    def _reads_too_long(self, names: frozenset[str]) -> bool:
        for name in sorted(names & self.too_long):
            self._tell(f"«{name}» tiene más de {values.LONGEST_LIST} valores: una tabla de decisión no los recorre.")
        return bool(names & self.too_long)

    # Tables.

    def _table(self, table: Table, scope: Mapping[str, Any], called: Mapping[str, Function]) -> Any:
        asked = [self._asked(one, scope, called) for one in table.inputs]
        if any(wrong for _, wrong in asked):
            return None
        tested = [value for value, _ in asked]
        hits = [rule for rule in table.rules if self._fits(rule, table.inputs, tested, scope, called)]
        if not hits:
            return self._default(table, scope, called)
        found = [(rule, self._result(rule, table, scope, called)) for rule in hits]
        return self._by_policy(table, found, called)

    def _asked(self, column: Input, scope: Mapping[str, Any], called: Mapping[str, Function]) -> tuple[Any, bool]:
        """What a column looks at, and whether that is of another type, or none of its values."""
        found = self._expression(column.expression, scope, called)
        value = coerced(found, column.type)
        if found is not None and value is None and column.type.base:
            self._tell(f"«{column.label}» debe ser {column.type.called}, y vale «{values.text_of(found)}».")
            return None, True
        allowed = column.allowed or column.type.allowed
        if value is not None and allowed and not self._test(allowed, value, scope, called):
            self._tell(f"«{column.label}» vale «{values.text_of(value)}», que no está entre sus valores ({allowed}).")
            return None, True
        return value, False

    def _fits(
        self,
        rule: Rule,
        columns: tuple[Input, ...],
        tested: list[Any],
        scope: Mapping[str, Any],
        called: Mapping[str, Function],
    ) -> bool:
        return all(
            self._test(text, value, scope, called, rule.number)
            for text, value, _column in zip(rule.tests, tested, columns, strict=True)
        )

    def _test(
        self, text: str, value: Any, scope: Mapping[str, Any], called: Mapping[str, Function], row: int = 0
    ) -> bool:
        try:
            tests = _cell(text, _names_of(scope), called)
            if self._reads_too_long(tests.names):
                return False
            return tests.holds(value, {**scope, feel.INPUT: value}) is True
        except InvalidExpression as wrong:
            self._tell(f"La celda «{text}» no se entiende: {wrong.message}", row)
            return False

    def _result(
        self, rule: Rule, table: Table, scope: Mapping[str, Any], called: Mapping[str, Function]
    ) -> tuple[Any, ...]:
        found = []
        for text, column in zip(rule.results, table.outputs, strict=True):
            value = self._expression(text, scope, called) if text.strip() not in ("", "-") else None
            given = coerced(value, column.type)
            if value is not None and given is None:
                self._tell(
                    f"«{column.label or text}» debe ser {column.type.called}, y la fila da «{text}».", rule.number
                )
            found.append(given)
        return tuple(found)

    def _default(self, table: Table, scope: Mapping[str, Any], called: Mapping[str, Function]) -> Any:
        if any(column.default for column in table.outputs):
            given = [self._expression(one.default, scope, called) if one.default else None for one in table.outputs]
            return _shaped(table, tuple(given)) if table.policy.is_single else [_shaped(table, tuple(given))]
        if table.aggregation == Aggregation.COUNT:
            return Decimal(0)
        if not table.policy.is_single and table.aggregation is None:
            return []
        return None

    def _by_policy(
        self, table: Table, found: list[tuple[Rule, tuple[Any, ...]]], called: Mapping[str, Function]
    ) -> Any:
        if table.policy in _ORDERED:
            found = sorted(found, key=functools.partial(self._rank, table, called))
        if table.policy.is_single and not self._agree(table, found):
            return None
        if table.policy.is_single:
            self._rows = (found[0][0].number,)
            return _shaped(table, found[0][1])
        self._rows = tuple(rule.number for rule, _ in found)
        return self._collected(table, [result for _, result in found])

    def _agree(self, table: Table, found: list[tuple[Rule, tuple[Any, ...]]]) -> bool:
        """Whether what the policy asks of several rows that fit is so."""
        rows = " y ".join(str(rule.number) for rule, _ in found)
        if table.policy == HitPolicy.UNIQUE and len(found) > 1:
            self._tell(f"Las filas {rows} se cumplen a la vez, y la política es «única».")
            return False
        if table.policy == HitPolicy.ANY and any(not _same(result, found[0][1]) for _, result in found):
            self._tell(f"Las filas {rows} se cumplen a la vez y no dicen lo mismo, como pide la política «cualquiera».")
            return False
        return True

    def _collected(self, table: Table, results: list[tuple[Any, ...]]) -> Any:
        if table.aggregation is None or table.policy != HitPolicy.COLLECT:
            return [_shaped(table, one) for one in results]
        if table.aggregation == Aggregation.COUNT:
            return Decimal(len(results))
        columns = list(zip(*results, strict=True))
        totals = tuple(self._aggregated(table.aggregation, list(column)) for column in columns)
        return _shaped(table, totals)

    def _aggregated(self, how: Aggregation, column: list[Any]) -> Any:
        if how != Aggregation.SUM:
            return functions.extreme("<" if how == Aggregation.MIN else ">")(column)
        found: Any = column[0]
        for one in column[1:]:
            found = values.calculate("+", found, one)
        return found

    def _rank(
        self, table: Table, called: Mapping[str, Function], found: tuple[Rule, tuple[Any, ...]]
    ) -> tuple[int, ...]:
        """Where a result stands among the values of its outputs; what is none of them comes last."""
        return tuple(self._place(column, value, called) for column, value in zip(table.outputs, found[1], strict=True))

    def _place(self, column: Output, value: Any, called: Mapping[str, Function]) -> int:
        allowed = column.allowed or column.type.allowed
        try:
            known = feel.expression(f"[{allowed}]").literal or []
        except InvalidExpression:
            known = []
        return next((place for place, one in enumerate(known) if values.equal(one, value) is True), len(known))

    def _typed(self, value: Any, kind: Type, name: str) -> Any:
        found = coerced(value, kind)
        if value is not None and found is None:
            self._tell(f"«{name}» debe ser {kind.called}, y vale «{values.text_of(value)}».")
        elif found is not None and kind.allowed and not kind.is_list and not self._allowed(found, kind):
            self._tell(f"«{name}» vale «{values.text_of(found)}», que no está entre sus valores ({kind.allowed}).")
            return None
        return found

    def _allowed(self, value: Any, kind: Type) -> bool:
        try:
            return feel.cell(kind.allowed).holds(value, {}) is True
        except InvalidExpression:
            return True

    def _tell(self, message: str, row: int = 0) -> None:
        self.problems.append(Problem(self._inside, message, row))


def _is_checked(decision: Node) -> bool:
    """Whether what a decision gives is held against its type: a table has types of its own."""
    return bool(decision.type.base or decision.type.fields)


def coerced(value: Any, kind: Type) -> Any:
    """A value as a type has it; null if it is none. Dates and durations are read from their texts."""
    if value is None:
        return None
    if kind.is_list:
        one = Type(kind.base, fields=kind.fields)
        items = value if isinstance(value, list) else [value]
        return _whole(items, [coerced(item, one) for item in items])
    if kind.fields:
        if not isinstance(value, Mapping):
            return None
        found = {name: coerced(value.get(name), inner) for name, inner in kind.fields.items()}
        return (
            {**value, **found} if _whole([value.get(name) for name in found], [*found.values()]) is not None else None
        )
    if not kind.base:
        return value
    if isinstance(value, list) and len(value) == 1 and kind.base:
        value = value[0]
    found = _READERS.get(kind.base, _same_text)(value)
    return found if found is not None and values.kind(found) == kind.base else None


def _whole(given: list[Any], found: list[Any]) -> list[Any] | None:
    """What parts became; nothing at all where one of them is of another type."""
    return None if any(b is None and a is not None for a, b in zip(given, found, strict=True)) else found


def _same_text(value: Any) -> Any:
    return value


def _read(reader: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: reader(value) if isinstance(value, str) else value


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "date": _read(values.date),
    "time": _read(values.time),
    "date and time": _read(values.date_and_time),
    "days and time duration": _read(values.duration),
    "years and months duration": _read(values.duration),
    "number": values.number,
}


def _shaped(table: Table, results: tuple[Any, ...]) -> Any:
    """One value, or a value for each output by its name."""
    if len(table.outputs) == 1:
        return results[0]
    return {one.name or one.label: value for one, value in zip(table.outputs, results, strict=True)}


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return all(values.equal(a, b) is True for a, b in zip(one, other, strict=True))


def _names_of(scope: Mapping[str, Any]) -> tuple[str, ...]:
    """Every name that may be read: the data, and the fields within them."""
    found: dict[str, None] = dict.fromkeys(scope)
    for value in scope.values():
        _gather(value, found, 0)
    return tuple(found)


def _gather(value: Any, found: dict[str, None], depth: int) -> None:
    if isinstance(value, Mapping) and depth < 6:
        found.update(dict.fromkeys(value))
        for inner in value.values():
            _gather(inner, found, depth + 1)
    elif isinstance(value, list) and value:
        _gather(value[0], found, depth + 1)


def _expression(text: str, names: tuple[str, ...], called: Mapping[str, Function]) -> feel.Compiled:
    return feel.expression(text, names, called) if called else _plain_expression(text, names)


def _cell(text: str, names: tuple[str, ...], called: Mapping[str, Function]) -> feel.Cell:
    return feel.cell(text, names, called) if called else _plain_cell(text, names)


@functools.lru_cache(4096)
def _plain_expression(text: str, names: tuple[str, ...]) -> feel.Compiled:
    return feel.expression(text, names)


@functools.lru_cache(8192)
def _plain_cell(text: str, names: tuple[str, ...]) -> feel.Cell:
    return feel.cell(text, names)
