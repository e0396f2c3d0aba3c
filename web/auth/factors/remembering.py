"""Browsers in which a person is not asked for the second step again, for so many days."""

from __future__ import annotations

import datetime as dt
import hashlib

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from web.auth.models import RememberedBrowser


def is_remembered(session: Session, clock: Clock, username: str, browser: str) -> bool:
    """Whether the browser of this name need not ask; the name is what `web.auth.devices` keeps in its cookie."""
    found = session.get(RememberedBrowser, (username, _digest(browser))) if browser else None
    return found is not None and found.until > clock.now()


def remember(session: Session, clock: Clock, username: str, browser: str, days: int) -> None:
    """Ask in this browser no more for so many days."""
    now = clock.now()
    session.execute(sa.delete(RememberedBrowser).where(RememberedBrowser.until <= now))
    until = now + dt.timedelta(days=days)
    session.merge(RememberedBrowser(username=username, browser_sha256=_digest(browser), until=until))


def forget(session: Session, username: str) -> None:
    """Ask everywhere again."""
    session.execute(sa.delete(RememberedBrowser).where(RememberedBrowser.username == username))


def _digest(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()
