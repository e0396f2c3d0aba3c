"""The *bitácora*: looked through, and taken along as a table."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import orjson
import sqlalchemy as sa
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from web.answers import named
from web.auth import Of, allow
from web.days import typed_day
from web.numbers import row_id
from web.pages import actor, current, page, person
from workflows.auditing import reading, recording
from workflows.auditing.models import AuditEntry
from workflows.auditing.reading import Sought
from workflows.auditing.states import Outcome
from workflows.calendar import BOGOTA
from workflows.documents.tables import Column, as_csv
from workflows.lifecycle.archiving import WHAT_WAS_DONE
from workflows.people.directory import display_names
from workflows.people.holdings import of_sectors
from workflows.people.models import Person
from workflows.plan.models import Plan
from workflows.sectors import registry

blueprint = Blueprint("audit", __name__, url_prefix="/bitacora")

READERS = ("administrador", "coordinador_pes", "control_interno")
PAGE = 50
YEARS = range(1990, 2200)
MOST = 50_000
"""How many rows an export has; who needs more narrows the days."""

TABLE: tuple[Column[AuditEntry], ...] = (
    Column("fecha", lambda entry: entry.at.astimezone(BOGOTA).isoformat(timespec="seconds")),
    *WHAT_WAS_DONE,
    Column("antes", lambda entry: _told(entry.before)),
    Column("despues", lambda entry: _told(entry.after)),
    Column("peticion", lambda entry: entry.request),
    Column("entrada", lambda entry: str(entry.id)),
)


@blueprint.get("/")
@allow(*READERS, of=Of.NONE)
def index() -> str:
    """The newest entries that match."""
    asked = _sought()
    with current().database.reading() as session:
        sought = replace(asked, whose=_of_own_sectors(session))
        older = request.args.get("antes", type=row_id)
        found = reading.entries(session, sought, older_than=older, limit=PAGE + 1)
        return page(
            "audit/index.html",
            entries=found[:PAGE],
            following=found[PAGE - 1].id if len(found) > PAGE else None,
            actions=reading.actions(session, sought.whose),
            outcomes=list(Outcome),
            names=display_names(session, {one.actor_id for one in found}),
            asked={**request.args.to_dict(), "antes": ""},
            is_sought=asked != Sought(),
            told=_told,
        )


@blueprint.get("/bitacora.csv")
@allow(*READERS, of=Of.NONE)
def table() -> Response:
    """What matches, as a table; that it was taken along is written down too."""
    application = current()
    with application.database.reading() as session:
        sought = replace(_sought(), whose=_of_own_sectors(session))
        content = as_csv(TABLE, reading.entries(session, sought, limit=MOST))
    with application.database.unit_of_work() as session:
        asked = {name: value for name, value in request.args.to_dict().items() if value}
        recording.record(session, application.clock, actor(), "exportar", ("bitacora", "csv"), after={"filtro": asked})
    return named(Response(content, mimetype="text/csv"), "bitacora.csv")


def _of_own_sectors(session: Session) -> sa.ColumnElement[bool] | None:
    """What was done in the reader's sectors, and of what is of no sector or from before sectors were written down, what
    their people did and what was done to their plans; with one sector, everything.
    """
    me = person()
    own = [sector for sector in me.sectors if me.may(READERS, sector)]
    if set(registry.codes(session)) <= set(own):
        return None
    plans = session.scalars(sa.select(Plan.code).where(Plan.sector_code.in_(own))).all()
    people = sa.select(Person.username).where(of_sectors(own))
    of_none = sa.or_(AuditEntry.actor_id.in_(people), *map(reading.of_plan, plans))
    return sa.or_(AuditEntry.sector_code.in_(own), sa.and_(AuditEntry.sector_code == "", of_none))


def _sought() -> Sought:
    """The filter of the address; what is no day or outcome counts as not asked."""
    asked = request.args
    return Sought(
        actor_id=asked.get("quien", "").strip().lower(),
        action=asked.get("accion", ""),
        object_kind=asked.get("clase", "").strip(),
        object_id=asked.get("objeto", "").strip(),
        outcome=next((one for one in Outcome if one == asked.get("resultado")), None),
        since=_day("desde"),
        before=_day("hasta", after=1),
    )


def _day(name: str, *, after: int = 0) -> dt.datetime | None:
    """The beginning in Bogotá of a day, or of so many days after it; what is no day of an office's life is none."""
    day = typed_day(request.args.get(name, ""))
    if day is None or day.year not in YEARS:
        return None
    return dt.datetime.combine(day + dt.timedelta(days=after), dt.time(), BOGOTA)


def _told(values: dict[str, Any]) -> str:
    return "" if not values else orjson.dumps(values, option=orjson.OPT_SORT_KEYS, default=str).decode()
