"""The limit of answers to a survey from one address, kept in the database so that it holds for every process."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac

import sqlalchemy as sa

from engine.clock import Clock
from engine.database import Database
from web.errors import TooManyAttempts
from web.portal.models import AnswerAttempt
from workflows.calendar import bogota_day

WINDOW = dt.timedelta(hours=1)
PER_ADDRESS = 20
"""A library or an office answers from one address; a machine would want hundreds."""


def count(database: Database, clock: Clock, survey_id: int, address: str, secret: str) -> None:
    """Count this answer before it is looked at. Raises `TooManyAttempts`.

    The row is committed before it is counted: of many answers at once, none overlooks the others.
    """
    now = clock.now()
    whose = _digest(secret, survey_id, address, bogota_day(now))
    with database.unit_of_work() as session:
        session.execute(sa.delete(AnswerAttempt).where(AnswerAttempt.at < now - WINDOW))
        session.add(AnswerAttempt(survey_id=survey_id, address_hash=whose, at=now))
    with database.reading() as session:
        query = sa.select(sa.func.count()).select_from(AnswerAttempt)
        query = query.where(AnswerAttempt.survey_id == survey_id, AnswerAttempt.address_hash == whose)
        if session.scalars(query).one() > PER_ADDRESS:
            raise TooManyAttempts(
                "Desde esta red llegaron muchas respuestas seguidas. Vuelva a intentarlo en una hora."
            )


def _digest(secret: str, survey_id: int, address: str, day: dt.date) -> str:
    """The address made unreadable; another one each day, so that two days cannot be joined."""
    told = f"{survey_id}|{day.isoformat()}|{address}"
    return hmac.new(secret.encode(), told.encode(), hashlib.sha256).hexdigest()
