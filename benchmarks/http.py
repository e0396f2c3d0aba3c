"""What a person waits after pressing «Enviar»: a real server, signed in, through the form's own door."""

from __future__ import annotations

import http.client
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from benchmarks.harness import Figures, Place, Sizes, milliseconds
from benchmarks.house import ANA, House, house, linear
from engine.clock import SystemClock
from tests.support.remote import free_port
from web.auth.models import Credential
from web.auth.passwords import HASHER
from web.config import Config

PASSWORD = "una frase que recuerdo"
STARTS_WITHIN_S = 60
Files = Mapping[str, tuple[str, bytes]]
"""Fields with a file: its name and its content."""


def measure(place: Place, sizes: Sizes) -> Figures:
    """`http`: the median time from sending a task's form to the answer, over cases of so many tasks in a row."""
    taken: list[float] = []
    with house(place, linear(sizes.linear)) as built, _served(built) as browser:
        browser.sign_in()
        for _ in range(sizes.http_cases):
            case = built.start("linea")
            while waiting := built.open_tasks(case):
                taken.append(browser.complete(waiting[0]))
    return {f"linear{sizes.linear}_ms": milliseconds(statistics.median(taken))}


@dataclass
class Browser:
    """One connection that stays open, and its cookies."""

    port: int
    forwarded: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def ask(
        self, method: str, path: str, fields: dict[str, str] | None = None, files: Files | None = None
    ) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if self.forwarded:
            headers["X-Forwarded-For"] = self.forwarded
        body: str | bytes | None = None
        if files:
            body, kind = _multipart(fields or {}, files)
            headers |= {"Content-Type": kind, "Origin": self._origin}
        elif fields:
            body = urlencode(fields)
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self._origin}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer.status, answer.read().decode()

    @property
    def _origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def sign_in(self, username: str = ANA.id, password: str = PASSWORD) -> None:
        _, text = self.ask("GET", "/ingresar")
        fields = {"csrf_token": hidden(text, "csrf_token"), "username": username, "password": password}
        status, said = self.ask("POST", "/ingresar", fields)
        if status not in (302, 303):
            raise RuntimeError(f"the sign-in answers {status}: {said[:500]}")

    def complete(self, task_id: int) -> float:
        """Open a task, fill it in, send it; how many seconds the sending took."""
        fields = self.fill_in(task_id)
        began = time.perf_counter()
        status, said = self.send(task_id, fields)
        taken = time.perf_counter() - began
        if status != 303:
            raise RuntimeError(f"task {task_id} answers {status}: {said[:500]}")
        return taken

    def fill_in(self, task_id: int) -> dict[str, str]:
        """Open a task; its form as a person fills it in."""
        _, text = self.ask("GET", f"/tareas/{task_id}")
        fields = {name: hidden(text, name) for name in ("csrf_token", "_envio")}
        return fields | {"nota": "Se hizo lo acordado.", "_accion": "enviar"}

    def send(self, task_id: int, fields: dict[str, str]) -> tuple[int, str]:
        """Send a filled-in form; what the server answers."""
        return self.ask("POST", f"/tareas/{task_id}", fields)


def hidden(text: str, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', text)
    if found is None:
        raise RuntimeError(f"the page has no field {name}: {text[:500]}")
    return found[1]


def _multipart(fields: dict[str, str], files: Files) -> tuple[bytes, str]:
    """A body with fields and files, and its content type."""
    boundary = "limite-de-las-partes-del-formulario"
    head = f"--{boundary}\r\nContent-Disposition: form-data; name="
    texts = [f'{head}"{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items() if name not in files]
    for name, (file_name, content) in files.items():
        texts.append(f'{head}"{name}"; filename="{file_name}"\r\nContent-Type: text/csv\r\n\r\n'.encode())
        texts += [content, b"\r\n"]
    return b"".join([*texts, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"


@contextmanager
def _served(built: House) -> Iterator[Browser]:
    """`cauce serve` in a process of its own over the house's database."""
    give_password(built)
    port = free_port()
    server = run(built.application.config, port, "serve", "--no-worker", "--port", str(port))
    try:
        browser = answering(port)
        yield browser
        browser.connection.close()
    finally:
        server.terminate()
        server.wait(timeout=30)


def run(config: Config, port: int, *arguments: str, **settings: str) -> subprocess.Popen[bytes]:
    """Begin a command of `cauce` over a database, as another machine would; `settings` are variables."""
    environment = {
        **os.environ,
        "CAUCE_HOME": str(config.home),
        "CAUCE_DATABASE_URL": config.database_url,
        "CAUCE_SECRET_KEY": config.secret_key,
        "CAUCE_BASE_URL": f"http://127.0.0.1:{port}",
        **settings,
    }
    command = [sys.executable, "-c", "from web.cli import main; main()", *arguments]
    with (config.home / "log").open("ab") as log:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log)


def answering(port: int) -> Browser:
    """A browser on a server that is starting, once it answers."""
    limit = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < limit:
        browser = Browser(port)
        try:
            browser.ask("GET", "/salud")
        except OSError:
            browser.connection.close()
            time.sleep(0.05)
        else:
            return browser
    raise RuntimeError("the server does not answer")


def give_password(built: House) -> None:
    """Let Ana sign in."""
    with built.application.database.unit_of_work() as session:
        hashed = HASHER.hash(PASSWORD)
        session.add(Credential(username=ANA.id, password_hash=hashed, changed_at=SystemClock().now()))
