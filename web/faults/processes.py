"""The processes of an installation: a server and two workers over one database, each of which may end at any time."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir

from engine.clock import VirtualClock
from web.bootstrap import Application, assemble
from web.config import Config
from web.faults.post import Post
from web.faults.systems import OtherSystem
from web.faults.troubles import Fault, FaultyDatabase, Killed, Troubles
from web.faults.turns import Turns
from workflows.sectors.holidays import known_days

INSTANT = dt.timedelta(milliseconds=1)
"""No two transactions are of one moment: which came first could not be told."""


@dataclass
class Process:
    """One process. After its end the next thing asked of it begins another, that knows nothing of the first."""

    url: str
    clock: VirtualClock
    post: Post
    turns: Turns
    troubles: Troubles
    _application: Application | None = field(default=None, init=False)
    _life: int = field(default=-1, init=False)

    @property
    def application(self) -> Application:
        """What runs in it now."""
        if self._application is None or self._life != self.troubles.lives:
            self.end()
            self._life = self.troubles.lives
            self._application = self._begun()
        return self._application

    def survive(self, act: Callable[[Application], object]) -> bool:
        """Do something in it; whether it lived to the end."""
        try:
            act(self.application)
        except Killed:
            return False
        return True

    def end(self) -> None:
        """Close what it holds open."""
        if self._application is not None:
            self._application.database.dispose()
            self._application = None

    def _begun(self) -> Application:
        database = FaultyDatabase(self.url, self.troubles, self.turns, lambda: self.clock.advance(INSTANT))
        config = Config(home=Path(gettempdir()), database_url=self.url, secret_key="")
        return assemble(config, clock=self.clock, sender=self.post, database=database)


@dataclass
class House:
    """A server, two workers, a mail server, another system and a clock. `tally` counts what went wrong."""

    url: str
    clock: VirtualClock
    turns: Turns
    tally: Counter[Fault] = field(default_factory=Counter)
    post: Post = field(init=False)
    other: OtherSystem = field(init=False)
    server: Process = field(init=False)
    workers: tuple[Process, Process] = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is opened yet."""
        self.post, self.other = Post(self.tally), OtherSystem(self.tally)
        self.server = self._process(Fault.SERVER_KILLED)
        self.workers = self._process(Fault.WORKER_KILLED), self._process(Fault.WORKER_KILLED)

    @property
    def processes(self) -> tuple[Process, ...]:
        """All three."""
        return (self.server, *self.workers)

    def heal(self) -> None:
        """Let nothing be wrong with any process from now on."""
        for process in self.processes:
            process.troubles.heal()

    def end(self) -> None:
        """Close everything."""
        for process in self.processes:
            process.end()

    def _process(self, kills: Fault) -> Process:
        return Process(self.url, self.clock, self.post, self.turns, Troubles(self.tally, kills))


def know_days(application: Application) -> None:
    """Let a server know the days that nobody works, as a worker does at each tick."""
    with application.database.reading() as session:
        application.calendar.know(known_days(session))
