"""How a mail leaves: by SMTP, or into a folder."""

from __future__ import annotations

import hashlib
import os
import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from notifications.errors import DeliveryFailed, InvalidMailUrl

TIMEOUT_S = 20


class EmailSender(Protocol):
    """Hands a message to the outside world."""

    def send(self, message: EmailMessage) -> None:
        """Deliver `message`, or raise `DeliveryFailed`."""
        ...


class SmtpSender:
    """Sends through an SMTP server: `smtp://[user:password@]host[:port][?starttls=1]` or `smtps://…`."""

    def __init__(self, url: str) -> None:
        """Read the URL; no connection is opened before the first mail. Raises `InvalidMailUrl`."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise InvalidMailUrl
        self._secure = parts.scheme == "smtps"
        self._starttls = parse_qs(parts.query).get("starttls", ["0"])[0] == "1"
        self._host = parts.hostname
        self._port = parts.port or (465 if self._secure else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password or "")

    def send(self, message: EmailMessage) -> None:
        """Open a connection, deliver one message, close."""
        try:
            with self._connect() as server:
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as exc:
            raise DeliveryFailed(f"El servidor de correo no recibió el mensaje: {exc}") from exc

    def _connect(self) -> smtplib.SMTP:
        if self._secure:
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_S, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_S)
        if self._starttls:
            server.starttls(context=ssl.create_default_context())
        if self._user:
            server.login(self._user, self._password)
        return server


class FolderSender:
    """Writes each mail as an `.eml` file; the same mail twice is one file."""

    def __init__(self, folder: Path) -> None:
        """Write into `folder`, made when the first mail comes."""
        self._folder = folder

    def send(self, message: EmailMessage) -> None:
        """Write under a temporary name, then rename: a reader never sees half a mail."""
        name = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:24]
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary = self._folder / f".{name}.{os.getpid()}"
            temporary.write_bytes(message.as_bytes())
            temporary.replace(self._folder / f"{name}.eml")
        except OSError as exc:
            raise DeliveryFailed(f"No se pudo escribir el correo en la carpeta: {exc}") from exc
