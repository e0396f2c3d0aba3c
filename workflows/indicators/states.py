"""What an indicator, its traffic light and its figures can be."""

from __future__ import annotations

from enum import StrEnum


class IndicatorKind(StrEnum):
    """What a data sheet measures: a goal of the plan, or the goal of an investment project that feeds one."""

    RESULT = "resultado"
    PRODUCT = "producto"
    PROJECT_GOAL = "meta_proyecto"


OF_PLAN = (IndicatorKind.RESULT, IndicatorKind.PRODUCT)
"""The kinds that make the figures of a plan; the goal of a project is reported as they are, and enters none."""


class Rule(StrEnum):
    """Where the value of an indicator comes from."""

    DIRECT = ""
    """Somebody reports it."""
    SUM = "suma"
    WEIGHTED_SUM = "suma_ponderada"
    WEIGHTED_MEAN = "promedio_ponderado"


class Annualization(StrEnum):
    """How the months of a year, and the years of a plan, make one figure."""

    SUM = "suma"
    """Months report increments; the others report levels."""
    RISING = "creciente"
    FALLING = "decreciente"
    CONSTANT = "constante"


class Direction(StrEnum):
    """Where a level should go."""

    UP = "aumentar"
    DOWN = "disminuir"
    HOLD = "mantener"


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
    """What is known of an indicator at a cut-off."""

    REPORTED = "reportado"
    CARRIED = "arrastrado"
    """Nothing of its own: the last known value, for two due cut-offs at most."""
    NO_DATA = "sin_dato"
    NOT_PROGRAMMED = "no_programado"
    NO_CUTOFF_YET = "sin_corte_exigible"
    MET = "cumple"
    """As `Direct` has it. Only figures kept under formula version 1 say it here."""
    NOT_MET = "no_cumple"


class Direct(StrEnum):
    """Whether a figure was reached, where there is no way to measure and the level is compared as it is."""

    MET = "cumple"
    NOT_MET = "no_cumple"


class Measure(StrEnum):
    """What is done about a bottleneck."""

    UNDECIDED = ""
    NONE = "ninguna"
    PREVENTIVE = "preventiva"
    RECOVERY = "plan_de_choque"
