"""Runs a function on a stranger's file in a process of its own, with a limit of time and memory."""

from __future__ import annotations

import functools
import multiprocessing
import pickle
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, TypeVar

from engine.errors import SpokenError, UnreadableDiagram
from engine.loading import loading

if TYPE_CHECKING:  # Windows has no ForkServerContext
    from multiprocessing.context import ForkServerContext, SpawnContext

SECONDS = 5.0
PACKAGES = ("engine", "workflows", "notifications", "web")
"""What the program consists of."""
PATIENCE = 6
"""How many times the allowed work may take by the clock on the wall: a busy machine is no fault of the file."""
MEGABYTES = 1_024

Result = TypeVar("Result")


def too_complicated() -> Exception:
    """What is said of a diagram that takes too much."""
    return UnreadableDiagram(
        "El archivo es demasiado complicado: leerlo tarda o pesa más de lo permitido. Divida el diagrama."
    )


def confined(
    function: Callable[..., Result],
    *arguments: Any,
    seconds: float = SECONDS,
    too_much: Callable[[], Exception] = too_complicated,
) -> Result:
    """What `function` returns; it and its arguments must be importable and picklable.

    Raises `too_much()` when it works for more than `seconds`, takes 1 GB or six times as long, or dies; and whatever
    the function raises, if that can be pickled.
    """
    context = _children()
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_run, args=(there, pickle.dumps((function, arguments)), seconds), daemon=True)
    child.start()
    there.close()
    try:
        answer: Result = _answer(here, seconds * PATIENCE, too_much)
        return answer
    finally:
        child.kill()
        child.join()
        here.close()


@functools.cache
def _children() -> ForkServerContext | SpawnContext:
    """How children are begun: forked from a process that has loaded what this one has, where the system can.

    A child that loads the program itself needs seconds for it. The process they are forked from is begun with the
    first of them; it runs nothing, holds no connection, and ends with this one.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    loaded = sorted(name for name in sys.modules if name.partition(".")[0] in PACKAGES)
    context.set_forkserver_preload(["engine.uncollected", *loaded])
    return context


@contextmanager
def reading_strangers(unreadable: Callable[[], Exception]) -> Iterator[None]:
    """Whatever a library raises in the block is the file's fault, and `unreadable()` is raised instead.

    A damaged file makes libraries raise anything; no list of it is whole. What speaks to people already, and the lack
    of memory, which `confined` tells, pass.
    """
    try:
        yield
    except (SpokenError, MemoryError):
        raise
    except Exception as exc:
        raise unreadable() from exc


def _answer(connection: Connection, seconds: float, too_much: Callable[[], Exception]) -> Any:
    """The child's answer; the clock runs from when it has loaded what it needs."""
    try:
        if not connection.poll(30) or connection.recv() != "ready" or not connection.poll(seconds):
            raise too_much()
        fine, answer = connection.recv()
    except EOFError as exc:
        raise too_much() from exc
    if not fine:
        raise too_much() if answer is None else answer
    return answer


def _run(connection: Connection, task: bytes, seconds: float) -> None:
    """In the child: run, and send back the result or the exception."""
    with loading():
        function, arguments = pickle.loads(task)  # noqa: S301  (our own parent wrote it)
    connection.send("ready")
    _limit_memory()
    _limit_work(seconds)
    try:
        connection.send((True, function(*arguments)))
    except MemoryError:
        connection.send((False, None))
    except Exception as exc:  # the parent raises it again
        connection.send((False, exc))


def _limit_memory() -> None:
    try:
        import resource  # noqa: PLC0415  (not on Windows)
    except ImportError:
        return
    limit = MEGABYTES * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _limit_work(seconds: float) -> None:
    """Let the system end this process when it has worked so long; waiting for its turn does not count."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)
