"""What an entity is in a sector."""

from __future__ import annotations

from enum import StrEnum


class EntityRole(StrEnum):
    """What an entity is in a sector."""

    HEAD = "cabeza_de_sector"
    ATTACHED = "adscrita"
    LINKED = "vinculada"
    TECHNICAL_SUPPORT = "soporte_tecnico"
