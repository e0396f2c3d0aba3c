"""Another system, which is told what happens and takes files, and behaves as it is told."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.history import HistoryEntry
from engine.identity import SYSTEM
from engine.states import HistoryKind
from notifications.errors import ReceiverUnavailable
from notifications.exports import delivering as exports
from notifications.exports import keeping as keeping_exports
from notifications.exports.channels import File, Settings
from notifications.exports.keeping import Wanted
from notifications.exports.models import Export, ExportDelivery
from notifications.exports.states import When
from notifications.webhooks import delivering as webhooks
from notifications.webhooks import keeping as keeping_webhooks
from notifications.webhooks.models import Webhook, WebhookDelivery
from notifications.webhooks.states import DeliveryState
from web.bootstrap import Application
from web.faults.troubles import Fault

MOODS = (Fault.SYSTEM_DOWN, Fault.SYSTEM_REFUSES, Fault.SYSTEM_ANSWER_LOST)
TOLD = HistoryKind.TASK_COMPLETED
ADDRESS = "https://tablero.example/"


@dataclass
class OtherSystem:
    """A system with a mood: none is a good one. What it took: by message, and by file, the digests of each time."""

    tally: Counter[Fault]
    mood: Fault | None = None
    told: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)

    def post(self, _url: str, body: bytes, headers: Mapping[str, str], *, inner: bool) -> tuple[int, str]:
        """Take a message, or not, or take it and say nothing."""
        if self._refuses():
            return 503, "Vuelva luego."
        self.told.setdefault(headers["webhook-id"], []).append(_digest(body))
        self._lose()
        return 204, ""

    def take(self, _target: str, _host_key: str, file: File, _settings: Settings) -> None:
        """Take a file, or not, or take it and say nothing."""
        if self._refuses():
            raise ReceiverUnavailable("El sistema que recibe respondió 503.")
        self.files.setdefault(file.name, []).append(_digest(file.content))
        self._lose()

    def hear(self, application: Application) -> None:
        """Let a worker tell it everything that is due."""
        key, database, clock = application.config.secret_key, application.database, application.clock
        while webhooks.deliver_due(database, clock, webhooks.Sending(key, post=self.post)) >= webhooks.BATCH:
            pass
        sending = exports.Sending(key, deliver=self.take)
        exports.deliver_due(database, clock, application.calendar, sending)

    def _refuses(self) -> bool:
        if self.mood is not None:
            self.tally[self.mood] += 1
        if self.mood is Fault.SYSTEM_DOWN:
            raise ReceiverUnavailable("El sistema que recibe no responde.")
        return self.mood is Fault.SYSTEM_REFUSES

    def _lose(self) -> None:
        if self.mood is Fault.SYSTEM_ANSWER_LOST:
            raise ReceiverUnavailable("El sistema que recibe no respondió.")


def subscribe(session: Session, clock: Clock, plan_code: str) -> None:
    """Let the other system be told of every task that somebody does, and take the figures each week."""
    keeping_webhooks.make(session, clock, plan_code, "Tablero", ADDRESS, [TOLD], actor=SYSTEM, inner=False)
    wanted = Wanted("Metas", "Código = codigo\nValor = valor", ADDRESS, due=When.WEEKLY)
    keeping_exports.make(session, clock, plan_code, wanted, actor=SYSTEM, settings=Settings())


def wrong(session: Session, system: OtherSystem) -> Iterator[str]:
    """What was told otherwise than it stands, not at all, or before something that comes first."""
    for known, told in system.told.items():
        if len(set(told)) > 1:
            yield f"Lo mismo ({known}) se contó de dos maneras a otro sistema."
    order = [int(known.removeprefix("msg_")) for known in system.told]
    if order != sorted(order):
        yield "Otro sistema supo algo antes que lo que ocurrió primero."
    sent = sa.select(WebhookDelivery.id).where(WebhookDelivery.state == DeliveryState.SENT)
    for number in session.scalars(sent):
        if f"msg_{number}" not in system.told:
            yield f"El aviso {number} figura como entregado y nadie lo recibió."
    for name, digest, sent_at in session.execute(
        sa.select(ExportDelivery.name, ExportDelivery.sha256, ExportDelivery.sent_at)
    ):
        taken = set(system.files.get(name, ()))
        if taken - {digest} or (sent_at is not None and not taken):
            yield f"El archivo {name} no llegó al otro sistema como se hizo."


def untold(session: Session) -> Iterator[str]:
    """What another system should know by now and does not."""
    events = (
        sa.select(Webhook.id, HistoryEntry.id)
        .select_from(Webhook)
        .join(HistoryEntry, HistoryEntry.kind == TOLD)
        .outerjoin(
            WebhookDelivery,
            sa.and_(WebhookDelivery.webhook_id == Webhook.id, WebhookDelivery.entry_id == HistoryEntry.id),
        )
        .where(sa.or_(WebhookDelivery.id.is_(None), WebhookDelivery.state == DeliveryState.PENDING))
    )
    if missing := len(session.execute(events).all()):
        yield f"{missing} sucesos no se contaron al otro sistema."
    files = sa.select(sa.func.count()).select_from(ExportDelivery).where(ExportDelivery.sent_at.is_(None))
    if waiting := session.scalar(files):
        yield f"{waiting} archivos no salieron al otro sistema."
    made = sa.select(Export.id).outerjoin(ExportDelivery).where(ExportDelivery.id.is_(None))
    if session.scalars(made).first() is not None:
        yield "Una exportación no hizo ningún archivo."


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
