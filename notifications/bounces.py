"""Mails that another server took and gave back later (RFC 3464): whose they were, and what it said."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser, BytesParser
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.models import OutboxMessage
from notifications.states import Fault, MailState

LARGEST = 2_000_000
"""Bytes of a notice that are read: a server gives back the headers, or the mail whole."""
OURS = re.compile(r"<(cauce-(\d{1,18})-\d{14}(?:-[0-9a-f]{32})?)@")
"""How a mail of ours is named, and its number in it (`OutboxMessage.message_id`)."""
LETTERS = 400


class Outcome(StrEnum):
    """What a notice was."""

    NOTED = "anotado"
    KNOWN = "ya se sabía"
    NOT_FINAL = "el otro servidor todavía lo intenta"
    NOT_OURS = "no es de un correo de Cauce"
    NO_NOTICE = "no es un aviso de correo devuelto"


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail that came back for good or not yet (`is_final`), how it was named, to whom it was, and what was said."""

    mail_id: int
    message_id: str
    address: str
    is_final: bool
    said: str


def read(content: bytes) -> Bounce | Outcome:
    """What a notice tells; of what is none, which of the others it is. Nothing in it is trusted to be well formed."""
    if len(content) > LARGEST:
        content = content[:LARGEST]
    try:
        found = BytesParser(policy=policy.compat32).parsebytes(content)
        status = next(_parts(found, "message/delivery-status"), None)
        fields = _fields(status) if status is not None else None
        if fields is None:
            return Outcome.NO_NOTICE
        named = _message_id(found)
    except Exception:  # a parser of mails meets anything; what it can't read is no notice
        return Outcome.NO_NOTICE
    if named is None:
        return Outcome.NOT_OURS
    code, action = fields.get("status", ""), fields.get("action", "").strip().lower()
    said = " ".join((fields.get("diagnostic-code") or code).rpartition("; ")[2].split())
    address = fields.get("final-recipient", "").rpartition(";")[2].strip()
    is_final = action == "failed" and not code.strip().startswith("4")
    return Bounce(int(named[2]), named[1], address, is_final, said[:LETTERS])


def note(session: Session, content: bytes) -> Outcome:
    """Write down that a mail did not arrive: its person is told of with what to do. A second notice does nothing.

    It has to name the mail by its whole Message-ID, which holds a secret: nobody makes the address of somebody look
    wrong who did not read their mail. Mails written before there was one are known by their number and moment.
    """
    found = read(content)
    if isinstance(found, Outcome):
        return found
    mail = session.scalar(sa.select(OutboxMessage).where(OutboxMessage.id == found.mail_id).with_for_update())
    if mail is None or not hmac.compare_digest(mail.message_id, found.message_id):
        return Outcome.NOT_OURS
    if found.address and found.address.casefold() != mail.address.casefold():
        return Outcome.NOT_OURS
    if not found.is_final:
        return Outcome.NOT_FINAL
    if mail.state is not MailState.SENT:
        return Outcome.KNOWN
    mail.state, mail.fault = MailState.FAILED, Fault.ADDRESS
    mail.last_error = f"El servidor de {mail.address} lo devolvió: {found.said or 'no dijo por qué'}."
    session.flush()
    return Outcome.NOTED


def _parts(found: Message, kind: str) -> Iterator[Message]:
    return (part for part in found.walk() if part.get_content_type() == kind)


def _fields(status: Message) -> dict[str, str] | None:
    """The fields of the recipient: the first block of them that names one."""
    blocks = status.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, Message) and block.get("Final-Recipient"):
            return {name.lower(): str(value) for name, value in block.items()}
    return None


def _message_id(found: Message) -> re.Match[str] | None:
    """How the mail that came back was named: in what was given back of it, never in the notice's own head."""
    for part in found.walk():
        if part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            head = BytesHeaderParser().parsebytes(payload) if isinstance(payload, bytes) else EmailMessage()
            named = OURS.match(str(head.get("Message-ID", "")).strip())
        elif part.get_content_type() == "message/rfc822":
            inside = part.get_payload()
            given = inside[0] if isinstance(inside, list) and inside and isinstance(inside[0], Message) else None
            named = OURS.match(str(given.get("Message-ID", "")).strip()) if given is not None else None
        else:
            continue
        if named is not None:
            return named
    return None
