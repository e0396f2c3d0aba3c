"""The formats in which the state of a case was stored so far, and what brings each to the next.

A change of what `engine.instances.state` writes gets the next number and a converter here; what an older release kept
is converted when somebody looks at the case, and written in the newest when it next moves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.definitions.parsing import Specs
from engine.errors import CorruptState, NewerState

FORMAT = 2
Content = dict[str, Any]
"""A state as it is stored."""


def ensure_known(content: Content) -> None:
    """Raise `NewerState` for what a newer release wrote, `CorruptState` for what none did."""
    number = content["v"]
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise CorruptState
    if number > FORMAT:
        raise NewerState


def converted(content: Content, specs: Specs) -> Content:
    """The same state in the newest format."""
    for number in range(content["v"], FORMAT):
        content = {**CONVERTERS[number](content, specs), "v": number + 1}
    return content


def _name_what_runs_inside(content: Content, specs: Specs) -> Content:
    """Since 2: each says its spec ("n") and what it runs in itself ("u"), so that nobody has to be woken to tell."""
    levels: dict[Any, tuple[Any, list[Any]]] = {None: (specs.top, content["t"])}
    waiting, named = [(at, inside) for at, inside in content["p"]], {}
    while waiting:
        found = [(at, inside, _place(levels, at)) for at, inside in waiting]
        waiting = [(at, inside) for at, inside, place in found if place is None]
        if len(waiting) == len(found):
            raise CorruptState  # what runs inside nothing
        for at, inside, place in found:
            if place is not None:
                around, name = place
                named[at] = {"n": name, "u": around, **inside}
                levels[at] = specs.called[named[at]["n"]], inside["t"]
    return {**content, "p": [[at, named[at]] for at, _inside in content["p"]]}


def _place(levels: Mapping[Any, tuple[Any, list[Any]]], at: str) -> tuple[Any, str] | None:
    """What a node runs in, and the spec of what runs inside it; None as long as nobody knows where it is."""
    for around, (spec, rows) in levels.items():
        row = next((row for row in rows if row[0] == at), None)
        if row is not None:
            return around, spec.task_specs[row[2]].spec
    return None


CONVERTERS: Mapping[int, Callable[[Content, Specs], Content]] = {1: _name_what_runs_inside}
"""What brings a format to the next, by its number."""
