"""Decisions whose answers can never, or always, be taken, or leave a gap: each value their data can have is tried."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.contracts import Datum, Kind
from engine.definitions.dataflow.giving import merged
from engine.definitions.dataflow.state import State
from engine.definitions.diagram import DiagramModel, Element, Flow
from engine.definitions.linting.data import KINDS_IN_WORDS
from engine.definitions.linting.findings import Checked, Finding, error, nearest, shown, warning
from engine.definitions.linting.flows import CHOOSING, chooses
from engine.errors import InvalidExpression
from engine.expressions import Expression, compile_expression
from engine.expressions.comparing import Comparison, comparisons, only_compares

MOST_CASES = 4_096
"""Combinations of values that are tried; a decision with more is left alone."""

_KINDS: Mapping[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.OPTION: (str,),
    Kind.DATE: (str,),
    Kind.NUMBER: (int, float),
    Kind.FLAG: (bool,),
    Kind.LIST: (),
}
_COUNTABLE = (Kind.OPTION, Kind.FLAG, Kind.NUMBER)
"""Data whose values are all tried: none that a condition can tell apart is left out."""
_YES = {"si": "true", "sí": "true", "true": "true", "no": "false", "false": "false"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A flow that leaves a decision, its condition, and how a sentence calls it."""

    flow: Flow
    condition: Expression
    name: str


def _answers(checked: Checked) -> Iterator[Finding]:
    if checked.following is None:
        return
    found = checked.following.of(checked.model)
    for gateway in checked.model.elements.values():
        before = found.before.get(gateway.id)
        if before is not None and chooses(gateway):
            yield from _of(checked, gateway, before)


def _of(checked: Checked, gateway: Element, before: State) -> Iterator[Finding]:
    answers = [answer for one in gateway.outgoing if (answer := _answer(checked.model, checked.model.flows[one]))]
    wrong = set()
    for answer in answers:
        for finding in _mismatches(gateway, answer, before):
            wrong.add(answer.flow.id)
            yield finding
    cases = list(_cases(answers, before) or ())
    if cases and not wrong:
        yield from _reached(gateway, answers, cases)


def _answer(model: DiagramModel, flow: Flow) -> Answer | None:
    try:
        return Answer(flow, compile_expression(flow.condition), model.way(flow)) if flow.condition else None
    except InvalidExpression:
        return None


def _gaps(checked: Checked) -> Iterator[Finding]:
    """Decisions without a default some value of which no answer covers; or it is not known whether one does."""
    for gateway in checked.model.of_kind(*CHOOSING):
        if not chooses(gateway) or gateway.default_flow:
            continue
        free = [flow for flow in gateway.outgoing if not checked.model.flows[flow].condition]
        gap = "" if free else _gap(checked, gateway)
        if gap is None:
            continue
        fix = {"action": "set_default", "element": gateway.id, "flow": free[0]} if len(free) == 1 else {}
        uncovered = gap or "si ninguna condición se cumple, el proceso se detiene"
        message = (
            f"{shown(gateway)} no tiene camino por defecto: {uncovered}. "
            "Marque la salida que se toma en los demás casos."
        )
        yield error(gateway.id, "default_flow", message, **fix)


def _gap(checked: Checked, gateway: Element) -> str | None:
    """Values that no answer covers, in words; empty where that is not known, None where every value is covered."""
    before = checked.following.of(checked.model).before.get(gateway.id) if checked.following else None
    answers = [answer for one in gateway.outgoing if (answer := _answer(checked.model, checked.model.flows[one]))]
    if any(not one.condition.names and one.condition.holds({}) for one in answers):
        return None
    if before is None or len(answers) < len(gateway.outgoing) or not _is_countable(answers, before):
        return ""
    cases = _cases(answers, before)
    if cases is None:
        return ""
    gaps = (case for case in cases if not any(answer.condition.holds(case) for answer in answers))
    return next((_uncovered(case, before) for case in gaps), None)


def _is_countable(answers: Sequence[Answer], before: State) -> bool:
    """Whether the values that are tried stand for all there can be."""
    return all(
        merged(before, name).kind in _COUNTABLE and only_compares(answer.flow.condition, name)
        for answer in answers
        for name in answer.condition.names
    )


def _uncovered(case: Mapping[str, Any], before: State) -> str:
    said = [f"«{name}» {_in_words(value, merged(before, name))}" for name, value in case.items()]
    return f"ninguna salida cubre {' y '.join(said)}, y ahí se detendría"


def _in_words(value: object, datum: Datum) -> str:
    if value is None:
        return "sin respuesta"
    if isinstance(value, bool):
        return f"en {'sí' if value else 'no'}"
    return f"en {datum.options.get(str(value)) or str(value).replace('.', ',')}"


def _mismatches(gateway: Element, answer: Answer, before: State) -> Iterator[Finding]:
    """A value that the datum cannot have, or one of another kind."""
    for comparison in comparisons(answer.flow.condition):
        datum = merged(before, comparison.name)
        if comparison.value is None or not before.may.get(comparison.name):
            continue
        if datum.options and isinstance(comparison.value, str) and comparison.value not in datum.options:
            yield _other_option(gateway, answer, comparison, datum)
        elif datum.kind in _KINDS and not _fits(comparison.value, datum.kind) and comparison.sign != "in":
            yield _other_kind(gateway, answer, comparison, datum)


