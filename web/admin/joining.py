"""Two users of one person become one; a person's name and entity are corrected."""

from __future__ import annotations

from typing import Any

from flask import request

from web.admin.blueprint import blueprint
from web.admin.telling import tell
from web.auth import Of, allow, sessions
from web.auth.gate import may_open
from web.pages import actor, back_to, current
from workflows.auditing import recording as auditing
from workflows.errors import Refused
from workflows.lifecycle import merging
from workflows.lifecycle.merging import Merged
from workflows.people import administration, managing
from workflows.people.directory import Directory
from workflows.people.roles import ADMINISTRATING
from workflows.spanish import enumeration, inside


@blueprint.post("/<username>/unir")
@allow(*ADMINISTRATING, of=Of.PERSON, everywhere=True)
def join(username: str) -> Any:
    """Let another user go on for both: roles, open tasks and duties pass to it, and this one is deactivated."""
    application, into = current(), request.form.get("con", "")
    if not into or not may_open("admin.mail_link", username=into):
        raise Refused("Elija el usuario que sigue: uno que usted administre.")
    if username == actor().id:
        raise Refused("Es su propio usuario: pida a otra persona que administre que los una.")
    with application.database.unit_of_work() as session:
        administered = administration.administered(session)
        done = merging.merge(session, application.engine, application.forms, username, into, actor=actor())
        administration.ensure_still_administered(session, administered)
        sessions.end_all(session, username)
        kept = Directory().person(session, into)
        tell(session, kept, f"el usuario {username} se unió al suyo")
    return back_to("admin.person", _said(done, kept.name, username), username=into)


def _said(done: Merged, name: str, gone: str) -> str:
    passed = {"roles": done.roles, "tareas": done.tasks}
    passed |= {inside(title): len(found) for title, found in done.duties.items()}
    told = [f"{what} ({count})" for what, count in passed.items() if count]
    return f"{name} sigue con {enumeration(told)} de {gone}." if told else f"{gone} no tenía nada que pasar a {name}."


@blueprint.post("/<username>/datos")
@allow(*ADMINISTRATING, of=Of.PERSON, everywhere=True)
def describe(username: str) -> Any:
    """Correct the name, and where the person works; roles of an entity stay where they are held."""
    application = current()
    with application.database.unit_of_work() as session:
        found = Directory().person(session, username)
        before = {"nombre": found.name, "entidad": found.entity_code or ""}
        name, entity = request.form.get("nombre", ""), request.form.get("entidad", "")
        managing.describe(session, found, name, found.email, entity)
        after = {"nombre": found.name, "entidad": found.entity_code or ""}
        if before != after:
            auditing.record(
                session, application.clock, actor(), "cambiar_persona", ("persona", username),
                before={"entidad": before["entidad"]}, after={"entidad": after["entidad"]},
                personal={"antes": before["nombre"], "despues": after["nombre"]},
            )  # fmt: skip
            tell(session, found, f"su nombre es {found.name} y su entidad {found.entity_code or 'ninguna'}")
    return back_to("admin.person", "Los datos quedaron guardados.", username=username)
