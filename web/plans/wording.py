"""How a figure comes about, in words and with its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from workflows.approvals.states import ModificationState
from workflows.cycles.models import Period
from workflows.indicators.formulas import Assessment
from workflows.indicators.states import Annualization, Direct, Direction, Status
from workflows.indicators.traffic_light import Bands
from workflows.indicators.wording import COLOR_WORDS, known_words
from workflows.spanish import magnitude, month_name, number, percentage

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
HELD_RULES: Mapping[str, str] = {
    Direction.DOWN: (
        "Se reporta el nivel: si no pasa del programado cumple 100 %; si pasa, el programado se divide por el nivel."
    ),
    Direction.HOLD: (
        "Se reporta el nivel: cumple 100 % si está en lo programado, con su tolerancia; si no, el menor de los dos se "
        "divide por el mayor."
    ),
}
MODIFICATION_WORDS = {
    ModificationState.REQUESTED: "Solicitada",
    ModificationState.JUDGED: "Con concepto técnico",
    ModificationState.RETURNED: "Devuelta",
    ModificationState.APPROVED: "Aprobada",
    ModificationState.DENIED: "Negada",
    ModificationState.APPLIED: "Aplicada",
}
HUNDRED = Decimal(100)
_COMPARED = "Lo programado es igual a la línea base: no hay camino que medir, solo se compara el nivel."
STATUS_NOTES = {
    Status.NOT_PROGRAMMED: "No tiene meta programada este año: queda por fuera de los promedios.",
    Status.NO_CUTOFF_YET: "Todavía no llega su primer corte exigible: queda por fuera de los promedios.",
    Status.NO_DATA: "No hay dato propio ni uno reciente que llevar: no tiene cifra y queda por fuera de los promedios.",
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
    direction: str = ""
    tolerance: Decimal = Decimal(0)


def explain(basis: Basis, found: Assessment, period: str) -> Explanation:
    """The figure of an indicator at a month (`2018-06`)."""
    notes = [*_about_cutoff(basis, found, period), *_about_status(found), *_about_color(basis, found)]
    rule = HELD_RULES.get(_aim(basis), RULES[basis.annualization])
    return Explanation(rule, _sum(basis, found), tuple(notes))


def _aim(basis: Basis) -> str:
    return basis.direction if basis.annualization == Annualization.CONSTANT else ""


def _sum(basis: Basis, found: Assessment) -> str:
    if found.executed is None or found.programmed_to_date is None or found.compliance is None:
        return ""
    executed, programmed = (
        magnitude(found.executed, basis.decimals),
        magnitude(found.programmed_to_date, basis.decimals),
    )
    if found.direct:
        down = basis.annualization == Annualization.FALLING or _aim(basis) == Direction.DOWN
        answer = "se cumple" if found.direct == Direct.MET else "no se cumple"
        sign = "≤" if down else "≥"
        return f"¿{executed} {sign} {programmed}? {answer} → {percentage(found.compliance)}"
    result = percentage(found.compliance)
    if _aim(basis) in HELD_RULES:
        return _held(basis, found, executed, programmed, result)
    start = magnitude(basis.baseline or Decimal(0), basis.decimals)
    if basis.annualization == Annualization.RISING and basis.baseline:
        return f"({executed} − {start}) ÷ ({programmed} − {start}) = {result}"
    if basis.annualization == Annualization.FALLING:
        return f"({start} − {executed}) ÷ ({start} − {programmed}) = {result}"
    return f"{executed} ÷ {programmed} = {result}"


def _held(basis: Basis, found: Assessment, executed: str, programmed: str, result: str) -> str:
    value, target = found.executed or Decimal(0), found.programmed_to_date or Decimal(0)
    if _aim(basis) == Direction.DOWN:
        return f"{executed} ≤ {programmed} → {result}" if value <= target else f"{programmed} ÷ {executed} = {result}"
    if found.compliance == HUNDRED:
        within = f" ± {magnitude(basis.tolerance, basis.decimals)}" if basis.tolerance else ""
        return f"{executed}: dentro de {programmed}{within} → {result}"
    low, high = (executed, programmed) if value <= target else (programmed, executed)
    return f"{low} ÷ {high} = {result}"


def _about_cutoff(basis: Basis, found: Assessment, period: str) -> list[str]:
    if found.cutoff is None:
        return []
    cutoff = "{}-{:02}".format(*found.cutoff)
    if cutoff == period:
        return []
    return [f"Es de periodicidad {basis.periodicity}: se juzga por su último corte exigible, {month_name(cutoff)}."]


def _about_status(found: Assessment) -> list[str]:
    known = known_words(found.status, found.data_month, found.missing, found.partial)
    if found.status in STATUS_NOTES:
        return [STATUS_NOTES[found.status], *([f"{known.capitalize()}."] if known else [])]
    return [*_about_value(found, known), *([_COMPARED] if found.direct else _about_compliance(found))]


def _about_value(found: Assessment, known: str) -> list[str]:
    if found.status == Status.CARRIED:
        return [
            f"No trae dato de este corte; {known}. Un valor se lleva hasta dos cortes exigibles y un año; después "
            "queda sin dato."
        ]
    return [f"{known.capitalize()}."] if known else []


def _about_compliance(found: Assessment) -> list[str]:
    if found.compliance is not None and found.compliance < 0:
        return ["Está por debajo de la línea base: en los promedios cuenta como 0 %."]
    if found.compliance is not None and found.compliance > 100:
        return ["En los promedios cuenta como 100 %, para que un exceso no esconda otro atraso."]
    return []


def _about_color(basis: Basis, found: Assessment) -> list[str]:
    if found.color is None or found.direct or found.status == Status.NO_DATA:
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


def size(count: int) -> str:
    """«76 bytes», «1,4 MB»."""
    for unit, factor in (("MB", 1_000_000), ("kB", 1_000)):
        if count >= factor:
            return f"{number(Decimal(count) / factor, 1)} {unit}"
    return f"{count} bytes"


def period_state(period: Period) -> str:
    """«cerrado», «en curso»: how a month is named beside its figures."""
    return {"cerrado": "cerrado", "consolidado": "consolidado, por aprobar"}.get(period.state, "en curso")
