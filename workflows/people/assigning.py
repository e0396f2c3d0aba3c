"""To whom a task may be given by name."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.errors import Refused
from workflows.people import directory
from workflows.people.holdings import of_sectors
from workflows.people.models import Person


def may_be_given(session: Session, username: str, sector: str, on: dt.date | None = None) -> bool:
    """Whether an active person is of the sector whose task it is."""
    wanted = sa.select(Person.username).where(Person.username == username, Person.active, of_sectors([sector], on))
    return session.scalar(wanted) is not None


def ensure_may_be_given(session: Session, username: str, sector: str, on: dt.date | None = None) -> None:
    """Raise `Refused` unless a task of a sector may be given to this person; `NotFound` where there is nobody."""
    if not may_be_given(session, username, sector, on):
        name = directory.person(session, username).name
        raise Refused(
            f"{name} no trabaja en el sector de esta tarea, o dejó su cargo. Elija a otra persona de la lista."
        )
