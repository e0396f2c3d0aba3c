"""How a mail leaves: by SMTP, or into a folder."""

from __future__ import annotations

import hashlib
import os
import queue
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast
from urllib.parse import parse_qs, unquote, urlsplit

from notifications.errors import (
    AddressRefused,
    DeliveryFailed,
    InvalidMailUrl,
    MessageRefused,
    RefusedForNow,
    ServerUnavailable,
)
from notifications.hosts import is_loopback
from notifications.tokens import Tokens, answer

T = TypeVar("T")

CONNECT_S = 10
WHOLE_S = 30
"""The longest that a connection, and a whole mail with it, may take."""

OWN_NAME_S = 3
CLOSING = 421
NOT_THE_ADDRESS = frozenset({500, 502, 503, 504, 530, 534, 535, 538})
"""Answers to RCPT about the conversation or who we are: every other mail would get the same."""
TOO_LARGE = 552
WORDS = 300
"""How much of what a server says is kept."""


class MailSession(Protocol):
    """Mails handed over one after the other."""

    def send(self, message: EmailMessage) -> None:
        """Deliver `message`, or raise the `DeliveryFailed` that says whose fault it is."""
        ...


class EmailSender(Protocol):
    """Hands mails to the outside world. `name` tells one server from another."""

    @property
    def name(self) -> str:
        """The server, as people know it."""
        ...

    def session(self) -> AbstractContextManager[MailSession]:
        """Begin to hand over; nothing is opened before the first mail."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of real time: to connect, and for a mail from beginning to end."""

    connect_s: float = CONNECT_S
    whole_s: float = WHOLE_S


