"""The form of a responsible: one row per indicator, on time, returned or late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from engine.contracts import TEXT, Contract
from engine.states import UserTaskState
from engine.tasks.models import UserTask
from workflows.calendar import bogota_day
from workflows.cycles.models import Period
from workflows.forms import drafts
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
from workflows.forms.notation import decimals_of
from workflows.forms.reading import rows_of
from workflows.handlers.month import goal_tables
from workflows.handlers.month.periods_of_task import entity_of, month_of
from workflows.indicators.states import Annualization, Color, IndicatorKind, Rule
from workflows.indicators.wording import COLOR_ICONS
from workflows.monitoring import entity_reports, progress
from workflows.monitoring.figures import shown
from workflows.monitoring.measurements import COUNTED, ReportedRow
from workflows.monitoring.rows import ProgressRow, of_person
from workflows.monitoring.states import MeasurementState
from workflows.recovery import report_rows as recovery_rows
from workflows.spanish import number, percentage

ACCEPTED = (MeasurementState.VALIDATED, *COUNTED)
TABLE = "avances"
TYPED = (
    "valor_periodo",
    "avance_cualitativo",
    "dificultades",
    "soluciones",
    "justificacion_rezago",
    "justificacion_sobreejecucion",
    "evidencias",
    "fecha_evidencia",
)
RANGE_REASON, EVIDENCE_DAY = "motivo_rango", "fecha_soportes"
"""Why a value is unlike those before; the day of all evidence that names no other. Older forms ask neither."""
SHOWN = (
    "codigo",
    "nombre",
    "linea_base",
    "meta_anio",
    "programado",
    "acumulado",
    "ultimos_tres",
    "semaforo_previsto",
    "motivo_devolucion",
)
KEPT = ("indicator_id", "es_meta", "anualizacion", "decimales")
"""Cells of a row that are no columns: they stay on the server."""
ASKS_DELAY, ASKS_EXCESS, ASKS_RANGE = "pide_rezago", "pide_sobreejecucion", "pide_motivo"
"""What a row's value asks for; the form asks for the reason only then."""
FUTURE = "La fecha de la evidencia no puede ser futura."
OURS = {*TYPED, *SHOWN, *KEPT, ROW_KEY, "unidad", ASKS_DELAY, ASKS_EXCESS, ASKS_RANGE}
"""Cells that are kept by their own names; what else a form asks is kept beside them, under its key."""
REPORTING_TASKS = ("reportar_avance", "corregir_avance")


