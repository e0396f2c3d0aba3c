"""Phase 6: intermediate evaluations, annual reports, the final evaluation."""

from __future__ import annotations

from collections.abc import Mapping

from workflows.evaluation import proofs
from workflows.forms.closing import ClosingReview
from workflows.forms.handlers import FormHandler
from workflows.forms.registration import Registration, steps_of
from workflows.handlers.evaluation import annual_forms, evaluation_forms, evaluation_steps, final_forms

LABELS = {
    "autoevaluar": "Autoevaluación de la entidad",
    "preparar_base": "Base de la evaluación intermedia",
    "analizar_resultados": "Juicio de objetivos y líneas",
    "ajustar_evaluacion": "Ajuste de la evaluación intermedia",
    "decidir_medidas": "Planes de choque y modificación del plan",
    "aprobar_evaluacion": "Aprobación de la evaluación intermedia",
    "aportar_capitulo": "Capítulo de la entidad en el informe anual",
    "revisar_seguimiento": "Cierre anual de la fase de seguimiento",
    "consolidar_informe": "Consolidación del informe anual",
    "revisar_informe": "Revisión del informe anual",
    "aprobar_informe_anual": "Aprobación del informe anual",
    "definir_preguntas": "Preguntas de la evaluación del PES",
    "redactar_evaluacion": "Hallazgos de la evaluación del PES",
    "aprobar_evaluacion_final": "Aprobación de la evaluación del PES",
    "registrar_lecciones": "Lecciones para el siguiente PES",
    "cerrar_fase_6": "Cierre de la fase de evaluación",
}


def registration() -> Registration:
    """What phase 6 contributes."""
    return Registration(
        steps=steps_of(evaluation_steps),
        forms=_forms(),
        labels=LABELS,
        catalogues={"evaluaciones_del_ano": annual_forms.evaluations_of_the_year},
    )


def _forms() -> Mapping[str, FormHandler]:
    analyse = evaluation_forms.AnalyseResults()
    return {
        "autoevaluar": evaluation_forms.AssessOneself(),
        "preparar_base": evaluation_forms.PrepareBase(),
        "analizar_resultados": analyse,
        "ajustar_evaluacion": analyse,
        "decidir_medidas": evaluation_forms.DecideMeasures(),
        "aprobar_evaluacion": evaluation_forms.ApproveEvaluation(),
        "aportar_capitulo": annual_forms.ContributeChapter(),
        "revisar_seguimiento": annual_forms.ReviewFollowUp("revisar_seguimiento", annual_forms.REVIEW),
        "consolidar_informe": annual_forms.ConsolidateReport(),
        "revisar_informe": annual_forms.ReviewReport(),
        "aprobar_informe_anual": annual_forms.ApproveReport(),
        "definir_preguntas": final_forms.DefineQuestions(),
        "redactar_evaluacion": final_forms.WriteEvaluation(),
        "aprobar_evaluacion_final": final_forms.ApproveFinal(),
        "registrar_lecciones": final_forms.RecordLessons(),
        "cerrar_fase_6": ClosingReview("cerrar_fase_6", proofs.REVIEW, yearly=False),
    }
