"""What an entity reported of its money and of its action plan in a month, told beside what is judged."""

from __future__ import annotations

from workflows.forms.handlers import FormContext, Panel
from workflows.handlers.month.money_guards import pesos
from workflows.handlers.month.periods_of_task import entity_of, month_of
from workflows.implementation import activities, execution
from workflows.implementation.activities import ActivityRow
from workflows.spanish import month_name, number


def money_and_activities(context: FormContext) -> list[Panel]:
    """What the entity reported of its money and of its action plan in the month."""
    month, entity = month_of(context), entity_of(context)
    panels = []
    if money := execution.of_entity(context.session, month, entity):
        told = [
            (
                f"{one.code} {one.name}",
                pesos(one.appropriation),
                pesos(one.commitments),
                pesos(one.payments),
                told_before(one.earlier),
                one.reason or "—",
            )
            for one in money
        ]
        columns = ("Proyecto", "Apropiación vigente", "Compromisos", "Giros", "Antes", "Motivo")
        panels.append(Panel("Presupuesto, acumulado del año", head=columns, rows=told))
    if running := [row for row in activities.of_month(context.session, month, entity) if row.kept]:
        head = ("Actividad", "Programado", "Ejecutado", "Entrega")
        panels.append(Panel("Actividades del mes", head=head, rows=[_activity_told(row) for row in running]))
    return panels


def _activity_told(row: ActivityRow) -> tuple[str, str, str, str]:
    kept, delivery = row.kept, done_of(row)
    programmed = number(row.programmed) if row.programmed is not None else "—"
    executed = number(kept.executed) if kept and kept.executed is not None else "—"
    return f"{row.activity.indicator.code}: {row.activity.name}", programmed, executed, delivery or "—"


def done_of(row: ActivityRow) -> str:
    """What was handed over of an activity, or that its milestone was met."""
    kept = row.kept
    return (kept.delivery if kept else "") or ("Hito cumplido" if kept and kept.milestone_met else "")


def told_before(earlier: execution.Earlier | None) -> str:
    """What was reported of a project before, in the same year."""
    if earlier is None:
        return "sin reporte antes en el año"
    committed, paid = pesos(earlier.commitments), pesos(earlier.payments)
    return f"{month_name(earlier.period)}: compromisos {committed}, giros {paid}"
