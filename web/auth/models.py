"""Tables of passwords, sign-in attempts, sessions and tokens."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base


class Credential(Base):
    """The password of a person, as an argon2 hash."""

    __tablename__ = "credential"

    username: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), primary_key=True)
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    changed_at: Mapped[dt.datetime]


class SignInAttempt(Base):
    """A sign-in that failed, or is being checked at this moment. Success removes the person's rows."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        sa.Index("ix_sign_in_attempt_username", "username", "at"),
        sa.Index("ix_sign_in_attempt_address", "address", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(sa.String(60))
    address: Mapped[str] = mapped_column(sa.String(60))
    at: Mapped[dt.datetime]


class WebSession(Base):
    """A browser in which somebody signed in. Only the digest of its token is kept.

    `seen_at` moves in steps of a few minutes, so that reading pages does not write at every click. `browser` is its
    name in words, `network` where it signed in from. Of a sign-in by a provider its subject, its session and its token
    are kept, with which both ends sign out. With `owes_factor` it opens nothing but the page where its owner begins to
    use a second step.
    """

    __tablename__ = "web_session"

    token_sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    username: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), index=True)
    started_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    browser: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    network: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    provider_subject: Mapped[str | None] = mapped_column(sa.String(255), index=True)
    provider_session: Mapped[str | None] = mapped_column(sa.String(255))
    id_token: Mapped[str | None] = mapped_column(sa.Text)
    owes_factor: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class ExternalIdentity(Base):
    """An account at a provider with which a person signs in: `subject` is theirs for good, whatever their address."""

    __tablename__ = "external_identity"
    __table_args__ = (sa.UniqueConstraint("username", "issuer", name="uq_external_identity_username"),)

    issuer: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    username: Mapped[str] = mapped_column(sa.ForeignKey("person.username"))
    linked_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime]


class CodeApp(Base):
    """The application that makes a person's codes. `sealed` is its secret, which only this installation reads.

    `last_step` is the half minute of the newest code that served: none serves twice.
    """

    __tablename__ = "code_app"

    username: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), primary_key=True)
    sealed: Mapped[str] = mapped_column(sa.Text)
    last_step: Mapped[int]
    confirmed_at: Mapped[dt.datetime]


class Passkey(Base):
    """A passkey of a person, under the name they gave it."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[str] = mapped_column(sa.String(1400), unique=True)
    username: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), index=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(60))
    created_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class RecoveryCode(Base):
    """A code on paper that has not served yet."""

    __tablename__ = "recovery_code"

    code_sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    username: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), index=True)


class RememberedBrowser(Base):
    """A browser in which a person is not asked for the second step until a moment."""

    __tablename__ = "remembered_browser"

    username: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), primary_key=True)
    browser_sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    until: Mapped[dt.datetime]


class SpentToken(Base):
    """Something that may serve once, and did."""

    __tablename__ = "spent_token"

    token_sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    at: Mapped[dt.datetime]


class ApiToken(Base):
    """What a program shows to act as a person or a service, within `scopes`. Only its digest is kept.

    `used_at` moves in steps of a few minutes. A revoked one stays, so that the *bitácora* names something.
    """

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(sa.String(64), unique=True)
    username: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), index=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    scopes: Mapped[list[Any]]
    made_at: Mapped[dt.datetime]
    made_by: Mapped[str] = mapped_column(sa.String(60))
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]


class KeptAnswer(Base):
    """What a program was answered under an idempotency key, so that asking again does nothing again.

    `asked_sha256` is the digest of what was asked: another question under the same key is a mistake.
    """

    __tablename__ = "kept_answer"
    __table_args__ = (sa.Index("ix_kept_answer_at", "at"),)

    username: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    asked_sha256: Mapped[str] = mapped_column(sa.String(64))
    status: Mapped[int]
    answer: Mapped[dict[str, Any]]
    at: Mapped[dt.datetime]
