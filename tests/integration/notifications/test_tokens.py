"""A mail server that takes no password: a key is asked for, shown, kept while it holds, and asked for anew."""

from __future__ import annotations

import base64
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, auth_mechanism

from notifications.errors import InvalidMailUrl, ServerUnavailable
from notifications.mail import SmtpSender
from notifications.tokens import Tokens
from tests.support import providers
from tests.support.mailbox import Mailbox
from tests.support.remote import free_port


@dataclass
class Provider:
    """Who gives keys: what was asked of it, and what it answers."""

    address: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=lambda: {"access_token": "llave-1", "expires_in": 3600})
    status: int = 200


@contextmanager
def provider() -> Iterator[Provider]:
    """Answer on a port of this machine."""
    kept = Provider()

    def tell(request: BaseHTTPRequestHandler) -> tuple[int, object]:
        form = parse_qs(request.rfile.read(int(request.headers["Content-Length"])).decode())
        kept.asked.append({name: values[0] for name, values in form.items()})
        return kept.status, kept.answer

    with providers.answering(tell) as address:
        kept.address = f"{address}token"
        yield kept


class Demanding(SMTP):
    """Takes XOAUTH2 with the key that is right, and nothing else; else says why first, as Microsoft and Google do."""

    right = "llave-1"

    @auth_mechanism("XOAUTH2")
    async def auth_xoauth2(self, _server: SMTP, args: list[str]) -> AuthResult:
        if base64.b64decode(args[1]).decode() == f"user=cauce@entidad.gov.co\x01auth=Bearer {self.right}\x01\x01":
            return AuthResult(success=True)
        await self.challenge_auth(b'{"status":"401"}')
        return AuthResult(success=False, handled=False)


class Server(Controller):
    """Lets nobody send who has not shown a key."""

    def factory(self) -> SMTP:
        with warnings.catch_warnings():  # that a key in clear is no good is known: this is one machine
            warnings.simplefilter("ignore")
            return Demanding(self.handler, auth_required=True, auth_require_tls=False, enable_SMTPUTF8=True)


@contextmanager
def server() -> Iterator[tuple[Mailbox, str]]:
    box, port = Mailbox(), free_port()
    controller = Server(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, f"smtp://cauce%40entidad.gov.co@127.0.0.1:{port}?insecure=1"
    finally:
        controller.stop()


def mail() -> EmailMessage:
    one = EmailMessage()
    one["From"], one["To"], one["Subject"] = "cauce@entidad.gov.co", "ana@entidad.gov.co", "Hola"
    one.set_content("Hola")
    return one


def send(sender: SmtpSender) -> None:
    with sender.session() as session:
        session.send(mail())


def test_a_mail_leaves_with_a_key_that_is_asked_for_once_while_it_holds() -> None:
    with provider() as keys, server() as (box, url):
        sender = SmtpSender(url, tokens=Tokens(keys.address, "app", "secreto", scope="correo"))

        send(sender)
        send(sender)

    assert len(box.messages) == 2
    assert keys.asked == [
        {"client_id": "app", "client_secret": "secreto", "scope": "correo", "grant_type": "client_credentials"}
    ]


def test_what_somebody_granted_once_is_renewed() -> None:
    with provider() as keys, server() as (box, url):
        send(SmtpSender(url, tokens=Tokens(keys.address, "app", "secreto", refresh="otorgado")))

    assert len(box.messages) == 1
    assert (keys.asked[0]["grant_type"], keys.asked[0]["refresh_token"]) == ("refresh_token", "otorgado")


def test_a_key_that_the_server_does_not_take_is_asked_for_anew() -> None:
    with provider() as keys, server() as (box, url):
        keys.answer["access_token"] = "vencida"
        sender = SmtpSender(url, tokens=Tokens(keys.address, "app", "secreto"))

        with pytest.raises(ServerUnavailable, match="no recibe"):
            send(sender)
        keys.answer["access_token"] = "llave-1"
        send(sender)

    assert len(keys.asked) == 2 and len(box.messages) == 1


@pytest.mark.parametrize(
    ("answer", "status"), [({"error": "invalid_client"}, 401), ({"access_token": 7}, 200), ({}, 500)]
)
def test_who_gives_no_key_is_told_of_and_no_secret_with_it(answer: dict[str, Any], status: int) -> None:
    with provider() as keys, server() as (box, url):
        keys.answer, keys.status = answer, status

        with pytest.raises(ServerUnavailable, match="no entregó el permiso") as told:
            send(SmtpSender(url, tokens=Tokens(keys.address, "app", "secreto")))

    assert "secreto" not in str(told.value) and box.messages == []


def test_a_provider_that_is_away_leaves_the_mail_for_later() -> None:
    with server() as (_box, url):
        sender = SmtpSender(url, tokens=Tokens(f"http://127.0.0.1:{free_port()}/token", "app", "secreto"))

        with pytest.raises(ServerUnavailable, match="no entregó el permiso"):
            send(sender)


def test_no_secret_travels_in_clear_or_is_shown() -> None:
    with pytest.raises(InvalidMailUrl, match="https"):
        Tokens("http://login.example/token", "app", "secreto")
    with pytest.raises(InvalidMailUrl, match="CAUCE_SMTP_OAUTH_CLIENT"):
        Tokens("https://login.example/token", "", "secreto")
    with pytest.raises(InvalidMailUrl, match="de quién"):
        SmtpSender("smtp://127.0.0.1:25", tokens=Tokens("https://login.example/token", "app", "secreto"))

    assert "secreto" not in repr(Tokens("https://login.example/token", "app", "secreto", refresh="secreto"))
