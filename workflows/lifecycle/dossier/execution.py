"""What phases 3 to 6 write down, and every meeting of the plan."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from workflows.approvals.models import (
    AdministrativeAct,
    Approval,
    Observation,
    PresentationCall,
    Publication,
    PublicationCheck,
    ReviewRound,
)
from workflows.approvals.states import ActState, PublicationState
from workflows.cycles.models import Period
from workflows.documents.models import Document, PlanDocument
from workflows.documents.states import DocumentKind
from workflows.evaluation.models import (
    AnnualReport,
    CertifiedMonth,
    EntityChapter,
    Evaluation,
    EvaluationCut,
    EvaluationInput,
    EvaluationQuestion,
    Improvement,
    Judgement,
    Lesson,
    RecoveryDecision,
    SelfAssessment,
)
from workflows.evaluation.states import AnnualState, EvaluationKind
from workflows.forms.models import ClosingItem
from workflows.implementation.models import (
    ActionPlan,
    BudgetAllocation,
    BudgetModification,
    ExternalReport,
    FollowUpStrategy,
    PlannedActivity,
    YearDelivery,
)
from workflows.implementation.states import ActionPlanState
from workflows.indicators.models import Indicator
from workflows.lifecycle.dossier.formulation import ENTITY, WHEN, WHO
from workflows.lifecycle.dossier.kinds import Kind, Read, Shown, Statement, Told
from workflows.meetings.models import Commitment, Meeting, Verdict
from workflows.monitoring.models import (
    ActivityReport,
    Alert,
    Bottleneck,
    BudgetReport,
    EntityReport,
    Measurement,
    Responsibility,
)
from workflows.monitoring.states import BottleneckState, MeasurementState
from workflows.plan.models import Project
from workflows.recovery.models import RecoveryPlan
from workflows.spanish import month_name

Clause = sa.ColumnElement[bool]
MONTH = Told("Mes", words=month_name)


def _meetings(plan: str) -> Statement:
    one = Meeting
    asked = (
        one.held_on, one.kind, one.topic, one.technique, one.state, one.attendance, one.decisions, one.development,
        one.approved_by, one.instance_id,
    )  # fmt: skip
    return sa.select(*asked).where(one.plan_code == plan).order_by(one.held_on.desc(), one.id.desc())


def _publics(plan: str) -> Statement:
    one = PresentationCall
    asked = sa.select(one.planned_on, one.audiences, one.medium, one.message, one.instance_id)
    return asked.where(one.plan_code == plan).order_by(one.planned_on)


def _commitments(plan: str) -> Statement:
    one = Commitment
    asked = (one.due_on, one.text, one.responsible, one.state, one.note, one.origin, Meeting.topic, Meeting.held_on)
    joined = sa.select(*asked).outerjoin(Meeting, Meeting.id == one.meeting_id)
    return joined.where(one.plan_code == plan).order_by(one.due_on, one.id)


def _closing(review: str) -> Read:
    def read(plan: str) -> Statement:
        one = ClosingItem
        asked = (one.key, one.label, one.ticked, one.proof, one.remarks, one.reviewed_by, one.reviewed_at)
        return sa.select(*asked).where(one.plan_code == plan, one.review == review).order_by(one.key, one.id)

    return read


def _rounds(plan: str) -> Statement:
    one = ReviewRound
    asked = (PlanDocument.title, one.number, one.medium, one.due_on, one.rule, one.outcome, one.committee_argument)
    joined = sa.select(*asked, one.opened_by).join(PlanDocument, PlanDocument.id == one.document_id)
    return joined.where(one.plan_code == plan).order_by(one.id)


def _observations(plan: str) -> Statement:
    one = Observation
    asked = (
        ReviewRound.number, one.entity_code, one.section_code, one.kind, one.text, one.proposal, one.decision,
        one.answer,
        one.made_by, one.answered_by,
    )  # fmt: skip
    joined = sa.select(*asked).join(ReviewRound, ReviewRound.id == one.round_id)
    return joined.where(ReviewRound.plan_code == plan).order_by(one.id)


def _approvals(plan: str) -> Statement:
    one = Approval
    asked = (
        ReviewRound.number,
        one.entity_code,
        one.decision,
        one.reason,
        one.sha256,
        one.approved_by,
        one.approved_at,
    )
    joined = sa.select(*asked).join(ReviewRound, ReviewRound.id == one.round_id)
    return joined.where(ReviewRound.plan_code == plan).order_by(one.id)


def _acts(plan: str) -> Statement:
    one = AdministrativeAct
    asked = (one.mode, one.kind, one.number, one.dated_on, one.issuer, one.gazette, one.file_id, one.numbered_by)
    return sa.select(*asked).where(one.plan_code == plan, one.state == ActState.NUMBERED).order_by(one.id)


def _publications(plan: str) -> Statement:
    one = Publication
    asked = (
        one.object, one.entity_code, one.channel, one.audience, one.state, one.url, one.published_on, one.published_by
    )  # fmt: skip
    done = sa.select(*asked).where(one.plan_code == plan, one.state != PublicationState.PENDING)
    return done.order_by(one.id)


def _checks(plan: str) -> Statement:
    one = PublicationCheck
    asked = (one.url, one.link_works, one.accessible, one.note, one.checked_by, one.checked_at)
    joined = sa.select(*asked).join(Publication, Publication.id == one.publication_id)
    return joined.where(Publication.plan_code == plan).order_by(one.id)


def _action_plans(plan: str) -> Statement:
    one = ActionPlan
    count = sa.select(sa.func.count()).where(PlannedActivity.action_plan_id == one.id).scalar_subquery()
    asked = (one.year, one.entity_code, one.state, count, one.sent_by, one.approved_by, one.approved_at)
    return (
        sa.select(*asked)
        .where(one.plan_code == plan, one.state == ActionPlanState.APPROVED)
        .order_by(one.year, one.entity_code)
    )


def _of_action_plan(plan: str, model: type[Any], *asked: Any) -> Statement:
    joined = sa.select(ActionPlan.year, ActionPlan.entity_code, Project.code, Project.name, *asked)
    joined = joined.join(ActionPlan, ActionPlan.id == model.action_plan_id)
    joined = joined.join(Project, Project.id == model.project_id)
    return joined.where(ActionPlan.plan_code == plan).order_by(ActionPlan.year, ActionPlan.entity_code, model.id)


def _allocations(plan: str) -> Statement:
    return _of_action_plan(
        plan, BudgetAllocation, BudgetAllocation.source, BudgetAllocation.amount, BudgetAllocation.act
    )


def _strategies(plan: str) -> Statement:
    one = FollowUpStrategy
    return _of_action_plan(plan, one, one.frequency, one.source, one.reports, one.reviews, one.substitute)


def _deliveries(plan: str) -> Statement:
    return _of_action_plan(plan, YearDelivery, YearDelivery.delivery, YearDelivery.reserve)


def _modified_money(plan: str) -> Statement:
    one = BudgetModification
    asked = (
        one.year, Project.entity_code, Project.code, one.kind, one.amount, one.before, one.after, one.act, one.dated_on,
        one.registered_by,
    )  # fmt: skip
    joined = sa.select(*asked).join(Project, Project.id == one.project_id)
    return joined.where(one.plan_code == plan).order_by(one.id)


def _money(plan: str) -> Statement:
    one = BudgetReport
    asked = (
        Period.code, Project.entity_code, Project.code, Project.name, one.appropriation, one.commitments, one.payments,
        one.reason, one.reported_by,
    )  # fmt: skip
    joined = sa.select(*asked).join(Period, Period.id == one.period_id).join(Project, Project.id == one.project_id)
    return joined.where(Period.plan_code == plan).order_by(Period.code.desc(), Project.code)


def _activities(plan: str) -> Statement:
    one, planned = ActivityReport, PlannedActivity
    asked = (
        Period.code, ActionPlan.entity_code, planned.name, one.executed, one.milestone_met, one.delivery,
        one.reported_by
    )  # fmt: skip
    joined = sa.select(*asked).join(Period, Period.id == one.period_id).join(planned, planned.id == one.activity_id)
    joined = joined.join(ActionPlan, ActionPlan.id == planned.action_plan_id)
    return joined.where(Period.plan_code == plan).order_by(Period.code.desc(), one.id)


def _external(plan: str) -> Statement:
    one = ExternalReport
    asked = (one.quarter, one.entity_code, one.system, one.filing_number, one.filed_on, one.filed_by, one.instance_id)
    return sa.select(*asked).where(one.plan_code == plan, one.filing_number != "").order_by(one.quarter, one.id)


def _responsibles(plan: str) -> Statement:
    one = Responsibility
    asked = (
        one.year, one.entity_code, Indicator.code, Indicator.name, one.reports, one.reviews, one.substitute, one.answer,
        one.in_force_at,
    )  # fmt: skip
    joined = sa.select(*asked).join(Indicator, Indicator.id == one.indicator_id)
    return joined.where(Indicator.plan_code == plan, one.in_force_at.is_not(None)).order_by(one.year, one.id)


def _reports(plan: str) -> Statement:
    one = EntityReport
    asked = (
        Period.code, one.entity_code, one.state, one.times_returned, one.first_sent_at, one.endorsed_by,
        one.endorsed_at,
        one.late_instance_id,
    )  # fmt: skip
    joined = sa.select(*asked).join(Period, Period.id == one.period_id)
    return joined.where(Period.plan_code == plan).order_by(Period.code.desc(), one.entity_code)


def _values(*criteria: Clause) -> Read:
    def read(plan: str) -> Statement:
        one = Measurement
        asked = (
            Period.code, Indicator.entity_code, Indicator.code, Indicator.name, one.value, one.state, one.qualitative,
            one.late, one.reported_by, one.validated_by, one.endorsed_by,
        )  # fmt: skip
        joined = sa.select(*asked).join(Period, Period.id == one.period_id)
        joined = joined.join(Indicator, Indicator.id == one.indicator_id).where(Period.plan_code == plan, *criteria)
        return joined.where(one.value.is_not(None)).order_by(Period.code.desc(), Indicator.position)

    return read


def _alerts(plan: str) -> Statement:
    one = Alert
    asked = (Period.code, one.entity_code, one.text, one.state, one.question, one.answer)
    joined = sa.select(*asked).join(Period, Period.id == one.period_id)
    return joined.where(Period.plan_code == plan).order_by(Period.code.desc(), one.id)


def _verdicts(level: str) -> Read:
    def read(plan: str) -> Statement:
        one = Verdict
        asked = (Meeting.held_on, one.code, one.verdict, one.figure, one.color, one.against_figure, one.argument)
        joined = sa.select(*asked, Meeting.instance_id).join(Meeting, Meeting.id == one.meeting_id)
        of_level = joined.where(Meeting.plan_code == plan, one.level == level)
        return of_level.order_by(Meeting.held_on.desc(), one.code)

    return read


def _bottlenecks(plan: str) -> Statement:
    one = Bottleneck
    asked = (
        Period.code, one.entity_code, Indicator.code, one.why, one.cause, one.category, one.severity, one.measure,
        one.action, one.responsible, one.due_on,
    )  # fmt: skip
    joined = sa.select(*asked).join(Period, Period.id == one.period_id)
    joined = joined.join(Indicator, Indicator.id == one.indicator_id)
    return joined.where(Period.plan_code == plan, one.state != BottleneckState.CANDIDATE).order_by(one.id)


def _recovery(plan: str) -> Statement:
    one = RecoveryPlan
    asked = (
        Indicator.code, one.entity_code, one.since_period, one.severity, one.state, one.problem, one.root_cause,
        one.recovery_target, one.target_on, one.evidence, one.effective, one.lesson, one.instance_id,
    )  # fmt: skip
    joined = sa.select(*asked).join(Indicator, Indicator.id == one.indicator_id)
    return joined.where(one.plan_code == plan, one.problem != "").order_by(one.id)


def _months(plan: str) -> Statement:
    one = Period
    asked = (one.code, one.introduction, one.note, one.approved_by, one.approved_at, one.published_at)
    done = sa.select(*asked, one.formula_version, one.instance_id)
    return done.where(one.plan_code == plan, one.published_at.is_not(None)).order_by(one.code.desc())


def _papers(*kinds: DocumentKind) -> Read:
    def read(plan: str) -> Statement:
        one = Document
        asked = sa.select(one.title, one.version, one.format, one.file_id, one.dated_at, one.published_at)
        return asked.where(one.plan_code == plan, one.kind.in_(kinds)).order_by(one.dated_at.desc(), one.format)

    return read


def _evaluations(kind: EvaluationKind) -> Read:
    def read(plan: str) -> Statement:
        one = Evaluation
        asked = (
            one.key, one.cutoff_on, one.state, one.conclusions, one.change_asked, one.approved_by, one.approved_at,
            one.published_at, one.instance_id,
        )  # fmt: skip
        done = sa.select(*asked).where(one.plan_code == plan, one.kind == kind, one.approved_at.is_not(None))
        return done.order_by(one.key)

    return read


def _of_evaluation(plan: str, model: type[Any], *asked: Any, kind: EvaluationKind | None = None) -> Statement:
    joined = sa.select(*asked).join(Evaluation, Evaluation.id == model.evaluation_id)
    joined = joined.where(Evaluation.plan_code == plan)
    return joined.where(Evaluation.kind == kind) if kind else joined


def _certified(plan: str) -> Statement:
    one = CertifiedMonth
    found = _of_evaluation(
        plan, one, Evaluation.key, Period.code, one.compliance, one.formula_version, one.certified_at
    )
    return found.join(Period, Period.id == one.period_id).order_by(Period.code)


def _self_assessments(plan: str) -> Statement:
    one = SelfAssessment
    asked = (Evaluation.key, one.entity_code, one.state, one.achievements, one.difficulties, one.factors, one.sent_by)
    return _of_evaluation(plan, one, *asked).order_by(one.id)


def _judgements(kind: EvaluationKind) -> Read:
    def read(plan: str) -> Statement:
        one = Judgement
        asked = (Evaluation.key, one.level, one.code, one.compliance, one.judgement, one.argument, one.judged_by)
        return _of_evaluation(plan, one, *asked, kind=kind).order_by(one.id)

    return read


def _cuts(plan: str) -> Statement:
    one = EvaluationCut
    asked = sa.select(one.month, one.number, one.taken_at, one.formula_version, one.differences)
    return asked.where(one.plan_code == plan).order_by(one.month, one.number)


def _decisions(plan: str) -> Statement:
    one = RecoveryDecision
    asked = (Evaluation.key, Indicator.code, Bottleneck.cause, one.severity, one.recovery, one.reason, one.decided_by)
    found = _of_evaluation(plan, one, *asked).join(Bottleneck, Bottleneck.id == one.bottleneck_id)
    return found.join(Indicator, Indicator.id == Bottleneck.indicator_id).order_by(Evaluation.key, Indicator.code)


def _inputs(plan: str) -> Statement:
    one = EvaluationInput
    return _of_evaluation(plan, one, one.kind, one.key, one.available).order_by(one.kind, one.key)


def _questions(plan: str) -> Statement:
    one = EvaluationQuestion
    return _of_evaluation(plan, one, one.text, one.criterion, one.source).order_by(one.position)


def _lessons(plan: str) -> Statement:
    one = Lesson
    return _of_evaluation(plan, one, one.text, one.recommendation, one.addressee).order_by(one.id)


def _annual(plan: str) -> Statement:
    one = AnnualReport
    asked = (one.year, one.state, one.summary, one.consolidated_by, one.approved_by, one.approved_at, one.instance_id)
    return sa.select(*asked).where(one.plan_code == plan, one.state == AnnualState.APPROVED).order_by(one.year)


def _chapters(plan: str) -> Statement:
    one = EntityChapter
    asked = (
        AnnualReport.year,
        one.entity_code,
        one.text,
        one.achievements,
        one.challenges,
        one.from_records,
        one.sent_by,
    )
    joined = sa.select(*asked).join(AnnualReport, AnnualReport.id == one.annual_report_id)
    return joined.where(AnnualReport.plan_code == plan).order_by(AnnualReport.year, one.id)


def _improvements(plan: str) -> Statement:
    one = Improvement
    joined = sa.select(AnnualReport.year, one.text, one.kind, one.responsible, one.due_on)
    joined = joined.join(AnnualReport, AnnualReport.id == one.annual_report_id)
    return joined.where(AnnualReport.plan_code == plan).order_by(AnnualReport.year, one.id)


REVIEWED = (Told("Año"), Told("Punto"), Told("Cumplido", Shown.YES), Told("Registro que lo prueba"),
Told("Observaciones"), WHO, WHEN)  # fmt: skip
CASE = Told("Caso", Shown.CASE)
PAPER = (Told("Documento"), Told("Versión"), Told("Formato"), Told("Archivo", Shown.FILE), Told("Fecha", Shown.DAY),
         Told("En el portal", Shown.DAY))  # fmt: skip
MEASURED = (MONTH, ENTITY, Told("Indicador"), Told("Nombre"), Told("Valor", Shown.NUMBER), Told("Estado", Shown.WORDS),
            Told("Avance cualitativo"), Told("Extemporáneo", Shown.YES), Told("Reportó", Shown.PERSON),
            Told("Validó", Shown.PERSON), Told("Avaló", Shown.PERSON))  # fmt: skip
VERDICT = (Told("Fecha", Shown.DAY), Told("Código"), Told("Veredicto", Shown.WORDS), Told("Cifra", Shown.NUMBER),
           Told("Semáforo", Shown.WORDS), Told("Contra la cifra", Shown.YES), Told("Argumento"), CASE)  # fmt: skip
EVALUATED = (Told("Periodo"), Told("Corte", Shown.DAY), Told("Estado", Shown.WORDS), Told("Conclusiones"),
             Told("Qué pidió modificar"), Told("Aprobó", Shown.PERSON), Told("Aprobada", Shown.DAY),
             Told("Publicada", Shown.DAY), CASE)  # fmt: skip
JUDGED = (Told("Periodo"), Told("Nivel", Shown.WORDS), Told("Código"), Told("Cumplimiento", Shown.NUMBER),
          Told("Juicio", Shown.WORDS), Told("Argumentación"), WHO)  # fmt: skip
PROJECT = (Told("Vigencia"), ENTITY, Told("Proyecto"), Told("Nombre"))
OF_REVIEWS = {
    1: ("revision-fase-1", "Cierre de la fase 1", "cerrar_fase_1"),
    2: ("revision-fase-2", "Cierre de la fase 2", "cerrar_fase_2"),
    3: ("revision-fase-3", "Cierre de la fase 3", "cerrar_fase_3"),
    4: ("revision-vigencia", "Cierre de cada vigencia", "cerrar_vigencia"),
    5: ("revision-seguimiento", "Revisión anual del seguimiento", "revisar_seguimiento"),
    6: ("revision-fase-6", "Cierre de la fase 6", "cerrar_fase_6"),
}

MEETINGS = Kind(
    "mesas", "Mesas y actas", 0, "Convocar una mesa",
    (Told("Fecha", Shown.DAY), Told("Tipo", Shown.WORDS), Told("Tema"), Told("Técnica", Shown.WORDS),
     Told("Estado", Shown.WORDS), Told("Asistieron", Shown.PEOPLE), Told("Decisiones", Shown.ROWS), Told("Desarrollo"),
     Told("Aprobó el acta", Shown.PERSON), CASE),
    _meetings, dated=0, sorted_by=1, of_entity=5,
)  # fmt: skip
COMMITMENTS = Kind(
    "compromisos", "Compromisos", 0, "Elaborar acta",
    (Told("Fecha", Shown.DAY), Told("Compromiso"), Told("Responsable", Shown.PERSON), Told("Estado", Shown.WORDS),
     Told("Nota"), Told("Nació en", Shown.WORDS), Told("Mesa"), Told("Mesa del", Shown.DAY)),
    _commitments, dated=0, sorted_by=3,
)  # fmt: skip

KINDS = (
    MEETINGS,
    COMMITMENTS,
    *(
        Kind(key, title, phase, title, REVIEWED, _closing(review), sorted_by=0)
        for phase, (key, title, review) in OF_REVIEWS.items()
    ),
    Kind(
        "rondas", "Rondas de revisión y sus plazos", 3, "Fijar forma y plazos de presentación",
        (Told("Documento"), Told("Ronda"), Told("Medio", Shown.WORDS), Told("Plazo", Shown.DAY), Told("Regla",
         Shown.WORDS),
         Told("Resultado", Shown.WORDS), Told("Argumento del comité"), WHO),
        _rounds,
    ),
    Kind(
        "observaciones", "Observaciones y respuestas", 3, "Revisar el documento",
        (Told("Ronda"), ENTITY, Told("Sección"), Told("Tipo", Shown.WORDS), Told("Observación"), Told("Propuesta"),
         Told("Decisión", Shown.WORDS), Told("Respuesta"), Told("Observó", Shown.PERSON), Told("Respondió",
         Shown.PERSON)),
        _observations, of_entity=1, sorted_by=6,
    ),
    Kind(
        "aprobaciones", "Aprobación de cada entidad", 3, "Aprobar el PES",
        (Told("Ronda"), ENTITY, Told("Decisión", Shown.WORDS), Told("Razón"), Told("Huella de lo aprobado"), WHO, WHEN),
        _approvals, of_entity=1,
    ),
    Kind(
        "actos", "Actos administrativos", 3, "Numerar y fechar el acto",
        (Told("Modalidad", Shown.WORDS), Told("Tipo", Shown.WORDS), Told("Número"), Told("Fecha", Shown.DAY),
         Told("Expide"), Told("Registro Distrital"), Told("Archivo", Shown.FILE), WHO),
        _acts,
    ),
    Kind(
        "convocatorias", "Convocatorias y sus públicos", 3, "Convocar a la presentación del PES",
        (Told("Fecha", Shown.DAY), Told("Públicos", Shown.ROWS), Told("Medio", Shown.WORDS), Told("Mensaje"), CASE),
        _publics, dated=0,
    ),
    Kind(
        "publicaciones", "Publicaciones por canal y entidad", 3, "Publicar en los canales",
        (Told("Qué", Shown.WORDS), ENTITY, Told("Canal", Shown.WORDS), Told("Público", Shown.WORDS),
         Told("Estado", Shown.WORDS), Told("Dirección"), Told("Publicado", Shown.DAY), WHO),
        _publications, of_entity=1, sorted_by=2,
    ),
    Kind(
        "verificaciones", "Verificación de las publicaciones", 3, "Verificar publicación",
        (Told("Dirección"), Told("Abre", Shown.YES), Told("Accesible", Shown.YES), Told("Nota"), WHO, WHEN), _checks,
    ),
    Kind(
        "planes-de-accion", "Planes de acción aprobados", 4, "Definir plan de acción",
        (Told("Vigencia"), ENTITY, Told("Estado", Shown.WORDS), Told("Actividades", Shown.NUMBER),
         Told("Envió", Shown.PERSON), Told("Aprobó", Shown.PERSON), WHEN),
        _action_plans, of_entity=1, sorted_by=0,
    ),
    Kind(
        "recursos", "Recursos asignados", 4, "Asignar recursos de la vigencia",
        (*PROJECT, Told("Fuente", Shown.WORDS), Told("Apropiación", Shown.NUMBER), Told("Acto")),
        _allocations, of_entity=1, sorted_by=0,
    ),
    Kind(
        "modificaciones-presupuestales", "Modificaciones presupuestales", 4, "Registrar modificación presupuestal",
        (Told("Vigencia"), ENTITY, Told("Proyecto"), Told("Tipo", Shown.WORDS), Told("Valor", Shown.NUMBER),
         Told("Antes", Shown.NUMBER), Told("Después", Shown.NUMBER), Told("Acto"), Told("Fecha", Shown.DAY), WHO),
        _modified_money, of_entity=1, dated=8,
    ),
    Kind(
        "estrategia", "Estrategia de seguimiento", 4, "Definir estrategia de seguimiento a proyectos",
        (*PROJECT, Told("Frecuencia", Shown.WORDS), Told("Fuente de verificación"), Told("Reporta", Shown.PERSON),
         Told("Revisa", Shown.PERSON), Told("Reemplaza", Shown.PERSON)),
        _strategies, of_entity=1, sorted_by=0,
    ),
    Kind(
        "ejecucion", "Ejecución presupuestal de cada mes", 4, "Reportar ejecución presupuestal y actividades",
        (MONTH, ENTITY, Told("Proyecto"), Told("Nombre"), Told("Apropiación vigente", Shown.NUMBER),
         Told("Compromisos", Shown.NUMBER), Told("Giros", Shown.NUMBER), Told("Motivo"), WHO),
        _money, of_entity=1, sorted_by=0,
    ),
    Kind(
        "actividades", "Actividades ejecutadas cada mes", 4, "Reportar ejecución presupuestal y actividades",
        (MONTH, ENTITY, Told("Actividad"), Told("Ejecutado", Shown.NUMBER), Told("Hito cumplido", Shown.YES),
         Told("Entrega"), WHO),
        _activities, of_entity=1, sorted_by=0,
    ),
    Kind(
        "entregas", "Entregas y reservas de la vigencia", 4, "Cerrar la vigencia de la entidad",
        (*PROJECT, Told("Entrega"), Told("Reserva", Shown.NUMBER)), _deliveries, of_entity=1, sorted_by=0,
    ),
    Kind(
        "reportes-externos", "Reportes radicados en SDP y SDH", 4, "Registrar radicado del reporte",
        (Told("Trimestre"), ENTITY, Told("Sistema", Shown.WORDS), Told("Radicado"), Told("Fecha", Shown.DAY), WHO,
         CASE),
        _external, of_entity=1, sorted_by=0,
    ),
    Kind(
        "responsables", "Matriz de responsables", 5, "Establecer responsables",
        (Told("Vigencia"), ENTITY, Told("Indicador"), Told("Nombre"), Told("Reporta", Shown.PERSON),
         Told("Revisa", Shown.PERSON), Told("Reemplaza", Shown.PERSON), Told("Respuesta", Shown.WORDS),
         Told("En servicio", Shown.DAY)),
        _responsibles, of_entity=1, sorted_by=0,
    ),
    Kind(
        "reportes", "Reportes de cada entidad", 5, "Reportar avance",
        (MONTH, ENTITY, Told("Estado", Shown.WORDS), Told("Devoluciones", Shown.NUMBER), Told("Primer envío",
         Shown.DAY),
         Told("Avaló", Shown.PERSON), Told("Avalado", Shown.DAY), Told("Extemporáneo", Shown.CASE)),
        _reports, of_entity=1, sorted_by=0,
    ),
    Kind(
        "avance-de-metas", "Avance de metas e indicadores", 5, "Reportar avance", MEASURED,
        _values(Measurement.state.in_((MeasurementState.ENDORSED, MeasurementState.FROZEN))), of_entity=1, sorted_by=0,
    ),
    Kind(
        "alertas", "Alertas y aclaraciones", 5, "Revisar consolidado",
        (MONTH, ENTITY, Told("Alerta"), Told("Estado", Shown.WORDS), Told("Pregunta"), Told("Respuesta")),
        _alerts, of_entity=1, sorted_by=0,
    ),
    Kind("veredictos-por-objetivo", "Veredictos por objetivo", 5, "Elaborar acta de la mesa de seguimiento", VERDICT,
         _verdicts("objetivo"), dated=0, sorted_by=1),
    Kind("veredictos-por-linea", "Veredictos por línea", 5, "Elaborar acta de la mesa de seguimiento", VERDICT,
         _verdicts("linea"), dated=0, sorted_by=1),
    Kind(
        "cuellos", "Cuellos de botella y medidas", 5, "Calificar cuellos de botella",
        (MONTH, ENTITY, Told("Indicador"), Told("Por qué"), Told("Causa"), Told("Categoría", Shown.WORDS),
         Told("Severidad", Shown.WORDS), Told("Medida", Shown.WORDS), Told("Acción"), Told("Responsable", Shown.PERSON),
         Told("Fecha", Shown.DAY)),
        _bottlenecks, of_entity=1, sorted_by=0,
    ),
    Kind(
        "planes-de-choque", "Planes de choque", 5, "Formular plan de choque",
        (Told("Indicador"), ENTITY, Told("Cuello de", words=month_name), Told("Severidad", Shown.WORDS),
         Told("Estado", Shown.WORDS), Told("Problema"), Told("Causa raíz"), Told("Meta de recuperación", Shown.NUMBER),
         Told("Fecha objetivo", Shown.DAY), Told("Qué dicen las cifras"), Told("Sirvió", Shown.YES), Told("Lección"),
         CASE),
        _recovery, of_entity=1, sorted_by=4,
    ),
    Kind(
        "meses", "Meses aprobados y publicados", 6, "Aprobar informe mensual",
        (MONTH, Told("Introducción"), Told("Nota"), Told("Aprobó", Shown.PERSON), Told("Aprobado", Shown.DAY),
         Told("Publicado", Shown.DAY), Told("Versión de las fórmulas"), CASE),
        _months,
    ),
    Kind("informes-mensuales", "Informes mensuales", 6, "Aprobar informe mensual", PAPER,
         _papers(DocumentKind.MONTHLY_REPORT)),
    Kind(
        "meses-certificados", "Meses certificados", 6, "Preparar la base de evaluación",
        (Told("Evaluación"), MONTH, Told("Cumplimiento", Shown.NUMBER), Told("Versión de las fórmulas"), WHEN),
         _certified,
    ),
    Kind("evaluaciones", "Evaluaciones intermedias", 6, "Aprobar evaluación intermedia", EVALUATED,
         _evaluations(EvaluationKind.INTERMEDIATE)),
    Kind(
        "autoevaluaciones", "Autoevaluaciones", 6, "Autoevaluación de la entidad",
        (Told("Periodo"), ENTITY, Told("Estado", Shown.WORDS), Told("Logros"), Told("Dificultades"), Told("Factores"),
         WHO),
        _self_assessments, of_entity=1, sorted_by=0,
    ),
    Kind("juicios", "Juicios por objetivo y línea", 6, "Analizar metas, objetivos y resultados", JUDGED,
         _judgements(EvaluationKind.INTERMEDIATE), sorted_by=0),
    Kind(
        "cortes", "Cortes de las evaluaciones", 6, "Preparar la base de evaluación",
        (Told("Corte", words=month_name), Told("Toma"), Told("Tomado", Shown.DAY), Told("Versión de las fórmulas"),
         Told("Dónde difiere del mes cerrado, y por qué", Shown.ROWS)),
        _cuts,
    ),
    Kind(
        "decisiones", "Decisiones sobre cuellos del semestre", 6, "Decidir planes de choque y modificación",
        (Told("Periodo"), Told("Indicador"), Told("Causa"), Told("Severidad", Shown.WORDS), Told("Plan de choque",
         Shown.YES),
         Told("Razón"), WHO),
        _decisions, sorted_by=0,
    ),
    Kind(
        "informes-anuales", "Informes anuales aprobados", 6, "Aprobar informe anual",
        (Told("Año"), Told("Estado", Shown.WORDS), Told("Resumen"), Told("Consolidó", Shown.PERSON),
         Told("Aprobó", Shown.PERSON), Told("Aprobado", Shown.DAY), CASE),
        _annual,
    ),
    Kind(
        "capitulos", "Capítulos de las entidades", 6, "Aportar capítulo de la entidad",
        (Told("Año"), ENTITY, Told("Capítulo"), Told("Logros"), Told("Retos"), Told("Solo con registros", Shown.YES),
         WHO),
        _chapters, of_entity=1, sorted_by=0,
    ),
    Kind(
        "mejoras", "Mejoras", 6, "Revisar la fase de seguimiento del año",
        (Told("Año"), Told("Mejora"), Told("Clase", Shown.WORDS), Told("Responsable", Shown.PERSON), Told("Fecha",
         Shown.DAY)),
        _improvements, sorted_by=0,
    ),
    Kind(
        "insumos", "Insumos de la evaluación del PES", 6, "Reunir insumos",
        (Told("Qué", Shown.WORDS), Told("De"), Told("Está", Shown.YES)), _inputs,
    ),
    Kind(
        "preguntas", "Preguntas y criterios de evaluación", 6, "Definir preguntas y criterios",
        (Told("Pregunta"), Told("Criterio", Shown.WORDS), Told("Fuente")), _questions,
    ),
    Kind("evaluacion-del-pes", "Evaluación del PES", 6, "Aprobar evaluación", EVALUATED,
         _evaluations(EvaluationKind.FINAL)),
    Kind("juicios-finales", "Juicios de la evaluación del PES", 6, "Redactar evaluación", JUDGED,
         _judgements(EvaluationKind.FINAL), sorted_by=1),
    Kind(
        "lecciones", "Lecciones y recomendaciones", 6, "Lecciones y recomendaciones para el siguiente PES",
        (Told("Lección"), Told("Recomendación"), Told("Para", Shown.WORDS)), _lessons,
    ),
    Kind("documentos", "Otros documentos", 6, "Los pasos que los aprueban", PAPER,
         _papers(DocumentKind.PES, DocumentKind.METHODOLOGY, DocumentKind.ACT, DocumentKind.MODIFICATION,
                 DocumentKind.ACTION_PLAN, DocumentKind.ANNUAL_REPORT, DocumentKind.INTERMEDIATE_EVALUATION,
                 DocumentKind.FINAL_EVALUATION)),
)  # fmt: skip
