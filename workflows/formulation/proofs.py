"""The records that prove the points of the closing reviews of phases 1 and 2."""

from __future__ import annotations

import sqlalchemy as sa

from workflows.documents import versions
from workflows.documents.states import DocumentKind
from workflows.forms.closing import Checklists, Proof, Question
from workflows.formulation import battery, funding, methodology, projects, sources, team, tool
from workflows.formulation.models import Source
from workflows.formulation.states import ProjectReviewKind
from workflows.meetings.models import Meeting
from workflows.meetings.states import MeetingState
from workflows.plan.models import Plan
from workflows.prioritization import framework, swot


def meetings(asked: Question) -> Proof | None:
    """Approved minutes, and the entities that came."""
    query = sa.select(Meeting).where(Meeting.plan_code == asked.plan_code, Meeting.state == MeetingState.APPROVED)
    held = asked.session.scalars(query).all()
    entities = {row.get("entidad") for meeting in held for row in meeting.attendance} - {None, ""}
    return _counted(len(held), "acta aprobada", "actas aprobadas", f"con {', '.join(sorted(entities))}")


def concepts(asked: Question) -> Proof | None:
    """The agreed glossary."""
    terms = sources.glossary(asked.session, asked.plan_code)
    return _counted(len(terms), "concepto acordado", "conceptos acordados")


def problems(asked: Question) -> Proof | None:
    """The problems of articulation."""
    found = swot.problems(asked.session, asked.plan_code)
    return _counted(len(found), "problema de articulación", "problemas de articulación")


def norms(asked: Question) -> Proof | None:
    """The inventory of norms."""
    query = sa.select(Source).where(Source.plan_code == asked.plan_code, Source.topic == "normatividad")
    found = asked.session.scalars(query).all()
    entities = ", ".join(sorted({source.entity_code for source in found}))
    return _counted(len(found), "norma inventariada", "normas inventariadas", f"de {entities}")


def method(asked: Question) -> Proof | None:
    """The methodology and what the entities said of it."""
    current = methodology.find(asked.session, asked.plan_code)
    if current is None or not current.outcome:
        return None
    return Proof(f"Metodología, versión {current.number}: {current.outcome.replace('_', ' ')}")


def schedule(asked: Question) -> Proof | None:
    """The work schedule."""
    found = methodology.activities(asked.session, asked.plan_code)
    return _counted(len(found), "actividad con responsable y fechas", "actividades con responsable y fechas")


def diagnosis(asked: Question) -> Proof | None:
    """The self-diagnosis of each entity."""
    found = sources.diagnoses(asked.session, asked.plan_code)
    entities = ", ".join(sorted({one.entity_code for one in found}))
    return _counted(len(found), "autodiagnóstico", "autodiagnósticos", f"de {entities}")


def strategic_framework(asked: Question) -> Proof | None:
    """Mission, vision and objectives."""
    plan = asked.session.get_one(Plan, asked.plan_code)
    stated = framework.objectives(asked.session, asked.plan_code)
    return _counted(len(stated), "objetivo", "objetivos", "con misión y visión") if plan.mission else None


def actors(asked: Question) -> Proof | None:
    """Who does what, and who has an interest."""
    interested = team.stakeholders(asked.session, asked.plan_code)
    assigned = team.assignments(asked.session, asked.plan_code)
    if not assigned:
        return None
    return _counted(len(interested), "parte interesada", "partes interesadas", f"y {len(assigned)} trabajos asignados")


def indicators(asked: Question) -> Proof | None:
    """Goals and indicators without findings."""
    goals = battery.goals(asked.session, asked.plan_code)
    measured = battery.indicators(asked.session, asked.plan_code)
    return _counted(len(goals), "meta", "metas", f"y {len(measured)} indicadores validados") if measured else None


def multiyear_funding(asked: Question) -> Proof | None:
    """The money of the plan, by entity, source and year."""
    _head, rows = funding.matrix(asked.session, asked.plan_code)
    entities = {row[0] for row in rows[:-1]}
    return _counted(len(entities), "entidad", "entidades", "con su financiamiento por fuente y año")


def follow_up_tool(asked: Question) -> Proof | None:
    """The design of the tool."""
    designed = tool.find(asked.session, asked.plan_code)
    return Proof(f"Herramienta diseñada: seguimiento {designed.cadence}") if designed else None


def document(asked: Question) -> Proof | None:
    """A version of the document."""
    plan_document = versions.find(asked.session, asked.plan_code, DocumentKind.PES)
    return (
        Proof(f"{plan_document.title}, versión {plan_document.number}")
        if plan_document and plan_document.number
        else None
    )


def analysis(asked: Question) -> Proof | None:
    """The projects that were analysed."""
    reviews = projects.reviews(asked.session, asked.plan_code, ProjectReviewKind.FROM_REPORTS)
    count = sum(len(review.projects) for review in reviews)
    return _counted(count, "proyecto analizado", "proyectos analizados")


def _counted(count: int, one: str, many: str, more: str = "") -> Proof | None:
    if not count:
        return None
    return Proof(" ".join(part for part in (str(count), one if count == 1 else many, more) if part))


PHASE_1: Checklists = {
    "resultados": {
        "participacion_de_las_entidades_en_las_mesas": meetings,
        "reconocimiento_del_sector": concepts,
        "problemas_de_articulacion_identificados": problems,
    },
    "herramientas": {
        "normatividad": norms,
        "guia_metodologica": method,
        "cronograma": schedule,
        "autodiagnostico": diagnosis,
    },
}

PHASE_2: Checklists = {
    "resultados": {
        "marco_estrategico_sectorial": strategic_framework,
        "actores_responsables_y_partes_interesadas": actors,
        "metas_y_bateria_de_indicadores": indicators,
        "financiamiento_plurianual": multiyear_funding,
        "herramienta_de_seguimiento_y_medicion": follow_up_tool,
        "documento_pes": document,
    },
    "insumos": {
        "diagnostico_organizacional": diagnosis,
        "normatividad": norms,
        "analisis_de_informes_y_proyectos": analysis,
    },
}
