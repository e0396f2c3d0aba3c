"""What a person has for the second step, and who may not do without."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from web.auth.models import CodeApp, Passkey, RecoveryCode, RememberedBrowser
from web.config import EVERYBODY
from web.people import SignedPerson


@dataclass(frozen=True, slots=True)
class Factors:
    """The application, the passkeys, how many codes on paper are left, how many browsers are not asked."""

    app: CodeApp | None
    passkeys: Sequence[Passkey]
    codes_left: int
    remembered: int

    @property
    def is_set(self) -> bool:
        """Whether there is a second step at all."""
        return self.app is not None or bool(self.passkeys)


def of(session: Session, clock: Clock, username: str) -> Factors:
    """What a person has."""
    codes = sa.select(sa.func.count()).where(RecoveryCode.username == username)
    browsers = sa.select(sa.func.count()).where(
        RememberedBrowser.username == username, RememberedBrowser.until > clock.now()
    )
    passkeys = sa.select(Passkey).where(Passkey.username == username).order_by(Passkey.created_at, Passkey.id)
    return Factors(
        app=session.get(CodeApp, username),
        passkeys=session.scalars(passkeys).all(),
        codes_left=session.scalar(codes) or 0,
        remembered=session.scalar(browsers) or 0,
    )


def is_set(session: Session, username: str) -> bool:
    """Whether a person has a second step."""
    either = sa.select(CodeApp.username).where(CodeApp.username == username)
    passkeys = sa.select(Passkey.username).where(Passkey.username == username)
    return session.execute(either.union_all(passkeys).limit(1)).first() is not None


def is_obliged(obliged: Collection[str], person: SignedPerson) -> bool:
    """Whether a person may not do without, by their roles or what these resemble; `obliged` is the setting."""
    return EVERYBODY in obliged or person.may(obliged)


def remove_all(session: Session, username: str) -> bool:
    """Leave a person without a second step, and with no trace of one; whether there was."""
    was_set = is_set(session, username)
    for table in (CodeApp, Passkey, RecoveryCode, RememberedBrowser):
        session.execute(sa.delete(table).where(table.username == username))
    return was_set
