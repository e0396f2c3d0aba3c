"""Who waits for which message, by its name and key."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine import limits
from engine.database import Base


class Subscription(Base):
    """A running case that waits for a message; the row exists only while it waits."""

    __tablename__ = "subscription"
    __table_args__ = (sa.Index("ix_subscription_message", "name", "key"), sa.UniqueConstraint("node_id", "element_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"), index=True)
    node_id: Mapped[str] = mapped_column(sa.String(32))
    element_id: Mapped[str] = mapped_column(sa.String(limits.ID))
    name: Mapped[str] = mapped_column(sa.String(limits.MESSAGE_NAME))
    key: Mapped[str] = mapped_column(sa.String(limits.MESSAGE_KEY))


def forget(session: Session, instance_id: int) -> None:
    """Delete what a case waits for."""
    session.execute(sa.delete(Subscription).where(Subscription.instance_id == instance_id))
