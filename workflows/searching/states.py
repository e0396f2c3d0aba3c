"""What can be found."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What something is that can be found, in the order in which a page shows it."""

    TASK = "tarea"
    CASE = "caso"
    INDICATOR = "indicador"
    MINUTES = "acta"
    DOCUMENT = "documento"
    PERSON = "persona"
