"""Reads the expressions of decisions: FEEL without loops, and the unary tests of the cells of a table.

Names may have spaces in them, so that what is a name hangs on which names there are: the longest known one that stands
there. Hence a reader by hand, which builds what is evaluated while it reads. It takes linear time, as what it builds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.decisions import values
from engine.decisions.functions import FUNCTIONS, PARTS, Function
from engine.decisions.values import LONGEST_LIST, Interval
from engine.errors import InvalidExpression

MAX_LENGTH = 2_000
MAX_DEPTH = 40
INPUT = "?"
"""The value that a cell tests, in the cell."""

Scope = Mapping[str, Any]
Run = Callable[[Scope], Any]

_SPACE = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NUMBER = re.compile(r"(?:\d{1,34}(?:\.\d{1,34})?|\.\d{1,34})(?:[eE][+-]?\d{1,4})?")
_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_WORD = re.compile(r"[^\W\d]\w*")
_SIGN = re.compile(r"\*\*|\.\.|<=|>=|!=|==|->|[<>=+\-*/()\[\]{},:.@?]")
_ESCAPED = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)")
_FILTER = re.compile(r"[<>=]|\b(?:item|and|or|in|between)\b")
_TYPE = re.compile(
    r"(list\s*<\s*)?(number|string|boolean|date and time|days and time duration|years and months duration|date|time"
    r"|[Aa]ny)\b(?(1)\s*>)"
)
_OF_DAYS = ("date", "date and time")
_FAR = re.compile(r"-?\d{5,9}-\d\d-\d\d|-\d{4}-\d\d-\d\d|\d{4}-\d\d-\d\dT24:")
"""Days that the standard has and no calendar here."""
_LOOPS = {
    "for": "recorrer listas",
    "some": "«algún…»",
    "every": "«todos…»",
    "function": "definir funciones",
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression: what it reads, and its value for a scope, which never raises."""

    text: str
    names: frozenset[str]
    run: Run
    literal: Any = None
    is_literal: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """A value that a cell compares its input with, and how: a sign of comparison."""

    sign: str
    value: Any


@dataclass(frozen=True, slots=True)
class Cell:
    """The tests of a cell. `holds(value, scope)`: whether the input passes them; `anything`: it is `-` or empty.

    `bounds` are the fixed values it compares the input with, `opaque` says that it does more than that.
    """

    text: str
    names: frozenset[str]
    holds: Callable[[Any, Scope], bool | None]
    anything: bool = False
    bounds: tuple[Bound, ...] = ()
    opaque: bool = False


@dataclass(slots=True)
class _Part:
    """What was read so far: how it is evaluated, and its value where that is fixed."""

    run: Run
    fixed: bool = False
    value: Any = None


def expression(text: str, names: Collection[str] = (), functions: Mapping[str, Function] | None = None) -> Compiled:
    """Read an expression. `names` are those that may be read, `functions` those beside FEEL's own.

    Raises `InvalidExpression` with the position, from 1.
    """
    reader = _Reader(text, names, functions or {})
    part = reader.whole()
    return Compiled(text, frozenset(reader.read), part.run, part.value if part.fixed else None, part.fixed)


def cell(text: str, names: Collection[str] = (), functions: Mapping[str, Function] | None = None) -> Cell:
    """Read the unary tests of a cell. Raises `InvalidExpression`."""
    if text.strip() in ("", "-"):
        return Cell(text, frozenset(), lambda _value, _scope: True, anything=True)
    reader = _Reader(text, [*names, INPUT], functions or {})
    holds = reader.tests()
    read = frozenset(reader.read - {INPUT})
    return Cell(text, read, holds, bounds=tuple(reader.bounds), opaque=reader.opaque or bool(read))


