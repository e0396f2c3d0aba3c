"""Random processes played on the engine and its database: at no step does a case wait for something it can't tell."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from engine import sweep
from engine.clock import VirtualClock
from engine.errors import EngineError, InvalidDiagram
from engine.instances import messages
from engine.instances.correlation import Subscription
from engine.timers import Timer
from tests.support import databases
from tests.support.databases import with_tables
from tests.support.engine import BOSS, World
from tests.support.structured_events import Drawing
from tests.support.waiting import unexplained

Place = Callable[[int], URL]
STEPS = 40
BEGUN = dt.datetime(2018, 7, 2, 14, 0, tzinfo=dt.UTC)


def play(world: World, seed: int) -> list[str] | None:
    """What was unexplained in a play; None of a drawing that the linter refuses."""
    try:
        world.publish(*Drawing(seed).xml())
    except InvalidDiagram:
        return None
    world.start(business_key=f"C-{seed}", choice=seed % 3, again=0, lista=["uno", "dos", "tres"])
    chance, found = random.Random(seed), list[str]()
    for step in range(STEPS):
        with world.database.reading() as session:
            found += unexplained(session, world.engine, stuck=False)
        if not _go_on(world, chance, step):
            break
    return found


def _go_on(world: World, chance: random.Random, step: int) -> bool:
    """Do a task, let time pass, or send what is awaited; whether there was anything to do."""
    acts = list(_acts(world))
    if not acts:
        return False
    kind, which = chance.choice(acts)
    written = {"choice": chance.randrange(3) + step / 1000, "again": (chance.randrange(3) == 0) + step / 1000}
    try:
        if kind == "task":
            world.complete(int(which), **written)
        elif kind == "message":
            with world.database.unit_of_work() as session:
                messages.send(session, world.engine, which, "PLAN", written, actor=BOSS)
        else:
            with world.database.reading() as session:
                world.clock.move_to(max(world.clock.now(), session.scalar(sa.select(sa.func.min(Timer.due_at)))))
            with world.database.unit_of_work() as session:
                sweep.fire_due_timers(session, world.engine)
    except EngineError:
        pass  # refused; the case stands where it stood
    return True


def _acts(world: World) -> Iterator[tuple[str, str]]:
    yield from (("task", str(task.id)) for task in world.open_tasks())
    with world.database.reading() as session:
        yield from (("message", name) for name in session.scalars(sa.select(Subscription.name).distinct()))
        if session.scalar(sa.select(Timer.id).limit(1)):
            yield "time", ""


def plays(seeds: range, place: Place) -> list[list[str]]:
    """Each on a database of its own: a case that another play left would be told again and again."""
    found = []
    for seed in seeds:
        database = with_tables(place(seed))
        try:
            played = play(World(database, VirtualClock(BEGUN)), seed)
        finally:
            database.dispose()
            databases.drop(database.url)
        if played is not None:
            found.append([f"seed {seed}: {one}" for one in played])
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where the play of each number has its database, on each of the two systems."""
    if request.param == "sqlite":
        return lambda seed: make_url(f"sqlite:///{tmp_path / str(seed)}.db")
    url = make_url(request.getfixturevalue("postgresql_url"))
    return lambda seed: url.set(database=f"play_{seed}_{uuid.uuid4().hex[:8]}")


def test_random_plays_never_wait_in_silence(place: Place) -> None:
    found = plays(range(40) if place(0).get_backend_name() == "sqlite" else range(40, 48), place)

    assert len(found) >= 3
    assert [one for played in found for one in played] == []


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_a_thousand_random_plays_never_wait_in_silence(place: Place, block: int) -> None:
    found = plays(range(1_000 + block * 260, 1_260 + block * 260), place)

    assert len(found) >= 100
    assert [one for played in found for one in played] == []
