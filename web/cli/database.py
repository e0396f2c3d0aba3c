"""`cauce migrate`, `cauce seed` and `cauce doctor`."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import nullcontext

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import Database
from engine.definitions.models import ProcessDefinition
from engine.instances.models import Instance
from engine.states import InstanceState
from engine.waits import of_cases
from web import migrating
from web.auth.models import Credential
from web.bootstrap import Application
from web.cases import waiting
from web.cli.root import opened
from web.examining import examine
from web.settings import InvalidSetting
from workflows.people.directory import seed_roles
from workflows.sectors.holidays import known_days
from workflows.shipped import publish_shipped

BATCH = 200
"""How many cases are read at once."""


@click.command(help="Crea las tablas o las lleva a esta versión. Se puede repetir.")
@click.option("--new", "message", metavar="MENSAJE", help="Para desarrollo: escribe la migración que falta.")
def migrate(message: str | None) -> None:
    """Create the tables or bring them up to date."""
    with opened(any_release=True) as application:
        migrating.migrate(application.database)
        if message:
            migrating.write_revision(application.database, message)
        click.echo(f"Las tablas están al día en {application.database.url.render_as_string(hide_password=True)}")


@click.command(help="Carga los roles y publica los diagramas que trae Cauce. Se puede repetir.")
@click.option("--demo", is_flag=True, help="Carga además la demostración y juega su pasado.")
def seed(demo: bool) -> None:
    """Load roles and publish what is shipped."""
    with opened(demo=demo or None, any_release=True) as application:
        prepare(application)
        click.echo("Los roles y los diagramas están cargados.")


@click.command(
    help=(
        "Revisa que nada esté roto: tablas, casos, tareas, plazos, historia, archivos. Termina con 1 si algo lo está."
    )
)
@click.option("--repair", is_flag=True, help="Arregla lo que se deduce de lo demás, y dice qué arregló.")
@click.option("--waits", "with_waits", is_flag=True, help="Dice además qué espera cada proceso en curso.")
def doctor(repair: bool, with_waits: bool) -> None:
    """Print what is wrong, and repair it if asked."""
    with opened(any_release=True) as application:
        found = examine(application, repair=repair)
        for line in waits_in_words(application) if with_waits else ():
            click.echo(line)
        for problem in found:
            click.echo(f"✓ {problem.message} → {problem.repaired}" if problem.repaired else f"✗ {problem.message}")
        if not all(problem.repaired for problem in found):
            raise SystemExit(1)
        click.echo("✓ Todo está en orden.")


def waits_in_words(application: Application) -> Iterator[str]:
    """What each running case waits for, a line each under its name."""
    last = 0
    with application.database.reading() as session:
        while cases := running_after(session, last):
            last = cases[-1].id
            found = of_cases(session, application.engine, [case.id for case in cases])
            for case in cases:
                yield f"· {case.name} ({case.business_key})"
                yield from (f"    {one.sentence}" for one in waiting.shown(session, found[case.id]))


def running_after(session: Session, last: int) -> Sequence[Instance]:
    """The next running cases by id."""
    query = sa.select(Instance).where(Instance.id > last, Instance.state == InstanceState.ACTIVE)
    return session.scalars(query.order_by(Instance.id).limit(BATCH)).all()


def prepare(application: Application, listening: socket.socket | None = None) -> None:
    """Make a database ready to serve: tables, roles, diagrams, the demo where it is one; read the local holidays.

    Who connects to `listening` while the demo is made sees how far it is.
    """
    if application.is_demo:
        _ensure_nobodys(application.database)
        _make_demo(application, listening)
    migrating.migrate(application.database)
    if _lacks(application.database, ProcessDefinition):
        with application.database.unit_of_work() as session:
            seed_roles(session)
            publish_shipped(session, application.engine)
    know_local_days(application)


def _ensure_nobodys(database: Database) -> None:
    """Refuse to serve without passwords what people protect with theirs."""
    if not sa.inspect(database.engine).has_table(Credential.__tablename__) or _lacks(database, Credential):
        return
    raise InvalidSetting(
        "En esta base de datos hay personas con contraseña: la demostración la abriría a cualquiera. "
        "Use otra base (CAUCE_DATABASE_URL) u otra carpeta (CAUCE_HOME), o quite --demo y CAUCE_DEMO."
    )


def know_local_days(application: Application) -> None:
    """Read the days that nobody works here, beside those of the country."""
    with application.database.reading() as session:
        application.calendar.know(known_days(session))


def _lacks(database: Database, table: type) -> bool:
    with database.reading() as session:
        return session.scalars(sa.select(table).limit(1)).first() is None


def _nobody(_share: int) -> None:
    """Nobody is told how far it is."""


def _make_demo(application: Application, listening: socket.socket | None) -> None:
    from web.demo import building, waiting  # noqa: PLC0415 - hundreds of commands on a virtual clock, once

    if not building.is_missing(application.database):
        return
    with nullcontext() if listening is None else waiting.answering(listening) as page:
        building.build(application, tell=page.tell if page else _nobody)
