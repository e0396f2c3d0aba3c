"""The form of the execution: the money of each project, what was done of each activity; on time, returned or late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.contracts import TEXT, Contract
from workflows.forms.handlers import ROW_KEY, FieldError, FormContext, Panel, PlainForm, Prefill, Values, path_of
from workflows.handlers.month import money_guards
from workflows.handlers.month.money_told import told_before
from workflows.handlers.month.periods_of_task import entity_of, month_of
from workflows.implementation import activities, execution
from workflows.implementation.activities import ActivityRow, ReportedActivity
from workflows.implementation.execution import ProjectMoney, ReportedMoney
from workflows.monitoring import entity_reports, execution_rows
from workflows.monitoring.execution_rows import Row
from workflows.monitoring.states import MeasurementState
from workflows.spanish import month_name, number

MONEY, ACTIVITIES = "presupuesto", "actividades"
ASKS_REASON = "pide_motivo"


class ReportExecution(PlainForm):
    """`reportar_ejecucion`, `corregir_ejecucion`, `completar_ejecucion`: money and activities, row by row.

    Money is accumulated since January, in pesos; activities tell of the month only. What the liaison accepted is shown
    and cannot be changed; a returned row says why.
    """

    contract = Contract(needs={"periodo": TEXT, "entidad": TEXT}, fields=frozenset({MONEY}))

    def prepare(self, context: FormContext) -> Prefill:
        """One row per project of the entity, and one per activity of its action plan that runs in the month."""
        known, running = _money(context), _activities(context)
        kept: dict[str, list[Row | None]] = {
            MONEY: [one.kept for one in known],
            ACTIVITIES: [one.kept for one in running],
        }
        return Prefill(
            values={MONEY: [_money_row(row) for row in known], ACTIVITIES: [_activity_row(row) for row in running]},
            hints={
                **{path: told for place, row in enumerate(known) for path, told in _before(place, row)},
                **{path_of(ACTIVITIES, place, "ejecutado"): _hint(row) for place, row in enumerate(running)},
            },
            locked=frozenset(path for path, row in _placed(kept) if execution_rows.is_accepted(row)),
            returned=frozenset(path for path, row in _placed(kept) if _came_back(row)),
            proposed={path_of(MONEY, "apropiacion_vigente")},
            notes={path: f"Devuelta: {row.return_reason}" for path, row in _placed(kept) if _came_back(row)},
            row_titles={MONEY: [f"{one.code} {one.name}" for one in known]},
            followers={ASKS_REASON},
            panels=_nothing_left([*kept[MONEY], *kept[ACTIVITIES]]),
        )

    def compute(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Where a reason has its place: amounts that are told only with one, and what came back and may be right."""
        known = {one.project_id: one for one in _money(context)}
        return {
            path_of(MONEY, place, ASKS_REASON): _has_reason(row, known[row["project_id"]])
            for place, row in enumerate(values.get(MONEY) or [])
        }

    def find(self, context: FormContext, values: Values) -> list[FieldError]:
        """Payments ≤ commitments ≤ the appropriation in force; what falls or looks like another unit is explained."""
        known = _money(context)
        accepted = {one.project_id for one in known if one.kept is not None and execution_rows.is_accepted(one.kept)}
        return money_guards.errors_of(values.get(MONEY) or [], known, accepted)

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep the money of each project at this cut-off, and what was done of each activity."""
        month, entity = month_of(context), entity_of(context)
        activities.report(
            context.session,
            context.engine,
            month,
            entity,
            actor=context.actor,
            rows=[
                ReportedActivity(
                    row["activity_id"], row["ejecutado"], bool(row["hito_cumplido"]), row.get("entrega") or ""
                )
                for row in values.get(ACTIVITIES) or []
            ],
        )
        execution.report(
            context.session,
            context.engine,
            month,
            actor=context.actor,
            rows=[
                ReportedMoney(
                    row["project_id"],
                    row["apropiacion_vigente"],
                    row["compromisos"],
                    row["giros"],
                    row.get("motivo") or "",
                )
                for row in values[MONEY]
            ],
        )
        entity_reports.execution_corrected(context.session, month, entity)
        return {}

    def may_amend(self, context: FormContext) -> bool:
        """Until the liaison has looked at any of these rows."""
        rows = execution_rows.of_entity(context.session, month_of(context), entity_of(context))
        return bool(rows) and all(row.state == MeasurementState.SENT and not row.validated_by for row in rows)


def _money(context: FormContext) -> list[ProjectMoney]:
    if MONEY not in context.memo:  # asked again for each of: prepare, compute, find
        context.memo[MONEY] = execution.of_entity(context.session, month_of(context), entity_of(context))
    known: list[ProjectMoney] = context.memo[MONEY]
    return known


def _activities(context: FormContext) -> list[ActivityRow]:
    return activities.of_month(context.session, month_of(context), entity_of(context))


def _placed(kept: Mapping[str, list[Row | None]]) -> list[tuple[str, Row]]:
    """What was reported before, with its place in the form."""
    return [
        (path_of(table, place), row)
        for table, rows in kept.items()
        for place, row in enumerate(rows)
        if row is not None
    ]


def _nothing_left(rows: list[Row | None]) -> list[Panel]:
    """What to do where all was accepted: a late case asks for the money of an entity also when only figures lack."""
    if rows and all(row is not None and execution_rows.is_accepted(row) for row in rows):
        return [Panel("El dinero de este mes ya está aceptado", "No hay nada que escribir aquí: envíe para seguir.")]
    return []


def _has_reason(row: Values, known: ProjectMoney) -> bool:
    came_back = known.kept is not None and _came_back(known.kept)
    return came_back or money_guards.is_asked(row, known)


def _came_back(row: Row) -> bool:
    return row.state == MeasurementState.RETURNED


def _before(place: int, known: ProjectMoney) -> Iterator[tuple[str, str]]:
    """Under each amount what the last report said of it."""
    if known.earlier is None:
        return
    month = month_name(known.earlier.period).partition(" ")[0]
    for column, amount in (("compromisos", known.earlier.commitments), ("giros", known.earlier.payments)):
        if amount is not None:
            yield path_of(MONEY, place, column), f"pesos; {month}: {number(amount)}"


def _money_row(known: ProjectMoney) -> Values:
    return {
        ROW_KEY: known.code,
        "project_id": known.project_id,
        "proyecto": f"{known.code} {known.name}",
        "mes_anterior": told_before(known.earlier),
        "apropiacion_vigente": known.appropriation,
        "compromisos": known.commitments,
        "giros": known.payments,
        "motivo": known.reason or None,
    }


def _activity_row(row: ActivityRow) -> Values:
    kept = row.kept
    return {
        ROW_KEY: str(row.activity.id),
        "activity_id": row.activity.id,
        "actividad": f"{row.activity.indicator.code}: {row.activity.name}",
        "ejecutado": kept.executed if kept else None,
        "hito_cumplido": kept.milestone_met if kept else False,
        "entrega": (kept.delivery or None) if kept else None,
    }


def _hint(row: ActivityRow) -> str:
    unit = row.activity.indicator.unit
    return f"En {unit}; programado: {number(row.programmed)}." if row.programmed is not None else f"En {unit}."
