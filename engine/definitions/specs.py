"""Our own kinds of SpiffWorkflow specs: what the stock classes lose, refuse or do behind our back.

This module, `parsing` and the adapter in `engine.instances` are the only ones that know the library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.data_spec import TaskDataReference
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    CallActivity,
    EndEvent,
    EventBasedGateway,
    ParallelMultiInstanceTask,
    SequentialMultiInstanceTask,
    StandardLoopTask,
)
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.conditional import ConditionalEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import EscalationEventDefinition, SignalEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition, TerminateEventDefinition
from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin, EventBasedGatewayMixin
from SpiffWorkflow.task import Task as Node
from SpiffWorkflow.util.task import TaskState

from engine.definitions.diagram import VariableMapping
from engine.definitions.scoping import OWN
from engine.errors import InvalidVariables
from engine.variables import holds, kept, plain, value_of

MESSAGE, TIMER, GATEWAY = "message", "timer", "gateway"
"""What a `Held` event is, in its name."""
STILL = "aún"
"""Mark on a condition that has happened and has held ever since."""
COME = "veces"
"""How often a boundary event has come before, on the node that waits for it again."""
FAILED = "fallido"
"""Mark on a call whose process ended by an error that nobody caught: a person decides whether it begins anew."""
MAX_REPETITIONS = 500
"""Of a multi-instance element."""


class ProcessSpec(BpmnProcessSpec):  # type: ignore[misc]
    """A process, or an embedded subprocess, that knows the key of the process it belongs to."""

    process_key: str = ""


class Held(EventDefinition):  # type: ignore[misc]
    """An event that fires only when the engine says so: our timers and messages are rows, not the library's."""

    def catches(self, my_task: Node, event: Any) -> bool:
        """Never: the library's own events do not concern it."""
        return False


class Condition(ConditionalEventDefinition):  # type: ignore[misc]
    """A condition; it sees what the branches beside it have said, and at a border what the subprocess has done so far.

    One that has happened happens again once it has ceased to hold and then holds again.
    """

    def has_fired(self, my_task: Node) -> bool:
        """Whether it has come to hold."""
        case = my_task.workflow.top_workflow
        data = {**my_task.data, **case.set_beside(my_task)}
        if isinstance(my_task.task_spec, Border):
            data |= my_task.task_spec.seen(my_task)
        if holds(self.expression, data):
            return STILL not in my_task.internal_data
        my_task.internal_data.pop(STILL, None)
        return False


class Border(BoundaryEvent):  # type: ignore[misc]
    """A boundary event. At the border of an embedded subprocess it goes on with the variables of the inside.

    One that does not interrupt happens as often as its message, signal or escalation comes or its condition comes to
    hold; a moment comes as often as its `cycle` says (0: without end).
    """

    cycle: int = 1

    def seen(self, my_task: Node) -> dict[str, Any]:
        """The variables that were set inside the subprocess at whose border it is."""
        found: dict[str, Any] = my_task.workflow.top_workflow.set_inside(self._host(my_task))
        return found

    def _host(self, my_task: Node) -> Node:
        return next(node for node in my_task.parent.children if not isinstance(node.task_spec, BoundaryEvent))

    def _on_ready_hook(self, my_task: Node) -> None:
        super()._on_ready_hook(my_task)
        my_task.data.update(self.seen(my_task))

    def _on_complete_hook(self, my_task: Node) -> None:
        host = self._host(my_task)
        if self.cancel_activity:
            stop_beside(host, but=my_task)
        elif self._recurs(my_task) and not host.has_state(TaskState.FINISHED_MASK):
            self._wait_again(my_task)
        super()._on_complete_hook(my_task)

    def _recurs(self, my_task: Node) -> bool:
        awaited = self.event_definition
        if isinstance(awaited, Held) and awaited.name == TIMER:
            return not self.cycle or my_task.internal_data.get(COME, 0) + 1 < self.cycle
        return isinstance(awaited, Held | Condition | SignalEventDefinition | EscalationEventDefinition)

    def _wait_again(self, my_task: Node) -> None:
        again = my_task.parent._add_child(self, TaskState.WAITING)
        again.data = dict(my_task.parent.data)
        again.internal_data[COME] = my_task.internal_data.get(COME, 0) + 1
        if isinstance(self.event_definition, Condition):
            again.internal_data[STILL] = True
        self._predict(again, mask=TaskState.NOT_FINISHED_MASK)
        my_task.workflow.top_workflow.event_manager.add_task(again)


def stop_beside(host: Node, *, but: Node | None = None) -> None:
    """Stop what events at the border of `host` have begun, where that belongs to it: in a scope of ours."""
    if not host.task_spec.name.startswith(OWN):
        return
    for event in host.parent.children:
        if event is not host and event is not but and event.has_state(TaskState.FINISHED_MASK):
            event.cancel()


