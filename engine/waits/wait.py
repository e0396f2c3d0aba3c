"""One thing that a case waits for, in parts and in a sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from engine.states import IncidentKind


class WaitKind(Enum):
    """What is waited for."""

    TASK = "task"
    DATE = "date"
    MESSAGE = "message"
    SIGNAL = "signal"
    CONDITION = "condition"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True)
class Wait:
    """A thing that a case waits for.

    `element` is what the drawing calls it and `inside` the called process it is in, empty in the case's own; `drawn_at`
    is the element of the case's own drawing that holds it, if known: itself, or the call it is under. `about`
    are the loop variables it is under («SEC»). `awaited` is the name of a message or signal in words, what a
    condition asks, or what failed; `message` and `key` are those of a message as it is sent. `source` says from where
    it will come, as the end of a sentence. `assignee` or `groups` have a task, and `barred` must not do
    it: they did what it checks. `since` is None where it was not noted;
    `until` where it has no date. `meanwhile`: it may come while the case waits for something else. `hopeless`: nobody
    who could bring it is left. `row_id` is the task's or the incident's, `failed` what kind of incident.
    """

    kind: WaitKind
    instance_id: int
    node_id: str | None
    process_key: str
    element_id: str
    element: str
    inside: str = ""
    drawn_at: str = ""
    about: tuple[str, ...] = ()
    awaited: str = ""
    message: str = ""
    key: str = ""
    source: str = ""
    assignee: str | None = None
    groups: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    meanwhile: bool = False
    hopeless: bool = False
    row_id: int | None = None
    failed: IncidentKind | None = None

    def can_be_skipped(self) -> bool:
        """Whether a supervisor may let the case go on without it."""
        return not self.meanwhile and self.kind in SKIPPED


SKIPPED = frozenset({WaitKind.DATE, WaitKind.MESSAGE, WaitKind.SIGNAL, WaitKind.CONDITION})


def _iso(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%d")


@dataclass(frozen=True, slots=True)
class Words:
    """How people, groups and days are called where a sentence is read; what has no name is called by its id.

    `members` are the people of each group, where that is known.
    """

    people: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    day: Callable[[dt.datetime], str] = _iso


PLAIN = Words()


def sentence(wait: Wait, words: Words = PLAIN) -> str:
    """What is waited for, from whom, since when and until when."""
    text = f"{_what(wait, words)}{_place(wait, words)}, {_since(wait, words)}, {_until(wait, words)}."
    return f"Mientras tanto {text[0].lower()}{text[1:]}" if wait.meanwhile else text


def _what(wait: Wait, words: Words) -> str:
    shown = f"«{wait.element}»"
    match wait.kind:
        case WaitKind.TASK:
            return _task(wait, shown, words)
        case WaitKind.DATE:
            return f"Espera la fecha de {shown}, que trae el calendario"
        case WaitKind.MESSAGE:
            return f"Espera en {shown} el mensaje «{wait.awaited}»; {wait.source}"
        case WaitKind.SIGNAL:
            return f"Espera en {shown} la señal «{wait.awaited}»; {wait.source}"
        case WaitKind.CONDITION:
            return f"Espera en {shown} que {wait.awaited}; {wait.source}"
    return f"Espera que un coordinador resuelva el incidente de {shown} ({wait.awaited.rstrip('.')})"


def _task(wait: Wait, shown: str, words: Words) -> str:
    if wait.assignee is not None:
        return f"Espera que {words.people.get(wait.assignee, wait.assignee)} haga {shown}"
    if not wait.groups:
        return f"Espera que alguien haga {shown}, y no la tiene nadie: hay que asignarla"
    groups = " o ".join(words.groups.get(group, group) for group in wait.groups)
    return f"Espera que alguien de {groups} haga {shown}{_but(wait, words)}, y nadie la ha tomado"


def _but(wait: Wait, words: Words) -> str:
    """Who of them must not, as nobody checks what they did themselves; and whether somebody is left."""
    members = _members(wait, words)
    barred = [one for one in wait.barred if members is None or one in members]
    if not barred:
        return ""
    did = "hicieron" if len(barred) > 1 else "hizo"
    people = " y ".join(words.people.get(one, one) for one in barred)
    left = "; allí no queda nadie más: hay que reasignarla" if members is not None and members <= {*barred} else ""
    return f" (menos {people}, que {did} lo que ahí se revisa{left})"


def _members(wait: Wait, words: Words) -> frozenset[str] | None:
    """Everybody in the groups of a task; None if that is not known."""
    if any(group not in words.members for group in wait.groups):
        return None
    return frozenset[str]().union(*(words.members[group] for group in wait.groups))


def _place(wait: Wait, words: Words) -> str:
    groups = " ".join(words.groups.get(group, group) for group in wait.groups)
    told = {wait.assignee, *groups.split()}  # «Enlace · SEC» says of which entity
    named = [words.people.get(one, one) for one in reversed(wait.about) if one not in told]
    about = f" ({', '.join(named)})" if named else ""
    return f"{about}, dentro de «{wait.inside}»" if wait.inside else about


def _since(wait: Wait, words: Words) -> str:
    return f"desde el {words.day(wait.since)}" if wait.since else "no quedó anotado desde cuándo"


def _until(wait: Wait, words: Words) -> str:
    if wait.until is None:
        return "sin fecha"
    if wait.kind == WaitKind.INCIDENT:
        return f"y se reintenta solo el {words.day(wait.until)}"
    return f"{'llega' if wait.kind == WaitKind.DATE else 'hasta'} el {words.day(wait.until)}"
