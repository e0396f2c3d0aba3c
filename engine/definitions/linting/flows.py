"""Arrows, the conditions on them, and the gateways that choose."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.diagram import Element
from engine.definitions.linting.findings import Checked, Finding, error, shown, warning

CHOOSING = ("exclusiveGateway", "inclusiveGateway")


def _ends_of_flows(checked: Checked) -> Iterator[Finding]:
    elements = checked.model.elements
    for flow in checked.model.flows.values():
        source, target = elements.get(flow.source), elements.get(flow.target)
        if source is None or target is None:
            loose = f"que sale de {shown(source)} no llega a ningún paso" if source else ""
            loose = f"que llega a {shown(target)} no sale de ningún paso" if target else loose
            name = f" «{flow.name}»" if flow.name else ""
            message = f"La flecha{name} {loose or 'no une dos pasos'}. Bórrela o conéctela."
            yield error(flow.id, "loose_flow", message, action="remove", element=flow.id)
        elif source.parent_id != target.parent_id:
            message = (
                f"La flecha de {shown(source)} a {shown(target)} cruza el borde de un subproceso. Salga del subproceso."
            )
            yield error(flow.id, "crossing_flow", message)


def _misplaced_conditions(checked: Checked) -> Iterator[Finding]:
    for flow in checked.model.flows.values():
        source = checked.model.elements.get(flow.source)
        if flow.condition and source is not None and not chooses(source):
            message = (
                f"La flecha que sale de {shown(source)} tiene una condición, que ahí no se aplica. "
                "Quítela, o ponga antes una decisión."
            )
            yield error(flow.id, "misplaced_condition", message, action="set_condition", element=flow.id, value="")


def chooses(element: Element) -> bool:
    """Whether conditions decide which of its flows are taken."""
    return element.kind in CHOOSING and len(element.outgoing) > 1


def _choices(checked: Checked) -> Iterator[Finding]:
    for gateway in checked.model.of_kind(*CHOOSING):
        if chooses(gateway):
            yield from _conditions(checked, gateway)
        if gateway.default_flow and gateway.default_flow not in gateway.outgoing:
            message = f"El camino por defecto de {shown(gateway)} no sale de ella. Elija una de sus salidas."
            yield error(gateway.id, "default_flow", message)


def _conditions(checked: Checked, gateway: Element) -> Iterator[Finding]:
    for flow in (checked.model.flows[flow_id] for flow_id in gateway.outgoing):
        name = checked.model.way(flow)
        if flow.id == gateway.default_flow and flow.condition:
            message = f"La salida {name} de {shown(gateway)} es la de los demás casos: su condición sobra. Quítela."
            yield error(flow.id, "default_condition", message, action="set_condition", element=flow.id, value="")
        if flow.id != gateway.default_flow and not flow.condition and gateway.default_flow:
            message = f"La salida {name} de {shown(gateway)} no tiene condición. Escriba cuándo se toma."
            yield error(flow.id, "missing_condition", message)


def _questions(checked: Checked) -> Iterator[Finding]:
    for gateway in checked.model.of_kind(*CHOOSING):
        if chooses(gateway) and not gateway.name:
            message = f"{shown(gateway)}: escríbala como pregunta, y en sus salidas las respuestas."
            yield warning(gateway.id, "question", message)


def _implicit_splits(checked: Checked) -> Iterator[Finding]:
    for element in checked.model.elements.values():
        if not element.is_gateway and len(element.outgoing) > 1:
            message = (
                f"De {shown(element)} salen varias flechas y no se sabe si se sigue una o todas. "
                "Ponga una decisión si es una, o un rombo paralelo si son todas."
            )
            yield error(element.id, "implicit_split", message)


def _event_gateways(checked: Checked) -> Iterator[Finding]:
    for gateway in checked.model.of_kind("eventBasedGateway"):
        targets = checked.model.after(gateway.id)
        if len(targets) < 2:
            message = f"{shown(gateway)} debe tener al menos dos eventos entre los que esperar."
            yield error(gateway.id, "event_gateway", message)
        for target in targets:
            catches = target.kind in ("intermediateCatchEvent", "receiveTask") and target.event != "link"
            if not catches or len(target.incoming) > 1:
                message = (
                    f"Después de {shown(gateway)} debe haber esperas, cada una con una sola entrada. "
                    f"Revise {shown(target)}."
                )
                yield error(target.id, "event_gateway", message)


def _parallel_twins(checked: Checked) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for flow in checked.model.flows.values():
        source = checked.model.elements.get(flow.source)
        if source is not None and (flow.source, flow.target) in seen and not chooses(source):
            message = f"Dos flechas van de {shown(source)} al mismo paso, que se haría dos veces. Borre una."
            yield error(flow.id, "twin_flows", message, action="remove", element=flow.id)
        seen.add((flow.source, flow.target))


RULES = (
    _ends_of_flows,
    _misplaced_conditions,
    _choices,
    _questions,
    _implicit_splits,
    _event_gateways,
    _parallel_twins,
)