class End(EndEvent):  # type: ignore[misc]
    """An end event; one that terminates also ends the event subprocesses of what it ends."""

    def _on_complete_hook(self, my_task: Node) -> None:
        super()._on_complete_hook(my_task)
        around = my_task.workflow.parent_task_id
        if around is not None and isinstance(self.event_definition, TerminateEventDefinition):
            stop_beside(my_task.workflow.top_workflow.get_task_from_id(around))


class AutomaticStep(BpmnSpecMixin):  # type: ignore[misc]
    """A service task, a send task, or a plain task: our driver does its work before the library completes it."""


class EventGateway(EventBasedGateway):  # type: ignore[misc]
    """An event-based gateway whose answer is chosen by the engine (`chosen`, the name of what comes after it).

    Moments and messages are rows of the engine; a condition that comes to hold and a signal are seen here.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Like any event that waits; what it waits for it takes over one by one."""
        super().__init__(*args, **kwargs)
        self.awaited: dict[str, Any] = {}

    def connect(self, child: Any) -> None:
        """Take over the waiting of `child`, which then passes at once."""
        super(EventBasedGatewayMixin, self).connect(child)  # past the mixin, which gathers definitions
        self.awaited[child.name] = child.event_definition
        child.event_definition = NoneEventDefinition()

    def catches(self, my_task: Node, event: Any) -> bool:
        """Whether one of the signals behind it is this one."""
        return my_task.state == TaskState.WAITING and self._signalled(my_task, event) is not None

    def catch(self, my_task: Node, event: Any) -> None:
        """Choose the way of the signal."""
        my_task.internal_data["chosen"] = self._signalled(my_task, event)
        super().catch(my_task, event)

    def _signalled(self, my_task: Node, event: Any) -> str | None:
        signals = [(one, is_) for one, is_ in self.awaited.items() if isinstance(is_, SignalEventDefinition)]
        return next((one for one, signal in signals if signal.catches(my_task, event)), None)

    def _update_hook(self, my_task: Node) -> Any:
        for one, awaited in self.awaited.items():
            if isinstance(awaited, Condition) and "chosen" not in my_task.internal_data and awaited.has_fired(my_task):
                my_task.internal_data["chosen"] = one
                self.event_definition.catch(my_task)
        return super()._update_hook(my_task)

    def _run_hook(self, my_task: Node) -> bool:
        chosen = my_task.workflow.spec.task_specs[my_task.internal_data["chosen"]]
        my_task._sync_children([chosen], TaskState.FUTURE)
        for child in my_task.children:
            child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
        return True


class Collection(TaskDataReference):  # type: ignore[misc]
    """What a multi-instance element repeats over: an expression, evaluated when it begins."""

    def exists(self, my_task: Node) -> bool:
        """Always: `get` says what is missing."""
        return True

    def get(self, my_task: Node, **kwargs: Any) -> list[Any]:
        """The list of scalars. Raises `InvalidVariables`."""
        found = value_of(self.bpmn_id, my_task.data)
        if not isinstance(found, list):
            raise InvalidVariables(
                f"«{self.bpmn_id}» no es una lista, y el paso se repite por cada uno de sus valores."
            )
        if len(found) > MAX_REPETITIONS:
            raise InvalidVariables(f"«{self.bpmn_id}» tiene más de {MAX_REPETITIONS} valores.")
        if any(item is None or isinstance(item, list | dict) for item in found):
            raise InvalidVariables(f"«{self.bpmn_id}» debe ser una lista de textos o números, sin vacíos.")
        return found


class _Guarded:
    """Keeps a failure that happens while a node is being entered at that node, instead of at the one before it."""

    def _update_hook(self, my_task: Node) -> Any:
        if my_task.has_state(TaskState.PREDICTED_MASK):  # on the way from a boundary event; it would refuse its turns
            my_task._set_state(TaskState.FUTURE)
        try:
            return super()._update_hook(my_task)  # type: ignore[misc]
        except Exception as failure:
            my_task.workflow.top_workflow.failures[my_task.id] = failure
            my_task._set_state(TaskState.WAITING)
            return False


class _Scoped:
    """Lets a loop variable hide a process variable of the same name (the library refuses), and gives it back.

    A child hands back only what it changed itself, so that a late one doesn't undo what an early one wrote.
    """

    input_item: Any
    condition: str | None
    _instances: Callable[[Node], Iterator[Node]]

    def _name(self) -> str | None:
        return self.input_item.bpmn_id if self.input_item else None

    def create_child(self, my_task: Node, item: Any, key_or_index: Any = None) -> None:
        name = self._name()
        hidden = {name: my_task.data.pop(name)} if name in my_task.data else {}
        try:
            super().create_child(my_task, item, key_or_index)  # type: ignore[misc]
        finally:
            my_task.data.update(hidden)

    def check_completion_condition(self, my_task: Node) -> bool:
        """Whether the rest need not be done, by what the turn that ended last knows and the standard counters."""
        merged = my_task.internal_data.get("merged", [])
        if not merged or self.condition is None:
            return False
        turns = list(self._instances(my_task))
        last = next(place for place, turn in enumerate(turns) if str(turn.id) == merged[-1])
        total = self._total(my_task, len(turns))
        counters = {
            "nrOfInstances": total,
            "nrOfCompletedInstances": len(merged),
            "nrOfActiveInstances": len(turns) - len(merged),
            "loopCounter": last,
        }
        return holds(self.condition, {**turns[last].data, **counters})

    def _total(self, my_task: Node, begun: int) -> int:
        """How many turns there are in all, begun or still to come."""
        return begun

    def merge_child(self, workflow: Any, child: Node) -> None:
        my_task = child.parent
        began_with, name = my_task.parent.data, self._name()
        for key, value in child.data.items():
            if key != name and (key not in began_with or began_with[key] != value):
                my_task.data[key] = value
        my_task.internal_data["merged"].append(str(child.id))
        self._go_on(my_task)

    def _go_on(self, my_task: Node) -> None:
        raise NotImplementedError


