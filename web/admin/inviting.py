"""New people, and the links with which many choose a password at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Session

from notifications import accounts
from web.admin import holding
from web.admin.blueprint import blueprint
from web.auth import Of, allow, passwords
from web.auth.entering import ensure_passwords_are_used
from web.auth.gate import may_open
from web.pages import actor, back_to, current, page
from web.pages import person as me
from workflows.auditing import recording as auditing
from workflows.errors import Conflict, Refused
from workflows.people import managing
from workflows.people.directory import Directory
from workflows.people.models import Person
from workflows.people.roles import ADMINISTRATING
from workflows.sectors.models import Entity

MOST_LINKS = 200
FIELDS = ("usuario", "nombre", "correo", "entidad", "servicio")


@blueprint.get("/nueva")
@allow(*ADMINISTRATING, of=Of.NONE)
def new() -> str:
    """Where a person is described."""
    with current().database.reading() as session:
        return _asking(session, {})


def _asking(session: Session, typed: Mapping[str, str], error: str = "") -> str:
    given = holding.choices(session)
    entities: list[Any] = list(given.entities)
    if "" in given.within:
        entities = [tuple(row) for row in session.execute(sa.select(Entity.code, Entity.name).order_by(Entity.code))]
    return page("admin/new.html", entities=entities, typed=typed, error=error, nobody_yet="" in given.within)


@blueprint.post("/nueva")
@allow(*ADMINISTRATING, of=Of.NONE)
def create() -> Any:
    """Make a person, and go on to their roles; what was typed stays where something is wrong."""
    application = current()
    typed = {name: request.form.get(name, "").strip() for name in FIELDS}
    try:
        with application.database.unit_of_work() as session:
            _ensure_own_entity(session, typed["entidad"])
            made = managing.create(
                session, typed["usuario"], typed["nombre"], typed["correo"], typed["entidad"],
                is_service=bool(typed["servicio"]),
            )  # fmt: skip
            auditing.record(session, application.clock, actor(), "crear_persona", ("persona", made.username))
            username, name = made.username, made.name
    except (Refused, Conflict) as wrong:
        with application.database.reading() as session:
            return _asking(session, typed, str(wrong)), 422
    next_step = "sus roles y un token" if typed["servicio"] else "sus roles y su enlace"
    return back_to("admin.person", f"{name} ya está en Cauce. Dele ahora {next_step}.", username=username)


def _ensure_own_entity(session: Session, entity: str) -> None:
    """Who administers a sector makes people of its entities; others would be nobody's to find again."""
    given = holding.choices(session)
    if "" not in given.within and entity not in {code for code, _name in given.entities}:
        raise Refused("Elija la entidad donde trabaja: una de su sector.")


@blueprint.post("/enlaces")
@allow(*ADMINISTRATING, of=Of.NONE)
def mail_links() -> Any:
    """Send each of those chosen a link to choose a password; who is of a foreign sector too is left out, and told."""
    ensure_passwords_are_used()
    chosen = list(dict.fromkeys(request.form.getlist("usuario")))[:MOST_LINKS]
    if not chosen:
        raise Refused("Marque en la lista a quién enviarle el enlace.")
    mine = [username for username in chosen if may_open("admin.mail_link", username=username)]
    application = current()
    with application.database.unit_of_work() as session:
        for username in mine:
            send(session, Directory().person(session, username))
    said = "1 enlace sale" if len(mine) == 1 else f"{len(mine)} enlaces salen"
    left = len(chosen) - len(mine)
    rest = f" De {left} no: {'trabaja' if left == 1 else 'trabajan'} también en otro sector." if left else ""
    return back_to("admin.people", f"{said} por correo en unos segundos.{rest}")


def send(session: Session, found: Person) -> None:
    """Write the mail with a link to the person's own address: nobody else sees it."""
    application = current()
    if not found.active:
        raise Refused(f"{found.name} está desactivada: actívela antes.")
    address, hours = passwords.link(session, application.config, found.username), passwords.LINK_HOURS
    auditing.record(session, application.clock, actor(), "enlace_de_clave_por_correo", ("persona", found.username))
    accounts.send_link(session, application.clock.now(), found, link=address, hours=hours, asked_by=me().name)
