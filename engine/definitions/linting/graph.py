"""The diagram as a graph: one level at a time (the process, or the inside of one subprocess)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.definitions.diagram import DiagramModel, Element


@dataclass(frozen=True, slots=True)
class Level:
    """The elements directly inside the process or one subprocess, and where each leads.

    An event subprocess is a level of its own and no element of the one around it: no flow leads to it.
    `after` follows flows, leads from an activity to its boundary events, and from a link to its other end.
    """

    parent: Element | None
    elements: Mapping[str, Element]
    after: Mapping[str, tuple[str, ...]]

    @property
    def id(self) -> str:
        """The element to point at when the level as a whole is wrong; empty for the process."""
        return self.parent.id if self.parent else ""

    def roots(self) -> list[str]:
        """Where the level begins: its start events."""
        return [element.id for element in self.elements.values() if element.kind == "startEvent"]

    def ends(self) -> list[str]:
        """Where the level ends."""
        return [element.id for element in self.elements.values() if element.kind == "endEvent"]

    def before(self) -> dict[str, tuple[str, ...]]:
        """The graph turned around."""
        turned: dict[str, list[str]] = {node: [] for node in self.elements}
        for source, targets in self.after.items():
            for target in targets:
                turned[target].append(source)
        return {node: tuple(sources) for node, sources in turned.items()}


def levels(model: DiagramModel) -> Iterator[Level]:
    """The process, then every subprocess."""
    inside: dict[str | None, list[Element]] = {}
    for element in model.elements.values():
        inside.setdefault(element.parent_id, []).append(element)
    for parent in [None, *(element for element in model.elements.values() if element.kind == "subProcess")]:
        yield _level(model, parent, inside.get(parent.id if parent else None, []))


def _level(model: DiagramModel, parent: Element | None, inside: list[Element]) -> Level:
    elements = {element.id: element for element in inside if not element.triggered_by_event}
    after: dict[str, list[str]] = {element_id: [] for element_id in elements}
    for element in elements.values():
        after[element.id] += [target.id for target in model.after(element.id) if target.id in elements]
        if element.attached_to in after:
            after[element.attached_to].append(element.id)
        if element.kind == "intermediateThrowEvent" and element.event == "link":
            after[element.id] += [other.id for other in _catches(elements, element.reference)]
    return Level(parent, elements, {node: tuple(targets) for node, targets in after.items()})


def _catches(elements: Mapping[str, Element], name: str) -> Iterator[Element]:
    for element in elements.values():
        if element.kind == "intermediateCatchEvent" and element.event == "link" and element.reference == name:
            yield element


def reachable(graph: Mapping[str, tuple[str, ...]], roots: Iterable[str]) -> set[str]:
    """Every node a path from one of `roots` leads to, the roots included."""
    seen: set[str] = set()
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting.extend(graph.get(node, ()))
    return seen


def upstream_first(level: Level) -> list[str]:
    """The elements in a topological order from the starts on, cycles cut where they close, first ways first."""
    backwards = {node: targets[::-1] for node, targets in level.after.items()}
    return _finished(backwards, [*level.roots(), *level.elements])[::-1]


def place_in_order(model: DiagramModel) -> dict[str, int]:
    """Every element's place when a diagram is read from its starts on, what is inside a subprocess after it."""
    places: dict[str, tuple[int, ...]] = {}
    for level in levels(model):
        above = places.get(level.id, ()) if level.parent else ()
        places |= {element: (*above, place) for place, element in enumerate(upstream_first(level))}
    return {element: number for number, element in enumerate(sorted(places, key=lambda one: places[one]))}


def on_cycles(graph: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The nodes from which a path leads back to themselves (Kosaraju's two walks)."""
    turned: dict[str, list[str]] = {}
    for source, targets in graph.items():
        for target in targets:
            turned.setdefault(target, []).append(source)
    found: set[str] = set()
    placed: set[str] = set()
    for root in reversed(_finished(graph, list(graph))):
        component = _component(turned, root, placed)
        if len(component) > 1 or root in graph.get(root, ()):
            found |= component
    return found


def _component(turned: Mapping[str, list[str]], root: str, placed: set[str]) -> set[str]:
    """The nodes that lead to `root` and are in no earlier component."""
    component: set[str] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node not in placed:
            placed.add(node)
            component.add(node)
            waiting.extend(turned.get(node, ()))
    return component


def _finished(graph: Mapping[str, tuple[str, ...]], roots: Iterable[str]) -> list[str]:
    """The nodes in the order in which a depth-first walk leaves them."""
    order: list[str] = []
    seen: set[str] = set()
    for root in roots:
        stack: list[tuple[str, Iterator[str]]] = []
        if root not in seen:
            seen.add(root)
            stack.append((root, iter(graph.get(root, ()))))
        while stack:
            node, targets = stack[-1]
            target = next((one for one in targets if one not in seen), None)
            if target is None:
                order.append(node)
                stack.pop()
            else:
                seen.add(target)
                stack.append((target, iter(graph.get(target, ()))))
    return order
