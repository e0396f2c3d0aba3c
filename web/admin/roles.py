"""Roles: those that come with Cauce, those that somebody added, and what each may do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Session

from notifications import roles as word
from web import choosing
from web.admin import abilities
from web.admin.blueprint import blueprint
from web.auth import Of, allow
from web.pages import actor, back_to, current, page
from workflows.auditing import recording as auditing
from workflows.errors import Conflict, NotFound, Refused
from workflows.people import adding, asking, directory
from workflows.people.models import PersonRole, Role
from workflows.people.roles import ADMINISTRATING, BY_ID
from workflows.people.states import RoleScope

SIGNING = frozenset({"directivo_entidad"})
"""Roles whose approval may come signed on paper, and those that resemble them."""
FIELDS = ("nombre", "ambito", "sector", "parecido")


@blueprint.get("/roles/")
@allow(*ADMINISTRATING, of=Of.NONE)
def role_list() -> str:
    """Every role with how many hold it, and where another is added."""
    with current().database.reading() as session:
        return _listed(session, {})


def _listed(session: Session, typed: Mapping[str, str], error: str = "") -> str:
    sectors = choosing.choices(session)
    own = {sector.code for sector in sectors}
    counted = sa.select(PersonRole.role_id, sa.func.count(sa.distinct(PersonRole.username)))
    counted = counted.where(PersonRole.sector_code.in_(own | {""})).group_by(PersonRole.role_id)
    roles = session.scalars(sa.select(Role).order_by(Role.position, Role.name)).all()
    return page(
        "admin/roles.html",
        asked={one.role_id for one in asking.open_ones(session, own | {""})},
        roles=[role for role in roles if role.scope != RoleScope.PUBLIC and role.sector_code in own | {""}],
        holders=dict(session.execute(counted).all()),
        sectors=sectors,
        names={sector.code: sector.name for sector in sectors},
        alike=adding.may_resemble(),
        shared="" in actor().supervises,
        typed=typed,
        error=error,
    )


@blueprint.post("/roles/")
@allow(*ADMINISTRATING, of=Of.NONE)
def add_role() -> Any:
    """Add a role, which diagrams may name at once; what was typed stays where something is wrong."""
    application = current()
    typed = {name: request.form.get(name, "").strip() for name in FIELDS}
    try:
        with application.database.unit_of_work() as session:
            shared = "" in actor().supervises and not typed["sector"]
            sector = "" if shared else choosing.chosen(session, typed["sector"])
            made = adding.add(session, typed["nombre"], typed["ambito"], sector, typed["parecido"])
            after = {"nombre": made.name, "ambito": str(made.scope), "sector": sector, "parecido": made.resembles}
            auditing.record(session, application.clock, actor(), "crear_rol", ("rol", made.id), after=after)
            name = made.name
    except (Refused, Conflict) as wrong:
        with application.database.reading() as session:
            return _listed(session, typed, str(wrong)), 422
    return back_to("admin.role_list", f"El rol «{name}» ya se puede dar a personas y usar en diagramas.")


@blueprint.get("/roles/<role_id>")
@allow(*ADMINISTRATING, of=Of.NONE)
def role(role_id: str) -> str:
    """What a role may do, and who holds it in the reader's sectors."""
    return _role_page(role_id)


def _role_page(role_id: str, error: str = "") -> str:
    with current().database.reading() as session:
        found, own = _own_role(session, role_id)
        query = sa.select(PersonRole).where(PersonRole.role_id == role_id, PersonRole.sector_code.in_(own))
        holders = session.scalars(
            query.options(sa.orm.joinedload(PersonRole.person)).order_by(PersonRole.username, PersonRole.entity_code)
        ).all()
        asked = asking.open_ones(session, own, found.id)
        return page(
            "admin/role.html",
            role=found,
            holders=holders,
            rights_split=abilities.split(abilities.readers([found])),
            asked=asked,
            asked_by=directory.display_names(session, {one.asked_by for one in asked}),
            added=found.id not in BY_ID and _keeps(found),
            signs=found.id in SIGNING or found.resembles in SIGNING,
            may_decide=_keeps(found),
            typed=request.form,
            error=error,
        )


def _own_role(session: Session, role_id: str) -> tuple[Role, set[str]]:
    """A role that the reader sees, and where they see who holds one. Raises `NotFound`."""
    found = session.get(Role, role_id) if re.fullmatch(r"[a-z0-9_]{1,60}", role_id) else None
    own = {sector.code for sector in choosing.choices(session)} | {""}
    if found is None or found.sector_code not in own:
        raise NotFound("No hay un rol con ese nombre. Elija uno de la lista.")
    return found, own


