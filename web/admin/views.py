"""People: who may sign in, with which roles; links to choose a password."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from notifications import outbox
from notifications import reading as mails
from web import choosing, exporting
from web.admin import abilities, holding, inviting, joining, roles
from web.admin.blueprint import blueprint
from web.admin.telling import tell
from web.auth import Of, addresses, allow, passwords, sessions, tokens
from web.auth.entering import ensure_passwords_are_used
from web.auth.factors import state
from web.auth.gate import may_open
from web.auth.models import Credential, ExternalIdentity
from web.auth.oidc import people as oidc_people
from web.pages import actor, back_to, current, page
from web.pages import person as me
from web.paging import paged
from web.people import everybody
from web.sectors import starting
from workflows.auditing import recording as auditing
from workflows.calendar import bogota_day
from workflows.documents.tables import Column
from workflows.errors import Refused
from workflows.lifecycle import leaving
from workflows.people import administration, managing
from workflows.people.directory import Directory
from workflows.people.models import Person, PersonRole
from workflows.people.roles import ADMINISTRATING
from workflows.spanish import enumeration, plain

__all__ = ["blueprint", "holding", "inviting", "joining", "roles"]
"""The blueprint, and the modules that hang their pages on it."""

HANDED_OVER = "Se lo entregará quien administra. Hasta que lo use, su contraseña sigue siendo la misma."


COLUMNS: list[Column[Person]] = [
    Column("Nombre", lambda one: one.name),
    Column("Usuario", lambda one: one.username),
    Column("Correo", lambda one: one.email),
    Column("Entidad", lambda one: one.entity_code or ""),
    Column("Roles", lambda one: "; ".join(_held(held) for held in one.roles)),
    Column("Puede ingresar", lambda one: "sí" if one.active else "no"),
]


def _held(held: PersonRole) -> str:
    return " ".join(part for part in (held.role.name, held.entity_code, held.sector_code) if part)


@blueprint.get("/")
@allow(*ADMINISTRATING, of=Of.NONE)
def people() -> str | Response:
    """Everybody or those that are looked for, with roles, what they see, and whether they have a password."""
    sought, sector = request.args.get("busca", "").strip(), request.args.get("sector", "")
    with current().database.reading() as session:
        sectors = choosing.choices(session)
        within = {sector} if sector in {one.code for one in sectors} else actor().supervises
        found = [one for one in everybody(session, within, active_only=False) if _is_sought(one, sought)]
        works_in = Places({one.code: one.name for one in sectors})
        found.sort(key=works_in.order)
        if (file := exporting.asked("personas", "Personas", COLUMNS, found)) is not None:
            return file
        return page(
            "admin/people.html",
            steps_left=starting.is_needed(),
            people=paged(found),
            files=exporting.files_of(),
            sought=sought,
            sectors=sectors,
            sector=sector,
            works_in=works_in,
            sees=abilities.Sight(session, bogota_day(current().clock.now())),
            with_password=set(session.scalars(sa.select(Credential.username))),
            undelivered={
                undelivered.newest.recipient: undelivered
                for undelivered in mails.undelivered(session, actor().supervises)
            },
        )


class Places:
    """The sectors in which a person holds roles, as the heading under which they stand."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """`names` are the reader's sectors, by code in the order of the page."""
        self._names, self._places = names, {code: place for place, code in enumerate(names)}

    def __call__(self, one: Person) -> str:
        """«Hábitat», «Hábitat y Movilidad»; who holds a role in none of the reader's, under what is said of that."""
        codes = sorted({held.sector_code for held in one.roles} & self._names.keys(), key=self._places.__getitem__)
        if codes:
            return enumeration([self._names[code] for code in codes])
        return "La instalación" if one.roles else "Sin rol"

    def order(self, one: Person) -> tuple[int, int]:
        """One sector after the other, those of several after each of these; who holds no role last."""
        own = sorted(self._places[held.sector_code] for held in one.roles if held.sector_code in self._places)
        return (own[0], len(set(own))) if own else (len(self._places), not one.roles)


def _is_sought(one: Person, sought: str) -> bool:
    """Whether every word looked for is in the name, the username, the mail or the entity; accents do not count."""
    told = plain(f"{one.name} {one.username} {one.email} {one.entity_code or ''}")
    return all(word in told for word in plain(sought).split())


@blueprint.get("/<username>")
@allow(*ADMINISTRATING, of=Of.PERSON)
def person(username: str) -> str:
    """One person: roles, access."""
    with current().database.reading() as session:
        found, given = Directory().person(session, username), holding.choices(session)
        return page(
            "admin/person.html",
            person=found,
            given=given,
            held=holding.rows_of(found, given),
            today=bogota_day(current().clock.now()),
            has_password=session.get(Credential, username) is not None,
            factors=state.of(session, current().clock, username),
            keeps_tokens=may_open("tokens.of_person", username=username),
            tied=session.scalar(sa.select(ExternalIdentity).where(ExternalIdentity.username == username)),
            undelivered=next(iter(mails.undelivered(session, actor().supervises, recipient=username)), None),
            colleagues=[one for one in everybody(session, actor().supervises) if one.username != username],
        )


