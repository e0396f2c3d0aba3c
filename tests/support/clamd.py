"""A real `clamd` that knows one malware of ours, where the machine has the program; and one that misbehaves."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MALWARE = b"%PDF-1.4\nprograma que hace mal, de prueba\n%%EOF"
NAME = "Cauce.Prueba"
STARTS_WITHIN_S = 60


def program() -> str | None:
    """Where clamd is; None if the machine has none."""
    return shutil.which("clamd", path="/usr/sbin:/usr/local/sbin:/usr/bin:/opt/homebrew/sbin")


@contextmanager
def clamd(folder: Path) -> Iterator[str]:
    """Its address, while it runs."""
    path = program()
    assert path is not None
    known = folder / "known"
    known.mkdir()
    (known / "ours.ndb").write_text(f"{NAME}:0:*:{MALWARE[9:40].hex()}\n", encoding="ascii")
    where = folder / "clamd.socket"
    settings = folder / "clamd.conf"
    settings.write_text(
        f"LocalSocket {where}\nDatabaseDirectory {known}\nForeground yes\nTemporaryDirectory {folder}\n",
        encoding="utf-8",
    )
    process = subprocess.Popen(
        [path, f"--config-file={settings}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + STARTS_WITHIN_S
        while not where.exists():
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        yield f"unix:{where}"
    finally:
        process.kill()
        process.wait()


@contextmanager
def saying(answer: bytes) -> Iterator[str]:
    """The address of what takes one content after another and answers each with this, or with nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server, answer), daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"


def _serve(server: socket.socket, answer: bytes) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return  # it was closed: the test is over
        with connection:
            taken = b""
            while not taken.endswith(b"\0\0\0\0"):
                taken += connection.recv(1 << 16)
            connection.sendall(answer)
