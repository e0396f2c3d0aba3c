"""The plan's life: created, followed from a month on, archived."""

from __future__ import annotations

from workflows.forms.registration import Registration, steps_of
from workflows.handlers.lifecycle import lifecycle_forms, lifecycle_steps

LABELS = {
    "crear_plan": "Datos con que nace el plan",
    "decidir_cargue": "Desde qué mes se hace el seguimiento",
    "confirmar_archivo": "Confirmación del archivo del expediente",
}


def registration() -> Registration:
    """What the plan's life contributes."""
    return Registration(
        steps=steps_of(lifecycle_steps),
        forms={
            "crear_plan": lifecycle_forms.CreatePlan(),
            "decidir_cargue": lifecycle_forms.DecideStart(),
            "confirmar_archivo": lifecycle_forms.ConfirmArchive(),
        },
        labels=LABELS,
        catalogues={"trd": lifecycle_forms.retention_series},
    )
