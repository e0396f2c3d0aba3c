"""What happened becomes deliveries, and these are sent, in order, to receivers that may be dead for days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import units
from engine.clock import Clock
from engine.database import Database, insert_once
from engine.history import HistoryEntry
from engine.instances.models import Instance
from notifications import outgoing
from notifications.errors import ReceiverRefused
from notifications.webhooks import signing
from notifications.webhooks.models import Webhook, WebhookDelivery
from notifications.webhooks.states import DeliveryState

KIND = "webhook"
"""The kind of the units: one a webhook, so that a dead receiver keeps no other waiting and is told of."""
SETTLES = dt.timedelta(minutes=5)
"""With PostgreSQL a number is taken before its row is seen: so long an event is looked for once more."""
LEASE = dt.timedelta(seconds=60)
MOST_REFUSALS = 8
WAITS = dt.timedelta(days=7)
"""So long is something offered to a receiver that does not answer."""
BATCH = 50
SCANNED = 500


Claimed = tuple[Webhook, WebhookDelivery, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Sending:
    """How things are sent: the installation's secret, and whether inner addresses may be reached."""

    key: str
    inner: bool = False
    post: Callable[..., tuple[int, str]] = outgoing.post


def deliver_due(database: Database, clock: Clock, sending: Sending) -> int:
    """Tell every webhook what happened since; how many deliveries were sent. One that fails waits alone."""
    with database.reading() as session:
        keys = {
            f"{plan}/{number}": number
            for number, plan in session.execute(sa.select(Webhook.id, Webhook.plan_code).where(Webhook.active))
        }
    sent = 0

    def tell(key: str) -> None:
        nonlocal sent
        with database.unit_of_work() as session:
            scan(session, clock, session.get_one(Webhook, keys[key]))
        sent += _send_all(database, clock, sending, keys[key])

    round_ = units.begin(database, clock, KIND)
    for key in keys:
        round_.attempt(key, lambda key=key: tell(key))  # type: ignore[misc]
    round_.forget(list(keys))
    return sent


def scan(session: Session, clock: Clock, webhook: Webhook) -> int:
    """Write a delivery for each event that a webhook is to be told and was not; how many."""
    query = (
        sa.select(HistoryEntry.id, HistoryEntry.at, HistoryEntry.kind, Instance.scope)
        .join(Instance, Instance.id == HistoryEntry.instance_id)
        .where(HistoryEntry.id > webhook.scanned)
        .order_by(HistoryEntry.id)
        .limit(SCANNED)
    )
    made, settled = 0, clock.now() - SETTLES
    for entry_id, at, kind, plan in session.execute(query).all():
        if plan == webhook.plan_code and (not webhook.kinds or kind in webhook.kinds):
            row = {
                "webhook_id": webhook.id, "entry_id": entry_id, "state": DeliveryState.PENDING,
                "made_at": clock.now(), "attempts": 0, "last_error": "",
            }  # fmt: skip
            made += insert_once(session, WebhookDelivery, row, key=["webhook_id", "entry_id"])
        if at <= settled:
            webhook.scanned = entry_id
    return made


def _send_all(database: Database, clock: Clock, sending: Sending, webhook_id: int) -> int:
    sent = 0
    while sent < BATCH:
        claimed = _claim(database, clock, webhook_id)
        if claimed is None:
            break
        sent += _send(database, clock, sending, *claimed)
    return sent


def _claim(database: Database, clock: Clock, webhook_id: int) -> Claimed | None:
    """Take over the oldest delivery that waits, unless somebody has it in hand: what follows it waits too."""
    now = clock.now()
    oldest = (
        sa.select(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.state == DeliveryState.PENDING)
        .order_by(WebhookDelivery.id)
        .limit(1)
        .with_for_update()  # waiting for who takes it at this moment: to skip it would let the next one overtake it
    )
    with database.unit_of_work() as session:
        delivery = session.scalar(oldest)
        if delivery is None or (delivery.leased_until is not None and delivery.leased_until > now):
            return None
        delivery.leased_until = now + LEASE
        return session.get_one(Webhook, webhook_id), delivery, told(session, delivery)


def told(session: Session, delivery: WebhookDelivery) -> Mapping[str, Any]:
    """What a delivery says: the event, as the API tells it."""
    entry = session.get_one(HistoryEntry, delivery.entry_id)
    case = session.get_one(Instance, entry.instance_id)
    data = {
        "id": entry.id, "at": entry.at, "kind": str(entry.kind), "actor": entry.actor_id, "case_id": case.id,
        "case_key": case.business_key, "plan": case.scope, "process": entry.process_key, "element": entry.element_id,
        "element_name": entry.element_name, "task_id": entry.task_id,
    }  # fmt: skip
    return {"type": f"case.{entry.kind}", "timestamp": entry.at, "data": data}


def _send(
    database: Database, clock: Clock, sending: Sending, webhook: Webhook, delivery: WebhookDelivery,
    content: Mapping[str, Any],
) -> bool:  # fmt: skip
    body = orjson.dumps(content)
    secret = signing.secret_of(sending.key, webhook.id, webhook.salt)
    headers = {
        "Content-Type": "application/json", "User-Agent": "Cauce",
        **signing.headers(secret, f"msg_{delivery.id}", int(clock.now().timestamp()), body),
    }  # fmt: skip
    try:
        status, answer = sending.post(webhook.url, body, headers, inner=sending.inner)
    except Exception as trouble:
        _put_off(database, clock, delivery, str(trouble))
        raise
    if 200 <= status < 300:
        _write(
            database, delivery, state=DeliveryState.SENT, sent_at=clock.now(), last_status=status, last_error="",
            attempts=delivery.attempts + 1, leased_until=None,
        )  # fmt: skip
        return True
    return _note_refusal(database, clock, delivery, status, answer)


def _note_refusal(database: Database, clock: Clock, delivery: WebhookDelivery, status: int, answer: str) -> bool:
    """Offer it again later, and the others after it; what is refused too often lets them pass."""
    said = f"Respondió {status}: {answer[:300]}"
    attempts = delivery.attempts + 1
    if attempts >= MOST_REFUSALS:
        _write(
            database, delivery, state=DeliveryState.FAILED, attempts=attempts, last_status=status, last_error=said,
            leased_until=None,
        )  # fmt: skip
        return False
    _write(database, delivery, attempts=attempts, last_status=status, last_error=said, leased_until=None)
    raise ReceiverRefused(f"El sistema que recibe respondió {status}. Se intentará de nuevo.")


def _put_off(database: Database, clock: Clock, delivery: WebhookDelivery, said: str) -> None:
    over = delivery.made_at < clock.now() - WAITS
    state = DeliveryState.FAILED if over else DeliveryState.PENDING
    _write(database, delivery, state=state, last_error=said[:2000], leased_until=None)


def _write(database: Database, delivery: WebhookDelivery, **values: Any) -> None:
    with database.unit_of_work() as session:
        session.execute(sa.update(WebhookDelivery).where(WebhookDelivery.id == delivery.id).values(**values))
