"""Measurements: what was reported, and reporting it through the same form as on the page."""

from __future__ import annotations

import datetime as dt
from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from itertools import chain
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session, lazyload

from engine.instances.models import Instance
from engine.states import UserTaskState
from engine.tasks.models import UserTask
from web import scanning
from web.api import cursors
from web.api.blueprint import blueprint, operation
from web.api.once import once
from web.api.plans import ensure_period
from web.api.shapes import Listing, Once, Page, Shape
from web.auth import WORKING, Of
from web.auth.scopes import Scope
from web.errors import InvalidRequest, WrongPart
from web.pages import actor, current
from workflows.cycles.models import Period
from workflows.documents import files
from workflows.errors import FieldError, InvalidFile, InvalidSubmission, Refused
from workflows.forms.opening import OpenForm
from workflows.forms.values import ROW_KEY
from workflows.handlers.month.progress_forms import REPORTING_TASKS, TABLE, TYPED
from workflows.indicators.models import Indicator
from workflows.monitoring.models import Measurement

EVIDENCE = "evidencias"
LATE_TASKS = ("completar_reporte", "corregir_extemporaneo")
MOST_ROWS = 500


class Measured(Shape):
    """What was reported of an indicator in a month."""

    indicator: str
    period: str
    value: Decimal | None
    state: str
    qualitative: str
    reported_by: str | None
    reported_at: dt.datetime | None
    late: bool


class MeasurementPage(Page[Measured]):
    """Some measurements, by month and indicator as they were first kept."""


class Measurements(Listing):
    """Which measurements are asked for; what is left out is not asked."""

    period: Annotated[str, Field(max_length=7)] = ""
    indicator: Annotated[str, Field(max_length=20)] = ""
    entity: Annotated[str, Field(max_length=20)] = ""


class File(Shape):
    """A file that supports a measurement; `content` in base64."""

    name: Annotated[str, Field(min_length=1, max_length=300)]
    content: Annotated[str, Field(max_length=28_000_000)]


class Row(Shape):
    """One indicator of a report. `values` are the columns of the form (`valor_periodo`, `avance_cualitativo`, …)."""

    indicator: Annotated[str, Field(min_length=1, max_length=20)]
    values: dict[str, Any]
    files: Annotated[list[File], Field(max_length=20, default_factory=list)]


class Report(Shape):
    """Rows of a report. With `send` it is sent; without, it is kept as the draft of the task.

    Rows that are left out stay as they stand in the form. `values` are its fields beside the table of indicators.
    """

    rows: Annotated[list[Row], Field(min_length=1, max_length=MOST_ROWS)]
    values: Annotated[dict[str, Any], Field(default_factory=dict)]
    send: bool = True


class Reported(Shape):
    """The task through which it was reported, and whether it is done."""

    task_id: int
    sent: bool
    rows: list[str]


@dataclass(frozen=True, slots=True)
class _Place:
    """The open form in which the rows belong."""

    opened: OpenForm
    codes: Sequence[str]


@blueprint.get("/plans/<plan_code>/measurements")
@operation(Scope.PLANS_READ, MeasurementPage, of=Of.PLAN)
def list_measurements(plan_code: str, query: Measurements) -> MeasurementPage:
    """What was reported of a plan, in whatever state."""
    wanted = (
        sa.select(Measurement, Indicator.code, Period.code)
        .join(Indicator, Indicator.id == Measurement.indicator_id)
        .join(Period, Period.id == Measurement.period_id)
        .where(Period.plan_code == plan_code, Measurement.id > cursors.read_id(query.cursor))
        .options(lazyload(Measurement.evidence), lazyload(Measurement.indicator))
    )
    conditions = (
        (query.period, Period.code == query.period), (query.indicator, Indicator.code == query.indicator),
        (query.entity, Indicator.entity_code == query.entity),
    )  # fmt: skip
    wanted = wanted.where(*(condition for asked, condition in conditions if asked))
    with current().database.reading() as session:
        found = session.execute(wanted.order_by(Measurement.id).limit(query.limit + 1)).all()
        shown, following = cursors.cut(found, query.limit, lambda row: cursors.of_id(row[0].id))
        return MeasurementPage(items=[_measured(*row) for row in shown], next=following)


