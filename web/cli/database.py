"""`cauce migrate`, `cauce seed` and `cauce doctor`."""

from __future__ import annotations

import click
import sqlalchemy as sa

from engine import doctor as engine_doctor
from engine.database import Database
from engine.definitions.models import ProcessDefinition
from web import migrating
from web.bootstrap import Application
from web.cli.root import opened
from workflows.people.directory import seed_roles
from workflows.people.models import Person
from workflows.shipped import publish_shipped


@click.command()
@click.option("--new", "message", metavar="MENSAJE", help="Para desarrollo: escribe la migración que falta.")
def migrate(message: str | None) -> None:
    """Crea las tablas o las lleva a esta versión. Se puede repetir."""
    with opened() as application:
        migrating.migrate(application.database)
        if message:
            migrating.write_revision(application.database, message)
        click.echo(f"Las tablas están al día en {application.database.url.render_as_string(hide_password=True)}")


@click.command()
@click.option("--demo", is_flag=True, help="Carga además la demostración y juega su pasado.")
def seed(demo: bool) -> None:
    """Carga los roles y publica los diagramas que trae Cauce. Se puede repetir."""
    with opened(demo=demo or None) as application:
        prepare(application)
        click.echo("Los roles y los diagramas están cargados.")


@click.command()
def doctor() -> None:
    """Revisa que nada esté roto: tablas, procesos en curso, tareas, plazos. Termina con 1 si algo lo está."""
    with opened() as application:
        problems = examine(application)
        for problem in problems:
            click.echo(f"✗ {problem}")
        if problems:
            raise SystemExit(1)
        click.echo("✓ Todo está en orden.")


def examine(application: Application) -> list[str]:
    """What is wrong, in sentences."""
    if not migrating.is_current(application.database):
        return ["Las tablas no están al día. Ejecute «cauce migrate»."]
    with application.database.reading() as session:
        return [str(problem) for problem in engine_doctor.examine(session, application.engine)]


def prepare(application: Application) -> None:
    """Make a database ready to serve: tables, roles, diagrams, the demo where it is one; read the local holidays."""
    migrating.migrate(application.database)
    if _lacks(application.database, ProcessDefinition):
        with application.database.unit_of_work() as session:
            seed_roles(session)
            publish_shipped(session, application.engine)
    if application.is_demo and _lacks(application.database, Person):
        _play_demo(application)
    with application.database.reading() as session:
        application.calendar.reload(session)


def _lacks(database: Database, table: type) -> bool:
    with database.reading() as session:
        return session.scalars(sa.select(table).limit(1)).first() is None


def _play_demo(application: Application) -> None:
    from web.demo.playing import play  # noqa: PLC0415 - hundreds of commands on a virtual clock, once

    play(application)
