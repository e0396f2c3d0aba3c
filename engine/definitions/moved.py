"""Where a step is drawn today that a case did in the process that calls its part now."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from engine.definitions.diagram import DiagramModel


def drawn_in(diagrams: Mapping[str, DiagramModel], process_key: str, element_id: str) -> str:
    """The process that has the step: this one, else the nearest that it calls; this one too where none has it."""
    waiting, seen = deque([process_key]), {process_key}
    while waiting:
        model = diagrams.get(key := waiting.popleft())
        if model is None:
            continue
        if element_id in model.elements:
            return key
        called = dict.fromkeys(call.called_element for call in model.of_kind("callActivity"))
        waiting += [one for one in called if one not in seen]
        seen.update(called)
    return process_key


def parts_of(diagrams: Mapping[str, DiagramModel], process_key: str) -> dict[str, str]:
    """The processes that only this one calls, and so on inwards, each with the step here that leads to it."""
    callers: dict[str, set[str]] = {}
    for key, model in diagrams.items():
        for call in model.of_kind("callActivity"):
            callers.setdefault(call.called_element, set()).add(key)
    found: dict[str, str] = {}
    waiting = deque([(process_key, "")])
    while waiting:
        key, through = waiting.popleft()
        for call in diagrams[key].of_kind("callActivity") if key in diagrams else ():
            if callers[call.called_element] == {key} and call.called_element not in found:
                found[call.called_element] = through or call.id
                waiting.append((call.called_element, through or call.id))
    return found
