"""How a case advances by itself: gateways, automatic steps and events, until it waits for somebody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import ExclusiveGateway, InclusiveGateway
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent, ThrowingEvent
from SpiffWorkflow.task import Task as Node
from SpiffWorkflow.util.task import TaskState

from engine import limits
from engine.decisions.evaluating import evaluate
from engine.definitions import deciding
from engine.definitions.deciding import given
from engine.definitions.diagram import Element
from engine.definitions.parsing import element_id_of
from engine.definitions.specs import FAILED, AutomaticStep, Call, EventGateway
from engine.errors import EngineError, ExecutionFailed, InvalidVariables, Undecided, UnknownTopic
from engine.events import MessageThrown
from engine.identity import SYSTEM
from engine.instances.case import awake, element_id, forget_orphans, process_key
from engine.instances.holding import TOO_LONG, awaited, expects, message_key
from engine.instances.nodes import awake_nodes
from engine.instances.pruning import prune
from engine.instances.raising import raise_from, raises
from engine.instances.turn import Thrown, Turn
from engine.instances.waiting import BLOCKED, waiting_of
from engine.outages import given_up
from engine.runtime import ServiceCall
from engine.states import HistoryKind, IncidentKind
from engine.variables import check_size, checked, kept, plain

MAX_STEPS = 10_000
"""Of a case in one turn: more is a loop in which nobody is waited for."""
PRUNE_EVERY = 100
MESSAGES = "mensajes"
"""Where the handler of a send task puts what is to be sent."""


def advance(turn: Turn) -> None:
    """Run everything that needs nobody. A step that fails stays where it is, and the others go on."""
    steps = 0
    while ran := _pass(turn):
        steps += ran
        if steps > MAX_STEPS:
            raise ExecutionFailed("El proceso da vueltas sin esperar a nadie. Revise el diagrama.")
        if steps % PRUNE_EVERY < ran:
            prune(turn.case)


def _pass(turn: Turn) -> int:
    """One round, innermost processes first, as the library does it; how many steps ran."""
    case = turn.case
    forget_orphans(case)
    active = case.get_active_subprocesses()
    ran = 0
    for inside in sorted(active, key=lambda sub: sub.depth, reverse=True):
        while inside.parent_task_id in case.subprocesses and (count := _run_ready(turn, inside)):
            ran += count
        if inside.parent_task_id in case.subprocesses:
            caller = case.get_task_from_id(inside.parent_task_id)
            caller.task_spec._update(caller)
            caller.workflow.update_waiting_tasks()  # a condition at its border may hold now
    ran += _run_ready(turn, case)
    return ran + max(0, len(case.get_active_subprocesses()) - len(active))


def _run_ready(turn: Turn, workflow: Any) -> int:
    if not _has_ready(workflow):  # the order of nothing needs no walk
        return 0
    ready = [node for node in awake(workflow) if node._state == TaskState.READY and not node.task_spec.manual]
    return sum(run(turn, node) for node in ready if node._state == TaskState.READY and node.id in node.workflow.tasks)


def _has_ready(workflow: Any) -> bool:
    """Whether something automatic is ready here, or might be in what runs inside."""
    top = workflow.top_workflow
    inside = top.subprocesses.awake()
    if workflow is not top and any(one.around is workflow for one in inside):
        return True
    looked_at = (top, *inside) if workflow is top else (workflow,)
    return any(
        node._state == TaskState.READY and not node.task_spec.manual for one in looked_at for node in awake_nodes(one)
    )


def run(turn: Turn, node: Node) -> bool:
    """Run one automatic node; False if it is blocked by an incident, or becomes so."""
    if BLOCKED in node.internal_data:
        return False
    if isinstance(node.task_spec, AutomaticStep):
        return _run_step(turn, node)
    if isinstance(node.task_spec, ThrowingEvent) and element_id(node) and turn.element(node).event == "message":
        return _run_step(turn, node)
    if isinstance(node.task_spec, ExclusiveGateway | InclusiveGateway):
        return _run_decision(turn, node)
    if raises(node):
        return raise_from(turn, node)
    node.run()
    if isinstance(node.task_spec, Call):
        turn.record_step(HistoryKind.CALL_COMPLETED, node)
    return True


def finish(turn: Turn, node: Node) -> None:
    """Complete an automatic step, or what ended by an error, as if it were done (a person decided to skip it)."""
    if node._state == TaskState.WAITING:
        node.internal_data.pop(FAILED, None)
        node._set_state(TaskState.READY)
    node.run()
    turn.record_step(HistoryKind.STEP_COMPLETED, node, omitido=True)


def fire(node: Node, element_id: str, variables: Mapping[str, Any]) -> None:
    """Let a held event happen: its moment has come, or its message has arrived."""
    _choose(node, element_id)
    node.task_spec.event_definition.catch(node)
    node.task_spec._update(node)
    node.data.update(variables)


def skip_event(node: Node, element_id: str) -> None:
    """Go on as if what is awaited had come, without its data (a person decided so)."""
    _choose(node, element_id)
    node._ready()


def _choose(node: Node, element_id: str) -> None:
    if isinstance(node.task_spec, EventGateway):
        chosen = (spec.name for spec in node.task_spec.outputs if element_id_of(spec) == element_id)
        node.internal_data["chosen"] = next(chosen)


def receive(turn: Turn, message: Thrown) -> bool:
    """Hand a message to every element of the case that waits for it; whether any did."""
    received = False
    for node in list(waiting_of(turn.case).held.values()):
        for element in awaited(turn, node):
            if node._state == TaskState.WAITING and expects(element, node, message):
                received = True
                fire(node, element.id, kept(checked(message.variables)))
                shown = {"nombre": message.name, "clave": message.key, "variables": dict(message.variables)}
                turn.record_step(HistoryKind.MESSAGE_RECEIVED, node, **shown)
    return received


def _run_step(turn: Turn, node: Node) -> bool:
    thrown, received, events = len(turn.thrown), len(turn.received), len(turn.events)
    entries = len(turn.entries)
    turn.send()  # the handler reads what was done before it; and what it undoes is its own
    try:
        with turn.session.begin_nested():
            variables = _work(turn, node)
    except Exception as failure:
        if given_up(failure):
            raise  # the whole command is tried again, not this step
        del turn.thrown[thrown:], turn.received[received:], turn.events[events:], turn.entries[entries:]
        turn.fail(node, IncidentKind.STEP, failure)
        node.internal_data[BLOCKED] = True
        return False
    node.data.update(variables)
    node.run()
    if element_id(node) and turn.element(node).kind != "task":
        turn.record_step(HistoryKind.STEP_COMPLETED, node, **({"variables": plain(variables)} if variables else {}))
    return True


def _work(turn: Turn, node: Node) -> dict[str, Any]:
    """What the handler of a step does; the variables it sets."""
    element = turn.element(node)
    if element.kind == "task":
        return {}
    if element.kind == "businessRuleTask":
        return _decide(turn, node, element)
    handler = turn.engine.service_tasks.get(element.topic or element.id)
    sends = element.kind == "sendTask" or element.event == "message"
    if handler is None and sends and element.message:
        _throw_own_message(turn, node)
        return {}
    if handler is None:
        raise UnknownTopic(f"No hay un paso automático llamado «{element.topic or element.id}».")
    result = dict(handler(_call(turn, node)) or {})
    if sends:
        for message in result.pop(MESSAGES, ()):
            _throw(turn, node, message["nombre"], message["clave"], message.get("variables") or {})
    variables = checked(result)
    check_size({**node.data, **variables})
    return variables


def _decide(turn: Turn, node: Node, element: Element) -> dict[str, Any]:
    """What a decision gives; one that can't be made stops the step."""
    found = turn.bundle.decisions.get(element.decision)
    if found is None:
        raise Undecided(f"La tabla de decisión «{element.decision}» no se publicó con este proceso.")
    asked = given(found.model, found.node, plain(node.data))
    every = evaluate(found.model, asked, found.node.id)
    problems = [problem for one in every.values() for problem in one.problems]
    if problems:
        raise Undecided(f"«{problems[0].decision}»: {problems[0].message}")
    decided = every[found.node.name]
    variables = checked(deciding.variables(found.node, element, decided))
    check_size({**node.data, **variables})
    shown = {"tabla": found.node.name, "version": found.version, "filas": list(decided.rows)}
    turn.record_step(HistoryKind.TABLE_DECIDED, node, **shown, variables=plain(variables))
    return variables