def _keeps(role: Role) -> bool:
    """Whether the reader may change an added role: one of all sectors, who administers the installation."""
    return role.sector_code in actor().supervises


@blueprint.post("/roles/<role_id>/papel")
@allow(*ADMINISTRATING, of=Of.NONE)
def approve_on_paper(role_id: str) -> Any:
    """Let what the holders of a role approve come as a signed memorandum (`papel`), or no longer."""
    return _let(role_id, "approves_on_paper", bool(request.form.get("papel")), "avales en papel")


@blueprint.post("/roles/<role_id>/correo")
@allow(*ADMINISTRATING, of=Of.NONE)
def approve_by_mail(role_id: str) -> Any:
    """Let the holders of a role approve at a link by mail, with a code (`enlace`), or no longer."""
    return _let(role_id, "approves_by_mail", bool(request.form.get("enlace")), "avales por enlace y código")


def _let(role_id: str, switch: str, wanted: bool, what: str) -> Any:
    try:
        with current().database.unit_of_work() as session:
            found, _own = _own_role(session, role_id)
            if not _keeps(found):
                raise Refused("Ese rol es de todos los sectores: lo cambia quien administra la instalación.")
            before = getattr(found, switch)
            setattr(found, switch, wanted)
            auditing.record(
                session, current().clock, actor(), what.replace(" ", "_").replace("ó", "o"), ("rol", role_id),
                before={switch: before}, after={switch: wanted},
            )  # fmt: skip
    except Refused as wrong:
        return _role_page(role_id, str(wrong)), 422
    notice = f"Se reciben {what}." if wanted else f"Ya no se reciben {what}."
    return back_to("admin.role", notice, role_id=role_id)


@blueprint.post("/roles/<role_id>")
@allow(*ADMINISTRATING, of=Of.NONE)
def change_role(role_id: str) -> Any:
    """Call an added role otherwise, or withdraw it (`retirar`) where nobody holds it and nothing names it."""
    withdraws = "retirar" in request.form
    try:
        with current().database.unit_of_work() as session:
            found, _own = _own_role(session, role_id)
            if not _keeps(found):
                raise Refused("Ese rol es de todos los sectores: lo cambia quien administra la instalación.")
            before = {"nombre": found.name}
            if withdraws:
                adding.withdraw(session, role_id)
            else:
                adding.rename(session, role_id, request.form.get("nombre", ""))
            act, after = ("retirar_rol", {}) if withdraws else ("renombrar_rol", {"nombre": found.name})
            auditing.record(session, current().clock, actor(), act, ("rol", role_id), before=before, after=after)
    except (Refused, Conflict) as wrong:
        return _role_page(role_id, str(wrong)), 422
    if withdraws:
        return back_to("admin.role_list", f"El rol «{before['nombre']}» ya no está.")
    return back_to("admin.role", "El rol cambió de nombre; los diagramas lo siguen llamando igual.", role_id=role_id)


@blueprint.post("/roles/<role_id>/pedidos")
@allow(*ADMINISTRATING, of=Of.NONE)
def answer_asked(role_id: str) -> Any:
    """Give a role to whom it was asked for, or say no (`no`)."""
    gives, username, sector = "no" not in request.form, request.form.get("persona", ""), request.form.get("sector", "")
    try:
        with current().database.unit_of_work() as session:
            found, _own = _own_role(session, role_id)
            sector = choosing.chosen(session, sector)
            wished = [one.asked_by for one in asking.open_ones(session, {sector}, role_id) if one.username == username]
            given = asking.answer(session, found, username, sector, gives=gives)
            now, base_url = current().clock.now(), current().config.base_url
            for asked_by in wished:
                word.tell_answered(session, now, found, given, asked_by, base_url, gives=gives)
            act, after = ("cambiar_roles", {"recibe": role_id}) if gives else ("negar_rol", {"rol": role_id})
            auditing.record(session, current().clock, actor(), act, ("persona", username), after=after)
            said = f"{given.name} ya es «{found.name}»." if gives else f"«{found.name}» no se le dio a {given.name}."
    except Refused as wrong:
        return _role_page(role_id, str(wrong)), 422
    return back_to("admin.role", said, role_id=role_id)
