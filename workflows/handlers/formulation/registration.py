"""Phases 1 and 2: from the sources to the plan's document."""

from __future__ import annotations

from collections.abc import Mapping

from workflows.forms.closing import ClosingReview
from workflows.forms.handlers import Catalogue, FormHandler
from workflows.forms.plan_options import PLAN_CATALOGUES
from workflows.forms.registration import Registration, steps_of
from workflows.formulation import proofs
from workflows.handlers.formulation import (
    battery_forms,
    drafting_forms,
    formulation_steps,
    funding_forms,
    methodology_forms,
    source_forms,
    survey_forms,
    team_forms,
    theme_forms,
    workshop_forms,
)

LABELS = {
    "alistar_fuentes": "Fuentes de información de una entidad",
    "completar_fuentes": "Fuentes que faltan de una entidad",
    "responder_autodiagnostico": "Autodiagnóstico de una entidad",
    "registrar_temas": "Temas que trató una mesa",
    "homogenizar_conceptos": "Glosario y estructura del sector",
    "registrar_dofa": "Entradas DOFA de una entidad",
    "consolidar_dofa": "Matriz DOFA del sector",
    "identificar_problemas": "Problemas de articulación",
    "preparar_alternativa": "Alternativa metodológica",
    "pronunciarse_alternativa": "Concepto de una entidad sobre la alternativa",
    "formular_cronograma": "Cronograma de trabajo",
    "cerrar_fase_1": "Cierre de la fase 1",
    "registrar_ajustes": "Ajustes de una entidad a la metodología",
    "aprobar_metodologia": "Aprobación de la metodología por una entidad",
    "asignar_tareas": "Asignación de trabajos y secciones",
    "analizar_informes": "Análisis de informes y proyectos de una entidad",
    "consolidar_temas": "Temas que salen del análisis",
    "validar_apuesta": "Apuesta estratégica de una entidad",
    "registrar_estado_proyectos": "Estado de los proyectos de una entidad",
    "elegir_modalidad": "Cómo se escucha a la comunidad",
    "validar_en_campo": "Validación en campo",
    "registrar_articulacion": "Puntos de articulación",
    "priorizar_temas": "Matriz de priorización de temas",
    "estructurar_mes": "Marco estratégico sectorial",
    "definir_lineas_productos": "Líneas, objetivos y productos",
    "formular_indicadores": "Metas e indicadores de una entidad",
    "corregir_indicadores": "Metas e indicadores por corregir",
    "estimar_financiamiento": "Financiamiento de una entidad",
    "consolidar_financiamiento": "Financiamiento del sector",
    "disenar_herramienta": "Herramienta de seguimiento",
    "redactar_seccion": "Redacción de una sección",
    "revisar_seccion": "Revisión de una sección",
    "cerrar_fase_2": "Cierre de la fase 2",
    "disenar_encuesta": "Diseño de una encuesta",
    "aprobar_encuesta": "Aprobación de una encuesta",
    "acompanar_encuesta": "Difusión de una encuesta",
    "analizar_encuesta": "Análisis de una encuesta",
}


def registration() -> Registration:
    """What the formulation contributes."""
    return Registration(
        steps=steps_of(formulation_steps),
        forms={**_phase_1(), **_phase_2(), **_survey()},
        labels=LABELS,
        catalogues={**PLAN_CATALOGUES, **_catalogues()},
    )


def _phase_1() -> Mapping[str, FormHandler]:
    return {
        "alistar_fuentes": source_forms.GatherSources(),
        "completar_fuentes": source_forms.CompleteSources(),
        "responder_autodiagnostico": source_forms.AnswerDiagnosis(),
        "registrar_temas": source_forms.RecordTopics(),
        "homogenizar_conceptos": source_forms.AgreeConcepts(),
        "registrar_dofa": workshop_forms.RecordSwot(),
        "consolidar_dofa": workshop_forms.ConsolidateSwot(),
        "identificar_problemas": workshop_forms.IdentifyProblems(),
        "preparar_alternativa": methodology_forms.PrepareAlternative(),
        "pronunciarse_alternativa": methodology_forms.GiveOpinion(),
        "formular_cronograma": methodology_forms.FormulateSchedule(),
        "cerrar_fase_1": ClosingReview("cerrar_fase_1", proofs.PHASE_1),
    }


def _phase_2() -> Mapping[str, FormHandler]:
    return {
        "registrar_ajustes": methodology_forms.RegisterAdjustments(),
        "aprobar_metodologia": methodology_forms.ApproveMethodology(),
        "asignar_tareas": team_forms.AssignTasks(),
        "analizar_informes": team_forms.AnalyseReports(),
        "consolidar_temas": team_forms.ConsolidateThemes(),
        "validar_apuesta": theme_forms.ValidateBet(),
        "registrar_estado_proyectos": team_forms.RecordProjects(),
        "elegir_modalidad": theme_forms.ChooseModes(),
        "validar_en_campo": theme_forms.ValidateInField(),
        "registrar_articulacion": team_forms.RecordArticulation(),
        "priorizar_temas": theme_forms.PrioritizeThemes(),
        "estructurar_mes": theme_forms.StructureFramework(),
        "definir_lineas_productos": battery_forms.DefineLines(),
        "formular_indicadores": battery_forms.FormulateIndicators(),
        "corregir_indicadores": battery_forms.CorrectIndicators(),
        "estimar_financiamiento": funding_forms.EstimateFunding(),
        "consolidar_financiamiento": funding_forms.ConsolidateFunding(),
        "disenar_herramienta": battery_forms.DesignTool(),
        "redactar_seccion": drafting_forms.DraftSection(),
        "revisar_seccion": drafting_forms.ReviewSection(),
        "cerrar_fase_2": ClosingReview("cerrar_fase_2", proofs.PHASE_2),
    }


def _survey() -> Mapping[str, FormHandler]:
    return {
        "disenar_encuesta": survey_forms.DesignSurvey(),
        "aprobar_encuesta": survey_forms.ApproveSurvey(),
        "acompanar_encuesta": survey_forms.SpreadSurvey(),
        "analizar_encuesta": survey_forms.AnalyseSurvey(),
    }


def _catalogues() -> Mapping[str, Catalogue]:
    return {
        "pasos": methodology_forms.steps_catalogue,
        "trabajos": team_forms.works_catalogue,
        "temas": theme_forms.all_themes,
        "temas_elegidos": theme_forms.chosen_themes,
        "localidades": theme_forms.localities,
        "tablas_del_plan": drafting_forms.tables_catalogue,
    }
