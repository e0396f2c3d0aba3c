"""`cauce admin`: the first person who may sign in."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import click
from sqlalchemy.orm import Session

from web import migrating
from web.auth import passwords, sessions
from web.auth.factors import state
from web.bootstrap import Application
from web.cli.root import opened
from web.cli.sectors import CONSOLE
from workflows.auditing import recording as auditing
from workflows.people.directory import seed_roles
from workflows.people.groups import Group
from workflows.people.models import Person, PersonRole
from workflows.people.roles import INSTALLATION_ADMINISTRATOR
from workflows.sectors import keeping, registry
from workflows.sectors.models import Entity, Sector
from workflows.sectors.states import EntityRole

ROLE = "administrador"


@click.group(help="Quien administra la plataforma.")
def admin() -> None:
    """Group the commands on administrators."""


@admin.command(
    help=(
        "Crea a quien administra, o le da otra contraseña y le quita el segundo paso.\n\n"
        "Sin --sector administra la instalación: sectores, entidades y personas; y, mientras haya un solo sector o "
        "ninguno, también ese sector. Con --sector administra solo ese sector. La contraseña se pregunta dos veces y "
        "no queda escrita en ninguna parte; también se pregunta en qué entidad trabaja, que puede ser ninguna."
    )
)
@click.argument("username", metavar="USUARIO")
@click.option("--name", metavar="NOMBRE", help="Nombre completo; por omisión, el usuario.")
@click.option("--email", metavar="CORREO", default="", help="Correo electrónico.")
@click.option("--entity", metavar="CÓDIGO", help="Sigla de la entidad donde trabaja; vacía, ninguna.")
@click.option("--entity-name", metavar="NOMBRE", default="", help="Nombre de la entidad, si todavía no existe.")
@click.option("--head", is_flag=True, help="La entidad es la cabeza del sector, si no tiene otra.")
@click.option("--sector", metavar="CÓDIGO", default="", help="Código del sector que administra.")
@click.option("--password-stdin", is_flag=True, help="Lee la contraseña de la entrada estándar, sin preguntar nada.")
def create(
    username: str,
    name: str,
    email: str,
    entity: str | None,
    entity_name: str,
    head: bool,
    sector: str,
    password_stdin: bool,
) -> None:
    """Create an administrator, or give one another password."""
    username = username.strip().lower()
    password = sys.stdin.readline().rstrip("\n") if password_stdin else _ask()
    if entity is None:
        entity = "" if password_stdin else click.prompt("Sigla de su entidad (vacía: ninguna)", default="")
    works_in = Workplace(entity.strip().upper(), entity_name.strip(), head)
    with opened(any_release=True) as application:
        migrating.migrate(application.database)
        administered = _create(application, username, password, name or username, email, works_in, sector)
    click.echo(f"«{username}» ya puede ingresar y administrar {administered}.")


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where an administrator works, if in an entity at all; `is_head`: it heads the sector."""

    code: str
    name: str
    is_head: bool


def _ask() -> str:
    return str(click.prompt("Contraseña", hide_input=True, confirmation_prompt="Otra vez"))


def _create(
    application: Application,
    username: str,
    password: str,
    name: str,
    email: str,
    works_in: Workplace,
    sector: str,
) -> str:
    """Make the person and their roles; what they administer, in words."""
    with application.database.unit_of_work() as session:
        seed_roles(session)
        administered = [registry.find(session, sector)] if sector else _only(session)
        _ensure_entity(session, works_in, administered[0] if administered else None)
        person = session.get(Person, username) or Person(
            username=username, name=name, email=email, entity_code=works_in.code or None
        )
        person.active = True
        session.add(person)
        session.flush()
        held = [(ROLE, sector)] if sector else [(INSTALLATION_ADMINISTRATOR, "")]
        if not sector and len(registry.codes(session)) < 2:
            held.append((ROLE, administered[0].code if administered else ""))
        for role, place in held:
            session.merge(PersonRole(username=username, role_id=role, sector_code=place, entity_code=""))
        passwords.set_password(session, application.config, application.clock, username, password)
        state.remove_all(session, username)  # whoever may run this has the database in hand anyway
        sessions.end_all(session, username)
        auditing.record(
            session, application.clock, CONSOLE, "cambiar_roles", ("persona", username),
            after={"roles": [str(Group(*one)) for one in held]},
        )  # fmt: skip
        return f"el sector {administered[0].name}" if sector else "la plataforma"


def _only(session: Session) -> list[Sector]:
    """The sector of an installation that has one."""
    codes = registry.codes(session)
    return [registry.find(session, codes[0])] if len(codes) == 1 else []


def _ensure_entity(session: Session, works_in: Workplace, sector: Sector | None) -> None:
    """Make the entity where there is none so called, in the sector where there is one."""
    if not works_in.code or session.get(Entity, works_in.code) is not None:
        return
    if sector is None:
        session.add(Entity(code=works_in.code, name=works_in.name or works_in.code))
        session.flush()
        return
    role = EntityRole.HEAD if works_in.is_head else EntityRole.ATTACHED
    keeping.add_entity(session, sector, works_in.code, works_in.name or works_in.code, role, None)
