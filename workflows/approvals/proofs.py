"""The records that prove what phase 3 had to leave."""

from __future__ import annotations

import sqlalchemy as sa

from workflows.approvals import acts, publishing
from workflows.approvals.models import AdministrativeAct, PresentationCall, Publication
from workflows.approvals.states import ActState, Channel, PublicationState
from workflows.documents.states import DocumentKind
from workflows.forms.closing import Checklists, Proof, Question
from workflows.meetings.models import Meeting
from workflows.meetings.states import MeetingState
from workflows.spanish import enumeration, long_day

PRESENTATION = "socializacion"


def adopted(question: Question) -> Proof | None:
    """The last act that has its number."""
    query = sa.select(AdministrativeAct).where(
        AdministrativeAct.plan_code == question.plan_code, AdministrativeAct.state == ActState.NUMBERED
    )
    act = question.session.scalar(query.order_by(AdministrativeAct.id.desc()).limit(1))
    if act is None:
        return None
    return Proof(f"{acts.name_of(act)}, del {long_day(act.dated_on)}", f"/archivos/{act.file_id}")


def presented(question: Question) -> Proof | None:
    """The call to the three audiences, and the minutes of a presentation held."""
    session = question.session
    called = session.scalar(
        sa.select(sa.func.count()).select_from(PresentationCall).where(PresentationCall.plan_code == question.plan_code)
    )
    held = sa.select(Meeting).where(
        Meeting.plan_code == question.plan_code, Meeting.kind == PRESENTATION, Meeting.state == MeetingState.APPROVED
    )
    meeting = session.scalar(held.order_by(Meeting.id.desc()).limit(1))
    if not called or meeting is None:
        return None
    return Proof(f"presentación del {long_day(meeting.held_on)}, con {len(meeting.attendance)} asistentes")


def published(question: Question) -> Proof | None:
    """Every publication of the adopted document or its modifications verified, in the three channels."""
    query = sa.select(Publication).where(
        Publication.plan_code == question.plan_code,
        Publication.object.in_((DocumentKind.PES, DocumentKind.MODIFICATION)),
        Publication.channel != Channel.PORTAL,
    )
    rows = question.session.scalars(query).all()
    channels = {publication.channel for publication in rows}
    if not set(publishing.CHANNELS) <= channels or any(one.state != PublicationState.VERIFIED for one in rows):
        return None
    entities = sorted({one.entity_code for one in rows if one.entity_code})
    return Proof(f"{len(rows)} publicaciones verificadas, de {enumeration(entities)}", f"/portal/{question.plan_code}")


CLOSING_ITEMS: Checklists = {
    "resultados": {
        "pes_aprobado_y_adoptado": adopted,
        "publico_interno_presentacion_ajustes_y_retroalimentacion": presented,
        "publico_externo_publicacion": published,
    }
}
"""The points of `cerrar_fase_3`."""
