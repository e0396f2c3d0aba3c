"""The server as a process: slow connections, the end it is told to come to, several processes at one address."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.harness import Place
from benchmarks.house import ANA, LOOP, House, house
from benchmarks.http import Browser, answering, give_password, hidden, run
from tests.support.remote import BROKEN, free_port
from web import server as http_server
from web.processes import cores
from workflows.people.models import PersonRole, Role
from workflows.people.permissions import SHARED_LEADER

SLOW = 1000
ENDS_WITHIN_S = 30
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")


@pytest.fixture(scope="module")
def built() -> Iterator[House]:
    """A house in which Ana may sign in, and leads the processes that all share."""
    with house(Place(), LOOP) as found:
        give_password(found)
        with found.application.database.unit_of_work() as session:
            session.add(Role(id=SHARED_LEADER, name="Líder de los procesos", scope="instalacion"))
            session.flush()
            session.add(PersonRole(username=ANA.id, role_id=SHARED_LEADER))
        yield found


@pytest.fixture
def port() -> int:
    return free_port()


def begin(built: House, port: int, *arguments: str) -> subprocess.Popen[bytes]:
    """`cauce serve`, answering."""
    process = run(built.application.config, port, "serve", "--no-worker", "--port", str(port), *arguments)
    answering(port).connection.close()
    return process


def children(process: subprocess.Popen[bytes]) -> set[int]:
    """The processes that answer: those that multiprocessing began, but for the one that watches over its resources."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            told = (stat.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == process.pid and b"spawn_main" in told:
            found.add(int(stat.parent.name))
    return found


def until(condition) -> bool:  # type: ignore[no-untyped-def]
    limit = time.monotonic() + ENDS_WITHIN_S
    while not condition() and time.monotonic() < limit:
        time.sleep(0.05)
    return bool(condition())


def answers(port: int) -> bool:
    try:
        browser = Browser(port)
        try:
            return browser.ask("GET", "/salud")[0] == 200
        finally:
            browser.connection.close()
    except BROKEN:
        return False


def test_a_thousand_slow_connections_keep_nobody_waiting(built: House, port: int) -> None:
    if http_server.room_for_connections() < SLOW + 50:
        pytest.skip("the system lets a process hold too few connections")
    process = begin(built, port)
    head = b"POST /ingresar HTTP/1.1\r\nHost: cauce\r\nContent-Length: 100000\r\n"
    slow = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(SLOW)]
    try:
        for number, one in enumerate(slow):
            one.sendall(head + (b"\r\nusername=" if number % 2 else b"X-Lenta: "))
        for one in slow:
            one.sendall(b"a")

        browser = Browser(port)
        browser.sign_in()
        status, text = browser.ask("GET", "/bandeja")
        browser.connection.close()

        assert status == 200 and "No tiene tareas" in text
        assert process.poll() is None
    finally:
        for one in slow:
            one.close()
        process.terminate()
        process.wait(ENDS_WITHIN_S)


@needs_proc
def test_nobody_says_how_many_so_two_answer_on_sqlite_where_there_are_two_cores(built: House, port: int) -> None:
    process = begin(built, port)
    try:
        expected = 0 if cores() == 1 else 2  # one answers by itself
        assert until(lambda: len(children(process)) == expected)
    finally:
        process.terminate()
        process.wait(timeout=ENDS_WITHIN_S)


