"""The sector that somebody of several acts in: chosen in the form, and never asked of who has one."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from web.pages import actor, person
from workflows.errors import NotFound, Refused
from workflows.people.roles import ADMINISTRATING
from workflows.sectors.models import Sector


def choices(session: Session) -> Sequence[Sector]:
    """The sectors that the reader supervises, by name; whoever administers the installation may choose any."""
    query, supervised = sa.select(Sector).order_by(Sector.name), actor().supervises
    return session.scalars(query if "" in supervised else query.where(Sector.code.in_(supervised))).all()


def administered(session: Session) -> Sequence[Sector]:
    """The sectors whose people and roles the reader keeps, by name: to coordinate one is not to administer it."""
    me = person()
    return [one for one in choices(session) if "" in me.actor.supervises or me.may(ADMINISTRATING, one.code)]


def chosen(session: Session, asked: str) -> str:
    """The code of the sector that was asked for, else the only one; empty while the installation has none.

    Raises `NotFound` (none of the reader's) or `Refused` (there are several, and none was asked for).
    """
    codes = [sector.code for sector in choices(session)]
    if asked:
        if asked not in codes:
            raise NotFound(f"No hay un sector «{asked}» entre los suyos. Elija uno de la lista.")
        return asked
    if len(codes) > 1:
        raise Refused("Diga de qué sector se trata: elíjalo en la lista.")
    return codes[0] if codes else ""
