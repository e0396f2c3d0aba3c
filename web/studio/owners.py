"""Whose a new process or form will be: what all share, or the own of a sector that the reader leads."""

from __future__ import annotations

from dataclasses import replace

from flask import request
from sqlalchemy.orm import Session

from web.pages import person
from web.studio.blueprint import LEADERS
from web.studio.processes import leads
from workflows.auditing.origin import origin
from workflows.errors import Forbidden
from workflows.sectors import registry

EVERYBODY = "todos"
"""How a form says that what is new is of all sectors."""


def choices(session: Session) -> dict[str, str]:
    """What may be chosen, by what the form says: of all sectors first. With one sector there is nothing to choose."""
    shared = {EVERYBODY: "Todos los sectores"} if leads() else {}
    sectors = registry.named(session)
    if len(sectors) < 2:
        return shared
    return shared | {code: f"Solo {name}" for code, name in sectors.items() if person().may(LEADERS, code)}


def chosen(session: Session) -> str:
    """The sector that the request says, of none what all share. Raises `Forbidden` for who leads nothing there."""
    may = choices(session)
    said = request.form.get("de-quien") or request.args.get("de-quien") or next(iter(may), "")
    if said not in may:
        raise Forbidden("Solo quien lidera sus procesos hace uno nuevo. Elija de quién es.")
    sector = "" if said == EVERYBODY else said
    origin.set(replace(origin.get(), sector=sector))  # what is written down of it is that sector's
    return sector
