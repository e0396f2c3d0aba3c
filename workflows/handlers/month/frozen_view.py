"""Freezes what was in view of who signs off an entity's report, with what they said of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workflows.forms.handlers import FormContext, Panel
from workflows.handlers.month import review_rows
from workflows.handlers.month.money_told import money_and_activities
from workflows.handlers.month.periods_of_task import entity_of, month_of
from workflows.monitoring import sign_offs
from workflows.monitoring.rows import ProgressRow


def keep(
    context: FormContext,
    statement: str,
    rows: Sequence[ProgressRow],
    said: Mapping[str, str] | None = None,
    of_execution: Mapping[str, str] | None = None,
) -> None:
    """Keep the words of the act and what was shown.

    `said` of a row, by its code; `of_execution`, by the first cell of the row of money or activity.
    """
    names = review_rows.names_of(context, rows)
    told = [(row.indicator.code, review_rows.beside(row, names)) for row in rows]
    content = {
        "filas": [
            {
                "titulo": one.title,
                "semaforo": one.chip.word if one.chip else "",
                "color": str(one.chip.color) if one.chip else "gris",
                "datos": [list(fact) for fact in one.facts],
                "relato": [list(text) for text in one.story],
                "decision": (said or {}).get(code, ""),
                "soportes": list(one.files),
            }
            for code, one in told
        ],
        "tablas": [_table(panel, of_execution or {}) for panel in money_and_activities(context)],
    }
    sign_offs.keep(
        context.session,
        context.engine,
        month_of(context),
        entity_of(context),
        task=context.task,
        actor=context.actor,
        statement=statement,
        content=content,
        outside=context.outside,
    )


def _table(panel: Panel, said: Mapping[str, str]) -> dict[str, Any]:
    """A table as it was shown, with what was said of each row where anything was."""
    if not said:
        return {"titulo": panel.title, "encabezado": list(panel.head), "filas": [list(row) for row in panel.rows]}
    rows = [[*row, said.get(row[0], "")] for row in panel.rows]
    return {"titulo": panel.title, "encabezado": [*panel.head, "Decisión"], "filas": rows}
