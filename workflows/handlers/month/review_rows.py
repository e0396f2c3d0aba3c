"""What stands beside each row that somebody judges: the value against what was promised, its story, its evidence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from workflows.forms.handlers import Beside, Chip, FormContext
from workflows.handlers.month.periods_of_task import entity_of, month_of
from workflows.indicators.states import Color
from workflows.monitoring import progress
from workflows.monitoring.figures import shown
from workflows.monitoring.rows import ProgressRow, of_entity
from workflows.monitoring.states import MeasurementState
from workflows.people import directory
from workflows.spanish import long_day, number

WORST_FIRST = (Color.RED, Color.YELLOW, Color.ORANGE)


def rows_in(context: FormContext, states: Collection[MeasurementState]) -> list[ProgressRow]:
    """The rows of the task's entity and month that stand so, in the order of the plan."""
    if "reviewed" not in context.memo:  # asked again for each of: prepare, preview
        context.memo["reviewed"] = of_entity(context.session, month_of(context), entity_of(context))
    rows: list[ProgressRow] = context.memo["reviewed"]
    return [row for row in rows if row.measurement is not None and row.state in states]


def worst_first(rows: Sequence[ProgressRow]) -> list[ProgressRow]:
    """Red before yellow, over-execution and the rest; else in their order."""
    return sorted(rows, key=lambda row: WORST_FIRST.index(color) if (color := _color(row)) in WORST_FIRST else 9)


def beside(row: ProgressRow, names: Mapping[str, str]) -> Beside:
    """What is told of a row; `names` say who a username is."""
    kept, decimals = row.measurement, row.indicator.decimals
    title = f"{row.indicator.code} {row.indicator.name}"
    if kept is None:
        return Beside(title)
    facts = [
        ("Valor del mes", f"{_written(kept.value, decimals)} {row.indicator.unit}"),
        ("Programado a la fecha", _written(row.snapshot.programmed_to_date, decimals)),
        ("Acumulado", _written(row.accumulated(kept.value), decimals)),
        ("Meta del año", _written(row.snapshot.year_target, decimals)),
        ("Últimos tres meses", row.last_three() or "ninguno antes"),
        ("Reportó", directory.in_place(kept.reported_by, row.snapshot.reports, names)),
        ("Validó", names.get(kept.validated_by or "", "")),
    ]
    story = [
        ("Qué se hizo", kept.qualitative),
        ("Dificultades", kept.difficulties),
        ("Soluciones", kept.solutions),
        ("Por qué va atrasado", kept.delay_reason),
        ("Por qué supera lo programado", kept.excess_reason),
    ]
    return Beside(
        title,
        light(row),
        [(term, text) for term, text in facts if text],
        [(label, text) for label, text in story if text],
        [piece.file_id for piece in kept.evidence],
        f"Soportes, del {long_day(kept.evidence_on)}" if kept.evidence_on and kept.evidence else "Soportes",
    )


def names_of(context: FormContext, rows: Sequence[ProgressRow]) -> Mapping[str, str]:
    """How those who reported and validated are called, by username."""
    people = [row.measurement for row in rows if row.measurement is not None]
    usernames = {name for one in people for name in (one.reported_by, one.validated_by) if name}
    usernames |= {row.snapshot.reports for row in rows if row.snapshot.reports}
    return directory.display_names(context.session, sorted(usernames))


def light(row: ProgressRow) -> Chip:
    """The traffic light that the reported value gives."""
    found = row.assess(row.measurement.value if row.measurement else None)
    return Chip(found.color or "gris", progress.words(found).capitalize() or "Sin corte exigible")


def _color(row: ProgressRow) -> str | None:
    return row.assess(row.measurement.value if row.measurement else None).color


def _written(value: Decimal | None, decimals: int) -> str:
    """As many decimals as people type; a level on its way to the target has them without end."""
    return "—" if value is None else number(shown(value, max(decimals, 1)).normalize() + 0)
