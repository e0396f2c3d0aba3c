"""The roles that diagrams may name: the shipped catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from workflows.people.states import RoleScope

COORDINATING = ("coordinador_pes", "administrador")
"""Who sees everybody's work in a sector and mends what stands still."""
INSTALLATION_ADMINISTRATOR = "administrador_instalacion"
"""Who keeps sectors, people and the machine; a supervisor of no sector."""

ADMINISTRATING = ("administrador", INSTALLATION_ADMINISTRATOR)
"""Who gives roles and lets people in."""


@dataclass(frozen=True, slots=True)
class RoleSheet:
    """A role of the process."""

    id: str
    name: str
    scope: RoleScope


READING = frozenset({"control_interno"})
"""Roles that look at the work of others and change nothing of it."""

APPOINTED = frozenset(
    {"coordinador_pes", "administrador", "lider_proceso", INSTALLATION_ADMINISTRATOR, "lider_proceso_instalacion"}
)
"""Roles that somebody answers for by name: given and taken on the page of people, never by a file."""

CATALOGUE: tuple[RoleSheet, ...] = (
    RoleSheet("coordinador_pes", "Coordinación del PES", RoleScope.SECTOR),
    RoleSheet("profesional_sectorial", "Grupo de planeación sectorial", RoleScope.SECTOR),
    RoleSheet("directivo_sector", "Alta dirección de la cabeza de sector", RoleScope.SECTOR),
    RoleSheet("juridica", "Dirección jurídica", RoleScope.SECTOR),
    RoleSheet("comunicaciones", "Comunicaciones", RoleScope.ENTITY),
    RoleSheet("directivo_entidad", "Alta dirección de la entidad", RoleScope.ENTITY),
    RoleSheet("enlace_planeacion", "Enlace de planeación de la entidad", RoleScope.ENTITY),
    RoleSheet("responsable_meta", "Responsable de meta / gerente de proyecto", RoleScope.ENTITY),
    RoleSheet("equipo_tecnico", "Equipo técnico de la entidad", RoleScope.ENTITY),
    RoleSheet("control_interno", "Oficina de Control Interno (consulta)", RoleScope.ENTITY),
    RoleSheet("lider_proceso", "Líder del proceso (edita diagramas)", RoleScope.SECTOR),
    RoleSheet("administrador", "Administración de la plataforma", RoleScope.SECTOR),
    RoleSheet("ciudadania", "Ciudadanía (portal, encuesta)", RoleScope.PUBLIC),
    RoleSheet(INSTALLATION_ADMINISTRATOR, "Administración de la instalación", RoleScope.INSTALLATION),
    RoleSheet("lider_proceso_instalacion", "Líder de los procesos compartidos", RoleScope.INSTALLATION),
)

BY_ID = {role.id: role for role in CATALOGUE}

ALIASES = {"juridica_sdg": "juridica"}
"""Former ids: versions of diagrams that were published with them never change."""
