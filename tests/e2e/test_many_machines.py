"""Two web servers and three workers over one PostgreSQL; some die at work, and the others take over."""

from __future__ import annotations

import datetime as dt
import http.client
import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from benchmarks.harness import Place
from benchmarks.house import ROLE, House, house, linear
from benchmarks.http import Browser, answering, give_password, run
from engine import doctor
from engine.clock import VirtualClock
from engine.history import HistoryEntry
from engine.instances.models import Instance
from engine.tasks.models import UserTask
from engine.timers import Timer
from notifications import outbox
from notifications.mail import SmtpSender
from notifications.models import OutboxMessage
from notifications.rendering import Mail
from tests.support.diagrams import TIMER, boundary, chain, end, process, start, user
from tests.support.mailbox import SlowMailbox, mail_server
from tests.support.remote import free_port
from workflows.forms.models import Submission

HANDED_OVER_WITHIN_S = 60
STARTS_WITHIN_S = 120
YESTERDAY = (dt.datetime.now(dt.UTC) - dt.timedelta(days=2)).date().isoformat()
DUE = process(
    "vence", start(entradas="dia"), user("a", role=ROLE, form="nota"), boundary("b", "a", TIMER, plazo="fecha:dia"),
    user("z", role=ROLE, form="nota"), end("f1"), end("f2"), chain("inicio", "a", "f1"), chain("b", "z", "f2"),
)  # fmt: skip
"""A task whose deadline opens another one."""

LOCKING = sa.text(
    "SELECT a.application_name FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid"
    " WHERE a.datname = current_database() AND l.relation = to_regclass(:relation)"
    " AND l.mode = 'RowExclusiveLock' AND l.granted = :granted AND a.application_name = ANY(:names)"
)
"""Who has changed rows of a table and not committed yet; or, not granted, who is stopped on the way to it."""


@dataclass
class Fleet:
    """Processes over one PostgreSQL, each known to the database by its name."""

    built: House
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def begin(self, name: str, port: int, *arguments: str, **settings: str) -> None:
        self.running[name] = run(self.built.application.config, port, *arguments, PGAPPNAME=name, **settings)

    def freeze_at_work(self, names: Collection[str], relation: str) -> str:
        """Stop one of these in the middle of a transaction that has changed rows of `relation`; which one.

        The table is shut until somebody stands before it: to catch a writer in the act by looking often
        would be luck, the more so the faster it writes.
        """
        limit = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < limit:
            with self._shut(relation):
                name = self._waiting(names, relation, limit)
                self.running[name].send_signal(signal.SIGSTOP)
            time.sleep(0.05)  # what it had sent before may still end the transaction
            if name in self._locking(names, relation, granted=True):
                return name
            self.running[name].send_signal(signal.SIGCONT)
        raise AssertionError(f"nobody was caught writing {relation}: {self.log()}")

    @contextmanager
    def _shut(self, relation: str) -> Iterator[None]:
        """Meanwhile the rows of `relation` can be read and locked, and not changed."""
        with self.built.application.database.reading() as session:
            session.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            session.execute(sa.text(f"LOCK TABLE {relation} IN SHARE MODE"))
            yield

    def _waiting(self, names: Collection[str], relation: str, limit: float) -> str:
        while time.monotonic() < limit:
            if found := self._locking(names, relation, granted=False):
                return min(found)
            time.sleep(0.01)
        raise AssertionError(f"nobody wants to write {relation}: {self.log()}")

    def kill_at_work(self, names: Collection[str], relation: str) -> str:
        name = self.freeze_at_work(names, relation)
        self.kill(name)
        return name

    def kill(self, name: str) -> None:
        os.kill(self.running[name].pid, signal.SIGKILL)
        self.running.pop(name).wait()

    def _locking(self, names: Collection[str], relation: str, *, granted: bool) -> set[str]:
        with self.built.application.database.reading() as session:
            asked = {"relation": relation, "names": list(names), "granted": granted}
            return set(session.scalars(LOCKING, asked))

    def log(self) -> str:
        return (self.built.folder / "log").read_text(encoding="utf-8")[-3000:]

    def end(self) -> None:
        for one in self.running.values():
            one.kill()
            one.wait(timeout=30)


@contextmanager
def fleet(url: str, *diagrams: bytes) -> Iterator[Fleet]:
    with house(Place(url), *diagrams) as built:
        machines = Fleet(built)
        try:
            yield machines
        finally:
            machines.end()


