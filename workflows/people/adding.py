"""Roles that an installation adds to those that come with Cauce."""

from __future__ import annotations

import re
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.errors import Conflict, Refused
from workflows.people.groups import forget_added
from workflows.people.models import Role
from workflows.people.roles import APPOINTED, CATALOGUE, RoleSheet
from workflows.people.states import RoleScope
from workflows.spanish import plain

LONGEST_ID = 60
LONGEST_NAME = 200


def may_resemble() -> Sequence[RoleSheet]:
    """The roles whose pages an added one may open: none of those that somebody answers for by name."""
    scopes = (RoleScope.SECTOR, RoleScope.ENTITY)
    return [role for role in CATALOGUE if role.scope in scopes and role.id not in APPOINTED]


def id_for(name: str) -> str:
    """What diagrams call a role with this name: «Mesa técnica de género» is `mesa_tecnica_de_genero`."""
    return re.sub(r"[^a-z0-9]+", "_", plain(name)).strip("_")[:LONGEST_ID]


def add(session: Session, name: str, scope: str, sector: str, resembles: str) -> Role:
    """Add a role of the whole sector or of an entity, for one sector or (`""`) for all.

    Raises `Refused` (what is missing), `Conflict` (there is one so called).
    """
    name, made = " ".join(name.split()), id_for(name)
    if not made or not made[0].isalpha() or len(name) > LONGEST_NAME:
        raise Refused(f"Escriba el nombre del rol, que empiece con una letra, de hasta {LONGEST_NAME}.")
    if scope not in (RoleScope.SECTOR, RoleScope.ENTITY):
        raise Refused("Diga si el rol es de todo el sector o de una entidad.")
    if resembles not in {role.id for role in may_resemble()}:
        raise Refused("Elija a qué rol se parece: de él toma lo que puede ver.")
    for known in session.scalars(sa.select(Role)):
        if known.id == made or (plain(known.name) == plain(name) and known.sector_code in ("", sector)):
            raise Conflict(f"Ya hay un rol «{known.name}» ({known.id}). Póngale otro nombre.")
    last = session.scalar(sa.select(sa.func.max(Role.position))) or 0
    role = Role(id=made, name=name, scope=RoleScope(scope), sector_code=sector, resembles=resembles, position=last + 1)
    session.add(role)
    session.flush()
    forget_added(session)
    return role
