"""The outbox: written once, sent once; a server's trouble is no mail's, and a mail's fault is nobody else's."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from notifications import mail, outbox
from notifications.errors import InvalidMailUrl
from notifications.mail import FolderSender, Limits, SmtpSender
from notifications.models import MailServer, OutboxMessage
from notifications.outbox import Delivered
from notifications.rendering import Mail
from notifications.states import Fault, MailKind
from tests.support.mailbox import Mailbox, Treatment, drip, hang, ill_server, mail_server
from tests.support.remote import free_port
from tests.support.work import add_people
from workflows.people.models import Person

FROM = "Cauce <cauce@sector.example>"
NOBODY = "smtp://127.0.0.1:9"
QUICK = Limits(connect_s=0.3, whole_s=0.6)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


def enqueue(
    database: Database, clock: VirtualClock, *keys: str, address: str = "", kind: str = MailKind.INVITATION,
    attachments: list[dict[str, str]] | None = None, recipient: str = "ana",
) -> None:  # fmt: skip
    with database.unit_of_work() as session:
        for key in keys:
            outbox.enqueue(
                session, now=clock.now(), kind=kind, dedup_key=key, recipient=recipient,
                address=address or f"{key}@demo.example",
                mail=Mail("Cauce: 1 tarea nueva · ñ", "texto", "<p>texto</p>"), attachments=attachments or [],
            )  # fmt: skip


def deliver(database: Database, clock: VirtualClock, url: str, limits: Limits | None = None, **more: int) -> Delivered:
    return outbox.deliver_due(database, clock, SmtpSender(url, limits), sent_from=FROM, **more)


def state(database: Database) -> list[tuple[str, int]]:
    with database.reading() as session:
        return [(m.state, m.attempts) for m in session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id))]


def faults(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return {m.dedup_key: m.fault for m in session.scalars(sa.select(OutboxMessage)) if m.state == "fallido"}


def test_a_mail_reaches_a_real_server_once(database: Database, clock: VirtualClock, mailbox: Mailbox) -> None:
    # Given a mail enqueued twice under the same key, with a calendar file
    ics = {"name": "convocatoria.ics", "media_type": "text/calendar", "text": "BEGIN:VCALENDAR"}
    enqueue(database, clock, "uno", attachments=[ics])
    enqueue(database, clock, "uno", attachments=[ics])

    # When what is due is delivered, twice
    sent = [deliver(database, clock, mailbox.url).sent for _ in range(2)]

    # Then the server got one, whole
    assert sent == [1, 0]
    assert state(database) == [("enviado", 1)]
    (mail,) = mailbox.messages
    assert mail["To"] == "uno@demo.example"
    assert {part.get_content_type() for part in mail.walk()} >= {"text/plain", "text/html", "text/calendar"}


def test_a_batch_goes_over_one_connection(database: Database, clock: VirtualClock, mailbox: Mailbox) -> None:
    enqueue(database, clock, *map(str, range(20)))

    assert deliver(database, clock, mailbox.url).sent == 20
    assert mailbox.connections == 1


def test_a_server_down_for_a_week_loses_no_mail_and_all_leave_when_it_is_back(
    database: Database, clock: VirtualClock
) -> None:
    # Given more mails than two batches, and nobody who takes them
    port, began = free_port(), clock.now()
    url = f"smtp://127.0.0.1:{port}"
    enqueue(database, clock, *map(str, range(120)))

    # When a worker looks at every moment at which something is due, for a week
    tried = []
    while clock.now() < began + dt.timedelta(days=7):
        tried.append(deliver(database, clock, url))
        with database.reading() as session:
            server = session.scalars(sa.select(MailServer)).one()
        assert server.next_try_at is not None
        clock.move_to(server.next_try_at + dt.timedelta(hours=3))

    # Then one mail was tried each time, no mail was charged, and the server is waited for a few minutes at most
    assert {(one.put_off, one.sent, one.failed, one.server_down) for one in tried} == {(1, 0, 0, True)}
    assert set(state(database)) == {("pendiente", 0)}
    assert server.next_try_at - clock.now() < dt.timedelta(minutes=5)
    assert server.down_since == began

    # When it is back
    with mail_server(port=port) as box:
        back_at = clock.now()
        while deliver(database, clock, url).sent or clock.now() < back_at + dt.timedelta(minutes=4):
            clock.advance(dt.timedelta(seconds=30))

        # Then all left within minutes, each once
        assert Counter(str(mail["To"]) for mail in box.messages) == {f"{n}@demo.example": 1 for n in range(120)}
    assert set(state(database)) == {("enviado", 1)}
    assert clock.now() - back_at < dt.timedelta(minutes=8)


def test_after_the_first_refused_connection_the_rest_waits_each_time_twice_as_long(
    database: Database, clock: VirtualClock
) -> None:
    # Given mails and no server
    enqueue(database, clock, *map(str, range(9)))

    # When a worker looks every five seconds for ten minutes
    tried = []
    for _ in range(120):
        done = deliver(database, clock, NOBODY)
        assert done.put_off <= 1
        tried += [clock.now()] if done.put_off else []
        clock.advance(dt.timedelta(seconds=5))

    # Then the server was tried five times, at growing distances
    waits = [(later - earlier).total_seconds() for earlier, later in pairwise(tried)]
    assert waits == [15, 30, 60, 120, 240]


@pytest.mark.parametrize(("illness", "scheme"), [(hang, "smtp"), (drip, "smtp"), (hang, "smtps")])
def test_a_server_that_hangs_or_drips_holds_a_mail_no_longer_than_the_limit(
    database: Database, clock: VirtualClock, illness: Treatment, scheme: str
) -> None:
    # Given mails for a server that takes the connection and then nothing, or a letter at a time
    enqueue(database, clock, "1", "2", "3")
    with ill_server(illness) as ill:
        # When they are delivered, with short limits
        began, url = time.monotonic(), ill.url.replace("smtp", scheme)
        done = deliver(database, clock, url, QUICK)

        # Then one was tried, and given back at the limit
        assert time.monotonic() - began < 10
        assert (done.put_off, done.server_down, ill.connections) == (1, True, 1)
        assert deliver(database, clock, url, QUICK) == Delivered(waiting=True)
        assert ill.connections == 1
    assert set(state(database)) == {("pendiente", 0)}


def test_a_name_that_is_never_found_holds_a_mail_no_longer_than_the_limit(
    database: Database, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a look-up of names that hangs, of the server's and of our own
    over, asked = threading.Event(), list[str]()

    def look_up(name: str = "", *_: object, **__: object) -> Any:
        asked.append(name)
        over.wait(20)
        raise OSError

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    monkeypatch.setattr("socket.getfqdn", look_up)
    monkeypatch.setattr("notifications.mail.OWN_NAME_S", 0.2)
    mail.own_name.cache_clear()
    enqueue(database, clock, "1", "2")
    try:
        # When mails are delivered
        began = time.monotonic()
        done = deliver(database, clock, "smtp://correo.example:25", QUICK)

        # Then one was tried and given back at the limit, as from a server that does not answer
        assert time.monotonic() - began < 5
        assert (done.put_off, done.server_down) == (1, True)
        assert "correo.example" in asked
    finally:
        over.set()
        mail.own_name.cache_clear()


def test_a_name_that_no_server_has_is_a_server_that_is_down(database: Database, clock: VirtualClock) -> None:
    enqueue(database, clock, "1")

    done = deliver(database, clock, f"smtp://{'n' * 70}.example:25", QUICK)

    assert (done.put_off, done.server_down) == (1, True)


def test_the_worker_may_keep_a_mail_for_longer_than_the_longest_sending() -> None:
    assert Limits() == Limits(connect_s=10, whole_s=30)
    assert dt.timedelta(seconds=Limits().connect_s + Limits().whole_s) < outbox.LEASE


def test_an_address_refused_for_good_fails_at_once_and_alone(
    database: Database, clock: VirtualClock, mailbox: Mailbox
) -> None:
    mailbox.refuses["2@demo.example"] = "550 5.1.1 No such user"
    mailbox.rejects["3@demo.example"] = "554 5.6.0 Not wanted"
    enqueue(database, clock, "1", "2", "3", "4")

    done = deliver(database, clock, mailbox.url)

    assert (done.sent, done.failed, done.server_down) == (2, 2, False)
    assert state(database) == [("enviado", 1), ("fallido", 1), ("fallido", 1), ("enviado", 1)]
    assert faults(database) == {"2": Fault.ADDRESS, "3": Fault.MESSAGE}
    assert mailbox.connections == 1


BAD_ADDRESSES = (
    "sin arroba",
    "ana@demo.example\r\nBcc: x@y.example",
    "a@b.example, c@d.example",
    "",
    "a@@b",
    "@",
    "a@",
)
BAD_ATTACHMENT = {"name": "x.ics", "media_type": "nada", "text": ""}


def test_a_mail_that_cannot_be_composed_fails_alone(database: Database, clock: VirtualClock, mailbox: Mailbox) -> None:
    # Given bad addresses, a bad attachment, a line break in a subject; and two good ones
    enqueue(database, clock, "primero")
    for number, address in enumerate(BAD_ADDRESSES):
        enqueue(database, clock, f"mal-{number}", address=address or "-")
    enqueue(database, clock, "adjunto", attachments=[BAD_ATTACHMENT])
    enqueue(database, clock, "asunto", "ultimo")
    with database.unit_of_work() as session:
        change = sa.update(OutboxMessage).where(OutboxMessage.dedup_key == "asunto")
        session.execute(change.values(subject="Hola\r\nBcc: x@y.example"))

    # When they are delivered
    done = deliver(database, clock, mailbox.url)

    # Then only the good ones left, and each fault is known
    assert (done.sent, done.server_down) == (2, False)
    assert [str(mail["To"]) for mail in mailbox.messages] == ["primero@demo.example", "ultimo@demo.example"]
    found = faults(database)
    assert {found.pop("adjunto"), found.pop("asunto")} == {Fault.MESSAGE}
    assert len(found) == len(BAD_ADDRESSES) and set(found.values()) == {Fault.ADDRESS}


def test_a_mail_refused_for_now_waits_alone_and_never_fails(
    database: Database, clock: VirtualClock, mailbox: Mailbox
) -> None:
    # Given one full mailbox among others
    mailbox.refuses["2@demo.example"] = "452 4.2.2 Mailbox full"
    enqueue(database, clock, "1", "2", "3")

    # When it stays full for a month
    done = deliver(database, clock, mailbox.url)
    for _ in range(30):
        clock.advance(dt.timedelta(days=1))
        deliver(database, clock, mailbox.url)

    # Then the others had left at once, and it is still tried
    assert (done.sent, done.put_off, done.server_down) == (2, 1, False)
    assert [one for one, _ in state(database)] == ["enviado", "pendiente", "enviado"]
    mailbox.refuses.clear()
    clock.advance(dt.timedelta(minutes=31))
    assert deliver(database, clock, mailbox.url).sent == 1


@pytest.mark.parametrize("answer", ["451 4.3.0 Try later", "530 5.7.0 Authentication required", "421 Shutting down"])
def test_what_the_server_tells_everybody_is_its_own_trouble(
    database: Database, clock: VirtualClock, mailbox: Mailbox, answer: str
) -> None:
    # Given a server that takes nothing
    mailbox.refuses["*"] = answer
    enqueue(database, clock, *map(str, range(15)))

    # When it is tried for a day
    for _ in range(24):
        assert deliver(database, clock, mailbox.url).put_off <= outbox.DOUBTS
        clock.advance(dt.timedelta(hours=1))

    # Then nobody's mail failed, and all leave within minutes
    assert {one for one, _ in state(database)} == {"pendiente"}
    mailbox.refuses.clear()
    sent = 0
    for _ in range(4):
        sent += deliver(database, clock, mailbox.url).sent
        clock.advance(dt.timedelta(minutes=1, seconds=30))
    assert sent == 15


def test_a_wrong_password_of_ours_fails_no_mail(database: Database, clock: VirtualClock, mailbox: Mailbox) -> None:
    enqueue(database, clock, "1")

    address = mailbox.url.replace("smtp://", "smtp://ana:otra@") + "?insecure=1"

    done = deliver(database, clock, address)

    assert done.server_down and state(database) == [("pendiente", 0)]


def test_when_the_server_is_down_one_of_several_workers_knocks(database: Database, clock: VirtualClock) -> None:
    # Given a server that is known to be down and due to be tried
    enqueue(database, clock, *map(str, range(8)))
    deliver(database, clock, NOBODY)
    clock.advance(dt.timedelta(seconds=15))

    # When four workers look at once, and the server hangs
    done: list[Delivered] = []
    with ill_server(hang) as ill:
        with database.unit_of_work() as session:
            session.execute(sa.update(MailServer).values(name=SmtpSender(ill.url).name))

        def work() -> None:
            done.append(deliver(database, clock, ill.url, QUICK))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        # Then one did
        assert ill.connections == 1
    assert Counter(one.waiting for one in done) == {True: 3, False: 1}


def test_a_mail_that_a_server_cannot_bear_does_not_stay_at_the_head(database: Database, clock: VirtualClock) -> None:
    # Given a server that hangs up on the first mail, whenever it comes
    class Fragile(Mailbox):
        async def handle_DATA(self, server, session, envelope):  # type: ignore[no-untyped-def]
            if envelope.rcpt_tos == ["1@demo.example"]:
                session.writer = server.transport.abort()
                return "421 Gone"
            return await super().handle_DATA(server, session, envelope)

    enqueue(database, clock, "1", "2", "3")
    with mail_server(Fragile()) as box:
        # When it is delivered to, twice
        deliver(database, clock, box.url)
        clock.advance(dt.timedelta(seconds=20))
        done = deliver(database, clock, box.url)

        # Then the others left
        assert done.sent == 2
    assert state(database) == [("pendiente", 0), ("enviado", 1), ("enviado", 1)]


def test_a_failed_mail_is_sent_again_to_the_corrected_address(
    database: Database, clock: VirtualClock, mailbox: Mailbox
) -> None:
    # Given a mail refused because of Ana's address, which is corrected since
    with database.unit_of_work() as session:
        add_people(session)
    mailbox.refuses["vieja@demo.example"] = "550 No such user"
    enqueue(database, clock, "uno", address="vieja@demo.example")
    deliver(database, clock, mailbox.url)
    with database.unit_of_work() as session:
        session.get_one(Person, "ana").email = "nueva@demo.example"

    # When somebody puts it back
    with database.unit_of_work() as session:
        assert outbox.retry(session, session.scalars(sa.select(OutboxMessage)).one(), clock.now())

    # Then it reaches her
    assert deliver(database, clock, mailbox.url).sent == 1
    assert [str(mail["To"]) for mail in mailbox.messages] == ["nueva@demo.example"]
    assert state(database) == [("enviado", 1)]


def test_an_old_digest_never_leaves_as_todays(database: Database, clock: VirtualClock, mailbox: Mailbox) -> None:
    # Given digests of Monday for two people, and of Tuesday for one of them
    enqueue(database, clock, "ana-lunes", kind=MailKind.DIGEST)
    enqueue(database, clock, "luis-lunes", kind=MailKind.DIGEST, recipient="luis")
    enqueue(database, clock, "mesa", kind=MailKind.INVITATION)
    clock.advance(dt.timedelta(days=1))
    enqueue(database, clock, "ana-martes", kind=MailKind.DIGEST)

    # When the server is reached on Tuesday
    done = deliver(database, clock, mailbox.url)

    # Then only what is still true left
    assert (done.sent, done.replaced) == (2, 1)
    assert {str(mail["To"]).partition("@")[0] for mail in mailbox.messages} == {"mesa", "ana-martes"}
    assert [one for one, _ in state(database)] == ["reemplazado", "reemplazado", "enviado", "enviado"]


def test_a_failed_digest_of_another_day_is_not_put_back(
    database: Database, clock: VirtualClock, mailbox: Mailbox
) -> None:
    mailbox.refuses["*"] = "550 No such user"
    enqueue(database, clock, "uno", kind=MailKind.DIGEST)
    deliver(database, clock, mailbox.url)
    clock.advance(dt.timedelta(days=1))

    with database.unit_of_work() as session:
        assert not outbox.retry(session, session.scalars(sa.select(OutboxMessage)).one(), clock.now())
    assert state(database) == [("reemplazado", 1)]


def test_two_workers_send_each_mail_once(database: Database, clock: VirtualClock, tmp_path: Path) -> None:
    # Given forty mails
    enqueue(database, clock, *map(str, range(40)))
    sent: list[int] = []

    # When two workers deliver at once
    def work() -> None:
        sender = FolderSender(tmp_path / "correos")
        sent.append(outbox.deliver_due(database, clock, sender, sent_from=FROM).sent)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    # Then together they sent forty, one file each
    assert sum(sent) == 40
    assert len(list((tmp_path / "correos").glob("*.eml"))) == 40


def test_a_folder_that_cannot_be_written_fails_no_mail(database: Database, clock: VirtualClock, tmp_path: Path) -> None:
    (tmp_path / "correos").write_text("a file where the folder should be", encoding="utf-8")
    enqueue(database, clock, "1", "2")

    done = outbox.deliver_due(database, clock, FolderSender(tmp_path / "correos"), sent_from=FROM)

    assert done.server_down and set(state(database)) == {("pendiente", 0)}


@pytest.mark.parametrize("url", ["http://x", "smtp://", "x", ""])
def test_a_wrong_server_address_is_refused_when_starting(url: str) -> None:
    with pytest.raises(InvalidMailUrl, match="smtp://servidor"):
        SmtpSender(url)
