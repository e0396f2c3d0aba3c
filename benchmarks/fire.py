"""The last afternoon of a month: everybody of a sector signs in, fills in a report, attaches a file and sends it.

A real server in a process of its own, over HTTP, behind the forwarded addresses of a proxy, as in an office where
everybody has a machine: the limit of sign-in attempts is the shipped one. `lost` is what was answered as sent and is
not in the database afterwards, or what `cauce doctor` finds broken. Nobody begins once the time is over: a slow or busy
machine measures fewer people, not for longer. `cpu_ms` is the processor's time of the server for each of them.
"""

from __future__ import annotations

import itertools
import os
import re
import sys
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from benchmarks import sector
from benchmarks.extent import Extent
from benchmarks.harness import Figures, Place, Sizes, milliseconds
from benchmarks.http import Browser, answering, hidden, run
from benchmarks.sector import REPORTING
from engine.clock import SystemClock
from engine.tasks.models import UserTask
from tests.support.remote import free_port
from web.auth.models import Credential
from web.auth.passwords import HASHER
from web.bootstrap import Application
from web.examining import examine_content
from workflows.documents.models import StoredFile
from workflows.forms.models import Submission, SubmissionFile
from workflows.monitoring.models import Measurement
from workflows.monitoring.states import MeasurementState

PASSWORD = "una frase que recuerdo"
REPORTERS, INDICATORS_EACH, MONTHS = 6, 2, 14
DRAFTS = 2
SUPPORT = 200_000
"""Bytes that everybody attaches, shared out over the rows: each asks for a file."""

EVIDENCE_ON = "2017-02-28"
_INPUT = re.compile(r'<(?:input|textarea|select)[^>]*\bname="(avances-\d+-[a-z_]+)"[^>]*>')
_ROW = re.compile(r'name="(avances-\d+-_fila)"[^>]*value="([^"]*)"')


def measure(place: Place, sizes: Sizes) -> Figures:
    """`fire`: `full`, so many people of whom so many are at it at a time, and `offered1`, one more each second."""
    people = sizes.reporters + sizes.offered
    entities = -(-people // REPORTERS)
    extent = Extent(entities, entities * REPORTERS * INDICATORS_EACH, MONTHS, lines=2, reporters=REPORTERS)
    with place.home() as (folder, url), sector.built(url, folder, extent, documents=False) as built:
        tasks = _tasks(built.application)
        give_passwords(built.application, tasks)
        with served(built.application, folder) as server:
            offered = Crowd(server, built.application, dict(list(tasks.items())[: sizes.offered]))
            offered.arrive_each_second()
            full = Crowd(server, built.application, dict(list(tasks.items())[sizes.offered : people]))
            full.arrive_together(sizes.at_a_time, sizes.fire_s)
        return {"full": full.figures(), "offered1": offered.figures()}


@dataclass
class Server:
    """The server that is measured. `cpu` is what it and its processes have used, in seconds."""

    port: int
    cpu: Callable[[], float]


@dataclass
class Ledger:
    """What people saw: who began, how long each step took, what failed, and what was answered as sent."""

    began: list[str] = field(default_factory=list)
    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)
    sent: dict[str, int] = field(default_factory=dict)


