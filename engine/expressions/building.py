"""Conditions as people choose them by menus: read from an expression where that can be shown so, and written back."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lark import Token, Tree

from engine.expressions import functions, values
from engine.expressions.comparing import Literal, literal_of, mirrored, name_of, tree_of

ITEM: Final = "cada"
"""What a quantifier that is written here calls the item it looks at."""
MOST_CLAUSES: Final = 20


class Join(StrEnum):
    """How the parts of a condition go together."""

    ALL = "and"
    ANY = "or"


class Each(StrEnum):
    """Of which items of a list a clause speaks."""

    SOME = "some"
    EVERY = "every"
    NONE = "none"


class Operator(StrEnum):
    """What a clause asks of its datum; the value is what pages call it by."""

    IS = "es"
    IS_NOT = "no_es"
    ONE_OF = "alguna_de"
    NONE_OF = "ninguna_de"
    LESS = "menor"
    AT_MOST = "maximo"
    MORE = "mayor"
    AT_LEAST = "minimo"
    BETWEEN = "entre"
    EMPTY = "vacio"
    FILLED = "lleno"
    CONTAINS = "contiene"
    CONTAINS_NOT = "no_contiene"
    STARTS = "empieza"
    STARTS_NOT = "no_empieza"
    HAS = "tiene"
    HAS_NOT = "no_tiene"
    COUNT_AT_LEAST = "cuantos_minimo"
    COUNT_LESS = "cuantos_menos"
    SUM_AT_LEAST = "suma_minimo"
    SUM_LESS = "suma_menos"


_SIGNS = {
    Operator.IS: "==",
    Operator.IS_NOT: "!=",
    Operator.LESS: "<",
    Operator.AT_MOST: "<=",
    Operator.MORE: ">",
    Operator.AT_LEAST: ">=",
}
_BY_SIGN = {sign: operator for operator, sign in _SIGNS.items()}
_MEASURED = {
    ("cuenta", ">="): Operator.COUNT_AT_LEAST,
    ("cuenta", "<"): Operator.COUNT_LESS,
    ("suma", ">="): Operator.SUM_AT_LEAST,
    ("suma", "<"): Operator.SUM_LESS,
}
_BY_MEASURE = {operator: measure for measure, operator in _MEASURED.items()}
_CALLED = {"contiene": Operator.CONTAINS, "empieza": Operator.STARTS}
_PATTERNS = {
    Operator.ONE_OF: "{name} in [{all}]",
    Operator.NONE_OF: "{name} not in [{all}]",
    Operator.BETWEEN: "{name} between {first} and {second}",
    Operator.EMPTY: "empty {name}",
    Operator.FILLED: "not empty {name}",
    Operator.CONTAINS: "contiene({name}, {first})",
    Operator.CONTAINS_NOT: "not contiene({name}, {first})",
    Operator.STARTS: "empieza({name}, {first})",
    Operator.STARTS_NOT: "not empieza({name}, {first})",
    Operator.HAS: "{first} in {name}",
    Operator.HAS_NOT: "{first} not in {name}",
}
_OPPOSITES = {
    Operator.IS: Operator.IS_NOT,
    Operator.ONE_OF: Operator.NONE_OF,
    Operator.EMPTY: Operator.FILLED,
    Operator.CONTAINS: Operator.CONTAINS_NOT,
    Operator.STARTS: Operator.STARTS_NOT,
    Operator.HAS: Operator.HAS_NOT,
}
_OPPOSITES |= {opposite: operator for operator, opposite in _OPPOSITES.items()}
"""Those of which exactly one holds, whatever the datum is. «Mayor» and «como mucho» both fail where it is missing."""


@dataclass(frozen=True, slots=True)
class Clause:
    """What is asked of one datum. `each`: of the items of a list, not of the list itself."""

    name: str
    operator: Operator
    values: tuple[Literal, ...] = ()
    each: Each | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Clauses that go together; a condition is a group whose parts may be groups of clauses."""

    join: Join
    parts: tuple[Clause | Group, ...]

    def clauses(self) -> Iterator[Clause]:
        """Every clause, those of the groups inside too."""
        for part in self.parts:
            if isinstance(part, Clause):
                yield part
            else:
                yield from part.clauses()


