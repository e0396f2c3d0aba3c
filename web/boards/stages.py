"""The steps of the report of an entity in a month: which are done, who has the others, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.monitoring.board import Board, BoardMonth, BoardTask
from workflows.monitoring.models import EntityReport
from workflows.monitoring.states import ReportState

ENDORSED = frozenset({ReportState.ENDORSED, ReportState.PARTLY_ENDORSED, ReportState.LATE})
NEVER_CAME = frozenset({ReportState.MISSING, ReportState.NEVER})
DONE, RUNS, WAITS, NOTHING = "done", "run", "wait", "none"
STEPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Reporte", frozenset({"reportar_avance", "confirmar_calculado", "corregir_avance"})),
    ("Presupuesto", frozenset({"reportar_ejecucion", "corregir_ejecucion"})),
    ("Validación", frozenset({"validar_reporte"})),
    ("Aval", frozenset({"avalar_reporte"})),
)
"""The columns of the month, with the steps of the drawing that each is."""
WORDS = {
    "Presupuesto": ("Entregado", "Espera"),
    "Validación": ("Validado", "Espera el reporte"),
    "Aval": ("Avalado", "Espera la validación"),
}
"""What each column says where it is done and where it has not begun; the report says its day."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of an entity's report. `tasks` are those that are open; `words` say a state that has none."""

    title: str
    state: str
    words: str
    tasks: Sequence[BoardTask] = ()

    @property
    def told(self) -> str:
        """How it stands in a word."""
        return {DONE: "hecho", RUNS: "en curso", WAITS: "espera"}.get(self.state, "")


@dataclass(frozen=True, slots=True)
class Row:
    """The report of an entity, step by step; `others`: open tasks of it that are of none of them."""

    stages: Sequence[Stage]
    others: Sequence[BoardTask]

    @property
    def is_open(self) -> bool:
        """Whether somebody has something to do."""
        return bool(self.others) or any(one.tasks for one in self.stages)


def of_month(found: Board, month: BoardMonth) -> dict[str, Row]:
    """By entity: the steps of its report."""
    holding = found.holding(month.code)
    return {code: _row(month.reports.get(code), holding.get(code, ())) for code in found.entities}


def _row(report: EntityReport | None, tasks: Sequence[BoardTask]) -> Row:
    known = frozenset().union(*(steps for _title, steps in STEPS))
    stages = [_stage(title, report, [one for one in tasks if one.element_id in steps]) for title, steps in STEPS]
    return Row(stages, [one for one in tasks if one.element_id not in known])


def _stage(title: str, report: EntityReport | None, tasks: Sequence[BoardTask]) -> Stage:
    done, waits = WORDS.get(title, ("", ""))
    if report is None or report.state in NEVER_CAME:
        return Stage(title, NOTHING, "", tasks)
    if tasks:
        return Stage(title, RUNS, "", tasks)
    return Stage(title, DONE, done) if _is_done(title, report) else Stage(title, WAITS, waits)


def _is_done(title: str, report: EntityReport) -> bool:
    """Whether a step without an open task was done; the first two begin with the month."""
    if title == "Aval":
        return report.state in ENDORSED
    return title != "Validación" or report.state in ENDORSED or report.state is ReportState.VALIDATED
