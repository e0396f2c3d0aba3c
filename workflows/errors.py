"""Everything the domain refuses, as one tree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.errors import SpokenError


class WorkflowsError(SpokenError):
    """What the domain refuses."""

    sentence = "No se pudo hacer lo pedido."


class NotFound(WorkflowsError):
    """What was asked for does not exist."""

    sentence = "No existe lo que busca. Verifique la dirección o vuelva a la lista."


class Forbidden(WorkflowsError):
    """Somebody else's to do."""

    sentence = "No tiene permiso para hacer esto. Si lo necesita, pídalo a la coordinación del plan."


class Conflict(WorkflowsError):
    """What was wanted no longer fits what is."""

    sentence = "Alguien lo cambió antes. Actualice la página y vuelva a intentarlo."


@dataclass(eq=False, kw_only=True)
class DraftChanged(Conflict):
    """Another page of the same person kept something else since: a draft is not written over unseen.

    `fields` are the labels of what differs; `seen` is what to hand in, to write over it all the same.
    """

    sentence = "En otra ventana usted guardó algo distinto en esta tarea."

    at: dt.datetime
    fields: Sequence[str] = ()
    seen: str = ""


@dataclass(eq=False, kw_only=True)
class PeriodFrozen(Conflict):
    """A closed month was about to change. The fields are what the *bitácora* tells of the attempt."""

    sentence = "El periodo está cerrado: sus cifras no se cambian. El intento quedó registrado."

    plan_code: str = ""
    period_code: str = ""
    action: str = "cambiar_cifra"
    object_code: str = ""
    measurement_id: int | None = None
    attempt: dict[str, Any] = field(default_factory=dict)


class Refused(WorkflowsError):
    """Something must come first."""

    sentence = "Todavía no se puede hacer esto."


class AlreadyReviewed(Conflict):
    """What was sent can't be corrected by who sent it any more."""

    sentence = "Lo enviado ya fue revisado; pida que se lo devuelvan si debe corregirlo."


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field. `path` is `campo`, `lista`, `lista.0` or `lista.0.columna`; the message Spanish.

    `asks`: nothing need be wrong; something is unlikely, and a person says why at this field.
    """

    path: str
    message: str
    asks: bool = False


@dataclass(eq=False, kw_only=True)
class InvalidSubmission(WorkflowsError):
    """A form with fields to correct. `raw` is what was sent, as it can be shown again."""

    sentence = "Hay campos por corregir. Revise los señalados y vuelva a enviar."

    errors: Sequence[FieldError]
    raw: Mapping[str, Any] = field(default_factory=dict)
    task_id: int | None = None


class InvalidFile(WorkflowsError):
    """A file that cannot be kept."""

    sentence = "El archivo no se puede aceptar."


@dataclass(eq=False, kw_only=True)
class InvalidForm(WorkflowsError):
    """A form's schema that cannot be used; `problems` is every sentence."""

    sentence = "El formulario tiene partes que no se entienden. Corrija los componentes señalados."

    problems: Sequence[str] = ()


@dataclass(eq=False, kw_only=True)
class UnknownFormHandler(WorkflowsError):
    """A diagram that names a form handler nobody wrote."""

    sentence = "El diagrama nombra un registro de formulario que no existe. Avise a quien cuida los procesos."

    handler: str
    task_id: int