@blueprint.post("/<username>/correo")
@allow(*ADMINISTRATING, of=Of.PERSON, everywhere=True)
def set_email(username: str) -> Any:
    """Ask whoever reads another address to confirm that it is this person's; the one of before is told at once."""
    email = request.form.get("correo", "").strip()
    if not outbox.is_address(email):
        raise Refused(f"«{email}» no es una dirección de correo. Escríbala como nombre@entidad.gov.co.")
    with current().database.unit_of_work() as session:
        found = Directory().person(session, username)
        managing.ensure_kept(found)
        if found.email == email:
            return back_to("admin.person", "Ese ya es su correo.", username=username)
        addresses.send_link(session, found, email, asked_by=f"{me().name} (administración)")
        if found.email and not mails.undelivered(session, actor().supervises, recipient=username):
            # Where it is known that nothing arrives, nobody would read it.
            tell(session, found, f"se pidió que su correo sea {email}; cambia cuando se confirme desde allí")
    said = f"A {email} sale un enlace. Su correo cambia cuando lo abra, en las próximas {addresses.LINK_HOURS} horas."
    return back_to("admin.person", said, username=username)


@blueprint.post("/<username>/reenviar")
@allow(*ADMINISTRATING, of=Of.PERSON)
def resend(username: str) -> Any:
    """Send what failed again, to the address that the person has now."""
    application = current()
    with application.database.unit_of_work() as session:
        Directory().person(session, username)
        count = outbox.retry_of(session, username, application.clock.now())
    if not count:
        return back_to(
            "admin.person", "Eran resúmenes de otros días: el próximo lleva lo que sigue abierto.", username=username
        )
    sent = "1 correo volvió" if count == 1 else f"{count} correos volvieron"
    return back_to("admin.person", f"{sent} a la cola; en unos segundos se sabe si sale.", username=username)


@blueprint.post("/<username>/acceso")
@allow(*ADMINISTRATING, of=Of.PERSON, everywhere=True)
def set_access(username: str) -> Any:
    """Let a person in, or keep them out: their sessions end, their tasks and what they answer for pass to others."""
    application, active = current(), request.form.get("activa") == "1"
    with application.database.unit_of_work() as session:
        found = Directory().person(session, username)
        _ensure_not_locked_out(username, not active)
        administered = administration.administered(session)
        said = _let_in(session, found) if active else _keep_out(session, found)
        administration.ensure_still_administered(session, administered)
    return back_to("admin.person", f"{found.name} {said}.", username=username)


def _let_in(session: Session, found: Person) -> str:
    managing.ensure_kept(found)
    found.active = True
    auditing.record(
        session, current().clock, actor(), "activar", ("persona", found.username),
        before={"activa": False}, after={"activa": True},
    )  # fmt: skip
    tell(session, found, "puede ingresar de nuevo")
    return "puede ingresar de nuevo"


def _keep_out(session: Session, found: Person) -> str:
    successor = request.form.get("reemplazo") or None
    left = leaving.leave(session, current().engine, found.username, actor=actor(), successor=successor)
    sessions.end_all(session, found.username)
    tokens.revoke_all(session, current().clock, found.username, actor=actor())
    said = "ya no puede ingresar"
    if left.handed_over + left.given_back:
        said += "; sus tareas abiertas pasaron a quien le reemplaza" if successor else "; sus tareas vuelven a su grupo"
    if left.cases:
        said += "; se pidió nombrar a otros responsables de sus indicadores"
    return said


@blueprint.post("/<username>/enlace")
@allow(*ADMINISTRATING, of=Of.PERSON, everywhere=True)
def link(username: str) -> str:
    """Make a link with which the person chooses a password, to be handed over; the person is told."""
    ensure_passwords_are_used()
    application = current()
    with application.database.unit_of_work() as session:
        found = Directory().person(session, username)
        address = passwords.link(session, application.config, username)
        auditing.record(session, application.clock, actor(), "enlace_de_clave", ("persona", username))
        tell(session, found, "se hizo un enlace para escoger otra contraseña", details=[HANDED_OVER])
    return page("admin/link.html", person=found, address=address, hours=passwords.LINK_HOURS)


@blueprint.post("/<username>/enlace/correo")
@allow(*ADMINISTRATING, of=Of.PERSON, everywhere=True)
def mail_link(username: str) -> Any:
    """Send the link to the person's own address: nobody else sees it."""
    ensure_passwords_are_used()
    with current().database.unit_of_work() as session:
        found = Directory().person(session, username)
        inviting.send(session, found)
    return back_to("admin.person", f"El enlace sale a {found.email} en unos segundos.", username=username)


@blueprint.post("/<username>/segundo-paso/quitar")
@allow(*ADMINISTRATING, of=Of.PERSON, everywhere=True)
def reset_factors(username: str) -> Any:
    """Let a person who lost what they have for the second step sign in without: they are told, and begin again."""
    application = current()
    with application.database.unit_of_work() as session:
        found = Directory().person(session, username)
        if state.remove_all(session, username):
            sessions.end_all(session, username)
            auditing.record(session, application.clock, actor(), "quitar_segundo_paso", ("persona", username))
            tell(session, found, "se quitó el segundo paso al ingresar", details=["Vuelva a activarlo en «Mi cuenta»."])
    return back_to("admin.person", "Ingresa en un solo paso hasta que active otro.", username=username)


@blueprint.post("/<username>/desvincular")
@allow(*ADMINISTRATING, of=Of.PERSON, everywhere=True)
def untie(username: str) -> Any:
    """Let the person no longer sign in with the account of the provider: they left it, or have another one now."""
    application = current()
    with application.database.unit_of_work() as session:
        found = Directory().person(session, username)
        if oidc_people.untie(session, username):
            sessions.end_all(session, username)
            auditing.record(session, application.clock, actor(), "desvincular_cuenta", ("persona", username))
            tell(session, found, "ya no se ingresa con la cuenta que estaba vinculada")
    return back_to(
        "admin.person", "La cuenta se desvinculó. La próxima con su correo se vincula sola.", username=username
    )


def _ensure_not_locked_out(username: str, loses_access: bool) -> None:
    if loses_access and username == actor().id:
        raise Refused(holding.ITSELF)
