"""Every expression of the diagram: that it is understood, and that its variables exist."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from engine.definitions.diagram import Element
from engine.definitions.linting.findings import Checked, Finding, error, shown, warning
from engine.errors import InvalidExpression
from engine.expressions import Expression, compile_expression


@dataclass(frozen=True, slots=True)
class Written:
    """An expression of the diagram: where, what it is for, and its text."""

    element: str
    place: str
    text: str


def expressions(checked: Checked) -> Iterator[Written]:
    """Every expression that will be evaluated."""
    for flow in checked.model.flows.values():
        if flow.condition:
            source = checked.model.elements.get(flow.source)
            of = f" de {shown(source)}" if source else ""
            yield Written(flow.id, f"La condición de la salida {checked.model.way(flow)}{of}", flow.condition)
    for element in checked.model.elements.values():
        yield from _of_element(element)
    for lane in checked.model.lanes.values():
        if "{" in lane.properties.get("rol", ""):
            yield Written(lane.id, f"El rol de {lane.called}", lane.role)


def _of_element(element: Element) -> Iterator[Written]:
    name = shown(element)
    named = {
        f"La lista sobre la que se repite {name}": element.collection,
        f"El número de veces de {name}": element.cardinality,
        f"La condición con que termina la repetición de {name}": element.completion_condition,
        f"La condición con que se repite {name}": element.loop_condition,
        f"La condición de {name}": element.expression if element.event == "conditional" else "",
        f"La persona de {name}": element.assignee if "{" in element.assignee else "",
    }
    for mapping in (*element.in_mappings, *element.out_mappings):
        named[f"El valor de «{mapping.target}» en {name}"] = mapping.expression
    yield from (Written(element.id, place, text) for place, text in named.items() if text)
    if element.event == "conditional" and not element.expression:
        yield Written(element.id, f"La condición de {name}", "")


def _understood(checked: Checked) -> Iterator[Finding]:
    for written in expressions(checked):
        try:
            compile_expression(written.text)
        except InvalidExpression as exc:
            yield error(written.element, "expression", f"{written.place} no se entiende. {exc.message}")


def _variables(checked: Checked) -> Iterator[Finding]:
    """A name nobody sets, but very like one that is set: where handlers declare nothing, no more can be said."""
    if checked.following is not None:
        return  # the rules on data say it, and more
    known = _set_here(checked) | set(checked.known.variables)
    for written in expressions(checked):
        compiled = _compiled(written.text)
        for name in sorted(compiled.names - known) if compiled else ():
            near = _slip_of(name, known)
            if near:
                message = f"{written.place} usa «{name}», que nadie llena. ¿Quiso decir «{near}»?"
                fixed = written.text.replace(name, near)
                is_flow = written.element in checked.model.flows
                fix = {"action": "set_condition", "element": written.element, "value": fixed} if is_flow else {}
                yield warning(written.element, "variable", message, **fix)


def _compiled(text: str) -> Expression | None:
    try:
        return compile_expression(text)
    except InvalidExpression:
        return None


def _set_here(checked: Checked) -> set[str]:
    """The variables that the diagram itself sets."""
    names: set[str] = set()
    for element in checked.model.elements.values():
        names.update(part.strip() for part in element.properties.get("salida", "").split(",") if part.strip())
        names.update(mapping.target for mapping in element.out_mappings if mapping.target)
        if element.element_variable:
            names.add(element.element_variable)
    return names


def _slip_of(name: str, known: set[str]) -> str:
    """The known name that this one is a slip of; empty if there is none."""
    return next((near for near in sorted(known) if _is_slip(name, near)), "")


def _is_slip(name: str, near: str) -> bool:
    """Whether one or two letters differ, and not only the plural's or a number."""
    if len(name) < 3 or name[0] != near[0] or abs(len(name) - len(near)) > 2:
        return False
    if name.rstrip("es") == near.rstrip("es") or name.rstrip("0123456789") == near.rstrip("0123456789"):
        return False
    return _slips(name, near) <= (2 if len(name) > 5 else 1)


@functools.lru_cache(10_000)
def _slips(a: str, b: str) -> int:
    """How many letters to change, add or drop to get from one to the other."""
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        previous, row[0] = row[0], i
        for j, other in enumerate(b, start=1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (letter != other))
    return row[-1]


RULES = (_understood, _variables)
