"""What events wait for and throw."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from engine.definitions.diagram import Element
from engine.definitions.linting.findings import Checked, Finding, error, shown, warning
from engine.errors import InvalidDeadline

_REPEATED = re.compile(r"R(?![01]/)\d*/")
CATCHING_ANY = ("boundaryEvent", "startEvent")
"""What catches every escalation when it names none."""


def _timers(checked: Checked) -> Iterator[Finding]:
    for element in checked.model.elements.values():
        opens_a_case = element.kind == "startEvent" and element.parent_id is None
        if element.timer and not opens_a_case and not element.deadline:
            message = f"{shown(element)} no dice cuánto espera. Escriba su plazo, por ejemplo «5dh» o «cierre+7dh»."
            yield error(element.id, "timer", message)


def _cycles(checked: Checked) -> Iterator[Finding]:
    """A repeated moment where only the first would ever come."""
    for element in checked.model.elements.values():
        written = element.expression.strip("\"' ")
        opens_a_case = element.kind == "startEvent" and element.parent_id is None
        if element.timer and not opens_a_case and _REPEATED.match(written) and element.cycle == 1:
            message = (
                f"{shown(element)} pide repetirse («{written}»), y ocurriría una sola vez: solo se repite lo "
                "que está en el borde de una tarea y no la interrumpe."
            )
            yield warning(element.id, "timer_cycle", message)


def _openings(checked: Checked) -> Iterator[Finding]:
    for start in checked.model.starts():
        if start.timer and not start.properties.get("cadencia"):
            message = f"{shown(start)} no dice cada cuánto comienza. Escriba la cadencia, por ejemplo «mensual»."
            yield error(start.id, "cadence", message)
        elif start.timer and checked.known.check_opening is not None:
            yield from _unreadable(start, checked.known.check_opening)


def _unreadable(start: Element, check: Callable[[Mapping[str, str]], None]) -> Iterator[Finding]:
    try:
        check(start.properties)
    except InvalidDeadline as exc:
        yield error(start.id, "opening", f"{shown(start)}: no se entiende cuándo comienza. {exc.message}")


def _messages(checked: Checked) -> Iterator[Finding]:
    for element in checked.model.elements.values():
        if (element.event == "message" or element.kind == "receiveTask") and not element.message:
            # A throwing event may have a handler that names the message.
            if "Throw" in element.kind or element.kind == "endEvent":
                continue
            message = f"{shown(element)} no dice qué mensaje espera. Póngale nombre al mensaje en las propiedades."
            yield error(element.id, "message", message)


def _references(checked: Checked) -> Iterator[Finding]:
    words = {"signal": "qué señal", "escalation": "qué escalamiento"}
    for element in checked.model.elements.values():
        if element.event in words and not element.reference and element.kind not in CATCHING_ANY:
            message = f"{shown(element)} no dice {words[element.event]}. Elíjalo en las propiedades."
            yield error(element.id, "reference", message)
        if element.event == "signal" and element.kind in CATCHING_ANY and not element.reference:
            yield error(element.id, "reference", f"{shown(element)} no dice qué señal. Elíjala en las propiedades.")


def _caught_twice(checked: Checked) -> Iterator[Finding]:
    """One error (or escalation) leaves by one border: which, must not depend on the order of the drawing."""
    for borders in _borders(checked):
        for event in ("error", "escalation"):
            catching = [one for one in borders if one.event == event]
            codes = [one.reference for one in catching]
            clash = next((one for one in catching if codes.count(one.reference) > 1), None)
            if clash is not None:
                same = (one for one in catching if one.reference == clash.reference and one is not clash)
                others = " y ".join(shown(one) for one in same)
                message = (
                    f"{shown(clash)} y {others} esperan lo mismo en el mismo lugar: no se sabe cuál sigue. "
                    "Deje uno, o dele a cada uno su código."
                )
                yield error(clash.id, "caught_twice", message)


def _borders(checked: Checked) -> Iterable[list[Element]]:
    """What may catch the same: the events at one border, and the starts of the event subprocesses of one level."""
    elements = checked.model.elements
    found: dict[tuple[str, str | None], list[Element]] = {}
    for element in elements.values():
        around = elements.get(element.parent_id or "")
        if element.attached_to:
            found.setdefault(("border", element.attached_to), []).append(element)
        elif element.kind == "startEvent" and around is not None and around.triggered_by_event:
            found.setdefault(("level", around.parent_id), []).append(element)
    return found.values()


def _links(checked: Checked) -> Iterator[Finding]:
    links = [element for element in checked.model.elements.values() if element.event == "link"]
    for element in links:
        others = [one for one in links if one.reference == element.reference and one.parent_id == element.parent_id]
        catches = [one for one in others if "Catch" in one.kind]
        throws = [one for one in others if "Throw" in one.kind]
        if not element.reference or len(catches) != 1 or not throws:
            message = (
                f"El enlace {shown(element)} no tiene su pareja. Cada enlace que sale necesita uno, y solo uno, "
                "que entra con el mismo nombre."
            )
            yield error(element.id, "link", message)


RULES = (_timers, _cycles, _openings, _messages, _references, _caught_twice, _links)
