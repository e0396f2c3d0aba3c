"""Erasing who somebody was, where the law allows: what they did for the entity stays, under their username."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Base
from engine.identity import Actor
from notifications.models import MailHabit, MailNote, OutboxMessage
from notifications.states import MailState
from web.approvals.models import ApprovalLink
from web.auth.models import (
    ApiToken,
    CodeApp,
    Credential,
    ExternalIdentity,
    KeptAnswer,
    Passkey,
    RecoveryCode,
    RememberedBrowser,
    SignInAttempt,
    WebSession,
)
from web.inbox.models import CalendarFeed, SavedView
from workflows.auditing import chain, recording
from workflows.auditing.models import AuditEntry
from workflows.errors import Conflict, Refused
from workflows.forms.models import FormDraft
from workflows.people import directory, managing

ERASED = "Persona suprimida"
NOWHERE = "suprimida@invalid.invalid"
"""No mail ever leaves for it (RFC 2606)."""
OF_ACCESS: Mapping[str, tuple[type[Base], ...]] = {
    "acceso": (
        Credential,
        ExternalIdentity,
        CodeApp,
        Passkey,
        RecoveryCode,
        RememberedBrowser,
        ApiToken,
        KeptAnswer,
        ApprovalLink,
    ),
    "sesiones": (WebSession,),
    "intentos": (SignInAttempt,),
    "borradores": (FormDraft,),
    "preferencias": (MailHabit, CalendarFeed),
}
"""What goes whole, by the word under which it is counted."""


def erase(session: Session, clock: Clock, username: str, *, actor: Actor, reason: str) -> dict[str, int]:
    """Erase name, address, means of access, mails, drafts and what the trail keeps apart; how much of each.

    Raises `NotFound`, `Conflict` (still active: their work would be lost from view; or erased already), `Refused`
    (no reason).
    """
    person = directory.person(session, username)
    managing.ensure_kept(person)
    if person.active:
        raise Conflict(f"{person.name} todavía tiene acceso. Desactívela antes: sus tareas pasan a otras personas.")
    if not reason:
        raise Refused("Escriba por qué se suprimen: la solicitud de la persona, con su fecha.")
    before = {"roles": len(person.roles), "suprimida": False}
    person.name, person.email, person.roles, person.erased_at = ERASED, NOWHERE, [], clock.now()
    session.flush()
    done = {word: sum(_delete(session, table, username) for table in tables) for word, tables in OF_ACCESS.items()}
    own = sa.delete(SavedView).where(SavedView.username == username, SavedView.sector_code == "")
    done["preferencias"] += len(session.execute(own.returning(SavedView.id)).all())
    done["correos"] = _blank_mails(session, username)
    done["bitacora"] = _forget(session, username)
    recording.record(
        session, clock, actor, "suprimir_datos", ("persona", username),
        reason=reason, before=before, after={**done, "suprimida": True},
    )  # fmt: skip
    return done


def _delete(session: Session, table: Any, username: str) -> int:
    return len(session.execute(sa.delete(table).where(table.username == username).returning(table.username)).all())


def _blank_mails(session: Session, username: str) -> int:
    """That a mail was written stays; what it said, and to which address, does not. What waits never leaves."""
    theirs = sa.update(OutboxMessage).where(OutboxMessage.recipient == username)
    unsent = OutboxMessage.state.in_((MailState.PENDING, MailState.FAILED))
    session.execute(theirs.where(unsent).values(state=MailState.OMITTED))
    notes = sa.update(MailNote).where(MailNote.recipient == username)
    session.execute(notes.values(subject="Suprimido", text="", letter="", attachments=[], template="", facts={}))
    blank = theirs.values(address=NOWHERE, subject="Suprimido", text="", html="", attachments=[], last_error="")
    return len(session.execute(blank.returning(OutboxMessage.id)).all())


def _forget(session: Session, username: str) -> int:
    """The salts of what tells of them: the chain holds without."""
    about = sa.or_(
        AuditEntry.actor_id == username, sa.and_(AuditEntry.object_kind == "persona", AuditEntry.object_id == username)
    )
    entries = session.scalars(sa.select(AuditEntry).where(about, AuditEntry.salt.is_not(None))).all()
    chain.forget(session, entries)
    return len(entries)
