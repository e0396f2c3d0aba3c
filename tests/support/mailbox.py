"""Real SMTP servers: one that keeps what it receives, and some that are ill."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller

from tests.support.remote import free_port


class Mailbox:
    """What arrived, in order, as read messages.

    `refuses` and `rejects` give the answer to a recipient, and to a whole mail: by address, "*" for everybody.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.url = ""
        self.refuses: dict[str, str] = {}
        self.rejects: dict[str, str] = {}
        self.connections = 0
        self.asked_for: list[str] = []

    async def handle_EHLO(self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: Any) -> Any:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        self.asked_for.append(address)
        if answer := self.refuses.get(address, self.refuses.get("*", "")):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if answer := next((self.rejects[one] for one in (*envelope.rcpt_tos, "*") if one in self.rejects), ""):
            return answer
        self.messages.append(cast(EmailMessage, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """What one person received."""
        return [message for message in self.messages if address in str(message["To"])]


class SlowMailbox(Mailbox):
    """Lets whoever brings a mail wait at the door until `answers` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.answers = threading.Event(), threading.Event()

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        self.asked.set()
        while not self.answers.is_set():
            await asyncio.sleep(0.05)
        envelope.rcpt_tos.append(address)
        return "250 OK"


@contextmanager
def mail_server(box: Mailbox | None = None, port: int | None = None) -> Iterator[Mailbox]:
    """Listen on a free port of this machine, or on the one given."""
    box = box or Mailbox()
    port = port or free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    box.url = f"smtp://127.0.0.1:{port}"
    try:
        yield box
    finally:
        controller.stop()


Treatment = Callable[[socket.socket, threading.Event], None]
"""What a server does with a connection, until told that it is over."""


class IllServer:
    """Takes connections and treats each as it was told; counts them, and knows when the first came."""

    def __init__(self, treat: Treatment) -> None:
        self._treat = treat
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self.connections = 0
        self.asked = threading.Event()
        self.url = f"smtp://127.0.0.1:{self._listening.getsockname()[1]}"

    def run(self) -> None:
        """Take connections until the end."""
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self.asked.set()
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self._treat(connection, self._over)

    def end(self) -> None:
        """Let everybody go."""
        self._over.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(timeout=10)


def hang(_connection: socket.socket, over: threading.Event) -> None:
    """Say nothing, and do not hang up."""
    over.wait(120)


def drip(connection: socket.socket, over: threading.Event) -> None:
    """Greet a letter at a time, without end."""
    connection.sendall(b"220 ")
    while not over.wait(0.05):
        connection.sendall(b"x")


@contextmanager
def ill_server(treat: Treatment) -> Iterator[IllServer]:
    """Such a server on a free port of this machine."""
    server = IllServer(treat)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.end()
        thread.join(timeout=10)
