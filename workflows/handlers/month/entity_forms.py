"""Forms of an entity's report beside the figures: money, validation, endorsement; on time and late."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.contracts import LIST, TEXT, Contract
from workflows.cycles.models import Period
from workflows.forms.handlers import ROW_KEY, FieldError, FormContext, Panel, PlainForm, Prefill, Values, path_of
from workflows.implementation import activities, execution
from workflows.implementation.activities import ActivityRow, ReportedActivity
from workflows.implementation.execution import ReportedMoney
from workflows.indicators.models import Indicator
from workflows.monitoring import entity_reports, periods
from workflows.monitoring.entity_reports import Decision
from workflows.monitoring.models import Measurement
from workflows.people import directory
from workflows.spanish import long_day, number

ACCEPTED = "valida"
ENDORSES = "avalo"


def month_of(context: FormContext) -> Period:
    """The month a task is about."""
    if "month" not in context.memo:  # asked again for each of: prepare, check, record
        context.memo["month"] = periods.find(context.session, context.plan_code, context.variables["periodo"])
    month: Period = context.memo["month"]
    return month


def entity_of(context: FormContext) -> str:
    """The entity a task is about."""
    return str(context.variables["entidad"])


class ReportExecution(PlainForm):
    """`reportar_ejecucion`, `completar_ejecucion`: the money of each project, and what was done of each activity.

    Money is accumulated since January, in pesos; activities tell of the month only.
    """

    contract = Contract(needs={"periodo": TEXT, "entidad": TEXT}, fields=frozenset({"presupuesto"}))

    def prepare(self, context: FormContext) -> Prefill:
        """One row per project of the entity, and one per activity of its action plan that runs in the month."""
        month, entity = month_of(context), entity_of(context)
        known = execution.of_entity(context.session, month, entity)
        running = activities.of_month(context.session, month, entity)
        return Prefill(
            values={
                "presupuesto": [_money_row(row) for row in known],
                "actividades": [_activity_row(row) for row in running],
            },
            hints={path_of("actividades", place, "ejecutado"): _hint(row) for place, row in enumerate(running)},
        )

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Payments ≤ commitments ≤ appropriation."""
        errors = []
        for place, row in enumerate(values["presupuesto"]):
            money, committed, paid = row["apropiacion_vigente"], row["compromisos"], row["giros"]
            if committed > money:
                message = "Los compromisos no pueden superar la apropiación vigente."
                errors.append(FieldError(path_of("presupuesto", place, "compromisos"), message))
            if paid > committed:
                message = "Los giros no pueden superar los compromisos."
                errors.append(FieldError(path_of("presupuesto", place, "giros"), message))
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep the money of each project at this cut-off, and what was done of each activity."""
        activities.report(
            context.session,
            context.engine,
            month_of(context),
            actor=context.actor,
            rows=[
                ReportedActivity(
                    row["activity_id"], row["ejecutado"], bool(row["hito_cumplido"]), row.get("entrega") or ""
                )
                for row in values.get("actividades") or []
            ],
        )
        execution.report(
            context.session,
            context.engine,
            month_of(context),
            actor=context.actor,
            rows=[
                ReportedMoney(row["project_id"], row["apropiacion_vigente"], row["compromisos"], row["giros"])
                for row in values["presupuesto"]
            ],
        )
        return {}


class ValidateReport(PlainForm):
    """`validar_reporte`, `validar_extemporaneo`: the liaison accepts or returns each row that was sent."""

    contract = Contract(
        needs={"periodo": TEXT, "entidad": TEXT},
        fills={"responsables_por_corregir": LIST},
        fields=frozenset({"validacion"}),
    )

    def prepare(self, context: FormContext) -> Prefill:
        """The rows that wait, with what was reported beside each."""
        waiting = entity_reports.rows_to_validate(context.session, month_of(context), entity_of(context))
        rows = [_row_to_validate(measurement) for measurement in waiting]
        notes = {path_of("validacion", place): _told(measurement) for place, measurement in enumerate(waiting)}
        return Prefill(values={"validacion": rows}, notes=notes, panels=_returned_by_head(context))

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Accept or return; `responsables_por_corregir` are those who have a row to correct."""
        returned = entity_reports.decide(
            context.session,
            context.engine,
            month_of(context),
            entity_of(context),
            actor=context.actor,
            decisions=[
                Decision(row["measurement_id"], row["decision"] == ACCEPTED, row.get("motivo") or "")
                for row in values["validacion"]
            ],
        )
        return {"responsables_por_corregir": returned}


