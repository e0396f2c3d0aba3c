"""What cannot wait for the digest: of half an hour in one mail, one such mail a day, the rest with the next digest."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import insert_once
from notifications import habits, outbox
from notifications.clipping import LONGEST, clipped
from notifications.models import MailNote, OutboxMessage
from notifications.rendering import Mail, render
from notifications.states import MailKind, MailState
from workflows.calendar import BOGOTA, WorkingCalendar, bogota_day, of_entity
from workflows.people.models import Person
from workflows.sectors import holidays

ARRIVES = (MailState.PENDING, MailState.SENT, MailState.OMITTED)
"""Of these mails it may be said that they tell what they say."""
KEPT = dt.timedelta(days=45)
"""How far back notes are looked for that nobody read: what is older was told by other ways, or is no news."""
_CALENDAR = "notifications.calendar"
"""Key of `Session.info`: the working days, read once however many are told in a unit of work."""


def tell(
    session: Session,
    person: Person,
    *,
    now: dt.datetime,
    kind: str,
    dedup_key: str,
    mail: Mail,
    attachments: Sequence[dict[str, str]] = (),
    sector: str = "",
    task_id: int | None = None,
    at_once: bool = False,
    reply_to: str = "",
) -> None:
    """Tell a person something before their next digest; a second note with the same `dedup_key` is ignored.

    It waits half an hour for what else comes. Of a day on which such a mail has left, it goes with the next digest,
    unless `at_once`: then it leaves now, with what was waiting. `mail` is as it would be alone. An answer goes to the
    `reply_to` of what the mail began with.
    """
    if not leave(
        session, person, now=now, kind=kind, dedup_key=dedup_key, mail=mail, attachments=attachments, sector=sector,
        task_id=task_id,
    ):  # fmt: skip
        return
    note = session.scalars(sa.select(MailNote).where(MailNote.dedup_key == dedup_key)).one()
    ours = _mail_of_today(session, person.username, now)
    if ours is not None and _waits(ours, now):
        _add(session, ours, note, person, now if at_once else ours.send_at)
    elif ours is None or at_once:
        leaves = _leaves_at(session, person, now, sector)
        if leaves is not None or at_once:
            _begin(session, note, person, mail, now if at_once else leaves or now, reply_to)


def leave(
    session: Session,
    person: Person,
    *,
    now: dt.datetime,
    kind: str,
    dedup_key: str,
    mail: Mail,
    attachments: Sequence[dict[str, str]] = (),
    sector: str = "",
    task_id: int | None = None,
) -> bool:
    """Leave a note that the next digest tells; whether it is new: a second one with the same `dedup_key` is ignored."""
    values = {
        "recipient": person.username, "kind": kind, "dedup_key": dedup_key, "task_id": task_id, "sector_code": sector,
        "subject": mail.subject[:300], "text": mail.text, "letter": mail.letter, "attachments": list(attachments),
        "template": mail.template, "facts": dict(mail.facts) if mail.template else {},
        "created_at": now, "mail_id": None,
    }  # fmt: skip
    return bool(insert_once(session, MailNote, values, key=["dedup_key"]))


def untold(session: Session, now: dt.datetime) -> Mapping[str, Sequence[MailNote]]:
    """By person: what no mail has told, for the digest. What came back is read from its task instead."""
    query = (
        sa.select(MailNote)
        .outerjoin(OutboxMessage, OutboxMessage.id == MailNote.mail_id)
        .where(MailNote.created_at > now - KEPT, MailNote.kind != MailKind.RETURNED)
        .where(sa.or_(MailNote.mail_id.is_(None), OutboxMessage.state.not_in(ARRIVES)))
        .order_by(MailNote.id)
    )
    found: dict[str, list[MailNote]] = defaultdict(list)
    for note in session.scalars(query):
        found[note.recipient].append(note)
    return found


def note_told(session: Session, notes: Collection[MailNote], mail_key: str) -> None:
    """Write down that the mail with this key tells them."""
    mail_id = session.scalar(sa.select(OutboxMessage.id).where(OutboxMessage.dedup_key == mail_key))
    ids = [note.id for note in notes]
    if ids:
        session.execute(sa.update(MailNote).where(MailNote.id.in_(ids)).values(mail_id=mail_id))


def told_returns(session: Session, since: dt.datetime) -> set[tuple[str, int]]:
    """Who was told of which task that it came back by a mail that arrives, since a moment."""
    query = (
        sa.select(MailNote.recipient, MailNote.task_id)
        .join(OutboxMessage, OutboxMessage.id == MailNote.mail_id)
        .where(MailNote.kind == MailKind.RETURNED, MailNote.created_at >= since, OutboxMessage.state.in_(ARRIVES))
    )
    return {(recipient, task_id) for recipient, task_id in session.execute(query) if task_id is not None}


def _mail_of_today(session: Session, username: str, now: dt.datetime) -> OutboxMessage | None:
    """The last urgent mail of this day of Bogotá, locked: a digest with notes in it is none."""
    midnight = dt.datetime.combine(bogota_day(now), dt.time(), BOGOTA).astimezone(dt.UTC)
    query = (
        sa.select(OutboxMessage)
        .join(MailNote, MailNote.mail_id == OutboxMessage.id)
        .where(MailNote.recipient == username, OutboxMessage.created_at >= midnight)
        .where(OutboxMessage.kind != MailKind.DIGEST)
        .order_by(OutboxMessage.id.desc())
        .limit(1)
        .with_for_update(of=OutboxMessage)
    )
    return session.scalar(query)


def _waits(mail: OutboxMessage, now: dt.datetime) -> bool:
    """Whether it has not left and no worker has it in hand."""
    free = mail.leased_until is None or mail.leased_until <= now
    return mail.state is MailState.PENDING and free and not mail.attempts and mail.send_at > now


def _leaves_at(session: Session, person: Person, now: dt.datetime, sector: str) -> dt.datetime | None:
    if _CALENDAR not in session.info:
        session.info[_CALENDAR] = WorkingCalendar(holidays.known_days(session).local)
    calendar: WorkingCalendar = session.info[_CALENDAR]
    wanted, works_in = habits.of_person(session, person.username), of_entity(sector, person.entity_code) or None
    return habits.leaves_at(now, wanted, lambda day: calendar.is_working(day, works_in))


def _begin(session: Session, note: MailNote, person: Person, mail: Mail, leaves: dt.datetime, reply_to: str) -> None:
    outbox.write_to(
        session, person, now=note.created_at, kind=note.kind, dedup_key=note.dedup_key, mail=mail,
        attachments=note.attachments, sector=note.sector_code, send_at=leaves, reply_to=reply_to,
    )  # fmt: skip
    note_told(session, [note], note.dedup_key)


def _add(session: Session, ours: OutboxMessage, note: MailNote, person: Person, leaves: dt.datetime) -> None:
    """Write the waiting mail again with one note more; what came back is said first."""
    session.execute(sa.update(MailNote).where(MailNote.id == note.id).values(mail_id=ours.id))
    ours.send_at = leaves
    _write_again(ours, _notes_of(session, ours), person)


def withdraw(session: Session, notes: Sequence[MailNote], now: dt.datetime) -> bool:
    """Take notes of one person back before anybody reads them; whether it was not too late."""
    mails = {one.mail_id for one in notes if one.mail_id is not None}
    query = sa.select(OutboxMessage).where(OutboxMessage.id.in_(mails)).with_for_update()
    waiting = session.scalars(query.execution_options(populate_existing=True)).all()
    if not all(_waits(mail, now) and mail.kind != MailKind.DIGEST for mail in waiting):
        return False
    session.execute(sa.delete(MailNote).where(MailNote.id.in_([one.id for one in notes])))
    for mail in waiting:
        left = _notes_of(session, mail)
        if not left:
            session.delete(mail)
        else:
            _write_again(mail, left, session.get_one(Person, left[0].recipient))
    return True


def supersede(session: Session, username: str, about: str, now: dt.datetime) -> bool:
    """Take back what nobody read of something, which newer news replaces; whether that was all there was of it.

    `about` is how the keys of its notes begin.
    """
    query = sa.select(MailNote).where(
        MailNote.recipient == username, MailNote.dedup_key.startswith(about, autoescape=True)
    )
    by_mail: dict[int | None, list[MailNote]] = defaultdict(list)
    for note in session.scalars(query.order_by(MailNote.id)):
        by_mail[note.mail_id].append(note)
    taken = [withdraw(session, notes, now) for notes in by_mail.values()]
    return bool(taken) and all(taken)


def _notes_of(session: Session, mail: OutboxMessage) -> list[MailNote]:
    """What a mail tells, what came back first."""
    notes = list(session.scalars(sa.select(MailNote).where(MailNote.mail_id == mail.id).order_by(MailNote.id)))
    return sorted(notes, key=lambda one: one.kind != MailKind.RETURNED)


def _write_again(ours: OutboxMessage, notes: Sequence[MailNote], person: Person) -> None:
    mail = render("together", {"name": person.name, "notes": notes, "subject": subject(notes)})
    ours.subject, ours.text, ours.html = mail.subject[:300], mail.text, mail.html
    ours.attachments = [item for one in notes for item in one.attachments]
    if len({one.sector_code for one in notes}) > 1:
        ours.sector_code = ""


def subject(notes: Sequence[MailNote]) -> str:
    """The first, and how many more: at most as many letters as a phone shows."""
    more = len(notes) - 1
    tail = f" (y {more} aviso{'s' if more != 1 else ''} más)" if more else ""
    return clipped(notes[0].subject, LONGEST - len(tail)) + tail
