"""What is asked of a rehearsal, and what it tells: plain data that travels between processes and is kept as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

FINE, RETURNED, NOBODY, LATE, WALKED = "bien", "devuelve", "nadie", "tarde", "a mano"
BEHAVIOURS: Final = {
    FINE: "Todas las personas responden, y nadie devuelve nada",
    RETURNED: "Se devuelve una vez lo que se pueda devolver",
    NOBODY: "Nadie responde: se ven los recordatorios, los vencimientos y los cierres",
    LATE: "Una entidad no reporta a tiempo, y lo hace después",
}
SAID: Final = {**BEHAVIOURS, WALKED: "Como se recorrió a mano"}
"""Those, and what nobody chooses from a list."""
SHORT: Final = {
    FINE: "todo bien",
    RETURNED: "se devuelve una vez",
    NOBODY: "nadie responde",
    LATE: "una entidad reporta tarde",
}
"""How one of several that are kept together is told from the others."""
DAYS: Final = 90
"""How many days a rehearsal goes on at most, where it does not end before."""
LONG: Final = 420
"""The same for what begins with a plan, whose formulation takes a year."""


ANSWER, ANYBODY, PASS = "responder", "alguien", "pasar"
"""What somebody who walks a rehearsal does: answer a task, let anybody answer it, let time pass."""


@dataclass(frozen=True, slots=True)
class Act:
    """One step of a walk (`what` is one of those above), told so that it can be done again in another copy.

    A task is known by its process, its element and its entity, if it is of one. `values` is what was typed, without
    files and without whatever numbers a copy gives its rows. Time passes by so many working days and hours.
    """

    what: str
    process_key: str = ""
    element: str = ""
    entity: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    days: int = 0
    hours: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """How people behave (a key of `SAID`), and what is answered the first time a task comes.

    `answers`: by element id of the process, its field and the value. `acts`: what a walk did, in order; `known`: the
    tasks that the process had then, by their ids.
    """

    behaviour: str = FINE
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    acts: Sequence[Act] = ()
    known: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        answers = {key: dict(one) for key, one in self.answers.items()}
        walked = {"acts": [asdict(one) for one in self.acts], "known": list(self.known)} if self.acts else {}
        return {"behaviour": self.behaviour, "answers": answers, **walked}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Order:
        """From what was kept."""
        acts = tuple(Act(**one) for one in kept.get("acts", ()))
        return cls(kept["behaviour"], kept["answers"], acts, tuple(kept.get("known", ())))


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened: the day (ISO), a sentence, and whether it is of the rehearsed process."""

    day: str
    text: str
    element: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that would leave: the day (ISO), to whom, subject and text."""

    day: str
    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a rehearsal tells. `began` and `until` are days (ISO); `working_days` lie between them.

    `path`: the names of what the rehearsed process went through, in order; `missed`: of what it never reached.
    `decisions`: by the question, the answers taken in order. `waits`: what it waits for at the end, in sentences.
    `stopped`: why it could not go on, if that was so. `deadlines`: by task of the process, the working days that each
    who had it was given.
    """

    root: str
    began: str
    until: str
    working_days: int
    ended: bool
    happenings: Sequence[Happening]
    mails: Sequence[Mail]
    path: Sequence[str]
    missed: Sequence[str]
    decisions: Mapping[str, Sequence[str]]
    waits: Sequence[str]
    stopped: str = ""
    deadlines: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Told:
        """From what was kept."""
        return cls(
            **{
                **kept,
                "happenings": [Happening(**one) for one in kept["happenings"]],
                "mails": [Mail(**one) for one in kept["mails"]],
            }
        )
