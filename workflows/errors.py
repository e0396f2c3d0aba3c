"""Everything the domain refuses, as one tree. The docstring is the default message, in Spanish."""

from __future__ import annotations

from engine.errors import SpokenError


class WorkflowsError(SpokenError):
    """No se pudo hacer lo pedido."""


class NotFound(WorkflowsError):
    """No existe lo que busca. Verifique la dirección o vuelva a la lista."""


class Forbidden(WorkflowsError):
    """No tiene permiso para hacer esto. Si lo necesita, pídalo a la coordinación del plan."""


class Conflict(WorkflowsError):
    """Alguien lo cambió antes. Actualice la página y vuelva a intentarlo."""


class PeriodFrozen(Conflict):
    """El periodo está cerrado: sus cifras no se cambian. El intento quedó registrado."""


class Refused(WorkflowsError):
    """Todavía no se puede hacer esto."""


class InvalidSubmission(WorkflowsError):
    """Hay campos por corregir. Revise los señalados y vuelva a enviar."""


class InvalidFile(WorkflowsError):
    """El archivo no se puede aceptar."""


class InvalidForm(WorkflowsError):
    """El formulario tiene partes que no se entienden. Corrija los componentes señalados."""


class UnknownFormHandler(WorkflowsError):
    """El diagrama nombra un registro de formulario que no existe. Avise a quien cuida los procesos."""
