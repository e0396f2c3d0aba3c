"""The roles that diagrams may name: the shipped catalogue."""

from __future__ import annotations

from dataclasses import dataclass

SECTOR = "sector"
ENTITY = "entidad"
PUBLIC = "publico"
INSTALLATION = "instalacion"

COORDINATING = ("coordinador_pes", "administrador")
"""Who sees everybody's work in a sector and mends what stands still."""
INSTALLATION_ADMINISTRATOR = "administrador_instalacion"
"""Who keeps sectors, people and the machine; a supervisor of no sector."""


@dataclass(frozen=True, slots=True)
class RoleSheet:
    """A role of the process.

    `scope`: instalacion, sector, entidad (held within one entity) or publico (nobody signs in with it).
    """

    id: str
    name: str
    scope: str


CATALOGUE: tuple[RoleSheet, ...] = (
    RoleSheet("coordinador_pes", "Coordinación del PES", SECTOR),
    RoleSheet("profesional_sectorial", "Grupo de planeación sectorial", SECTOR),
    RoleSheet("directivo_sector", "Alta dirección de la cabeza de sector", SECTOR),
    RoleSheet("juridica", "Dirección jurídica", SECTOR),
    RoleSheet("comunicaciones", "Comunicaciones", ENTITY),
    RoleSheet("directivo_entidad", "Alta dirección de la entidad", ENTITY),
    RoleSheet("enlace_planeacion", "Enlace de planeación de la entidad", ENTITY),
    RoleSheet("responsable_meta", "Responsable de meta / gerente de proyecto", ENTITY),
    RoleSheet("equipo_tecnico", "Equipo técnico de la entidad", ENTITY),
    RoleSheet("control_interno", "Oficina de Control Interno (consulta)", ENTITY),
    RoleSheet("lider_proceso", "Líder del proceso (edita diagramas)", SECTOR),
    RoleSheet("administrador", "Administración de la plataforma", SECTOR),
    RoleSheet("ciudadania", "Ciudadanía (portal, encuesta)", PUBLIC),
    RoleSheet(INSTALLATION_ADMINISTRATOR, "Administración de la instalación", INSTALLATION),
    RoleSheet("lider_proceso_instalacion", "Líder de los procesos compartidos", INSTALLATION),
)

BY_ID = {role.id: role for role in CATALOGUE}

ALIASES = {"juridica_sdg": "juridica"}
"""Former ids: versions of diagrams that were published with them never change."""
