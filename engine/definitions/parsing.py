"""Turns the diagrams of a bundle into the library's specs, once per process and bundle."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import (
    SIGNAL_EVENT_XPATH,
    BoundaryEventParser,
    EndEventParser,
    EventBasedGatewayParser,
    IntermediateCatchEventParser,
    IntermediateThrowEventParser,
    ReceiveTaskParser,
)
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import CallActivityParser, ConditionalGatewayParser, GatewayParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.defaults import (
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ReceiveTask,
    SubWorkflowTask,
)
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask

from engine.definitions.diagram import DiagramModel
from engine.definitions.joins import InclusiveJoin, ParallelJoin
from engine.definitions.scoping import OWN
from engine.definitions.specs import (
    GATEWAY,
    MESSAGE,
    TIMER,
    AutomaticStep,
    Border,
    Call,
    Collection,
    Condition,
    End,
    EventGateway,
    Held,
    ParallelMultiInstance,
    ProcessSpec,
    SequentialMultiInstance,
    StandardLoop,
)
from engine.definitions.throwing import Error, Escalation, Signal
from engine.definitions.translating import translate
from engine.errors import InvalidDiagram

CACHED_BUNDLES = 256


@dataclass(frozen=True, slots=True)
class Specs:
    """The specs of a process and of everything it calls. Shared by threads; nobody changes them."""

    top: ProcessSpec
    called: Mapping[str, ProcessSpec]


class _Inside:
    """What is thrown inside a case knows where it comes from."""

    def parse_signal_event(self, event: Any) -> Signal:
        return Signal(super().parse_signal_event(event).name)  # type: ignore[misc]

    def parse_error_event(self, event: Any) -> Error:
        found = super().parse_error_event(event)  # type: ignore[misc]
        return Error(found.name, found.code)

    def parse_escalation_event(self, event: Any) -> Escalation:
        found = super().parse_escalation_event(event)  # type: ignore[misc]
        return Escalation(found.name, found.code)


class _Catching(_Inside):
    """Timers and messages wait for the engine."""

    def parse_timer_event(self, event: Any) -> Held:
        return Held(TIMER)

    def parse_message_event(self, event: Any) -> Held:
        return Held(MESSAGE)

    def parse_conditional_event(self, event: Any) -> Condition:
        return Condition(super().parse_conditional_event(event).expression)  # type: ignore[misc]


class _Throwing(_Inside):
    """A message is sent by our driver, not by the library."""

    def parse_message_event(self, event: Any) -> NoneEventDefinition:
        return NoneEventDefinition()


class _Boundary(_Catching, BoundaryEventParser):  # type: ignore[misc]
    pass


class _Catch(_Catching, IntermediateCatchEventParser):  # type: ignore[misc]
    pass


class _Receive(ReceiveTaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        return self._create_task(Held(MESSAGE))


class _Throw(_Throwing, IntermediateThrowEventParser):  # type: ignore[misc]
    pass


class _End(_Throwing, EndEventParser):  # type: ignore[misc]
    def get_event_definition(self, xpaths: list[str]) -> Any:
        """The library's list of what may be at an end leaves signals out, and would end in silence."""
        return super().get_event_definition([*xpaths, SIGNAL_EVENT_XPATH])


class _Gateway(EventBasedGatewayParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        return self._create_task(Held(GATEWAY))


class _Process(ProcessParser):  # type: ignore[misc]
    def create_spec(self) -> ProcessSpec:
        return ProcessSpec(name=self.bpmn_id, description=self.get_name(), filename=self.filename)


class _Parser(BpmnParser):  # type: ignore[misc]
    PROCESS_PARSER_CLASS = _Process
    OVERRIDE_PARSER_CLASSES: ClassVar[dict[str, tuple[type, type]]] = {
        full_tag("task"): (TaskParser, AutomaticStep),
        full_tag("serviceTask"): (TaskParser, AutomaticStep),
        full_tag("sendTask"): (TaskParser, AutomaticStep),
        full_tag("receiveTask"): (_Receive, ReceiveTask),
        full_tag("callActivity"): (CallActivityParser, Call),
        full_tag("boundaryEvent"): (_Boundary, Border),
        full_tag("intermediateCatchEvent"): (_Catch, IntermediateCatchEvent),
        full_tag("intermediateThrowEvent"): (_Throw, IntermediateThrowEvent),
        full_tag("endEvent"): (_End, End),
        full_tag("eventBasedGateway"): (_Gateway, EventGateway),
        full_tag("parallelGateway"): (GatewayParser, ParallelJoin),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, InclusiveJoin),
    }


