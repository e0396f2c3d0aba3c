"""What the figures of one indicator call attention to at a cut-off: the follow-up rules, pure.

Source: the catalogue of follow-up validations of Bogotá's public planning tools, restated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from workflows.indicators.formulas import Assessment, Series
from workflows.indicators.sheets import IndicatorSheet
from workflows.indicators.states import Annualization, Color, Status
from workflows.spanish import enumeration, month_name, number, percentage

YEAR_EXCESS = Decimal(125)
"""Percent of the year's target from which a value looks like a slip of the pen."""

HALF_YEAR = 6

OPPORTUNITY = ("sin_reporte", "arrastrado_2", "sin_dato")
"""Rules about who did not report: shown to who can call them, never a bottleneck."""


@dataclass(frozen=True, slots=True)
class AlertFound:
    """A rule that found something, with the sentence to show."""

    rule: str
    object_code: str
    entity: str
    text: str


@dataclass(frozen=True, slots=True)
class Watched:
    """An indicator at a cut-off: what it promised, what was reported, what came out, and who answers for it."""

    sheet: IndicatorSheet
    series: Series
    assessment: Assessment
    entity: str
    unit: str = ""
    reports: str | None = None
    substitute: str | None = None


def about(watched: Watched, year: int, month: int, *, reported: bool = True) -> Iterator[AlertFound]:
    """Every alert that an indicator raises at the end of a month.

    `reported` says whether its entity handed in its report: if not, that is an alert of the entity, once, and not one
    of each of its indicators.
    """
    code = watched.sheet.code
    for rule, text in _found(watched, year, month, reported=reported):
        yield AlertFound(rule, code, watched.entity, f"{code} {text}")


def previous_value(series: Series, year: int, month: int) -> Decimal | None:
    """The last value reported before a month."""
    earlier = [when for when, value in series.items() if when < (year, month) and value is not None]
    return series[max(earlier)] if earlier else None


def goes_back(annualization: Annualization, before: Decimal, value: Decimal) -> bool:
    """Whether a level moved the wrong way, or an increment takes away."""
    if annualization == Annualization.SUM:
        return value < 0
    return (annualization == Annualization.RISING and value < before) or (
        annualization == Annualization.FALLING and value > before
    )


def _found(watched: Watched, year: int, month: int, *, reported: bool) -> Iterator[tuple[str, str]]:
    assessment, value = watched.assessment, watched.series.get((year, month))
    if assessment.status == Status.NOT_PROGRAMMED:
        if value is not None:
            yield "reporte_sin_meta", f"reportó {number(value)} y este año no tiene meta."
        return
    if not watched.reports or not watched.substitute:
        missing = "quien reporte" if not watched.reports else "reemplazo de quien reporta"
        yield "sin_responsable", f"no tiene {missing}."
    if value is not None:
        yield from _of_the_figures(assessment)
        yield from _of_the_value(watched, value, year, month)
    elif assessment.cutoff == (year, month):
        yield from _of_the_silence(assessment, reported=reported)


def _of_the_silence(found: Assessment, *, reported: bool) -> Iterator[tuple[str, str]]:
    last = f"último dato: {month_name('{}-{:02}'.format(*found.data_month))}" if found.data_month else "nunca ha tenido"
    if found.status == Status.CARRIED and found.missed > 1:
        yield "arrastrado_2", f"lleva {found.missed} cortes sin dato ({last}); con otro más queda sin dato."
    elif found.status == Status.CARRIED and reported:
        yield "sin_reporte", f"no trae dato en este corte ({last})."
    elif found.status == Status.NO_DATA:
        yield "sin_dato", f"está sin dato y por fuera de los promedios ({last})."


def _of_the_figures(found: Assessment) -> Iterator[tuple[str, str]]:
    if found.missing:
        months = enumeration([month_name("{}-{:02}".format(*month)) for month in found.missing])
        yield "incompleto", f"está incompleto: falta {months}."
    if found.compliance is not None and found.compliance < 0:
        yield "bajo_linea_base", "está por debajo de la línea base."
    elif found.color == Color.RED:
        yield "rojo", f"cumple el {percentage(found.compliance)} de lo programado a la fecha."
    if found.color == Color.ORANGE:
        yield "sobreejecucion", f"cumple el {percentage(found.compliance)} de lo programado: sobreejecución."
    if found.year_progress is not None and found.year_progress > YEAR_EXCESS:
        yield "supera_meta_anual", f"lleva el {percentage(found.year_progress)} de la meta del año."
    if found.plan_progress is not None and found.plan_progress > 100:
        yield "supera_meta_final", f"lleva el {percentage(found.plan_progress)} de la meta final del plan."


def _of_the_value(watched: Watched, value: Decimal, year: int, month: int) -> Iterator[tuple[str, str]]:
    sheet, before = watched.sheet, previous_value(watched.series, year, month)
    if before is not None and goes_back(sheet.annualization, before, value):
        yield "retroceso", f"pasó de {number(before)} a {number(value)}."
    if watched.unit.strip() == "%" and 0 < value <= 1 < (sheet.target(year, month) or 0):
        yield "cambio_de_escala", f"trae {number(value)}: la unidad es % y se escribe de 0 a 100."
    if (
        sheet.annualization in (Annualization.RISING, Annualization.FALLING)
        and month >= HALF_YEAR
        and _start_of_year(watched, year) == value
    ):
        yield "sin_avance", "no se ha movido desde el final del año pasado."


def _start_of_year(watched: Watched, year: int) -> Decimal | None:
    """The level at the end of last year; in the first programmed year, the baseline."""
    last = previous_value(watched.series, year, 1)
    earlier = any(y < year for y in watched.sheet.years((year, 1)))
    return watched.sheet.baseline if last is None and not earlier else last
