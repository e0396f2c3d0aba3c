"""Passwords: argon2 hashes, and the links that let a person choose one."""

from __future__ import annotations

import datetime as dt

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from engine.clock import Clock
from web.auth.models import Credential
from web.errors import ExpiredLink, WeakPassword

MINIMUM_LENGTH = 12
LINK_HOURS = 72

HASHER = PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1)
"""Argon2id as OWASP advises it for who signs many people in (decision 0017); older hashes stay good."""

_nobody = HASHER.hash("nobody has this password")


def set_password(session: Session, clock: Clock, username: str, password: str) -> None:
    """Give a person this password. Raises `WeakPassword`; sessions are ended by the caller."""
    if len(password) < MINIMUM_LENGTH or password.strip().lower() == username.lower():
        raise WeakPassword()
    credential = session.get(Credential, username) or Credential(username=username)
    credential.password_hash = HASHER.hash(password)
    credential.changed_at = clock.now()
    session.add(credential)


def matches(credential: Credential | None, password: str) -> bool:
    """Whether the password is right. Takes as long for a person who does not exist."""
    try:
        return HASHER.verify(credential.password_hash if credential else _nobody, password) and credential is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def make_link_token(secret_key: str, credential: Credential | None, username: str) -> str:
    """A token with which `username` may choose a password once, within `LINK_HOURS`."""
    return _links(secret_key).dumps([username, _stamp(credential)])


def read_link_token(session: Session, secret_key: str, token: str) -> str:
    """The username of a token still good. Raises `ExpiredLink`: too old, altered, or already used."""
    try:
        username, stamp = _links(secret_key).loads(token, max_age=LINK_HOURS * 3600)
    except BadSignature as exc:
        raise ExpiredLink() from exc
    if stamp != _stamp(session.get(Credential, username)):
        raise ExpiredLink()
    return str(username)


def _links(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="password-link")


def _stamp(credential: Credential | None) -> str:
    # Changes with the password, so that a link serves once.
    return (credential.changed_at if credential else dt.datetime.fromtimestamp(0, dt.UTC)).isoformat()
