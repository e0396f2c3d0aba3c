"""The main menu: what a person may open, in the order of their day."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for
from flask_login import current_user

from web.auth.gate import may_open
from workflows.people.roles import INSTALLATION_ADMINISTRATOR


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of the menu. `section` is the blueprint whose pages mark the entry as the present one."""

    label: str
    endpoint: str
    of_many: bool = False
    """Shown only to who has several sectors, or keeps them all: with one there is nothing to choose."""

    @property
    def section(self) -> str:
        """The blueprint of the entry."""
        return self.endpoint.partition(".")[0]


MENU = (
    Item("Bandeja", "inbox.mine"),
    Item("Seguimiento", "boards.month"),
    Item("Plan", "plans.index"),
    Item("Ciclo de vida", "lifecycle.show"),
    Item("En curso", "cases.index"),
    Item("Incidentes", "incidents.index"),
    Item("Procesos", "studio.index"),
    Item("Correos", "mails.index"),
    Item("Personas", "admin.people"),
    Item("Sectores", "sectors.index", of_many=True),
    Item("Bitácora", "audit.index"),
)
"""Who sees an entry follows from what its view allows, so the two cannot differ."""


def keeps_many() -> bool:
    """Whether the signed-in person has roles in several sectors, or administers the installation."""
    return len(current_user.sectors) > 1 or current_user.may({INSTALLATION_ADMINISTRATOR})


def menu() -> list[tuple[str, str, bool]]:
    """Label, address and whether it is the present section, for what this person may open."""
    if not current_user.is_authenticated or current_user.owes_factor:
        return []
    return [
        (item.label, url_for(item.endpoint), item.section == request.blueprint)
        for item in MENU
        if may_open(item.endpoint) and (not item.of_many or keeps_many())
    ]
