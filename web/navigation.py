"""The main menu: what a person may open, in the order of their day."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_login import current_user

from web.auth.access import ANYONE, SIGNED_IN, declared


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of the menu. `section` is the blueprint whose pages mark the entry as the present one."""

    label: str
    endpoint: str

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
    Item("Bitácora", "audit.index"),
)
"""Who sees an entry follows from what its view allows, so the two cannot differ."""


def menu() -> list[tuple[str, str, bool]]:
    """Label, address and whether it is the present section, for what this person may open."""
    return [(item.label, url_for(item.endpoint), item.section == request.blueprint) for item in MENU if _is_open(item)]


def _is_open(item: Item) -> bool:
    view = current_app.view_functions.get(item.endpoint)
    allowed = declared(view) if view else None
    if not allowed or not current_user.is_authenticated:
        return False
    return not allowed.isdisjoint({ANYONE, SIGNED_IN}) or bool(current_user.may(allowed))
