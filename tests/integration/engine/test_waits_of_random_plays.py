"""Random processes played on the engine and its database: at no step does a case wait for something it can't tell."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from engine import sweep
from engine.clock import VirtualClock
from engine.errors import EngineError, InvalidDiagram
from engine.instances import messages
from engine.instances.correlation import Subscription
from engine.timers import Timer
from tests.support.databases import with_tables
from tests.support.engine import BOSS, World
from tests.support.structured_events import Drawing
from tests.support.waiting import unexplained

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


def plays(folder: Path, seeds: range) -> list[list[str]]:
    """Each on a database of its own: a case that another play left would be told again and again."""
    found = []
    for seed in seeds:
        database = with_tables(make_url(f"sqlite:///{folder / str(seed)}.db"))
        try:
            played = play(World(database, VirtualClock(BEGUN)), seed)
        finally:
            database.dispose()
        if played is not None:
            found.append([f"seed {seed}: {one}" for one in played])
    return found


def test_fifteen_random_plays_never_wait_in_silence(tmp_path: Path) -> None:
    found = plays(tmp_path, range(40))

    assert len(found) >= 15
    assert [one for played in found for one in played] == []


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_a_thousand_random_plays_never_wait_in_silence(tmp_path: Path, block: int) -> None:
    found = plays(tmp_path, range(1_000 + block * 260, 1_260 + block * 260))

    assert len(found) >= 100
    assert [one for played in found for one in played] == []
