"""A mail that another server gives back is seen at its person, however badly the notice is written."""

from __future__ import annotations

import datetime as dt
import mailbox
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import units
from notifications import bounces, outbox
from notifications.bounces import Outcome
from notifications.mailboxes import MaildirMailbox
from notifications.models import OutboxMessage
from notifications.rendering import Mail
from notifications.states import Fault, MailState
from tests.support.web import Site
from web import delivery
from web.bootstrap import Application
from workflows.people.models import Person

AT = dt.datetime(2018, 7, 6, 12, 30, tzinfo=dt.UTC)


SECRET = "0123456789abcdef0123456789abcdef"


def sent(site: Site, username: str = "sruiz", secret: str = SECRET) -> OutboxMessage:
    with site.application.database.unit_of_work() as session:
        person = session.get_one(Person, username)
        mail = OutboxMessage(
            kind="resumen", dedup_key="resumen/1", recipient=username, address=person.email, subject="Reportar",
            text="x", html="x", created_at=AT, send_at=AT, sent_at=AT, state=MailState.SENT,
            id_secret=secret,
        )  # fmt: skip
        session.add(mail)
        session.flush()
        return mail


def notice(mail: OutboxMessage, **changed: str) -> bytes:
    """What a server sends back (RFC 3464), with the headers of the mail."""
    told = {
        "action": "failed", "status": "5.1.1", "address": mail.address, "id": mail.message_id,
        "said": "smtp; 550 5.1.1 No such user here", **changed,
    }  # fmt: skip
    lines = [
        "From: MAILER-DAEMON@mx.example", "To: cauce@gobierno.example", "Subject: Undelivered Mail Returned to Sender",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "MIME-Version: 1.0", "",
        "--b", "Content-Type: text/plain", "", "I'm sorry.", "",
        "--b", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example", "",
        f"Final-Recipient: rfc822; {told['address']}", f"Action: {told['action']}", f"Status: {told['status']}",
        f"Diagnostic-Code: {told['said']}", "",
        "--b", "Content-Type: text/rfc822-headers", "",
        f"Message-ID: <{told['id']}@gobierno.example>", "Subject: Reportar", "", "--b--", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


def noted(site: Site, content: bytes) -> Outcome:
    with site.application.database.unit_of_work() as session:
        return bounces.note(session, content)


def state_of(site: Site) -> tuple[MailState, Fault]:
    with site.application.database.reading() as session:
        mail = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.dedup_key == "resumen/1")).one()
        return mail.state, mail.fault


def test_what_came_back_stands_at_the_person_with_what_their_server_said(site: Site) -> None:
    mail = sent(site)

    first, second = noted(site, notice(mail)), noted(site, notice(mail))

    assert (first, second) == (Outcome.NOTED, Outcome.KNOWN)
    shown = site.visitor("admin").open("/personas/sruiz").text_content()
    assert f"El servidor de {mail.address} lo devolvió: 550 5.1.1 No such user here." in shown
    assert "Corrija el correo" in shown
    assert "Sandra Ruiz" in site.visitor("amartinez").open("/correos/").text_content()


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"action": "delayed", "status": "4.4.1"}, Outcome.NOT_FINAL),
        ({"status": "4.2.2"}, Outcome.NOT_FINAL),
        ({"id": f"cauce-999999-20180706123000-{SECRET}"}, Outcome.NOT_OURS),
        ({"id": f"cauce-1-20180706123001-{SECRET}"}, Outcome.NOT_OURS),
        ({"address": "otra@example.org"}, Outcome.NOT_OURS),
    ],
)
def test_what_is_not_final_or_names_another_mail_changes_nothing(
    site: Site, changed: dict[str, str], outcome: Outcome
) -> None:
    mail = sent(site)

    assert noted(site, notice(mail, **changed)) is outcome
    assert state_of(site) == (MailState.SENT, Fault.NONE)


@pytest.mark.parametrize("guessed", ["", "-", "-" + "0" * 32, "-" + SECRET[:-1], "-" + SECRET.upper()])
def test_who_has_a_mail_of_the_same_moment_forges_no_notice_of_a_colleagues(site: Site, guessed: str) -> None:
    mail = sent(site)

    forged = notice(mail, id=f"cauce-{mail.id}-20180706123000{guessed}")

    assert noted(site, forged) is Outcome.NOT_OURS
    assert state_of(site) == (MailState.SENT, Fault.NONE)


