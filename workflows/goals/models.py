"""Tables of lines, objectives and goals."""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.database import Base


class Line(Base):
    """A strategic line. Weights of a plan's lines add up to 100. `theme` is the theme of chapter 3 it is told under."""

    __tablename__ = "line"
    __table_args__ = (sa.UniqueConstraint("plan_code", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    code: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(500))
    weight: Mapped[Decimal]
    theme: Mapped[str] = mapped_column(sa.String(20), default="")
    position: Mapped[int]


class Objective(Base):
    """A strategic objective. Weights add up to 100 inside its line."""

    __tablename__ = "objective"
    __table_args__ = (sa.UniqueConstraint("plan_code", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("line.id"), index=True)
    code: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(500))
    weight: Mapped[Decimal]
    lead_entity: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    theme: Mapped[str] = mapped_column(sa.String(20), default="")
    expected_result: Mapped[str] = mapped_column(sa.Text, default="")
    position: Mapped[int]

    line: Mapped[Line] = relationship()


class Goal(Base):
    """What an entity promises under an objective (*meta*): a verb, an amount and a unit. Indicators measure it.

    `kind`: resultado or producto. `alignment` names the programme or goal of the development plan it serves.
    """

    __tablename__ = "goal"
    __table_args__ = (sa.UniqueConstraint("plan_code", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    objective_id: Mapped[int] = mapped_column(sa.ForeignKey("objective.id"), index=True)
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    code: Mapped[str] = mapped_column(sa.String(20))
    kind: Mapped[str] = mapped_column(sa.String(20))
    statement: Mapped[str] = mapped_column(sa.Text)
    alignment: Mapped[str] = mapped_column(sa.Text, default="")
    position: Mapped[int]

    objective: Mapped[Objective] = relationship()