def test_a_request_that_cannot_be_read_is_told_so_in_spanish_with_a_code(built: House, port: int) -> None:
    begins = b"POST /ingresar HTTP/1.1\r\nHost: x\r\n"
    unreadable = {
        431: b"Cookie: " + b"a" * 262_144,
        400: b"sin dos puntos",
        501: b"Transfer-Encoding: gzip",
    }
    process = begin(built, port, "--processes", "1")

    told = {}
    try:
        for status, line in unreadable.items():
            with socket.create_connection(("127.0.0.1", port), timeout=ENDS_WITHIN_S) as connection:
                connection.sendall(begins + line + b"\r\n\r\n")
                told[status] = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    finally:
        process.terminate()
        process.wait(ENDS_WITHIN_S)

    for status, answer in told.items():
        head, _, body = answer.partition("\r\n\r\n")
        code = re.search(r"intente de nuevo\.\s+Código del incidente: ([0-9A-Z]{4}-[0-9A-Z]{4})\s*$", body)
        assert head.split()[1] == str(status)
        assert code and f"x-request-id: {code[1]}".lower() in head.lower()


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_request_that_has_begun_is_answered_before_the_end(built: House, port: int, processes: str) -> None:
    process = begin(built, port, "--processes", processes)
    browser = Browser(port)
    _, text = browser.ask("GET", "/ingresar")
    wrong = {"csrf_token": hidden(text, "csrf_token"), "username": ANA.id, "password": "no es esta"}

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(browser.ask, "POST", "/ingresar", wrong)
        time.sleep(0.05)  # the password is being hashed
        process.send_signal(signal.SIGTERM)
        status, said = asked.result(ENDS_WITHIN_S)
    browser.connection.close()

    assert status == 422 and "no coinciden" in said
    assert process.wait(ENDS_WITHIN_S) == 0
    assert not answers(port)


@needs_proc
def test_a_process_that_ends_is_begun_again_and_all_go_with_the_first(built: House, port: int) -> None:
    process = begin(built, port, "--processes", "2")
    assert until(lambda: len(children(process)) == 2)
    first, second = children(process)

    os.kill(first, signal.SIGKILL)
    assert until(lambda: len(children(process)) == 2 and first not in children(process))
    assert second in children(process)
    assert until(lambda: answers(port))

    left = children(process)
    process.kill()
    process.wait(ENDS_WITHIN_S)

    assert until(lambda: not any(Path(f"/proc/{one}").exists() for one in left))
    assert not answers(port)
    again = begin(built, port)
    again.terminate()
    assert again.wait(ENDS_WITHIN_S) == 0


@needs_proc
def test_sessions_and_sign_in_limits_hold_over_all_processes(built: House, port: int) -> None:
    process = begin(built, port, "--processes", "2")
    try:
        signed = Browser(port)
        signed.sign_in()
        for _ in range(8):  # each connection may go to another process
            other = Browser(port, cookies=signed.cookies)
            status, text = other.ask("GET", "/bandeja")
            other.connection.close()
            assert status == 200 and ANA.id in text.lower()
        signed.connection.close()
    finally:
        process.terminate()
        assert process.wait(ENDS_WITHIN_S) == 0


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_stranger_s_file_is_read_however_many_processes_answer(built: House, port: int, processes: str) -> None:
    process = begin(built, port, "--processes", processes)
    try:
        leader = Browser(port)
        leader.sign_in()
        _, text = leader.ask("GET", "/procesos/traer")
        drawn = {"archivo": ("vueltas.bpmn", LOOP)}
        status, said = leader.ask("POST", "/procesos/traer", {"csrf_token": hidden(text, "csrf_token")}, drawn)
        leader.connection.close()
    finally:
        process.terminate()
        assert process.wait(ENDS_WITHIN_S) == 0

    assert status == 200 and "vueltas" in said


def test_metrics_are_those_of_all_processes_whichever_answers(built: House, port: int) -> None:
    process = begin(built, port, "--processes", "2")
    try:
        before = _asked_for_health(port)
        for _ in range(12):  # each connection may go to another process
            assert answers(port)
        after = {_asked_for_health(port) for _ in range(6)}
    finally:
        process.terminate()
        assert process.wait(ENDS_WITHIN_S) == 0

    assert after == {before + 12}


def _asked_for_health(port: int) -> int:
    """How often /salud was answered, as the process that happens to be asked tells it."""
    browser = Browser(port)
    _, text = browser.ask("GET", "/metrics")
    browser.connection.close()
    counted = re.search(r'cauce_http_requests_total\{endpoint="health.health",method="GET",status="200"\} (\S+)', text)
    return int(float(counted[1])) if counted else 0
