"""The table of letters."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, states
from workflows.correspondence.states import Direction, LetterKind


class Letter(Base):
    """A letter of a case, and of one of its tasks where it was written there.

    `number` is the *radicado* that the entity's filing system gave; empty while a letter that goes out is not filed:
    then its words may change, afterwards nothing of it. `party` is the other side: whom it is to, or who wrote it.
    `file_id` is the received letter itself; `answers_id` the one that this one answers.
    """

    __tablename__ = "letter"

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_task.id"), index=True)
    direction: Mapped[Direction] = mapped_column(states(Direction))
    kind: Mapped[LetterKind] = mapped_column(states(LetterKind))
    number: Mapped[str] = mapped_column(sa.String(60), default="")
    filed_on: Mapped[dt.date | None]
    party: Mapped[str] = mapped_column(sa.String(200))
    office: Mapped[str] = mapped_column(sa.String(200), default="")
    subject: Mapped[str] = mapped_column(sa.String(300))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    signer: Mapped[str] = mapped_column(sa.String(60), default="")
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    answers_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letter.id"))
    made_by: Mapped[str] = mapped_column(sa.String(60))
    made_at: Mapped[dt.datetime]
