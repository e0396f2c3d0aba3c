"""What other servers are needed for is done beside the tick: one that hangs keeps no deadline or document waiting.

Mails, those that came back, what other systems are told, and their files have a thread each: none waits for another.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import TracebackType

from engine import units
from engine.database import Database
from notifications import bounces, mailboxes, outbox
from notifications.exports import delivering as exports
from notifications.outbox import Delivered
from notifications.webhooks import delivering as webhooks
from notifications.webhooks.delivering import Sending
from web import logs
from web.bootstrap import Application
from web.health.beats import DELIVERY, beat

log = logging.getLogger(__name__)

PAUSE_S = 5
BOUNCES_PAUSE_S = 60
BATCH = 50
MAILBOX, READ = "buzón", "leídos"
"""The units that are the look into the mailbox of notices, and leaving them as read."""
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


def tell_systems(application: Application) -> int:
    """Tell other systems what happened; how many deliveries left."""
    config = application.config
    with logs.timed(log, "webhooks") as counts:
        sending = Sending(config.secret_key, inner=config.inner_receivers)
        counts["sent"] = sent = webhooks.deliver_due(application.database, application.clock, sending)
    return sent


def send_exports(application: Application) -> int:
    """Make the exports that are due and deliver them; how many files left."""
    config = application.config
    with logs.timed(log, "exports") as counts:
        sending = exports.Sending(config.secret_key, config.receivers)
        counts["sent"] = sent = exports.deliver_due(
            application.database, application.clock, application.calendar, sending
        )
    return sent


def read_bounces(application: Application) -> int:
    """Note the mails that came back, each notice on its own: one that cannot be read waits and keeps no other."""
    box, database = application.mailbox, application.database
    if box is None:
        return 0
    found: dict[str, bytes] = {}
    round_ = units.begin(database, application.clock, "bounce")
    held = round_.waiting() - {MAILBOX, *round_.ready()}
    if not round_.attempt(MAILBOX, lambda: found.update(box.unread(without=held))):
        return 0

    def note(content: bytes) -> None:
        with database.unit_of_work() as session:
            bounces.note(session, content)

    noted = [key for key, content in found.items() if round_.attempt(key, partial(note, content))]
    round_.attempt(READ, lambda: box.done(noted))
    round_.forget([*held, *found, READ])
    return len(noted)


def _mails(application: Application) -> bool:
    """Send mails, and leave a sign of life; whether there may be more."""
    more = deliver(application).looked_at >= BATCH
    beat(application.database, application.clock, DELIVERY)
    return more


def _systems(application: Application) -> bool:
    return tell_systems(application) >= webhooks.BATCH


def _exports(application: Application) -> bool:
    send_exports(application)
    return False


def _bounces(application: Application) -> bool:
    return read_bounces(application) >= mailboxes.AT_ONCE


LOOKS = (
    ("delivery", _mails, PAUSE_S),
    ("webhooks", _systems, PAUSE_S),
    ("exports", _exports, PAUSE_S),
    ("bounces", _bounces, BOUNCES_PAUSE_S),
)
"""What each thread does, again at once while there may be more, else after so many seconds."""


class Delivery:
    """Threads that send what is due, with database connections of their own; run inside a `with` block."""

    def __init__(self, application: Application) -> None:
        """Nothing is opened before the threads begin."""
        self._application = replace(application, database=Database(application.database.url))
        self._over = threading.Event()
        # Daemons: a server that hangs must not hold the end of the process either.
        self._threads = [
            threading.Thread(target=self._run, args=[look, pause_s], name=name, daemon=True)
            for name, look, pause_s in LOOKS
        ]

    def __enter__(self) -> Delivery:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End after what is in hand, or without it."""
        self._over.set()
        for thread in self._threads:
            thread.join(STOPS_WITHIN_S)
        if not any(thread.is_alive() for thread in self._threads):
            self._application.database.dispose()

    def _run(self, look: Callable[[Application], bool], pause_s: float) -> None:
        while not self._over.is_set():
            try:
                more = look(self._application)
            except Exception:
                log.exception("the delivery failed; it will be tried again")
                more = False
            if not more:
                self._over.wait(pause_s)
