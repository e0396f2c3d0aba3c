"""Notices are read from a mailbox of a real IMAP server, over TLS, within a time; letters of people stay unread."""

from __future__ import annotations

import mailbox
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import quote

import pytest

from notifications import mailboxes
from notifications.errors import InvalidMailUrl, NoMailbox
from notifications.mail import Limits
from notifications.mailboxes import ImapMailbox, MaildirMailbox
from notifications.tokens import Tokens
from tests.support import dovecot as servers
from tests.support import providers
from tests.support.dovecot import PASSWORD, USER, Dovecot
from tests.support.mailbox import Treatment, drip, hang, ill_server
from tests.support.slapd import certify

NOTICE = b'Subject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n--b--\n'
LETTER = b"Subject: Pregunta\nContent-Type: text/plain\n\nHola\n"
RIGHT = "llave-1"


@contextmanager
def keys() -> Iterator[str]:
    """Who tells the mail server whose a key is."""

    def tell(request: BaseHTTPRequestHandler) -> tuple[int, object]:
        return 200, {"username": USER, "active": request.headers["Authorization"] == f"Bearer {RIGHT}"}

    with providers.answering(tell) as address:
        yield address


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Dovecot, Path]]:
    if servers.program() is None:
        pytest.skip("no dovecot 2.3 on this machine: apt-get install dovecot-imapd")
    with tempfile.TemporaryDirectory() as name, keys() as tokens:
        folder = Path(name)
        folder.chmod(0o755)  # the server reads mails as somebody else
        certify(folder)
        cert = folder / "cert.pem"
        with servers.dovecot(folder, cert, folder / "key.pem", tokens=tokens) as server:
            yield server, cert


@pytest.fixture
def server(running: tuple[Dovecot, Path], monkeypatch: pytest.MonkeyPatch) -> Dovecot:
    """With an empty mailbox, and a certificate that this process trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(running[1]))
    box = mailbox.Maildir(running[0].mail / USER, create=False)
    box.clear()
    return running[0]


def arrives(server: Dovecot, *contents: bytes) -> None:
    """Deliver mails as a mail server does."""
    folder = server.mail / USER / "new"
    owner = server.mail / USER
    for content in contents:
        file = folder / f"{len(list(folder.iterdir()))}.{id(content)}.aqui"
        file.write_bytes(content)
        os.chown(file, owner.stat().st_uid, owner.stat().st_gid)


def address(server: Dovecot, scheme: str = "imaps", password: str = PASSWORD, more: str = "") -> str:
    port = server.tls if scheme == "imaps" else server.plain
    return f"{scheme}://{quote(USER)}:{quote(password)}@127.0.0.1:{port}{more}"


@pytest.mark.parametrize(("scheme", "more"), [("imaps", ""), ("imaps", "/INBOX"), ("imap", "?starttls=1")])
def test_notices_are_read_once_over_tls_and_letters_of_people_stay_unread(
    server: Dovecot, scheme: str, more: str
) -> None:
    arrives(server, NOTICE, LETTER)
    box = mailboxes.at(address(server, scheme, more=more))

    found = box.unread()
    again = box.unread()
    box.done(found)

    assert list(found) == list(again) and [one.replace(b"\r\n", b"\n") for one in found.values()] == [NOTICE]
    assert box.unread() == {}
    flags = {one["Subject"]: one.get_flags() for one in mailbox.Maildir(server.mail / USER, create=False)}
    assert flags == {"Undelivered": "S", "Pregunta": ""}


def test_those_that_wait_are_left_out(server: Dovecot) -> None:
    arrives(server, NOTICE, NOTICE + b"otro\n")
    box = mailboxes.at(address(server))

    first, second = box.unread()

    assert list(box.unread(without={first})) == [second]


def test_a_key_of_the_provider_opens_the_mailbox_and_a_wrong_one_is_asked_for_anew(
    server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrives(server, NOTICE)
    given = iter(["vencida", RIGHT])
    tokens = Tokens("https://login.example/token", "app", "secreto", setting="CAUCE_BOUNCES_OAUTH")
    monkeypatch.setattr(Tokens, "_ask", lambda _self: (next(given), 3600.0))
    box = mailboxes.at(f"imaps://{quote(USER)}@127.0.0.1:{server.tls}", tokens)

    with pytest.raises(NoMailbox, match="no se pudo leer"):
        box.unread()

    assert len(box.unread()) == 1 and len(box.unread()) == 1


def test_a_wrong_password_is_told_without_it(server: Dovecot) -> None:
    with pytest.raises(NoMailbox, match="AUTHENTICATIONFAILED") as told:
        mailboxes.at(address(server, password="otra clave")).unread()

    assert "otra clave" not in str(told.value) and USER in str(told.value)


def test_a_server_with_a_strangers_certificate_is_not_told_the_password(
    server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")

    for scheme, more in (("imaps", ""), ("imap", "?starttls=1")):
        with pytest.raises(NoMailbox, match="CERTIFICATE_VERIFY_FAILED"):
            mailboxes.at(address(server, scheme, more=more)).unread()


def test_a_folder_that_is_not_there_is_told(server: Dovecot) -> None:
    with pytest.raises(NoMailbox, match="doesn't exist"):
        mailboxes.at(address(server, more="/Devueltos")).unread()


@pytest.mark.parametrize("treat", [hang, drip])
def test_a_server_that_hangs_or_drips_is_left_in_time(treat: Treatment) -> None:
    with ill_server(treat) as ill:
        url = ill.url.replace("smtp://", "imap://ana:clave@") + "?insecure=1"

        with pytest.raises(NoMailbox, match="no respondió a tiempo"):
            ImapMailbox(url, Limits(connect_s=5, whole_s=0.3)).unread()


def test_a_server_that_is_away_is_told(tmp_path: Path) -> None:
    with ill_server(hang) as ill:
        url = ill.url.replace("smtp://", "imap://ana:clave@") + "?insecure=1"

    with pytest.raises(NoMailbox, match="no se pudo leer"):
        ImapMailbox(url).unread()
    with pytest.raises(NoMailbox, match="no es una carpeta Maildir"):
        MaildirMailbox(tmp_path).unread()


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("imap://ana:clave@correo.entidad.gov.co", "sin cifrar"),
        ("imap://ana:clave@correo.entidad.gov.co?insecure=1", "sin cifrar"),
        ("imaps://correo.entidad.gov.co", "no se entiende"),
        ("pop3://ana:clave@correo.entidad.gov.co", "no se entiende"),
        ("imaps://ana@correo.entidad.gov.co", "falta la clave"),
        ("imaps://ana:clave@correo.entidad.gov.co/Buz%C3%B3n", "sin tildes"),
    ],
)
def test_an_address_that_would_tell_the_password_or_says_too_little_is_refused(place: str, why: str) -> None:
    with pytest.raises(InvalidMailUrl, match=why):
        mailboxes.at(place)


def test_keys_are_of_a_mailbox_never_of_a_folder(tmp_path: Path) -> None:
    tokens = Tokens("https://login.example/token", "app", "secreto")

    with pytest.raises(InvalidMailUrl, match="CAUCE_BOUNCES_OAUTH"):
        mailboxes.at(str(tmp_path), tokens)
