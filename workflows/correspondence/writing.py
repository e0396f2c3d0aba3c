"""Writing a letter of a case, filing it under the number that the entity's filing system gave, and receiving one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import take_turns
from engine.identity import Actor
from engine.instances.models import Instance
from engine.tasks.models import UserTask
from workflows.auditing import recording
from workflows.calendar import bogota_day
from workflows.correspondence.models import Letter
from workflows.correspondence.states import Direction, LetterKind
from workflows.documents import files
from workflows.errors import Conflict, NotFound, Refused
from workflows.meetings.models import Meeting
from workflows.spanish import long_day

TARGET = "carta"
LONGEST = {"party": 200, "office": 200, "subject": 300, "text": 20_000, "number": 60}
SAID = {"party": "A quién o de quién", "office": "Cargo y entidad", "subject": "Asunto", "text": "Texto",
        "number": "Radicado"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody types of a letter that goes out."""

    kind: LetterKind
    party: str
    office: str
    subject: str
    text: str
    signer: str


@dataclass(frozen=True, slots=True)
class Received:
    """What somebody types of a letter that came in, with the letter itself where it was scanned."""

    kind: LetterKind
    party: str
    subject: str
    number: str
    filed_on: dt.date
    file_name: str = ""
    content: bytes = b""


def of_case(session: Session, case_id: int) -> Sequence[Letter]:
    """The letters of a case, the last first."""
    return session.scalars(sa.select(Letter).where(Letter.instance_id == case_id).order_by(Letter.id.desc())).all()


def of_task(session: Session, task: UserTask) -> Sequence[Letter]:
    """The letters of the case of a task, those that were written from the task first, else the last first."""
    return sorted(of_case(session, task.instance_id), key=lambda letter: letter.task_id != task.id)


def one(session: Session, case_id: int, letter_id: int) -> Letter:
    """A letter of a case. Raises `NotFound`."""
    found = session.get(Letter, letter_id)
    if found is None or found.instance_id != case_id:
        raise NotFound("Esa carta no es de este proceso.")
    return found


def begun(session: Session, case: Instance, kind: LetterKind, answers: Letter | None = None) -> Draft:
    """What a letter begins with: a summons with the meeting of the case, an answer with what it answers."""
    subject, text, party = case.name, "", ""
    if kind is LetterKind.SUMMONS and (meeting := _meeting(session, case.id)) is not None:
        subject, text = meeting.topic, _summoned(meeting)
    if answers is not None:
        party, subject = answers.party, f"Respuesta al radicado {answers.number}: {answers.subject}"[:300]
    return Draft(kind, party, "", subject, text, "")


def write(
    session: Session, clock: Clock, case_id: int, draft: Draft, *, actor: Actor, task_id: int | None = None,
    answers_id: int | None = None,
) -> Letter:  # fmt: skip
    """Keep a letter that is not filed yet. Raises `Refused`."""
    _ensure_short(draft)
    if task_id is not None:
        task = session.get(UserTask, task_id)
        if task is None or task.instance_id != case_id:
            raise Refused("Esa tarea no es de este proceso.")
    if answers_id is not None:
        one(session, case_id, answers_id)
    letter = Letter(
        instance_id=case_id, task_id=task_id, answers_id=answers_id, direction=Direction.OUT, kind=draft.kind,
        party=draft.party, office=draft.office, subject=draft.subject, text=draft.text, signer=draft.signer or actor.id,
        made_by=actor.id, made_at=clock.now(),
    )  # fmt: skip
    session.add(letter)
    session.flush()
    recording.record(session, clock, actor, "escribir_carta", _target(letter), after=_told(letter))
    return letter


def rewrite(session: Session, clock: Clock, letter: Letter, draft: Draft, *, actor: Actor) -> None:
    """Change the words of a letter that is not filed. Raises `Refused` and `Conflict`."""
    _ensure_unfiled(session, letter)
    _ensure_short(draft)
    before = _told(letter)
    letter.kind, letter.party, letter.office = draft.kind, draft.party, draft.office
    letter.subject, letter.text, letter.signer = draft.subject, draft.text, draft.signer or letter.signer
    recording.record(session, clock, actor, "cambiar_carta", _target(letter), before=before, after=_told(letter))


