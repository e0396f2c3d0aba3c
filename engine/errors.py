"""Everything the engine refuses, as one tree, and the base of such trees above.

Sentences that people see are Spanish and say what to do. What an error is about lies in fields, keyword only.
"""

from __future__ import annotations

import copyreg
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(eq=False)
class SpokenError(Exception):
    """An error whose `message` is shown to a person: what was raised with, else the `sentence` of its class."""

    sentence: ClassVar[str] = "No se pudo hacer lo pedido."

    message: str = ""

    def __post_init__(self) -> None:
        """Speak even if nobody gave a sentence."""
        self.message = self.message or self.sentence
        self.args = (self.message,)

    def __str__(self) -> str:
        """The sentence to show."""
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes with every field."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class EngineError(SpokenError):
    """What the engine refuses."""

    sentence = "El motor de procesos no pudo hacer lo pedido."


class DatabaseDown(EngineError):
    """The database doesn't answer."""

    sentence = (
        "La base de datos no responde en este momento. No se guardó nada a medias: vuelva a intentarlo en un minuto."
    )


class OtherDatabase(DatabaseDown):
    """The database answers, and is not ours: it is empty, or of another version."""

    sentence = (
        "La base de datos no tiene las tablas de Cauce: está vacía, es otra o es de otra versión. Avise a quien "
        "administra la plataforma: debe revisar CAUCE_DATABASE_URL y correr «cauce migrate», o recuperar la copia de "
        "seguridad."
    )


class StorageFull(EngineError):
    """The disk holds no more."""

    sentence = (
        "No queda espacio en el disco: no se guardó nada. Avise a la administración de la plataforma y repita después."
    )


class NotFound(EngineError):
    """What was asked for does not exist."""

    sentence = "No existe lo que busca. Verifique la dirección o vuelva a la bandeja."


@dataclass(eq=False, kw_only=True)
class UnknownInstance(NotFound):
    """No case has this id."""

    sentence = "Ese proceso no existe. Vuelva a la lista y elija otro."

    instance_id: int


@dataclass(eq=False, kw_only=True)
class UnknownTask(NotFound):
    """No task has this id."""

    sentence = "Esa tarea no existe. Vuelva a su bandeja y elija otra."

    task_id: int


@dataclass(eq=False, kw_only=True)
class UnknownDefinition(NotFound):
    """No process of this key is published."""

    sentence = "Ese proceso no está publicado. Revise su nombre en la lista de procesos."

    process_key: str = ""


class UnknownElement(NotFound):
    """The diagram has no such element."""

    sentence = "El diagrama no tiene ese elemento. Actualice la página: quizá lo borraron."


@dataclass(eq=False, kw_only=True)
class NotAllowed(EngineError):
    """The task, or the command, is somebody else's."""

    sentence = "Esa tarea no es suya. Si debe hacerla, pida al coordinador que se la reasigne."

    task_id: int | None = None


class FourEyes(NotAllowed):
    """Who did a step may not be who reviews it."""

    sentence = "Usted hizo el paso que aquí se revisa; debe hacerlo otra persona."


class Conflict(EngineError):
    """What was wanted no longer fits what is."""

    sentence = "Alguien lo hizo antes. Actualice la página para ver cómo quedó."


class LostRace(Conflict):
    """Somebody wrote the same rows at that moment."""

    sentence = "Otra persona cambiaba lo mismo en ese momento. Vuelva a intentarlo."


@dataclass(eq=False, kw_only=True)
class TaskAlreadyCompleted(Conflict):
    """The task was finished before."""

    sentence = "Esta tarea ya fue terminada. Actualice su bandeja."

    task_id: int
    completed_by: str | None
    completed_at: dt.datetime | None


@dataclass(eq=False, kw_only=True)
class TaskCancelledError(Conflict):
    """The case went on without the task."""

    sentence = "Esta tarea ya no hace falta: el proceso siguió sin ella."

    task_id: int


@dataclass(eq=False, kw_only=True)
class TaskHeldByAnother(Conflict):
    """Somebody took the group's task."""

    sentence = "Otra persona tomó esta tarea. Pídale que la devuelva al grupo si debe hacerla usted."

    task_id: int
    assignee: str


@dataclass(eq=False, kw_only=True)
class InstanceEndedError(Conflict):
    """The case is over."""

    sentence = "Ese proceso ya terminó."

    instance_id: int


@dataclass(eq=False, kw_only=True)
class InstanceSuspended(Conflict):
    """The case stands still until somebody resumes it; `why` is the reason that was given."""

    sentence = "Este proceso está suspendido: nada avanza hasta que coordinación lo reanude. Lo escrito se conserva."

    instance_id: int
    why: str = ""


