"""What is thrown and nobody catches, and what is waited for and nobody throws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.linting.findings import Checked, Finding, error, shown, warning

Diagrams = Mapping[str, DiagramModel]

THROWS = ("intermediateThrowEvent", "endEvent")
CATCHES = ("intermediateCatchEvent", "boundaryEvent", "startEvent", "receiveTask")
MOST_CODES = 50
"""Of errors of one process that are looked for at its calls."""
_CALLED = {"error": "error", "escalation": "escalamiento"}


def _signals(checked: Checked) -> Iterator[Finding]:
    everybody, family = checked.diagrams(), _same_case(checked)
    heard = {*_names(family, *CATCHES), *(start.reference for model in everybody.values() for start in model.starts())}
    given, given_anywhere = _names(family, *THROWS), _names(everybody, *THROWS)
    for element in _of(checked.model, *THROWS):
        if element.reference and element.reference not in heard:
            message = (
                f"{shown(element)} da la señal «{element.reference}», que nadie espera: ni este proceso, ni los que lo "
                "llaman, ni un inicio de señal. Dibuje quién la espera, o quítela."
            )
            yield warning(element.id, "signal_unheard", message)
    for element in _of(checked.model, *CATCHES):
        opens = element.kind == "startEvent" and element.parent_id is None
        if element.reference and element.reference not in (given_anywhere if opens else given):
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
    ways, model = _Ways(checked.diagrams()), checked.model
    for element in _failing(model):
        if ways.escapes(model, element, element):
            yield warning(element.id, "uncaught", _uncaught(element))
    for call in model.of_kind("callActivity"):
        thrown = next((one for one in ways.ending(call.called_element) if ways.escapes(model, call, one)), None)
        if thrown is not None:
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


class _Ways:
    """How errors and escalations get out of where they are thrown; each process is looked through once."""

    def __init__(self, diagrams: Diagrams) -> None:
        self.diagrams = diagrams
        self._at: dict[tuple[str, str, str | None], list[Element]] = {}
        self._calls: dict[str, list[tuple[DiagramModel, Element]]] = {}
        self._ending: dict[str, list[Element]] = {}
        for model in diagrams.values():
            self._look_through(model)

    def _look_through(self, model: DiagramModel) -> None:
        for element in model.elements.values():
            around = model.elements.get(element.parent_id or "")
            if element.attached_to:
                self._at.setdefault((model.process_key, "border", element.attached_to), []).append(element)
            elif element.kind == "startEvent" and around is not None and around.triggered_by_event:
                self._at.setdefault((model.process_key, "level", around.parent_id), []).append(element)
            elif element.kind == "callActivity":
                self._calls.setdefault(element.called_element, []).append((model, element))

    def ending(self, process_key: str) -> list[Element]:
        """The ends by which a process, or what it calls, may fail without catching it: one of each code."""
        if process_key not in self._ending:
            self._ending[process_key] = []  # while it is being worked out: calls in a circle
            model = self.diagrams.get(process_key)
            found = list(self._ends(model)) if model is not None else []
            self._ending[process_key] = list({(one.event, one.reference): one for one in found}.values())[:MOST_CODES]
        return self._ending[process_key]

    def _ends(self, model: DiagramModel) -> Iterator[Element]:
        yield from (one for one in _failing(model) if one.kind == "endEvent" and not self._caught(model, one, one))
        for call in model.of_kind("callActivity"):
            yield from (one for one in self.ending(call.called_element) if not self._caught(model, call, one))

    def escapes(self, model: DiagramModel, place: Element, thrown: Element, path: tuple[str, ...] = ()) -> bool:
        """Whether nobody catches what is thrown at a place: not around it, and not where this process is called."""
        if self._caught(model, place, thrown):
            return False
        path = (*path, model.process_key)
        calls = [one for one in self._calls.get(model.process_key, ()) if one[0].process_key not in path]
        return not calls or any(self.escapes(caller, call, thrown, path) for caller, call in calls)

    def _caught(self, model: DiagramModel, place: Element, thrown: Element) -> bool:
        """Whether a border around a place, or an event subprocess of a level around it, catches it."""
        inside: Element | None = place
        while inside is not None:
            borders = self._at.get((model.process_key, "border", inside.id), [])
            beside = (
                [] if inside.triggered_by_event else self._at.get((model.process_key, "level", inside.parent_id), [])
            )
            if any(_catches(one, thrown) for one in (*borders, *beside)):
                return True
            inside = model.elements.get(inside.parent_id or "")
        return False


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


def _of(model: DiagramModel, *kinds: str) -> Iterator[Element]:
    return (one for one in model.of_kind(*kinds) if one.event == "signal")


def _names(diagrams: Diagrams, *kinds: str) -> set[str]:
    return {one.reference for model in diagrams.values() for one in _of(model, *kinds)}


RULES = (_signals, _messages, _failures)
