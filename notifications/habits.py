"""How people want their mails: what cannot wait, quiet hours, how often they hear of what others have to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.models import MailHabit
from notifications.states import Urgent, Watching
from workflows.calendar import BOGOTA
from workflows.errors import Refused

DIGEST_FROM = dt.time(7, 30)
"""The earliest moment of a working day at which digests are written, in Bogotá."""
TOGETHER = dt.timedelta(minutes=30)
"""Urgent mails of so long travel together."""
HOURS = range(25)


@dataclass(frozen=True, slots=True)
class Habits:
    """What a person wants. Quiet hours are whole hours of Bogotá, over midnight where they end before they begin."""

    urgent: Urgent = Urgent.AT_ONCE
    watching: Watching = Watching.DAILY
    quiet_from: int = 0
    quiet_until: int = 0

    def is_quiet(self, hour: int) -> bool:
        """Whether an hour of the day is one of rest."""
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= hour < self.quiet_until
        return hour >= self.quiet_from or hour < self.quiet_until


USUAL = Habits()


def of_person(session: Session, username: str) -> Habits:
    """What one person wants."""
    return of_all(session, username).get(username, USUAL)


def of_all(session: Session, username: str | None = None) -> Mapping[str, Habits]:
    """By username, for whoever has chosen: one statement."""
    query = sa.select(MailHabit)
    if username is not None:
        query = query.where(MailHabit.username == username)
    return {
        one.username: Habits(one.urgent, one.watching, one.quiet_from, one.quiet_until)
        for one in session.scalars(query)
    }


def choose(session: Session, username: str, wanted: Habits) -> None:
    """Note what a person wants. Raises `Refused` for hours that no day has."""
    if wanted.quiet_from not in HOURS or wanted.quiet_until not in HOURS:
        raise Refused("Las horas de silencio van de 0 a 24.")
    session.merge(
        MailHabit(
            username=username,
            urgent=wanted.urgent,
            watching=wanted.watching,
            quiet_from=wanted.quiet_from,
            quiet_until=wanted.quiet_until,
        )
    )


def leaves_at(now: dt.datetime, habits: Habits, is_working: Callable[[dt.date], bool]) -> dt.datetime | None:
    """When what cannot wait leaves if it comes up now; None: the next digest tells it.

    Never on a day that its sector does not work, before the digest of the day, or in quiet hours: what would leave
    after midnight is for the next digest.
    """
    local = (now + TOGETHER).astimezone(BOGOTA)
    if habits.urgent is Urgent.WITH_DIGEST or local.time() < DIGEST_FROM or not is_working(local.date()):
        return None
    if habits.is_quiet(local.hour):
        if habits.quiet_until <= local.hour or not habits.quiet_until < 24:
            return None
        local = local.replace(hour=habits.quiet_until, minute=0, second=0, microsecond=0)
    return local.astimezone(dt.UTC)
