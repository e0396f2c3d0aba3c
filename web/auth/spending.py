"""What may serve once: its digest is kept until it would be too old anyway."""

from __future__ import annotations

import datetime as dt
import hashlib

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.clock import Clock
from web.auth.models import SpentToken
from web.errors import WrongCode

KEPT_FOR = dt.timedelta(hours=1)


def spend(session: Session, clock: Clock, token: str) -> None:
    """Let a token have served. Raises `WrongCode` if it had before, also at this same moment."""
    now = clock.now()
    session.execute(sa.delete(SpentToken).where(SpentToken.at < now - KEPT_FOR))
    try:
        with session.begin_nested():
            session.add(SpentToken(token_sha256=hashlib.sha256(token.encode()).hexdigest(), at=now))
    except IntegrityError as exc:
        raise WrongCode("Eso ya sirvió una vez. Empiece de nuevo.") from exc
