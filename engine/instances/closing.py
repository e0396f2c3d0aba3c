"""The end of a turn: the new state and every row that follows from it."""

from __future__ import annotations

from dataclasses import dataclass

from SpiffWorkflow.util.task import TaskState

from engine import incidents
from engine.errors import ExecutionFailed
from engine.events import InstanceEnded
from engine.incidents import Incident
from engine.instances import keeping, state
from engine.instances.execution import advance, receive
from engine.instances.holding import expected, hold, release
from engine.instances.pruning import prune
from engine.instances.turn import Thrown, Turn
from engine.instances.waiting import BLOCKED, Waiting, awake_waiting, mark_since
from engine.states import HistoryKind, IncidentKind, InstanceState, Resolution
from engine.tasks import offering


@dataclass(frozen=True, slots=True)
class Resolving:
    """An incident that ends if its node gets on in this turn."""

    incident: Incident
    resolution: Resolution
    reason: str


def close(turn: Turn, resolving: Resolving | None = None) -> None:
    """Advance until the case stands still, then write everything down."""
    advance(turn)
    _deliver_own(turn)
    while kept := _kept(turn):
        receive(turn, kept)
        advance(turn)
    _write(turn, resolving)


def _deliver_own(turn: Turn) -> None:
    """Messages that a step sent to the very case it runs in wait until the case stands still."""
    while turn.received:
        message = turn.received.pop(0)
        if receive(turn, message):
            advance(turn)
        else:
            keeping.keep(turn.session, turn.instance, message, turn.now)


def _kept(turn: Turn) -> Thrown | None:
    """A message that came earlier, for what the case has begun to wait for in this turn."""
    if not turn.bundle.awaited:
        return None
    fresh = [node for node_id, node in awake_waiting(turn.case).held.items() if node_id not in turn.before.held]
    wanted = [one for node in fresh for one in expected(turn, node)]
    return keeping.take(turn.session, turn.instance.id, wanted, turn.now) if wanted else None


def _write(turn: Turn, resolving: Resolving | None) -> None:
    prune(turn.case)
    after = awake_waiting(turn.case)
    _end_waits(turn, after)
    _begin_waits(turn, after)
    for node_id, failure in turn.case.failures.items():
        node = turn.case.node(node_id.hex)
        if node._state == TaskState.WAITING and node.id.hex not in turn.failing:
            turn.fail(node, IncidentKind.ENTRY, failure)
    turn.failing = {node_id: failed for node_id, failed in turn.failing.items() if turn.case.has(node_id)}
    sound = _end_or_guard(turn, after)
    incidents.open_failing(turn)
    if resolving is not None:
        _resolve(turn, resolving, sound)
    turn.session.flush()
    turn.store(state.dump(turn.case))


def _end_waits(turn: Turn, after: Waiting) -> None:
    gone = [node_id for node_id in turn.before.tasks if node_id not in after.tasks and node_id not in turn.completed]
    if gone:
        offering.withdraw(turn, gone)
    over = [node_id for node_id in turn.before.held if node_id not in after.held]
    if over:
        release(turn, over)
    unblocked = [node_id for node_id in turn.before.blocked if node_id not in after.blocked]
    for node_id in unblocked:
        _unmark(turn, node_id)
    lost = [node_id for node_id in unblocked if node_id not in turn.retried]
    if lost:
        incidents.close_lost(turn, lost)


def _unmark(turn: Turn, node_id: str) -> None:
    """A node that got on by itself must not look blocked when its turn comes again."""
    node = turn.before.blocked[node_id]
    node.internal_data.pop(BLOCKED, None)


def _begin_waits(turn: Turn, after: Waiting) -> None:
    fresh = [node for node_id, node in after.tasks.items() if node_id not in turn.before.tasks]
    if fresh:
        offering.offer(turn, fresh)
    for node_id, node in after.held.items():
        if node_id not in turn.before.held:
            mark_since(node, turn.now)
            hold(turn, node)
    for node_id, node in after.others.items():
        if node_id not in turn.before.others:
            mark_since(node, turn.now)


def _resolve(turn: Turn, resolving: Resolving, sound: bool) -> None:
    node_id = resolving.incident.node_id
    if node_id not in turn.failing if node_id is not None else sound:
        incidents.resolve(turn, resolving.incident, resolving.resolution, resolving.reason)


def _end_or_guard(turn: Turn, after: Waiting) -> bool:
    """A case has ended only if its end was reached and nothing is left; anything else is said aloud."""
    waits = after.anything() or turn.case.sleeps
    if not turn.case.completed:
        sound = waits or bool(turn.failing)
        if not sound:
            incidents.stalled(
                turn, ExecutionFailed("El proceso se detuvo sin llegar a un fin: nadie puede continuarlo.")
            )
        return sound
    if waits:
        incidents.stalled(turn, ExecutionFailed("El proceso llegó a su fin con tareas o esperas sin terminar."))
        return False
    incidents.close_stall(turn)
    end(turn, InstanceState.COMPLETED)
    turn.record(HistoryKind.INSTANCE_COMPLETED)
    return True


def end(turn: Turn, how: InstanceState) -> None:
    """Mark the instance ended (`completed` or `cancelled`)."""
    instance = turn.instance
    if turn.bundle.awaited:
        keeping.forget(turn.session, instance.id)
    instance.state, instance.ended_at = how, turn.now
    turn.events.append(
        InstanceEnded(
            turn.now, turn.actor.id, instance.id, instance.process_key, instance.business_key, instance.scope, how
        )
    )
