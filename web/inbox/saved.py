"""Filters that people keep under a name: their own, or for their sector."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from web.inbox.models import SavedView
from workflows.errors import Conflict, NotFound, Refused

LONGEST, LONGEST_QUERY, MOST = 80, 1000, 30


def of_person(session: Session, actor: Actor, sectors: Collection[str]) -> list[SavedView]:
    """One's own and those of one's sectors, by name; one statement."""
    shared = SavedView.sector_code.in_(set(sectors) - {""})
    query = sa.select(SavedView).where(sa.or_(SavedView.username == actor.id, shared))
    return list(session.scalars(query.order_by(SavedView.name, SavedView.id)))


def save(session: Session, actor: Actor, name: str, query: str, *, sector: str) -> SavedView:
    """Keep filters under a name; `sector` empty: for oneself. Raises `Refused`, `Conflict` (the name, or too many)."""
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST:
        raise Refused(f"Póngale un nombre a la vista, de hasta {LONGEST} letras.")
    if not query or len(query) > LONGEST_QUERY:
        raise Refused("Elija antes algún filtro: es lo que se guarda.")
    own = session.scalars(sa.select(SavedView).where(SavedView.username == actor.id)).all()
    if any(one.name.casefold() == name.casefold() for one in own):
        raise Conflict(f"Ya tiene una vista «{name}». Escriba otro nombre, o bórrela antes.")
    if len(own) >= MOST:
        raise Conflict(f"Tiene {MOST} vistas guardadas. Borre alguna antes de guardar otra.")
    kept = SavedView(username=actor.id, sector_code=sector, name=name, query=query)
    session.add(kept)
    session.flush()
    return kept


def forget(session: Session, actor: Actor, view_id: int) -> None:
    """Take one's own away, or one of a sector that one supervises. Raises `NotFound`."""
    found = session.get(SavedView, view_id)
    is_theirs = found is not None and (found.username == actor.id or found.sector_code in actor.supervises - {""})
    if found is None or not is_theirs:
        raise NotFound("Esa vista no está guardada, o es de otra persona.")
    session.delete(found)
    session.flush()
