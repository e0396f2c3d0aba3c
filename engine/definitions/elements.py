"""The catalogue: which BPMN elements the engine runs, and their Spanish names.

The linter refuses what is not here; the documentation's table is generated from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.definitions.diagram import Element


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of node. `refusal` says what to draw instead, and is empty if the engine runs it.

    `events` are what it may wait for or throw; empty for what is no event.
    """

    tag: str
    name: str
    refusal: str = ""
    events: frozenset[str] = frozenset()


_KINDS = (
    Kind("userTask", "tarea de usuario"),
    Kind("manualTask", "tarea manual"),
    Kind("serviceTask", "paso automático"),
    Kind("businessRuleTask", "tarea de reglas"),
    Kind("sendTask", "envío"),
    Kind("receiveTask", "espera de un mensaje"),
    Kind("callActivity", "llamada a otro proceso"),
    Kind("subProcess", "subproceso"),
    Kind("exclusiveGateway", "decisión"),
    Kind("parallelGateway", "rombo paralelo"),
    Kind("inclusiveGateway", "rombo inclusivo"),
    Kind("eventBasedGateway", "rombo de eventos"),
    Kind(
        "startEvent",
        "inicio",
        events=frozenset({"none", "timer", "message", "signal", "error", "escalation", "conditional"}),
    ),
    Kind("endEvent", "fin", events=frozenset({"none", "message", "signal", "error", "escalation", "terminate"})),
    Kind(
        "intermediateCatchEvent",
        "evento de espera",
        events=frozenset({"timer", "message", "signal", "conditional", "link"}),
    ),
    Kind(
        "intermediateThrowEvent",
        "evento de aviso",
        events=frozenset({"none", "message", "signal", "escalation", "link"}),
    ),
    Kind(
        "boundaryEvent",
        "evento de borde",
        events=frozenset({"timer", "message", "signal", "error", "escalation", "conditional"}),
    ),
    Kind(
        "task",
        "tarea sin tipo",
        "Diga quién la hace: cámbiela por una tarea de usuario, o por un paso automático.",
    ),
    Kind(
        "scriptTask",
        "tarea de código",
        "Un diagrama no puede llevar código. Cámbiela por un paso automático con nombre, o por una tarea de usuario.",
    ),
    Kind(
        "adHocSubProcess",
        "subproceso sin orden",
        "Dibuje el orden de sus tareas con flechas, en un subproceso normal.",
    ),
    Kind("transaction", "transacción", "Cámbiela por un subproceso normal."),
    Kind("complexGateway", "rombo complejo", "Cámbielo por una decisión o por un rombo paralelo o inclusivo."),
)

CATALOGUE: Mapping[str, Kind] = {kind.tag: kind for kind in _KINDS}
"""Every kind of node of BPMN 2.0 process diagrams, by its tag."""

EVENTS: Mapping[str, str] = {
    "none": "sin tipo",
    "timer": "de tiempo",
    "message": "de mensaje",
    "signal": "de señal",
    "error": "de error",
    "escalation": "de escalamiento",
    "conditional": "de condición",
    "terminate": "de terminación",
    "link": "de enlace",
    "compensate": "de compensación",
    "cancel": "de cancelación",
    "multiple": "múltiple",
}
"""What an event waits for or throws, in Spanish."""

AROUND = frozenset(
    {
        "documentation",
        "extensionElements",
        "ioSpecification",
        "property",
        "laneSet",
        "sequenceFlow",
        "association",
        "group",
        "textAnnotation",
        "category",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "dataInputAssociation",
        "dataOutputAssociation",
        "incoming",
        "outgoing",
        "multiInstanceLoopCharacteristics",
        "standardLoopCharacteristics",
        "auditing",
        "monitoring",
        "artifact",
        "supportedInterfaceRef",
        "resourceRole",
        "performer",
        "humanPerformer",
        "potentialOwner",
        "correlationSubscription",
    }
)
"""Tags inside a process that change nothing in how it runs."""


ACTIVITIES = frozenset(
    {"userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "callActivity", "subProcess"}
    | {"businessRuleTask"}
)
"""Nodes that do something: they may repeat and carry boundary events."""


OPENING = frozenset({"none", "timer", "message", "signal"})
"""What a case may begin with; the other starts are those of event subprocesses."""


def kind_name(element: Element) -> str:
    """What an element is called: `tarea de usuario`, `inicio de tiempo`."""
    if element.triggered_by_event:
        return "subproceso de evento"
    kind = CATALOGUE.get(element.kind)
    name = kind.name if kind else element.kind
    return f"{name} {EVENTS[element.event]}" if element.event not in ("", "none") else name


def refusal(element: Element) -> str:
    """What to draw instead of an element that the engine does not run; empty if it does."""
    kind = CATALOGUE.get(element.kind)
    if kind is None:
        return "El motor no conoce este elemento. Quítelo o cámbielo por una tarea."
    if kind.refusal:
        return kind.refusal
    if kind.events and element.event not in kind.events:
        allowed = ", ".join(EVENTS[event] for event in sorted(kind.events))
        return f"Aquí solo puede haber un evento {allowed}. Cambie el tipo del evento."
    return ""
