"""Roles that an installation adds to those that come with Cauce."""

from __future__ import annotations

import re
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import catalogue, drafts
from engine.definitions.models import Draft, ProcessDefinition
from engine.instances.models import Instance
from engine.states import InstanceState
from workflows.errors import Conflict, Refused
from workflows.people.groups import forget_added
from workflows.people.models import AskedRole, PersonRole, Role
from workflows.people.roles import APPOINTED, BY_ID, CATALOGUE, RoleSheet
from workflows.people.states import RoleScope
from workflows.spanish import plain

LONGEST_ID = 60
LONGEST_NAME = 200


def may_resemble() -> Sequence[RoleSheet]:
    """The roles whose pages an added one may open: none of those that somebody answers for by name."""
    scopes = (RoleScope.SECTOR, RoleScope.ENTITY)
    return [role for role in CATALOGUE if role.scope in scopes and role.id not in APPOINTED]


LEAST = {RoleScope.SECTOR: "juridica", RoleScope.ENTITY: "equipo_tecnico"}
"""The role that opens least, by scope: what one resembles that nobody who gives rights has chosen."""


def id_for(name: str) -> str:
    """What diagrams call a role with this name: «Mesa técnica de género» is `mesa_tecnica_de_genero`."""
    return re.sub(r"[^a-z0-9]+", "_", plain(name)).strip("_")[:LONGEST_ID]


def add(session: Session, name: str, scope: str, sector: str, resembles: str) -> Role:
    """Add a role of the whole sector or of an entity, for one sector or (`""`) for all.

    Raises `Refused` (what is missing), `Conflict` (there is one so called).
    """
    name, made = _written(name), id_for(name)
    if scope not in (RoleScope.SECTOR, RoleScope.ENTITY):
        raise Refused("Diga si el rol es de todo el sector o de una entidad.")
    if resembles not in {role.id for role in may_resemble()}:
        raise Refused("Elija a qué rol se parece: de él toma lo que puede ver.")
    _ensure_free(session, name, made, sector)
    last = session.scalar(sa.select(sa.func.max(Role.position))) or 0
    role = Role(id=made, name=name, scope=RoleScope(scope), sector_code=sector, resembles=resembles, position=last + 1)
    session.add(role)
    session.flush()
    forget_added(session)
    return role


def rename(session: Session, role_id: str, name: str) -> Role:
    """Call an added role otherwise; what diagrams call it stays. Raises `Refused` (no name, not added), `Conflict`."""
    role, name = _added(session, role_id), _written(name)
    _ensure_free(session, name, "", role.sector_code, beside=role.id)
    role.name = name
    session.flush()
    forget_added(session)
    return role


def withdraw(session: Session, role_id: str) -> None:
    """Take away an added role that nobody holds and nothing names. Raises `Refused`, which says what still does."""
    role = _added(session, role_id)
    held = sa.select(sa.func.count(sa.distinct(PersonRole.username))).where(PersonRole.role_id == role.id)
    if count := session.scalar(held):
        raise Refused(f"{'Lo tiene 1 persona' if count == 1 else f'Lo tienen {count} personas'}: quíteselo antes.")
    if named := named_by(session, role.id):
        raise Refused(f"Lo nombra «{named[0]}»: cámbielo allí antes, y espere a que terminen los casos que lo usan.")
    session.execute(sa.delete(AskedRole).where(AskedRole.role_id == role.id))
    session.delete(role)
    session.flush()
    forget_added(session)


def named_by(session: Session, role_id: str) -> list[str]:
    """The processes that name a role, by name: as they are published or drawn now, or as cases that go on have them."""
    running = sa.select(Instance.bundle_sha256).where(Instance.state == InstanceState.ACTIVE).distinct()
    hashes = set(session.scalars(sa.select(ProcessDefinition.bundle_sha256))) | set(session.scalars(running))
    bundles = [catalogue.by_sha(session, sha256) for sha256 in hashes if sha256]
    texts = [(model.name, bundle.xml(key)) for bundle in bundles for key, model in bundle.diagrams.items()]
    drawn = sa.select(Draft.key, Draft.content).where(Draft.kind == drafts.PROCESS)
    texts += [(key, content) for key, content in session.execute(drawn)]
    word = re.compile(rf"\b{re.escape(role_id)}\b".encode())
    return sorted({name for name, text in texts if word.search(text)})


def _added(session: Session, role_id: str) -> Role:
    role = session.get(Role, role_id)
    if role is None or role.id in BY_ID:
        raise Refused("Ese rol viene con Cauce: no se le cambia el nombre ni se retira.")
    return role


def _written(name: str) -> str:
    name, made = " ".join(name.split()), id_for(name)
    if not made or not made[0].isalpha() or len(name) > LONGEST_NAME:
        raise Refused(f"Escriba el nombre del rol, que empiece con una letra, de hasta {LONGEST_NAME}.")
    return name


def _ensure_free(session: Session, name: str, made: str, sector: str, beside: str = "") -> None:
    for known in session.scalars(sa.select(Role).where(Role.id != beside)):
        if known.id == made or (plain(known.name) == plain(name) and known.sector_code in ("", sector)):
            raise Conflict(f"Ya hay un rol «{known.name}» ({known.id}). Póngale otro nombre.")
