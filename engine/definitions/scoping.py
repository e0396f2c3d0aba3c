"""Writes a diagram's event subprocesses in simpler words: boundary events of a subprocess around everything else.

What a process does beside its event subprocesses goes into an embedded subprocess; each event subprocess becomes a
plain one that the boundary event of its start leads to. That means the same, and spares us the library's own event
subprocesses, which change the spec that all cases share.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.definitions.diagram import DiagramModel, Element, Flow

OWN = "_:"
"""How the ids of what is added begin: no drawn element may have a colon in its id."""


def without_event_subprocesses(diagram: DiagramModel) -> DiagramModel:
    """The same process without event subprocesses; `diagram` itself if it has none.

    The start event of an event subprocess keeps its id, as the boundary event that it becomes.
    """
    for scope in dict.fromkeys(element.parent_id for element in event_subprocesses(diagram)):
        diagram = _Scope(diagram, scope).rewritten()
    return diagram


def event_subprocesses(diagram: DiagramModel) -> Iterator[Element]:
    """The event subprocesses of a diagram."""
    return (element for element in diagram.elements.values() if element.triggered_by_event)


class _Scope:
    """The process (`None`) or the subprocess whose event subprocesses are rewritten."""

    def __init__(self, diagram: DiagramModel, scope: str | None) -> None:
        self.diagram = diagram
        self.scope = scope
        self.around = f"{OWN}alrededor:{scope or ''}"
        self.elements: dict[str, Element] = {}
        self.flows = dict(diagram.flows)

    def rewritten(self) -> DiagramModel:
        self._surround()
        for element in self.diagram.elements.values():
            if element.parent_id == self.scope and element.triggered_by_event:
                self._attach(element)
            elif element.parent_id == self.scope:
                self._put(replace(element, parent_id=self.around))
            elif element.id not in self.elements:
                self._put(element)
        return replace(self.diagram, elements=self.elements, flows=self.flows)

    def _surround(self) -> None:
        start = self._put(Element(f"{OWN}inicio:{self.scope or ''}", "startEvent", parent_id=self.scope, event="none"))
        around = self._put(Element(self.around, "subProcess", parent_id=self.scope))
        end = self._put(Element(f"{OWN}fin:{self.scope or ''}", "endEvent", parent_id=self.scope, event="none"))
        self._join(start, around)
        self._join(around, end)

    def _attach(self, handler: Element) -> None:
        """Make an event subprocess plain, and its start the boundary event that leads to it."""
        self._put(replace(handler, triggered_by_event=False))
        end = self._put(Element(f"{OWN}fin:{handler.id}", "endEvent", parent_id=self.scope, event="none"))
        self._join(handler, end)
        for start in self.diagram.inside(handler.id):
            if start.kind == "startEvent":
                self._move_start(start, handler)

    def _move_start(self, start: Element, handler: Element) -> None:
        inner = self._put(Element(f"{OWN}inicio:{handler.id}", "startEvent", parent_id=handler.id, event="none"))
        for flow_id in start.outgoing:
            self.flows[flow_id] = replace(self.flows[flow_id], source=inner.id)
        outer = replace(start, kind="boundaryEvent", parent_id=self.scope, attached_to=self.around, outgoing=())
        self._join(self._put(outer), handler)

    def _join(self, source: Element, target: Element) -> None:
        flow = Flow(f"{OWN}{source.id}>{target.id}", "", source.id, target.id)
        self.flows[flow.id] = flow

    def _put(self, element: Element) -> Element:
        self.elements[element.id] = element
        return element
