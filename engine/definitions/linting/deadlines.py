"""Deadlines that contradict each other: a task that would be due after what closes it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.contracts import Span
from engine.definitions.dataflow.world import World
from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.linting.findings import Checked, Finding, shown, warning
from engine.definitions.linting.graph import Level, levels, upstream_first

MEANT = "cierra_al_vencer"
"""The property of a border that closes a scope just when what is inside is due."""


def _after_their_closing(checked: Checked) -> Iterator[Finding]:
    """A task, of the scope or of what it calls, that is due on or after the timer that interrupts the scope around it.

    On the same day: nobody can be late, which a border says is meant by `cierra_al_vencer`.
    """
    if checked.following is None:
        return
    world = checked.following.world
    for border, host in _closings(checked.model):
        closes = world.contracts.span(border.deadline)
        if closes is None:
            continue
        spans = [(task, world.contracts.span(task.deadline)) for task in _tasks(world, checked.model, host)]
        due = [(task, span.days) for task, span in spans if span and span.anchor == closes.anchor]
        yield from (_too_late(border, host, task, days, closes) for task, days in due if days > closes.days)
        together = [task for task, days in due if days == closes.days]
        if together and border.properties.get(MEANT) != "si":
            yield _at_once(border, host, together)


def _too_late(border: Element, host: Element, task: Element, days: int, closes: Span) -> Finding:
    message = (
        f"{shown(task)} vence {_day(days, closes)}, y {_timer(border)} cierra {shown(host)} "
        f"{_day(closes.days, closes)}: a ese vencimiento no llegaría nadie. Alargue el cierre."
    )
    return warning(border.id, "deadline_order", message)


def _at_once(border: Element, host: Element, tasks: list[Element]) -> Finding:
    names, verb = " y ".join(shown(task) for task in tasks), "vencen" if len(tasks) > 1 else "vence"
    message = (
        f"{names} {verb} cuando {_timer(border)} cierra {shown(host)}: nadie podría terminar tarde, ni le llegaría un "
        "recordatorio o un escalamiento de después. Alargue el cierre, o diga que es a propósito."
    )
    fix = {"action": "set_property", "element": border.id, "name": MEANT, "value": "si"}
    return warning(border.id, "deadline_order", message, **fix)


def _day(days: int, closes: Span) -> str:
    return f"el día hábil {days}" if closes.anchor else f"a los {days} días hábiles"


def _timer(border: Element) -> str:
    return f"«{border.name}»" if border.name else "el plazo de su borde"


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
                f"{row} toman juntas {total} días hábiles, y {_timer(border)} cierra {shown(host)} a los "
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
