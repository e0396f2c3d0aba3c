"""People say themselves that they are at a meeting, at its own address."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import insert_once
from engine.identity import Actor
from engine.instances.models import Instance
from workflows.auditing import recording
from workflows.errors import Conflict, Forbidden, NotFound, Refused
from workflows.meetings import changing
from workflows.meetings.convening import folded
from workflows.meetings.models import Attendee, Meeting
from workflows.meetings.states import MeetingState
from workflows.sectors.models import Entity, SectorEntity

MOST = 400
"""People at a meeting; more than that is somebody playing with its address."""
AUDIENCES = {
    "servidores_publicos": "Servidores públicos",
    "alta_direccion": "Alta dirección",
    "partes_interesadas": "Partes interesadas",
    "comunidad": "Comunidad",
}
MODES = {"presencial": "En la sala", "virtual": "Por el enlace"}


@dataclass(frozen=True, slots=True)
class Presence:
    """What somebody says of themselves. `entity` is empty where they come from none of the sector."""

    name: str
    entity: str
    position: str
    audience: str
    mode: str
    allows_data: bool


def open_register(session: Session, clock: Clock, plan_code: str, meeting_id: int, *, actor: Actor) -> str:
    """Let people register until the list is closed; what its address ends in, the same while it is open.

    Raises `NotFound`, `Forbidden`, `Conflict` (it is not waiting to be held).
    """
    meeting = changing.of_plan(session, plan_code, meeting_id, lock=True)
    if not changing.may_change(session, meeting, actor):
        raise Forbidden("El registro lo abre quien convocó la mesa o quien coordina el sector. Pídaselo.")
    if meeting.state is not MeetingState.CONVENED:
        raise Conflict("Esta mesa no está por hacerse: ya no hay registro que abrir.")
    if meeting.attendance_token is None:
        meeting.attendance_token = secrets.token_urlsafe(12)
        recording.record(
            session, clock, actor, "abrir_asistencia", ("mesa", str(meeting.id)), after={"registro": "abierto"}
        )
    return meeting.attendance_token


def by_token(session: Session, token: str) -> Meeting:
    """The meeting whose register is open at an address. Raises `NotFound`."""
    meeting = session.scalar(sa.select(Meeting).where(Meeting.attendance_token == token))
    if meeting is None:
        raise NotFound("Este registro de asistencia no existe o ya se cerró: pida a quien dirige la mesa que lo anote.")
    return meeting


def register(session: Session, clock: Clock, token: str, said: Presence, *, username: str | None) -> bool:
    """Write down that somebody is there; whether it is news. Raises `NotFound`, `Refused`, `Conflict` (too many)."""
    meeting = by_token(session, token)
    name, position = _words(said.name), _words(said.position)
    if len(name) < 5 or " " not in name:
        raise Refused("Escriba su nombre y su apellido.")
    if not position:
        raise Refused("Escriba su cargo, o a quién representa.")
    if said.audience not in AUDIENCES or said.mode not in MODES:
        raise Refused("Elija de qué público es y cómo asiste.")
    if said.entity and said.entity not in {code for code, _name in entities(session, meeting)}:
        raise Refused("Elija su entidad de la lista, o «Otra».")
    if not said.allows_data:
        raise Refused("Sin su autorización no se guarda nada. Si no la da, dígale a quien dirige la reunión que vino.")
    if session.scalars(sa.select(sa.func.count()).where(Attendee.meeting_id == meeting.id)).one() >= MOST:
        raise Conflict("El registro está lleno. Dígale a quien dirige la reunión que lo anote.")
    values = {
        "meeting_id": meeting.id, "name": name, "name_key": folded(name), "entity_code": said.entity or None,
        "position": position, "audience": said.audience, "mode": said.mode, "username": username,
        "registered_at": clock.now(),
    }  # fmt: skip
    return insert_once(session, Attendee, values, key=["meeting_id", "name_key"])


def registered(session: Session, meeting: Meeting) -> Sequence[Attendee]:
    """Those who registered, by name."""
    return session.scalars(sa.select(Attendee).where(Attendee.meeting_id == meeting.id).order_by(Attendee.name)).all()


def entities(session: Session, meeting: Meeting) -> list[tuple[str, str]]:
    """Those of the sector, one of which most people come from: code, name."""
    sector = session.get_one(Instance, meeting.instance_id).tenant
    query = sa.select(Entity.code, Entity.name).join(SectorEntity).where(SectorEntity.sector_code == sector)
    return [(code, name) for code, name in session.execute(query.order_by(Entity.name))]


def _words(text: str) -> str:
    return " ".join(text.split())[:200]
