"""What reviews, approvals, acts, publications and modifications can be."""

from __future__ import annotations

from enum import StrEnum


class RoundOutcome(StrEnum):
    """How a round of approval ended."""

    NONE = ""
    """It goes on."""
    APPROVED = "aprobado"
    ANOTHER_ROUND = "otra_ronda"
    NO_ROUNDS = "sin_rondas"
    """Not approved, and it was the last one: the committee decides."""


class ReviewState(StrEnum):
    """What an entity said of a document under review."""

    WITH_OBSERVATIONS = "con_observaciones"
    WITHOUT_OBSERVATIONS = "sin_observaciones"
    SILENT = "sin_pronunciamiento"
    """The time to observe ended."""


class ObservationOrigin(StrEnum):
    """Where an observation was made."""

    REVIEW = "revision"
    APPROVAL = "aprobacion"
    """It is the reason of an approval of the round before."""


class SectionChangeKind(StrEnum):
    """How a section is changed."""

    ADJUSTMENT = "ajuste"
    """The text replaces the section's."""
    CLARIFICATION = "aclaracion"
    """The text is added at its end."""


class ApprovalDecision(StrEnum):
    """What the head of an entity decides on a version."""

    APPROVES = "aprueba"
    WITH_REMARK = "aprueba_con_observacion"
    REFUSES = "no_aprueba"


class ActMode(StrEnum):
    """What an administrative act does to a plan."""

    ADOPTION = "adopcion"
    MODIFICATION = "modificacion"


class ActState(StrEnum):
    """Where an administrative act stands."""

    DRAFTED = "proyectado"
    RETURNED = "devuelto"
    SIGNED = "suscrito"
    NUMBERED = "numerado"


class PublicationState(StrEnum):
    """Where a publication in one channel stands."""

    PENDING = "pendiente"
    PUBLISHED = "publicada"
    VERIFIED = "verificada"
    FAILED = "fallida"
    """Its link does not work, or not everybody can read it."""


class Channel(StrEnum):
    """Where something is published."""

    PORTAL = "portal"
    """Our own, of no entity."""
    WEB = "web_institucional"
    INTRANET = "intranet"
    SOCIAL = "redes_sociales"


class Audience(StrEnum):
    """Whom a channel reaches."""

    INTERNAL = "interna"
    EXTERNAL = "externa"


class ModificationState(StrEnum):
    """Where a modification of a plan stands."""

    REQUESTED = "solicitada"
    JUDGED = "conceptuada"
    RETURNED = "devuelta"
    APPROVED = "aprobada"
    DENIED = "negada"
    APPLIED = "aplicada"


class Concept(StrEnum):
    """The technical opinion on a modification."""

    NONE = ""
    """Not given yet."""
    MINOR = "menor"
    MAJOR = "mayor"
    UNFAVOURABLE = "desfavorable"
