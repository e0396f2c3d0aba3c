"""Where a role is held, and how somebody who asked for more time stands."""

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


class ExtensionState(StrEnum):
    """What became of a wish for more time."""

    ASKED = "pedida"
    GRANTED = "concedida"
    REFUSED = "negada"
