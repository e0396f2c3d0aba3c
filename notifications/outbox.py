"""The outbox: mails are written with the work that needs them, and leave later."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Database, insert_once
from notifications import servers
from notifications.errors import AddressRefused, DeliveryFailed, MessageRefused, RefusedForNow, ServerUnavailable
from notifications.mail import EmailSender, MailSession
from notifications.models import OutboxMessage
from notifications.rendering import Mail
from notifications.servers import Turn
from notifications.states import Fault, MailKind, MailState
from workflows.calendar import bogota_day
from workflows.people.models import Person

log = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=50)
"""How long a worker may take over a mail before another one takes it: a dead one hands over within a minute."""
PUT_OFF = tuple(dt.timedelta(minutes=m) for m in (1, 5, 15, 30))
"""How long a mail waits that the server does not take for now; the last is repeated."""
DOUBTS = 3
"""So many mails refused for now, one after the other, are the server's trouble and not theirs."""
REPLACED_BY_NEWER = "Ya hay un resumen más reciente, con lo que sigue abierto."
DISCARDED = "Se decidió no enviarlo."
OF_ANOTHER_DAY = "Su día pasó antes de que pudiera salir: el próximo resumen lleva lo que siga abierto."


@dataclass(slots=True)
class Delivered:
    """What became of the mails that were due. `waiting`: the server is down and nothing was tried."""

    sent: int = 0
    failed: int = 0
    put_off: int = 0
    replaced: int = 0
    server_down: bool = False
    waiting: bool = False

    @property
    def looked_at(self) -> int:
        """How many mails were taken in hand."""
        return self.sent + self.failed + self.put_off + self.replaced


def enqueue(
    session: Session,
    *,
    now: dt.datetime,
    kind: str,
    dedup_key: str,
    recipient: str | None,
    address: str,
    mail: Mail,
    attachments: Sequence[dict[str, str]] = (),
    sector: str = "",
    send_at: dt.datetime | None = None,
    reply_to: str = "",
) -> None:
    """Write a mail to be sent; a second mail with the same `dedup_key` is ignored. `sector` is the one it tells of.

    It leaves at `send_at`, else now; `reply_to` is the address of the person who answers.
    A digest takes the place of the person's earlier ones that have not left.
    """
    if kind == MailKind.DIGEST and recipient is not None:
        _replace_earlier(session, recipient, dedup_key, now)
    values = {
        "kind": kind, "dedup_key": dedup_key, "recipient": recipient, "address": address, "subject": mail.subject[:300],
        "text": mail.text, "html": mail.html, "attachments": list(attachments), "created_at": now,
        "send_at": send_at or now, "reply_to": reply_to, "id_secret": secrets.token_hex(16),
        "state": MailState.PENDING, "attempts": 0, "last_error": "", "fault": Fault.NONE, "sector_code": sector,
    }  # fmt: skip
    insert_once(session, OutboxMessage, values, key=["dedup_key"])


def write_to(
    session: Session,
    person: Person,
    *,
    now: dt.datetime,
    kind: str,
    dedup_key: str,
    mail: Mail,
    attachments: Sequence[dict[str, str]] = (),
    sector: str = "",
    send_at: dt.datetime | None = None,
    reply_to: str = "",
) -> None:
    """Write a mail to a person, at the address on record; as `enqueue`."""
    enqueue(
        session, now=now, kind=kind, dedup_key=dedup_key, recipient=person.username, address=person.email, mail=mail,
        attachments=attachments, sector=sector, send_at=send_at, reply_to=reply_to,
    )  # fmt: skip


def _replace_earlier(session: Session, recipient: str, dedup_key: str, now: dt.datetime) -> None:
    unsent = (
        sa.update(OutboxMessage)
        .where(OutboxMessage.recipient == recipient, OutboxMessage.kind == MailKind.DIGEST)
        .where(OutboxMessage.state.in_((MailState.PENDING, MailState.FAILED)), OutboxMessage.dedup_key != dedup_key)
        .where(_free(now))
    )
    session.execute(unsent.values(state=MailState.REPLACED, last_error=REPLACED_BY_NEWER))


