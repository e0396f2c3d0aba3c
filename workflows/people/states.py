"""Where a role is held."""

from __future__ import annotations

from enum import StrEnum


class RoleScope(StrEnum):
    """Within what somebody holds a role."""

    INSTALLATION = "instalacion"
    SECTOR = "sector"
    ENTITY = "entidad"
    """One entity of a sector."""
    PUBLIC = "publico"
    """Nobody signs in with it."""
