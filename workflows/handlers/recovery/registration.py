"""Recovery plans."""

from __future__ import annotations

from workflows.forms.registration import Registration, steps_of
from workflows.handlers.recovery import recovery_forms, recovery_steps

LABELS = {
    "formular_plan_choque": "Formulación de un plan de choque",
    "revisar_plan_choque": "Revisión de un plan de choque",
    "aprobar_plan_choque": "Aprobación de un plan de choque",
    "ejecutar_plan_choque": "Acciones cumplidas de un plan de choque",
    "escalar_plan_choque": "Decisión sobre un plan de choque vencido",
    "verificar_eficacia": "Eficacia de un plan de choque",
}


def registration() -> Registration:
    """Its forms and its step."""
    forms = {
        "formular_plan_choque": recovery_forms.FormulatePlan(),
        "revisar_plan_choque": recovery_forms.ReviewPlan(),
        "aprobar_plan_choque": recovery_forms.ApprovePlan(),
        "ejecutar_plan_choque": recovery_forms.DeclareActions(),
        "escalar_plan_choque": recovery_forms.DecideOnPlan(),
        "verificar_eficacia": recovery_forms.VerifyEfficacy(),
    }
    return Registration(steps=steps_of(recovery_steps), forms=forms, labels=LABELS)
