"""Passwords: argon2 hashes, and the links that let a person choose one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from flask import url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from engine.clock import Clock
from web import breaches
from web.auth.models import Credential
from web.config import Config
from web.errors import BreachedPassword, ExpiredLink, GuessablePassword, WeakPassword
from workflows.people.models import Person
from workflows.spanish import plain

MINIMUM_LENGTH = 12
MAXIMUM_LENGTH = 200
LEAST_GUESSES = 9
"""Powers of ten: as many guesses as zxcvbn's lists of known passwords, names, words and sequences need at least."""
LOOKED_AT = 72
"""How many letters are looked at for that; what is longer is not guessed."""
EVERYBODYS = ("cauce", "bogota", "colombia", "planeacion", "contraseña", "clave", "administrador", "gobierno", "sector")
LINK_HOURS = 72
FORGOTTEN_LINK_HOURS = 1

HASHER = PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1)
"""Argon2id as OWASP advises it for who signs many people in (decision 0017); older hashes stay good."""

_nobody = HASHER.hash("nobody has this password")


def set_password(session: Session, config: Config, clock: Clock, username: str, password: str) -> None:
    """Give a person this password. Raises `WeakPassword`; sessions are ended by the caller."""
    if not MINIMUM_LENGTH <= len(password) <= MAXIMUM_LENGTH or password.strip().lower() == username.lower():
        raise WeakPassword()
    person = session.get(Person, username)
    if is_guessable(password, (username, *f"{person.name} {person.email}".split()) if person else (username,)):
        raise GuessablePassword()
    if config.breached is not None and breaches.contains(config.breached, password):
        raise BreachedPassword()
    credential = session.get(Credential, username) or Credential(username=username)
    credential.password_hash = HASHER.hash(password)
    credential.changed_at = clock.now()
    session.add(credential)


def is_guessable(password: str, own: Sequence[str] = ()) -> bool:
    """Whether a password is among the first that somebody would try; `own` are words of the person."""
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists are read when somebody chooses a password, not at the start

    found = zxcvbn(plain(password[:LOOKED_AT]), user_inputs=[plain(word) for word in (*own, *EVERYBODYS)])
    return float(found["guesses_log10"]) < LEAST_GUESSES


def matches(credential: Credential | None, password: str) -> bool:
    """Whether the password is right. Takes as long for a person who does not exist."""
    try:
        return HASHER.verify(credential.password_hash if credential else _nobody, password) and credential is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def make_link_token(secret_key: str, credential: Credential | None, username: str, *, hours: int = LINK_HOURS) -> str:
    """A token with which `username` may choose a password once, within so many hours."""
    return _links(secret_key).dumps([username, _stamp(credential), hours])


def link(session: Session, config: Config, username: str, *, hours: int = LINK_HOURS) -> str:
    """The whole address at which `username` may choose a password once, within so many hours."""
    token = make_link_token(config.secret_key, session.get(Credential, username), username, hours=hours)
    return config.base_url + url_for("auth.choose_password", token=token)


def read_link_token(session: Session, secret_key: str, token: str) -> str:
    """The username of a token still good. Raises `ExpiredLink`: too old, altered, or already used."""
    try:
        (username, stamp, hours), made_at = _links(secret_key).loads(token, return_timestamp=True)
    except (BadSignature, ValueError) as exc:  # a link of an earlier release has two parts
        raise ExpiredLink() from exc
    if dt.datetime.now(dt.UTC) - made_at > dt.timedelta(hours=hours):
        raise ExpiredLink()
    if stamp != _stamp(session.get(Credential, username)):
        raise ExpiredLink()
    return str(username)


def _links(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="password-link")


def _stamp(credential: Credential | None) -> str:
    # Changes with the password, so that a link serves once.
    return (credential.changed_at if credential else dt.datetime.fromtimestamp(0, dt.UTC)).isoformat()
