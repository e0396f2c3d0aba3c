"""What is thrown and nobody catches, and what is waited for and nobody throws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.linting.findings import Checked, Finding, error, shown, warning

Diagrams = Mapping[str, DiagramModel]

THROWS = ("intermediateThrowEvent", "endEvent")
CATCHES = ("intermediateCatchEvent", "boundaryEvent", "startEvent", "receiveTask")
_CALLED = {"error": "error", "escalation": "escalamiento"}


def _signals(checked: Checked) -> Iterator[Finding]:
    everybody = checked.diagrams()
    family = _same_case(checked)
    for element in _of(checked.model, "signal", *THROWS):
        heard = {one.reference for one in _everywhere(family, "signal", *CATCHES)} | set(_opened_by(everybody))
        if element.reference and element.reference not in heard:
            message = (
                f"{shown(element)} da la señal «{element.reference}», que nadie espera: ni este proceso, ni los que lo "
                "llaman, ni un inicio de señal. Dibuje quién la espera, o quítela."
            )
            yield warning(element.id, "signal_unheard", message)
    for element in _of(checked.model, "signal", *CATCHES):
        opens = element.kind == "startEvent" and element.parent_id is None
        given = {one.reference for one in _everywhere(everybody if opens else family, "signal", *THROWS)}
        if element.reference and element.reference not in given:
            yield _never_given(checked, element, opens=opens)


def _never_given(checked: Checked, element: Element, *, opens: bool) -> Finding:
    """The case would stand there for ever where it has to wait; elsewhere it only never happens."""
    if opens:
        message = f"{shown(element)} comienza con la señal «{element.reference}», que ningún proceso da."
        return warning(element.id, "signal_never", message)
    message = (
        f"{shown(element)} espera la señal «{element.reference}», que nadie da: una señal solo se oye dentro del mismo "
        "caso. Dibuje quién la da, o espere un mensaje."
    )
    stands = element.kind == "intermediateCatchEvent" and checked.known.diagrams is not None
    beside = any(one.kind == "eventBasedGateway" for one in checked.model.before(element.id))
    return (error if stands and not beside else warning)(element.id, "signal_never", message)


def _messages(checked: Checked) -> Iterator[Finding]:
    """A message is kept for who will wait for it, which must be somebody."""
    if checked.known.diagrams is None:
        return
    awaited = {
        one.message for model in checked.diagrams().values() for one in model.elements.values() if one.kind in CATCHES
    }
    for element in checked.model.of_kind(*THROWS, "sendTask"):
        if element.message and element.message not in awaited:
            message = (
                f"{shown(element)} envía el mensaje «{element.message}», que ningún proceso espera. "
                "Dibuje quién lo espera, o quítelo."
            )
            yield warning(element.id, "message_unheard", message)


def _failures(checked: Checked) -> Iterator[Finding]:
    """An error or escalation that nobody around catches, here or where this process is called."""
    diagrams, model = checked.diagrams(), checked.model
    for element in _failing(model):
        if _escapes(diagrams, model, element, element, ()):
            yield warning(element.id, "uncaught", _uncaught(element))
    for call in model.of_kind("callActivity"):
        called = diagrams.get(call.called_element)
        for thrown in _leaving(diagrams, called, (model.process_key,)) if called else ():
            if thrown.kind == "endEvent" and _escapes(diagrams, model, call, thrown, ()):
                what = _CALLED[thrown.event] + (f" «{thrown.reference}»" if thrown.reference else "")
                message = (
                    f"{shown(call)} puede terminar con el {what} ({shown(thrown)}), que nadie atiende: ahí quedaría un "
                    "incidente. Póngale un evento de borde que lo atienda."
                )
                yield warning(call.id, "uncaught", message)


def _uncaught(element: Element) -> str:
    what = _CALLED[element.event] + (f" «{element.reference}»" if element.reference else "")
    if element.kind == "endEvent":
        return (
            f"{shown(element)} termina con el {what}, que nadie atiende: el caso quedaría con un incidente, sin "
            "terminar. Atiéndalo en un evento de borde o en un subproceso de evento, o use un fin sin tipo."
        )
    return f"{shown(element)} avisa del {what}, que nadie atiende: el aviso se perdería. Atiéndalo, o quítelo."


def _leaving(diagrams: Diagrams, model: DiagramModel, path: tuple[str, ...]) -> Iterator[Element]:
    """The errors and escalations that get out of a process, its own and those of what it calls."""
    yield from (one for one in _failing(model) if not _caught(model, one, one))
    for call in model.of_kind("callActivity"):
        called = diagrams.get(call.called_element)
        if called is not None and called.process_key not in (*path, model.process_key):
            for thrown in _leaving(diagrams, called, (*path, model.process_key)):
                if not _caught(model, call, thrown):
                    yield thrown


def _escapes(diagrams: Diagrams, model: DiagramModel, place: Element, thrown: Element, path: tuple[str, ...]) -> bool:
    """Whether nobody catches what is thrown at a place: not around it, and not where this process is called."""
    if _caught(model, place, thrown):
        return False
    path = (*path, model.process_key)
    calls = [(caller, call) for caller, call in calls_of(diagrams, model.process_key) if caller.process_key not in path]
    return not calls or any(_escapes(diagrams, caller, call, thrown, path) for caller, call in calls)


def _caught(model: DiagramModel, place: Element, thrown: Element) -> bool:
    """Whether a border around a place, or an event subprocess of a level around it, catches what is thrown there."""
    inside: Element | None = place
    while inside is not None:
        if any(_catches(border, thrown) for border in model.attached_to(inside.id)):
            return True
        if not inside.triggered_by_event and any(_catches(start, thrown) for start in _raised(model, inside.parent_id)):
            return True
        inside = model.elements.get(inside.parent_id or "")
    return False


def _raised(model: DiagramModel, level: str | None) -> Iterator[Element]:
    """The starts of the event subprocesses of a level."""
    for element in model.inside(level):
        if element.triggered_by_event:
            yield from (start for start in model.inside(element.id) if start.kind == "startEvent")


def _catches(catch: Element, thrown: Element) -> bool:
    return catch.event == thrown.event and catch.reference in ("", thrown.reference)


def _failing(model: DiagramModel) -> Iterator[Element]:
    return (one for one in model.of_kind(*THROWS) if one.event in _CALLED)


def calls_of(diagrams: Diagrams, process_key: str) -> list[tuple[DiagramModel, Element]]:
    """Who calls a process: the diagram and its call."""
    return [
        (model, call)
        for model in diagrams.values()
        for call in model.of_kind("callActivity")
        if call.called_element == process_key
    ]


def _same_case(checked: Checked) -> Diagrams:
    """The processes that may run in one case with this one: who calls it, and all that these call."""
    diagrams = checked.diagrams()
    found, waiting = set[str](), [checked.model.process_key]
    while waiting:
        key = waiting.pop()
        if key not in found and key in diagrams:
            found.add(key)
            waiting += [model.process_key for model, _ in calls_of(diagrams, key)]
            waiting += [call.called_element for call in diagrams[key].of_kind("callActivity")]
    return {key: diagrams[key] for key in found}


def _opened_by(diagrams: Diagrams) -> Iterator[str]:
    return (start.reference for model in diagrams.values() for start in model.starts() if start.event == "signal")


def _of(model: DiagramModel, event: str, *kinds: str) -> Iterator[Element]:
    return (one for one in model.of_kind(*kinds) if one.event == event)


def _everywhere(diagrams: Diagrams, event: str, *kinds: str) -> Iterator[Element]:
    return (one for model in diagrams.values() for one in _of(model, event, *kinds))


RULES = (_signals, _messages, _failures)
