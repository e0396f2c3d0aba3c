"""A diagram as the rest of the engine sees it: plain frozen data, no XML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_CYCLE = re.compile(r"R(\d{0,4})/")


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow. `condition` is the expression as written, empty if there is none."""

    id: str
    name: str
    source: str
    target: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane: `role` is a role id or `${variable}`, its own or that of the lane around it; empty if none says it."""

    id: str
    name: str
    role: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    parent_id: str | None = None

    @property
    def called(self) -> str:
        """How a sentence calls it."""
        return f"la franja «{self.name}»" if self.name else "la franja sin nombre"


@dataclass(frozen=True, slots=True)
class VariableMapping:
    """What a call activity hands in or takes back.

    Either `everything`, or the variable `source` (or the value of `expression`) under the name `target`.
    """

    target: str = ""
    source: str = ""
    expression: str = ""
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """A node of the flow: an event, a task, a gateway, a subprocess or a call.

    `kind` is the BPMN tag (`userTask`, `boundaryEvent`, …). `event` is what an event waits for or throws: `timer`,
    `message`, `signal`, `error`, `escalation`, `conditional`, `terminate`, `link`, `compensate`, `cancel`,
    `multiple`, or `none`; empty on everything else. `roles` are the candidate groups as written, else the role of
    the lane (an embedded subprocess hands its lane down). `deadline` is `pes.plazo`, or the due date of another
    tool. `reference` is the name or code of the signal, error, escalation or link. `expression` is the condition
    of a conditional event, or the ISO 8601 text of a timer. `cardinality` repeats a fixed number of times.
    `decision` is the decision of a business rule task, `result_variable` what its only result is called.
    `nameless` are the words for one without a name (`engine.definitions.nameless`).
    """

    id: str
    kind: str
    name: str = ""
    documentation: str = ""
    parent_id: str | None = None
    lane_id: str | None = None
    roles: tuple[str, ...] = ()
    assignee: str = ""
    form_key: str = ""
    deadline: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    topic: str = ""
    decision: str = ""
    result_variable: str = ""
    message: str = ""
    called_element: str = ""
    in_mappings: tuple[VariableMapping, ...] = ()
    out_mappings: tuple[VariableMapping, ...] = ()
    multiple: bool = False
    sequential: bool = False
    collection: str = ""
    element_variable: str = ""
    cardinality: str = ""
    completion_condition: str = ""
    loop: bool = False
    loop_condition: str = ""
    loop_maximum: str = ""
    loop_tests_before: bool = False
    event: str = ""
    reference: str = ""
    expression: str = ""
    attached_to: str | None = None
    interrupting: bool = True
    triggered_by_event: bool = False
    default_flow: str | None = None
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    nameless: str = ""

    @property
    def called(self) -> str:
        """How a sentence calls it: «its name», else what it is and where it stands."""
        return f"«{self.name}»" if self.name else self.nameless or "un paso sin nombre"

    @property
    def timer(self) -> bool:
        """Whether it waits for a moment."""
        return self.event == "timer"

    @property
    def cycle(self) -> int:
        """How often the moment comes that it waits for: once, or as its cycle says (`R3/P1D`), 0 being without end."""
        match = _CYCLE.match(self.expression.strip("\"' ")) if self.timer and not self.interrupting else None
        return 1 if match is None else max(1, int(match[1])) if match[1] else 0

    @property
    def awaited_message(self) -> str:
        """The message that a running case waits for here, by default one of the element's own name; empty if none."""
        opens_a_case = self.kind == "startEvent" and self.parent_id is None
        catches = self.kind in ("intermediateCatchEvent", "boundaryEvent", "startEvent") and self.event == "message"
        return (self.message or self.id) if self.kind == "receiveTask" or (catches and not opens_a_case) else ""

    @property
    def is_gateway(self) -> bool:
        """Whether it splits or joins the flow."""
        return self.kind.endswith("Gateway")

    @property
    def is_event(self) -> bool:
        """Whether it is drawn as a circle."""
        return self.kind.endswith("Event")


@dataclass(frozen=True, slots=True)
class Pool:
    """A participant outside the process: somebody messages are exchanged with."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class DiagramModel:
    """One process as drawn.

    `elements` and `flows` are in the order of the file and include what is inside embedded subprocesses
    (`Element.parent_id` says where). `properties` are those of the process, without prefix.
    """

    process_key: str
    name: str
    documentation: str
    executable: bool
    elements: Mapping[str, Element]
    flows: Mapping[str, Flow]
    lanes: Mapping[str, Lane]
    properties: Mapping[str, str] = field(default_factory=dict)
    pools: tuple[Pool, ...] = ()

    def of_kind(self, *kinds: str) -> Iterator[Element]:
        """The elements of these kinds, in the order of the file."""
        return (element for element in self.elements.values() if element.kind in kinds)

    def inside(self, parent_id: str | None) -> Iterator[Element]:
        """The elements directly in the process (`None`) or directly in one embedded subprocess."""
        return (element for element in self.elements.values() if element.parent_id == parent_id)

    def attached_to(self, element_id: str) -> Iterator[Element]:
        """The boundary events of an element."""
        return (element for element in self.elements.values() if element.attached_to == element_id)

    def starts(self) -> list[Element]:
        """The start events of the process itself, not those of its subprocesses."""
        return [element for element in self.inside(None) if element.kind == "startEvent"]

    def after(self, element_id: str) -> list[Element]:
        """The elements its outgoing flows lead to."""
        return self._at(self.elements[element_id].outgoing, "target")

    def before(self, element_id: str) -> list[Element]:
        """The elements its incoming flows come from."""
        return self._at(self.elements[element_id].incoming, "source")

    def way(self, flow: Flow) -> str:
        """How a sentence calls a flow: «its name», else where it leads."""
        target = self.elements.get(flow.target)
        return f"«{flow.name}»" if flow.name else f"hacia {target.called}" if target else "que no llega a ningún paso"

    def _at(self, flow_ids: tuple[str, ...], end: str) -> list[Element]:
        ids = (getattr(self.flows[flow_id], end) for flow_id in flow_ids)
        return [self.elements[element_id] for element_id in ids if element_id in self.elements]
