"""The form in which who answers for an indicator confirms the value that comes of the goals of projects."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.contracts import TEXT, Contract
from workflows.forms.handlers import (
    ROW_KEY,
    Chip,
    FieldError,
    FormContext,
    PlainForm,
    Prefill,
    Preview,
    Values,
    path_of,
)
from workflows.forms.reading import changed
from workflows.handlers.month.periods_of_task import entity_of, month_of
from workflows.indicators.computed import Computed
from workflows.indicators.sheets import shown
from workflows.indicators.states import Color
from workflows.indicators.wording import COLOR_ICONS
from workflows.monitoring import computed_rows, entity_reports, progress
from workflows.monitoring.computed_rows import ComputedRow
from workflows.monitoring.measurements import ReportedRow
from workflows.monitoring.rows import ProgressRow, of_person
from workflows.spanish import number

TABLE = "calculados"
CONFIRMS = "confirmo"
SEEN = ("valor", "de_donde")
"""What one confirms."""
ASKS_DELAY, ASKS_EXCESS = "pide_rezago", "pide_sobreejecucion"


class ConfirmComputed(PlainForm):
    """`confirmar_calculado`, `confirmar_calculado_extemporaneo`: the value is never typed; what was seen is confirmed.

    Who says that it does not correspond gives the goals it comes of back to who validates, with the reason.
    """

    contract = Contract(needs={"periodo": TEXT, "entidad": TEXT}, uses={"responsable": TEXT}, fields=frozenset({TABLE}))

    def prepare(self, context: FormContext) -> Prefill:
        """One row per computed indicator of the person that is not confirmed, with where its value comes from."""
        rows = _rows(context)
        return Prefill(
            values={TABLE: [_cells(row, found) for row, found in rows]},
            followers={ASKS_DELAY, ASKS_EXCESS},
            seen={path_of(TABLE, place, column): "confirmo" for place, _ in enumerate(rows) for column in SEEN},
            row_titles={TABLE: [f"{row.indicator.code} {row.indicator.name}" for row, _ in rows]},
            courses={path_of(TABLE, place, "ultimos_tres"): row.course() for place, (row, _) in enumerate(rows)},
            notes={
                path_of(TABLE, place): row.measurement.return_reason
                for place, (row, _) in enumerate(rows)
                if row.measurement and row.measurement.return_reason
            },
        )

    def find(self, context: FormContext, values: Values) -> list[FieldError]:
        """The reasons that a value asks for."""
        errors = []
        for place, (row, found) in enumerate(_rows(context)):
            typed = _typed(values, row)
            if typed is None or typed["confirmo"] != CONFIRMS or found.found.value is None:
                continue
            if not typed.get("justificacion_rezago") and (why := progress.delay(row, found.found.value)):
                errors.append(FieldError(path_of(TABLE, place, "justificacion_rezago"), why))
            if progress.needs_excess_reason(row, found.found.value) and not typed.get("justificacion_sobreejecucion"):
                told = "Explique por qué supera lo programado: queda en sobreejecución."
                errors.append(FieldError(path_of(TABLE, place, "justificacion_sobreejecucion"), told))
        return errors

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """The values are those of now: whoever changes a goal waits from here on, or has done it."""
        computed_rows.hold(context.session, [row.indicator.id for row, _ in _rows(context)])
        context.memo.pop(TABLE)
        now = {row.indicator.code: _cells(row, found) for row, found in _rows(context)}
        return [
            FieldError(path_of(TABLE, place, column), changed(_told(one[column]), _told(cells[column])))
            for place, one in enumerate(values[TABLE])
            for cells in [now.get(one[ROW_KEY], dict.fromkeys(SEEN))]
            for column in SEEN
            if one[column] != cells[column]
        ]

    def preview(self, context: FormContext, values: Values) -> Preview:
        """The traffic light of each row."""
        return Preview(
            {
                path_of(TABLE, place): Chip(light.color or Color.GREY, progress.words(light))
                for place, (row, found) in enumerate(_rows(context))
                for light in [row.assess(found.found.value)]
            }
        )

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Send the rows with the value that was seen; what does not correspond goes back with its goals."""
        session, engine, month, entity = context.session, context.engine, month_of(context), entity_of(context)
        said = [(row, found, typed) for row, found in _rows(context) if (typed := _typed(values, row)) is not None]
        entity_reports.send(
            session,
            engine,
            month,
            entity,
            actor=context.actor,
            rows=[_reported(row, found.found, typed) for row, found, typed in said],
            known={row.indicator.id: row.measurement for row, _, _ in said if row.measurement},
            asked_by=entity_reports.CORRECTED_BY,
        )
        disputed = {row.indicator.id: typed["razon"] for row, _, typed in said if typed["confirmo"] != CONFIRMS}
        computed_rows.dispute(session, engine, month, disputed, actor=context.actor)
        return {}


