"""The states of a mail and of what keeps it from leaving."""

from __future__ import annotations

from enum import StrEnum


class MailState(StrEnum):
    """Where a mail stands in the outbox."""

    PENDING = "pendiente"
    SENT = "enviado"
    FAILED = "fallido"
    REPLACED = "reemplazado"
    """A digest of an earlier day that never left: a newer one tells what is still open."""
    OMITTED = "omitido"
    """Written by a simulation: nobody is to receive it."""


class MailKind(StrEnum):
    """What a mail is about."""

    DIGEST = "resumen"
    INVITATION = "convocatoria"
    MODIFICATION_DENIED = "modificacion_negada"
    RETURNED = "devuelta"
    """Work that came back, told at once."""
    RELEASE = "publicacion"
    """A process to be reviewed, or what became of one."""
    NUDGE = "recordatorio"
    """Whoever coordinates asks for something that is late or about to be."""
    EXTENSION = "prorroga"
    """More time for a task: asked for, granted, refused."""
    COMMENT = "pregunta"
    """A question or comment about a task or a case."""
    HELP = "apoyo"
    """Somebody is asked to fill in a part of another's task, or says that it is done."""
    HANDOVER = "entrega"
    """Work that passed to somebody else for good."""
    ABSENCE = "ausencia"
    """Who stands in for whom, and that nobody does."""
    ROLE = "rol"
    """A role that somebody asks for others."""
    ACCESS_LINK = "enlace_de_acceso"
    """Whoever reads it signs in as its recipient: no page shows its text, and none is kept once it left."""
    ACCOUNT_CHANGED = "cuenta"


class Fault(StrEnum):
    """What is wrong with a mail that failed."""

    NONE = ""
    ADDRESS = "direccion"
    MESSAGE = "mensaje"


class Urgent(StrEnum):
    """When a person hears what cannot wait."""

    AT_ONCE = "al_momento"
    WITH_DIGEST = "con_el_resumen"


class Watching(StrEnum):
    """How often a person hears of what others have to do."""

    DAILY = "cada_dia"
    WEEKLY = "cada_semana"
    """On the first working day of a week."""
