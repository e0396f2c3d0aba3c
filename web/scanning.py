"""What people send is looked at by the entity's scanner for malware, a `clamd`, before anything else reads it."""

from __future__ import annotations

import logging
import socket
import struct
from typing import IO

from flask import Flask, request
from flask_login import current_user

from engine.identity import SYSTEM
from web.errors import ScannerFailed
from web.pages import actor, current
from workflows.auditing import recording as auditing
from workflows.auditing.states import Outcome
from workflows.documents.files import clean_name
from workflows.errors import InvalidFile

log = logging.getLogger(__name__)

PIECE = 64 * 1024
WAIT_S, SOON_S = 30, 2
"""How long a scanner may take to look at a piece of a file, and to say that it is there."""
LONGEST_ANSWER = 1000
UNIX = "unix:"
"""How the address of a socket of this machine begins; any other is a host with its port."""


def register(app: Flask) -> None:
    """Look at every file of every request that the gate let through, whatever page it is for."""
    app.before_request(_look_at_files)


def ensure_clean(name: str, content: bytes) -> None:
    """Raise `InvalidFile` for what the scanner knows as malware, and `ScannerFailed` if it cannot be asked.

    Without a scanner everything passes. No transaction waits for it.
    """
    application = current()
    address = application.config.scanner
    if not address:
        return
    application.database.let_go()
    found = ask(address, content)
    if not found:
        return
    shown = clean_name(name)
    who = actor() if current_user.is_authenticated else SYSTEM
    with application.database.unit_of_work() as session:
        target, told = ("archivo", "recibido"), {"archivo": shown}
        after = {"hallado": found}
        auditing.record(
            session, application.clock, who, "recibir_archivo", target, outcome=Outcome.REFUSED, after=after,
            personal=told,
        )  # fmt: skip
    raise InvalidFile(
        f"El antivirus encontró «{found}» en «{shown}», y el archivo no se recibió. Pida otra copia a quien se lo dio "
        "y avise a su oficina de sistemas: puede estar también en su equipo."
    )


def is_there(address: str) -> bool:
    """Whether a scanner answers."""
    try:
        with _connected(address, SOON_S) as connection:
            connection.sendall(b"zPING\0")
            return _answer(connection) == "PONG"
    except OSError:
        return False


def ask(address: str, content: bytes) -> str:
    """What a scanner finds in a content; empty if nothing. Raises `ScannerFailed`."""
    try:
        with _connected(address, WAIT_S) as connection:
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), PIECE):
                piece = content[start : start + PIECE]
                connection.sendall(struct.pack("!I", len(piece)) + piece)
            connection.sendall(struct.pack("!I", 0))
            said = _answer(connection)
    except OSError as error:
        log.exception("the scanner does not answer")
        raise ScannerFailed from error
    if said == "stream: OK":
        return ""
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        return said.removeprefix("stream: ").removesuffix(" FOUND")
    log.error("the scanner did not look", extra={"fields": {"said": said}})
    raise ScannerFailed


def _look_at_files() -> None:
    if not current().config.scanner:
        return
    for _, sent in request.files.items(multi=True):
        ensure_clean(sent.filename or "", _read(sent.stream))


def _read(stream: IO[bytes]) -> bytes:
    """What was sent, left to be read again by whom it is for; the size of a request bounds it."""
    content = stream.read()
    stream.seek(0)
    return content


def _connected(address: str, wait_s: float) -> socket.socket:
    if address.startswith(UNIX):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(wait_s)
        try:
            connection.connect(address.removeprefix(UNIX))
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=wait_s)


def _answer(connection: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < LONGEST_ANSWER:
        piece = connection.recv(LONGEST_ANSWER)
        if not piece:
            break
        said += piece
    return said.rstrip(b"\0").decode("utf-8", "replace").strip()
