"""Whoever manages cases may be killed at any moment: each case is as it was, or as it was to be."""

from __future__ import annotations

import datetime as dt
import itertools
import multiprocessing
import os
import random
import signal
import time
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa

from engine import doctor
from engine.clock import VirtualClock
from engine.database import Database
from engine.definitions import catalogue
from engine.errors import EngineError
from engine.managing import acts
from engine.managing.models import CaseChange
from engine.states import Act, ChangeState
from tests.support.diagrams import TIMER, boundary, chain, each, end, gateway, process, service, start, sub, user
from tests.support.engine import BOSS, World


def _note(call: Any) -> dict[str, Any]:
    return {}


def _drawn(step: str) -> bytes:
    return process(
        "p", start(), user("a"), boundary("v", "a", TIMER, interrupting=False, plazo="9d"), service("s", "anotar"),
        sub("g", start("i"), user("b", each("lista", "x")), end("j"), chain("i", "b", "j")), user(step), user("z"),
        end(), end("otro"), chain("inicio", "a", "s", "g", step, "z", "fin"), chain("v", "otro"),
    )  # fmt: skip


def _manage_until_killed(url: str, seed: int, pipe: Any) -> None:
    """Do something with one case after another, say which after the commit."""
    chance = random.Random(seed)
    world = World(Database(url), VirtualClock(dt.datetime(2018, 7, 2, tzinfo=dt.UTC)), handlers={"anotar": _note})
    kinds: list[tuple[Act, dict[str, Any]]] = [
        (Act.SUSPEND, {}),
        (Act.RESUME, {}),
        (Act.MOVE, {"to": "a"}),
        (Act.MOVE, {"to": "g"}),
        (Act.MOVE, {"to": "z"}),
        (Act.MIGRATE, {"version": 1, "targets": {"n2": "n1"}}),
        (Act.MIGRATE, {"version": 2, "targets": {"n1": "n2"}}),
        (Act.CORRECT, {"name": "lista", "value": ["1", "2"]}),
        (Act.CANCEL, {}),
    ]
    for _ in itertools.count():
        case, (act, details) = chance.randint(1, 3), chance.choice(kinds)
        if chance.random() < 0.3:  # also what was cancelled, or no case would be left
            _take_back(world, case, pipe)
        about = {"about": "1"} if act == Act.MOVE and chance.random() < 0.5 else {}
        with suppress(EngineError), world.database.unit_of_work() as session:
            done = acts.execute(session, world.engine, case, act, {**details, **about}, actor=BOSS, reason="prueba")
            session.commit()
            pipe.send(done.change_id)


def _take_back(world: World, case: int, pipe: Any) -> None:
    """Undo the last that was done with a case, say so after the commit."""
    with suppress(EngineError, StopIteration), world.database.unit_of_work() as session:
        change = next(one for one in acts.changes_of(session, case) if one.state == ChangeState.DONE)
        acts.undo(session, world.engine, change.id, actor=BOSS, reason="se deshace")
        session.commit()
        pipe.send(-change.id)


@pytest.mark.parametrize("kills", [8, pytest.param(150, marks=pytest.mark.slow)])
def test_kill_minus_nine_leaves_each_case_before_or_after(world: World, kills: int) -> None:
    chance = random.Random(kills)
    world.handlers["anotar"] = _note
    world.publish(_drawn("n1"))
    cases = [world.start(business_key=str(number), lista=["1", "2", "3"]) for number in range(3)]
    world.publish(_drawn("n2"))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    url = world.database.url.render_as_string(hide_password=False)
    said: list[int] = []

    for seed in range(kills):
        reader, writer = context.Pipe(duplex=False)
        worker = context.Process(target=_manage_until_killed, args=(url, seed, writer))
        worker.start()
        writer.close()
        said.append(reader.recv())
        time.sleep(chance.uniform(0, 0.1))
        os.kill(worker.pid or 0, signal.SIGKILL)
        worker.join()
        with suppress(EOFError, OSError):
            while reader.poll():
                said.append(reader.recv())
        reader.close()

    with world.database.reading() as session:
        rows = list(session.scalars(sa.select(CaseChange)))
        assert doctor.examine(session, world.engine) == []
        bundles = {one.sha256 for one in catalogue.bundles(session, "p")}
    undone = {row.id for row in rows if row.state == ChangeState.UNDONE}
    assert {one for one in said if one > 0} <= {row.id for row in rows}
    assert {-one for one in said if one < 0} <= undone
    assert all(row.state in (ChangeState.DONE, ChangeState.UNDONE) and row.outcome for row in rows)
    assert {world.instance(case).bundle_sha256 for case in cases} <= bundles
    kinds = [entry.kind for case in cases for entry in world.history(case)]
    acted = {"suspended", "resumed", "step_changed", "migrated", "variable_corrected", "instance_cancelled"}
    resumed = sum(row.act == Act.SUSPEND for row in rows if row.id in undone)  # that is how a suspension is undone
    assert sum(kind in acted for kind in kinds) == len(rows) + resumed
    assert kinds.count("change_undone") == len(undone) - resumed
    assert len(said) >= kills
    print(f"{kills} kills: {len(said)} acts answered, {len(rows)} on record")


def test_whoever_is_killed_between_cases_leaves_the_rest_for_the_next_time(world: World) -> None:
    world.publish(process("p", start(), gateway("g"), user("a"), end(), chain("inicio", "g", "a", "fin")))
    cases = [world.start(business_key=str(number)) for number in range(4)]
    for case in cases[:2]:
        with world.database.unit_of_work() as session:
            acts.execute(session, world.engine, case, Act.SUSPEND, {}, actor=BOSS, reason="pausa")

    with world.database.unit_of_work() as session:
        seen = [acts.preview(session, world.engine, case, Act.SUSPEND, {}, actor=BOSS).possible for case in cases]

    assert seen == [False, False, True, True]
