"""The diagram in words, in the order of the flow: what somebody reads who doesn't see the picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.elements import EVENTS, kind_name
from engine.definitions.linting.graph import Level, levels, upstream_first
from engine.definitions.saying import say_who

BY_PEOPLE = ("userTask", "manualTask")


@dataclass(frozen=True, slots=True)
class Step:
    """One element in words. `number` counts from 1; `depth` is 1 inside a subprocess; `text` has no number."""

    number: int
    element_id: str
    name: str
    text: str
    depth: int = 0


def describe(
    model: DiagramModel, roles: Mapping[str, str] | None = None, processes: Mapping[str, str] | None = None
) -> list[Step]:
    """Every element in the order of the flow, what is inside a subprocess right after it.

    `roles` and `processes` say how those are called that the diagram names by their keys.
    """
    order = list(_ordered(model))
    numbers = {element.id: number for number, (element, _depth) in enumerate(order, start=1)}
    sentence = _Sentence(model, numbers, roles or {}, processes or {})
    return [
        Step(numbers[element.id], element.id, _title(element), sentence.of(element), depth) for element, depth in order
    ]


def _ordered(model: DiagramModel) -> Iterator[tuple[Element, int]]:
    yield from _inside(model, {level.id: level for level in levels(model)}, "", 0)


def _inside(model: DiagramModel, by_parent: dict[str, Level], parent: str, depth: int) -> Iterator[tuple[Element, int]]:
    level = by_parent.get(parent)
    for node in upstream_first(level) if level else ():
        yield level.elements[node], depth  # type: ignore[union-attr]
        if node in by_parent:
            yield from _inside(model, by_parent, node, depth + 1)
    for element in model.inside(parent or None):
        if element.triggered_by_event:
            yield element, depth
            yield from _inside(model, by_parent, element.id, depth + 1)


def _title(element: Element) -> str:
    return element.name or kind_name(element).capitalize()


class _Sentence:
    def __init__(
        self,
        model: DiagramModel,
        numbers: dict[str, int],
        roles: Mapping[str, str],
        processes: Mapping[str, str],
    ) -> None:
        self.model = model
        self.numbers = numbers
        self.roles = roles
        self.processes = processes

    def of(self, element: Element) -> str:
        """As in: Reportar avance: responsable de meta, plazo 5 días hábiles; sigue 2."""
        facts = [fact for fact in self._facts(element) if fact]
        onward = self._onward(element)
        told = f"{_title(element)}: {', '.join(facts)}" if facts else _title(element)
        return f"{told}; {onward}." if onward else f"{told}."

    def _facts(self, element: Element) -> Iterator[str]:
        if element.name and element.kind not in BY_PEOPLE:
            yield kind_name(element)
        if element.kind in BY_PEOPLE:
            yield self._who(element)
        if element.called_element:
            yield f"llama al proceso «{self.processes.get(element.called_element, element.called_element)}»"
        if element.deadline:
            yield f"plazo {deadline_in_words(element.deadline)}"
        if element.multiple:
            yield "una vez por cada uno, " + ("uno tras otro" if element.sequential else "todos a la vez")
        if element.loop:
            yield "se repite"
        yield from self._attachment(element)

    def _who(self, element: Element) -> str:
        return say_who(self.model, element, self.roles)

    def _attachment(self, element: Element) -> Iterator[str]:
        host = self.model.elements.get(element.attached_to or "")
        if host is not None:
            cut = "la interrumpe" if element.interrupting else "no la interrumpe"
            yield f"mientras se hace «{_title(host)}» ({cut})"

    def _onward(self, element: Element) -> str:
        if element.kind == "endEvent":
            return "" if element.event == "none" else f"termina con un evento {EVENTS[element.event]}"
        flows = [
            self.model.flows[flow_id]
            for flow_id in element.outgoing
            if self.model.flows[flow_id].target in self.numbers
        ]
        if not flows:
            return ""
        if element.kind == "parallelGateway" and len(flows) > 1:
            return "siguen a la vez " + _listed([str(self.numbers[flow.target]) for flow in flows])
        if len(flows) == 1:
            return f"sigue {self.numbers[flows[0].target]}"
        ways = [self._way(element, flow.id, flow.name, flow.target) for flow in flows]
        return "siguen las que se cumplan: " * (element.kind == "inclusiveGateway") + "; ".join(ways)

    def _way(self, element: Element, flow_id: str, name: str, target: str) -> str:
        number = self.numbers[target]
        if name:
            return f"si «{name}», sigue {number}"
        return f"en los demás casos, sigue {number}" if flow_id == element.default_flow else f"o sigue {number}"


def _listed(words: list[str]) -> str:
    return ", ".join(words[:-1]) + f" y {words[-1]}" if len(words) > 1 else "".join(words)


def deadline_in_words(written: str) -> str:
    """`5dh` as «5 días hábiles», `cierre+1dh` as «1 día hábil después del cierre»; anything else as written."""
    anchor, plus, offset = written.rpartition("+")
    count, unit, rest = offset.partition("dh")
    if not unit or rest or not count.isdecimal() or anchor not in ("", "cierre", "inicio"):
        return f"«{written}»"
    days = "1 día hábil" if count == "1" else f"{int(count[:6])} días hábiles"
    return f"{days} después del {anchor}" if plus and anchor else days