@blueprint.post("/plans/<plan_code>/periods/<period>/measurements")
@operation(Scope.TASKS_WRITE, Reported, of=Of.PLAN, who=(WORKING,), status=HTTPStatus.CREATED)
def report_measurements(plan_code: str, period: str, json: Report, headers: Once) -> Any:
    """Report a month: the rows go into the open task of whoever reports them, and through its form."""

    for file in chain.from_iterable(row.files for row in json.rows):
        scanning.ensure_clean(file.name, _content(file))

    def act(session: Session) -> Reported:
        ensure_period(session, plan_code, period)
        place = _place(session, plan_code, period, json.rows)
        raw = _raw(session, place, json)
        application, task = current(), place.opened.task
        if not json.send:
            application.forms.save_draft(session, application.engine, task.id, actor(), raw)
        else:
            try:
                application.forms.submit(session, application.engine, task.id, actor(), raw)
            except InvalidSubmission as invalid:
                invalid.errors = [_by_indicator(one, place.codes) for one in invalid.errors]
                raise
        return Reported(task_id=task.id, sent=json.send, rows=list(place.codes))

    return once(headers, act, HTTPStatus.CREATED)


def _place(session: Session, plan_code: str, period: str, rows: Sequence[Row]) -> _Place:
    """The one open task of this person that asks for these rows. Raises `Refused`."""
    wanted = {row.indicator for row in rows}
    if len(wanted) < len(rows):
        twice = WrongPart("rows", "Un indicador está dos veces.", "An indicator stands there twice.")
        raise InvalidRequest(errors=[twice])
    application = current()
    open_tasks = (
        sa.select(UserTask)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(UserTask.assignee == actor().id, UserTask.state == UserTaskState.OPEN, Instance.scope == plan_code)
        .where(UserTask.element_id.in_((*REPORTING_TASKS, *LATE_TASKS)))
        .order_by(UserTask.id)
    )
    asked: list[str] = []
    for task in session.scalars(open_tasks):
        if task.variables.get("periodo") != period:
            continue
        opened = application.forms.open(session, application.engine, task.id, actor())
        codes = [str(row[ROW_KEY]) for row in opened.shown.get(TABLE) or ()]
        if wanted <= set(codes):
            return _Place(opened, codes)
        asked += codes
    told = f"Las tareas que usted tiene abiertas de {period} piden: {', '.join(asked)}." if asked else ""
    raise Refused(f"Ninguna tarea abierta suya pide todo eso en {period}. {told}".strip())


def _raw(session: Session, place: _Place, report: Report) -> dict[str, Any]:
    """The form as it is sent: what came over what stands there."""
    sent = {row.indicator: row for row in report.rows}
    kept: Mapping[str, Any] = place.opened.shown
    table = [_row(session, place, row, sent.get(str(row[ROW_KEY]))) for row in kept[TABLE]]
    others = {name: value for name, value in kept.items() if name != TABLE}
    return {**others, **report.values, TABLE: table}


def _row(session: Session, place: _Place, row: Mapping[str, Any], sent: Row | None) -> dict[str, Any]:
    kept = {name: value for name, value in row.items() if name in TYPED or name == ROW_KEY}
    if sent is None:
        return kept
    stored = list(_stored(session, place.opened.task.id, sent.files))
    given = sent.values.get(EVIDENCE, [] if stored else kept.get(EVIDENCE) or [])
    ids = given if isinstance(given, list) else [given]
    return {**kept, **sent.values, ROW_KEY: kept[ROW_KEY], EVIDENCE: [*ids, *stored]}


def _stored(session: Session, task_id: int, sent: Iterable[File]) -> Iterable[int]:
    """The ids of the files, kept as those of the task. Raises `InvalidFile`."""
    application, quota = current(), files.quota_in(session, task_id, actor().id)
    for one in sent:
        upload = files.examine(one.name, _content(one))
        quota.take(upload)
        yield files.keep_upload(session, application.clock, actor().id, upload, task_id=task_id).id


def _content(sent: File) -> bytes:
    try:
        return b64decode(sent.content, validate=True)
    except ValueError as error:  # also of letters that are no ASCII
        raise InvalidFile(f"El contenido de «{sent.name}» no está en base64.") from error


def _by_indicator(error: FieldError, codes: Sequence[str]) -> FieldError:
    """What is wrong, at the code of its indicator: whoever sent it counts other rows."""
    table, _, rest = error.path.partition(".")
    place, _, column = rest.partition(".")
    if table != TABLE or not place.isdecimal() or int(place) >= len(codes):
        return error
    return FieldError(".".join(filter(None, ("rows", codes[int(place)], column))), error.message)


def _measured(one: Measurement, indicator: str, period: str) -> Measured:
    return Measured(
        indicator=indicator, period=period, value=one.value, state=str(one.state), qualitative=one.qualitative,
        reported_by=one.reported_by, reported_at=one.reported_at, late=one.late,
    )  # fmt: skip
