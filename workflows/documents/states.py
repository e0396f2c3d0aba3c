"""What files, documents and their sections can be."""

from __future__ import annotations

from enum import StrEnum


class Reserve(StrEnum):
    """Who may read something, by the law on transparency."""

    PUBLIC = "publica"
    CLASSIFIED = "clasificada"
    RESERVED = "reservada"


class DocumentKind(StrEnum):
    """What a document of a plan is."""

    PES = "pes"
    METHODOLOGY = "metodologia"
    REVIEW_SHEET = "observaciones"
    """Of a round of review: what was observed, and the answers."""
    ACT = "acto"
    MODIFICATION = "modificacion"
    ACTION_PLAN = "plan_accion"
    EXTERNAL_REPORT = "reporte_externo"
    MINUTES = "acta"
    MONTHLY_REPORT = "informe_mensual"
    ANNUAL_REPORT = "informe_anual"
    INTERMEDIATE_EVALUATION = "evaluacion_intermedia"
    FINAL_EVALUATION = "evaluacion_final"
    CHANGEOVER = "empalme"
    """What the people of a government leave to those of the next one."""
    ARCHIVE = "expediente"


class SectionState(StrEnum):
    """Where the text of a section stands."""

    ASSIGNED = "asignada"
    WRITTEN = "redactada"
    RETURNED = "devuelta"
    APPROVED = "aprobada"
