"""Tables of passwords, sign-in attempts and sessions."""

from __future__ import annotations

import datetime as dt

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
    are kept, with which both ends sign out.
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


class ExternalIdentity(Base):
    """An account at a provider with which a person signs in: `subject` is theirs for good, whatever their address."""

    __tablename__ = "external_identity"
    __table_args__ = (sa.UniqueConstraint("username", "issuer", name="uq_external_identity_username"),)

    issuer: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    username: Mapped[str] = mapped_column(sa.ForeignKey("person.username"))
    linked_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime]
