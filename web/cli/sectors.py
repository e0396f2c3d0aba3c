"""`cauce sector`: the sectors of the installation."""

from __future__ import annotations

import click

from engine.identity import Actor
from web import migrating
from web.cli.root import opened
from workflows.auditing import recording as auditing
from workflows.people import holdings
from workflows.people.directory import seed_roles
from workflows.sectors import registry

CONSOLE = Actor("consola")
"""Who makes a sector from the command line."""


@click.group(help="Los sectores de la instalación.")
def sector() -> None:
    """Group the commands on sectors."""


@sector.command(
    help=(
        "Crea un sector.\n\n"
        "El CÓDIGO lleva hasta 20 letras mayúsculas y números, por ejemplo HAB; no cambia después. Sus entidades "
        "se agregan en Sectores, o llegan con su primer plan: cauce plan import ARCHIVO --sector CÓDIGO."
    )
)
@click.argument("code", metavar="CÓDIGO")
@click.argument("name", metavar="NOMBRE")
def create(code: str, name: str) -> None:
    """Make a sector; the first one takes over the roles that were given before."""
    with opened() as application:
        migrating.migrate(application.database)
        with application.database.unit_of_work() as session:
            seed_roles(session)
            is_first = not registry.codes(session)
            made = registry.create_named(session, code, name)
            if is_first:
                holdings.settle(session, made.code)
            auditing.record(
                session, application.clock, CONSOLE, "crear_sector", ("sector", made.code), after={"nombre": made.name}
            )
            code, name = made.code, made.name
    click.echo(f"Sector {code} · {name} creado. Quien lo administra: cauce admin create USUARIO --sector {code}")


@sector.command("list", help="Muestra los sectores.")
def show() -> None:
    """Print every sector."""
    with opened() as application, application.database.reading() as session:
        for code in registry.codes(session):
            click.echo(f"{code} · {registry.find(session, code).name}")