def file(session: Session, clock: Clock, letter: Letter, number: str, filed_on: dt.date, *, actor: Actor) -> None:
    """Write down the number and day of its filing: from then on it does not change. Raises `Refused`, `Conflict`."""
    _ensure_unfiled(session, letter)
    _ensure_number(session, clock, letter.instance_id, number, filed_on, Direction.OUT)
    letter.number, letter.filed_on = number, filed_on
    recording.record(session, clock, actor, "radicar_carta", _target(letter), after=_told(letter))


def receive(session: Session, clock: Clock, case_id: int, got: Received, *, actor: Actor) -> Letter:
    """Keep a letter that came in. Raises `Refused`, and `InvalidFile` for a file that is none."""
    _ensure_short(got)
    _ensure_number(session, clock, case_id, got.number, got.filed_on, Direction.IN)
    sector = session.get_one(Instance, case_id).tenant
    stored = files.store(session, clock, actor.id, got.file_name, got.content, sector=sector) if got.file_name else None
    letter = Letter(
        instance_id=case_id, direction=Direction.IN, kind=got.kind, number=got.number, filed_on=got.filed_on,
        party=got.party, subject=got.subject, file_id=stored.id if stored else None, made_by=actor.id,
        made_at=clock.now(),
    )  # fmt: skip
    session.add(letter)
    session.flush()
    recording.record(session, clock, actor, "recibir_carta", _target(letter), after=_told(letter))
    return letter


def note_taken(session: Session, clock: Clock, letter: Letter, *, actor: Actor) -> None:
    """Write down that somebody takes a letter along: it names people."""
    recording.record(session, clock, actor, "descargar_carta", _target(letter), after={"radicado": letter.number})


def _ensure_unfiled(session: Session, letter: Letter) -> None:
    session.refresh(letter, with_for_update=True)
    if letter.number or letter.direction is Direction.IN:
        raise Conflict("La carta ya tiene radicado: no cambia. Escriba otra.")


def _ensure_number(
    session: Session, clock: Clock, case_id: int, number: str, filed_on: dt.date, direction: Direction
) -> None:
    if not number or len(number) > LONGEST["number"]:
        raise Refused("Escriba el radicado que dio el sistema de correspondencia, de hasta 60 letras.")
    if filed_on > bogota_day(clock.now()):
        raise Refused("La fecha del radicado no puede ser futura.")
    tenant = session.get_one(Instance, case_id).tenant
    take_turns(session, f"radicado/{tenant}")
    same = sa.select(Letter.id).join(Instance, Instance.id == Letter.instance_id)
    same = same.where(Letter.number == number, Letter.direction == direction, Instance.tenant == tenant)
    if session.scalar(same.limit(1)) is not None:
        raise Refused(f"El radicado {number} ya es de otra carta. Revíselo.")


def _ensure_short(typed: Draft | Received) -> None:
    for name in ("party", "subject", *(("text",) if isinstance(typed, Draft) else ())):
        if not getattr(typed, name):
            raise Refused(f"Falta: {SAID[name].lower()}.")
    for name, most in LONGEST.items():
        if len(getattr(typed, name, "")) > most:
            raise Refused(f"{SAID[name]}: hasta {most} letras.")


def _meeting(session: Session, case_id: int) -> Meeting | None:
    query = sa.select(Meeting).where(Meeting.instance_id == case_id, Meeting.held_on.is_not(None))
    return session.scalars(query.order_by(Meeting.id.desc()).limit(1)).first()


def _summoned(meeting: Meeting) -> str:
    hour = f", {meeting.starts_at:%H:%M}" if meeting.starts_at else ""
    points = "\n".join(f"{place}. {point.get('punto') or ''}" for place, point in enumerate(meeting.agenda, 1))
    return (
        f"Le convocamos a «{meeting.topic}».\n\nCuándo: {long_day(meeting.held_on)}{hour}\nDónde: {meeting.place}\n\n"
        f"Orden del día:\n{points}"
    )


def _target(letter: Letter) -> tuple[str, str]:
    return TARGET, str(letter.id)


def _told(letter: Letter) -> dict[str, Any]:
    return {
        "proceso": letter.instance_id, "sentido": letter.direction, "clase": letter.kind, "radicado": letter.number,
        "fecha": letter.filed_on.isoformat() if letter.filed_on else "", "con": letter.party, "asunto": letter.subject,
        "texto": letter.text,
    }  # fmt: skip
