"""The sheets of the «Sector» workbook: a sector, its entities, people, own roles, places, days not worked."""

from __future__ import annotations

from dataclasses import replace

from workflows.people.states import RoleScope
from workflows.records.columns import ENTITIES, HOLIDAYS, PEOPLE, Column, Sheet

SECTOR = Sheet(
    "sector",
    "Sector",
    "Una sola fila: el sector. Sin ella el libro se carga en el sector que se elija.",
    (
        Column("codigo", "Código", required=True, longest=20, note="Por ejemplo HAB. No cambia después."),
        Column("nombre", "Nombre", required=True, longest=100),
        Column("primer_nivel", "Nombre del primer nivel", longest=40, note="Vacío: línea, o el que ya tiene."),
        Column("color", "Color", longest=7, note="Como #1f4e79; se lee sobre blanco. Vacío: el que ya tiene."),
        Column(
            "lugar_actos",
            "Dónde se dan sus actos",
            longest=100,
            note="Por ejemplo Bogotá, D. C. Vacío: lo que ya dice.",
        ),
        Column(
            "normas",
            "Normas que dan la competencia",
            longest=2000,
            note="El acto dice «con fundamento en …». Vacío: lo que ya dice.",
        ),
    ),
)
ROLES = Sheet(
    "roles",
    "Roles propios",
    "Los que este sector agrega a los de Cauce. En la hoja Personas se escriben con su nombre técnico o como aquí.",
    (
        Column("nombre", "Nombre", required=True, longest=200, note="«Mesa de género» se llama mesa_de_genero."),
        Column(
            "ambito", "Ámbito", required=True, choices=(RoleScope.SECTOR, RoleScope.ENTITY), note="De qué se tiene."
        ),
        Column("parecido", "Se parece a", required=True, longest=60, note="De él toma lo que puede ver: un rol."),
    ),
)
PLACES = Sheet(
    "lugares",
    "Lugares",
    "Los lugares por los que el sector cuenta su trabajo. Los que no estén aquí se quedan.",
    (
        Column("codigo", "Código", required=True, longest=40),
        Column("nombre", "Nombre", required=True, longest=100),
    ),
)
DAYS = replace(
    HOLIDAYS,
    columns=(
        *HOLIDAYS.columns,
        Column("entidad", "Entidad", longest=20, note="La sigla, si es una sola. Vacío: nadie del sector trabaja."),
    ),
)
SHEETS = (SECTOR, ENTITIES, PEOPLE, ROLES, PLACES, DAYS)
"""All of them may be missing or empty: a workbook may bring people alone."""
BY_KEY = {sheet.key: sheet for sheet in SHEETS}
KEYS = {
    "sector": ("codigo",),
    "entidades": ("sigla",),
    "personas": ("usuario",),
    "roles": ("nombre",),
    "lugares": ("codigo",),
    "dias_no_habiles": ("fecha", "entidad"),
}
"""What tells the rows of a sheet apart."""
