"""Everything that is known around the diagram under examination."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from engine.contracts import ANY, Contract, Contracts, Data
from engine.definitions.dataflow.questions import Question
from engine.definitions.deciding import PublishedDecision, contract_of
from engine.definitions.diagram import DiagramModel, Element

Questions = Mapping[str, Question]


@dataclass(frozen=True)
class World:
    """The processes and forms that exist, with those about to be published, and what handlers declare.

    `asks` gives the questions of a form by its key, None of one that is not known. `published` are the diagrams as they
    stand today.
    """

    contracts: Contracts
    diagrams: Mapping[str, DiagramModel]
    asks: Callable[[str], Questions | None]
    published: Mapping[str, DiagramModel] = field(default_factory=dict)
    decisions: Mapping[str, PublishedDecision] = field(default_factory=dict)

    def with_diagram(self, model: DiagramModel) -> World:
        """The same, where this diagram takes the place of the one it changes."""
        return replace(self, diagrams={**self.diagrams, model.process_key: model})

    def contract(self, element: Element) -> Contract | None:
        """What runs or records a step declares; None where nothing is known of it."""
        if element.kind == "businessRuleTask":
            decision = self.decisions.get(element.decision)
            return contract_of(decision, element) if decision is not None else None
        if element.kind in ("serviceTask", "sendTask"):
            return self.contracts.steps.get(element.topic or element.id)
        if element.kind == "userTask":
            name = element.properties.get("registro", "")
            return self.contracts.forms.get(name or element.id, Contract() if not name else None)
        return Contract()

    def questions(self, element: Element) -> Questions | None:
        """What the form of a task asks; None where it has none, or it is not known."""
        return self.asks(element.form_key) if element.form_key else None

    def calls_of(self, process_key: str) -> list[tuple[DiagramModel, Element]]:
        """Who calls a process: the diagram and its call."""
        return self._calls.get(process_key, [])

    @cached_property
    def _calls(self) -> dict[str, list[tuple[DiagramModel, Element]]]:
        found: dict[str, list[tuple[DiagramModel, Element]]] = {}
        for model in self.diagrams.values():
            for call in model.of_kind("callActivity"):
                found.setdefault(call.called_element, []).append((model, call))
        return found

    def message(self, name: str) -> list[Data]:
        """What each of those who send a message bring with it: handlers, and whoever sends from outside."""
        steps = [contract.sends[name] for contract in self.contracts.steps.values() if name in contract.sends]
        outside = [self.contracts.messages[name]] if name in self.contracts.messages else []
        drawn = [
            dict.fromkeys(listed(event, "variables"), ANY)
            for model in self.diagrams.values()
            for event in model.of_kind("endEvent", "intermediateThrowEvent", "sendTask")
            if event.message == name
        ]
        return [*steps, *outside, *drawn]


def listed(element: Element, name: str) -> list[str]:
    """The names in one of our own properties that holds a list of them."""
    return [found for part in element.properties.get(name, "").split(",") if (found := part.strip())]
