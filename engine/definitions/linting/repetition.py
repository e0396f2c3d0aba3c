"""What is done several times: multi-instance and loops."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.diagram import Element
from engine.definitions.elements import ACTIVITIES
from engine.definitions.linting.findings import Checked, Finding, error, shown

MOST = 500


def _collections(checked: Checked) -> Iterator[Finding]:
    for element in checked.model.elements.values():
        if not element.multiple:
            continue
        if element.kind not in ACTIVITIES:
            yield error(
                element.id, "repetition", f"{shown(element)} no se puede repetir. Quite la marca de repetición."
            )
        if not element.collection and not element.cardinality:
            message = f"{shown(element)} se repite, pero no dice sobre qué lista. Escríbala, por ejemplo «entidades»."
            yield error(element.id, "collection", message)
        elif element.collection and not element.element_variable:
            message = (
                f"{shown(element)} no dice cómo se llama cada elemento de «{element.collection}». "
                "Escríbalo, por ejemplo «entidad»."
            )
            yield error(element.id, "element_variable", message)


def _bounds(checked: Checked) -> Iterator[Finding]:
    for element in checked.model.elements.values():
        for written in (element.cardinality, element.loop_maximum):
            number = _number(written)
            if number is not None and not 1 <= number <= MOST:
                message = f"{shown(element)} se repetiría {written[:12]} veces. Puede ser de 1 a {MOST}."
                yield error(element.id, "too_many", message)


def _number(written: str) -> int | None:
    plain = written.strip().removeprefix("${").removesuffix("}").strip()
    digits = plain.removeprefix("-")
    if not digits.isdecimal():
        return None
    return int(plain) if len(digits) < 6 else MOST + 1


def _loops(checked: Checked) -> Iterator[Finding]:
    for element in checked.model.elements.values():
        if element.loop and not (element.loop_condition or element.loop_maximum):
            message = f"{shown(element)} se repite sin decir hasta cuándo. Escriba la condición o el número de veces."
            yield error(element.id, "endless_loop", message)
        if element.loop and _number(element.loop_maximum) is None and element.loop_maximum:
            yield error(element.id, "endless_loop", f"{shown(element)}: el máximo de veces debe ser un número.")


def _interrupted(checked: Checked) -> Iterator[Finding]:
    for event in checked.model.of_kind("boundaryEvent"):
        host = checked.model.elements.get(event.attached_to or "")
        if host is not None and host.multiple and event.interrupting:
            message = (
                f"{shown(event)} interrumpe {shown(host)}, que se repite, y eso no se puede hacer a medias. "
                f"Ponga {shown(host)} dentro de un subproceso y pegue el evento al borde del subproceso."
            )
            yield error(event.id, "interrupted_repetition", message)


def _nested(checked: Checked) -> Iterator[Finding]:
    """The inner of two repetitions would hide the outer's variable."""
    for element in checked.model.elements.values():
        outer = _outer(checked, element)
        if element.multiple and outer is not None and element.element_variable == outer.element_variable:
            message = (
                f"{shown(element)} y {shown(outer)}, que la contiene, se repiten con la misma variable "
                f"«{element.element_variable}». Dele otro nombre a una."
            )
            yield error(element.id, "element_variable", message)


def _outer(checked: Checked, element: Element) -> Element | None:
    parent = checked.model.elements.get(element.parent_id or "")
    while parent is not None and not (parent.multiple and parent.element_variable):
        parent = checked.model.elements.get(parent.parent_id or "")
    return parent


RULES = (_collections, _bounds, _loops, _interrupted, _nested)
