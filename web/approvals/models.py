"""The links by which somebody who never signs in may approve."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base


class ApprovalLink(Base):
    """That somebody was sent the link of one task at an address; of its token, and of its codes, only digests are kept.

    `codes` were sent so far, the last at `code_sent_at`; `tries` of that one were wrong. `spent_at`: it served.
    """

    __tablename__ = "approval_link"
    __table_args__ = (sa.UniqueConstraint("task_id", "username"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("user_task.id"))
    username: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), index=True)
    address: Mapped[str] = mapped_column(sa.String(200))
    token_sha256: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    code_sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    code_sent_at: Mapped[dt.datetime | None]
    codes: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    spent_at: Mapped[dt.datetime | None]
