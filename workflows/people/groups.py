"""Candidate groups: who a task is offered to, as text that the engine keeps without reading it.

`administrador_instalacion` · `coordinador_pes@S01` (of a sector) · `enlace_planeacion@S01/SEC` (of an entity of it).
Nothing else makes such a text, or takes one apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.errors import UnknownRole
from engine.identity import Actor
from workflows.people.filling import filling
from workflows.people.models import Role
from workflows.people.roles import ALIASES, BY_ID, CATALOGUE, RoleSheet
from workflows.people.states import RoleScope

_OWN = "people.own_roles"
"""Key of `Session.info`: the roles that are in no catalogue, by id."""


@dataclass(frozen=True, slots=True)
class Group:
    """The holders of a role in a sector, in an entity of a sector, or in the whole installation."""

    role: str
    sector: str = ""
    entity: str = ""

    def __str__(self) -> str:
        """As it is kept."""
        if self.entity:
            return f"{self.role}@{self.sector}/{self.entity}"
        return f"{self.role}@{self.sector}" if self.sector else self.role

    @classmethod
    def parse(cls, text: str) -> Group:
        """The group that a text stands for."""
        role, _, place = text.partition("@")
        sector, _, entity = place.partition("/")
        return cls(role, sector, entity)


def sectors_of(actor: Actor) -> frozenset[str]:
    """The sectors where somebody holds a role: whose work they see."""
    return frozenset(group.sector for group in map(Group.parse, actor.groups) if group.sector)


class SectorGroups:
    """The engine's `CandidateGroups`: a case's tenant is its sector."""

    def __init__(self, roles: Iterable[RoleSheet] = CATALOGUE) -> None:
        """Know these roles; by default the shipped catalogue."""
        self._roles = {role.id: role for role in roles}

    def resolve(self, session: Session, role: str, variables: Mapping[str, Any], tenant: str) -> str:
        """The group of `role` in a sector; a role of an entity, in that of the process variable `entidad`.

        The sector is the case's own: no variable can carry a task into another. Reads the database only for a role
        that is not in the catalogue. Raises `UnknownRole`.
        """
        sheet = self._sheet(session, ALIASES.get(role, role))
        if sheet.scope not in (RoleScope.SECTOR, RoleScope.ENTITY):
            return str(Group(sheet.id))
        if not tenant:
            raise UnknownRole(
                f"El rol «{sheet.name}» es de un sector, y este proceso no es de ninguno: empiécelo desde un plan.",
                role=role,
            )
        if sheet.scope == RoleScope.SECTOR:
            return str(Group(sheet.id, tenant))
        entity = variables.get("entidad")
        if not entity:
            raise UnknownRole(
                f"El rol «{sheet.name}» es de una entidad, y este paso no sabe de cuál: falta la variable «entidad».",
                role=role,
            )
        return str(Group(sheet.id, tenant, str(entity)))

    def exists(self, role: str) -> bool:
        """Whether a diagram may name this role."""
        return ALIASES.get(role, role) in self._roles

    def roles(self, session: Session | None = None) -> Mapping[str, str]:
        """Every role of a sector with its display name, in the order of the catalogue; with a session, added ones."""
        added = _own_roles(session).values() if session is not None else ()
        known = (*self._roles.values(), *added)
        return {role.id: role.name for role in known if role.scope != RoleScope.INSTALLATION}

    def needs(self, session: Session) -> Mapping[str, frozenset[str]]:
        """An added role of an entity says nobody without one; what the shipped ones need, `role_needs` says."""
        added = _own_roles(session).values()
        return {role.id: frozenset({"entidad"}) for role in added if role.scope == RoleScope.ENTITY}

    def vacant(self, session: Session, tenant: str) -> Mapping[str, str]:
        """Where nobody holds a role in a sector, else in any that has people."""
        found = filling(session, self.roles(session), sector=tenant)
        return {role: one.warning for role, one in found.items() if one.warning}

    def _sheet(self, session: Session, role: str) -> RoleSheet:
        sheet = self._roles.get(role) or _own_roles(session).get(role)
        if sheet is None:
            raise UnknownRole(f"El diagrama nombra el rol «{role}», que no existe.", role=role)
        return sheet


def role_needs(role: str) -> frozenset[str]:
    """The process variables without which a role says nobody: a role of an entity, of which entity."""
    sheet = BY_ID.get(ALIASES.get(role, role))
    return frozenset({"entidad"}) if sheet is not None and sheet.scope == RoleScope.ENTITY else frozenset()


def forget_added(session: Session) -> None:
    """Read the added roles anew in this transaction: one came."""
    session.info.pop(_OWN, None)


def _own_roles(session: Session) -> Mapping[str, RoleSheet]:
    """The roles that somebody added, read once a transaction."""
    found: Mapping[str, RoleSheet] | None = session.info.get(_OWN)
    if found is None:
        query = sa.select(Role.id, Role.name, Role.scope).where(Role.id.not_in(BY_ID))
        rows = session.execute(query.order_by(Role.position, Role.id))
        found = session.info[_OWN] = {row.id: RoleSheet(row.id, row.name, row.scope) for row in rows}
    return found