@dataclass(slots=True)
class _Reader:
    text: str
    known: Collection[str]
    functions: Mapping[str, Function]
    at: int = 0
    depth: int = 0
    read: set[str] = field(default_factory=set)
    bounds: list[Bound] = field(default_factory=list)
    opaque: bool = False
    _names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if len(self.text) > MAX_LENGTH:
            raise _wrong(f"La expresión tiene más de {MAX_LENGTH} caracteres. Acórtela.", MAX_LENGTH)
        every = {*self.known, *self.functions, *FUNCTIONS, *PARTS}
        self._names = sorted((name for name in every if name), key=len, reverse=True)

    # What may stand at a whole text.

    def whole(self) -> _Part:
        if not self.text.strip():
            raise _wrong("La expresión está vacía.", 0)
        part = self.any()
        self._end()
        return part

    def tests(self) -> Callable[[Any, Scope], bool | None]:
        start = self.at
        if self._word("not") and self._take("("):
            tests = self._tests()
            self._need(")")
            if self._at_end():
                return lambda value, scope: values.negated(_some(tests, value, scope))
            self.at, self.opaque = start, True  # the function of that name, in a longer expression
            self.bounds.clear()
        self.at = start
        found = self._tests()
        self._end()
        return lambda value, scope: _some(found, value, scope)

    def _tests(self) -> list[Callable[[Any, Scope], bool | None]]:
        found = [self._test()]
        while self._take(","):
            found.append(self._test())
        return found

    def _test(self) -> Callable[[Any, Scope], bool | None]:
        sign = next((one for one in ("<=", ">=", "!=", "==", "<", ">", "=") if self._take(one)), "")
        if sign:
            right = self.sum()
            self._bound(sign, right)
            return lambda value, scope: values.compare(sign, value, right.run(scope))
        before, part = set(self.read), self.any()
        asks_input = INPUT in self.read - before
        self._bound("=", part)
        return lambda value, scope: _passes(value, part.run({**scope, INPUT: value}), asks_input)

    def _bound(self, sign: str, part: _Part) -> None:
        if not part.fixed:
            self.opaque = True
        elif isinstance(part.value, Interval):
            low, high = part.value.low, part.value.high
            self.bounds.append(Bound(">=" if part.value.with_low else ">", low))
            self.bounds.append(Bound("<=" if part.value.with_high else "<", high))
        elif isinstance(part.value, list):
            self.bounds += [Bound("=", one) for one in part.value]
        else:
            self.bounds.append(Bound(sign, part.value))

    # Expressions, from the loosest operator to the tightest.

    def any(self) -> _Part:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _wrong("La expresión anida demasiadas operaciones. Divídala.", self.at)
        found = self._choice() if self._word("if") else self._or()
        self.depth -= 1
        return found

    def _choice(self) -> _Part:
        condition = self.any()
        self._need_word("then")
        then = self.any()
        self._need_word("else")
        otherwise = self.any()
        return _Part(lambda scope: then.run(scope) if condition.run(scope) is True else otherwise.run(scope))

    def _or(self) -> _Part:
        found = self._and()
        while self._word("or"):
            found = _joined(values.one_of, found, self._and())
        return found

    def _and(self) -> _Part:
        found = self._comparison()
        while self._word("and"):
            found = _joined(values.both, found, self._comparison())
        return found

    def _comparison(self) -> _Part:
        left = self.sum()
        while True:
            sign = next((one for one in ("<=", ">=", "!=", "==", "<", ">", "=") if self._take(one)), "")
            if sign:
                left = _compared(sign, left, self.sum())
            elif self._word("between"):
                low = self.sum()
                self._need_word("and")
                high = self.sum()
                left = _joined(values.both, _compared(">=", left, low), _compared("<=", left, high))
            elif self._word("in"):
                left = self._member(left)
            elif self._word("instance"):
                self._need_word("of")
                left = self._of_type(left)
            else:
                return left

    def _of_type(self, left: _Part) -> _Part:
        self._skip()
        found = _TYPE.match(self.text, self.at)
        if found is None:
            raise _wrong("Después de «instance of» va un tipo: number, string, boolean, date, list<number>…", self.at)
        self.at = found.end()
        return _Part(lambda scope: values.is_of(left.run(scope), found[2], listed=bool(found[1])))

    def _member(self, left: _Part) -> _Part:
        if self._take("("):
            place, bounds = self.at, list(self.bounds)
            tests = self._tests()
            if self._take(")"):
                self.bounds = bounds
                return _Part(lambda scope: _some(tests, left.run(scope), scope))
            self.at = place - 1
        bounds = list(self.bounds)
        test = self._test()
        self.bounds = bounds
        return _Part(lambda scope: test(left.run(scope), scope))

    def sum(self) -> _Part:
        found = self._product()
        while sign := self._one_of("+", "-"):
            found = _calculated(sign, found, self._product())
        return found

    def _product(self) -> _Part:
        found = self._power()
        while sign := self._one_of("*", "/"):
            found = _calculated(sign, found, self._power())
        return found

    def _power(self) -> _Part:
        found = self._sign()
        while self._take("**"):
            found = _calculated("**", found, self._sign())
        return found

    def _sign(self) -> _Part:
        if not self._take("-"):
            return self._steps(self._value())
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _wrong("La expresión anida demasiadas operaciones. Divídala.", self.at)
        below = self._sign()
        self.depth -= 1
        negative = _Part(lambda scope: _negative(below.run(scope)))
        return _Part(negative.run, fixed=True, value=_negative(below.value)) if below.fixed else negative

    def _steps(self, part: _Part) -> _Part:
        while True:
            if not self._ahead("..") and self._take("."):
                name = self._name()
                part = _Part(_member_of(part.run, name))
            elif (index := self._index()) is not None:
                part = _Part(_item_of(part.run, index.run))
            else:
                return part

    def _index(self) -> _Part | None:
        """A place in a list, `[2]`; a bracket that closes an interval (`]1..9[`) is none."""
        place, depth = self.at, self.depth
        index: _Part | None = None
        if self._take("["):
            with suppress(InvalidExpression):
                found = self.any()
                index = found if not self._ahead("..") and self._take("]") else None
        if index is None:
            self.at, self.depth = place, depth
        elif _FILTER.search(_STRING.sub("", self.text[place : self.at])):  # a condition: it would look at each item
            raise _wrong("Una tabla de decisión no puede filtrar listas: escríbalo con filas.", place)
        return index

    # Values.

    def _value(self) -> _Part:  # noqa: PLR0911 - one for each kind of value
        self._skip()
        place = self.at
        if found := _STRING.match(self.text, place):
            self.at = found.end()
            return _fixed(_unescaped(found[1]))
        if found := _NUMBER.match(self.text, place):
            self.at = found.end()
            return _fixed(Decimal(found[0]))
        if self._take("@"):
            return self._moment()
        if self._take("("):
            return self._in_brackets(with_low=False)
        if self._take("["):
            return self._in_square_brackets()
        if self._take("]"):
            return self._interval(self.any(), with_low=False)
        if self._take("{"):
            return self._context()
        return self._named()

    def _moment(self) -> _Part:
        self._skip()
        found = _STRING.match(self.text, self.at)
        moment = values.literal(_unescaped(found[1])) if found else None
        if found is None or moment is None:
            raise _wrong('Después de «@» va una fecha, hora o duración entre comillas: @"2026-11-30".', self.at)
        self.at = found.end()
        return _fixed(moment)

    def _in_brackets(self, *, with_low: bool) -> _Part:
        inner = self.any()
        if self._ahead(".."):
            return self._interval(inner, with_low=with_low)
        self._need(")")
        return _Part(inner.run, inner.fixed, inner.value)

    def _in_square_brackets(self) -> _Part:
        if self._take("]"):
            return _fixed([])
        items = [self.any()]
        if self._ahead(".."):
            return self._interval(items[0], with_low=True)
        while self._take(","):
            items.append(self.any())
        self._need("]")
        if len(items) > LONGEST_LIST:
            raise _wrong(f"La lista tiene más de {LONGEST_LIST} valores.", self.at)
        if all(item.fixed for item in items):
            return _fixed([item.value for item in items])
        return _Part(lambda scope: [item.run(scope) for item in items])

    def _interval(self, low: _Part, *, with_low: bool) -> _Part:
        self._need("..")
        high = self.any()
        closing = self._one_of("]", ")", "[")
        if not closing:
            raise _wrong("Al intervalo le falta el corchete que cierra: «[1..10]».", self.at)
        with_high = closing == "]"
        if low.fixed and high.fixed:
            return _fixed(Interval(low.value, high.value, with_low, with_high))
        return _Part(lambda scope: Interval(low.run(scope), high.run(scope), with_low, with_high))

    def _context(self) -> _Part:
        entries: list[tuple[str, _Part]] = []
        known = self._names
        while not self._take("}"):
            if entries:
                self._need(",")
            key = self._key()
            self._need(":")
            entries.append((key, self.any()))
            self._names = sorted({*self._names, key}, key=len, reverse=True)
            self.read.discard(key)
        self._names = known

        def run(scope: Scope) -> Any:
            found: dict[str, Any] = {}
            for key, part in entries:
                found[key] = part.run({**scope, **found})
            return found

        return _Part(run)

    def _key(self) -> str:
        self._skip()
        if found := _STRING.match(self.text, self.at):
            self.at = found.end()
            return _unescaped(found[1])
        end = self.text.find(":", self.at)
        name = self.text[self.at : end].strip() if end > 0 else ""
        if not name:
            raise _wrong("Falta el nombre de un dato: {nombre: valor}.", self.at)
        self.at = end
        return name

    def _named(self) -> _Part:
        for constant, value in (("true", True), ("false", False), ("null", None)):
            if self._word(constant):
                return _fixed(value)
        self._skip()
        word = _WORD.match(self.text, self.at)
        if word and word[0] in _LOOPS and self._known_at() is None:
            raise _wrong(f"Una tabla de decisión no puede {_LOOPS[word[0]]}: escríbalo con filas.", self.at)
        place, name = self.at, self._name()
        if self._take("("):
            return self._call(name, place)
        self.read.add(name)
        return _Part(lambda scope: scope.get(name))

    def _call(self, name: str, place: int) -> _Part:
        function = self.functions.get(name) or FUNCTIONS.get(name)
        if function is None:
            raise _wrong(f"No existe la función «{name}». Las que hay son: {', '.join(FUNCTIONS)}.", place)
        given: list[_Part] = []
        labels: list[str] = []
        while not self._take(")"):
            if given:
                self._need(",")
            if label := self._label(function):
                labels.append(label)
            given.append(self.any())
        if labels and len(labels) != len(given):
            raise _wrong(f"En «{name}(…)» nombre todos los valores, o ninguno.", place)
        if labels:
            places = {label: part for label, part in zip(labels, given, strict=True)}
            last = max(function.named.index(label) for label in labels)
            given = [places.get(label, _fixed(None)) for label in function.named[: last + 1]]
        if not function.least <= len(given) <= function.most:
            raise _wrong(f"La función «{name}» no recibe {len(given)} valores.", place)
        if name in _OF_DAYS and given and given[0].fixed and _FAR.match(str(given[0].value)):
            raise _wrong("Aquí una fecha va del año 1 al 9999, y una hora hasta las 23:59.", place)
        found = _Part(lambda scope: function.run(*(part.run(scope) for part in given)))
        if name in FUNCTIONS and all(part.fixed for part in given):
            return _fixed(found.run({}))
        return found

    def _label(self, function: Function) -> str:
        for label in sorted(function.named, key=len, reverse=True):
            place = self.at
            self._skip()
            if self.text.startswith(label, self.at) and re.match(r"\s*:", self.text[self.at + len(label) :]):
                self.at += len(label)
                self._need(":")
                return label
            self.at = place
        return ""

    # The text.

    def _name(self) -> str:
        self._skip()
        if (known := self._known_at()) is not None:
            name, self.at = known
            return name
        if found := _WORD.match(self.text, self.at):
            self.at = found.end()
            return found[0]
        if self.at >= len(self.text):
            raise _wrong("La expresión está incompleta: falta algo al final.", self.at)
        raise _wrong(f"No se entiende «{self.text[self.at : self.at + 20]}».", self.at)

    def _known_at(self) -> tuple[str, int] | None:
        """The longest known name that stands here, whatever the space between its words, and where it ends."""
        for name in self._names:
            if " " not in name:
                end = self.at + len(name) if self.text.startswith(name, self.at) else -1
            else:
                found = re.compile(r"\s+".join(map(re.escape, name.split()))).match(self.text, self.at)
                end = found.end() if found else -1
            if end >= 0 and not (_is_part(name[-1:]) and _is_part(self.text[end : end + 1])):
                return name, end
        return None

    def _skip(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _ahead(self, sign: str) -> bool:
        self._skip()
        found = _SIGN.match(self.text, self.at)
        return found is not None and found[0] == sign

    def _take(self, sign: str) -> bool:
        if self._ahead(sign):
            self.at += len(sign)
            return True
        return False

    def _one_of(self, *signs: str) -> str:
        return next((sign for sign in signs if self._take(sign)), "")

    def _need(self, sign: str) -> None:
        if not self._take(sign):
            raise _wrong(f"Falta «{sign}».", self.at)

    def _word(self, word: str) -> bool:
        self._skip()
        found = _WORD.match(self.text, self.at)
        if found and found[0] == word:
            known = self._known_at()
            if known is None or known[0] in FUNCTIONS or known[0] == word:
                if known is not None and known[0] == word and word in self.known:
                    return False
                self.at = found.end()
                return True
        return False

    def _need_word(self, word: str) -> None:
        if not self._word(word):
            raise _wrong(f"Falta «{word}».", self.at)

    def _at_end(self) -> bool:
        self._skip()
        return self.at >= len(self.text)

    def _end(self) -> None:
        if not self._at_end():
            raise _wrong(f"No se entiende «{self.text[self.at : self.at + 20]}».", self.at)


def _passes(value: Any, found: Any, asks_input: bool) -> bool | None:
    """What an expression in a cell says of the input: a condition, or a value (or several) that it must be."""
    if isinstance(found, Interval):
        return found.holds(value)
    if isinstance(found, bool) and (asks_input or not isinstance(value, bool)):
        return found
    if isinstance(found, list):
        return any(_is_one(value, one) is True for one in found) or (
            isinstance(value, list) and values.equal(value, found) is True
        )
    return values.equal(value, found)


def _is_one(value: Any, item: Any) -> bool | None:
    """Whether a value is an item of a list, or in one that is an interval."""
    return item.holds(value) if isinstance(item, Interval) else values.equal(value, item)


def _some(tests: list[Callable[[Any, Scope], bool | None]], value: Any, scope: Scope) -> bool | None:
    found: bool | None = False
    for test in tests:
        found = values.one_of(found, test(value, scope))
    return found


def _fixed(value: Any) -> _Part:
    return _Part(lambda _scope: value, fixed=True, value=value)


def _both_fixed(run: Run, *parts: _Part) -> _Part:
    return _fixed(run({})) if all(part.fixed for part in parts) else _Part(run)


def _joined(join: Callable[[Any, Any], bool | None], left: _Part, right: _Part) -> _Part:
    return _both_fixed(lambda scope: join(left.run(scope), right.run(scope)), left, right)


def _compared(sign: str, left: _Part, right: _Part) -> _Part:
    return _both_fixed(lambda scope: values.compare(sign, left.run(scope), right.run(scope)), left, right)


def _calculated(sign: str, left: _Part, right: _Part) -> _Part:
    return _both_fixed(lambda scope: values.calculate(sign, left.run(scope), right.run(scope)), left, right)


def _negative(value: Any) -> Any:
    if isinstance(value, values.Months):
        return values.Months(-value.count)
    try:
        return -value if not isinstance(value, bool) else None
    except TypeError:
        return None


def _member_of(run: Run, name: str) -> Run:
    def member(scope: Scope) -> Any:
        value = run(scope)
        if isinstance(value, Mapping):
            return value.get(name)
        if isinstance(value, list):
            return [one.get(name) if isinstance(one, Mapping) else None for one in value]
        return PARTS[name](value) if name in PARTS else None

    return member


def _item_of(run: Run, index: Run) -> Run:
    def item(scope: Scope) -> Any:
        value, place = run(scope), values.number(index(scope))
        items = value if isinstance(value, list) else [value]
        if place is None or place == 0 or abs(place) > len(items):
            return None
        return items[int(place) - 1] if place > 0 else items[int(place)]

    return item


def _unescaped(text: str) -> str:
    known = {"n": "\n", "t": "\t", "r": "\r"}

    def letter(found: re.Match[str]) -> str:
        written = found[1]
        code = int(written[1:], 16) if len(written) > 1 else 0
        return chr(code) if 0 < code < 0x110000 else known.get(written, written)

    if "\\" not in text:
        return text
    found = _ESCAPED.sub(letter, text)  # of two halves, as UTF-16 has them, one letter
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _is_part(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _wrong(message: str, place: int) -> InvalidExpression:
    return InvalidExpression(message, position=place + 1)
