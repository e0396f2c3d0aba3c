"""Somebody always administers: the last one of a sector, or of the installation, can't be taken away."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.errors import Refused
from workflows.people.models import Person, PersonRole
from workflows.people.roles import ADMINISTRATING
from workflows.sectors.models import Sector


def administered(session: Session, *, but: str = "") -> frozenset[str]:
    """Where somebody other than `but` administers without an end: sectors by code, and the installation (`""`)."""
    query = (
        sa.select(PersonRole.sector_code)
        .join(Person, Person.username == PersonRole.username)
        .where(
            PersonRole.role_id.in_(ADMINISTRATING),
            Person.active,
            ~Person.is_service,
            Person.username != but,
            PersonRole.until.is_(None),
        )
    )
    return frozenset(session.scalars(query.distinct()))


def ensure_still_administered(session: Session, before: Collection[str]) -> None:
    """Raise `Refused` if a change leaves a place without whoever administered it; `before` is what `administered` said.

    Whoever begins the transaction leaves it, so nothing of the change stays.
    """
    session.flush()
    lost = sorted(set(before) - administered(session))
    if not lost:
        return
    names = {row.code: row.name for row in session.execute(sa.select(Sector.code, Sector.name))}
    where = " y ".join(f"el sector {names.get(code, code)}" if code else "la instalación" for code in lost)
    raise Refused(
        f"Nadie más administra {where} sin fecha final: dé antes ese rol a otra persona activa, y después quite este."
    )
