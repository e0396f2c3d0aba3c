"""Where a measurement runs, how large it is, and how it is timed."""

from __future__ import annotations

import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from benchmarks.extent import ALL_SECTORS, FULL, SECTORS, TENTH, Extent

Figures = dict[str, object]
"""Names to numbers, or to further figures."""

Act = Callable[[], object]
"""What is timed."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured. The defaults are the published figures; the tests take less."""

    past: tuple[int, ...] = (10, 1000, 3000)
    samples: int = 150
    http_cases: int = 4
    linear: int = 30
    starts: int = 60
    inbox: tuple[int, ...] = (10_000, 1_000_000)
    readings: int = 25
    waiting: int = 10_000
    sweeps: int = 25
    people: int = 20
    meetings: int = 3
    sector: Extent = FULL
    all_sectors: Extent = ALL_SECTORS
    sectors: int = SECTORS
    reporters: int = 300
    at_a_time: int = 20
    offered: int = 30
    compared: int = 150
    fire_s: float = 90


SMALL = Sizes(
    past=(2, 4, 6), samples=3, http_cases=1, linear=3, starts=2, inbox=(20, 60), readings=2, waiting=20, sweeps=2,
    people=3, meetings=1, sector=TENTH, all_sectors=replace(TENTH, entities=10, indicators=120), sectors=2,
    reporters=9, at_a_time=4, offered=3, compared=3,
)  # fmt: skip
"""Enough to see that everything works."""

SHORT = replace(
    SMALL, past=(5, 50, 100), samples=15, inbox=(100, 1000), readings=9, reporters=12, compared=80,
    all_sectors=ALL_SECTORS, sectors=SECTORS,
)  # fmt: skip
"""Enough to count, and to see what grows."""


@dataclass(frozen=True, slots=True)
class Place:
    """The database system that is measured.

    With a PostgreSQL `url` every measurement makes a database of its own beside that one; otherwise a SQLite file in
    a temporary folder, or in the folder of the SQLite file that `url` names.
    """

    url: str = ""

    @contextmanager
    def home(self) -> Iterator[tuple[Path, str]]:
        """A folder and the URL of an empty database; both go afterwards."""
        with tempfile.TemporaryDirectory(prefix="cauce-bench-", dir=self._folder()) as name:
            folder = Path(name)
            if self.url and not self.url.startswith("sqlite"):
                with self._postgresql() as url:
                    yield folder, url
            else:
                yield folder, f"sqlite:///{folder / 'cauce.sqlite'}"

    def _folder(self) -> Path | None:
        database = make_url(self.url).database if self.url.startswith("sqlite") else None
        return Path(database).resolve().parent if database else None

    @contextmanager
    def _postgresql(self) -> Iterator[str]:
        name = f"bench_{uuid.uuid4().hex[:12]}"
        admin = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        try:
            yield make_url(self.url).set(database=name).render_as_string(hide_password=False)
        finally:
            with admin.connect() as connection:
                connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
            admin.dispose()


def seconds(act: Act, clock: Callable[[], float] = time.perf_counter) -> float:
    """How long `act` takes, by the wall or by another clock."""
    began = clock()
    act()
    return clock() - began


def in_turns(
    makers: Sequence[Callable[[], Act]], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """The median time in seconds of what each maker makes, in turns so that a busy moment of the machine meets all.

    Making is not timed. With `time.process_time` it is the processor's time that counts, of this process alone.
    """
    taken: list[list[float]] = [[] for _ in makers]
    for _ in range(rounds):
        for make, times in zip(makers, taken, strict=True):
            times.append(seconds(make(), clock))
    return [statistics.median(times) for times in taken]


def milliseconds(taken: float) -> float:
    """Seconds as milliseconds, to a hundredth."""
    return round(taken * 1000, 2)