def read(text: str) -> Group | None:
    """The condition as menus show it; None of one that they can't."""
    return _condition(text, negated=False)


@functools.lru_cache(1024)
def read_opposite(text: str) -> Group | None:
    """What has to hold for this condition not to: of a form's «hide», when the field is shown."""
    tree = tree_of(text)
    if tree is None:
        return None
    inner = _only(tree)
    if inner.data == "denial" and (plain := _whole(_only(inner), negated=False)) is not None:
        return plain
    return _whole(inner, negated=True)


def write(group: Group) -> str:
    """The condition as the diagram keeps it, without the `${…}` around it."""
    return _written(group, within=None)


def write_opposite(group: Group) -> str:
    """The condition that holds where this one does not."""
    opposite = _opposite_of(group)
    return f"not ({write(group)})" if opposite is None else write(opposite)


def _condition(text: str, *, negated: bool) -> Group | None:
    tree = tree_of(text)
    return None if tree is None else _whole(_only(tree) if tree.data == "start" else tree, negated=negated)


def _whole(tree: Tree[Token], *, negated: bool) -> Group | None:
    part = _part(tree, negated, depth=0)
    if part is None:
        return None
    whole = Group(Join.ALL, (part,)) if isinstance(part, Clause) else part
    return whole if len(list(whole.clauses())) <= MOST_CLAUSES else None


def _only(tree: Tree[Token]) -> Tree[Token]:
    child = tree.children[0]
    return child if isinstance(child, Tree) else tree


def _part(tree: Tree[Token], negated: bool, depth: int) -> Clause | Group | None:
    if tree.data == "denial":
        return _part(_only(tree), not negated, depth)
    if tree.data in ("any", "all"):
        return _group(tree, negated, depth)
    clause = _clause(tree)
    return _opposite(clause) if clause is not None and negated else clause


def _group(tree: Tree[Token], negated: bool, depth: int) -> Group | None:
    join = Join.ANY if (tree.data == "any") != negated else Join.ALL
    parts: list[Clause | Group] = []
    for child in tree.children:
        part = _part(child, negated, depth + 1) if isinstance(child, Tree) else None
        if part is None:
            return None
        parts += part.parts if isinstance(part, Group) and part.join is join else (part,)
    return None if depth > 1 else Group(join, tuple(parts))


def _clause(tree: Tree[Token]) -> Clause | None:
    reading = _READERS.get(str(tree.data))
    return reading(tree) if reading else None


def _truth(tree: Tree[Token]) -> Clause | None:
    return Clause(name_of(tree), Operator.IS, (True,)) if name_of(tree) else None


def _emptiness(tree: Tree[Token]) -> Clause | None:
    return Clause(name, Operator.EMPTY) if (name := name_of(tree.children[0])) else None


def _compared(tree: Tree[Token]) -> Clause | None:
    left, written, right = tree.children
    sign = values.sign(str(written))
    if literal_of(left) is not None:
        left, sign, right = right, mirrored(sign), left
    found = literal_of(right)
    if found is None or found[0] is None:
        return None
    if name := name_of(left):
        return Clause(name, _BY_SIGN[sign], (found[0],))
    if isinstance(left, Tree) and left.data == "call":
        function, items = _call(left)
        operator = _MEASURED.get((function, sign))
        if operator and len(items) == 1 and name_of(items[0]) and _is_number(found[0]):
            return Clause(name_of(items[0]), operator, (found[0],))
    return None


def _is_number(value: Literal) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _between(tree: Tree[Token]) -> Clause | None:
    item, least, most = tree.children
    low, high = literal_of(least), literal_of(most)
    if not name_of(item) or low is None or high is None:
        return None
    return Clause(name_of(item), Operator.BETWEEN, (low[0], high[0]))


