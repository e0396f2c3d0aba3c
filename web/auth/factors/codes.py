"""Codes: of an application, a new one every half minute (TOTP); and on paper, each for one sign-in."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence

import pyotp
import segno
import sqlalchemy as sa
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from engine.clock import Clock
from web.auth.models import CodeApp, RecoveryCode
from web.auth.sealing import seal, unseal

ISSUER = "Cauce"
STEP_S = 30
DRIFT = 1
"""How many steps a telephone's clock may be off, either way."""
PAPER_CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What nobody mistakes for another letter."""
PAPER_LETTERS = 24
"""More than 112 bits (ASVS 6.5.2): nobody finds a code from its digest by trying, so none needs a slow one."""
_PURPOSE = "code-app"


def new_secret() -> str:
    """A secret for an application."""
    return pyotp.random_base32()


def picture(secret: str, username: str) -> str:
    """The drawing that the application's camera reads, as the address of an image."""
    address = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)
    return str(segno.make(address, error="m").svg_data_uri(scale=5, border=4, light="white"))


def begin_with(session: Session, clock: Clock, secret_key: str, username: str, secret: str, code: str) -> bool:
    """Let a person use the application that has this secret, if the code shows that it does."""
    step = _step_of(secret, code, clock.now())
    if step is None:
        return False
    session.merge(
        CodeApp(username=username, sealed=seal(secret_key, _PURPOSE, secret), last_step=step, confirmed_at=clock.now())
    )
    return True


def is_right(session: Session, clock: Clock, secret_key: str, username: str, code: str) -> bool:
    """Whether this is the application's code now; each serves once, and none that is older than one which served."""
    app = session.get(CodeApp, username)
    secret = unseal(secret_key, _PURPOSE, app.sealed) if app else None
    step = _step_of(secret, code, clock.now()) if secret else None
    if step is None:
        return False
    spend = sa.update(CodeApp).where(CodeApp.username == username, CodeApp.last_step < step).values(last_step=step)
    return _hit(session, spend)


def print_new(session: Session, username: str) -> Sequence[str]:
    """New codes for paper, which nobody can read here again; those of before no longer serve."""
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.username == username))
    made = ["".join(secrets.choice(LETTERS) for _ in range(PAPER_LETTERS)) for _ in range(PAPER_CODES)]
    session.add_all(RecoveryCode(code_sha256=_digest(username, code), username=username) for code in made)
    return ["-".join(code[start : start + 4] for start in range(0, PAPER_LETTERS, 4)) for code in made]


def spend_paper(session: Session, username: str, typed: str) -> bool:
    """Whether this is one of the codes on paper; it serves once."""
    digest = _digest(username, "".join(letter for letter in typed.lower() if letter.isalnum()))
    spend = sa.delete(RecoveryCode).where(RecoveryCode.username == username, RecoveryCode.code_sha256 == digest)
    return _hit(session, spend)


def _step_of(secret: str, code: str, now: dt.datetime) -> int | None:
    """Which half minute a code is of, the newest first."""
    generator, typed = pyotp.TOTP(secret, interval=STEP_S), "".join(code.split())
    present = int(now.timestamp()) // STEP_S
    for step in range(present + DRIFT, present - DRIFT - 1, -1):
        if secrets.compare_digest(generator.generate_otp(step).encode(), typed.encode()):
            return step
    return None


def _hit(session: Session, statement: sa.Update | sa.Delete) -> bool:
    """Whether the statement found its row: of two that bring the same code, one does."""
    done = session.execute(statement.execution_options(synchronize_session=False))
    return isinstance(done, CursorResult) and done.rowcount == 1


def _digest(username: str, code: str) -> str:
    return hashlib.sha256(f"{username}\n{code}".encode()).hexdigest()
