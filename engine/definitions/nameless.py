"""What stands in a sentence for an element that nobody named: «la pregunta sin nombre después de «Revisar»»."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping

from engine.definitions.diagram import Element, Flow

_KINDS = {
    "userTask": "la tarea",
    "manualTask": "la tarea",
    "task": "la tarea",
    "serviceTask": "el paso automático",
    "sendTask": "el envío",
    "receiveTask": "la espera de un mensaje",
    "callActivity": "la llamada a otro proceso",
    "subProcess": "el subproceso",
    "startEvent": "el inicio",
    "endEvent": "el fin",
    "intermediateCatchEvent": "la espera",
    "intermediateThrowEvent": "el aviso",
    "boundaryEvent": "el evento de borde",
}
_CHOICES = ("exclusiveGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway")
_ALONE = ("startEvent", "endEvent")
"""What is called so without anybody missing a name."""
FARTHEST = 20
"""Nameless elements that are asked for a neighbour with a name: a stranger's thousand must not take minutes."""
_CONTRACTED = re.compile(r"\b([Dd]e|[Aa]) el (?=(?:paso|envío|subproceso|inicio|fin|aviso|evento|rombo) )")


def described(elements: Mapping[str, Element], flows: Mapping[str, Flow]) -> Iterator[tuple[str, str]]:
    """Each nameless element's id, with the words for it."""
    for element in elements.values():
        if not element.name:
            yield element.id, f"{_kind(element)} {_where(element, elements, flows)}".strip()


def spoken(sentence: str) -> str:
    """A sentence made with such words: it begins with a capital, and «de el» is «del»."""
    return _CONTRACTED.sub(lambda found: f"{found[1]}l ", sentence[:1].upper() + sentence[1:])


def _kind(element: Element) -> str:
    if element.is_gateway:
        many = len(element.outgoing) > 1
        kind = "la pregunta" if many and element.kind in _CHOICES else "la bifurcación" if many else "la unión"
    else:
        kind = _KINDS.get(element.kind, "el paso")
    return kind if element.kind in _ALONE else f"{kind} sin nombre"


def _where(element: Element, elements: Mapping[str, Element], flows: Mapping[str, Flow]) -> str:
    host = elements.get(element.attached_to or "")
    if host is not None:
        return f"en «{host.name}»" if host.name else ""
    before = _named(element, elements, flows, onward=False)
    after = _named(element, elements, flows, onward=True)
    joins = element.is_gateway and len(element.outgoing) < 2
    if after and (joins or not before):
        return f"antes de «{after}»"
    return f"después de «{before}»" if before else ""


def _named(element: Element, elements: Mapping[str, Element], flows: Mapping[str, Flow], *, onward: bool) -> str:
    """The nearest name along the flows; empty if nothing on that side has one."""
    seen, waiting = {element.id}, [element]
    for one in itertools.islice(waiting, FARTHEST):
        for neighbour in _neighbours(one, elements, flows, onward=onward):
            if neighbour.name:
                return neighbour.name
            if neighbour.id not in seen:
                seen.add(neighbour.id)
                waiting.append(neighbour)
    return ""


def _neighbours(
    element: Element, elements: Mapping[str, Element], flows: Mapping[str, Flow], *, onward: bool
) -> Iterable[Element]:
    ids = (flows[one].target for one in element.outgoing) if onward else (flows[one].source for one in element.incoming)
    return (elements[one] for one in ids if one in elements)
