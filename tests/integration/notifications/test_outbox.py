"""The outbox: written once, sent once, put off when the server fails."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from notifications import outbox
from notifications.errors import InvalidMailUrl
from notifications.mail import FolderSender, SmtpSender
from notifications.models import OutboxMessage
from notifications.rendering import Mail
from tests.support.mailbox import Mailbox, mail_server

FROM = "Cauce <cauce@sector.example>"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


def enqueue(
    database: Database, clock: VirtualClock, key: str = "uno", attachments: list[dict[str, str]] | None = None
) -> None:
    with database.unit_of_work() as session:
        outbox.enqueue(
            session, now=clock.now(), kind="resumen", dedup_key=key, recipient="ana", address="ana@demo.example",
            mail=Mail("Cauce: 1 tarea nueva · ñ", "texto", "<p>texto</p>"), attachments=attachments or [],
        )  # fmt: skip


def state(database: Database) -> list[tuple[str, int]]:
    with database.reading() as session:
        return [(m.state, m.attempts) for m in session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id))]


def test_a_mail_reaches_a_real_server_once(database: Database, clock: VirtualClock, mailbox: Mailbox) -> None:
    # Given a mail enqueued twice under the same key, with a calendar file
    ics = {"name": "convocatoria.ics", "media_type": "text/calendar", "text": "BEGIN:VCALENDAR"}
    enqueue(database, clock, attachments=[ics])
    enqueue(database, clock, attachments=[ics])

    # When what is due is delivered, twice
    sender = SmtpSender(mailbox.url)
    sent = [outbox.deliver_due(database, clock, sender, sent_from=FROM) for _ in range(2)]

    # Then the server got one, whole
    assert sent == [1, 0]
    assert state(database) == [("enviado", 1)]
    (mail,) = mailbox.messages
    assert mail["To"] == "ana@demo.example"
    assert {part.get_content_type() for part in mail.walk()} >= {"text/plain", "text/html", "text/calendar"}


def test_a_mail_that_cannot_leave_is_put_off_and_in_the_end_failed(database: Database, clock: VirtualClock) -> None:
    # Given a server that is not there
    enqueue(database, clock)
    sender = SmtpSender("smtp://127.0.0.1:9")

    # When it is tried again and again
    for _ in range(10):
        outbox.deliver_due(database, clock, sender, sent_from=FROM)
        clock.advance(dt.timedelta(hours=9))

    # Then it gave up after the sixth attempt, and a person may put it back
    assert state(database) == [("fallido", 6)]
    with database.unit_of_work() as session:
        outbox.retry(session, session.scalars(sa.select(OutboxMessage.id)).one(), clock.now())
    assert state(database) == [("pendiente", 0)]


def test_two_workers_send_each_mail_once(database: Database, clock: VirtualClock, tmp_path: Path) -> None:
    # Given forty mails
    for number in range(40):
        enqueue(database, clock, key=str(number))
    sent: list[int] = []

    # When two workers deliver at once
    def work() -> None:
        sent.append(outbox.deliver_due(database, clock, FolderSender(tmp_path / "correos"), sent_from=FROM))

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    # Then together they sent forty, one file each
    assert sum(sent) == 40
    assert len(list((tmp_path / "correos").glob("*.eml"))) == 40


@pytest.mark.parametrize("url", ["http://x", "smtp://", "x", ""])
def test_a_wrong_server_address_is_refused_when_starting(url: str) -> None:
    with pytest.raises(InvalidMailUrl):
        SmtpSender(url)