class EndorseReport(PlainForm):
    """`avalar_reporte`: the head answers for the figures, or returns them with a reason."""

    contract = Contract(needs={"periodo": TEXT, "entidad": TEXT}, fields=frozenset({"decision"}))

    def prepare(self, context: FormContext) -> Prefill:
        """What is endorsed, to read."""
        return Prefill(panels=[_summary(context)])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Endorse or send back."""
        session, engine, period, entity = context.session, context.engine, month_of(context), entity_of(context)
        if values["decision"] == ENDORSES:
            entity_reports.endorse(session, engine, period, entity, actor=context.actor)
        else:
            entity_reports.send_back(session, engine, period, entity, actor=context.actor, reason=values["motivo"])
        return {}


class EndorseLateReport(PlainForm):
    """`avalar_extemporaneo`: the head answers for a late report."""

    contract = Contract(needs={"periodo": TEXT, "entidad": TEXT})

    def prepare(self, context: FormContext) -> Prefill:
        """What is endorsed, to read."""
        return Prefill(panels=[_summary(context)])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        entity_reports.endorse(
            context.session, context.engine, month_of(context), entity_of(context), actor=context.actor
        )
        return {}


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


def _money_row(known: execution.ProjectMoney) -> Values:
    return {
        ROW_KEY: known.code,
        "project_id": known.project_id,
        "proyecto": f"{known.code} {known.name}",
        "apropiacion_vigente": known.appropriation,
        "compromisos": known.commitments,
        "giros": known.payments,
    }


def _row_to_validate(measurement: Measurement) -> Values:
    indicator = measurement.indicator
    return {
        ROW_KEY: indicator.code,
        "measurement_id": measurement.id,
        "fila": f"{indicator.code} {indicator.name}",
        "decision": None,
        "motivo": None,
    }


def _told(measurement: Measurement) -> str:
    """What was reported of one row, in one paragraph."""
    told = [f"{_value(measurement)}.", measurement.qualitative]
    for label, text in (
        ("Dificultades", measurement.difficulties),
        ("Rezago", measurement.delay_reason),
        ("Sobreejecución", measurement.excess_reason),
    ):
        if text:
            told.append(f"{label}: {text}")
    names = ", ".join(piece.file.name for piece in measurement.evidence)
    told.append(f"Soportes del {long_day(measurement.evidence_on)}: {names}." if names else "Sin soportes.")
    return " ".join(part for part in told if part)


def _value(measurement: Measurement) -> str:
    indicator: Indicator = measurement.indicator
    value: Decimal | None = measurement.value
    return f"{number(value, indicator.decimals)} {indicator.unit}"


def _returned_by_head(context: FormContext) -> list[Panel]:
    report = entity_reports.find(context.session, month_of(context), entity_of(context))
    return [Panel("La dirección devolvió el reporte", report.return_reason)] if report.return_reason else []


def _summary(context: FormContext) -> Panel:
    rows = entity_reports.accepted_rows(context.session, month_of(context), entity_of(context))
    names = directory.display_names(context.session, [row.reported_by for row in rows if row.reported_by])
    return Panel(
        "Lo que avala",
        head=("Indicador", "Valor del mes", "Qué se hizo", "Reportó"),
        rows=[
            (
                f"{row.indicator.code} {row.indicator.name}",
                _value(row),
                row.qualitative,
                names.get(row.reported_by or "", ""),
            )
            for row in rows
        ],
    )
