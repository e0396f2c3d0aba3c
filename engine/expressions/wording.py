"""Says an expression in words: `${decision == 'apruebo' and not empty filas}` is read by people who don't program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lark import Token, Transformer, v_args

from engine.errors import InvalidExpression
from engine.expressions import functions, values
from engine.expressions.comparing import loops, tree_of
from engine.expressions.compiling import compile_expression, unquoted


@dataclass(frozen=True, slots=True)
class Label:
    """How people call a datum, and each of the values that it can have."""

    text: str
    values: Mapping[str, str] = field(default_factory=dict)


def in_words(expression: str, labels: Mapping[str, Label]) -> str:
    """What has to hold, as the end of «se espera que …»; the expression itself where it is not understood.

    A datum without label is called by its name, as words.
    """
    try:
        compile_expression(expression)
    except InvalidExpression:
        return expression
    tree = tree_of(expression)
    if tree is None:
        return expression
    items = {item: labels.get(of, Label(_as_words(of))) for item, of in loops(tree).items()}
    return _holding(_Wording({**labels, **items}).transform(tree))


@dataclass(frozen=True, slots=True)
class _Part:
    """A part in words: a value («Monto», 10), or something that holds or not, with its opposite.

    `joined` is the word between its own parts, if it has several; `name` is that of a datum that stands alone,
    `written` a fixed value, `items` those of a list.
    """

    text: str
    opposite: str = ""
    joined: str = ""
    name: str = ""
    written: str | None = None
    items: tuple[_Part, ...] = ()


_SIGNS = {
    "<": ("sea menor que", "no sea menor que"),
    ">": ("sea mayor que", "no sea mayor que"),
    "<=": ("sea como mucho", "sea mayor que"),
    ">=": ("sea al menos", "sea menor que"),
}
_SAME = {"==": True, "!=": False}
_FUNCTIONS = {
    "cuenta": "la cantidad de {}",
    "suma": "la suma de {}",
    "promedio": "el promedio de {}",
    "minimo": "el menor de {}",
    "maximo": "el mayor de {}",
    "redondear": "{} redondeado",
    "absoluto": "el valor absoluto de {}",
}
_HOLDING = {
    "contiene": ("{0} contenga {1}", "{0} no contenga {1}"),
    "empieza": ("{0} empiece por {1}", "{0} no empiece por {1}"),
    "vacio": ("{0} esté vacío", "{0} tenga algo"),
    "alguno": ("se cumpla alguno de {0}", "no se cumpla ninguno de {0}"),
    "todos": ("se cumplan todos los de {0}", "falte alguno de {0}"),
}
_OPERATIONS = {
    "+": "más", "-": "menos", "*": "por", "/": "entre", "div": "entre", "%": "módulo", "mod": "módulo",
}  # fmt: skip


def _holding(part: _Part) -> str:
    """A part as something that has to hold: a datum that stands alone must say yes."""
    return part.text if part.opposite else f"{part.text} sea sí"


def _failing(part: _Part) -> str:
    return part.opposite or f"{part.text} sea no"


@v_args(inline=True)
class _Wording(Transformer[Token, _Part]):
    def __init__(self, labels: Mapping[str, Label]) -> None:
        super().__init__()
        self.labels = labels

    def start(self, part: _Part) -> _Part:
        return part

    def any(self, *parts: _Part) -> _Part:
        return _joined(parts, "o", "y")

    def all(self, *parts: _Part) -> _Part:
        return _joined(parts, "y", "o")

    def denial(self, part: _Part) -> _Part:
        return _Part(_failing(part), _holding(part), {"y": "o", "o": "y"}.get(part.joined, ""))

    def choice(self, condition: _Part, then: _Part, otherwise: _Part) -> _Part:
        return _Part(f"{then.text} si {_holding(condition)}, y si no {otherwise.text}")

    def some(self, _item: Token, _collection: _Part, body: _Part) -> _Part:
        return _Part(f"en alguna fila {_holding(body)}", f"en ninguna fila {_holding(body)}")

    def every(self, _item: Token, _collection: _Part, body: _Part) -> _Part:
        return _Part(f"en todas las filas {_holding(body)}", f"en alguna fila {_failing(body)}")

    def between(self, item: _Part, least: _Part, most: _Part) -> _Part:
        bounds = f"entre {least.text} y {most.text}"
        return _Part(f"{item.text} esté {bounds}", f"{item.text} no esté {bounds}")

    def comparison(self, left: _Part, written: Token, right: _Part) -> _Part:
        sign = values.sign(str(written))
        if left.written is not None and right.written is None:
            mirrored = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
            left, sign, right = right, mirrored.get(sign, sign), left
        if sign in _SAME:
            same, other = self._same(left, right)
            return _Part(same, other) if _SAME[sign] else _Part(other, same)
        holds, fails = _SIGNS[sign]
        return _Part(f"{left.text} {holds} {right.text}", f"{left.text} {fails} {right.text}")

    def _same(self, left: _Part, right: _Part) -> tuple[str, str]:
        if right.written == "null":
            return f"{left.text} esté sin llenar", f"{left.text} tenga un valor"
        if left.opposite and right.written in ("true", "false"):
            told = left.text, left.opposite
            return told if right.written == "true" else told[::-1]
        value = self._value(left, right)
        return f"{left.text} sea {value}", f"{left.text} no sea {value}"

    def _value(self, left: _Part, right: _Part) -> str:
        """A fixed value as the answers of its datum call it."""
        label = self.labels.get(left.name)
        known = label.values.get(right.written or "") if label else None
        return f"«{known}»" if known else right.text

    def member(self, item: _Part, collection: _Part) -> _Part:
        value = self._value(collection, item) if item.written is not None else item.text
        if collection.name:
            return _Part(f"{collection.text} tenga {value}", f"{collection.text} no tenga {value}")
        values = _listed([self._value(item, part) for part in collection.items], "o") or collection.text
        return _Part(f"{item.text} sea {values}", f"{item.text} no sea {values}")

    def stranger(self, item: _Part, collection: _Part) -> _Part:
        part = self.member(item, collection)
        return _Part(part.opposite, part.text)

    def sum(self, *parts: _Part | Token) -> _Part:
        return _Part(" ".join(part.text if isinstance(part, _Part) else _OPERATIONS[str(part)] for part in parts))

    product = sum

    def negative(self, part: _Part) -> _Part:
        return _Part(f"menos {part.text}")

    def empty(self, part: _Part) -> _Part:
        return _Part(f"{part.text} esté vacío", f"{part.text} tenga algo")

    def number(self, token: Token) -> _Part:
        return _Part(str(token).replace(".", ","), written=str(token))

    def string(self, token: Token) -> _Part:
        return _Part(f"«{unquoted(str(token))}»", written=unquoted(str(token)))

    def yes(self) -> _Part:
        return _Part("sí", written="true")

    def no(self) -> _Part:
        return _Part("no", written="false")

    def nothing(self) -> _Part:
        return _Part("nada", written="null")

    def name(self, *tokens: Token) -> _Part:
        first, *rest = [str(token) for token in tokens]
        label = self.labels.get(first)
        text = label.text if label else _as_words(first)
        return _Part("".join(f"«{_as_words(one)}» de " for one in reversed(rest)) + f"«{text}»", name=first)

    def list(self, *parts: _Part) -> tuple[_Part, ...]:
        return parts

    def sequence(self, items: tuple[_Part, ...] | None) -> _Part:
        return _Part(_listed([part.text for part in items or ()], "o") or "nada", items=items or ())

    def call(self, name: Token, items: tuple[_Part, ...] | None) -> _Part:
        texts = [part.text for part in items or ()]
        spanish = functions.spanish(str(name))
        if spanish in _HOLDING:
            several = texts if spanish in ("contiene", "empieza") else [_listed(texts, "y")]
            holds, fails = _HOLDING[spanish]
            return _Part(holds.format(*several), fails.format(*several))
        shown = texts[:1] if spanish == "redondear" else texts
        return _Part(_FUNCTIONS.get(spanish, f"{spanish} de {{}}").format(_listed(shown, "y")))


def _joined(parts: tuple[_Part, ...], word: str, opposite: str) -> _Part:
    holds = [_grouped(part, _holding(part), word) for part in parts]
    fails = [_grouped(part, _failing(part), word) for part in parts]
    return _Part(_listed(holds, word), _listed(fails, opposite), word)


def _grouped(part: _Part, text: str, word: str) -> str:
    return f"({text})" if part.joined and part.joined != word else text


def _listed(texts: list[str], word: str) -> str:
    return f"{', '.join(texts[:-1])} {word} {texts[-1]}" if len(texts) > 1 else "".join(texts)


def _as_words(name: str) -> str:
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
