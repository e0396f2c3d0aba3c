"""Trying mutants: pytest collects once, then each mutant is put into a forked copy of it and fails a test, or none.

A mutant inside a function is put in by its code object, so that whoever imported the function has it too. One that
takes effect at import, or that nothing noticed so (its function may have done its work at import), is tried in a copy
of this process from before anything of ours was imported. In the first way only tests that reach the mutant's line run,
the fastest first. A copy that uses far more CPU than its tests need is a mutant noticed.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import os
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from mutants.catalogue import Core
from mutants.mutating import ROOT, Mutant, path_of

OURS = ("engine", "workflows", "notifications", "web", "tests")
ARGUMENTS = (
    "-q", "-x", "--confcutdir=tests/unit", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "mutants.repeatable",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
)  # fmt: skip
MEMORY = 3 << 30
KILLED, SURVIVED, TIMED_OUT, BROKEN = "killed", "survived", "timed out", "broken"

Tell = Callable[[Mutant, str], None]


class BaselineFails(Exception):
    """The tests fail without any mutant."""


def try_all(core: Core, mutants: Sequence[Mutant], jobs: int, tell: Tell) -> None:
    """Try every mutant of a core, telling each verdict as it comes. Raises `BaselineFails`."""
    inside = [mutant for mutant in mutants if mutant.function]
    unsure = [mutant for mutant in mutants if not mutant.function]
    by_name = {mutant.name: mutant for mutant in mutants}
    spent = time.process_time()
    for line in _from_child(lambda write: _session(core, inside, jobs, write)):
        name, _, verdict = line.rpartition("\t")
        if not name:
            raise BaselineFails(verdict)
        if verdict in (KILLED, TIMED_OUT):
            tell(by_name[name], verdict)
        else:
            unsure.append(by_name[name])
    limit = 30 + 10 * int(time.process_time() - spent)
    for mutant, verdict in _forked(unsure, lambda one: _imported(one, core), lambda _: limit, jobs):
        tell(mutant, verdict)


def _from_child(work: Callable[[Callable[[str], None]], None]) -> Iterator[str]:
    """The lines that a forked copy of this process writes."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "w", buffering=1) as target:
            try:
                work(lambda line: print(line, file=target))
            except BaseException as error:
                print(f"\t{type(error).__name__}: {error}", file=target)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as source:
        for line in source:
            yield line.rstrip("\n")
    os.waitpid(child, 0)


def _session(core: Core, mutants: Sequence[Mutant], jobs: int, write: Callable[[str], None]) -> None:
    """Collect the tests, see which lines each reaches, then try each mutant in a copy of this process."""
    _silence()
    plugin = _Session(core, mutants, jobs, write)
    pytest.main([*ARGUMENTS, *core.arguments], plugins=[plugin])
    if not plugin.finished:
        write("\tthe tests cannot be collected")