def _within(tree: Tree[Token]) -> Clause | None:
    item, collection = tree.children
    positive = tree.data == "member"
    if (found := literal_of(item)) is not None and name_of(collection):
        return Clause(name_of(collection), Operator.HAS if positive else Operator.HAS_NOT, (found[0],))
    listed = _sequence(collection)
    if not name_of(item) or not listed:
        return None
    return Clause(name_of(item), Operator.ONE_OF if positive else Operator.NONE_OF, listed)


def _sequence(node: object) -> tuple[Literal, ...]:
    if not isinstance(node, Tree) or node.data != "sequence" or not isinstance(node.children[0], Tree):
        return ()
    found = [literal_of(item) for item in node.children[0].children]
    return tuple(one[0] for one in found if one is not None) if all(found) else ()


def _call(tree: Tree[Token]) -> tuple[str, list[object]]:
    name, items = tree.children
    return functions.spanish(str(name)), list(items.children) if isinstance(items, Tree) else []


def _called(tree: Tree[Token]) -> Clause | None:
    function, items = _call(tree)
    if function == "vacio" and len(items) == 1 and name_of(items[0]):
        return Clause(name_of(items[0]), Operator.EMPTY)
    found = literal_of(items[1]) if function in _CALLED and len(items) == 2 else None
    if found is None or not isinstance(found[0], str) or not name_of(items[0]):
        return None
    return Clause(name_of(items[0]), _CALLED[function], (found[0],))


def _quantified(tree: Tree[Token]) -> Clause | None:
    variable, collection, body = tree.children
    clause = _part(body, negated=False, depth=2) if isinstance(body, Tree) else None
    if not name_of(collection) or not isinstance(clause, Clause) or clause.each or clause.name != str(variable):
        return None
    return Clause(name_of(collection), clause.operator, clause.values, Each(str(tree.data)))


_READERS: Mapping[str, Callable[[Tree[Token]], Clause | None]] = {
    "name": _truth,
    "comparison": _compared,
    "between": _between,
    "member": _within,
    "stranger": _within,
    "empty": _emptiness,
    "call": _called,
    "some": _quantified,
    "every": _quantified,
}


def _opposite(clause: Clause) -> Clause | None:
    if clause.each is Each.EVERY:
        return None
    if clause.each is not None:
        other = Each.NONE if clause.each is Each.SOME else Each.SOME
        return Clause(clause.name, clause.operator, clause.values, other)
    opposite = _OPPOSITES.get(clause.operator)
    return Clause(clause.name, opposite, clause.values) if opposite else None


def _opposite_of(group: Group) -> Group | None:
    parts: list[Clause | Group] = []
    for part in group.parts:
        opposite = _opposite(part) if isinstance(part, Clause) else _opposite_of(part)
        if opposite is None:
            return None
        parts.append(opposite)
    return Group(Join.ANY if group.join is Join.ALL else Join.ALL, tuple(parts))


def _written(group: Group, within: Join | None) -> str:
    texts = [_written(part, group.join) if isinstance(part, Group) else _text(part) for part in group.parts]
    joined = f" {group.join} ".join(texts)
    return f"({joined})" if within is not None and len(group.parts) > 1 else joined


def _text(clause: Clause) -> str:
    if clause.each is None:
        return _asked(clause, clause.name)
    quantified = f"({'every' if clause.each is Each.EVERY else 'some'} {ITEM} in {clause.name} "
    quantified += f"satisfies {_asked(clause, ITEM)})"
    return f"not {quantified}" if clause.each is Each.NONE else quantified


def _asked(clause: Clause, name: str) -> str:
    written = [quoted(value) for value in clause.values]
    if clause.operator in _BY_MEASURE:
        function, sign = _BY_MEASURE[clause.operator]
        return f"{function}({name}) {sign} {written[0]}"
    if clause.operator in _SIGNS:
        return f"{name} {_SIGNS[clause.operator]} {written[0]}"
    first, second = (*written, "", "")[:2]
    return _PATTERNS[clause.operator].format(name=name, first=first, second=second, all=", ".join(written))


def quoted(value: Literal) -> str:
    """A fixed value as an expression writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"
    return format(value, "f").rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
