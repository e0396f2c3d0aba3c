"""Making webhooks, stopping them, and deciding about what they could not deliver."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.history import HistoryEntry
from engine.identity import Actor
from engine.states import HistoryKind
from notifications import outgoing
from notifications.webhooks.models import Webhook, WebhookDelivery
from notifications.webhooks.states import DeliveryState
from workflows.auditing import recording as auditing
from workflows.errors import NotFound, Refused

MOST = 20
LONGEST_NAME, LONGEST_URL = 60, 500


def make(
    session: Session, clock: Clock, plan_code: str, name: str, url: str, kinds: Collection[str], *,
    actor: Actor, inner: bool,
) -> Webhook:  # fmt: skip
    """Make a webhook, which is told what happens from now on. Raises `Refused`, `InvalidReceiver`."""
    name, url = " ".join(name.split()), url.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refused(f"Escriba qué sistema es, en {LONGEST_NAME} letras o menos.")
    if len(url) > LONGEST_URL:
        raise Refused(f"La dirección es más larga de {LONGEST_URL} letras.")
    outgoing.ensure_receiver(url, inner=inner)
    if unknown := set(kinds) - set(HistoryKind):
        raise Refused(f"No hay sucesos de la clase {', '.join(sorted(unknown))}.")
    if len(of_plan(session, plan_code)) >= MOST:
        raise Refused(f"Ya hay {MOST}. Quite los que no se usan.")
    newest = session.scalar(sa.select(sa.func.max(HistoryEntry.id))) or 0
    made = Webhook(
        plan_code=plan_code, name=name, url=url, kinds=[kind for kind in HistoryKind if kind in kinds],
        salt=secrets.token_hex(16), active=True, scanned=newest, made_at=clock.now(), made_by=actor.id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _record(session, clock, actor, "crear_webhook", made, after={"nombre": name, "direccion": url})
    return made


def of_plan(session: Session, plan_code: str) -> Sequence[Webhook]:
    """The webhooks of a plan, in the order in which they were made."""
    return session.scalars(sa.select(Webhook).where(Webhook.plan_code == plan_code).order_by(Webhook.id)).all()


def find(session: Session, plan_code: str, webhook_id: int) -> Webhook:
    """A webhook of a plan. Raises `NotFound`."""
    found = session.get(Webhook, webhook_id)
    if found is None or found.plan_code != plan_code:
        raise NotFound("Ese aviso a otro sistema no existe.")
    return found


def switch(session: Session, clock: Clock, webhook: Webhook, active: bool, *, actor: Actor) -> None:
    """Let a webhook be told again, of what happens from now on, or no longer."""
    if webhook.active == active:
        return
    webhook.active = active
    if active:
        webhook.scanned = session.scalar(sa.select(sa.func.max(HistoryEntry.id))) or 0
    act, before = "activar_webhook" if active else "detener_webhook", {"activo": not active}
    _record(session, clock, actor, act, webhook, before=before, after={"activo": active})


def log_of(session: Session, webhook: Webhook, *, limit: int) -> Sequence[Any]:
    """The newest deliveries of a webhook, each with the event that it tells."""
    query = (
        sa.select(WebhookDelivery, HistoryEntry)
        .join(HistoryEntry, HistoryEntry.id == WebhookDelivery.entry_id)
        .where(WebhookDelivery.webhook_id == webhook.id)
    )
    return session.execute(query.order_by(WebhookDelivery.id.desc()).limit(limit)).all()


def counts(session: Session, plan_code: str) -> dict[tuple[int, str], int]:
    """How many deliveries of each webhook of a plan stand in each state."""
    query = (
        sa.select(WebhookDelivery.webhook_id, WebhookDelivery.state, sa.func.count())
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(Webhook.plan_code == plan_code)
    )
    found = session.execute(query.group_by(WebhookDelivery.webhook_id, WebhookDelivery.state))
    return {(webhook, str(state)): count for webhook, state, count in found}


def retry(session: Session, clock: Clock, webhook: Webhook, *, actor: Actor) -> int:
    """Offer everything again that was given up; how many."""
    failed = sa.update(WebhookDelivery).where(
        WebhookDelivery.webhook_id == webhook.id, WebhookDelivery.state == DeliveryState.FAILED
    )
    again = session.execute(failed.values(state=DeliveryState.PENDING, attempts=0, made_at=clock.now()))
    count = int(again.rowcount)  # type: ignore[attr-defined]
    _record(session, clock, actor, "reenviar_webhook", webhook, after={"entregas": count})
    return count


def _record(session: Session, clock: Clock, actor: Actor, action: str, webhook: Webhook, **told: Any) -> None:
    auditing.record(session, clock, actor, action, ("webhook", str(webhook.id)), reason=webhook.plan_code, **told)