def deliver_due(database: Database, clock: Clock, sender: EmailSender, *, sent_from: str, limit: int = 50) -> Delivered:
    """Send what is due, over one connection; ends at the first sign that the server is down.

    Claiming, sending and marking are three moments, so that no transaction waits for the network. A worker killed
    between sending and marking sends again after the lease: same Message-ID, which mail servers show once.

    Whatever is the server's fault is no attempt: the mails wait for the server, however long. A mail that cannot be
    composed or is refused for good fails alone.
    """
    turn = servers.turn(database, sender.name, clock.now())
    if turn is Turn.WAIT:
        return Delivered(waiting=True)
    with sender.session() as session:
        return _Round(database, clock, sender.name, sent_from, knocking=turn is Turn.KNOCK).deliver(session, limit)


class _Round:
    """Mails handed over one after the other, until none is due or the server fails."""

    def __init__(self, database: Database, clock: Clock, server: str, sent_from: str, *, knocking: bool) -> None:
        self._database, self._clock, self._server, self._sent_from = database, clock, server, sent_from
        self._knocking = knocking
        self._doubts = 0
        self._done = Delivered()

    def deliver(self, session: MailSession, limit: int) -> Delivered:
        """Hand over at most `limit` mails."""
        while not self._done.server_down and self._done.looked_at < limit:
            message = _claim(self._database, self._clock.now())
            if message is None:
                break
            if message.state == MailState.REPLACED:
                self._done.replaced += 1
            else:
                self._hand_over(session, message)
        return self._done

    def _hand_over(self, session: MailSession, message: OutboxMessage) -> None:
        try:
            session.send(compose(message, self._sent_from))
        except ServerUnavailable as trouble:
            self._wait_for_server(message, trouble)
        except RefusedForNow as refusal:
            self._doubts += 1
            if self._knocking or self._doubts >= DOUBTS:
                self._wait_for_server(message, refusal)
            else:
                self._put_off(message, refusal)
        except DeliveryFailed as fault:
            self._fail(message, fault)
        except Exception as unforeseen:
            # Whatever it is, it is this mail's: the others leave.
            log.exception("mail %s cannot be sent", message.id)
            self._fail(message, MessageRefused(f"El correo no se pudo enviar ({type(unforeseen).__name__})."))
        else:
            self._mark_sent(message)

    def _mark_sent(self, message: OutboxMessage) -> None:
        now = self._clock.now()
        spent = {"text": "", "html": ""} if message.is_private else {}
        _write(self._database, message, state=MailState.SENT, sent_at=now, leased_until=None,
               attempts=message.attempts + 1, last_error="", fault=Fault.NONE, **spent)  # fmt: skip
        if not self._done.sent:
            servers.answered(self._database, self._server, now)
        self._knocking, self._doubts = False, 0
        self._done.sent += 1

    def _fail(self, message: OutboxMessage, fault: DeliveryFailed) -> None:
        kind = Fault.ADDRESS if isinstance(fault, AddressRefused) else Fault.MESSAGE
        _write(self._database, message, state=MailState.FAILED, fault=kind, leased_until=None,
               attempts=message.attempts + 1, last_error=str(fault)[:2000])  # fmt: skip
        self._done.failed += 1

    def _put_off(self, message: OutboxMessage, why: DeliveryFailed) -> None:
        wait = PUT_OFF[min(message.attempts, len(PUT_OFF) - 1)]
        _write(self._database, message, send_at=self._clock.now() + wait, leased_until=None,
               attempts=message.attempts + 1, last_error=str(why)[:2000])  # fmt: skip
        self._done.put_off += 1

    def _wait_for_server(self, message: OutboxMessage, why: DeliveryFailed) -> None:
        until = servers.trouble(self._database, self._server, self._clock.now(), str(why))
        # It goes behind the others: were it the mail that the server cannot bear, another one knocks the next time.
        _write(self._database, message, send_at=until, leased_until=None, last_error=str(why)[:2000])
        self._done.put_off += 1
        self._done.server_down = True


def _free(now: dt.datetime) -> sa.ColumnElement[bool]:
    """Mails that no worker has in hand."""
    return sa.or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until <= now)


