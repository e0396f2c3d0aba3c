"""The responsibility matrix of a year: proposed, set, accepted, put in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.indicators.models import Indicator
from workflows.monitoring.models import Responsibility
from workflows.monitoring.states import Acceptance


@dataclass(frozen=True, slots=True)
class Appointment:
    """Who reports, reviews and substitutes for one row of the matrix."""

    responsibility_id: int
    reports: str
    reviews: str
    substitute: str


def propose(session: Session, plan_code: str, instance_id: int, year: int, person: str | None = None) -> list[str]:
    """Propose the matrix from the one in force; with `person`, only the rows that name them. Gives the entities.

    Doing it twice adds nothing.
    """
    query = sa.select(Indicator).where(Indicator.plan_code == plan_code, Indicator.active)
    if person is not None:
        query = query.where(
            sa.or_(Indicator.reports == person, Indicator.reviews == person, Indicator.substitute == person)
        )
    known = {row.indicator_id for row in of_case(session, instance_id)}
    for indicator in session.scalars(query.order_by(Indicator.position, Indicator.code)):
        if indicator.id not in known:
            session.add(_proposal(indicator, instance_id, year, leaving=person))
    session.flush()
    return _entities(of_case(session, instance_id))


def of_case(session: Session, instance_id: int, entity: str | None = None) -> list[Responsibility]:
    """The rows a preparation case works on, in the order of the plan."""
    query = (
        sa.select(Responsibility)
        .join(Indicator, Indicator.id == Responsibility.indicator_id)
        .where(Responsibility.instance_id == instance_id)
        .order_by(Indicator.position, Indicator.code)
    )
    if entity is not None:
        query = query.where(Responsibility.entity_code == entity)
    return list(session.scalars(query))


def appoint(session: Session, instance_id: int, appointments: Sequence[Appointment]) -> None:
    """Set who answers for each row; whoever is new there is asked again."""
    rows = {row.id: row for row in of_case(session, instance_id)}
    for appointment in appointments:
        row = rows[appointment.responsibility_id]
        if row.answer != Acceptance.ACCEPTED or row.reports != appointment.reports:
            row.answer, row.reason = Acceptance.NONE, ""
        row.reports, row.reviews = appointment.reports, appointment.reviews
        row.substitute = appointment.substitute


def unanswered(session: Session, instance_id: int) -> list[str]:
    """Who has been named and has not answered."""
    return _distinct(row.reports for row in of_case(session, instance_id) if row.answer == "")


def answer(
    session: Session, engine: ProcessEngine, instance_id: int, *, actor: Actor, person: str, accepts: bool, reason: str
) -> None:
    """Record what a person says to their rows; `actor` is who answered in their name."""
    for row in of_case(session, instance_id):
        if row.reports == person and row.answer == "":
            row.answer = Acceptance.ACCEPTED if accepts else Acceptance.REFUSED
            row.reason, row.answered_at = reason, engine.now()
            if actor.id != person:
                row.reason = f"{reason} (respondió {actor.id})".strip()


def close_answers(session: Session, instance_id: int) -> list[str]:
    """Who said nothing keeps the rows, marked so; gives the entities whose rows were refused."""
    rows = of_case(session, instance_id)
    for row in rows:
        if row.answer == "":
            row.answer = Acceptance.SILENT
    return _entities(row for row in rows if row.answer == Acceptance.REFUSED)


def put_in_force(session: Session, engine: ProcessEngine, instance_id: int) -> None:
    """Copy the matrix to the indicators: the next month that opens takes it; open months keep theirs."""
    for row in of_case(session, instance_id):
        if row.in_force_at is None:
            indicator = session.get_one(Indicator, row.indicator_id)
            indicator.reports, indicator.reviews, indicator.substitute = row.reports, row.reviews, row.substitute
            row.in_force_at = engine.now()


def _proposal(indicator: Indicator, instance_id: int, year: int, *, leaving: str | None) -> Responsibility:
    def staying(username: str | None) -> str | None:
        return None if username == leaving else username

    # Who reviews the rows is no stand-in for who reports them: nobody would be left to validate.
    stand_in = staying(indicator.substitute) if indicator.substitute != indicator.reviews else None
    return Responsibility(
        instance_id=instance_id,
        indicator_id=indicator.id,
        entity_code=indicator.entity_code,
        year=year,
        reports=staying(indicator.reports) or stand_in,
        reviews=staying(indicator.reviews),
        substitute=staying(indicator.substitute),
    )


def _entities(rows: Iterable[Responsibility]) -> list[str]:
    return _distinct(row.entity_code for row in rows)


def _distinct(names: Iterable[str | None]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name]
