"""Tables of what strangers do on the portal."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base


class AnswerAttempt(Base):
    """An answer to a survey from an address, so that nobody fills it by the hundred.

    `address_hash` cannot be turned back into the address, and rows are dropped once they no longer count.
    """

    __tablename__ = "answer_attempt"
    __table_args__ = (sa.Index("ix_answer_attempt_whose", "survey_id", "address_hash", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("survey.id"))
    address_hash: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[dt.datetime]
