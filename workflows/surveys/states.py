"""What a survey can be."""

from __future__ import annotations

from enum import StrEnum


class SurveyState(StrEnum):
    """Where a survey stands."""

    DESIGN = "diseno"
    APPROVED = "aprobada"
    OPEN = "abierta"
    CLOSED = "cerrada"
    PUBLISHED = "publicada"
