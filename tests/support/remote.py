"""A server in a process of its own, that can be killed, and a browser without JavaScript that talks to it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from lxml import html

STARTS_WITHIN_S = 120
ANSWERS_WITHIN_S = 30
BROKEN = (ConnectionError, http.client.HTTPException, TimeoutError, urllib.error.URLError, socket.timeout)
"""What a browser sees of a server that died."""

Fields = list[tuple[str, Any]]
"""Names with a text, or with `(file name, content)`."""


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """`cauce serve --demo` in a home folder."""

    home: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Begin a command of `cauce` in this home."""
        environment = {**os.environ, "CAUCE_HOME": str(self.home), "CAUCE_BASE_URL": self.address, "CAUCE_DEMO": "1"}
        environment.pop("CAUCE_DATABASE_URL", None)
        command = [sys.executable, "-c", "from web.cli import main; main()", *arguments]
        log = (self.home / "servidor.log").open("ab")
        with log:
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def start(self) -> None:
        """Start, and wait until it answers."""
        self.process = self.run("serve", "--demo", "--port", str(self.port))
        limit = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < limit:
            assert self.process.poll() is None, (self.home / "servidor.log").read_text(encoding="utf-8")[-3000:]
            try:
                with urllib.request.urlopen(f"{self.address}/salud", timeout=5):
                    return
            except BROKEN:
                time.sleep(0.05)
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Let it finish."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=30)

    def doctor(self) -> tuple[int, str]:
        """What `cauce doctor` answers: exit code and words."""
        with self.run("doctor") as examined:
            examined.wait(timeout=120)
        return int(examined.returncode), (self.home / "servidor.log").read_text(encoding="utf-8")[-2000:]


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass
class Answer:
    """What the server said."""

    status: int
    text: str
    location: str

    def page(self) -> html.HtmlElement:
        return html.fromstring(self.text)


class Browser:
    """Cookies and requests; redirects are not followed. Raises one of `BROKEN` when the server dies."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()), _Stay())

    def get(self, path: str) -> Answer:
        return self._ask(urllib.request.Request(self.address + path))

    def post(self, path: str, fields: Fields) -> Answer:
        boundary = uuid.uuid4().hex
        request = urllib.request.Request(self.address + path, data=_multipart(fields, boundary))
        request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
        request.add_header("Origin", self.address)
        return self._ask(request)

    def become(self, username: str) -> None:
        """Choose a person of the demo."""
        path = f"/demostracion/{username}"
        (form,) = self.get("/ingresar").page().xpath(f"//form[@action='{path}']")
        answer = self.post(path, list(form.form_values()))
        assert answer.status == 303, answer.text[:500]

    def _ask(self, request: urllib.request.Request) -> Answer:
        try:
            with self._opener.open(request, timeout=ANSWERS_WITHIN_S) as said:
                return Answer(said.status, said.read().decode(), "")
        except urllib.error.HTTPError as said:
            with said:
                return Answer(said.code, said.read().decode(), said.headers.get("Location", ""))


def _multipart(fields: Fields, boundary: str) -> bytes:
    parts = []
    for name, value in fields:
        if isinstance(value, tuple):
            head = f'name="{name}"; filename="{value[0]}"\r\nContent-Type: application/octet-stream'
            content = value[1]
        else:
            head, content = f'name="{name}"', str(value).encode()
        parts += [f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode(), content, b"\r\n"]
    return b"".join(parts) + f"--{boundary}--\r\n".encode()