def _claim(database: Database, now: dt.datetime) -> OutboxMessage | None:
    """Take over the next mail that is due: one at a time, so that no lease runs out while others are sent.

    A digest of a day that has passed is not to be read as today's: it is marked as replaced instead.
    """
    due = (
        sa.select(OutboxMessage)
        .where(OutboxMessage.state == MailState.PENDING, OutboxMessage.send_at <= now)
        .where(_free(now))
        .order_by(OutboxMessage.send_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    with database.unit_of_work() as session:
        message = session.scalar(due)
        if message is None:
            return None
        if is_outdated(message, now):
            message.state, message.last_error = MailState.REPLACED, OF_ANOTHER_DAY
        else:
            message.leased_until = now + LEASE
        return message


def _write(database: Database, message: OutboxMessage, **values: Any) -> None:
    with database.unit_of_work() as session:
        session.execute(sa.update(OutboxMessage).where(OutboxMessage.id == message.id).values(**values))


def is_outdated(message: OutboxMessage, now: dt.datetime) -> bool:
    """Whether this is a digest of an earlier day."""
    return message.kind == MailKind.DIGEST and bogota_day(message.created_at) < bogota_day(now)


def retry(session: Session, message: OutboxMessage, now: dt.datetime) -> bool:
    """Put a failed mail back in the queue, to the address that the person has now; whether it will leave.

    A digest of an earlier day does not: the next one tells what is open.
    """
    if message.state != MailState.FAILED:
        return False
    if is_outdated(message, now):
        message.state, message.last_error = MailState.REPLACED, OF_ANOTHER_DAY
        return False
    person = session.get(Person, message.recipient) if message.recipient else None
    message.address = person.email if person else message.address
    message.state, message.fault, message.attempts, message.send_at = MailState.PENDING, Fault.NONE, 0, now
    return True


def retry_of(session: Session, username: str, now: dt.datetime) -> int:
    """Put every failed mail of a person back in the queue; how many will leave."""
    failed = sa.select(OutboxMessage).where(
        OutboxMessage.recipient == username, OutboxMessage.state == MailState.FAILED
    )
    return sum(retry(session, message, now) for message in session.scalars(failed.order_by(OutboxMessage.id)).all())


def discard(session: Session, message: OutboxMessage) -> None:
    """Let a failed mail be: whoever coordinates told the person by another way, or nobody needs it."""
    if message.state == MailState.FAILED:
        message.state, message.last_error = MailState.REPLACED, f"{DISCARDED} {message.last_error}"[:2000]


def omit_pending(session: Session) -> None:
    """Let nothing that waits ever leave, as if everybody had read it: for simulations."""
    waiting = sa.update(OutboxMessage).where(OutboxMessage.state == MailState.PENDING)
    session.execute(waiting.values(state=MailState.OMITTED))


def compose(message: OutboxMessage, sent_from: str) -> EmailMessage:
    """The mail as it travels. Raises `AddressRefused`, and `MessageRefused` for anything else it cannot carry."""
    email = EmailMessage()
    email["To"] = _addressed(message.address)
    try:
        email["From"], email["Subject"] = sent_from, message.subject
        email["Date"] = message.created_at
        if is_address(message.reply_to):
            email["Reply-To"] = _addressed(message.reply_to)
        domain = parseaddr(sent_from)[1].rpartition("@")[2]
        email["Message-ID"] = f"<{message.message_id}@{domain}>"
        email["Auto-Submitted"] = "auto-generated"
        email.set_content(message.text)
        email.add_alternative(message.html, subtype="html")
        for item in message.attachments:
            maintype, subtype = item["media_type"].split("/", 1)
            told = {"method": item["method"], "charset": "utf-8"} if item.get("method") else {}
            content = item["text"].encode()
            email.add_attachment(content, maintype=maintype, subtype=subtype, filename=item["name"], params=told)
        email.as_bytes()  # what cannot be written is found here, not in the middle of a conversation
    except Exception as exc:
        raise MessageRefused(
            f"El correo no se puede componer ({type(exc).__name__}). Avise a quien administra."
        ) from exc
    return email


def is_address(text: str) -> bool:
    """Whether a mail may carry this as the address of one person."""
    try:
        _addressed(text)
    except AddressRefused:
        return False
    return True


def _addressed(address: str) -> Address:
    """One address and nothing else: no second recipient, no line break that would begin a header."""
    try:
        return Address(addr_spec=address)
    except Exception as exc:  # the parser raises half a dozen kinds
        raise AddressRefused(f"«{address}» no es una dirección de correo.") from exc
