"""The history of a measurement: everything of it that can change, kept as JSON and told back in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workflows.forms.notation import format_number
from workflows.forms.values import as_json
from workflows.indicators.sheets import IN_NO_MONTH
from workflows.monitoring.models import Measurement
from workflows.spanish import long_day, month_name

EVIDENCE, ADDED = "evidencias", "otros_datos"

Told = Callable[[Mapping[str, Any]], Mapping[str, tuple[str, str]]]
"""Gives the label and the words of the added fields that a row keeps, by key."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A column of a measurement in its history: its key there, and its label on screen.

    Without a label, the act itself already says it: who, when, why, to which state.
    """

    column: str
    key: str
    label: str = ""
    words: Callable[[Any], str] = str


@dataclass(frozen=True, slots=True)
class Difference:
    """What an act changed, in words; empty text for nothing."""

    label: str
    before: str
    after: str


def _number(text: Any) -> str:
    return format_number(Decimal(str(text)))


def _day(text: Any) -> str:
    return long_day(dt.date.fromisoformat(text))


def _counts_from(code: Any) -> str:
    return "la evaluación que sigue" if code == IN_NO_MONTH else month_name(code)


def _yes(told: Any) -> str:
    return "sí" if told else ""


def _places(told: Any) -> str:
    return "; ".join(f"{code}: {_number(value)}" for code, value in sorted(told.items()))


KEPT = (
    Kept("value", "valor", "Valor", _number),
    Kept("partial", "parcial", "Sin todas las metas", _yes),
    Kept("qualitative", "avance_cualitativo", "Avance cualitativo"),
    Kept("difficulties", "dificultades", "Dificultades"),
    Kept("solutions", "soluciones", "Soluciones"),
    Kept("delay_reason", "justificacion_rezago", "Por qué el atraso"),
    Kept("excess_reason", "justificacion_sobreejecucion", "Por qué la sobreejecución"),
    Kept("evidence_on", "fecha_evidencia", "Fecha de la evidencia", _day),
    Kept("appropriation", "apropiacion", "Apropiación", _number),
    Kept("commitments", "compromisos", "Compromisos", _number),
    Kept("payments", "giros", "Giros", _number),
    Kept("places", "localidades", "Por localidad", _places),
    Kept("counts_from", "cuenta_desde", "Cuenta desde", _counts_from),
    Kept("state", "estado"),
    Kept("late", "extemporaneo"),
    Kept("timely", "a_tiempo"),
    Kept("late_reason", "motivo_extemporaneo"),
    Kept("return_reason", "motivo_devolucion"),
    Kept("origin", "origen"),
    Kept("reported_by", "reporto"),
    Kept("reported_at", "reportado_el"),
    Kept("validated_by", "valido"),
    Kept("validated_at", "validado_el"),
    Kept("endorsed_by", "avalo"),
    Kept("endorsed_at", "avalado_el"),
)
"""Every column that an act can change but `extra`, which has a key for each added field."""


def facts(measurement: Measurement) -> dict[str, Any]:
    """What a measurement says now, as JSON."""
    return {
        **{kept.key: as_json(getattr(measurement, kept.column)) for kept in KEPT},
        ADDED: as_json(measurement.extra or {}),
        EVIDENCE: sorted(piece.file_id for piece in measurement.evidence),
    }


def differences(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    files: Callable[[int], str],
    added: Told,
) -> Iterator[Difference]:
    """What an act changed, in the order of the form.

    `files` names a file. Acts of before the history kept
    everything lack keys: nothing is said of those.
    """
    for kept in KEPT:
        if kept.label and _told_by_both(kept.key, before, after):
            old, new = (_words(kept, side.get(kept.key)) for side in (before, after))
            first_value = kept.column == "value" and not old  # the act shows its value itself
            if old != new and not first_value:
                yield Difference(kept.label, old, new)
    if _told_by_both(ADDED, before, after):
        yield from _added(before.get(ADDED) or {}, after[ADDED], added)
    if _told_by_both(EVIDENCE, before, after) and (before.get(EVIDENCE) or []) != after[EVIDENCE]:
        old, new = (", ".join(files(one) for one in side.get(EVIDENCE) or ()) for side in (before, after))
        yield Difference("Evidencias", old, new)


def _added(before: Mapping[str, Any], after: Mapping[str, Any], told: Told) -> Iterator[Difference]:
    """Compared as they were kept: a file put in the place of another is a change, and both are «1 archivo»."""
    old, new = told(before), told(after)
    for key in {**before, **after}:
        if before.get(key) != after.get(key):
            label = (new.get(key) or old.get(key) or (key, ""))[0]  # by its key where the form no longer has it
            texts = (
                words[key][1] if key in words else str(kept.get(key) or "")
                for words, kept in ((old, before), (new, after))
            )
            yield Difference(label, *texts)


def _told_by_both(key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return key in after and (key in before or not before)


def _words(kept: Kept, value: Any) -> str:
    return "" if value is None or value == "" else kept.words(value)
