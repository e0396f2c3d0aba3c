"""The years of the plan: phase 4."""

from __future__ import annotations

from workflows.forms.closing import ClosingReview
from workflows.forms.registration import Registration, steps_of
from workflows.handlers.implementation import implementation_forms, implementation_steps, year_end_forms
from workflows.implementation.proofs import FINDERS

LABELS = {
    "definir_plan_accion": "Plan de acción de la entidad",
    "aprobar_plan_accion": "Aprobación del plan de acción",
    "asignar_recursos": "Recursos de la vigencia",
    "definir_estrategia": "Estrategia de seguimiento a proyectos",
    "cerrar_vigencia_entidad": "Cierre de la vigencia de la entidad",
    "cerrar_vigencia": "Cierre de la vigencia, paso por paso",
    "registrar_modificacion": "Modificación presupuestal",
    "radicar_reporte": "Radicado del reporte externo",
}


def registration() -> Registration:
    """Its forms and steps."""
    forms = {
        "definir_plan_accion": implementation_forms.DefineActionPlan(),
        "aprobar_plan_accion": implementation_forms.ApproveActionPlan(),
        "asignar_recursos": implementation_forms.AllocateResources(),
        "definir_estrategia": implementation_forms.DefineStrategy(),
        "cerrar_vigencia_entidad": year_end_forms.CloseEntityYear(),
        "cerrar_vigencia": ClosingReview("cerrar_vigencia", {"pasos": FINDERS}),
        "registrar_modificacion": year_end_forms.RegisterModification(),
        "radicar_reporte": year_end_forms.FileReport(),
    }
    return Registration(steps=steps_of(implementation_steps), forms=forms, labels=LABELS)
