"""Everything the engine refuses, as one tree.

The docstring of a class is its default message (`SpokenError` sees to it, here and in the packages above). Messages
that people see are Spanish and say what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class SpokenError(Exception):
    """No se pudo hacer lo pedido."""

    def __init__(self, message: str | None = None, **ids: Any) -> None:
        """Take another message than the docstring's; keep `ids` as attributes."""
        super().__init__(message or (type(self).__doc__ or "").strip())
        self.__dict__.update(ids)

    @property
    def message(self) -> str:
        """The sentence to show."""
        return str(self)


class EngineError(SpokenError):
    """El motor de procesos no pudo hacer lo pedido."""


class DatabaseDown(EngineError):
    """La base de datos no responde en este momento. No se guardó nada a medias: vuelva a intentarlo en un minuto."""


class StorageFull(EngineError):
    """No queda espacio en el disco: no se guardó nada. Avise a la administración de la plataforma y repita después."""


class NotFound(EngineError):
    """No existe lo que busca. Verifique la dirección o vuelva a la bandeja."""


class UnknownInstance(NotFound):
    """Ese proceso no existe. Vuelva a la lista y elija otro."""


class UnknownTask(NotFound):
    """Esa tarea no existe. Vuelva a su bandeja y elija otra."""


class UnknownDefinition(NotFound):
    """Ese proceso no está publicado. Revise su nombre en la lista de procesos."""


class UnknownElement(NotFound):
    """El diagrama no tiene ese elemento. Actualice la página: quizá lo borraron."""


class NotAllowed(EngineError):
    """Esa tarea no es suya. Si debe hacerla, pida al coordinador que se la reasigne."""


class FourEyes(NotAllowed):
    """Usted hizo el paso que aquí se revisa; debe hacerlo otra persona."""


class Conflict(EngineError):
    """Alguien lo hizo antes. Actualice la página para ver cómo quedó."""


class LostRace(Conflict):
    """Otra persona cambiaba lo mismo en ese momento. Vuelva a intentarlo."""


class TaskAlreadyCompleted(Conflict):
    """Esta tarea ya fue terminada. Actualice su bandeja."""


class TaskCancelledError(Conflict):
    """Esta tarea ya no hace falta: el proceso siguió sin ella."""


class TaskHeldByAnother(Conflict):
    """Otra persona tomó esta tarea. Pídale que la devuelva al grupo si debe hacerla usted."""


class InstanceEndedError(Conflict):
    """Ese proceso ya terminó."""


class DuplicateBusinessKey(Conflict):
    """Ya hay un proceso abierto con esa clave."""


class StaleDraft(Conflict):
    """Otra persona guardó este borrador mientras usted lo editaba. Compare los dos antes de guardar el suyo."""


class Invalid(EngineError):
    """Lo enviado no se puede aceptar. Corrija lo señalado y vuelva a enviar."""


class InvalidDiagram(Invalid):
    """El diagrama no se puede publicar. Corrija los hallazgos señalados."""

    findings: Sequence[Any] = ()
    """`engine.definitions.linting.Finding`, if the linter refused it."""


class UnreadableDiagram(InvalidDiagram):
    """El archivo no es un diagrama BPMN que se pueda leer."""


class InvalidExpression(Invalid):
    """La expresión no se entiende."""


class InvalidDeadline(Invalid):
    """El plazo no se entiende. Escriba por ejemplo «5dh», «cierre+5dh» o «fecha:variable»."""


class UnknownRole(Invalid):
    """El diagrama nombra un rol que no existe."""


class UnknownTopic(Invalid):
    """El diagrama nombra un paso automático que no existe."""


class InvalidVariables(Invalid):
    """Las variables del proceso deben ser textos, números, fechas o listas pequeñas."""


class NoMessageReceiver(NotFound):
    """Ningún proceso espera ese mensaje."""


class ExecutionFailed(EngineError):
    """Un paso automático falló. Quedó registrado como incidente; el coordinador puede reintentarlo."""


class CorruptState(ExecutionFailed):
    """El estado guardado de este proceso no se puede leer. Avise al administrador; los demás procesos siguen."""


class CannotResolve(Conflict):
    """Ese incidente no se puede resolver así. Elija otra de las opciones."""