class ParallelMultiInstance(_Guarded, _Scoped, ParallelMultiInstanceTask):  # type: ignore[misc]
    """A repetition whose turns are all open at once."""

    def children_complete(self, my_task: Node) -> bool:
        """Whether every turn is over. While fewer were merged than there are, none is looked at for that."""
        over, turns = len(my_task.internal_data.get("merged", ())), len(my_task._children) - len(self._outputs)
        return over >= turns and bool(super().children_complete(my_task))

    def _go_on(self, my_task: Node) -> None:
        if self.check_completion_condition(my_task):
            for child in self._instances(my_task):
                child.cancel()
            my_task._set_state(TaskState.READY)
        elif self.children_complete(my_task):
            my_task._set_state(TaskState.READY)


class SequentialMultiInstance(_Guarded, _Scoped, SequentialMultiInstanceTask):  # type: ignore[misc]
    """A repetition one after the other."""

    def init_remaining_items(self, my_task: Node) -> list[Any]:
        """The values still to come, not their places: a turn may change the list that is being repeated over."""
        return list(self.data_input.get(my_task))

    def get_next_input_item(self, my_task: Node) -> tuple[None, Any]:
        """The next value, taken from those still to come."""
        remaining = my_task.internal_data["remaining"]
        my_task.internal_data["remaining"] = remaining[1:]
        return None, remaining[0] if remaining else None

    def _total(self, my_task: Node, begun: int) -> int:
        known = my_task.internal_data
        return int(known["cardinality"]) if "cardinality" in known else begun + len(known["remaining"])

    def _go_on(self, my_task: Node) -> None:
        if self.children_complete(my_task) or self.check_completion_condition(my_task):
            my_task._set_state(TaskState.READY)
        else:
            self.add_next_child(my_task)


class StandardLoop(_Guarded, StandardLoopTask):  # type: ignore[misc]
    """A repetition while a condition holds, which may read `loopCounter`: how many turns there were before."""

    def loop_complete(self, my_task: Node) -> bool:
        """Whether there is no other turn."""
        done = len(my_task.internal_data.get("merged", []))
        if self.maximum is not None and done >= self.maximum:
            return True
        return self.condition is not None and not holds(self.condition, {**my_task.data, "loopCounter": done})


class Call(_Guarded, CallActivity):  # type: ignore[misc]
    """A call activity that passes what its `camunda:in` and `camunda:out` name, and nothing else."""

    in_mappings: tuple[VariableMapping, ...] = ()
    out_mappings: tuple[VariableMapping, ...] = ()

    def start_workflow(self, my_task: Node) -> None:
        """Begin the called process; an expression that fails leaves nothing half begun."""
        passed(self.in_mappings, my_task.data)
        super().start_workflow(my_task)

    def abandon(self, my_task: Node) -> None:
        """Drop the called process as it stands, and wait until a person lets it begin again."""
        self._on_cancel(my_task)
        my_task.workflow.top_workflow.delete_subprocess(my_task)
        my_task.internal_data[FAILED] = True
        my_task._set_state(TaskState.WAITING)

    def _update_hook(self, my_task: Node) -> Any:
        return False if FAILED in my_task.internal_data else super()._update_hook(my_task)

    def copy_data(self, my_task: Node, subworkflow: Any) -> None:
        """Hand in."""
        start = subworkflow.get_next_task(subworkflow.task_tree, skip_subprocesses=True, spec_name="Start")
        start.set_data(**passed(self.in_mappings, my_task.data))

    def update_data(self, my_task: Node, subworkflow: Any) -> None:
        """Take back."""
        my_task.data.update(passed(self.out_mappings, subworkflow.last_task.data))


def passed(mappings: tuple[VariableMapping, ...], data: Mapping[str, Any]) -> dict[str, Any]:
    """The variables that `mappings` select from `data`, under their new names."""
    return kept(dict(_pairs(mappings, data)))


def _pairs(mappings: tuple[VariableMapping, ...], data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for mapping in mappings:
        if mapping.everything:
            yield from plain(data).items()
        elif mapping.expression:
            yield mapping.target, value_of(mapping.expression, data)
        elif mapping.source and mapping.target:
            yield mapping.target, data.get(mapping.source)
