"""Phase 3: review, approval, adoption and publication; and the modifications of the plan."""

from __future__ import annotations

from workflows.approvals.proofs import CLOSING_ITEMS
from workflows.forms.closing import ClosingReview
from workflows.forms.registration import Registration, steps_of
from workflows.handlers.approval import (
    approval_forms,
    approval_steps,
    modification_forms,
    publication_forms,
    review_forms,
)

LABELS = {
    "fijar_plazos": "Forma y plazos de presentación",
    "revisar_documento": "Observaciones de una entidad a un documento",
    "responder_observaciones": "Respuesta a las observaciones",
    "ajustar_documento": "Cambios que resultan de las observaciones",
    "ajustar_o_aclarar": "Cambios que resultan de la mesa",
    "aprobar_pes": "Aprobación electrónica de una entidad",
    "decidir_en_comite": "Decisión del Comité Sectorial",
    "proyectar_acto": "Proyecto de acto administrativo",
    "suscribir_acto": "Suscripción del acto",
    "registrar_adopcion": "Número y fecha del acto: el plan queda adoptado",
    "convocar_presentacion": "Convocatoria a la presentación del plan",
    "cerrar_fase_3": "Cierre de la fase 3",
    "publicar_en_canales": "Publicación de una entidad en sus canales",
    "completar_publicacion": "Publicaciones que fallaron",
    "verificar_publicacion": "Verificación de las publicaciones",
    "formular_modificacion": "Solicitud de modificación del plan",
    "emitir_concepto": "Concepto técnico de una modificación",
    "aprobar_modificacion": "Decisión sobre una modificación menor",
}


def registration() -> Registration:
    """What approvals contribute."""
    return Registration(
        steps=steps_of(approval_steps),
        forms={
            "fijar_plazos": approval_forms.SetTerms(),
            "revisar_documento": review_forms.ReviewDocument(),
            "responder_observaciones": review_forms.AnswerObservations(),
            "ajustar_documento": review_forms.AdjustDocument(),
            "ajustar_o_aclarar": review_forms.AdjustAfterMeeting(),
            "aprobar_pes": approval_forms.ApprovePlan(),
            "decidir_en_comite": approval_forms.DecideInCommittee(),
            "proyectar_acto": approval_forms.DraftAct(),
            "suscribir_acto": approval_forms.SignAct(),
            "registrar_adopcion": approval_forms.NumberAct(),
            "convocar_presentacion": approval_forms.CallPresentation(),
            "cerrar_fase_3": ClosingReview("cerrar_fase_3", CLOSING_ITEMS),
            "publicar_en_canales": publication_forms.Publish(),
            "completar_publicacion": publication_forms.CompletePublication(),
            "verificar_publicacion": publication_forms.VerifyPublication(),
            "formular_modificacion": modification_forms.RequestModification(),
            "emitir_concepto": modification_forms.JudgeModification(),
            "aprobar_modificacion": modification_forms.ApproveModification(),
        },
        labels=LABELS,
        catalogues={"secciones": review_forms.sections, "elementos_del_plan": modification_forms.plan_elements},
    )
