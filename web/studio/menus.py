"""A condition chosen by menus: what the page offers for each datum, and what somebody chose on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from werkzeug.datastructures import MultiDict

from engine.contracts import Datum, Kind
from engine.expressions.building import Clause, Each, Group, Join, Operator, write
from engine.expressions.comparing import Literal
from engine.expressions.wording import Label, in_words
from web.days import typed_day
from web.numbers import row_id
from workflows.forms.notation import format_number, parse_number

ALL, ANY = "y", "o"
STEP: Final = "_paso"
"""What the name of the buttons ends with that change the menus: `agregar`, `grupo-0`, `quitar-0-1`, `seguir`."""
REFRESH: Final = "seguir"
"""What the button says that only shows what fits what was chosen."""
_O = Operator
_TWO = (Operator.BETWEEN,)
_NONE = (Operator.EMPTY, Operator.FILLED)
_SEVERAL = (Operator.ONE_OF, Operator.NONE_OF)
_COUNTING = (Operator.COUNT_AT_LEAST, Operator.COUNT_LESS, Operator.SUM_AT_LEAST, Operator.SUM_LESS)

_EMPTINESS = {_O.EMPTY: "está vacío", _O.FILLED: "tiene algo"}
_AMOUNT = {
    _O.IS: "es", _O.IS_NOT: "no es", _O.MORE: "es mayor que", _O.AT_LEAST: "es al menos", _O.LESS: "es menor que",
    _O.AT_MOST: "es como mucho", _O.BETWEEN: "está entre",
}  # fmt: skip
_DAY = _AMOUNT | {
    _O.MORE: "es después del", _O.AT_LEAST: "es desde el", _O.LESS: "es antes del", _O.AT_MOST: "es hasta el",
}  # fmt: skip
_WORDS = {
    _O.IS: "es", _O.IS_NOT: "no es", _O.CONTAINS: "contiene", _O.CONTAINS_NOT: "no contiene", _O.STARTS: "empieza por",
    _O.STARTS_NOT: "no empieza por",
}  # fmt: skip
_CHOICE = {_O.IS: "es", _O.IS_NOT: "no es", _O.ONE_OF: "es alguna de", _O.NONE_OF: "no es ninguna de"}
_FLAG = {_O.IS: "es", _O.IS_NOT: "no es"}
_COUNTED = {_O.COUNT_AT_LEAST: "tiene al menos (cuántos)", _O.COUNT_LESS: "tiene menos de (cuántos)"}
_SUMMED = {_O.SUM_AT_LEAST: "suma al menos", _O.SUM_LESS: "suma menos de"}
_BY_KIND: Mapping[Kind, Mapping[Operator, str]] = {
    Kind.TEXT: _WORDS | _EMPTINESS,
    Kind.NUMBER: _AMOUNT | _EMPTINESS,
    Kind.DATE: _DAY | _EMPTINESS,
    Kind.FLAG: _FLAG,
    Kind.OPTION: _CHOICE | _EMPTINESS,
    Kind.LIST: {_O.HAS: "tiene", _O.HAS_NOT: "no tiene"} | _EMPTINESS | _COUNTED,
    Kind.TABLE: _EMPTINESS | _COUNTED,
    Kind.FILE: _EMPTINESS | _COUNTED,
    Kind.ANY: _WORDS | _AMOUNT | _EMPTINESS | {_O.HAS: "tiene"},
}
_EACH = {Each.SOME: "en alguna fila", Each.NONE: "en ninguna fila", Each.EVERY: "en todas las filas"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A datum that may be chosen. `where` is who gives it, as the menu groups it; `sure`: it is always filled."""

    name: str
    label: str
    datum: Datum
    where: str = ""
    sure: bool = True

    @property
    def operators(self) -> dict[str, str]:
        """What can be asked of it, by the name of each."""
        if self.datum.kind is Kind.LIST and self.datum.each is not None:
            asked = _BY_KIND[self.datum.each]
            rows = {f"{each}-{one}": f"{words} {text}" for each, words in _EACH.items() for one, text in asked.items()}
            counted = _COUNTED | (_SUMMED if self.datum.each is Kind.NUMBER else {})
            return rows | {str(one): text for one, text in counted.items()}
        return {str(one): text for one, text in _BY_KIND[self.datum.kind].items()}


