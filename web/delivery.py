"""Mails leave beside the tick: a server that hangs keeps no deadline, opening or document waiting."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from types import TracebackType

from engine.database import Database
from notifications import outbox
from notifications.outbox import Delivered
from web import logs
from web.bootstrap import Application
from web.health.beats import DELIVERY, beat

log = logging.getLogger(__name__)

PAUSE_S = 5
BATCH = 50
STOPS_WITHIN_S = 3
"""How long the end of a process waits for the mail in hand. Cut short, it is sent again under the same Message-ID."""


def deliver(application: Application) -> Delivered:
    """Send what is due now, at most a batch."""
    with logs.timed(log, "mails") as counts:
        done = outbox.deliver_due(
            application.database, application.clock, application.sender,
            sent_from=application.config.mail_from, limit=BATCH,
        )  # fmt: skip
        counts.update(sent=done.sent, failed=done.failed, put_off=done.put_off, replaced=done.replaced)
        counts.update(server_down=done.server_down)
    return done


class Delivery:
    """A thread that sends what is due, with database connections of its own; runs inside a `with` block."""

    def __init__(self, application: Application) -> None:
        """Nothing is opened before the thread begins."""
        self._application = replace(application, database=Database(application.database.url))
        self._over = threading.Event()
        # A daemon: a server that hangs must not hold the end of the process either.
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)

    def __enter__(self) -> Delivery:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End after the mail in hand, or without it."""
        self._over.set()
        self._thread.join(STOPS_WITHIN_S)
        if not self._thread.is_alive():
            self._application.database.dispose()

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                more = deliver(self._application).looked_at >= BATCH
                beat(self._application.database, self._application.clock, DELIVERY)
            except Exception:
                log.exception("the delivery failed; it will be tried again")
                more = False
            if not more:
                self._over.wait(PAUSE_S)
