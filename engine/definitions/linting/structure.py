"""Starts, ends, and a path through every element."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.elements import ACTIVITIES, OPENING, kind_name
from engine.definitions.linting.findings import Checked, Finding, error, shown, warning
from engine.definitions.linting.graph import Level, levels, on_cycles, reachable
from engine.definitions.linting.resting import resting
from engine.definitions.linting.soundness import closed_by, ends_well

CHOOSING = ("exclusiveGateway", "inclusiveGateway", "eventBasedGateway")


def _starts(checked: Checked) -> Iterator[Finding]:
    for level in levels(checked.model):
        starts = [level.elements[node] for node in level.roots()]
        where = f"El subproceso {shown(level.parent)}" if level.parent else "El proceso"
        if not starts:
            yield error(level.id, "start", f"{where} no tiene evento de inicio. Dibuje uno y llévelo al primer paso.")
        if level.parent is not None and level.parent.triggered_by_event:
            yield from _raising(level.parent, starts)
            continue
        plain = [start for start in starts if start.event == "none"]
        if len(plain) > 1:
            message = f"{where} tiene varios inicios sin tipo: no se sabe por dónde empezar. Deje uno solo."
            yield error(plain[1].id, "start", message)
        if level.parent and len(starts) > len(plain):
            message = f"{where} debe comenzar con un inicio sin tipo: comienza cuando el flujo llega a él."
            yield error(next(start.id for start in starts if start.event != "none"), "start", message)
        for start in starts if level.parent is None else ():
            if start.event not in OPENING:
                message = f"Un proceso no comienza con {shown(start)} ({kind_name(start)}). Cambie el tipo del inicio."
                yield error(start.id, "start", message)


def _raising(parent: Element, starts: list[Element]) -> Iterator[Finding]:
    """An event subprocess begins by exactly one event, and what leaves by an error does not go on."""
    if len(starts) > 1:
        message = (
            f"El subproceso de evento {shown(parent)} tiene varios inicios. Deje uno; dibuje otro por cada evento."
        )
        yield error(starts[1].id, "start", message)
    for start in starts[:1]:
        if start.event == "none":
            message = (
                f"El subproceso de evento {shown(parent)} no dice qué lo hace comenzar. Dele un tipo a su inicio: "
                "un mensaje, un plazo, una señal, un error, un escalamiento o una condición."
            )
            yield error(start.id, "start", message)
        if start.event == "error" and not start.interrupting:
            message = f"{shown(start)} es de error, que siempre interrumpe. Márquelo como inicio que interrumpe."
            yield error(
                start.id,
                "start",
                message,
                action="set_attribute",
                element=start.id,
                name="isInterrupting",
                value="true",
            )
    if parent.multiple or parent.loop:
        yield error(
            parent.id, "repetition", f"{shown(parent)} no se puede repetir: es un subproceso de evento. Quite la marca."
        )


def _ends(checked: Checked) -> Iterator[Finding]:
    for level in levels(checked.model):
        if not level.ends():
            where = f"El subproceso {shown(level.parent)}" if level.parent else "El proceso"
            yield error(level.id, "end", f"{where} no tiene evento de fin. Dibuje uno después del último paso.")


def _connected(checked: Checked) -> Iterator[Finding]:
    for element in checked.model.elements.values():
        starts = element.kind in ("startEvent", "boundaryEvent") or _is_link(element.kind, element.event, "Catch")
        starts |= element.triggered_by_event
        ends = (
            element.kind == "endEvent" or element.triggered_by_event or _is_link(element.kind, element.event, "Throw")
        )
        if starts and element.incoming:
            message = f"A {shown(element)} ({kind_name(element)}) no puede llegar una flecha. Quítela."
            yield error(element.id, "incoming", message, action="remove", element=element.incoming[0])
        if ends and element.outgoing:
            message = f"De {shown(element)} ({kind_name(element)}) no puede salir una flecha. Quítela."
            yield error(element.id, "outgoing", message, action="remove", element=element.outgoing[0])
        if not ends and not element.outgoing:
            yield _dead_end(checked, element)


def _dead_end(checked: Checked, element: Element) -> Finding:
    """Where other ways come to an end all the same, that way just stops, as BPMN lets it."""
    within = (level for level in levels(checked.model) if level.id == (element.parent_id or ""))
    around = next(within, None)  # none inside what Cauce does not run, which is refused by itself
    if around is not None and ends_well(checked.model, around):
        closing = closed_by(checked.model, around)
        stops = f"queda ahí hasta que {shown(closing)} lo cierre" if closing else "termina ahí, y lo demás no lo espera"
        message = (
            f"De {shown(element)} no sale ninguna flecha: ese camino {stops}. Llévelo al paso que sigue, o a un fin."
        )
        return warning(element.id, "dead_end", message)
    message = f"De {shown(element)} no sale ninguna flecha: el proceso se detendría ahí. Llévelo al paso que sigue."
    return error(element.id, "dead_end", message)


def _is_link(kind: str, event: str, side: str) -> bool:
    return event == "link" and side in kind


def _reached(checked: Checked) -> Iterator[Finding]:
    for level in levels(checked.model):
        if level.roots():
            seen = reachable(level.after, level.roots())
            lost = [element for element in level.elements.values() if element.id not in seen]
            say = warning if lost and ends_well(checked.model, level) else error
            for element in lost:
                message = f"A {shown(element)} no se llega nunca desde el inicio: no se haría. Conéctelo o bórrelo."
                yield say(element.id, "unreachable", message)


def _ending(checked: Checked) -> Iterator[Finding]:
    for level in levels(checked.model):
        if level.ends():
            ending = reachable(level.before(), level.ends())
            # Where nothing goes out at all, another rule says so already.
            lost = [one for one in level.elements.values() if one.id not in ending and level.after[one.id]]
            turning = on_cycles(level.after).intersection(one.id for one in lost)
            say = warning if lost and not turning and ends_well(checked.model, level) else error
            for element in lost:
                message = f"Desde {shown(element)} no hay camino hasta un fin. Agregue la salida que falta."
                yield say(element.id, "no_end", message)


def _attached(checked: Checked) -> Iterator[Finding]:
    for event in checked.model.of_kind("boundaryEvent"):
        host = checked.model.elements.get(event.attached_to or "")
        if host is None or host.parent_id != event.parent_id or host.kind not in ACTIVITIES or host.triggered_by_event:
            yield error(event.id, "attached", f"{shown(event)} no está pegado a ninguna tarea. Arrástrelo a su borde.")


def _side_paths(checked: Checked) -> Iterator[Finding]:
    """What a non-interrupting event starts runs beside the task, so it must not flow back into its path."""
    for level in levels(checked.model):
        for event in level.elements.values():
            if event.kind == "boundaryEvent" and not event.interrupting and event.attached_to in level.elements:
                yield from _meeting(checked.model, level, event.id, event.attached_to or "")


def _meeting(model: DiagramModel, level: Level, event_id: str, host_id: str) -> Iterator[Finding]:
    side = reachable(level.after, level.after[event_id])
    without = {**level.after, host_id: tuple(one for one in level.after[host_id] if one != event_id)}
    main = reachable(without, [flow_target.id for flow_target in model.after(host_id)])
    shared = [node for node in level.elements if node in side & main]
    if shared:
        event, first = model.elements[event_id], model.elements[shared[0]]
        message = (
            f"El camino de {shown(event)} vuelve al principal en {shown(first)}, que se haría dos veces. "
            "Termínelo en su propio fin."
        )
        yield error(event_id, "side_path", message)


def _busy_loops(checked: Checked) -> Iterator[Finding]:
    waiting = resting(checked.model)
    for level in levels(checked.model):
        automatic = {
            node: tuple(target for target in targets if target not in waiting)
            for node, targets in level.after.items()
            if node not in waiting
        }
        turning = on_cycles(automatic)
        first = next((node for node in level.elements if node in turning), None)
        if first is not None:
            message = (
                f"El ciclo que pasa por {shown(level.elements[first])} puede no esperar nunca: giraría sin parar. "
                "Ponga en él una tarea de una persona o una espera. Repetir sobre una lista vacía no es esperar."
            )
            yield error(first, "busy_loop", message)


def _endless_cycles(checked: Checked) -> Iterator[Finding]:
    """An event that interrupts is no way out: in each cycle something must choose between going on and leaving."""
    for level in levels(checked.model):
        chosen = {
            node for node, element in level.elements.items() if element.kind in CHOOSING and len(element.outgoing) > 1
        }
        fixed = {
            node: tuple(one for one in targets if one not in chosen and level.elements[one].attached_to != node)
            for node, targets in level.after.items()
            if node not in chosen
        }
        turning = on_cycles(fixed)
        first = next((node for node in level.elements if node in turning), None)
        if first is not None:
            message = (
                f"El ciclo que pasa por {shown(level.elements[first])} no tiene salida: nada decide cuándo terminar. "
                "Ponga en él una decisión."
            )
            yield error(first, "endless_cycle", message)


RULES = (
    _starts,
    _ends,
    _connected,
    _reached,
    _ending,
    _attached,
    _side_paths,
    _busy_loops,
    _endless_cycles,
)
