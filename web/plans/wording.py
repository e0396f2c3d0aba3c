"""How a figure comes about, in words and with its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from workflows.cycles.models import Period
from workflows.indicators.formulas import Assessment
from workflows.indicators.states import Annualization, Status
from workflows.indicators.traffic_light import Bands
from workflows.indicators.wording import COLOR_WORDS
from workflows.spanish import month_name, number, percentage

RULES: Mapping[str, str] = {
    Annualization.SUM: (
        "Cada mes se reporta lo hecho en ese mes; se suma lo del año y se divide por lo programado hasta el corte."
    ),
    Annualization.RISING: (
        "Se reporta el nivel: lo que ha subido desde la línea base se divide por lo que debía haber subido."
    ),
    Annualization.FALLING: (
        "Se reporta el nivel: lo que ha bajado desde la línea base se divide por lo que debía haber bajado."
    ),
    Annualization.CONSTANT: "Se reporta el nivel que se mantiene y se divide por el nivel programado.",
}
_COMPARED = "Lo programado es igual a la línea base: no hay camino que medir, solo se compara el nivel."
STATUS_NOTES = {
    Status.NOT_PROGRAMMED: "No tiene meta programada este año: queda por fuera de los promedios.",
    Status.NO_CUTOFF_YET: "Todavía no llega su primer corte exigible: queda por fuera de los promedios.",
    Status.NO_DATA: "No hay reporte que cuente para este corte: en los promedios cuenta como 0 %.",
    Status.MET: _COMPARED,
    Status.NOT_MET: _COMPARED,
}
STATES = {
    "borrador": "Borrador",
    "enviado": "Enviado, falta validar",
    "devuelto": "Devuelto",
    "validado": "Validado, falta el aval",
    "avalado": "Avalado",
    "congelado": "Cerrado con el mes",
    "sin_reporte": "Sin reporte",
}
"""The states of a measurement on screen."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a figure is what it is: the rule, the sum with its numbers (empty where there is none), what to note."""

    rule: str
    sum: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """What an explanation needs to know of an indicator beside its figures."""

    annualization: str
    periodicity: str
    baseline: Decimal | None
    decimals: int
    bands: Bands


def explain(basis: Basis, found: Assessment, period: str) -> Explanation:
    """The figure of an indicator at a month (`2018-06`)."""
    notes = [*_about_cutoff(basis, found, period), *_about_status(found), *_about_color(basis, found)]
    return Explanation(RULES[basis.annualization], _sum(basis, found), tuple(notes))


def _sum(basis: Basis, found: Assessment) -> str:
    if found.executed is None or found.programmed_to_date is None or found.compliance is None:
        return ""
    executed, programmed = _number(found.executed, basis), _number(found.programmed_to_date, basis)
    if found.status in (Status.MET, Status.NOT_MET):
        sign = "≤" if basis.annualization == Annualization.FALLING else "≥"
        answer = "se cumple" if found.status == Status.MET else "no se cumple"
        return f"¿{executed} {sign} {programmed}? {answer} → {percentage(found.compliance)}"
    result = percentage(found.compliance)
    start = _number(basis.baseline or Decimal(0), basis)
    if basis.annualization == Annualization.RISING and basis.baseline:
        return f"({executed} − {start}) ÷ ({programmed} − {start}) = {result}"
    if basis.annualization == Annualization.FALLING:
        return f"({start} − {executed}) ÷ ({start} − {programmed}) = {result}"
    return f"{executed} ÷ {programmed} = {result}"


def _about_cutoff(basis: Basis, found: Assessment, period: str) -> list[str]:
    if found.cutoff is None:
        return []
    cutoff = "{}-{:02}".format(*found.cutoff)
    if cutoff == period:
        return []
    return [f"Es de periodicidad {basis.periodicity}: se juzga por su último corte exigible, {month_name(cutoff)}."]


def _about_status(found: Assessment) -> list[str]:
    if found.status in STATUS_NOTES:
        return [STATUS_NOTES[found.status]]
    if found.compliance is not None and found.compliance < 0:
        return ["Está por debajo de la línea base: en los promedios cuenta como 0 %."]
    if found.compliance is not None and found.compliance > 100:
        return ["En los promedios cuenta como 100 %, para que un exceso no esconda otro atraso."]
    return []


def _about_color(basis: Basis, found: Assessment) -> list[str]:
    if found.color is None or found.status in (Status.NO_DATA, Status.MET, Status.NOT_MET):
        return []
    lower: Decimal | None = None
    for band in basis.bands:
        if band.color == found.color:
            return [f"{COLOR_WORDS[band.color]}: {_range(lower, band.up_to)}."]
        lower = band.up_to
    return []


def _range(lower: Decimal | None, upper: Decimal | None) -> str:
    above = f"más de {percentage(lower, 0)}" if lower is not None else ""
    below = f"hasta {percentage(upper, 0)}" if upper is not None else ""
    return " y ".join(part for part in (above, below) if part) or "cualquier porcentaje"


def _number(value: Decimal, basis: Basis) -> str:
    return amount(value, basis.decimals)


def amount(value: Decimal | None, decimals: int) -> str:
    """A figure with as many decimals as its indicator has (at least one, for what is programmed), or fewer."""
    if value is None:
        return number(None)
    shown = value.quantize(Decimal(1).scaleb(-max(decimals, 1)), ROUND_HALF_EVEN)
    return number(shown.quantize(Decimal(1)) if shown == shown.to_integral_value() else shown)


def size(count: int) -> str:
    """«76 bytes», «1,4 MB»."""
    for unit, factor in (("MB", 1_000_000), ("kB", 1_000)):
        if count >= factor:
            return f"{number(Decimal(count) / factor, 1)} {unit}"
    return f"{count} bytes"


def period_state(period: Period) -> str:
    """«cerrado», «en curso»: how a month is named beside its figures."""
    return {"cerrado": "cerrado", "consolidado": "consolidado, por aprobar"}.get(period.state, "en curso")