def _use_our_repetitions() -> None:
    """Every parser class of ours repeats with our classes; the library's own are left as they are."""
    ours: dict[type, type] = {}
    for tag, (parser, spec) in {**_Parser.PARSER_CLASSES, **_Parser.OVERRIDE_PARSER_CLASSES}.items():
        if parser not in ours:
            ours[parser] = type(
                parser.__name__,
                (parser,),
                {
                    "PARALLEL_MI_CLASS": ParallelMultiInstance,
                    "SEQUENTIAL_MI_CLASS": SequentialMultiInstance,
                    "STANDARD_LOOP_CLASS": StandardLoop,
                },
            )
        _Parser.OVERRIDE_PARSER_CLASSES[tag] = (ours[parser], spec)


_use_our_repetitions()


def parse(diagrams: Mapping[str, DiagramModel], process_key: str, start_element: str) -> Specs:
    """The specs of `process_key`, begun at `start_element`, and of what it calls (each at its own only start).

    Every diagram gets a parser of its own: one that is used twice loses lanes and mixes up equal ids.
    Raises `InvalidDiagram`.
    """
    called: dict[str, ProcessSpec] = {}
    for key, diagram in diagrams.items():
        if key != process_key:
            called[key] = _parse_process(diagram, first_start(diagram), called)
    return Specs(_parse_process(diagrams[process_key], start_element, called), called)


def first_start(diagram: DiagramModel) -> str:
    """Where a called process begins: its plain start event, else the first one."""
    starts = diagram.starts()
    if not starts:
        raise InvalidDiagram(f"El proceso «{diagram.name}» no tiene un evento de inicio.")
    return next((start.id for start in starts if start.event == "none"), starts[0].id)


def _parse_process(diagram: DiagramModel, start_element: str, called: dict[str, ProcessSpec]) -> ProcessSpec:
    parser = _Parser()
    try:
        parser.add_bpmn_str(translate(diagram, start_element))
        spec: ProcessSpec = parser.get_spec(diagram.process_key)
        _adopt(parser, spec, diagram, called)
    except InvalidDiagram:
        raise
    except Exception as exc:
        if "RecursionError" in repr(exc):  # the library wraps its own: it walks a path step into step
            raise InvalidDiagram(
                f"El proceso «{diagram.name}» es demasiado largo. Divídalo en procesos que se llamen."
            ) from exc
        raise InvalidDiagram(f"El proceso «{diagram.name}» no se puede ejecutar: {exc}") from exc
    return spec


def _adopt(parser: _Parser, spec: ProcessSpec, diagram: DiagramModel, called: dict[str, ProcessSpec]) -> None:
    """Finish a parsed spec: our marks, our collections, the loops connected, the embedded subprocesses named."""
    spec.process_key = diagram.process_key
    for task_spec in list(spec.task_specs.values()):
        if isinstance(task_spec, LoopTask):
            # The library connects this when it creates a child, so a case loaded after a restart would stall.
            spec.task_specs[task_spec.task_spec].completed_event.connect(task_spec.merge_child)
        if getattr(task_spec, "data_input", None) is not None:
            task_spec.data_input = Collection(task_spec.data_input.bpmn_id)
        if isinstance(task_spec, Border) and element_id_of(task_spec):
            task_spec.cycle = diagram.elements[element_id_of(task_spec)].cycle
        if isinstance(task_spec, Call):
            element = diagram.elements[element_id_of(task_spec)]
            task_spec.in_mappings, task_spec.out_mappings = element.in_mappings, element.out_mappings
        elif isinstance(task_spec, SubWorkflowTask):
            embedded: ProcessSpec = parser.get_spec(task_spec.spec)
            task_spec.spec = f"{diagram.process_key}/{task_spec.spec}"
            called[task_spec.spec] = embedded
            _adopt(parser, embedded, diagram, called)


def element_id_of(task_spec: Any) -> str:
    """The diagram's element behind a spec; empty for nodes that are drawn nowhere (the library's, and `scoping`'s)."""
    found = str(getattr(task_spec, "bpmn_id", None) or "").strip()
    return "" if found.startswith(OWN) else found


class _Cache:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Specs] = OrderedDict()

    def get(self, sha256: str, diagrams: Mapping[str, DiagramModel], process_key: str, start_element: str) -> Specs:
        key = (sha256, start_element)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        specs = parse(diagrams, process_key, start_element)
        with self._lock:
            self._kept[key] = specs
            while len(self._kept) > CACHED_BUNDLES:
                self._kept.popitem(last=False)
        return specs


_CACHE = _Cache()


def parsed(sha256: str, diagrams: Mapping[str, DiagramModel], process_key: str, start_element: str) -> Specs:
    """The specs of a bundle, from the cache of this operating-system process if they are there."""
    return _CACHE.get(sha256, diagrams, process_key, start_element)