def _other_kind(gateway: Element, answer: Answer, comparison: Comparison, datum: Datum) -> Finding:
    message = (
        f"{shown(gateway)}: la salida {answer.name} compara «{comparison.name}», que es {KINDS_IN_WORDS[datum.kind]}, "
        f"con {comparison.text}. {'Se cumple siempre' if comparison.sign == '!=' else 'Nunca se cumple'}."
    )
    right = _of_kind(comparison, datum)
    if not right:
        return error(answer.flow.id, "answer_kind", message)
    fixed = answer.flow.condition.replace(comparison.text, right, 1)
    message += f" ¿Quiso decir {right}?"
    return error(answer.flow.id, "answer_kind", message, action="set_condition", element=answer.flow.id, value=fixed)


def _of_kind(comparison: Comparison, datum: Datum) -> str:
    """The value as its datum would have it: `'100'` of a number is 100, `'si'` of yes or no is true."""
    written = str(comparison.value).strip().casefold()
    if datum.kind is Kind.NUMBER and isinstance(comparison.value, str):
        return written if written.replace(".", "", 1).isdecimal() else ""
    return _YES.get(written, "") if datum.kind is Kind.FLAG else ""


def _fits(value: object, kind: Kind) -> bool:
    if isinstance(value, bool):
        return kind is Kind.FLAG
    return isinstance(value, _KINDS[kind])


def _other_option(gateway: Element, answer: Answer, comparison: Comparison, datum: Datum) -> Finding:
    labels = ", ".join(label or value for value, label in datum.options.items())
    by_label = {label.casefold(): value for value, label in datum.options.items() if label}
    written = str(comparison.value)
    near = by_label.get(written.casefold()) or nearest(written, datum.options) or nearest(written.casefold(), by_label)
    near = by_label.get(near, near)
    message = (
        f"{shown(gateway)}: la salida {answer.name} compara «{comparison.name}» con {comparison.text}, "
        f"y las opciones son {labels}."
    )
    fix: dict[str, Any] = {}
    if near:
        message += f" ¿Quiso decir «{datum.options[near] or near}»?"
        fixed = answer.flow.condition.replace(comparison.text, f"{comparison.text[0]}{near}{comparison.text[0]}")
        fix = {"action": "set_condition", "element": answer.flow.id, "value": fixed}
    return error(answer.flow.id, "answer_value", message, **fix)


def _cases(answers: Sequence[Answer], before: State) -> Iterator[Mapping[str, Any]] | None:
    """Every combination of the values that the data of these conditions can have; None where that is not known."""
    names = sorted(frozenset[str]().union(*(answer.condition.names for answer in answers)))
    compared = [one for answer in answers for one in comparisons(answer.flow.condition)]
    samples = [_samples(name, before, [one for one in compared if one.name == name]) for name in names]
    total = 1
    for values in samples:
        total *= len(values or ())
    if not names or not 0 < total <= MOST_CASES:
        return None
    known = [values for values in samples if values]
    return (dict(zip(names, values, strict=True)) for values in itertools.product(*known))


def _samples(name: str, before: State, compared: Sequence[Comparison]) -> list[Any] | None:
    """Values of each sort that conditions can tell apart; None where the datum may hold anything."""
    if before.anything or not before.may.get(name):
        return None
    datum = merged(before, name)
    found = _values(datum, [one.value for one in compared if one.value is not None])
    return found and [*found, *([] if name in before.sure else [None])]


def _values(datum: Datum, written: Sequence[Any]) -> list[Any] | None:
    texts = [value for value in written if isinstance(value, str)]
    match datum.kind:
        case Kind.OPTION if datum.options:
            return list(datum.options)
        case Kind.FLAG:
            return [True, False]
        case Kind.LIST | Kind.TABLE | Kind.FILE:
            members = list(datum.options) or texts
            return [[], [""], members, *([one] for one in members)]
        case Kind.NUMBER:
            return _numbers([value for value in written if isinstance(value, int | float)])
        case Kind.TEXT | Kind.DATE:
            return ["", "\uffff", *texts, *(f"{one}\u0001" for one in texts)]
    return None


def _numbers(written: Sequence[float]) -> list[float]:
    """Those that are compared with, one below and one above each, one between each two, and none at all."""
    compared = sorted({*written})
    between = {(low + high) / 2 for low, high in itertools.pairwise(compared)}
    return [0, *sorted({near for value in compared for near in (value - 1, value, value + 1)} | between)]


def _reached(gateway: Element, answers: Sequence[Answer], cases: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    held = {answer.flow.id: [case for case in cases if answer.condition.holds(case)] for answer in answers}
    one_only = gateway.kind == "exclusiveGateway"
    for place, answer in enumerate(answers):
        earlier = answers[:place] if one_only else ()
        mine = held[answer.flow.id]
        if not mine:
            message = f"{shown(gateway)}: la salida {answer.name} nunca se toma: ningún valor cumple su condición."
            yield error(answer.flow.id, "answer_never", message)
        elif len(mine) == len(cases):
            message = f"{shown(gateway)}: la salida {answer.name} se toma siempre: todo valor cumple su condición."
            yield error(answer.flow.id, "answer_always", message)
        elif earlier and all(any(case in held[one.flow.id] for one in earlier) for case in mine):
            message = f"{shown(gateway)}: la salida {answer.name} nunca se toma: antes se toma {earlier[-1].name}."
            yield error(answer.flow.id, "answer_never", message)
        elif shared := next((one for one in earlier if any(case in held[one.flow.id] for case in mine)), None):
            message = (
                f"{shown(gateway)}: las salidas {shared.name} y {answer.name} pueden cumplirse a la vez; "
                f"se toma {shared.name}, que está primero."
            )
            yield warning(answer.flow.id, "answer_overlap", message)


RULES = (_answers, _gaps)