@dataclass
class Client:
    """A person who works through cases, and presses the button again, at the other server, when one dies."""

    built: House
    browsers: list[Browser]
    cases: list[int]
    answered: list[int] = field(default_factory=list)
    again: int = 0
    failure: BaseException | None = None

    def work(self) -> None:
        try:
            for case in self.cases:
                while waiting := self.built.open_tasks(case):
                    self._complete(waiting[0])
        except BaseException as failure:
            self.failure = failure
        finally:
            for browser in self.browsers:
                browser.connection.close()

    def _complete(self, task_id: int) -> None:
        fields = self._insist(lambda browser: browser.fill_in(task_id))
        status, said = self._insist(lambda browser: browser.send(task_id, fields), counted=True)
        assert status == 303, f"task {task_id} answers {status}: {said[:500]}"
        self.answered.append(task_id)

    def _insist(self, ask, counted: bool = False):  # type: ignore[no-untyped-def]
        limit = time.monotonic() + HANDED_OVER_WITHIN_S
        while time.monotonic() < limit:
            try:
                return ask(self.browsers[0])
            except (OSError, http.client.HTTPException):
                self.again += counted
                self.browsers[0].connection.close()
                self.browsers.append(self.browsers.pop(0))
                time.sleep(0.05)
        raise AssertionError("no server answers")


@pytest.mark.parametrize("cases", [150, pytest.param(5000, marks=pytest.mark.slow)])
def test_what_killed_workers_had_in_hand_is_done_by_another_within_a_minute(postgresql_url: str, cases: int) -> None:
    with fleet(postgresql_url, DUE) as machines:
        built = machines.built
        started = [built.start("vence", dia=YESTERDAY) for _ in range(cases)]
        workers = {"w1", "w2", "w3"}
        for name in workers:
            machines.begin(name, free_port(), "worker")

        frozen: list[str] = []
        for _ in range(2):  # both before one is killed: what is left is done in a moment
            frozen.append(machines.freeze_at_work(workers - set(frozen), "timer"))
        held, left = _held(built, started), _left(built)
        for name in frozen:
            machines.kill(name)
        assert left >= len(held) >= 2, "the workers were done before they could be killed"
        taken = _until_gone(machines, held)
        began = time.monotonic()
        _until_gone(machines, started)

        print(f"{cases} due: the killed workers' timers fired after {taken} s, the rest {time.monotonic() - began:.1f}")
        assert taken < HANDED_OVER_WITHIN_S
        _exactly_once(built, started, fired=cases, completed=0)


def _held(built: House, cases: list[int]) -> list[int]:
    """The cases that some transaction holds at this moment."""
    with built.application.database.reading() as session:
        free = set(session.scalars(sa.select(Instance.id).with_for_update(skip_locked=True)))
    return [case for case in cases if case not in free]


def _left(built: House, cases: Collection[int] | None = None) -> int:
    query = sa.select(sa.func.count()).select_from(Timer)
    with built.application.database.reading() as session:
        return session.scalar(query if cases is None else query.where(Timer.instance_id.in_(cases))) or 0


def _until_gone(machines: Fleet, cases: list[int]) -> float:
    """Wait until every timer of these cases has fired; how long that took."""
    began = time.monotonic()
    while _left(machines.built, cases):
        assert time.monotonic() - began < HANDED_OVER_WITHIN_S + len(cases) / 20, machines.log()
        time.sleep(0.1)
    return round(time.monotonic() - began, 1)


@pytest.mark.slow
def test_a_frozen_worker_loses_its_transaction_and_goes_on_when_it_wakes(postgresql_url: str) -> None:
    with fleet(postgresql_url, DUE) as machines:
        built = machines.built
        started = [built.start("vence", dia=YESTERDAY) for _ in range(300)]
        for name in ("w1", "w2"):
            machines.begin(name, free_port(), "worker")

        frozen = machines.freeze_at_work({"w1", "w2"}, "timer")
        taken = _until_gone(machines, started)
        machines.running[frozen].send_signal(signal.SIGCONT)
        awake = built.start("vence", dia=YESTERDAY)
        machines.kill(next(name for name in ("w1", "w2") if name != frozen))
        _until_gone(machines, [awake])

        print(f"the frozen worker's timers fired after {taken} s")
        assert taken < HANDED_OVER_WITHIN_S
        _exactly_once(built, [*started, awake], fired=301, completed=0)


