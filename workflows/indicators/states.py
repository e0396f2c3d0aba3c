"""What an indicator, its traffic light and its figures can be."""

from __future__ import annotations

from enum import StrEnum


class IndicatorKind(StrEnum):
    """What an indicator measures."""

    RESULT = "resultado"
    PRODUCT = "producto"


class Annualization(StrEnum):
    """How the months of a year, and the years of a plan, make one figure."""

    SUM = "suma"
    """Months report increments; the others report levels."""
    RISING = "creciente"
    FALLING = "decreciente"
    CONSTANT = "constante"


class Color(StrEnum):
    """A colour of the traffic light."""

    RED = "rojo"
    YELLOW = "amarillo"
    GREEN = "verde"
    ORANGE = "naranja"
    """More than was programmed."""
    GREY = "gris"
    """There is no figure."""
    WHITE = "blanco"
    """Nothing to judge."""


class Status(StrEnum):
    """Why there is no percentage, or whether a figure without one was reached."""

    NOT_PROGRAMMED = "no_programado"
    NO_CUTOFF_YET = "sin_corte_exigible"
    NO_DATA = "sin_dato"
    MET = "cumple"
    NOT_MET = "no_cumple"


class Measure(StrEnum):
    """What is done about a bottleneck."""

    UNDECIDED = ""
    NONE = "ninguna"
    PREVENTIVE = "preventiva"
    RECOVERY = "plan_de_choque"
