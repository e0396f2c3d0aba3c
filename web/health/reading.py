"""What a monitor wants to know, read in a handful of statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import units
from notifications.exports import keeping as exports
from notifications.exports.keeping import Queue
from notifications.models import MailServer, OutboxMessage
from notifications.states import MailState
from notifications.webhooks.models import WebhookDelivery
from notifications.webhooks.states import DeliveryState
from web import migrating, torn
from web.health import beats
from web.health.models import Heartbeat

SILENT_AFTER = dt.timedelta(minutes=5)
"""Rounds take seconds, and signs are renewed every half minute."""
WAITING_TOO_LONG = dt.timedelta(hours=1)
COPIED_WITHIN = dt.timedelta(hours=50)
"""A night's copy may fail once and be made up for the next night."""
NO_FILES = Queue(0, 0)
WORKERS = {beats.TICK: "del trabajador", beats.DELIVERY: "de la entrega de correos"}


@dataclass(frozen=True, slots=True)
class Mails:
    """How the outbox stands; `oldest` is the longest wait of a mail that is due."""

    pending: int
    oldest: dt.timedelta | None
    failed: int


@dataclass(frozen=True, slots=True)
class Health:
    """What works in the background, as the database tells it.

    `is_overtaken`: its tables are of a newer release; `is_torn`: its file was copied away from its log.
    `untold` and `given_up` are what other systems were not told: yet, or at all; `files` what they were not sent yet.
    """

    now: dt.datetime
    signs: dict[str, dt.datetime]
    mails: Mails
    servers: tuple[MailServer, ...]
    incidents: int = 0
    is_overtaken: bool = False
    untold: int = 0
    given_up: int = 0
    is_torn: bool = False
    files: Queue = NO_FILES

    def warnings(self) -> Iterator[str]:
        """What somebody should look at."""
        yield from self._of_database()
        for name, who in WORKERS.items():
            last = self.signs.get(name)
            if last is None:
                yield f"No hay señales {who}. ¿Corre «cauce worker»?"
            elif self.now - last > SILENT_AFTER:
                yield f"No hay señales {who} hace {_minutes(self.now - last)} minutos."
        copied = self.signs.get(beats.BACKUP)
        if copied is not None and self.now - copied > COPIED_WITHIN:
            yield f"La última copia verificada es del {copied:%Y-%m-%d}: hay que ver por qué no se hace otra."
        for server in self.servers:
            if server.down_since:
                minutes = _minutes(self.now - server.down_since)
                yield f"El servidor de correo {server.name} no recibe hace {minutes} minutos."
        if self.mails.oldest is not None and self.mails.oldest > WAITING_TOO_LONG:
            yield f"Hay correos que esperan hace {_minutes(self.mails.oldest)} minutos."
        if self.mails.failed:
            which = "1 correo no salió" if self.mails.failed == 1 else f"{self.mails.failed} correos no salieron"
            yield f"{which} por su dirección o su contenido."
        if self.given_up:
            which = (
                "1 aviso a otro sistema no se entregó"
                if self.given_up == 1
                else (f"{self.given_up} avisos a otros sistemas no se entregaron")
            )
            yield f"{which}: se ven en el plan, «Otros sistemas»."
        if self.files.failing:
            which = "1 archivo no llega" if self.files.failing == 1 else f"{self.files.failing} archivos no llegan"
            yield f"{which} a otro sistema: se ve en el plan, «Otros sistemas», «Archivos»."
        if self.incidents:
            which = "1 incidente" if self.incidents == 1 else f"{self.incidents} incidentes"
            yield f"Hay {which} del sistema sin resolver: se ven en «Incidentes»."

    def _of_database(self) -> Iterator[str]:
        if self.is_overtaken:
            yield "La base ya es de una versión más nueva que la de este proceso: instálela aquí y reinícielo."
        if self.is_torn:
            yield "A la base puede faltarle lo último que se guardó: ejecute «cauce doctor», que dice qué hacer."

    def as_json(self) -> dict[str, Any]:
        """The figures, with moments in UTC and waits in seconds."""
        return {
            "incidentes_del_sistema": self.incidents,
            "copia_verificada": self._sign(self.signs.get(beats.BACKUP)),
            "rondas": {name: self._sign(self.signs.get(name)) for name in WORKERS},
            "correos": {
                "por_salir": self.mails.pending,
                "espera_mas_larga_s": _seconds(self.mails.oldest),
                "fallidos": self.mails.failed,
            },
            "avisos_a_sistemas": {"por_salir": self.untold, "sin_entregar": self.given_up},
            "archivos_a_sistemas": {"por_salir": self.files.waiting, "que_no_llegan": self.files.failing},
            "servidores_de_correo": [self._server(server) for server in self.servers],
        }

    def _sign(self, last: dt.datetime | None) -> dict[str, Any]:
        return {"ultima": last and last.isoformat(), "hace_s": _seconds(self.now - last if last else None)}

    def _server(self, server: MailServer) -> dict[str, Any]:
        moments = {
            "sin_recibir_desde": server.down_since,
            "proximo_intento": server.next_try_at,
            "ultimo_envio": server.last_sent_at,
        }
        told = {name: moment and moment.isoformat() for name, moment in moments.items()}
        return {"nombre": server.name, "fallas_seguidas": server.failures, **told, "error": server.last_error}


def read(session: Session, now: dt.datetime) -> Health:
    """Read all that the health page tells."""
    signs = {row.name: row.at for row in session.scalars(sa.select(Heartbeat))}
    pending = sa.select(sa.func.count(), sa.func.min(OutboxMessage.created_at))
    count, first = session.execute(pending.where(OutboxMessage.state == MailState.PENDING)).one()
    failed = sa.select(sa.func.count()).where(OutboxMessage.state == MailState.FAILED, OutboxMessage.fault != "")
    servers = session.scalars(sa.select(MailServer).order_by(MailServer.name)).all()
    mails = Mails(count, max(now - first, dt.timedelta()) if first else None, session.scalar(failed) or 0)
    overtaken = migrating.is_newer(session.connection())
    told = sa.select(WebhookDelivery.state, sa.func.count()).group_by(WebhookDelivery.state)
    counts = {state: count for state, count in session.execute(told)}
    untold, given_up = counts.get(DeliveryState.PENDING, 0), counts.get(DeliveryState.FAILED, 0)
    torn_off = torn.was_torn(session.connection())
    return Health(
        now, signs, mails, tuple(servers), units.open_count(session), overtaken, untold, given_up, torn_off,
        exports.queue(session),
    )  # fmt: skip


def ensure_tables(session: Session) -> None:
    """Raise what the database raises where it does not answer, or has none of our tables."""
    session.execute(sa.select(Heartbeat.name).limit(1)).all()


def _minutes(duration: dt.timedelta) -> int:
    return int(duration.total_seconds() // 60)


def _seconds(duration: dt.timedelta | None) -> int | None:
    return None if duration is None else int(duration.total_seconds())
