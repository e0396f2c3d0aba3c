"""The rows of money and activities as somebody judges them: the liaison each, the head those that go back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workflows.forms.handlers import ROW_KEY, FormContext, Values
from workflows.handlers.month.money_told import done_of, told_before
from workflows.handlers.month.periods_of_task import entity_of, month_of
from workflows.implementation import activities, execution
from workflows.implementation.activities import ActivityRow
from workflows.implementation.execution import ProjectMoney
from workflows.monitoring import execution_rows
from workflows.monitoring.execution_rows import Judged, Row
from workflows.monitoring.states import MeasurementState

MONEY, ACTIVITIES = "presupuesto", "actividades"
ACCEPTED = "valida"
MONEY_KEY, ACTIVITY_KEY = "proyecto-", "actividad-"
"""What the key of a row begins with where it stands among the rows of indicators."""


def to_validate(context: FormContext) -> Mapping[str, list[Values]]:
    """The rows of the execution that wait for the liaison, by table."""
    return {
        MONEY: [
            {**_money_cells(one), **_told(one.kept)}
            for one in _money(context)
            if one.kept and one.kept.state == MeasurementState.SENT
        ],
        ACTIVITIES: [
            {**_activity_cells(one), **_told(one.kept)}
            for one in _activities(context)
            if one.kept and one.kept.state == MeasurementState.SENT
        ],
    }


def judged(context: FormContext, values: Values) -> list[Judged]:
    """What the liaison says of each row; a form that does not ask takes them all as they are."""
    return [
        Judged(row, said is None or said["decision"] == ACCEPTED, (said or {}).get("motivo") or "")
        for table, key, row in _waiting(context)
        for said in [_typed(values, table, key)]
    ]


def words(values: Values) -> dict[str, str]:
    """What was said of each row, by the first cell of the table that is frozen with it."""
    told = {}
    for table in (MONEY, ACTIVITIES):
        for row in values.get(table) or ():
            title = row["proyecto"] if table == MONEY else row["actividad"]
            told[title] = "Aceptada" if row["decision"] == ACCEPTED else f"Devuelta: {row.get('motivo') or ''}"
    return told


def to_return(context: FormContext) -> list[Values]:
    """The rows that the head may give back, after those of the indicators."""
    money = [
        _returnable(f"{MONEY_KEY}{one.code}", "Presupuesto", f"{one.code} {one.name}")
        for one in _money(context)
        if one.kept and execution_rows.is_accepted(one.kept)
    ]
    done = [
        _returnable(
            f"{ACTIVITY_KEY}{one.activity.id}", "Actividad", f"{one.activity.indicator.code}: {one.activity.name}"
        )
        for one in _activities(context)
        if one.kept and execution_rows.is_accepted(one.kept)
    ]
    return money + done


def sent_back(context: FormContext, returned: Sequence[Values], general: str) -> dict[Row, str]:
    """Of what the head marked, the rows of the execution with why."""
    known: dict[str, Row] = {f"{MONEY_KEY}{one.code}": one.kept for one in _money(context) if one.kept}
    known |= {f"{ACTIVITY_KEY}{one.activity.id}": one.kept for one in _activities(context) if one.kept}
    return {known[row[ROW_KEY]]: row["motivo_fila"] or general for row in returned if row[ROW_KEY] in known}


def _waiting(context: FormContext) -> list[tuple[str, str, Row]]:
    rows: list[tuple[str, str, Row]] = [(MONEY, one.code, one.kept) for one in _money(context) if one.kept]
    rows += [(ACTIVITIES, str(one.activity.id), one.kept) for one in _activities(context) if one.kept]
    return [one for one in rows if one[2].state == MeasurementState.SENT]


def _typed(values: Values, table: str, key: str) -> Values | None:
    return next((row for row in values.get(table) or () if row[ROW_KEY] == key), None)


def _money(context: FormContext) -> list[ProjectMoney]:
    if MONEY not in context.memo:
        context.memo[MONEY] = execution.of_entity(context.session, month_of(context), entity_of(context))
    known: list[ProjectMoney] = context.memo[MONEY]
    return known


def _activities(context: FormContext) -> list[ActivityRow]:
    if ACTIVITIES not in context.memo:
        context.memo[ACTIVITIES] = activities.of_month(context.session, month_of(context), entity_of(context))
    known: list[ActivityRow] = context.memo[ACTIVITIES]
    return known


def _money_cells(one: ProjectMoney) -> Values:
    return {
        ROW_KEY: one.code,
        "proyecto": f"{one.code} {one.name}",
        "mes_anterior": told_before(one.earlier),
        "apropiacion_vigente": one.appropriation,
        "compromisos": one.commitments,
        "giros": one.payments,
        "motivo_reporte": one.reason or None,
    }


def _activity_cells(one: ActivityRow) -> Values:
    return {
        ROW_KEY: str(one.activity.id),
        "actividad": f"{one.activity.indicator.code}: {one.activity.name}",
        "programado": one.programmed,
        "ejecutado": one.kept.executed if one.kept else None,
        "entrega": done_of(one) or None,
    }


def _told(kept: Row | None) -> Values:
    """What the head returned comes as returned, with the head's reason."""
    reason = kept.return_reason if kept else ""
    return {"decision": "devuelta" if reason else None, "motivo": reason or None}


def _returnable(key: str, code: str, name: str) -> Values:
    return {
        ROW_KEY: key, "measurement_id": None, "codigo": code, "nombre": name, "devolver": False, "motivo_fila": None
    }  # fmt: skip
