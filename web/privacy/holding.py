"""What is held about a person, gathered to be handed out: they may ask for it (Ley 1581, artículo 8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.tasks.models import UserTask
from notifications.models import MailHabit, OutboxMessage
from web.auth.models import (
    ApiToken,
    CodeApp,
    Credential,
    ExternalIdentity,
    Passkey,
    RecoveryCode,
    RememberedBrowser,
    SignInAttempt,
    WebSession,
)
from web.inbox.models import CalendarFeed, SavedView
from web.privacy import mentions
from web.privacy.mentions import Mention
from workflows.auditing.models import AuditEntry
from workflows.calendar import BOGOTA
from workflows.documents.models import StoredFile
from workflows.forms.models import FormDraft, Submission
from workflows.meetings.models import Meeting
from workflows.people import directory
from workflows.people.models import Absence, Comment, Extension, Person

NEWEST = 200
"""Rows of a part that the page shows; the JSON has all of them."""


@dataclass(frozen=True, slots=True)
class Part:
    """A kind of data: its name in JSON, its heading, the headings of its columns, its rows."""

    name: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def as_json(self) -> list[dict[str, Any]]:
        """One object for each row."""
        return [dict(zip(self.columns, map(_plain, row), strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Held:
    """Everything that is held about somebody at a moment."""

    username: str
    at: dt.datetime
    parts: Sequence[Part]
    mentions: Sequence[Mention]

    def as_json(self) -> dict[str, Any]:
        """What is downloaded."""
        return {
            "usuario": self.username,
            "generado": _plain(self.at),
            **{part.name: part.as_json() for part in self.parts},
            "registros_que_lo_nombran": [
                {"tabla": one.table, "columna": one.column, "veces": one.times} for one in self.mentions
            ],
        }


def about(session: Session, now: dt.datetime, username: str) -> Held:
    """Gather it. Raises `NotFound`."""
    person, own = directory.person(session, username), _own(session, username)
    parts = (
        _card(person),
        _roles(person),
        _access(session, username, own),
        _sessions(session, username),
        _attempts(session, username),
        _tokens(session, username),
        _mails(session, username),
        _tasks(session, username),
        _sent(session, username),
        _drafts(session, username),
        _files(session, username),
        _meetings(session, person),
        _said(session, username),
        _asked(session, username),
        _absences(session, username),
        _habits(session, username, own),
        _trail(session, username),
    )
    return Held(username, now, parts, mentions.of(session, username))


@dataclass(frozen=True, slots=True)
class _Own:
    """What there is one of, or none, of each person."""

    credential: Credential | None
    app: CodeApp | None
    habit: MailHabit | None
    feed: CalendarFeed | None


def _own(session: Session, username: str) -> _Own:
    query = sa.select(Credential, CodeApp, MailHabit, CalendarFeed).select_from(Person)
    for table in (Credential, CodeApp, MailHabit, CalendarFeed):
        query = query.outerjoin(table, table.username == Person.username)
    return _Own(*session.execute(query.where(Person.username == username)).one())


def _card(person: Person) -> Part:
    row = (person.username, person.name, person.email, person.entity_code, _yes(person.active))
    return Part("ficha", "Ficha", ("usuario", "nombre", "correo", "entidad", "activa"), [row])


def _roles(person: Person) -> Part:
    rows = [(one.role.name, one.sector_code, one.entity_code, one.since, one.until) for one in person.roles]
    return Part("roles", "Roles", ("rol", "sector", "entidad", "desde", "hasta"), rows)


def _access(session: Session, username: str, own: _Own) -> Part:
    """What lets them in, never the secrets themselves: those tell nothing of a person."""
    rows: list[Sequence[Any]] = []
    if own.credential:
        rows.append(("contraseña", "", own.credential.changed_at))
    for tied in session.scalars(sa.select(ExternalIdentity).where(ExternalIdentity.username == username)):
        rows.append(("cuenta vinculada", f"{tied.issuer} · {tied.subject}", tied.linked_at))
    if own.app:
        rows.append(("aplicación de códigos", "", own.app.confirmed_at))
    for key in session.scalars(sa.select(Passkey).where(Passkey.username == username).order_by(Passkey.id)):
        rows.append(("llave de acceso", key.name, key.created_at))
    codes = sa.select(sa.func.count()).select_from(RecoveryCode).where(RecoveryCode.username == username)
    if left := session.scalar(codes):
        rows.append(("códigos de papel", f"quedan {left}", None))
    for browser in session.scalars(sa.select(RememberedBrowser).where(RememberedBrowser.username == username)):
        rows.append(("navegador recordado", "", browser.until))
    return Part("acceso", "Con qué ingresa", ("qué", "detalle", "fecha"), rows)


def _sessions(session: Session, username: str) -> Part:
    found = session.scalars(sa.select(WebSession).where(WebSession.username == username))
    rows = [(one.browser, one.network, one.started_at, one.seen_at) for one in found]
    return Part("sesiones", "Sesiones abiertas", ("navegador", "red", "desde", "usada"), rows)


def _attempts(session: Session, username: str) -> Part:
    found = session.scalars(sa.select(SignInAttempt).where(SignInAttempt.username == username))
    rows = [(one.at, one.address) for one in found]
    return Part("intentos_de_ingreso", "Intentos de ingreso fallidos", ("fecha", "dirección"), rows)


def _tokens(session: Session, username: str) -> Part:
    found = session.scalars(sa.select(ApiToken).where(ApiToken.username == username).order_by(ApiToken.id))
    rows = [(one.name, one.made_at, one.used_at, one.revoked_at) for one in found]
    return Part("tokens", "Tokens para programas", ("nombre", "hecho", "usado", "revocado"), rows)


def _mails(session: Session, username: str) -> Part:
    found = session.scalars(
        sa.select(OutboxMessage).where(OutboxMessage.recipient == username).order_by(OutboxMessage.id.desc())
    )
    rows = [(one.created_at, one.subject, one.address, str(one.state)) for one in found]
    return Part("correos", "Correos que se le escribieron", ("fecha", "asunto", "dirección", "estado"), rows)


def _tasks(session: Session, username: str) -> Part:
    mine = sa.or_(UserTask.assignee == username, UserTask.completed_by == username)
    found = session.execute(
        sa.select(UserTask.name, Instance.name, UserTask.created_at, UserTask.ended_at, UserTask.completed_by)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(mine)
        .order_by(UserTask.id.desc())
    )
    return Part("tareas", "Tareas", ("tarea", "proceso", "llegó", "terminó", "la hizo"), [tuple(row) for row in found])


def _sent(session: Session, username: str) -> Part:
    found = session.execute(
        sa.select(Submission.sent_at, UserTask.name, Submission.values)
        .join(UserTask, UserTask.id == Submission.task_id)
        .where(Submission.username == username)
        .order_by(Submission.id.desc())
    )
    return Part("formularios", "Formularios que envió", ("fecha", "tarea", "valores"), [tuple(row) for row in found])


def _drafts(session: Session, username: str) -> Part:
    found = session.execute(
        sa.select(FormDraft.saved_at, UserTask.name, FormDraft.values)
        .join(UserTask, UserTask.id == FormDraft.task_id)
        .where(FormDraft.username == username)
    )
    return Part("borradores", "Borradores sin enviar", ("fecha", "tarea", "valores"), [tuple(row) for row in found])


def _files(session: Session, username: str) -> Part:
    found = session.execute(
        sa.select(StoredFile.stored_at, StoredFile.name, StoredFile.reserve)
        .where(StoredFile.stored_by == username)
        .order_by(StoredFile.id.desc())
    )
    return Part("archivos", "Archivos que cargó", ("fecha", "nombre", "reserva"), [tuple(row) for row in found])


def _meetings(session: Session, person: Person) -> Part:
    """What lists of attendance say of them."""
    rows = [
        (
            meeting.held_on,
            meeting.topic,
            row.get("persona"),
            row.get("cargo"),
            _yes(row.get("autoriza_datos")),
        )
        for meeting in session.scalars(sa.select(Meeting).order_by(Meeting.id))
        for row in meeting.attendance
        if row.get("usuario") == person.username
    ]
    return Part("asistencias", "Reuniones a las que fue", ("día", "tema", "persona", "cargo", "autorizó"), rows)


def _said(session: Session, username: str) -> Part:
    found = session.execute(
        sa.select(Comment.at, Instance.name, Comment.text)
        .join(Instance, Instance.id == Comment.instance_id)
        .where(Comment.author == username)
        .order_by(Comment.id.desc())
    )
    return Part("comentarios", "Preguntas y comentarios", ("fecha", "proceso", "texto"), [tuple(row) for row in found])


def _asked(session: Session, username: str) -> Part:
    found = session.scalars(sa.select(Extension).where(Extension.asked_by == username).order_by(Extension.id.desc()))
    rows = [(one.asked_at, one.wanted_on, one.reason, str(one.state), one.answer) for one in found]
    return Part("prorrogas", "Plazos que pidió", ("fecha", "para el", "motivo", "estado", "respuesta"), rows)


def _absences(session: Session, username: str) -> Part:
    found = session.scalars(sa.select(Absence).where(Absence.username == username).order_by(Absence.id.desc()))
    rows = [(one.since, one.until, one.replacement, one.cancelled_at) for one in found]
    return Part("ausencias", "Ausencias", ("desde", "hasta", "reemplazo", "anulada"), rows)


def _habits(session: Session, username: str, own: _Own) -> Part:
    """How they want to be told, and what they keep for themselves."""
    rows: list[Sequence[Any]] = []
    if habit := own.habit:
        quiet = f"{habit.quiet_from} a {habit.quiet_until}" if habit.quiet_from != habit.quiet_until else "ninguna"
        rows.append(("correos", f"urgentes: {habit.urgent}; seguimiento: {habit.watching}; horas sin correo: {quiet}"))
    if own.feed:
        rows.append(("calendario privado", _plain(own.feed.made_at)))
    views = sa.select(SavedView).where(SavedView.username == username).order_by(SavedView.id)
    rows += [("vista guardada", f"{one.name}: {one.query}") for one in session.scalars(views)]
    return Part("preferencias", "Preferencias", ("qué", "detalle"), rows)


def _trail(session: Session, username: str) -> Part:
    theirs = sa.or_(
        AuditEntry.actor_id == username, sa.and_(AuditEntry.object_kind == "persona", AuditEntry.object_id == username)
    )
    found = session.scalars(sa.select(AuditEntry).where(theirs).order_by(AuditEntry.id.desc()))
    rows = [
        (one.at, one.actor_id, one.action, f"{one.object_kind} {one.object_id}", str(one.outcome), one.personal or {})
        for one in found
    ]
    return Part("bitacora", "Bitácora", ("fecha", "quién", "acto", "sobre qué", "resultado", "datos personales"), rows)


def _yes(value: object) -> str:
    return "sí" if value else "no"


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(BOGOTA).isoformat(timespec="seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if isinstance(value, Mapping | list) or value is None else str(value)