def test_mails_that_left_before_there_was_a_secret_are_known_by_number_and_moment(site: Site) -> None:
    mail = sent(site, secret="")

    outcome = noted(site, notice(mail, id=f"cauce-{mail.id}-20180706123000"))

    assert outcome is Outcome.NOTED


def test_every_mail_leaves_with_a_secret_of_its_own_and_always_the_same(site: Site) -> None:
    with site.application.database.unit_of_work() as session:
        for key in ("uno", "dos"):
            outbox.enqueue(
                session, now=AT, kind="resumen", dedup_key=key, recipient=None, address="a@gobierno.example",
                mail=Mail("Reportar", "x", "x"),
            )  # fmt: skip
        mails = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id)).all()
        named = [
            [str(outbox.compose(mail, "Cauce <c@gobierno.example>")["Message-ID"]) for mail in mails] for _ in "12"
        ]

    assert named[0] == named[1] and len({one.rpartition("-")[2] for one in named[0]}) == 2
    assert all(bounces.OURS.fullmatch(one.partition(">")[0].partition("@")[0] + "@") for one in named[0])


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"Subject: hola\r\n\r\nLlego tarde.", b"Content-Type: multipart/report"]
)
def test_any_other_mail_is_no_notice(site: Site, content: bytes) -> None:
    assert noted(site, content) is Outcome.NO_NOTICE


def test_what_is_said_in_a_notice_is_text_and_never_markup(site: Site) -> None:
    mail = sent(site)

    noted(site, notice(mail, said="smtp; 550 <script>alert(1)</script>"))

    page = site.visitor("admin").open("/personas/sruiz")
    assert not page.xpath("//script[contains(., 'alert(1)')]") and "<script>alert(1)" in page.text_content()


def with_mailbox(site: Site, folder: Path, *contents: bytes) -> tuple[Application, list[str]]:
    """The site's application with a mailbox, and the keys of what lies in it."""
    box = mailbox.Maildir(folder, create=True)
    keys = [box.add(mailbox.MaildirMessage(content)) for content in contents]
    return replace(site.application, mailbox=MaildirMailbox(folder)), keys


def test_the_notices_of_a_mailbox_are_read_once(site: Site, tmp_path: Path) -> None:
    application, _ = with_mailbox(site, tmp_path / "devueltos", notice(sent(site)))

    first, second = delivery.read_bounces(application), delivery.read_bounces(application)

    assert (first, second) == (1, 0) and state_of(site) == (MailState.FAILED, Fault.ADDRESS)
    assert len(mailbox.Maildir(tmp_path / "devueltos")) == 1


def test_a_notice_that_cannot_be_read_waits_and_keeps_no_other(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given two notices, the first of which raises
    mail = sent(site)
    application, (bad, _good) = with_mailbox(site, tmp_path / "devueltos", b"Subject: mal\n\nx", notice(mail))
    usual = bounces.note

    def raising(session: Session, content: bytes) -> Outcome:
        if b"mal" in content:
            raise RuntimeError("no se puede leer")
        return usual(session, content)

    # When the mailbox is looked into twice
    with monkeypatch.context() as patch:
        patch.setattr(bounces, "note", raising)
        counts = [delivery.read_bounces(application) for _ in range(2)]

    # Then the other one is noted, and the first stays unread and is told of
    assert counts == [1, 0] and state_of(site) == (MailState.FAILED, Fault.ADDRESS)
    assert application.mailbox is not None and list(application.mailbox.unread()) == [bad]
    assert failing(site) == {("bounce", bad)}

    # And once it can be read it is
    site.clock.advance(dt.timedelta(hours=7))
    assert delivery.read_bounces(application) == 1 and failing(site) == set()
    assert application.mailbox.unread() == {}


def test_a_mailbox_that_cannot_be_reached_is_told_of_until_it_is(site: Site, tmp_path: Path) -> None:
    application = replace(site.application, mailbox=MaildirMailbox(tmp_path / "devueltos"))

    assert delivery.read_bounces(application) == 0
    assert failing(site) == {("bounce", delivery.MAILBOX)}

    mailbox.Maildir(tmp_path / "devueltos", create=True)
    site.clock.advance(dt.timedelta(hours=7))
    assert delivery.read_bounces(application) == 0 and failing(site) == set()


def failing(site: Site) -> set[tuple[str, str]]:
    with site.application.database.reading() as session:
        return {(one.kind, one.key) for one in units.open_incidents(session)}
