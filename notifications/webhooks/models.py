"""Tables of webhooks and of what they delivered."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, states
from notifications.webhooks.states import DeliveryState


class Webhook(Base):
    """An address of another system that is told what happens in the cases of a plan.

    `kinds` are the kinds of events, empty for all. `scanned` is the newest event from which on nothing has to be looked
    at again. What signs is made from `salt` and the installation's secret, so nothing that signs is kept.
    """

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    url: Mapped[str] = mapped_column(sa.String(500))
    kinds: Mapped[list[Any]] = mapped_column(default=list)
    salt: Mapped[str] = mapped_column(sa.String(64))
    active: Mapped[bool] = mapped_column(default=True)
    scanned: Mapped[int]
    made_at: Mapped[dt.datetime]
    made_by: Mapped[str] = mapped_column(sa.String(60))


class WebhookDelivery(Base):
    """One event for one webhook: exactly one row. `attempts` counts the answers that refused it."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        sa.UniqueConstraint("webhook_id", "entry_id", name="uq_webhook_delivery_webhook_id"),
        sa.Index("ix_webhook_delivery_due", "webhook_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(sa.ForeignKey("webhook.id"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("history_entry.id"))
    state: Mapped[DeliveryState] = mapped_column(states(DeliveryState), default=DeliveryState.PENDING)
    made_at: Mapped[dt.datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    last_status: Mapped[int | None]
    last_error: Mapped[str] = mapped_column(sa.Text, default="")
