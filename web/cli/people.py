"""`cauce admin`: the first person who may sign in."""

from __future__ import annotations

import sys

import click

from web import migrating
from web.auth import passwords, sessions
from web.auth.factors import state
from web.bootstrap import Application
from web.cli.root import opened
from workflows.people.directory import seed_roles
from workflows.people.models import Person, PersonRole
from workflows.sectors import registry
from workflows.sectors.models import Entity

ROLE = "administrador"


@click.group(help="Quien administra la plataforma.")
def admin() -> None:
    """Group the commands on administrators."""


@admin.command(
    help=(
        "Crea a quien administra, o le da otra contraseña y le quita el segundo paso.\n\n"
        "La contraseña se pregunta dos veces y no queda escrita en ninguna parte."
    )
)
@click.argument("username", metavar="USUARIO")
@click.option("--name", metavar="NOMBRE", help="Nombre completo; por omisión, el usuario.")
@click.option("--email", metavar="CORREO", default="", help="Correo electrónico.")
@click.option("--entity", metavar="CÓDIGO", default="SDG", show_default=True, help="Código de su entidad.")
@click.option("--entity-name", metavar="NOMBRE", default="", help="Nombre de la entidad, si todavía no existe.")
@click.option("--sector", metavar="CÓDIGO", default="", help="Código del sector que administra, si hay más de uno.")
@click.option("--password-stdin", is_flag=True, help="Lee la contraseña de la entrada estándar, sin preguntar.")
def create(
    username: str, name: str, email: str, entity: str, entity_name: str, sector: str, password_stdin: bool
) -> None:
    """Create an administrator, or give one another password."""
    username = username.strip().lower()
    password = sys.stdin.readline().rstrip("\n") if password_stdin else _ask()
    with opened() as application:
        migrating.migrate(application.database)
        _create(application, username, password, name or username, email, (entity, entity_name or entity), sector)
    click.echo(f"«{username}» ya puede ingresar y administrar la plataforma.")


def _ask() -> str:
    return str(click.prompt("Contraseña", hide_input=True, confirmation_prompt="Otra vez"))


def _create(
    application: Application,
    username: str,
    password: str,
    name: str,
    email: str,
    entity: tuple[str, str],
    sector: str,
) -> None:
    works_in, entity_name = entity
    with application.database.unit_of_work() as session:
        seed_roles(session)
        if session.get(Entity, works_in) is None:
            session.add(Entity(code=works_in, name=entity_name))
        person = session.get(Person, username) or Person(
            username=username, name=name, email=email, entity_code=works_in
        )
        person.active = True
        session.add(person)
        session.flush()
        administered = registry.find(session, sector) if sector else registry.only(session)
        held_in = administered.code if administered else ""
        session.merge(PersonRole(username=username, role_id=ROLE, sector_code=held_in, entity_code=""))
        passwords.set_password(session, application.clock, username, password)
        state.remove_all(session, username)  # whoever may run this has the database in hand anyway
        sessions.end_all(session, username)