class Crowd:
    """People who report."""

    def __init__(self, server: Server, application: Application, tasks: dict[str, int]) -> None:
        self._server, self._application, self._tasks = server, application, tasks
        self._ledger, self._lasted, self._used = Ledger(), 0.0, 0.0

    def arrive_together(self, at_a_time: int, seconds: float) -> None:
        """Let so many be at it until everybody is through, or so long that nobody else may begin."""
        waiting, lock, limit = iter(self._tasks.items()), threading.Lock(), time.monotonic() + seconds

        def next_one() -> tuple[str, int] | None:
            with lock:
                return next(waiting, None) if time.monotonic() < limit else None

        def work() -> None:
            while (one := next_one()) is not None:
                self._report(*one)

        self._run([work] * at_a_time)

    def arrive_each_second(self) -> None:
        """Let one begin each second, whether those before are through or not."""
        began = time.monotonic()

        def arrive(second: int, username: str, task_id: int) -> None:
            time.sleep(max(0, began + second - time.monotonic()))
            self._report(username, task_id)

        self._run([lambda n=n, one=one: arrive(n, *one) for n, one in enumerate(self._tasks.items())])  # type: ignore[misc]

    def _run(self, works: Sequence[Callable[[], None]]) -> None:
        began, used = time.monotonic(), self._server.cpu()
        threads = [threading.Thread(target=work) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._lasted, self._used = time.monotonic() - began, self._server.cpu() - used

    def _report(self, username: str, task_id: int) -> None:
        self._ledger.began.append(username)
        person = Reporter(self._server.port, username, task_id, self._ledger)
        try:
            person.report()
        except Exception as failure:  # whatever it is, it is what is counted
            self._ledger.failures.append(f"{username}: {failure!r}"[:300])
        finally:
            person.browser.connection.close()

    def figures(self) -> Figures:
        """What people waited (`p95_ms` for the answer to «Enviar»), and what became of what they sent."""
        people, took = len(self._ledger.began), self._ledger.took
        for failure in self._ledger.failures[:3]:
            print(failure, file=sys.stderr)
        return {
            "p95_ms": milliseconds(_p95(took["send"])),
            "lost": lost(self._application, self._ledger.sent),
            "failed": len(self._ledger.failures),
            "people_per_s": round(people / self._lasted, 2),
            "cpu_ms": milliseconds(self._used / people),
            "worst_ms": milliseconds(max(itertools.chain(*took.values()), default=0.0)),
            "steps": {step: milliseconds(_p95(times)) for step, times in took.items()},
        }


class Reporter:
    """One person with a machine of their own: an address, a browser, a task."""

    def __init__(self, port: int, username: str, task_id: int, ledger: Ledger) -> None:
        self.browser = Browser(port, forwarded=_address(task_id))
        self._username, self._task_id, self._ledger = username, task_id, ledger

    def report(self) -> None:
        """Sign in, look at the inbox, open the form, type, send it and read what follows."""
        with self._timed("sign_in"):
            self.browser.sign_in(self._username, PASSWORD)
        path = f"/tareas/{self._task_id}"
        if f'"{path}"' not in self._get("inbox", "/bandeja"):
            raise RuntimeError("the task is not in the inbox")
        page = self._get("task", path)
        fields = fill_in(page)
        for _ in range(DRAFTS):
            self._ask("draft", 200, "POST", f"{path}/borrador", fields)
        rows = [name for name in fields if name.endswith("-evidencias")]
        supports = {name: ("soporte.csv", self._support(SUPPORT // len(rows))) for name in rows}
        self._ask("send", 303, "POST", path, {**fields, "_accion": "enviar"}, supports)
        self._ledger.sent[fields["_envio"]] = self._task_id
        self._get("sent", f"{path}/enviada?recien=1")

    def _support(self, size: int) -> bytes:
        """A file like nobody else's, so that its content is stored and not found."""
        line = f"{self._username};{uuid.uuid4()}\n".encode()
        return (line * (size // len(line) + 1))[:size]

    def _get(self, step: str, path: str) -> str:
        return self._ask(step, 200, "GET", path)

    def _ask(
        self,
        step: str,
        wanted: int,
        method: str,
        path: str,
        fields: dict[str, str] | None = None,
        files: dict[str, tuple[str, bytes]] | None = None,
    ) -> str:
        with self._timed(step):
            status, text = self.browser.ask(method, path, fields, files)
        if status != wanted:
            raise RuntimeError(f"{method} {path} answers {status}: {_told(text)}")
        return text

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self._ledger.took[step].append(time.perf_counter() - began)


def fill_in(page: str) -> dict[str, str]:
    """The form of a report as somebody fills it in: a number in each row, every text that may be asked."""
    fields = {name: hidden(page, name) for name in ("csrf_token", "_envio")}
    fields |= dict(_ROW.findall(page))
    for name in dict.fromkeys(_INPUT.findall(page)):
        column = name.rpartition("-")[2]
        if column == "valor_periodo":
            fields[name] = "90"
        elif column == "fecha_evidencia":
            fields[name] = EVIDENCE_ON
        elif column == "evidencias":
            fields[name] = ""
        elif column != "_fila":
            fields[name] = "Se atendió a las personas previstas y se explica en el soporte adjunto."
    return fields


def lost(application: Application, sent: dict[str, int]) -> int:
    """How much of what was answered as sent is not whole in the database, and what the doctor finds broken."""
    with application.database.reading() as session:
        kept = sa.select(Submission.token, Submission.task_id).join(UserTask, UserTask.id == Submission.task_id)
        kept = kept.join(SubmissionFile).join(StoredFile).where(UserTask.state == "completed")
        found = {token: task_id for token, task_id in session.execute(kept)}
        people = sa.select(sa.func.count(sa.distinct(Measurement.reported_by))).where(
            Measurement.state == MeasurementState.SENT
        )
        unreported = max(0, len(sent) - (session.scalar(people) or 0))
    broken = [finding.message for finding in examine_content(application)]
    for message in broken[:3]:
        print(message, file=sys.stderr)
    return sum(found.get(token) != task_id for token, task_id in sent.items()) + unreported + len(broken)


def give_passwords(application: Application, tasks: dict[str, int]) -> None:
    """Let everybody sign in. One hash serves all: checking it costs everybody what it costs."""
    with application.database.unit_of_work() as session:
        hashed, now = HASHER.hash(PASSWORD), SystemClock().now()
        session.add_all(Credential(username=one, password_hash=hashed, changed_at=now) for one in tasks)


@contextmanager
def served(application: Application, folder: Path) -> Iterator[Server]:
    """`cauce serve` behind one proxy, with as many processes as it chooses."""
    port = free_port()
    arguments = ("serve", "--no-worker", "--port", str(port))
    process = run(application.config, port, *arguments, CAUCE_PROXIES="1", CAUCE_HOME=str(folder))
    try:
        answering(port).connection.close()
        yield Server(port, lambda: _cpu(process.pid))
    finally:
        process.terminate()
        process.wait(timeout=60)


def _tasks(application: Application) -> dict[str, int]:
    """The report that each person has to send, in an order that visits every entity."""
    with application.database.reading() as session:
        query = sa.select(UserTask.assignee, UserTask.id)
        query = query.where(UserTask.element_id == REPORTING, UserTask.state == "open").order_by(UserTask.id)
        found = [(str(assignee), task_id) for assignee, task_id in session.execute(query)]
    return dict(sorted(found, key=lambda one: (one[0].rpartition(".")[2], one[1])))


def _address(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[max(0, -(-len(times) * 95 // 100) - 1)] if times else 0.0


def _told(text: str) -> str:
    """What an error page says: its summary of errors, if it has one."""
    told = text.partition('id="errores"')[2] or text.partition("<main")[2] or text
    return " ".join(re.sub(r"<[^>]+>", " ", told).split())[:200]


def _cpu(pid: int) -> float:
    """Seconds of processor that a process and its children used; nothing where the system does not tell."""
    ticks, total = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100, 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat.parent.name) == pid or int(fields[1]) == pid:
            total += (int(fields[11]) + int(fields[12])) / ticks
    return total
