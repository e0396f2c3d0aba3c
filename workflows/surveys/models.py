"""Tables of surveys. An answer keeps the day and what was chosen: nothing that tells who gave it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.database import Base, states
from workflows.surveys.states import SurveyState


class Survey(Base):
    """A question to the citizens. `token` is its public address; it is open from `opens_on` to `closes_on`, included.

    `state`: diseno, aprobada, abierta, cerrada, publicada. `channels` and `outreach` tell where it was made known.
    """

    __tablename__ = "survey"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"))
    token: Mapped[str] = mapped_column(sa.String(40), unique=True)
    title: Mapped[str] = mapped_column(sa.String(300))
    question: Mapped[str] = mapped_column(sa.Text)
    is_multiple: Mapped[bool]
    opens_on: Mapped[dt.date]
    closes_on: Mapped[dt.date]
    channels: Mapped[list[Any]]
    outreach: Mapped[list[Any]] = mapped_column(default=list)
    privacy_notice: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[SurveyState] = mapped_column(states(SurveyState))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    approved_by: Mapped[str | None] = mapped_column(sa.String(60))
    answers: Mapped[int] = mapped_column(default=0)
    analysis: Mapped[str] = mapped_column(sa.Text, default="")
    published_at: Mapped[dt.datetime | None]

    options: Mapped[list[SurveyOption]] = relationship(
        cascade="all, delete-orphan", order_by="SurveyOption.position", back_populates="survey"
    )


class SurveyOption(Base):
    """An option. `votes` is counted when the survey closes; `takes_text` is «Otro, ¿cuál?»."""

    __tablename__ = "survey_option"

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("survey.id"), index=True)
    text: Mapped[str] = mapped_column(sa.String(2000))
    takes_text: Mapped[bool]
    votes: Mapped[int | None]
    position: Mapped[int]

    survey: Mapped[Survey] = relationship(back_populates="options")


class SurveyAnswer(Base):
    """One answer. `choices` are option ids. `moderation` of the free text: pendiente, or empty without text.

    Free text is never shown to the public.
    """

    __tablename__ = "survey_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("survey.id"), index=True)
    answered_on: Mapped[dt.date]
    choices: Mapped[list[Any]]
    free_text: Mapped[str] = mapped_column(sa.String(500), default="")
    moderation: Mapped[str] = mapped_column(sa.String(20), default="")
