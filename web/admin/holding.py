"""The roles of a person in one table: which, where, from when until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Session

from web import choosing
from web.admin.blueprint import blueprint
from web.admin.telling import tell
from web.auth import Of, allow, sessions
from web.auth.factors import state
from web.days import typed_day
from web.pages import actor, back_to, current
from web.people import signed_person
from workflows.auditing import recording as auditing
from workflows.calendar import bogota_day
from workflows.errors import Refused
from workflows.people import administration, managing
from workflows.people.directory import Directory
from workflows.people.groups import Group
from workflows.people.managing import Held
from workflows.people.models import Person, Role
from workflows.people.roles import ADMINISTRATING
from workflows.people.states import RoleScope
from workflows.sectors.models import Entity, Sector, SectorEntity

BLANK_ROWS = 2
"""Rows in which a role may be added at once."""
ITSELF = "No puede quitarse a usted mismo la administración: pídalo a otra persona que administre."


@dataclass(frozen=True, slots=True)
class Choices:
    """What the reader may give: in which sectors (`within`; `""`: of the installation), which roles and entities."""

    sectors: Sequence[Sector]
    within: frozenset[str]
    roles: Sequence[Role]
    entities: Sequence[tuple[str, str]]


def choices(session: Session) -> Choices:
    """What the signed-in administrator may give."""
    sectors = choosing.administered(session)
    within = {sector.code for sector in sectors} | ({""} & actor().supervises)
    roles = [
        role
        for role in session.scalars(sa.select(Role).order_by(Role.position, Role.name))
        if role.scope != RoleScope.PUBLIC
        and (role.scope != RoleScope.INSTALLATION or "" in within)
        and (not role.sector_code or role.sector_code in within)
    ]
    linked = (
        sa.select(Entity.code, Entity.name)
        .join(SectorEntity, SectorEntity.entity_code == Entity.code)
        .where(SectorEntity.sector_code.in_(within))
        .group_by(Entity.code, Entity.name)
        .order_by(sa.func.min(SectorEntity.position), Entity.code)
    )
    return Choices(sectors, frozenset(within), roles, [(code, name) for code, name in session.execute(linked)])


def rows_of(person: Person, given: Choices) -> list[Held]:
    """What the reader sees of a person's roles, and blank rows after them."""
    own = [one for one in managing.of_person(person) if one.sector in given.within]
    where = given.sectors[0].code if len(given.sectors) == 1 else ""
    return own + [Held("", where, person.entity_code or "") for _ in range(BLANK_ROWS)]


@blueprint.post("/<username>/roles")
@allow(*ADMINISTRATING, of=Of.PERSON)
def set_roles(username: str) -> Any:
    """Let the table say what a person holds; what they already have of open tasks stays."""
    application = current()
    with application.database.unit_of_work() as session:
        found, given = Directory().person(session, username), choices(session)
        before = [one for one in managing.of_person(found) if one.sector in given.within]
        wanted = _typed(session, given)
        _ensure_keeps_administering(username, before, wanted)
        administered = administration.administered(session)
        managing.set_holdings(session, found, wanted, given.within)
        administration.ensure_still_administered(session, administered)
        if set(before) != set(wanted):
            auditing.record(
                session,
                application.clock,
                actor(),
                "cambiar_roles",
                ("persona", username),
                before={"roles": sorted(map(_written, before))},
                after={"roles": sorted(map(_written, wanted))},
            )
            _tell_roles(session, found, before, wanted)
            oblige(session, username)
    return back_to("admin.person", "Los roles quedaron guardados.", username=username)


def oblige(session: Session, username: str) -> None:
    """Let a second step that the new roles ask for be asked for at once, not only at the next sign-in."""
    application = current()
    obliged = application.config.second_factor
    if application.is_demo or not obliged or state.is_set(session, username):
        return
    session.flush()
    signed = signed_person(session, username, "", bogota_day(application.clock.now()))
    if signed is not None and state.is_obliged(obliged, signed):
        sessions.let_all_owe(session, username)


def _typed(session: Session, given: Choices) -> list[Held]:
    """The rows of the form that name a role; where there is one sector, none is asked for."""
    scopes = {role.id: role.scope for role in session.scalars(sa.select(Role))}
    only = given.sectors[0].code if len(given.sectors) == 1 else ""
    columns = [request.form.getlist(name) for name in ("rol", "sector", "entidad", "desde", "hasta")]
    if len({len(column) for column in columns}) != 1:
        raise Refused("La tabla de roles llegó incompleta. Vuelva a la ficha y guárdela otra vez.")
    return [_held(row, scopes, only) for row in zip(*columns, strict=True) if row[0]]


def _held(row: Sequence[str], scopes: Mapping[str, RoleScope], only: str) -> Held:
    role, sector, entity, since, until = row
    scope = scopes.get(role)
    return Held(
        role,
        "" if scope == RoleScope.INSTALLATION else sector or only,
        entity if scope == RoleScope.ENTITY else "",
        _day(since),
        _day(until),
    )


def _day(text: str) -> dt.date | None:
    day = typed_day(text)
    if day is None and text.strip():
        raise Refused(f"«{text}» no es una fecha. Escríbala como 30/11/2026.")
    return day


def _ensure_keeps_administering(username: str, before: Sequence[Held], wanted: Sequence[Held]) -> None:
    if username != actor().id:
        return
    kept = {one.place for one in wanted if one.since is None and one.until is None}
    if any(one.role in ADMINISTRATING and one.place not in kept for one in before):
        raise Refused(ITSELF)


def _written(one: Held) -> str:
    days = f" desde {one.since}" if one.since else ""
    return f"{Group(one.role, one.sector, one.entity)}{days}{f' hasta {one.until}' if one.until else ''}"


def _tell_roles(session: Session, found: Person, before: Sequence[Held], after: Sequence[Held]) -> None:
    """Tell a person which roles came and went, and where."""
    names = {role.id: role.name for role in session.scalars(sa.select(Role))}

    def said(one: Held) -> str:
        place = f" · {one.entity}" if one.entity else ""
        since = f", desde el {one.since:%d/%m/%Y}" if one.since else ""
        return f"{names[one.role]}{place}{since}{f', hasta el {one.until:%d/%m/%Y}' if one.until else ''}"

    lines = [f"Ahora tiene: {said(one)}" for one in after if one not in before]
    lines += [f"Ya no tiene: {said(one)}" for one in before if one.place not in {kept.place for kept in after}]
    tell(session, found, "cambiaron sus roles", details=lines)
