"""The part of a month's report that tells how the actions of recovery plans go."""

from __future__ import annotations

from collections.abc import Sequence

from workflows.cycles.models import Period
from workflows.forms.handlers import ROW_KEY, FormContext, Values
from workflows.recovery import progress
from workflows.recovery.progress import ReportedAction

TABLE = "plan_de_choque"


def shown(context: FormContext, period: Period, entity: str, responsible: str) -> list[Values]:
    """One row per open action this person tells of, with what was last known of it."""
    return [
        {
            ROW_KEY: str(row.action.id),
            "action_id": row.action.id,
            "accion": f"{row.plan.indicator.code}: {row.action.action}",
            "avance": row.kept.percentage if row.kept else row.action.percentage,
            "nota": row.kept.note if row.kept else None,
            "evidencia": [file.id for file in row.kept.files] if row.kept else [],
        }
        for row in progress.rows_of(context.session, period, entity, responsible)
    ]


def keep(context: FormContext, period: Period, rows: Sequence[Values]) -> None:
    """Record what was told of each action."""
    told = [ReportedAction(row["action_id"], row["avance"], row["nota"], row["evidencia"]) for row in rows]
    progress.report(context.session, context.engine, period, actor=context.actor, rows=told)
