"""Who is away, from when until when, and who stands in: to read, to register, to end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from notifications.absences import tell_registered
from web import exporting
from web.auth import SIGNED_IN, Of, allow
from web.days import typed_day
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from workflows.calendar import bogota_day
from workflows.documents.tables import Column
from workflows.errors import Conflict, Refused
from workflows.people import absences, directory
from workflows.people.groups import sectors_of
from workflows.people.holdings import of_sectors
from workflows.people.models import Absence, Person
from workflows.spanish import long_day

blueprint = Blueprint("absences", __name__, url_prefix="/ausencias")

SHOWN_DAYS = 21
"""Days that the calendar shows."""


@dataclass(frozen=True, slots=True)
class Line:
    """An absence as the page shows it. `stands_in` is who has the work in the end; `may_change`: by the reader."""

    absence: Absence
    name: str
    replacement: str
    stands_in: str
    is_now: bool
    may_change: bool


COLUMNS: list[Column[Line]] = [
    Column("Persona", lambda line: line.name),
    Column("Desde", lambda line: line.absence.since),
    Column("Hasta", lambda line: line.absence.until),
    Column("Reemplazo", lambda line: line.replacement),
    Column("En su lugar", lambda line: line.stands_in),
]


@blueprint.get("")
@allow(SIGNED_IN, of=Of.OWN)
def index() -> str | Response:
    """Those of one's sectors that are not over, on a calendar too."""
    with current().database.reading() as session:
        if exporting.is_asked():
            today = bogota_day(current().clock.now())
            found = absences.coming(session, sectors_of(actor()), today)
            return exporting.as_file("ausencias", "Ausencias", COLUMNS, _lines(session, found, today, ()))
        return _listed(session)


@blueprint.post("")
@allow(SIGNED_IN, of=Of.OWN)
def register() -> Any:
    """Register an absence: one's own, or that of somebody one coordinates."""
    typed = {name: request.form.get(name, "").strip() for name in ("persona", "desde", "hasta", "reemplazo")}
    since, until = typed_day(typed["desde"]), typed_day(typed["hasta"])
    application, username = current(), typed["persona"] or actor().id
    if since is None or until is None:
        return _again(typed, "Escriba el primer día y el último, por ejemplo 9/11/2026.")
    try:
        with application.database.unit_of_work() as session:
            absence = absences.register(
                session, application.clock, username, since=since, until=until, replacement=typed["reemplazo"],
                actor=actor(),
            )  # fmt: skip
            _tell(session, absence)
            absences.lend(session, bogota_day(application.clock.now()))
    except (Refused, Conflict) as wrong:
        return _again(typed, wrong.message)
    return back_to("absences.index", f"La ausencia quedó registrada hasta el {long_day(until)}.")


@blueprint.post("/reemplazo")
@allow(SIGNED_IN, of=Of.OWN)
def replace() -> Any:
    """Name who stands in from now on."""
    application, replacement = current(), request.form.get("reemplazo", "")
    try:
        with application.database.unit_of_work() as session:
            absence = absences.replace(session, application.clock, _asked(), replacement=replacement, actor=actor())
            _tell(session, absence)
            absences.lend(session, bogota_day(application.clock.now()))
            name = directory.person(session, replacement).name
    except (Refused, Conflict) as wrong:
        return _again({}, wrong.message)
    return back_to("absences.index", f"En su lugar queda {name}. Las tareas abiertas le llegan enseguida.")


@blueprint.post("/terminar")
@allow(SIGNED_IN, of=Of.OWN)
def end() -> Response:
    """End an absence before its day, or call it off."""
    application = current()
    with application.database.unit_of_work() as session:
        absences.end(session, application.clock, _asked(), actor=actor())
        absences.lend(session, bogota_day(application.clock.now()))
    return back_to("absences.index", "La ausencia terminó. Lo que siga abierto vuelve enseguida.")


def _asked() -> int:
    """Which absence was sent; of none, the use case says that there is none."""
    return request.form.get("ausencia", 0, type=row_id)


def _tell(session: Session, absence: Absence) -> None:
    application = current()
    base_url = application.config.base_url
    tell_registered(session, absence, application.clock.now(), by=actor().id, base_url=base_url)


def _again(typed: dict[str, str], error: str) -> tuple[str, int]:
    with current().database.reading() as session:
        return _listed(session, typed=typed, error=error), 422


def _listed(session: Session, **context: Any) -> str:
    me, today = actor(), bogota_day(current().clock.now())
    found = absences.coming(session, sectors_of(me), today)
    people = _colleagues(session, me.id, sectors_of(me))
    others = _colleagues(session, me.id, me.supervises - {""}) if me.supervises else []
    lines = _lines(session, found, today, {me.id, *(one.username for one in others)})
    chosen = request.args.get("reemplazar", type=row_id)
    return page(
        "absences/index.html",
        lines=lines,
        days=[today + dt.timedelta(days=count) for count in range(SHOWN_DAYS)],
        works=current().calendar.is_working,
        people=people,
        files=exporting.files_of(),
        others=others,
        replacing=next((line for line in lines if line.absence.id == chosen and line.may_change), None),
        **{"typed": {}, "error": "", **context},
    )


def _lines(session: Session, found: list[Absence], today: dt.date, mine: Collection[str]) -> list[Line]:
    """`mine`: of whom the reader may change it."""
    gone = absences.away(session, today)
    usernames = {name for one in found for name in (one.username, one.replacement) if name}
    usernames |= {one.stands_in for one in gone.values() if one.stands_in}
    names = directory.display_names(session, usernames)
    return [
        Line(
            one,
            names[one.username],
            names.get(one.replacement or "", ""),
            names.get((gone[one.username].stands_in if one.username in gone else one.replacement) or "", ""),
            one.since <= today,
            one.username in mine,
        )
        for one in found
    ]


def _colleagues(session: Session, me: str, sectors: Collection[str]) -> list[Person]:
    query = sa.select(Person).where(Person.active, ~Person.is_service, of_sectors(sectors))
    return list(session.scalars(query.where(Person.username != me).order_by(Person.name)))