@pytest.mark.parametrize("cases", [3, pytest.param(40, marks=pytest.mark.slow)])
def test_people_go_on_at_the_other_server_when_theirs_is_killed_in_mid_request(postgresql_url: str, cases: int) -> None:
    with fleet(postgresql_url, linear(5)) as machines:
        built = machines.built
        give_password(built)
        ports = {f"web{number}": free_port() for number in (1, 2)}
        for name, port in ports.items():
            # One process: of several, those that are left would still answer what they have in hand.
            machines.begin(name, port, "serve", "--no-worker", "--processes", "1", "--port", str(port))
        people = [Client(built, _signed_in(ports, turn), _start(built, cases)) for turn in range(4)]
        threads = [threading.Thread(target=person.work, daemon=True) for person in people]
        for thread in threads:
            thread.start()

        while sum(len(person.answered) for person in people) < len(people):
            time.sleep(0.01)
        killed = machines.kill_at_work(set(ports), "user_task")
        began, before = time.monotonic(), sum(len(person.answered) for person in people)
        for thread in threads:
            thread.join(timeout=HANDED_OVER_WITHIN_S + 5 * cases)

        answered = [task for person in people for task in person.answered]
        print(f"{killed} killed after {before} of {len(answered)}; the rest took {time.monotonic() - began:.1f} s")
        assert [person.failure for person in people] == [None] * len(people)
        assert sum(person.again for person in people) >= 1, "nobody was waiting for an answer"
        assert len(answered) == 4 * cases * 5 > before > 0
        _exactly_once(built, [case for person in people for case in person.cases], fired=0, completed=len(answered))


def _start(built: House, cases: int) -> list[int]:
    return [built.start("linea") for _ in range(cases)]


def _signed_in(ports: dict[str, int], turn: int) -> list[Browser]:
    """The servers as one person sees them: signed in at one, known to the other, in either order."""
    first, second = (answering(port) for port in ports.values())
    first.sign_in()
    second.cookies = first.cookies
    return [first, second] if turn % 2 else [second, first]


def test_a_mail_that_a_killed_worker_was_sending_is_sent_once_when_its_lease_ends(postgresql_url: str) -> None:
    box = SlowMailbox()
    with mail_server(box), fleet(postgresql_url, DUE) as machines:
        database, application = machines.built.application.database, machines.built.application
        _write(machines.built, 3)
        machines.begin("w1", free_port(), "worker", CAUCE_SMTP_URL=box.url)
        assert box.asked.wait(STARTS_WITHIN_S), machines.log()
        machines.kill("w1")
        box.answers.set()
        with database.reading() as session:
            until = session.scalars(sa.select(OutboxMessage.leased_until).where(OutboxMessage.state == "pendiente"))
            (lease,) = (moment for moment in until if moment is not None)

        assert lease - application.clock.now() < dt.timedelta(seconds=HANDED_OVER_WITHIN_S - 5)
        moments = [lease - dt.timedelta(seconds=1), lease]
        sent = [_deliver_at(machines.built, box, moment) for moment in moments]

        assert sent == [2, 1]
        assert Counter(str(mail["Subject"]) for mail in box.messages) == Counter(f"Aviso {n}" for n in range(3))


@pytest.mark.slow
def test_the_other_worker_sends_a_killed_ones_mail_within_a_minute(postgresql_url: str) -> None:
    box = SlowMailbox()
    with mail_server(box), fleet(postgresql_url, DUE) as machines:
        _write(machines.built, 20)
        machines.begin("w1", free_port(), "worker", CAUCE_SMTP_URL=box.url)
        assert box.asked.wait(STARTS_WITHIN_S), machines.log()
        machines.begin("w2", free_port(), "worker", CAUCE_SMTP_URL=box.url)
        machines.kill("w1")
        began = time.monotonic()
        box.answers.set()
        while len(box.messages) < 20 and time.monotonic() - began < 2 * HANDED_OVER_WITHIN_S:
            time.sleep(0.1)

        taken = time.monotonic() - began
        print(f"the last mail left {taken:.1f} s after the kill")
        assert taken < HANDED_OVER_WITHIN_S
        assert Counter(str(mail["Subject"]) for mail in box.messages) == Counter(f"Aviso {n}" for n in range(20))


def _write(built: House, mails: int) -> None:
    with built.application.database.unit_of_work() as session:
        for number in range(mails):
            outbox.enqueue(
                session, now=built.application.clock.now(), kind="aviso", dedup_key=str(number), recipient="ana",
                address="ana@example.org", mail=Mail(f"Aviso {number}", "texto", "<p>texto</p>"),
            )  # fmt: skip


def _deliver_at(built: House, box: SlowMailbox, moment: dt.datetime) -> int:
    clock, sender = VirtualClock(moment), SmtpSender(box.url)
    return outbox.deliver_due(built.application.database, clock, sender, sent_from="Cauce <cauce@example.org>").sent


def _exactly_once(built: House, cases: list[int], *, fired: int, completed: int) -> None:
    with built.application.database.reading() as session:
        kinds = session.scalars(sa.select(HistoryEntry.kind).where(HistoryEntry.instance_id.in_(cases)))
        counted = Counter(kinds)
        assert (counted["timer_fired"], counted["task_completed"]) == (fired, completed)
        followed = sa.select(sa.func.count()).where(UserTask.element_id == "z", UserTask.instance_id.in_(cases))
        assert session.scalar(followed) == fired
        assert session.scalar(sa.select(sa.func.count()).select_from(Submission)) == completed
        assert doctor.examine(session, built.application.engine) == []
