"""The month, its meetings and the preparation of those who answer for it."""

from __future__ import annotations

from collections.abc import Mapping

from workflows.forms.handlers import FormHandler
from workflows.forms.registration import Registration, steps_of
from workflows.handlers.month import (
    confirm_forms,
    entity_forms,
    execution_forms,
    meeting_forms,
    meeting_steps,
    month_forms,
    month_steps,
    preparation_forms,
    preparation_steps,
    progress_forms,
)
from workflows.handlers.month.meeting_steps import MinutesMaker
from workflows.handlers.month.month_steps import ReportMaker

LABELS = {
    "reportar_avance": "Avance de los indicadores de un responsable",
    "corregir_avance": "Corrección de las filas devueltas",
    "corregir_extemporaneo": "Corrección de un reporte extemporáneo",
    "completar_reporte": "Avance que faltó, fuera de tiempo",
    "confirmar_calculado": "Confirmación de indicadores calculados",
    "confirmar_calculado_extemporaneo": "Confirmación extemporánea de indicadores calculados",
    "reportar_ejecucion": "Ejecución presupuestal y actividades",
    "completar_ejecucion": "Ejecución que faltó, fuera de tiempo",
    "corregir_ejecucion": "Corrección de la ejecución devuelta",
    "corregir_ejecucion_extemporanea": "Corrección de la ejecución de un reporte extemporáneo",
    "validar_reporte": "Validación fila por fila",
    "validar_extemporaneo": "Validación de un reporte extemporáneo",
    "avalar_reporte": "Aval de la dirección de la entidad",
    "avalar_extemporaneo": "Aval de un reporte extemporáneo",
    "revisar_consolidado": "Revisión de las alertas del mes",
    "aclarar_reporte": "Respuesta a las preguntas del equipo sectorial",
    "calificar_cuellos": "Calificación de cuellos de botella",
    "aprobar_informe": "Aprobación del informe mensual",
    "ajustar_informe": "Ajuste del informe mensual",
    "establecer_responsables": "Matriz de responsables",
    "reasignar_responsables": "Matriz de responsables, solo lo no aceptado",
    "aceptar_responsabilidad": "Aceptación de responsabilidades",
    "convocar": "Convocatoria de una mesa",
    "registrar_asistencia": "Asistencia a una mesa",
    "elaborar_acta": "Acta de una mesa",
    "revisar_acta": "Revisión del acta por un asistente",
    "aprobar_acta": "Aprobación electrónica del acta",
}


def registration(make_report: ReportMaker | None = None, make_minutes: MinutesMaker | None = None) -> Registration:
    """What the month contributes; the makers store documents inside the step that closes a month or a meeting."""
    steps = steps_of(month_steps, meeting_steps, preparation_steps) | {
        "congelar_periodo": month_steps.congelar_periodo(make_report),
        "cerrar_mesa": meeting_steps.cerrar_mesa(make_minutes),
    }
    return Registration(steps=steps, forms=_forms(), labels=LABELS)


def _forms() -> Mapping[str, FormHandler]:
    report, validate, execution = (
        progress_forms.ReportProgress(),
        entity_forms.ValidateReport(),
        execution_forms.ReportExecution(),
    )
    return {
        "reportar_avance": report,
        "corregir_avance": report,
        "corregir_extemporaneo": report,
        "completar_reporte": progress_forms.CompleteLateReport(),
        "confirmar_calculado": confirm_forms.ConfirmComputed(),
        "confirmar_calculado_extemporaneo": confirm_forms.ConfirmComputed(),
        "reportar_ejecucion": execution,
        "completar_ejecucion": execution,
        "corregir_ejecucion": execution,
        "corregir_ejecucion_extemporanea": execution,
        "validar_reporte": validate,
        "validar_extemporaneo": entity_forms.ValidateReport(late=True),
        "avalar_reporte": entity_forms.EndorseReport(),
        "avalar_extemporaneo": entity_forms.EndorseLateReport(),
        "revisar_consolidado": month_forms.ReviewConsolidated(),
        "aclarar_reporte": month_forms.ClarifyReport(),
        "calificar_cuellos": month_forms.QualifyBottlenecks(),
        "aprobar_informe": month_forms.ApproveReport(),
        "ajustar_informe": month_forms.AdjustReport(),
        "establecer_responsables": preparation_forms.SetResponsibles(),
        "reasignar_responsables": preparation_forms.ReassignResponsibles(),
        "aceptar_responsabilidad": preparation_forms.AcceptResponsibility(),
        "convocar": meeting_forms.Convene(),
        "registrar_asistencia": meeting_forms.RecordAttendance(),
        "elaborar_acta": meeting_forms.WriteMinutes(),
        "revisar_acta": meeting_forms.ReviewMinutes(),
        "aprobar_acta": meeting_forms.ApproveMinutes(),
    }