@dataclass(slots=True)
class Line:
    """One clause on the page, as chosen so far. `operator` is of `Choice.operators`; `wrong` says what is missing."""

    place: str
    name: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()
    choice: Choice | None = None
    wrong: str = ""
    asked: Operator | None = None
    each: Each | None = None

    @property
    def kind(self) -> Kind:
        """What kind of value is compared with."""
        if self.asked in _COUNTING:
            return Kind.NUMBER
        datum = self.choice.datum if self.choice else Datum(Kind.ANY)
        if self.each is not None and datum.each is not None:
            return datum.each
        return Kind.OPTION if datum.kind is Kind.LIST and datum.options else datum.kind

    @property
    def options(self) -> dict[str, str]:
        """The values to choose from, with one that is chosen and none of them."""
        if self.kind is Kind.FLAG:
            return {"true": "Sí", "false": "No"}
        if self.kind is not Kind.OPTION or self.choice is None:
            return {}
        known = {value: label or value for value, label in self.choice.datum.options.items()}
        return known | {value: f"{value} (no está entre las opciones)" for value in self.values if value not in known}

    @property
    def takes(self) -> int:
        """How many values it takes; 2 are bounds, many are ticked."""
        return 0 if self.asked in _NONE else 2 if self.asked in _TWO else 1

    @property
    def takes_several(self) -> bool:
        """Whether several of the options may be meant."""
        return self.asked in _SEVERAL


@dataclass(slots=True)
class Menus:
    """A whole condition on the page: the lines of each part, and how they go together (`ALL` or `ANY`)."""

    choices: Mapping[str, Choice]
    join: str = ALL
    parts: list[list[Line]] = field(default_factory=list)

    @property
    def inner_join(self) -> str:
        """How the lines of one part go together: the other way than the parts do."""
        return ANY if self.join == ALL else ALL

    @property
    def grouped(self) -> dict[str, list[Choice]]:
        """The data by who gives them."""
        found: dict[str, list[Choice]] = {}
        for choice in self.choices.values():
            found.setdefault(choice.where, []).append(choice)
        return found

    @property
    def wrong(self) -> bool:
        """Whether something is missing."""
        return any(line.wrong for part in self.parts for line in part)

    def condition(self) -> Group | None:
        """What was chosen; None where something is missing or nothing was chosen. Says at each line what is wrong."""
        parts: list[Clause | Group] = []
        for lines in self.parts:
            clauses = [clause for line in lines if (clause := clause_of(line)) is not None]
            inner = Join.ANY if self.inner_join == ANY else Join.ALL
            parts += clauses if len(clauses) == 1 else [Group(inner, tuple(clauses))] if clauses else []
        if self.wrong or not parts:
            return None
        if len(parts) == 1 and isinstance(parts[0], Group):
            return parts[0]
        return Group(Join.ANY if self.join == ANY else Join.ALL, tuple(parts))

    def sentence(self) -> str:
        """What was chosen in words, as the end of «cuando …»; empty while something is missing."""
        condition = self.condition()
        return "" if condition is None else in_words(write(condition), labels(self.choices.values()))


def labels(choices: Iterable[Choice]) -> dict[str, Label]:
    """How a sentence calls the data."""
    return {
        one.name: Label(one.label, {value: text or value for value, text in one.datum.options.items()})
        for one in choices
    }


def shown(group: Group | None, choices: Mapping[str, Choice], prefix: str = "c") -> Menus:
    """A condition on the page."""
    menus = Menus(choices)
    if group is None:
        return menus
    menus.join = ANY if group.join is Join.ANY else ALL
    for place, part in enumerate(group.parts):
        clauses = [part] if isinstance(part, Clause) else list(part.clauses())
        named = [(f"{prefix}-{place}-{inner}", clause) for inner, clause in enumerate(clauses)]
        menus.parts.append([_line(name, clause, choices) for name, clause in named])
    return menus


def _line(place: str, clause: Clause, choices: Mapping[str, Choice]) -> Line:
    choice = choices.get(clause.name)
    operator = f"{clause.each}-{clause.operator}" if clause.each else str(clause.operator)
    line = Line(place, clause.name, operator, (), choice, "", clause.operator, clause.each)
    line.values = tuple(_typeable(value, line.kind) for value in clause.values)
    return line


def _typeable(value: Literal, kind: Kind) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return format_number(value)
    text = "" if value is None else value
    return f'"{text}"' if kind is Kind.ANY and _guess(text) != text else text