class SmtpSender:
    """Sends through an SMTP server: `smtp://[user:password@]host[:port][?starttls=1]` or `smtps://…`.

    A password is sent over TLS only; `?insecure=1` lets it go in clear to a server of this same machine.
    """

    def __init__(self, url: str, limits: Limits | None = None, tokens: Tokens | None = None) -> None:
        """Read the URL; `tokens` stand in the place of its password. Raises `InvalidMailUrl`."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise InvalidMailUrl(
                "La dirección del servidor de correo no se entiende. Escriba por ejemplo «smtp://servidor:25»."
            )
        self.limits = limits or Limits()
        self.tokens = tokens
        self.secure = parts.scheme == "smtps"
        asked = parse_qs(parts.query)
        self.starttls = asked.get("starttls", ["0"])[0] == "1"
        if parts.username and not (self.secure or self.starttls):
            _ensure_here(parts.hostname, insecure=asked.get("insecure", ["0"])[0] == "1")
        self.host = parts.hostname
        self.port = parts.port or (465 if self.secure else 25)
        self.user = unquote(parts.username) if parts.username else None
        self.password = unquote(parts.password or "")
        if tokens is not None and not self.user:
            raise InvalidMailUrl(
                "Con CAUCE_SMTP_OAUTH la dirección dice de quién: «smtp://buzon%40entidad.gov.co@servidor:587?starttls=1»."
            )

    @property
    def name(self) -> str:
        """`host:port`."""
        return f"{self.host}:{self.port}"

    @contextmanager
    def session(self) -> Iterator[SmtpSession]:
        """One connection for all the mails, opened again where it was lost."""
        session = SmtpSession(self)
        try:
            yield session
        finally:
            session.close()


def _ensure_here(host: str, *, insecure: bool) -> None:
    """Refuse to send a password in clear over a network."""
    if not (insecure and is_loopback(host)):
        raise InvalidMailUrl(
            "La contraseña del servidor de correo viajaría sin cifrar. Escriba «smtp://…?starttls=1» o «smtps://…»; "
            "solo a un servidor de esta misma máquina se le puede enviar así, con «?insecure=1»."
        )


class SmtpSession:
    """A connection to a server that may hang, refuse, or go away between two mails."""

    def __init__(self, sender: SmtpSender) -> None:
        self._sender = sender
        self._smtp: _Smtp | None = None
        self._expired = False

    def send(self, message: EmailMessage) -> None:
        """Hand over one mail within the limits."""
        with self._in_time():
            try:
                smtp = self._connected()
            except ServerUnavailable:  # of who gives the keys: the connection knows nobody yet
                self._drop()
                raise
            except (OSError, smtplib.SMTPException) as exc:
                raise self._unavailable(exc) from exc
            try:
                smtp.send_message(message)
            except (OSError, smtplib.SMTPException, ValueError) as exc:
                raise self._meaning(exc) from exc

    def close(self) -> None:
        """Say good-bye, without waiting for an answer that does not come."""
        with self._in_time(), suppress(OSError, smtplib.SMTPException):
            if self._smtp is not None and self._smtp.sock is not None:
                self._smtp.quit()
        self._drop()

    def _connected(self) -> _Smtp:
        if self._smtp is not None and self._answers(self._smtp):
            return self._smtp
        self._drop()
        self._smtp = smtp = _Smtp(self._sender)
        smtp.connect(self._sender.host, self._sender.port)
        if self._sender.starttls:
            smtp.starttls(context=ssl.create_default_context())
        if self._sender.tokens is not None and self._sender.user:
            self._show_token(smtp, self._sender.user, self._sender.tokens)
        elif self._sender.user:
            smtp.login(self._sender.user, self._sender.password)
        if self._expired:
            raise TimeoutError
        return smtp

    def _show_token(self, smtp: _Smtp, user: str, tokens: Tokens) -> None:
        """Say who we are by XOAUTH2. A server that says why it refuses wants an empty answer before it does."""
        said = answer(user, tokens.token())
        smtp.ehlo_or_helo_if_needed()
        try:
            smtp.auth("XOAUTH2", lambda challenge=None: said if challenge is None else "")
        except smtplib.SMTPAuthenticationError:
            tokens.forget()
            raise

    def _answers(self, smtp: _Smtp) -> bool:
        with suppress(OSError, smtplib.SMTPException):
            return smtp.sock is not None and smtp.noop()[0] == 250
        return False

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.hang_up()
            self._smtp = None

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        # A time limit of the socket begins again with every byte: a server that drips would hold a mail for ever.
        self._expired = False
        watch = threading.Timer(self._sender.limits.whole_s, self._expire)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def _expire(self) -> None:
        self._expired = True
        if self._smtp is not None:
            self._smtp.abort()

    def _unavailable(self, exc: Exception) -> ServerUnavailable:
        self._drop()
        if self._expired or isinstance(exc, TimeoutError):
            return ServerUnavailable(f"El servidor de correo {self._sender.name} no respondió a tiempo.")
        return ServerUnavailable(f"El servidor de correo {self._sender.name} no recibe: {_words(exc)}")

    def _meaning(self, exc: Exception) -> DeliveryFailed:
        """Whose fault it is that a mail was not taken over an open connection."""
        if isinstance(exc, smtplib.SMTPNotSupportedError):
            return AddressRefused("El servidor de correo no acepta direcciones con tildes ni eñes.")
        if isinstance(exc, smtplib.SMTPRecipientsRefused):
            code, said = next(iter(exc.recipients.values()))
            if code != CLOSING and code not in NOT_THE_ADDRESS:
                return _refusal(AddressRefused, "El servidor de correo rechazó la dirección", code, said)
        elif isinstance(exc, smtplib.SMTPDataError) and exc.smtp_code != CLOSING:
            return _refusal(MessageRefused, "El servidor de correo rechazó el mensaje", exc.smtp_code, exc.smtp_error)
        elif isinstance(exc, smtplib.SMTPSenderRefused) and exc.smtp_code == TOO_LARGE:
            return MessageRefused(f"El servidor de correo rechazó el mensaje: {_words(exc)}")
        elif isinstance(exc, ValueError):
            return MessageRefused("El correo no se pudo escribir como lo pide el servidor.")
        return self._unavailable(exc)


Address = tuple[Any, ...]
"""One of the answers of `socket.getaddrinfo`."""


def in_time(look_up: Callable[[], T], within_s: float) -> T:
    """What a look-up of the system finds, which knows no limit of its own. Raises what it does, and `TimeoutError`.

    One that hangs goes on in a thread that nobody waits for.
    """
    told: queue.SimpleQueue[tuple[T | None, Exception | None]] = queue.SimpleQueue()

    def work() -> None:
        try:
            told.put((look_up(), None))
        except Exception as failure:
            told.put((None, failure))

    threading.Thread(target=work, name="look-up of a name", daemon=True).start()
    try:
        found, failure = told.get(timeout=within_s)
    except queue.Empty:
        raise TimeoutError("the name was not found in time") from None
    if failure is not None:
        raise failure
    return cast(T, found)


def addresses_of(host: str, port: int, within_s: float) -> list[Address]:
    """Where a server is. Raises `OSError`."""
    try:
        return list(in_time(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), within_s))
    except UnicodeError as exc:
        raise OSError(f"«{host}» no es el nombre de un servidor") from exc


@cache
def own_name() -> str:
    """How this machine greets a server: by its full name, or by its address where it has none that is found in time."""
    with suppress(OSError):
        name = in_time(socket.getfqdn, OWN_NAME_S)
        if "." in name:
            return name
    return "[127.0.0.1]"


def connected(addresses: Sequence[Address], within_s: float) -> socket.socket:
    """A connection to the first of the addresses that takes one; all of them have `within_s` together."""
    limit, failure = time.monotonic() + within_s, OSError("the server has no address")
    for family, kind, protocol, _name, address in addresses:
        left = limit - time.monotonic()
        if left <= 0:
            break
        opened = socket.socket(family, kind, protocol)
        opened.settimeout(left)
        try:
            opened.connect(address)
        except OSError as exc:
            opened.close()
            failure = exc
        else:
            return opened
    raise failure


class _Smtp(smtplib.SMTP):
    """A connection with a handle by which another thread ends it, whatever stage it is in."""

    def __init__(self, sender: SmtpSender) -> None:
        super().__init__(timeout=sender.limits.connect_s, local_hostname=own_name())
        self._host = sender.host  # what the certificate is checked against; smtplib sets it with a host only
        self._limits = sender.limits
        self._context = ssl.create_default_context() if sender.secure else None
        self._handle: socket.socket | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        plain = connected(addresses_of(host, port, timeout), timeout)
        # TLS takes the socket over, its handshake included: the handle is one of our own, of the same connection.
        self._handle = plain.dup()
        plain.settimeout(self._limits.whole_s)
        return self._context.wrap_socket(plain, server_hostname=host) if self._context else plain

    def abort(self) -> None:
        """End the connection: whoever waits for the server is told that it was closed."""
        with suppress(OSError):
            if self._handle is not None:
                self._handle.shutdown(socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """Give everything back."""
        self.abort()
        self.close()
        if self._handle is not None:
            self._handle.close()


def _refusal(permanent: type[DeliveryFailed], sentence: str, code: int, said: bytes | str) -> DeliveryFailed:
    kind = permanent if code >= 500 else RefusedForNow
    return kind(f"{sentence}: {code} {_text(said)}")


def _words(exc: Exception) -> str:
    if isinstance(exc, smtplib.SMTPResponseException):
        return f"{exc.smtp_code} {_text(exc.smtp_error)}"
    if isinstance(exc, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(exc.recipients.values()))
        return f"{code} {_text(said)}"
    return _text(str(exc))


def _text(said: bytes | str) -> str:
    return " ".join((said.decode("utf-8", "replace") if isinstance(said, bytes) else said).split())[:WORDS]


class FolderSender:
    """Writes each mail as an `.eml` file; the same mail twice is one file."""

    def __init__(self, folder: Path) -> None:
        """Write into `folder`, made when the first mail comes."""
        self._folder = folder

    @property
    def name(self) -> str:
        """The folder, by its last name."""
        return f"carpeta {self._folder.name}"

    @contextmanager
    def session(self) -> Iterator[FolderSender]:
        """Nothing to open."""
        yield self

    def send(self, message: EmailMessage) -> None:
        """Write under a temporary name, then rename: a reader never sees half a mail."""
        name = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:24]
        content = message.as_bytes()
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            temporary = self._folder / f".{name}.{os.getpid()}"
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
            temporary.replace(self._folder / f"{name}.eml")
        except OSError as exc:
            raise ServerUnavailable(f"No se pudo escribir el correo en la carpeta: {exc}") from exc
