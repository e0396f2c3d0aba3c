"""Mails leave beside the tick, and a server that hangs keeps nothing else waiting."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from notifications import outbox
from notifications.mail import SmtpSender
from notifications.models import OutboxMessage
from notifications.rendering import Mail
from tests.support.mailbox import IllServer, hang, ill_server, mail_server
from tests.support.web import Site
from web import worker
from web.bootstrap import Application
from web.delivery import Delivery, deliver


@pytest.fixture
def hanging() -> Iterator[IllServer]:
    with ill_server(hang) as ill:
        yield ill


def with_server(site: Site, url: str) -> Application:
    """The site's application with a mail server, and one mail for it."""
    with site.application.database.unit_of_work() as session:
        outbox.enqueue(
            session, now=site.clock.now(), kind="convocatoria", dedup_key="una", recipient=None,
            address="ana@demo.example", mail=Mail("Convocatoria", "texto", "<p>texto</p>"),
        )  # fmt: skip
    return replace(site.application, sender=SmtpSender(url))


def digests(site: Site) -> int:
    with site.application.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).where(OutboxMessage.kind == "resumen")) or 0


def states(site: Site) -> list[str]:
    with site.application.database.reading() as session:
        return list(session.scalars(sa.select(OutboxMessage.state).where(OutboxMessage.dedup_key == "una")))


def test_a_tick_does_everything_while_a_mail_server_hangs(site: Site, hanging: IllServer) -> None:
    # Given a delivery that waits for a server, for up to thirty seconds
    application = with_server(site, hanging.url)
    with Delivery(application):
        assert hanging.asked.wait(20)
        began = time.monotonic()

        # When the worker ticks beside it
        worker.tick(application)
        taken = time.monotonic() - began

        # Then the digests of the day are written, and the tick did not wait for the mail, which still hangs
        assert digests(site) > 0
        assert taken < 30 and states(site) == ["pendiente"]
        assert hanging.connections == 1
        leaving = time.monotonic()

    # Then the end of the process does not wait for it either, and another worker takes the mail later
    assert time.monotonic() - leaving < 15
    assert states(site) == ["pendiente"]


def test_no_act_of_a_tick_sends_mail(site: Site, hanging: IllServer) -> None:
    application = with_server(site, hanging.url)

    worker.tick(application)
    worker.live(application)

    assert hanging.connections == 0


def test_the_thread_sends_what_is_due_until_it_is_told_to_end(site: Site) -> None:
    with mail_server() as box:
        application = with_server(site, box.url)

        with Delivery(application):
            until = time.monotonic() + 20
            while states(site) != ["enviado"] and time.monotonic() < until:
                time.sleep(0.02)

        assert [str(mail["To"]) for mail in box.messages] == ["ana@demo.example"]


def test_a_delivery_that_fails_goes_on_at_the_next_look(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a delivery whose first look fails
    with mail_server() as box:
        application, looks = with_server(site, box.url), []

        def failing_once(one: Application) -> outbox.Delivered:
            looks.append(1)
            if len(looks) == 1:
                raise RuntimeError("la primera vez")
            return deliver(one)

        monkeypatch.setattr("web.delivery.deliver", failing_once)
        monkeypatch.setattr("web.delivery.PAUSE_S", 0.01)

        # When it runs on
        with Delivery(application):
            until = time.monotonic() + 20
            while not box.messages and time.monotonic() < until:
                time.sleep(0.02)

        # Then the mail left all the same
        assert len(box.messages) == 1 and len(looks) > 1


def test_days_that_pass_on_the_demos_clock_leave_one_digest_per_person_to_be_sent(site: Site) -> None:
    # Given three working days lived without a delivery
    assert isinstance(site.clock, VirtualClock)
    for _ in range(5):
        site.clock.advance(dt.timedelta(days=1))
        worker.live(site.application)

    # When what is due is delivered
    deliver(site.application)

    # Then nobody gets a digest of another day
    with site.application.database.reading() as session:
        sent = sa.select(OutboxMessage).where(OutboxMessage.state == "enviado")
        days = {message.created_at.date() for message in session.scalars(sent)}
    assert days <= {site.clock.now().date()}
