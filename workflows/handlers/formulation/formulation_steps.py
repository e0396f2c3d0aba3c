"""Automatic steps of phases 1 and 2, of the survey, and what happens when a section waits for its writer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.contracts import FLAG, LIST, NUMBER, TEXT, declares, option
from engine.events import Event, TaskCreated
from engine.identity import SYSTEM
from engine.runtime import ServiceCall
from engine.states import UserTaskState
from engine.tasks.models import TaskCandidate, UserTask
from workflows.calendar import end_of_day
from workflows.documents.models import DocumentSection, PlanDocument
from workflows.documents.states import DocumentKind
from workflows.forms.registration import plan_of
from workflows.formulation import battery_check, drafting, methodology, sources
from workflows.people.models import Person
from workflows.prioritization import themes
from workflows.surveys import conducting

DRAFT = "redactar_seccion"


@declares(needs={"entidades": LIST}, fills={"entidades_incompletas": LIST})
def verificar_fuentes(call: ServiceCall) -> Mapping[str, Any]:
    """Look for the five topics of each entity; sets `entidades_incompletas`."""
    return {"entidades_incompletas": sources.incomplete_entities(call.session, plan_of(call), _entities(call))}


@declares(
    fills={
        "resultado_metodologia": option(aprobada="Aprobada", con_ajustes="Aprobada con ajustes", devuelta="Devuelta")
    }
)
def resolver_alternativa(call: ServiceCall) -> Mapping[str, Any]:
    """What the entities decided; sets `resultado_metodologia`."""
    return {"resultado_metodologia": methodology.resolve_alternative(call.session, plan_of(call))}


@declares(needs={"entidades": LIST}, fills={"metodologia_aprobada": FLAG})
def resolver_metodologia(call: ServiceCall) -> Mapping[str, Any]:
    """Whether every entity approves; sets `metodologia_aprobada`."""
    return {"metodologia_aprobada": methodology.resolve_approval(call.session, plan_of(call), _entities(call))}


@declares()
def reunir_temas(call: ServiceCall) -> None:
    """Make one list of the themes of every source."""
    themes.gather(call.session, plan_of(call))


@declares(needs={"entidades": LIST}, fills={"entidades_con_errores": LIST})
def validar_bateria(call: ServiceCall) -> Mapping[str, Any]:
    """Check the whole battery; sets `entidades_con_errores`."""
    return {"entidades_con_errores": battery_check.check_battery(call.session, plan_of(call), _entities(call))}


@declares(fills={"documento": TEXT, "version": TEXT})
def ensamblar_documento(call: ServiceCall) -> Mapping[str, Any]:
    """Make the next version of the plan's document; sets `documento` and `version`."""
    made = drafting.assemble(call.session, plan_of(call), by=SYSTEM.id, now=call.now)
    return {"documento": DocumentKind.PES, "version": made.number}


@declares(needs={"encuesta_id": NUMBER})
def abrir_encuesta(call: ServiceCall) -> None:
    """Let the survey take answers."""
    conducting.open_to_citizens(call.session, call.variables["encuesta_id"])


@declares(needs={"encuesta_id": NUMBER})
def tabular_encuesta(call: ServiceCall) -> None:
    """Close the survey and count."""
    conducting.tabulate(call.session, call.variables["encuesta_id"])


@declares(needs={"encuesta_id": NUMBER})
def publicar_resultados(call: ServiceCall) -> None:
    """Put the results on the portal."""
    conducting.publish(call.session, call.variables["encuesta_id"], now=call.now)


def give_sections_to_their_writers(session: Session, event: Event) -> None:
    """A section waits for the person it was assigned to, of whatever entity, until the day agreed with that person."""
    if not isinstance(event, TaskCreated) or event.element_id != DRAFT:
        return
    task = session.get_one(UserTask, event.task_id)
    if task.state != UserTaskState.OPEN:
        return
    section = session.scalar(
        sa.select(DocumentSection)
        .join(PlanDocument, PlanDocument.id == DocumentSection.document_id)
        .where(PlanDocument.plan_code == str(task.variables.get("plan")), PlanDocument.kind == DocumentKind.PES)
        .where(PlanDocument.key == "", DocumentSection.code == str(task.variables.get("seccion")))
    )
    if section is not None:
        _give(session, task, section, event.at)


def _give(session: Session, task: UserTask, section: DocumentSection, now: dt.datetime) -> None:
    writer = session.get(Person, section.responsible) if section.responsible else None
    if writer is not None and writer.active:
        task.assignee = writer.username
    agreed = end_of_day(section.due_on) if section.due_on else None
    if agreed is not None and agreed > now:  # what comes back after its day keeps the common one
        task.due_at, task.due_since = agreed, None
        candidates = sa.update(TaskCandidate).where(TaskCandidate.task_id == task.id).values(due_at=agreed)
        session.execute(candidates)
    session.flush()


def _entities(call: ServiceCall) -> list[str]:
    return [str(entity) for entity in call.variables.get("entidades") or []]
