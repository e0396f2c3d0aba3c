"""The cases of a plan as bars over its years: what a simulation, or a real plan, came to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.definitions import catalogue
from engine.instances.models import Instance
from engine.states import InstanceState
from web import exporting
from web.auth import SIGNED_IN, Of, allow
from web.pages import current, page
from web.plans.blueprint import blueprint
from workflows.calendar import bogota_day
from workflows.documents.tables import Column
from workflows.plan.models import Plan

WIDTH, LABEL, ROW, TOP = 1000, 250, 30, 28
"""Of the drawing: its width, what names take of it, the height of a row, and that of the years above."""
NARROWEST = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """A case: where it begins and how long it is in the drawing. `ended_on` is missing while it goes on."""

    case_id: int
    name: str
    state: str
    started_on: dt.date
    ended_on: dt.date | None
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Row:
    """A process and its cases, oldest first."""

    name: str
    y: int
    bars: list[Bar]

    @property
    def open(self) -> int:
        """How many are going on."""
        return sum(bar.state == InstanceState.ACTIVE for bar in self.bars)

    @property
    def last(self) -> dt.date | None:
        """The day the last of them ended; nothing while one goes on."""
        return None if self.open else max((bar.ended_on for bar in self.bars if bar.ended_on), default=None)


COLUMNS: list[Column[tuple[Row, Bar]]] = [
    Column("Proceso", lambda row: row[0].name),
    Column("Caso", lambda row: row[1].name),
    Column("Empezó", lambda row: row[1].started_on),
    Column("Terminó", lambda row: row[1].ended_on),
]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The drawing: its rows, and where each year begins."""

    rows: list[Row]
    years: list[tuple[int, float]]

    @property
    def height(self) -> int:
        """Of the whole drawing."""
        return TOP + ROW * len(self.rows)


@blueprint.get("/<plan_code>/linea-de-tiempo")
@allow(SIGNED_IN, of=Of.PLAN)
def timeline(plan_code: str) -> str | Response:
    """Every case of the plan, drawn and as a table."""
    with current().database.reading() as session:
        plan = session.get(Plan, plan_code) or abort(404)
        drawn = read(session, plan_code, bogota_day(current().clock.now()))
    bars = [(row, bar) for row in drawn.rows for bar in row.bars]
    return exporting.asked(f"{plan_code} procesos", "Procesos", COLUMNS, bars) or page(
        "plans/timeline.html", plan=plan, drawn=drawn, width=WIDTH, label=LABEL, row_height=ROW, top=TOP,
        files=exporting.files_of(),
    )  # fmt: skip


def read(session: Session, plan_code: str, today: dt.date) -> Timeline:
    """The cases of a plan, by process in the order in which each began."""
    query = sa.select(Instance).where(Instance.scope == plan_code).order_by(Instance.started_at, Instance.id)
    cases = session.scalars(query).all()
    if not cases:
        return Timeline([], [])
    names = {one.key: one.name for one in catalogue.definitions(session, cases[0].tenant)}
    first = bogota_day(cases[0].started_at)
    last = max((_ended(case, today) for case in cases), default=today)
    scale = (WIDTH - LABEL) / max((last - first).days, 1)
    by_process: dict[str, list[Bar]] = {}
    for case in cases:
        by_process.setdefault(case.process_key, []).append(_bar(case, first, today, scale))
    rows = [Row(names.get(key, key), TOP + ROW * place, bars) for place, (key, bars) in enumerate(by_process.items())]
    return Timeline(rows, list(_years(first, last, scale)))


def _bar(case: Instance, first: dt.date, today: dt.date, scale: float) -> Bar:
    begins, ends = bogota_day(case.started_at), _ended(case, today)
    width = max((ends - begins).days * scale, NARROWEST)
    ended_on = bogota_day(case.ended_at) if case.ended_at else None
    x = min(LABEL + (begins - first).days * scale, WIDTH - width)
    return Bar(case.id, case.name, case.state, begins, ended_on, round(x, 1), round(width, 1))


def _ended(case: Instance, today: dt.date) -> dt.date:
    return bogota_day(case.ended_at) if case.ended_at else max(today, bogota_day(case.started_at))


def _years(first: dt.date, last: dt.date, scale: float) -> Iterable[tuple[int, float]]:
    for year in range(first.year + 1, last.year + 1):
        yield year, round(LABEL + (dt.date(year, 1, 1) - first).days * scale, 1)