def _rows(context: FormContext) -> list[tuple[ProgressRow, ComputedRow]]:
    if TABLE not in context.memo:  # asked again for each of: prepare, find, preview, record
        person, month, entity = _person(context), month_of(context), entity_of(context)
        open_ones = {
            row.indicator.id: row
            for row in computed_rows.of_entity(context.session, month, entity)
            if row.is_open and row.confirms == person
        }
        mine = of_person(context.session, month, entity, person)
        context.memo[TABLE] = [(row, open_ones[row.indicator.id]) for row in mine if row.indicator.id in open_ones]
    rows: list[tuple[ProgressRow, ComputedRow]] = context.memo[TABLE]
    return rows


def _person(context: FormContext) -> str:
    return str(context.variables.get("responsable") or context.actor.id)


def _typed(values: Values, row: ProgressRow) -> Values | None:
    return next((one for one in values.get(TABLE) or () if one.get(ROW_KEY) == row.indicator.code), None)


def _cells(row: ProgressRow, computed: ComputedRow) -> Values:
    kept, value = row.measurement, computed.found.value
    light = row.assess(value)
    return {
        ROW_KEY: row.indicator.code,
        "codigo": row.indicator.code,
        "nombre": row.indicator.name,
        "valor": _legible(row, value),
        "de_donde": where_from(row, computed.found),
        "ultimos_tres": row.last_three() or None,
        "programado": _legible(row, row.snapshot.programmed_to_date),
        "semaforo_previsto": f"{COLOR_ICONS.get(light.color or '', '–')} {progress.words(light)}".strip(),
        "confirmo": None,
        "razon": None,
        "avance_cualitativo": (kept.qualitative or None) if kept else None,
        "justificacion_rezago": (kept.delay_reason or None) if kept else None,
        "justificacion_sobreejecucion": (kept.excess_reason or None) if kept else None,
        ASKS_DELAY: value is not None and progress.needs_delay_reason(row, value),
        ASKS_EXCESS: value is not None and progress.needs_excess_reason(row, value),
    }


def where_from(row: ProgressRow, found: Computed) -> str:
    """«1094-1: 5 · 1094-2: 3 (de antes) · parcial: 2 de 3 metas»."""
    parts = [
        f"{one.code}: {'sin dato' if one.value is None else number(_legible(row, one.value))}"
        + (" (de antes)" if one.carried else "")
        for one in found.brought
    ]
    if found.is_partial:
        known = sum(one.value is not None for one in found.brought)
        parts.append(f"parcial: {known} de {len(found.brought)} metas")
    return " · ".join(parts)


def _told(cell: Any) -> str:
    return "sin dato" if cell is None else number(cell) if isinstance(cell, Decimal) else str(cell)


def _legible(row: ProgressRow, value: Any) -> Any:
    return None if value is None else shown(value, max(row.indicator.decimals, 1)).normalize() + 0


def _reported(row: ProgressRow, found: Computed, typed: Values) -> ReportedRow:
    return ReportedRow(
        indicator_id=row.indicator.id,
        value=found.value,
        qualitative=typed["avance_cualitativo"] or "",
        delay_reason=typed.get("justificacion_rezago") or "",
        excess_reason=typed.get("justificacion_sobreejecucion") or "",
        partial=found.is_partial,
        timely=found.is_timely,
    )