class ReportProgress(PlainForm):
    """`reportar_avance`, `corregir_avance`, `corregir_extemporaneo`: what was achieved, row by row.

    Of indicators, and of the goals of projects with their money and their localities.

    Rows the liaison accepted are shown and cannot be changed; a returned row says why. While the task is open, what it
    reads is written by people of its entity alone.
    """

    apart = "entidad"
    contract = Contract(
        needs={"periodo": TEXT, "entidad": TEXT}, uses={"responsable": TEXT}, fields=frozenset({"avances"})
    )

    def prepare(self, context: FormContext) -> Prefill:
        """One row per indicator or goal due, with what was promised and reported so far."""
        rows = _rows(context)
        beside = goal_tables.shown(context, rows)
        return Prefill(
            values={
                TABLE: [_prefilled(row) for row in rows],
                recovery_rows.TABLE: recovery_rows.shown(
                    context, month_of(context), entity_of(context), _responsible(context)
                ),
                EVIDENCE_DAY: _usual_day(rows, month_of(context)),
                **beside,
            },
            locked=_locked(rows, beside),
            returned={
                path_of(TABLE, place) for place, row in enumerate(rows) if row.state == MeasurementState.RETURNED
            },
            row_titles={
                TABLE: [f"{row.indicator.code} {row.indicator.name}" for row in rows],
                goal_tables.MONEY: [row["meta"] for row in beside[goal_tables.MONEY]],
                goal_tables.PLACES: [f"{row['meta']}, {row['localidad']}" for row in beside[goal_tables.PLACES]],
            },
            hints={path_of(TABLE, place, "valor_periodo"): _hint(row) for place, row in enumerate(rows)},
            proposed={path_of(goal_tables.MONEY, "apropiacion")},
            followers={ASKS_DELAY, ASKS_EXCESS, ASKS_RANGE},
            courses={path_of(TABLE, place, "ultimos_tres"): row.course() for place, row in enumerate(rows)},
            notes={
                path_of(TABLE, place): f"Devuelta: {row.measurement.return_reason}"
                for place, row in enumerate(rows)
                if row.measurement and row.measurement.return_reason
            },
        )

    def compute(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """What the year accumulates and the traffic light it would give."""
        cells: dict[str, Any] = {}
        for place, row, typed in _paired(context, values):
            value = typed.get("valor_periodo")
            found = row.assess(value)
            light = f"{COLOR_ICONS.get(found.color or '', '–')} {progress.words(found)}".strip()
            cells[path_of(TABLE, place, "acumulado")] = row.accumulated(value)
            cells[path_of(TABLE, place, "semaforo_previsto")] = light if value is not None else None
            cells[path_of(TABLE, place, ASKS_DELAY)] = value is not None and progress.needs_delay_reason(row, value)
            cells[path_of(TABLE, place, ASKS_EXCESS)] = value is not None and progress.needs_excess_reason(row, value)
            cells[path_of(TABLE, place, ASKS_RANGE)] = value is not None and bool(progress.oddness(row, value))
        return cells

    def find(self, context: FormContext, values: Values) -> list[FieldError]:
        """What the schema cannot know: decimals, scale, range, dates, and the reasons a value asks for."""
        today, errors = bogota_day(context.now()), []
        if (general := values.get(EVIDENCE_DAY)) and general > today:
            errors.append(FieldError(EVIDENCE_DAY, FUTURE))
        for place, row, typed in _paired(context, values):
            if row.state in ACCEPTED:
                continue
            found = [*_wrong(row, typed), *_asked(row, typed), *_dated(typed, general, today)]
            errors += [FieldError(path_of(TABLE, place, column), told, asks) for column, told, asks in found]
        open_rows = [row for row in _rows(context) if row.state not in ACCEPTED]
        return [*errors, *goal_tables.errors_of(context, open_rows, values)]

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Send the rows, and how the actions of recovery plans go."""
        recovery_rows.keep(context, month_of(context), values.get(recovery_rows.TABLE) or [])
        beside = goal_tables.told(values)
        entity_reports.send(
            context.session,
            context.engine,
            month_of(context),
            entity_of(context),
            actor=context.actor,
            rows=[
                _reported(row, values.get(EVIDENCE_DAY), beside.get(row[ROW_KEY], goal_tables.NOTHING))
                for row in values[TABLE]
            ],
            known={row.indicator.id: row.measurement for row in _rows(context) if row.measurement},
            late_reason=values.get("motivo_retraso") or "",
        )
        return {}

    def preview(self, context: FormContext, values: Values) -> Preview:
        """The traffic light of each row that has a value."""
        chips = {}
        for place, row, typed in _paired(context, values):
            if typed.get("valor_periodo") is not None:
                found = row.assess(typed["valor_periodo"])
                detail = percentage(found.compliance) if found.compliance is not None else ""
                chips[path_of(TABLE, place)] = Chip(found.color or Color.GREY, progress.words(found), detail)
        return Preview(chips)

    def may_amend(self, context: FormContext) -> bool:
        """Until the liaison has looked at any of these rows."""
        rows = _rows(context)
        return bool(rows) and all(
            row.state == MeasurementState.SENT and not row.measurement.validated_by for row in rows if row.measurement
        )


class CompleteLateReport(ReportProgress):
    """`completar_reporte`: the rows that were missing, with what had been typed in time."""

    contract = Contract(
        needs={"periodo": TEXT, "entidad": TEXT}, uses={"responsable": TEXT}, fields=frozenset({"avances"})
    )

    def prepare(self, context: FormContext) -> Prefill:
        """As the report, over the last draft of the month that was not sent."""
        prefill = super().prepare(context)
        draft = _unsent_draft(context)
        for row in prefill.values[TABLE]:
            typed = draft.get(row[ROW_KEY], {})
            row.update({key: typed[key] for key in TYPED if key in typed and row.get(key) in (None, [], "")})
        return prefill


def _rows(context: FormContext) -> list[ProgressRow]:
    if "progress" not in context.memo:  # asked again for each of: prepare, compute, check, preview
        found = of_person(context.session, month_of(context), entity_of(context), _responsible(context))
        # what is computed is confirmed once the goals it comes of are told
        context.memo["progress"] = [row for row in found if row.indicator.rule == Rule.DIRECT]
    rows: list[ProgressRow] = context.memo["progress"]
    return rows


def _responsible(context: FormContext) -> str:
    return str(context.variables.get("responsable") or context.actor.id)


def _paired(context: FormContext, values: Values) -> list[tuple[int, ProgressRow, Values]]:
    """Each typed row with its place and what is known of it."""
    known = {row.indicator.code: row for row in _rows(context)}
    typed = values.get(TABLE) or []
    return [(place, known[row[ROW_KEY]], row) for place, row in enumerate(typed) if row.get(ROW_KEY) in known]


def _prefilled(row: ProgressRow) -> Values:
    kept, found = row.measurement, row.snapshot
    return {
        ROW_KEY: row.indicator.code,
        "indicator_id": row.indicator.id,
        "es_meta": row.indicator.kind == IndicatorKind.PROJECT_GOAL,
        "anualizacion": row.indicator.annualization,
        "decimales": row.indicator.decimals,
        "unidad": row.indicator.unit,
        "codigo": row.indicator.code,
        "nombre": row.indicator.name,
        "linea_base": row.indicator.baseline,
        "meta_anio": found.year_target,
        "programado": _legible(found.programmed_to_date, row.indicator.decimals),
        "acumulado": row.accumulated(kept.value if kept else None),
        "ultimos_tres": row.last_three() or None,
        "semaforo_previsto": None,
        "motivo_devolucion": (kept.return_reason or None) if kept else None,
        "valor_periodo": kept.value if kept else None,
        "avance_cualitativo": (kept.qualitative or None) if kept else None,
        "dificultades": (kept.difficulties or None) if kept else None,
        "soluciones": (kept.solutions or None) if kept else None,
        "justificacion_rezago": (kept.delay_reason or None) if kept else None,
        "justificacion_sobreejecucion": (kept.excess_reason or None) if kept else None,
        "evidencias": [piece.file_id for piece in kept.evidence] if kept else [],
        "fecha_evidencia": kept.evidence_on if kept else None,
        **(kept.extra if kept else {}),
    }


def _legible(value: Decimal | None, decimals: int) -> Decimal | None:
    """A level on its straight way to the target has decimals without end; people read as many as they type."""
    return None if value is None else shown(value, max(decimals, 1)).normalize() + 0


def _hint(row: ProgressRow) -> str:
    is_sum = row.indicator.annualization == Annualization.SUM
    return f"{row.indicator.unit}, {'solo de este mes' if is_sum else 'al cierre del mes'}"


def _wrong(row: ProgressRow, typed: Values) -> Iterator[tuple[str, str, bool]]:
    """What cannot be: too many decimals, another scale, outside what its sheet allows."""
    value: Decimal | None = typed["valor_periodo"]
    if value is None:
        return
    if decimals_of(value) > row.indicator.decimals:
        yield "valor_periodo", _decimals_message(row.indicator.decimals), False
    elif _other_scale(row, value):
        yield "valor_periodo", f"Escriba el porcentaje completo: {number(value * 100)} y no {number(value)}.", False
    elif told := progress.out_of_bounds(row, value):
        yield "valor_periodo", told, False


def _asked(row: ProgressRow, typed: Values) -> Iterator[tuple[str, str, bool]]:
    """The reasons that a value asks for."""
    value: Decimal | None = typed["valor_periodo"]
    if value is None:
        return
    if RANGE_REASON in typed and not typed[RANGE_REASON] and (odd := progress.oddness(row, value)):
        yield RANGE_REASON, f"{odd} Si está bien, diga por qué; si no, corríjalo.", True
    if not typed.get("justificacion_rezago") and (why := progress.delay(row, value)):
        yield "justificacion_rezago", why, False
    if progress.needs_excess_reason(row, value) and not typed.get("justificacion_sobreejecucion"):
        told = "Explique por qué supera lo programado: queda en sobreejecución."
        yield "justificacion_sobreejecucion", told, False


def _dated(typed: Values, general: dt.date | None, today: dt.date) -> Iterator[tuple[str, str, bool]]:
    day: dt.date | None = typed["fecha_evidencia"]
    if day is not None and day > today:
        yield "fecha_evidencia", FUTURE, False
    elif day is None and general is None and typed["evidencias"]:
        yield "fecha_evidencia", "Escriba la fecha, aquí o arriba para todos los soportes.", False


def _usual_day(rows: Sequence[ProgressRow], month: Period) -> dt.date:
    """The day of all evidence that names no other: that of what was reported already, else the cut-off."""
    told = [row.measurement.evidence_on for row in rows if row.measurement and row.measurement.evidence_on]
    return told[0] if told and len(set(told)) == 1 else month.cutoff_on


def _decimals_message(decimals: int) -> str:
    if decimals == 0:
        return "Este indicador va en números enteros."
    return f"Este indicador va con {decimals} decimal{'es' if decimals > 1 else ''} a lo sumo."


def _other_scale(row: ProgressRow, value: Decimal) -> bool:
    """A share written as 0,94 where the targets are written as 94."""
    target = row.snapshot.year_target
    return row.indicator.unit == "%" and 0 < value < 1 and target is not None and target > 1


def _locked(rows: Sequence[ProgressRow], beside: Mapping[str, Sequence[Values]]) -> frozenset[str]:
    """The rows that the liaison accepted, with what is told beside them."""
    accepted = {row.indicator.code for row in rows if row.state in ACCEPTED}
    return frozenset(
        [path_of(TABLE, place) for place, row in enumerate(rows) if row.indicator.code in accepted]
        + [
            path_of(table, place)
            for table, told in beside.items()
            for place, row in enumerate(told)
            if row[ROW_KEY].partition("/")[0] in accepted
        ]
    )


def _reported(row: Values, evidence_day: dt.date | None, beside: goal_tables.Told) -> ReportedRow:
    return ReportedRow(
        indicator_id=row["indicator_id"],
        value=row["valor_periodo"],
        qualitative=row["avance_cualitativo"] or "",
        difficulties=row.get("dificultades") or "",
        solutions=row.get("soluciones") or "",
        delay_reason=row.get("justificacion_rezago") or "",
        excess_reason=row.get("justificacion_sobreejecucion") or "",
        evidence_on=row["fecha_evidencia"] or evidence_day,
        evidence=row["evidencias"],
        appropriation=beside.appropriation,
        commitments=beside.commitments,
        payments=beside.payments,
        places=dict(beside.places or {}),
        of_goal=bool(row.get("es_meta")),
        extra={key: value for key, value in row.items() if key not in OURS}
        | ({goal_tables.MONEY_REASON: beside.reason} if beside.reason else {}),
    )


def _unsent_draft(context: FormContext) -> Mapping[str, Mapping[str, Any]]:
    """What the responsible had typed in the month's own tasks, by indicator code."""
    period: Period = month_of(context)
    query = (
        sa.select(UserTask)
        .where(UserTask.instance_id == period.instance_id, UserTask.element_id.in_(REPORTING_TASKS))
        .where(UserTask.state == UserTaskState.CANCELLED)
        .order_by(UserTask.id.desc())
    )
    for task in context.session.scalars(query):
        if _same_person(context, task):
            draft = drafts.latest(context.session, task.id)
            if draft is not None:
                typed: Sequence[dict[str, Any]] = rows_of(draft.values.get(TABLE))
                return {str(row.get(ROW_KEY)): row for row in typed}
    return {}


def _same_person(context: FormContext, task: UserTask) -> bool:
    return all(task.variables.get(key) == context.variables.get(key) for key in ("entidad", "responsable"))