def _call(turn: Turn, node: Node) -> ServiceCall:
    return ServiceCall(
        session=turn.session,
        engine=turn.engine,
        now=turn.now,
        instance_id=turn.instance.id,
        business_key=turn.instance.business_key,
        scope=turn.instance.scope,
        process_key=process_key(node),
        element_id=element_id(node),
        variables=plain(node.data),
    )


def _throw_own_message(turn: Turn, node: Node) -> None:
    """Send the message that the diagram itself names, with the variables listed in its property `variables`."""
    element = turn.element(node)
    names = [name.strip() for name in element.properties.get("variables", "").split(",") if name.strip()]
    data = plain(node.data)
    _throw(turn, node, element.message, message_key(element, node), {n: data[n] for n in names if n in data})


def _throw(turn: Turn, node: Node, name: str, key: str, variables: Mapping[str, Any]) -> None:
    if not isinstance(name, str) or not isinstance(key, str):
        raise InvalidVariables("El nombre y la clave de un mensaje deben ser textos.")
    if not limits.fits(name, limits.MESSAGE_NAME) or not limits.fits(key, limits.MESSAGE_KEY):
        raise InvalidVariables(TOO_LONG)
    message = Thrown(name, key, plain(checked(variables)), turn.instance.scope)
    turn.thrown.append(message)
    turn.events.append(MessageThrown(turn.now, SYSTEM.id, turn.instance.id, name, key, message.variables))
    turn.record_step(HistoryKind.MESSAGE_SENT, node, nombre=name, clave=key)


