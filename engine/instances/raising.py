"""Errors, escalations and signals that a case throws: who is interrupted, and what fails because nobody catches it."""

from __future__ import annotations

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import ThrowingEvent
from SpiffWorkflow.task import Task as Node
from SpiffWorkflow.util.task import TaskState

from engine.definitions.diagram import Element
from engine.definitions.specs import Border, End
from engine.definitions.throwing import Error, Escalation, Signal, call_around, is_heard, shared_with_others
from engine.errors import ExecutionFailed
from engine.instances.case import depth_first, process_key
from engine.instances.turn import Signalled, Turn
from engine.instances.waiting import BLOCKED
from engine.states import HistoryKind, IncidentKind
from engine.variables import plain

_AT_END = "Si ese fin es el previsto, omítalo y diga por qué; si no, cancele el proceso."
_AT_CALL = "Reintente para hacerlo de nuevo, omítalo para seguir sin él, o cancele el proceso."


def raises(node: Node) -> bool:
    """Whether it throws what may be caught inside the same case."""
    spec = node.task_spec
    return isinstance(spec, ThrowingEvent) and isinstance(spec.event_definition, Error | Escalation | Signal)


def raise_from(turn: Turn, node: Node) -> bool:
    """Throw. What is interrupted by it ends before anything behind it runs; False if what ends here has failed."""
    turn.case.subprocesses.wake()  # whoever may hear it
    ends = isinstance(node.task_spec, End) and not isinstance(node.task_spec.event_definition, Signal)
    if ends and not is_heard(node):
        _fail(turn, node)
        return False
    node.run()
    if isinstance(node.task_spec.event_definition, Signal):
        _tell_others(turn, node)
    for other in depth_first(turn.case):
        if _interrupts(other):
            other.run()
    return True


def _tell_others(turn: Turn, node: Node) -> None:
    """A signal is heard inside its case, and begins the processes that start with it.

    It brings what the case began with, and what the process that gives it knows.
    """
    name = turn.element(node).reference
    brought = plain({**turn.case.task_tree.data, **shared_with_others(node)})
    turn.signals.append(Signalled(name, brought, turn.instance.scope, turn.instance.tenant))
    turn.record_step(HistoryKind.SIGNAL_SENT, node, nombre=name)


def _interrupts(node: Node) -> bool:
    return node._state == TaskState.READY and isinstance(node.task_spec, Border) and node.task_spec.cancel_activity


def _fail(turn: Turn, node: Node) -> None:
    """What ends by something that nobody catches has failed: whoever called it does not go on as if it were done."""
    reached = f"{_shown(turn.element(node))} con {_thrown(turn.element(node))}, que nadie atiende."
    call = call_around(node)
    if call is None:
        _block(turn, node, f"El proceso llegó a {reached} {_AT_END}")
        return
    name = turn.bundle.diagrams[process_key(node)].name
    call.task_spec.abandon(call)
    _block(turn, call, f"«{name}», al que llama {_shown(turn.element(call))}, terminó en {reached} {_AT_CALL}")


def _block(turn: Turn, node: Node, message: str) -> None:
    node.internal_data[BLOCKED] = True
    turn.fail(node, IncidentKind.UNCAUGHT, ExecutionFailed(message))


def _shown(element: Element) -> str:
    return element.called


def _thrown(element: Element) -> str:
    what = "error" if element.event == "error" else "escalamiento"
    return f"el {what} «{element.reference}»" if element.reference else f"un {what}"
