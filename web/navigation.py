"""The main menu: what a person may open, in the order of their day."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for
from flask_login import current_user

from web.auth.gate import may_open
from workflows.people.roles import INSTALLATION_ADMINISTRATOR

EVERYBODY = frozenset({""})
"""Stands for whoever is signed in."""

LEADING = frozenset({"coordinador_pes", "profesional_sectorial", "directivo_sector", "administrador"})
WATCHING = LEADING | {"enlace_planeacion", "directivo_entidad", "control_interno"}
INSTALLATION = frozenset({INSTALLATION_ADMINISTRATOR, "lider_proceso_instalacion"})
KEEPING = INSTALLATION | {"lider_proceso", "administrador", "coordinador_pes"}


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of the menu. `whose` are the roles whose work it is; `folded` ones wait under *Más*.

    `section` is the blueprint whose pages mark the entry as the present one.
    """

    label: str
    endpoint: str
    whose: frozenset[str] = EVERYBODY
    folded: bool = False
    of_many: bool = False
    """Shown only to who has several sectors, or keeps them all: with one there is nothing to choose."""

    @property
    def section(self) -> str:
        """The blueprint of the entry."""
        return self.endpoint.partition(".")[0]

    def is_for_present(self) -> bool:
        """Whether the signed-in person works with it and may open it."""
        concerns = self.whose == EVERYBODY or current_user.may(self.whose)
        return concerns and may_open(self.endpoint) and (not self.of_many or keeps_many())


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as a page shows it."""

    label: str
    address: str
    is_here: bool


MENU = (
    Item("Bandeja", "inbox.mine"),
    Item("Seguimiento", "boards.month", WATCHING),
    Item("Plan", "plans.index"),
    Item("Ciclo de vida", "lifecycle.show", LEADING | KEEPING | {"control_interno"}),
    Item("En curso", "cases.index", WATCHING | KEEPING),
    Item("Procesos", "studio.index", LEADING | KEEPING, folded=True),
    Item("Incidentes", "incidents.index", KEEPING | {"profesional_sectorial"}, folded=True),
    Item("Correos", "mails.index", LEADING | INSTALLATION, folded=True),
    Item("Personas", "admin.people", KEEPING, folded=True),
    Item("Sectores", "sectors.index", KEEPING, folded=True, of_many=True),
    Item("Bitácora", "audit.index", KEEPING | {"control_interno"}, folded=True),
    Item("Ayuda", "help.index"),
)
"""What each role works with, in the order of the day: who reports sees three entries. Every page stays open to whom its
view allows, by its links; an entry for who may not open it would lead nowhere, and is never shown."""


def keeps_many() -> bool:
    """Whether the signed-in person has roles in several sectors, or administers the installation."""
    return len(current_user.sectors) > 1 or current_user.may({INSTALLATION_ADMINISTRATOR})


def menu(*, folded: bool = False) -> list[Link]:
    """What this person works with: the entries that stand in the header, or those that wait under *Más*."""
    if not current_user.is_authenticated or current_user.owes_factor:
        return []
    return [
        Link(item.label, url_for(item.endpoint), item.section == request.blueprint)
        for item in MENU
        if item.folded == folded and item.is_for_present()
    ]
