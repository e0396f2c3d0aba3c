"""Trials: plays with faults, one from each seed, and what they came to."""

from __future__ import annotations

import datetime as dt
import logging
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from engine.clock import VirtualClock
from engine.database import Database
from engine.identity import SYSTEM
from web.bootstrap import Application, assemble
from web.config import Config
from web.faults import chances, systems
from web.faults.holding import Watch
from web.faults.processes import House, know_days
from web.faults.sending import People
from web.faults.sometimes import Sometimes
from web.faults.storm import Storm
from web.faults.turns import Turns
from web.progress import Progress
from workflows.calendar import BOGOTA, bogota_day
from workflows.loading import importing, seeding
from workflows.people.directory import seed_roles
from workflows.records.data import PlanData, without_measurements
from workflows.shipped import publish_shipped
from workflows.simulation import life
from workflows.simulation.playing import MORNING, Play
from workflows.simulation.robots import GOOD, LATE, LATER, MISSING, RETURNED, SENT_BACK, Robots
from workflows.simulation.values import Reality

DAYS = 90
AFTERWARDS = tuple(dt.timedelta(minutes=n) for n in (2, 6, 40, 40, 300, 300, 720, 720))
"""When everything is well again: what failed is tried again within these."""
BEHAVIOUR = (GOOD, GOOD, SENT_BACK, LATE, LATER, RETURNED, RETURNED, MISSING)


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a trial begins: a plan that is being formulated, or one in force that is followed from a month on."""

    name: str
    on: dt.date
    first_month: str = ""

    @property
    def data(self) -> PlanData | None:
        """The plan as it is in force; none while it is formulated."""
        if not self.first_month:
            return None
        data = without_measurements(_plan())
        return replace(data, plan=replace(data.plan, first_month=self.first_month))


@cache
def _plan() -> PlanData:
    return seeding.demo_plan()


BEGINNINGS = (
    Beginning("seguimiento", dt.date(2017, 5, 2), "2017-04"),
    Beginning("formulación", dt.date(2016, 5, 2)),
    Beginning("fin del año", dt.date(2017, 11, 2), "2017-09"),
)
"""Seeds take them in turn."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a seed came to. `broken` says what did not hold, and on which day; empty if everything did."""

    seed: int
    beginning: str
    days: int
    faults: Mapping[str, int]
    submissions: int
    mails: int
    broken: str = ""
    elapsed_s: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """What `cauce simulate --faults --json` prints of it."""
        return {
            "seed": self.seed, "beginning": self.beginning, "days": self.days, "faults": dict(self.faults),
            "submissions": self.submissions, "mails": self.mails, "broken": self.broken,
            "elapsed_s": round(self.elapsed_s, 1),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trials:
    """What several came to. `never`: what none of them met; of one alone nobody expects everything."""

    trials: Sequence[Trial]
    sometimes: Mapping[str, int]
    never: Sequence[str]

    @property
    def clean(self) -> bool:
        """Whether everything held, and whatever must happen sometimes did."""
        return not any(one.broken for one in self.trials) and not (len(self.trials) > 1 and self.never)

    def as_json(self) -> dict[str, Any]:
        """What `cauce simulate --faults --json` prints."""
        return {
            "clean": self.clean,
            "trials": [one.as_json() for one in self.trials],
            "sometimes": dict(self.sometimes),
            "never": list(self.never),
        }


@dataclass
class Laboratory:
    """Makes trials. What each begins with is made once and copied."""

    folder: Path
    sometimes: Sometimes = field(default_factory=Sometimes)

    def run(self, seed: int, days: int = DAYS, step: Callable[[], None] = lambda: None) -> Trial:
        """Play the days of a seed; what breaks ends the play and is told."""
        began = time.monotonic()
        beginning = BEGINNINGS[seed % len(BEGINNINGS)]
        path = self.folder / f"{seed}.sqlite"
        shutil.copyfile(self._made(beginning), path)
        clock = VirtualClock(dt.datetime.combine(beginning.on, MORNING, BOGOTA))
        house = House(f"sqlite:///{path}", clock, Turns(chances.of(seed)))
        calm = _calm(house.url, clock)
        storm, watch = _staged(house, calm, beginning, seed)
        played, broken = 0, ""
        try:
            with _silent():
                played = _play(storm, watch, beginning.on, days, step)
        except Exception as failure:
            where = traceback.extract_tb(failure.__traceback__)[-1].name
            broken = f"{bogota_day(clock.now())}, {where}: {type(failure).__name__}: {failure}"
        with calm.database.reading() as session:
            self.sometimes.add(session, house.tally, storm.people.met)
        house.end()
        calm.database.dispose()
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        tally = {str(fault): times for fault, times in sorted(house.tally.items())}
        return Trial(
            seed, beginning.name, played, tally, len(storm.people.answered), sum(house.post.times.values()), broken,
            time.monotonic() - began,
        )  # fmt: skip

    def _made(self, beginning: Beginning) -> Path:
        path = self.folder / f"comienzo-{beginning.on}.sqlite"
        if not path.exists():
            clock = VirtualClock(dt.datetime.combine(beginning.on, MORNING, BOGOTA))
            made = _calm(f"sqlite:///{path}", clock)
            made.database.create_all()
            _furnish(made, beginning)
            made.database.dispose()
        return path


def run(seeds: Sequence[int], days: int = DAYS, out: TextIO = sys.stderr) -> Trials:
    """Play the days of each seed, one after the other."""
    progress = Progress("Probando con fallas", len(seeds) * days, out)
    with tempfile.TemporaryDirectory(prefix="cauce-fallas-") as folder:
        laboratory = Laboratory(Path(folder))
        trials = [laboratory.run(seed, days, progress.step) for seed in seeds]
    progress.end()
    return Trials(trials, laboratory.sometimes.times, laboratory.sometimes.never)


def _play(storm: Storm, watch: Watch, first: dt.date, days: int, step: Callable[[], None]) -> int:
    for number in range(days):
        storm.day(first + dt.timedelta(days=number))
        watch.look(storm.people.answered)
        step()
    storm.day(first + dt.timedelta(days=days), calm=True)
    storm.calm_down(AFTERWARDS)
    watch.look(storm.people.answered)
    watch.look_at_the_end()
    return days


def _staged(house: House, calm: Application, beginning: Beginning, seed: int) -> tuple[Storm, Watch]:
    reality = Reality(seed, {})

    def behaves(period: str, entity: str) -> str:
        return str(reality.choose(BEHAVIOUR, "report", period, entity))

    robots = Robots(today=lambda: bogota_day(house.clock.now()), reality=reality, profile=behaves, polite=False)
    play = Play(calm.database, calm.engine, calm.forms, robots, house.clock)
    storm = Storm(house, play, People(play, house.server), seed)
    know_days(calm)
    return storm, Watch(calm, house.post, house.other)


def _furnish(made: Application, beginning: Beginning) -> None:
    data = beginning.data
    with made.database.unit_of_work() as session:
        if data is None:
            life.found(session, made.engine, without_measurements(_plan()), seeding.acts_of())
            life.begin(session, made.engine, _plan())
        else:
            seed_roles(session)
            importing.apply(session, made.clock, SYSTEM, data, appoints=True)
            publish_shipped(session, made.engine)
            systems.subscribe(session, made.clock, data.plan.code)


def _calm(url: str, clock: VirtualClock) -> Application:
    """What looks on: nothing ever goes wrong with it."""
    config = Config(home=Path(tempfile.gettempdir()), database_url=url, secret_key="")
    return assemble(config, clock=clock, database=Database(url, durable=False))


@contextmanager
def _silent() -> Iterator[None]:
    """What fails here is meant to: nobody needs a trace of it."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
