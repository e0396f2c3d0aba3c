"""A mail that cannot reach somebody is shown where it can be mended, and leaves for the corrected address."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from notifications import outbox, servers
from notifications.mail import SmtpSender
from notifications.rendering import Mail
from tests.support.mailbox import Mailbox, mail_server
from tests.support.web import Site
from web.delivery import deliver
from workflows.people.models import Person


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


def send(site: Site, box: Mailbox, *keys: str, to: str = "sruiz") -> str:
    """Write mails for somebody and deliver; the person's address."""
    with site.application.database.unit_of_work() as session:
        address = session.get_one(Person, to).email
        for key in keys:
            outbox.enqueue(
                session, now=site.clock.now(), kind="convocatoria", dedup_key=key, recipient=to, address=address,
                mail=Mail("Convocatoria a la mesa", "texto", "<p>texto</p>"),
            )  # fmt: skip
    deliver(replace(site.application, sender=SmtpSender(box.url)))
    return address


def test_a_refused_address_is_shown_at_the_person_corrected_there_and_sent_again(
    office: Site, mailbox: Mailbox
) -> None:
    # Given two mails to Sandra, whose address the server does not know
    with office.application.database.reading() as session:
        old = session.get_one(Person, "sruiz").email
    mailbox.refuses[old] = "550 5.1.1 No such user"
    send(office, mailbox, "una", "otra")

    # When the administrator looks at the people and at her
    admin = office.visitor("admin")
    admin.open("/personas/")
    assert admin.text().count("No le llegan correos") == 1
    admin.open("/personas/sruiz")
    assert "550 5.1.1 No such user" in admin.text() and "Corrija el correo de Sandra Ruiz" in admin.text()

    # And corrects the address, not before writing one that is none, and presses the button
    admin.press("/personas/sruiz/correo", 409, correo="sandra arroba idpac")
    admin.open("/personas/sruiz")
    admin.press("/personas/sruiz/correo", correo="nueva@demo.example")
    assert "cambia cuando lo abra" in admin.text()
    with office.application.database.reading() as session:
        assert session.get_one(Person, "sruiz").email == old
    deliver(replace(office.application, sender=SmtpSender(mailbox.url)))
    link = re.search(r"(/cuenta/correo/\S+)", mailbox.messages[0].get_body(("plain",)).get_content())
    assert link is not None
    anywhere = office.visitor()
    anywhere.open(link[1])
    anywhere.press(link[1])
    admin.open("/personas/sruiz")
    admin.press("/personas/sruiz/reenviar")

    # Then both reach her at the new one, with word of the change, and nothing is shown any more
    deliver(replace(office.application, sender=SmtpSender(mailbox.url)))
    assert [str(mail["To"]) for mail in mailbox.messages] == ["nueva@demo.example"] * 4
    admin.open("/personas/sruiz")
    assert "No le llegan" not in admin.text()


def test_the_coordinators_board_tells_whose_mail_does_not_arrive_and_others_read_nothing_of_it(
    office: Site, mailbox: Mailbox
) -> None:
    with office.application.database.reading() as session:
        mailbox.refuses[session.get_one(Person, "sruiz").email] = "550 No such user"
    send(office, mailbox, "una")

    coordinator, other = office.visitor("amartinez"), office.visitor("rmora")

    coordinator.open("/seguimiento")
    assert "Correos que no llegan" in coordinator.text()
    assert "corrija el correo de Sandra Ruiz" in coordinator.text()
    other.open("/seguimiento")
    assert "Correos que no llegan" not in other.text() and other.open("/correos/") is not None


def test_what_whoever_coordinates_settles_otherwise_is_shown_no_longer(office: Site, mailbox: Mailbox) -> None:
    # Given two people whose addresses the server does not know, one of whom has left
    with office.application.database.unit_of_work() as session:
        for username in ("sruiz", "rmora"):
            mailbox.refuses[session.get_one(Person, username).email] = "550 No such user"
    send(office, mailbox, "una")
    send(office, mailbox, "otra", to="rmora")
    with office.application.database.unit_of_work() as session:
        session.get_one(Person, "rmora").active = False
    coordinator = office.visitor("amartinez")
    coordinator.open("/correos/")
    assert "correo de Sandra Ruiz" in coordinator.text() and "correo de Ricardo Mora" not in coordinator.text()

    # When the coordinator decides that the mail is not needed
    (link,) = coordinator.page().xpath("//section[@aria-labelledby='no-llegan']//a/@href")
    coordinator.open(link)
    coordinator.press(f"{link}/descartar")

    # Then it is told so, and nothing is left to be done
    assert "Se decidió no enviarlo" in coordinator.text()
    coordinator.open("/seguimiento")
    assert "Correos que no llegan" not in coordinator.text()


def test_a_mail_server_that_takes_nothing_is_told_to_those_who_coordinate(office: Site) -> None:
    database, clock = office.application.database, office.clock
    servers.trouble(database, "correo.example:25", clock.now(), "connection refused")
    coordinator = office.visitor("amartinez")
    coordinator.open("/seguimiento")
    assert "no recibe" not in coordinator.text()  # it may well be back in a minute

    clock.advance(dt.timedelta(minutes=11))

    for address in ("/seguimiento", "/correos/"):
        coordinator.open(address)
        assert "El servidor de correo no recibe" in coordinator.text()
        assert "Ningún correo se pierde" in coordinator.text()


def test_every_state_of_a_mail_has_a_word_on_its_page(office: Site, mailbox: Mailbox) -> None:
    send(office, mailbox, "una")
    admin = office.visitor("admin")

    for state, word in (("pendiente", "Por salir"), ("enviado", "Enviado"), ("fallido", "No salió"),
                        ("reemplazado", "No hizo falta"), ("omitido", "simulación")):  # fmt: skip
        with office.application.database.unit_of_work() as session:
            session.query(outbox.OutboxMessage).update({"state": state})
        admin.open("/correos/1")
        assert word in admin.text()
        admin.open("/correos/")
