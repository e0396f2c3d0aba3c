"""Whether anything is broken: tables, cases, files, the trail, background work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import doctor as engine_doctor
from engine import units
from engine.units import SystemIncident
from notifications import failures
from web import migrating, torn
from web.bootstrap import Application
from web.errors import NewerDatabase
from workflows.auditing import chain
from workflows.calendar import BOGOTA
from workflows.documents import checking

FEW = 5
"""How much of what is wrong with a file is told: the way out is the same."""
DAMAGED = "El archivo de la base está dañado. Recupérelo de una copia."


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, in a sentence, and what was done about it (empty: nothing)."""

    message: str
    repaired: str = ""


def examine(application: Application, *, repair: bool = False) -> list[Finding]:
    """What is wrong with the tables, the cases and the files; with `repair`, after putting right what can be."""
    try:
        with application.database.engine.connect() as connection:
            if migrating.is_newer(connection):
                return [Finding(NewerDatabase.sentence)]
            found = list(_of_file(connection, repair))
    except sa.exc.DatabaseError as failure:
        return [Finding(f"{DAMAGED} ({failure.orig})")]
    if not migrating.is_current(application.database):
        return [*found, Finding("Las tablas no están al día. Ejecute «cauce migrate».")]
    return [*found, *examine_content(application, repair=repair)]


def _of_file(connection: sa.Connection, repair: bool) -> Iterator[Finding]:
    """What is wrong with a SQLite file itself; PostgreSQL looks after its own."""
    if connection.dialect.name != "sqlite":
        return
    told = [row[0] for row in connection.exec_driver_sql(f"PRAGMA integrity_check({FEW})")]
    yield from (Finding(f"{DAMAGED} ({one})") for one in told if one != "ok")
    if torn.was_torn(connection):
        if repair:
            torn.accept(connection)
            connection.commit()
        yield Finding(torn.SENTENCE, "se dio por buena" if repair else "")


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
