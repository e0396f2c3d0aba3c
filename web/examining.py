"""Whether anything is broken: tables, cases, files, the trail, background work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine import doctor as engine_doctor
from engine import units
from engine.units import SystemIncident
from notifications import failures
from web import migrating
from web.bootstrap import Application
from web.errors import NewerDatabase
from workflows.auditing import chain
from workflows.calendar import BOGOTA
from workflows.documents import checking


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, in a sentence, and what was done about it (empty: nothing)."""

    message: str
    repaired: str = ""


def examine(application: Application, *, repair: bool = False) -> list[Finding]:
    """What is wrong with the tables, the cases and the files; with `repair`, after putting right what can be."""
    with application.database.engine.connect() as connection:
        if migrating.is_newer(connection):
            return [Finding(NewerDatabase.sentence)]
    if not migrating.is_current(application.database):
        return [Finding("Las tablas no están al día. Ejecute «cauce migrate».")]
    return examine_content(application, repair=repair)


def examine_content(application: Application, *, repair: bool = False) -> list[Finding]:
    """The same, of what the tables hold."""
    database = application.database
    with database.unit_of_work() if repair else database.reading() as session:
        failing = units.open_incidents(session)
        return [*of_rows(session, application, repair=repair), *(Finding(_of_unit(incident)) for incident in failing)]


def of_rows(session: Session, application: Application, *, repair: bool = False) -> Iterator[Finding]:
    """What disagrees within the rows themselves: cases with their state, files with their digest, the trail's chain."""
    for problem in engine_doctor.examine(session, application.engine, repair=repair):
        yield Finding(_of_case(problem.instance_id, problem.message), problem.repaired)
    for file_problem in checking.examine(session, repair=repair):
        yield Finding(file_problem.message, file_problem.repaired)
    for sentence in chain.verify(session):
        yield Finding(f"Bitácora: {sentence}")


def _of_unit(incident: SystemIncident) -> str:
    since = f"{incident.first_failed_at.astimezone(BOGOTA):%Y-%m-%d %H:%M}"
    return f"{failures.sentence(incident)}. {incident.message} Desde {since}, {incident.attempts} intentos."


def _of_case(instance_id: int | None, message: str) -> str:
    return f"Caso {instance_id}: {message}" if instance_id else message