class _Session:
    """A plugin of pytest that takes the place of its loop over the tests."""

    def __init__(self, core: Core, mutants: Sequence[Mutant], jobs: int, write: Callable[[str], None]) -> None:
        self.core, self.mutants, self.jobs, self.write = core, mutants, jobs, write
        self.finished = False

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run every test once with its lines traced, then the mutants."""
        reached: defaultdict[tuple[str, int], list[pytest.Item]] = defaultdict(list)
        seconds: dict[pytest.Item, float] = {}
        files = {str(path_of(module)): module for module in self.core.modules}
        for item in session.items:
            began, lines = time.process_time(), set[tuple[str, int]]()
            with _tracing(files, lines):
                passed = _passes(item)
            if not passed:
                self.write(f"\t{item.nodeid} fails without any mutant")
                self.finished = True
                return True
            seconds[item] = time.process_time() - began
            for place in lines:
                reached[place].append(item)

        def tests_of(mutant: Mutant) -> list[pytest.Item]:
            found = {item for line in mutant.lines for item in reached[mutant.module, line]}
            return sorted(found, key=lambda item: (seconds[item], item.nodeid))

        def limit(mutant: Mutant) -> int:
            return 5 + int(5 * sum(seconds[item] for item in tests_of(mutant)))

        for mutant, verdict in _forked(self.mutants, lambda one: _put_in(one, tests_of(one)), limit, self.jobs):
            self.write(f"{mutant.name}\t{verdict}")
        self.finished = True
        return True


@contextlib.contextmanager
def _tracing(files: dict[str, str], lines: set[tuple[str, int]]) -> Iterator[None]:
    def local(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            lines.add((files[frame.f_code.co_filename], frame.f_lineno))
        return local

    def entered(frame: FrameType, _event: str, _: Any) -> Any:
        if frame.f_code.co_filename in files:
            lines.add((files[frame.f_code.co_filename], frame.f_lineno))
            return local
        return None

    sys.settrace(entered)
    try:
        yield
    finally:
        sys.settrace(None)


def _passes(item: pytest.Item) -> bool:
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


def _put_in(mutant: Mutant, items: Iterable[pytest.Item]) -> bool:
    """Whether all these tests pass with the mutant inside its function."""
    function = _function(sys.modules[mutant.module], mutant.function)
    function.__code__ = _code_at(mutant.code(), mutant.function.split("."))
    _forget_what_was_computed()
    return all(_passes(item) for item in items)


def _imported(mutant: Mutant, core: Core) -> bool:
    """Whether all tests of the core pass with the mutant in the module from its import on."""
    sys.meta_path.insert(0, _Finder(mutant))
    return pytest.main([*ARGUMENTS, *core.arguments]) == pytest.ExitCode.OK


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the mutant where its module is asked for."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, name: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        """Only of the one module."""
        if name != self.mutant.module:
            return None
        return importlib.machinery.ModuleSpec(name, self, origin=str(path_of(name)))

    def exec_module(self, module: ModuleType) -> None:
        """Fill the module."""
        module.__file__ = str(path_of(module.__name__))
        exec(self.mutant.code(), module.__dict__)


def _forked(
    mutants: Iterable[Mutant], passes: Callable[[Mutant], bool], limit: Callable[[Mutant], int], jobs: int
) -> Iterator[tuple[Mutant, str]]:
    """Try each in a forked copy of this process, `jobs` at a time."""
    waiting, running = list(reversed(list(mutants))), dict[int, Mutant]()
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            child = os.fork()
            if child == 0:
                _be_a_copy(mutant, passes, limit(mutant))
            running[child] = mutant
        child, status = os.wait()
        yield running.pop(child), _verdict(status)


def _be_a_copy(mutant: Mutant, passes: Callable[[Mutant], bool], cpu: int) -> None:
    status = 2
    try:
        _silence()
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 5))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        status = 0 if passes(mutant) else 1
    except BaseException as error:
        status = 1 if isinstance(error, MemoryError | RecursionError | SystemExit) else 2
    finally:
        os._exit(status)


def _verdict(status: int) -> str:
    if os.WIFSIGNALED(status):
        return TIMED_OUT
    return {0: SURVIVED, 1: KILLED}.get(os.WEXITSTATUS(status), BROKEN)


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _function(module: ModuleType, path: str) -> FunctionType:
    found: Any = module
    for name in path.split("."):
        found = vars(found)[name]
    while not isinstance(found, FunctionType) or hasattr(found, "__wrapped__"):
        inner = ("__wrapped__", "__func__", "fget", "func")
        found = next(getattr(found, name) for name in inner if getattr(found, name, None) is not None)
    return found


def _code_at(code: CodeType, path: Sequence[str]) -> CodeType:
    for name in path:
        code = next(one for one in code.co_consts if isinstance(one, CodeType) and one.co_name == name)
    return code


def _forget_what_was_computed() -> None:
    """Clear the caches of our functions: they were filled without the mutant."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in OURS:
            for value in list(vars(module).values()):
                for one in (value, *vars(value).values()) if isinstance(value, type) else (value,):
                    if callable(clear := getattr(one, "cache_clear", None)):
                        clear()


def prepare() -> None:
    """Import what takes long and is not ours, once for all copies."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    for name in ("holidays.countries.colombia", "hypothesis.strategies", "lark", "sqlalchemy.orm", "SpiffWorkflow"):
        importlib.import_module(name)