def typed(form: MultiDict[str, str], choices: Mapping[str, Choice], prefix: str = "c") -> Menus:
    """What somebody chose, after the button they pressed (`STEP`)."""
    menus = Menus(choices, ANY if form.get(f"{prefix}-unir") == ANY else ALL)
    count = min(form.get(f"{prefix}-partes", 0, type=row_id), 20)
    for place in range(count):
        lines = []
        for inner in range(min(form.get(f"{prefix}-{place}-lineas", 0, type=row_id), 20)):
            lines.append(_typed_line(form, f"{prefix}-{place}-{inner}", choices))
        menus.parts.append(lines)
    _step(menus, form.get(f"{prefix}{STEP}", ""), prefix)
    return menus


def _typed_line(form: MultiDict[str, str], name: str, choices: Mapping[str, Choice]) -> Line:
    chosen, operator = form.get(f"{name}-dato", ""), form.get(f"{name}-es", "")
    choice = choices.get(chosen)
    offered = choice.operators if choice else {}
    if operator not in offered:  # another datum was chosen: what was asked of the first may not fit
        operator = next(iter(offered), operator)
    each, _, asked = operator.rpartition("-")
    line = Line(name, chosen, operator, (), choice, "", _operator(asked), Each(each) if each else None)
    values = [value.strip() for value in form.getlist(f"{name}-valor")]
    line.values = tuple(value for value in values if value) if line.takes_several else tuple(values[: line.takes])
    if line.kind is Kind.DATE:
        line.values = tuple(day.isoformat() if (day := typed_day(value)) else value for value in line.values)
    if line.options and not line.takes_several and line.values and form.get(f"{name}-antes") not in (None, chosen):
        line.values = ()  # the value was one of the other datum's
    return line


def first_line(choices: Mapping[str, Choice], name: str, prefix: str = "c") -> Line:
    """A line that asks the first thing of a datum."""
    return _typed_line(MultiDict({f"{prefix}-0-0-dato": name}), f"{prefix}-0-0", choices)


def _operator(name: str) -> Operator | None:
    return Operator(name) if name in set(Operator) else None


def _step(menus: Menus, step: str, prefix: str) -> None:
    word, *places = step.split("-")
    at = [int(place) for place in places if place.isdecimal()]
    if word == "agregar":
        menus.parts.append([Line(f"{prefix}-{len(menus.parts)}-0")])
    elif word == "grupo" and at and at[0] < len(menus.parts):
        menus.parts[at[0]].append(Line(f"{prefix}-{at[0]}-{len(menus.parts[at[0]])}"))
    elif word == "quitar" and len(at) == 2 and at[0] < len(menus.parts) and at[1] < len(menus.parts[at[0]]):
        del menus.parts[at[0]][at[1]]
        menus.parts = [part for part in menus.parts if part]


def clause_of(line: Line) -> Clause | None:
    """What a line says; None, with `wrong` told at it, where that is nothing yet."""
    line.wrong = ""
    if not line.name:
        line.wrong = "Elija de qué dato se trata, o quite esta línea."
    elif line.choice is None:
        line.wrong = f"Ningún paso llena «{line.name}» antes de aquí. Elija otro dato."
    elif line.asked is None:
        line.wrong = "Elija qué se le pregunta."
    values: list[Literal] = []
    try:
        values = [_literal(line, value) for value in line.values] if not line.wrong else []
    except ValueError as error:
        line.wrong = str(error)
    if not line.wrong and line.asked is not None and len(values) < (1 if line.takes_several else line.takes):
        line.wrong = "Elija con qué se compara." if line.options else "Escriba con qué se compara."
    if line.wrong or line.asked is None:
        return None
    return Clause(line.name, line.asked, tuple(values), line.each)


def _literal(line: Line, text: str) -> Literal:
    """A value as an expression holds it; raises `ValueError` with what to do."""
    kind = line.kind
    if kind is Kind.FLAG:
        return text == "true"
    if not text:
        raise ValueError("Elija con qué se compara." if line.options else "Escriba con qué se compara.")
    if kind is Kind.NUMBER:
        return _number(parse_number(text))
    if kind is Kind.DATE:
        day = typed_day(text)
        if day is None:
            raise ValueError("Elija la fecha.")
        return day.isoformat()
    if kind is Kind.OPTION and line.options and line.choice and text not in line.choice.datum.options:
        raise ValueError(f"«{text}» no está entre las opciones. Elija una.")
    return _guess(text) if kind is Kind.ANY else text


def _guess(text: str) -> Literal:
    """A value of a datum of which nothing is known: a number where it reads as one, a text between quotes always."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    if text in ("true", "false"):
        return text == "true"
    try:
        return _number(parse_number(text))
    except ValueError:
        return text


def _number(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def by_name(choices: Sequence[Choice]) -> dict[str, Choice]:
    """The data by name, in their order."""
    return {one.name: one for one in choices}
