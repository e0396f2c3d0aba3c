"""Tables of themes and of the strategic framework they lead to."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, states
from workflows.prioritization.states import ThemeDecision, ThemeSource


class ThemeMention(Base):
    """That a source brought up a theme.

    `origin` names the record it was told in (`apuesta/SEC`): what is told there again replaces it. `weight` is how
    much it mattered there, 1–5.
    """

    __tablename__ = "theme_mention"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    source: Mapped[ThemeSource] = mapped_column(states(ThemeSource))
    origin: Mapped[str] = mapped_column(sa.String(60))
    entity_code: Mapped[str | None] = mapped_column(sa.ForeignKey("entity.code"))
    name: Mapped[str] = mapped_column(sa.String(2000))
    support: Mapped[str] = mapped_column(sa.Text, default="")
    weight: Mapped[int | None]


class Theme(Base):
    """A theme with its points from each source (0 = it does not come from there).

    `objective` is what the plan would pursue with it.
    """

    __tablename__ = "theme"
    __table_args__ = (sa.UniqueConstraint("plan_code", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    key: Mapped[str] = mapped_column(sa.String(300))
    name: Mapped[str] = mapped_column(sa.String(2000))
    directors: Mapped[int] = mapped_column(default=0)
    technical_teams: Mapped[int] = mapped_column(default=0)
    community: Mapped[int] = mapped_column(default=0)
    swot: Mapped[int] = mapped_column(default=0)
    sources: Mapped[int] = mapped_column(default=0)
    decision: Mapped[ThemeDecision] = mapped_column(states(ThemeDecision), default=ThemeDecision.NONE)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    objective: Mapped[str] = mapped_column(sa.String(2000), default="")
    position: Mapped[int]

    @property
    def total(self) -> int:
        """The points of all sources."""
        return self.directors + self.technical_teams + self.community + self.swot + self.sources

    @property
    def is_chosen(self) -> bool:
        """Whether the plan is about it."""
        return self.decision == ThemeDecision.CHOSEN


class StrategicBet(Base):
    """What the head of an entity bets on. `validation`: validada, validada_con_precisiones."""

    __tablename__ = "strategic_bet"
    __table_args__ = (sa.UniqueConstraint("plan_code", "entity_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    bet: Mapped[str] = mapped_column(sa.Text)
    validation: Mapped[str] = mapped_column(sa.String(30))
    precisions: Mapped[str] = mapped_column(sa.Text, default="")
    validated_by: Mapped[str] = mapped_column(sa.String(60))
    validated_at: Mapped[dt.datetime]


class CommunityChoice(Base):
    """How the community is heard. `modes`: encuesta_virtual, validacion_en_campo."""

    __tablename__ = "community_choice"

    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), primary_key=True)
    modes: Mapped[list[Any]]
    chosen_by: Mapped[str] = mapped_column(sa.String(60))
    chosen_at: Mapped[dt.datetime]


class FieldValidation(Base):
    """What was seen and heard in the field. `problems` and `lines` are rows of the form with what was validated."""

    __tablename__ = "field_validation"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    space: Mapped[str] = mapped_column(sa.String(60))
    held_on: Mapped[dt.date]
    place: Mapped[str] = mapped_column(sa.String(2000))
    locality: Mapped[str] = mapped_column(sa.String(40))
    observers: Mapped[list[Any]]
    problems: Mapped[list[Any]]
    lines: Mapped[list[Any]]
    files: Mapped[list[Any]]
    recorded_by: Mapped[str] = mapped_column(sa.String(60))
    recorded_at: Mapped[dt.datetime]


class FrameworkObjective(Base):
    """A strategic objective as the framework states it, with the theme of the government and of the citizens behind."""

    __tablename__ = "framework_objective"
    __table_args__ = (sa.UniqueConstraint("plan_code", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    code: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(500))
    theme_id: Mapped[int] = mapped_column(sa.ForeignKey("theme.id"))
    government_theme_id: Mapped[int] = mapped_column(sa.ForeignKey("theme.id"))
    citizen_theme_id: Mapped[int] = mapped_column(sa.ForeignKey("theme.id"))
    position: Mapped[int]


class FrameworkValue(Base):
    """A value of the sector, in its own words."""

    __tablename__ = "framework_value"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    name: Mapped[str] = mapped_column(sa.String(2000))
    description: Mapped[str] = mapped_column(sa.String(2000))
    position: Mapped[int]


class SwotEntry(Base):
    """An entry of the SWOT. `quadrant`: debilidad, oportunidad, fortaleza, amenaza. `score` 1–5.

    `cluster`, `joint_score` and `is_priority` are what the sector made of it.
    """

    __tablename__ = "swot_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    quadrant: Mapped[str] = mapped_column(sa.String(20))
    text: Mapped[str] = mapped_column(sa.Text)
    evidence: Mapped[str] = mapped_column(sa.String(2000), default="")
    score: Mapped[int]
    cluster: Mapped[str] = mapped_column(sa.String(2000), default="")
    joint_score: Mapped[int | None]
    is_priority: Mapped[bool] = mapped_column(default=False)


class ArticulationProblem(Base):
    """A problem that no entity solves alone."""

    __tablename__ = "articulation_problem"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    problem: Mapped[str] = mapped_column(sa.Text)
    entities: Mapped[str] = mapped_column(sa.String(2000))
    cause: Mapped[str] = mapped_column(sa.Text)
    position: Mapped[int]
