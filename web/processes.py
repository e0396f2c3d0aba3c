"""Several processes that answer at one address, begun again when they end, gone when the first is."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from web import importing
from web.config import Config

log = logging.getLogger(__name__)

LOOKS_EVERY_S = 0.5
BEGINS_AGAIN_AFTER_S = 1
"""One that cannot begin must not be tried without a pause."""
STOPS_WITHIN_S = 30

Work = Callable[[Config, socket.socket, threading.Event], None]
"""What each process does until told to stop. A function of a module, which the process imports anew."""


@dataclass
class _Running:
    """A process, and the end of a pipe that it reads: it stops when the other end is closed, by us or by our end."""

    process: BaseProcess
    lifeline: Connection


def run(count: int, work: Work, config: Config, listening: socket.socket, stop: threading.Event) -> None:
    """Keep so many processes at work until `stop` is set; then let them finish.

    They are begun afresh (`spawn`), as on every system: nothing of this process is copied, neither threads nor
    connections.
    """
    with tempfile.TemporaryDirectory(prefix="cauce-metrics-") as shared:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = shared  # what each counts, any of them tells (web.health.metrics)
        _keep(count, work, config, listening, stop)


def _keep(count: int, work: Work, config: Config, listening: socket.socket, stop: threading.Event) -> None:
    running: list[_Running] = []
    try:
        for _ in range(count):
            running.append(_begin(work, config, listening))
        while not stop.is_set():
            wait([one.process.sentinel for one in running], timeout=LOOKS_EVERY_S)
            for place, one in enumerate(running):
                if not one.process.is_alive() and not stop.is_set():
                    log.error("web process %s ended with %s; another begins", one.process.pid, one.process.exitcode)
                    one.lifeline.close()
                    time.sleep(BEGINS_AGAIN_AFTER_S)
                    running[place] = _begin(work, config, listening)
    finally:
        _let_finish(running)


def _let_finish(running: Sequence[_Running]) -> None:
    for one in running:
        one.lifeline.close()
    for one in running:
        one.process.join(STOPS_WITHIN_S)
        if one.process.is_alive():
            one.process.kill()


def _begin(work: Work, config: Config, listening: socket.socket) -> _Running:
    context = multiprocessing.get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    address = f"{work.__module__}:{work.__name__}"
    # Not as a daemon: those may not begin processes, and strangers' files are read in one (engine.confinement).
    process = context.Process(target=_work, args=(address, config, listening, theirs))
    process.start()
    theirs.close()
    return _Running(process, ours)


def _work(address: str, config: Config, listening: socket.socket, lifeline: Connection) -> None:
    """What a process does: its work, until its lifeline is cut."""
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    threading.Thread(target=_watch, args=(lifeline, stop), daemon=True).start()
    work: Work = importing.at(address)
    work(config, listening, stop)


def _watch(lifeline: Connection, stop: threading.Event) -> None:
    wait([lifeline])
    stop.set()


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