@dataclass(eq=False, kw_only=True)
class DuplicateBusinessKey(Conflict):
    """A case of this key exists, perhaps an ended one."""

    sentence = "Ya hay un proceso abierto con esa clave."

    business_key: str


@dataclass(eq=False, kw_only=True)
class StaleDraft(Conflict):
    """Somebody saved the draft since it was read. `theirs` is the draft that stands now, if one does."""

    sentence = "Otra persona guardó este borrador mientras usted lo editaba. Compare los dos antes de guardar el suyo."

    theirs: Any = None


class NotReviewed(Conflict):
    """The process asks for a second person's look, and this draft has had none."""

    sentence = "Este proceso se publica después de que otra persona lo revise. Pida la revisión."


class OwnReview(Conflict):
    """Whoever drew something reviews it."""

    sentence = "Usted dibujó parte de este borrador: lo revisa alguien que no lo haya cambiado."


class RetiredProcess(Conflict):
    """A new case of a process that was retired."""

    sentence = "Ese proceso está retirado: no se abren casos nuevos. Quien lidera procesos puede reactivarlo."


class Invalid(EngineError):
    """What was sent cannot be accepted."""

    sentence = "Lo enviado no se puede aceptar. Corrija lo señalado y vuelva a enviar."


@dataclass(eq=False, kw_only=True)
class InvalidDiagram(Invalid):
    """A diagram that cannot be published. `findings` are the linter's, if it was the linter."""

    sentence = "El diagrama no se puede publicar. Corrija los hallazgos señalados."

    findings: Sequence[Any] = ()
    process_key: str = ""
    element: str = ""


class UnreadableDiagram(InvalidDiagram):
    """A file that is no BPMN."""

    sentence = "El archivo no es un diagrama BPMN que se pueda leer."


@dataclass(eq=False, kw_only=True)
class InvalidExpression(Invalid):
    """An expression that nobody understands; `position` counts from 1, `suggestion` is a known name."""

    sentence = "La expresión no se entiende."

    position: int | None = None
    suggestion: str = ""


class InvalidDeadline(Invalid):
    """A deadline that nobody understands."""

    sentence = "El plazo no se entiende. Escriba por ejemplo «5dh», «cierre+5dh» o «fecha:variable»."


@dataclass(eq=False, kw_only=True)
class UnknownRole(Invalid):
    """A role that nobody can have."""

    sentence = "El diagrama nombra un rol que no existe."

    role: str = ""


class UnknownTopic(Invalid):
    """An automatic step that nobody wrote."""

    sentence = "El diagrama nombra un paso automático que no existe."


class InvalidVariables(Invalid):
    """Variables that a case cannot hold."""

    sentence = "Las variables del proceso deben ser textos, números, fechas o listas pequeñas."


class NoMessageReceiver(NotFound):
    """Nobody waits for the message."""

    sentence = "Ningún proceso espera ese mensaje."


class ExecutionFailed(EngineError):
    """An automatic step, or what follows from it, failed."""

    sentence = "Un paso automático falló. Quedó registrado como incidente; el coordinador puede reintentarlo."


class CorruptState(ExecutionFailed):
    """The stored state of a case cannot be read."""

    sentence = "El estado guardado de este proceso no se puede leer. Avise al administrador; los demás procesos siguen."


class NewerState(CorruptState):
    """The state of a case was written by a newer release."""

    sentence = "A este proceso lo guardó una versión más nueva de Cauce. Instálela aquí y reinicie el servidor."


class CannotResolve(Conflict):
    """An incident that does not end this way."""

    sentence = "Ese incidente no se puede resolver así. Elija otra de las opciones."


class CannotMigrate(Conflict):
    """A case that cannot go on in another version as it stands; the sentence ends «no puede: …»."""

    sentence = "ese proceso no se puede pasar a esa versión."


@dataclass(eq=False, kw_only=True)
class InvalidDecision(Invalid):
    """Decisions that cannot be published. `findings` are those of their linter, if it was that."""

    sentence = "La tabla de decisión no se puede usar. Corrija lo señalado."

    findings: Sequence[Any] = ()


class UnreadableDecision(InvalidDecision):
    """A file that is no DMN."""

    sentence = "El archivo no es un DMN que se pueda leer. Expórtelo de nuevo como DMN 1.3."


class Undecided(EngineError):
    """A decision without a result: several rows fit, none does, or a datum is of another type."""

    sentence = "La tabla de decisión no dio un resultado. Corrija los datos, o la tabla."
