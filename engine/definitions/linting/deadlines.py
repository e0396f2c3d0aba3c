"""Deadlines that contradict each other: a task that would be due after what closes it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.contracts import Span
from engine.definitions.dataflow.world import World
from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.linting.findings import Checked, Finding, shown, warning
from engine.definitions.linting.graph import Level, levels, upstream_first


def _after_their_closing(checked: Checked) -> Iterator[Finding]:
    """A task, of the scope or of what it calls, that is due after the timer that interrupts the scope around it."""
    if checked.following is None:
        return
    world = checked.following.world
    for border, host in _closings(checked.model):
        closes = world.contracts.span(border.deadline)
        for task in _tasks(world, checked.model, host) if closes else ():
            due = world.contracts.span(task.deadline)
            if due and closes and due.anchor == closes.anchor and due.days > closes.days:
                message = (
                    f"{shown(task)} vence el día hábil {due.days}, y «{border.name or 'el plazo'}» cierra "
                    f"{shown(host)} el {closes.days}: a ese vencimiento no llegaría nadie. Alargue el cierre."
                )
                yield warning(border.id, "deadline_order", message)


def _too_long_in_a_row(checked: Checked) -> Iterator[Finding]:
    """Tasks one after another that together take longer than the timer around them allows."""
    if checked.following is None:
        return
    contracts = checked.following.world.contracts
    inside = {level.parent.id: level for level in levels(checked.model) if level.parent}
    for border, host in _closings(checked.model):
        closes, level = contracts.span(border.deadline), inside.get(host.id)
        if closes is None or closes.anchor or level is None:
            continue
        path = _longest(level, {one.id: contracts.span(one.deadline) for one in level.elements.values()})
        total = sum(days for _element, days in path)
        if len(path) > 1 and total > closes.days and max(days for _element, days in path) <= closes.days:
            row = ", ".join(shown(element) for element, _days in path)
            message = (
                f"{row} toman juntas {total} días hábiles, y «{border.name or 'el plazo'}» cierra {shown(host)} a los "
                f"{closes.days}. Alargue el cierre o acorte las tareas."
            )
            yield warning(border.id, "deadline_order", message)


def _closings(model: DiagramModel) -> Iterator[tuple[Element, Element]]:
    for border in model.of_kind("boundaryEvent"):
        host = model.elements.get(border.attached_to or "")
        if host is not None and border.timer and border.interrupting and border.deadline:
            yield border, host


def _tasks(world: World, model: DiagramModel, scope: Element) -> Iterator[Element]:
    """The user tasks inside a scope, however deep, and those of the processes that it calls."""
    called = world.diagrams.get(scope.called_element)
    if called is not None and called.process_key != model.process_key:
        yield from called.of_kind("userTask")
    for element in model.inside(scope.id):
        if element.kind == "userTask":
            yield element
        yield from _tasks(world, model, element)


def _longest(level: Level, spans: dict[str, Span | None]) -> list[tuple[Element, int]]:
    """The way through a level whose tasks take the most days, each counted once: ways back are not followed."""
    best: dict[str, list[tuple[Element, int]]] = {}
    order, arriving = upstream_first(level), level.before()
    place = {element: number for number, element in enumerate(order)}
    for element in order:
        before = [best[one] for one in arriving[element] if place[one] < place[element]]
        span = spans[element]
        mine = [(level.elements[element], span.days)] if span and not span.anchor else []
        best[element] = max(before, key=lambda way: sum(days for _one, days in way), default=[]) + mine
    return max(best.values(), key=lambda way: sum(days for _one, days in way), default=[])


RULES = (_after_their_closing, _too_long_in_a_row)
