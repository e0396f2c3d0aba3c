"""What stands beside each row that somebody judges: the value against what was promised, its story, its evidence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

import sqlalchemy as sa

from workflows.documents.models import StoredFile
from workflows.forms.handlers import Beside, Chip, FormContext, Values
from workflows.handlers.month.money_guards import pesos
from workflows.handlers.month.periods_of_task import entity_of, month_of
from workflows.indicators.states import Color
from workflows.monitoring import added_fields, progress
from workflows.monitoring.figures import shown
from workflows.monitoring.history import EVIDENCE, differences
from workflows.monitoring.models import Measurement, MeasurementChange
from workflows.monitoring.rows import ProgressRow, of_entity
from workflows.monitoring.states import MeasurementState
from workflows.people import directory
from workflows.spanish import long_day, magnitude

LOOKED_AT = (MeasurementState.VALIDATED, MeasurementState.ENDORSED, MeasurementState.FROZEN)
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


def judged(context: FormContext, rows: Sequence[ProgressRow]) -> list[Beside]:
    """What a liaison has in view of each row: its figures, its story, its evidence, what was changed."""
    names, changed = names_of(context, rows), _changes(context, rows)
    return [beside(row, names, changed.get(row.measurement.id, ()) if row.measurement else ()) for row in rows]


def cells(row: ProgressRow) -> Values:
    """The cells by which a row is judged."""
    value = row.measurement.value if row.measurement else None
    return {
        "codigo": row.indicator.code,
        "nombre": row.indicator.name,
        "indicator_id": row.indicator.id,
        "ultimos_tres": row.last_three() or None,
        "valor": value,
        "acumulado": row.accumulated(value),
        "programado": _rounded(row.snapshot.programmed_to_date, row.indicator.decimals),
        "semaforo_previsto": None,
    }


def beside(row: ProgressRow, names: Mapping[str, str], changes: Sequence[tuple[str, str, str]] = ()) -> Beside:
    """What is told of a row; `names` say who a username is."""
    kept, decimals = row.measurement, row.indicator.decimals
    title = f"{row.indicator.code} {row.indicator.name}"
    if kept is None:
        return Beside(title)
    facts = [
        ("Valor del mes", f"{magnitude(kept.value, decimals)} {row.indicator.unit}"),
        ("Programado a la fecha", magnitude(row.snapshot.programmed_to_date, decimals)),
        ("Acumulado", magnitude(row.accumulated(kept.value), decimals)),
        ("Meta del año", magnitude(row.snapshot.year_target, decimals)),
        ("Meses anteriores", row.last_three() or "ninguno antes"),
        *_of_goal(kept),
        ("Reportó", directory.in_place(kept.reported_by, row.snapshot.reports, names)),
        ("Validó", names.get(kept.validated_by or "", "") if row.state in LOOKED_AT else ""),
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
        (magnitude(row.accumulated(kept.value), decimals), magnitude(row.snapshot.programmed_to_date, decimals)),
        changes,
    )


def _of_goal(kept: Measurement) -> list[tuple[str, str]]:
    """What the goal of a project tells beside its value: its own money, its localities."""
    money = kept.appropriation, kept.commitments, kept.payments
    places = "; ".join(f"{code}: {value}" for code, value in sorted((kept.places or {}).items()))
    told = [
        (word, pesos(amount))
        for word, amount in zip(
            ("Apropiación de la meta", "Compromisos de la meta", "Giros de la meta"), money, strict=True
        )
        if amount is not None
    ]
    return [*told, ("Por localidad", places)]


def _changes(context: FormContext, rows: Sequence[ProgressRow]) -> Mapping[int, Sequence[tuple[str, str, str]]]:
    """By measurement that was sent again, what its last sending changed, in words."""
    ids = [row.measurement.id for row in rows if row.measurement is not None]
    query = sa.select(MeasurementChange).where(
        MeasurementChange.measurement_id.in_(ids), MeasurementChange.action == "enviar"
    )
    sendings: dict[int, list[MeasurementChange]] = {}
    for one in context.session.scalars(query.order_by(MeasurementChange.id)):
        sendings.setdefault(one.measurement_id, []).append(one)
    last = {id_: sent[-1] for id_, sent in sendings.items() if len(sent) > 1}
    if not last:
        return {}
    held = {id_ for one in last.values() for side in (one.before, one.after) for id_ in side.get(EVIDENCE) or ()}
    named = sa.select(StoredFile.id, StoredFile.name).where(StoredFile.id.in_(held))
    files: dict[int, str] = dict(context.session.execute(named).all())
    added = added_fields.of_period(context.session, month_of(context))
    return {
        id_: [
            (told.label, told.before, told.after)
            for told in differences(
                one.before, one.after, files=lambda file: files.get(file, "archivo"), added=added.told
            )
        ]
        for id_, one in last.items()
    }


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


def _rounded(value: Decimal | None, decimals: int) -> Decimal | None:
    return None if value is None else shown(value, max(decimals, 1)).normalize() + 0