def _run_decision(turn: Turn, node: Node) -> bool:
    try:
        node.run()
    except Exception as failure:
        node._set_state(TaskState.READY)
        node.internal_data[BLOCKED] = True
        turn.fail(node, IncidentKind.DECISION, _undecided(turn, node, failure))
        return False
    element = turn.element(node)
    if len(element.outgoing) > 1:
        taken = {_target(child) for child in node.children if child._state != TaskState.CANCELLED}
        flows = turn.bundle.diagrams[process_key(node)].flows
        chosen = [flows[flow_id] for flow_id in element.outgoing if flows[flow_id].target in taken]
        turn.record_step(
            HistoryKind.DECISION,
            node,
            flujos=[flow.id for flow in chosen],
            respuestas=[flow.name for flow in chosen if flow.name],
        )
    return True


def _target(child: Node) -> str:
    return element_id_of(child.task_spec) or str(child.task_spec.name).removesuffix(".BoundaryEventSplit").strip()


def _undecided(turn: Turn, node: Node, failure: Exception) -> Exception:
    if isinstance(failure, EngineError):
        return failure
    element = turn.element(node)
    return ExecutionFailed(
        f"En {element.called} ninguna respuesta se cumple y no hay una por defecto. "
        "Corrija la variable de la que depende."
    ).with_traceback(failure.__traceback__)


def retry(turn: Turn, node: Node) -> None:
    """Let a blocked node try again; `advance` does the rest."""
    node.internal_data.pop(BLOCKED, None)
    node.internal_data.pop(FAILED, None)
    turn.retried.add(node.id.hex)
    if node._state == TaskState.WAITING and not isinstance(node.task_spec, CatchingEvent):
        node.task_spec._update(node)
