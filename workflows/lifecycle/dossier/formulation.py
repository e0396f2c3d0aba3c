"""What phases 1 and 2 write down."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from workflows.documents.models import DocumentSection, DocumentVersion, PlanDocument
from workflows.documents.states import DocumentKind
from workflows.formulation.models import (
    ArticulationPoint,
    Assignment,
    Diagnosis,
    FollowUpTool,
    Funding,
    GlossaryTerm,
    Methodology,
    MethodologyAdjustment,
    MethodologyOpinion,
    Product,
    ProjectReview,
    ReviewedProject,
    ScheduleActivity,
    Source,
    Stakeholder,
    TopicsDiscussed,
)
from workflows.formulation.states import ProjectReviewKind
from workflows.goals.models import Line, Objective
from workflows.indicators.models import Indicator
from workflows.lifecycle.dossier.kinds import Kind, Read, Shown, Statement, Told
from workflows.plan.models import Plan, Project, ProjectGoal
from workflows.prioritization.models import (
    ArticulationProblem,
    CommunityChoice,
    FieldValidation,
    FrameworkObjective,
    FrameworkValue,
    StrategicBet,
    SwotEntry,
    Theme,
)
from workflows.surveys.models import Survey, SurveyOption

ENTITY, WHO, WHEN = Told("Entidad"), Told("Quién", Shown.PERSON), Told("Cuándo", Shown.DAY)


def _sources(plan: str) -> Statement:
    one = Source
    asked = (one.entity_code, one.topic, one.title, one.year, one.file_id, one.link, one.reserve, one.added_by)
    return sa.select(*asked).where(one.plan_code == plan).order_by(one.entity_code, one.topic, one.id)


def _diagnoses(plan: str) -> Statement:
    one = Diagnosis
    asked = (one.entity_code, one.year, one.average, one.synthesis, one.answers, one.answered_by, one.answered_at)
    return sa.select(*asked).where(one.plan_code == plan).order_by(one.entity_code, one.year)


def _topics(plan: str) -> Statement:
    one = TopicsDiscussed
    asked = sa.select(one.topics, one.conclusions, one.recorded_by, one.recorded_at)
    return asked.where(one.plan_code == plan).order_by(one.id)


def _glossary(plan: str) -> Statement:
    one = GlossaryTerm
    return sa.select(one.term, one.definition, one.source).where(one.plan_code == plan).order_by(one.position)


def _swot(plan: str) -> Statement:
    one = SwotEntry
    asked = (
        one.quadrant, one.entity_code, one.text, one.evidence, one.score, one.cluster, one.joint_score, one.is_priority
    )  # fmt: skip
    return sa.select(*asked).where(one.plan_code == plan).order_by(one.quadrant, one.joint_score.desc(), one.id)


def _problems(plan: str) -> Statement:
    one = ArticulationProblem
    return sa.select(one.problem, one.entities, one.cause).where(one.plan_code == plan).order_by(one.position)


def _methodologies(plan: str) -> Statement:
    one = Methodology
    asked = (one.number, one.steps, one.outcome, one.is_approved, one.prepared_by, one.prepared_at)
    return sa.select(*asked).where(one.plan_code == plan).order_by(one.number)


def _opinions(plan: str) -> Statement:
    one = MethodologyOpinion
    asked = (Methodology.number, one.kind, one.entity_code, one.decision, one.reason, one.given_by, one.given_at)
    joined = sa.select(*asked).join(Methodology, Methodology.id == one.methodology_id)
    return joined.where(Methodology.plan_code == plan).order_by(one.id)


def _adjustments(plan: str) -> Statement:
    one = MethodologyAdjustment
    joined = sa.select(Methodology.number, one.entity_code, one.text, one.affects_schedule)
    joined = joined.join(Methodology, Methodology.id == one.methodology_id)
    return joined.where(Methodology.plan_code == plan).order_by(one.id)


def _schedule(plan: str) -> Statement:
    one = ScheduleActivity
    asked = (one.name, one.step, one.responsible, one.starts_on, one.ends_on, one.predecessor)
    return sa.select(*asked).where(one.plan_code == plan).order_by(one.position)


def _assignments(plan: str) -> Statement:
    one = Assignment
    asked = sa.select(one.work, one.responsible, one.support, one.due_on)
    return asked.where(one.plan_code == plan).order_by(one.id)


def _stakeholders(plan: str) -> Statement:
    one = Stakeholder
    return sa.select(one.name, one.kind, one.interest).where(one.plan_code == plan).order_by(one.position)


def _reviewed(kind: ProjectReviewKind) -> Read:
    def read(plan: str) -> Statement:
        one, review = ReviewedProject, ProjectReview
        asked = (
            review.entity_code, Project.code, Project.name, one.state, one.contribution, one.physical, one.budget,
            one.theme, review.reviewed_by,
        )  # fmt: skip
        joined = sa.select(*asked).join(review, review.id == one.review_id).join(Project, Project.id == one.project_id)
        return joined.where(review.plan_code == plan, review.kind == kind).order_by(review.entity_code, one.id)

    return read


def _themes(plan: str) -> Statement:
    one = Theme
    points = (one.directors, one.technical_teams, one.community, one.swot, one.sources)
    total = points[0] + points[1] + points[2] + points[3] + points[4]
    asked = (one.name, *points, total, one.decision, one.reason, one.objective)
    return sa.select(*asked).where(one.plan_code == plan).order_by(total.desc(), one.position)


def _bets(plan: str) -> Statement:
    one = StrategicBet
    asked = (one.entity_code, one.bet, one.validation, one.precisions, one.validated_by, one.validated_at)
    return sa.select(*asked).where(one.plan_code == plan).order_by(one.entity_code)


def _articulation(plan: str) -> Statement:
    one = ArticulationPoint
    asked = sa.select(one.point, one.entities, one.commitment, one.responsible, one.due_on)
    return asked.where(one.plan_code == plan).order_by(one.position)


def _products(plan: str) -> Statement:
    one = Product
    joined = sa.select(Objective.code, Objective.name, one.name, one.entity_code)
    joined = joined.join(Objective, Objective.id == one.objective_id)
    return joined.where(one.plan_code == plan).order_by(one.position)


def _framework(plan: str) -> Statement:
    one, government, citizens = FrameworkObjective, aliased(Theme), aliased(Theme)
    joined = sa.select(one.code, one.name, government.name, citizens.name)
    joined = joined.join(government, government.id == one.government_theme_id)
    joined = joined.join(citizens, citizens.id == one.citizen_theme_id)
    return joined.where(one.plan_code == plan).order_by(one.position)


def _stated(plan: str) -> Statement:
    return sa.select(Plan.mission, Plan.vision).where(Plan.code == plan, Plan.mission != "")


def _values(plan: str) -> Statement:
    one = FrameworkValue
    return sa.select(one.name, one.description).where(one.plan_code == plan).order_by(one.position)


def _battery(plan: str) -> Statement:
    one = Indicator
    asked = (
        one.code, one.name, Line.code, Objective.code, one.entity_code, one.kind, one.unit, one.annualization,
        one.periodicity, one.baseline, one.final_target, one.reports, one.reviews,
    )  # fmt: skip
    joined = (
        sa.select(*asked).join(Objective, Objective.id == one.objective_id).join(Line, Line.id == Objective.line_id)
    )
    return joined.where(one.plan_code == plan, one.active).order_by(one.position, one.code)


def _project_goals(plan: str) -> Statement:
    one = ProjectGoal
    asked = (Project.entity_code, Project.code, Project.name, one.statement, Indicator.code, one.contribution)
    joined = sa.select(*asked, one.territorial).join(Project, Project.id == one.project_id)
    joined = joined.outerjoin(Indicator, Indicator.id == one.indicator_id)
    return joined.where(one.plan_code == plan).order_by(Project.code, one.position)


def _funding(plan: str) -> Statement:
    one = Funding
    asked = sa.select(one.entity_code, Project.code, Project.name, one.source, one.year, one.amount)
    joined = asked.join(Project, Project.id == one.project_id).where(one.plan_code == plan)
    return joined.order_by(one.entity_code, Project.code, one.source, one.year)


def _tool(plan: str) -> Statement:
    one = FollowUpTool
    asked = sa.select(one.cadence, one.reason, one.description, one.designed_by, one.designed_at)
    return asked.where(one.plan_code == plan)


def _community(plan: str) -> Statement:
    one = CommunityChoice
    return sa.select(one.modes, one.chosen_by, one.chosen_at).where(one.plan_code == plan)


def _surveys(plan: str) -> Statement:
    one = Survey
    asked = (
        one.title, one.question, one.opens_on, one.closes_on, one.channels, one.outreach, one.answers, one.analysis,
        one.published_at,
    )  # fmt: skip
    return sa.select(*asked).where(one.plan_code == plan).order_by(one.id)


def _survey_results(plan: str) -> Statement:
    one = SurveyOption
    joined = sa.select(Survey.title, one.text, one.votes).join(Survey, Survey.id == one.survey_id)
    return joined.where(Survey.plan_code == plan, one.votes.is_not(None)).order_by(Survey.id, one.votes.desc())


def _field(plan: str) -> Statement:
    one = FieldValidation
    asked = (one.held_on, one.space, one.place, one.locality, one.observers, one.problems, one.lines, one.recorded_by)
    return sa.select(*asked).where(one.plan_code == plan).order_by(one.held_on)


def _sections(plan: str) -> Statement:
    one = DocumentSection
    asked = (one.code, one.title, one.responsible, one.due_on, one.state, one.written_by, one.reviewed_by)
    joined = sa.select(*asked).join(PlanDocument, PlanDocument.id == one.document_id)
    of_pes = joined.where(PlanDocument.plan_code == plan, PlanDocument.kind == DocumentKind.PES, one.text != "")
    return of_pes.order_by(one.position)


def _versions(plan: str) -> Statement:
    one = DocumentVersion
    joined = sa.select(PlanDocument.title, one.number, one.sha256, one.changes, one.made_by, one.made_at, one.frozen_at)
    joined = joined.join(PlanDocument, PlanDocument.id == one.document_id)
    return joined.where(PlanDocument.plan_code == plan, PlanDocument.kind == DocumentKind.PES).order_by(one.id)


KINDS = (
    Kind(
        "fuentes", "Fuentes de información", 1, "Alistar fuentes de información",
        (ENTITY, Told("Tema", Shown.WORDS), Told("Título"), Told("Año"), Told("Archivo", Shown.FILE), Told("Enlace"),
         Told("Reserva", Shown.WORDS), WHO),
        _sources, of_entity=0, sorted_by=1,
    ),
    Kind(
        "autodiagnosticos", "Autodiagnósticos", 1, "Responder el autodiagnóstico",
        (ENTITY, Told("Año"), Told("Promedio", Shown.NUMBER), Told("Síntesis"), Told("Respuestas", Shown.ROWS), WHO,
         WHEN),
        _diagnoses, of_entity=0,
    ),
    Kind(
        "temas-tratados", "Temas tratados en las mesas", 1, "Registrar temas tratados",
        (Told("Temas", Shown.ROWS), Told("Conclusiones"), WHO, WHEN), _topics,
    ),
    Kind(
        "glosario", "Glosario", 1, "Homogenizar conceptos",
        (Told("Término"), Told("Definición"), Told("Fuente")), _glossary,
    ),
    Kind(
        "dofa", "DOFA del sector", 1, "Registrar entradas DOFA, y Consolidar DOFA sectorial",
        (Told("Cuadrante", Shown.WORDS), ENTITY, Told("Qué se dijo"), Told("Evidencia"), Told("Puntaje", Shown.NUMBER),
         Told("Grupo"), Told("Puntaje conjunto", Shown.NUMBER), Told("Prioritaria", Shown.YES)),
        _swot, of_entity=1, sorted_by=0,
    ),
    Kind(
        "problemas", "Problemas de articulación", 1, "Identificar problemas de articulación",
        (Told("Problema"), Told("Entidades"), Told("Causa")), _problems,
    ),
    Kind(
        "metodologia", "Alternativa metodológica", 1, "Preparar alternativa metodológica",
        (Told("Versión"), Told("Pasos", Shown.ROWS), Told("Resultado", Shown.WORDS), Told("Aprobada", Shown.YES), WHO,
         WHEN),
        _methodologies,
    ),
    Kind(
        "pronunciamientos", "Pronunciamientos sobre la metodología", 1, "Pronunciarse sobre la alternativa",
        (Told("Versión"), Told("Sobre", Shown.WORDS), ENTITY, Told("Concepto", Shown.WORDS), Told("Razón"), WHO, WHEN),
        _opinions, of_entity=2,
    ),
    Kind(
        "cronograma", "Cronograma de trabajo", 1, "Formular cronograma de trabajo",
        (Told("Actividad"), Told("Paso"), Told("Responsable", Shown.PERSON), Told("Inicio", Shown.DAY),
         Told("Fin", Shown.DAY), Told("Después de")),
        _schedule, sorted_by=1,
    ),
    Kind(
        "ajustes", "Ajustes a metodología y cronograma", 2, "Registrar ajustes a metodología y cronograma",
        (Told("Versión"), ENTITY, Told("Ajuste"), Told("Afecta el cronograma", Shown.YES)), _adjustments, of_entity=1,
    ),
    Kind(
        "equipo", "Tareas y equipo", 2, "Asignar tareas y equipo",
        (Told("Trabajo"), Told("Responsable", Shown.PERSON), Told("Apoyo", Shown.PERSON), Told("Entrega", Shown.DAY)),
        _assignments,
    ),
    Kind(
        "partes-interesadas", "Actores y partes interesadas", 2, "Asignar tareas y equipo",
        (Told("Nombre"), Told("Tipo", Shown.WORDS), Told("Interés")), _stakeholders, sorted_by=1,
    ),
    Kind(
        "informes-analizados", "Análisis de informes y proyectos", 2, "Analizar informes de gestión y proyectos",
        (ENTITY, Told("Proyecto"), Told("Nombre"), Told("Estado"), Told("Aporte"), Told("Avance físico", Shown.NUMBER),
         Told("Avance presupuestal", Shown.NUMBER), Told("Tema"), WHO),
        _reviewed(ProjectReviewKind.FROM_REPORTS), of_entity=0,
    ),
    Kind(
        "estado-de-proyectos", "Estado de los proyectos de inversión", 2, "Registrar estado de los proyectos",
        (ENTITY, Told("Proyecto"), Told("Nombre"), Told("Estado"), Told("Aporte"), Told("Avance físico", Shown.NUMBER),
         Told("Avance presupuestal", Shown.NUMBER), Told("Tema"), WHO),
        _reviewed(ProjectReviewKind.FROM_TEAM), of_entity=0,
    ),
    Kind(
        "priorizacion", "Matriz de priorización", 2, "Priorizar temas estratégicos",
        (Told("Tema"), Told("Directivos", Shown.NUMBER), Told("Equipos técnicos", Shown.NUMBER),
         Told("Ciudadanía", Shown.NUMBER), Told("DOFA", Shown.NUMBER), Told("Fuentes", Shown.NUMBER),
         Told("Total", Shown.NUMBER), Told("Decisión", Shown.WORDS), Told("Razón"), Told("Objetivo al que lleva")),
        _themes, sorted_by=7,
    ),
    Kind(
        "apuestas", "Apuestas de los directivos", 2, "Validar apuesta estratégica",
        (ENTITY, Told("Apuesta"), Told("Validación", Shown.WORDS), Told("Precisiones"), WHO, WHEN), _bets, of_entity=0,
    ),
    Kind(
        "articulacion", "Puntos de articulación", 2, "Registrar puntos de articulación",
        (Told("Punto"), Told("Entidades"), Told("Compromiso"), Told("Responsable", Shown.PERSON), Told("Fecha",
         Shown.DAY)),
        _articulation,
    ),
    Kind(
        "productos", "Productos del PES", 2, "Definir líneas y productos",
        (Told("Objetivo"), Told("Nombre del objetivo"), Told("Producto"), ENTITY), _products, of_entity=3, sorted_by=0,
    ),
    Kind(
        "mision-y-vision", "Misión y visión", 2, "Estructurar el Marco Estratégico Sectorial",
        (Told("Misión"), Told("Visión")), _stated,
    ),
    Kind(
        "objetivos", "Objetivos estratégicos y de dónde vienen", 2, "Estructurar el Marco Estratégico Sectorial",
        (Told("Código"), Told("Objetivo"), Told("Tema del gobierno"), Told("Tema de la ciudadanía")), _framework,
    ),
    Kind(
        "valores", "Valores y principios", 2, "Estructurar el Marco Estratégico Sectorial",
        (Told("Valor"), Told("Qué quiere decir")), _values,
    ),
    Kind(
        "indicadores", "Metas y batería de indicadores", 2, "Formular metas e indicadores",
        (Told("Código"), Told("Indicador"), Told("Línea"), Told("Objetivo"), ENTITY, Told("Clase", Shown.WORDS),
         Told("Unidad"), Told("Anualización", Shown.WORDS), Told("Periodicidad", Shown.WORDS),
         Told("Línea base", Shown.NUMBER), Told("Meta final", Shown.NUMBER), Told("Reporta", Shown.PERSON),
         Told("Revisa", Shown.PERSON)),
        _battery, of_entity=4, sorted_by=3,
    ),
    Kind(
        "metas-de-proyecto", "Metas de proyecto", 2, "Formular metas e indicadores",
        (ENTITY, Told("Proyecto"), Told("Nombre"), Told("Meta"), Told("Indicador al que aporta"),
         Told("Aporte", Shown.NUMBER), Told("Territorial", Shown.YES)),
        _project_goals, of_entity=0, sorted_by=1,
    ),
    Kind(
        "financiamiento", "Financiamiento plurianual", 2, "Estimar el financiamiento de la entidad",
        (ENTITY, Told("Proyecto"), Told("Nombre"), Told("Fuente", Shown.WORDS), Told("Año"),
         Told("Pesos", Shown.NUMBER)),
        _funding, of_entity=0, sorted_by=1,
    ),
    Kind(
        "herramienta", "Herramienta de seguimiento", 2, "Diseñar la herramienta de seguimiento",
        (Told("Seguimiento", Shown.WORDS), Told("Razón"), Told("Descripción"), WHO, WHEN), _tool,
    ),
    Kind(
        "ciudadania", "Cómo se escuchó a la comunidad", 2, "Elegir cómo se escucha a la comunidad",
        (Told("Modalidades", Shown.ROWS), WHO, WHEN), _community,
    ),
    Kind(
        "encuestas", "Encuestas y su difusión", 2, "Diseñar la encuesta, y Difundir y acompañar la encuesta",
        (Told("Encuesta"), Told("Pregunta"), Told("Abre", Shown.DAY), Told("Cierra", Shown.DAY),
         Told("Canales", Shown.ROWS), Told("Difusión", Shown.ROWS), Told("Respuestas", Shown.NUMBER), Told("Análisis"),
         Told("Publicada", Shown.DAY)),
        _surveys,
    ),
    Kind(
        "resultados-de-encuesta", "Resultados de las encuestas", 2, "Analizar resultados de la encuesta",
        (Told("Encuesta"), Told("Opción"), Told("Votos", Shown.NUMBER)), _survey_results, sorted_by=0,
    ),
    Kind(
        "validacion-en-campo", "Validación en campo", 2, "Validar en campo",
        (Told("Fecha", Shown.DAY), Told("Espacio", Shown.WORDS), Told("Lugar"), Told("Localidad", Shown.WORDS),
         Told("Observaron", Shown.ROWS), Told("Problemáticas", Shown.ROWS), Told("Líneas", Shown.ROWS), WHO),
        _field, dated=0,
    ),
    Kind(
        "secciones", "Secciones del documento", 2, "Redactar sección",
        (Told("Código"), Told("Sección"), Told("Responsable", Shown.PERSON), Told("Entrega", Shown.DAY),
         Told("Estado", Shown.WORDS), Told("Redactó", Shown.PERSON), Told("Revisó", Shown.PERSON)),
        _sections, sorted_by=4,
    ),
    Kind(
        "versiones", "Versiones del documento PES", 2, "Ensamblar el documento",
        (Told("Documento"), Told("Versión"), Told("Huella SHA-256"), Told("Cambios", Shown.ROWS), WHO, WHEN,
         Told("En firme", Shown.DAY)),
        _versions,
    ),
)  # fmt: skip
