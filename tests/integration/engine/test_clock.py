"""Clocks that jump, and the days on which calendars go wrong: nothing fires twice, too early, or never."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

import pytest

from engine import doctor, sweep
from engine.history import HistoryEntry
from engine.waits import WaitKind, waits
from tests.support.diagrams import TIMER, boundary, chain, end, gateway, node, process, service, start, sub, user
from tests.support.engine import World

SECOND = dt.timedelta(seconds=1)
BACK = dt.timedelta(hours=-2)
AHEAD = dt.timedelta(days=40)

WAIT = process(
    "p", start(), node("intermediateCatchEvent", "espera", TIMER, properties={"plazo": "fecha:cuando"}), user("z"),
    end(), chain("inicio", "espera", "z", "fin"),
)  # fmt: skip
REMIND = process(
    "p", start(), user("a"), boundary("v", "a", TIMER, interrupting=False, plazo="1d"), user("z"), end(), end("fin2"),
    chain("inicio", "a", "fin"), chain("v", "z", "fin2"),
)  # fmt: skip

CLOSED = process(
    "p", start(), sub("s", start("i2"), user("a"), end("e2"), chain("i2", "a")), boundary("v", "s", TIMER, plazo="2d"),
    user("z"), end(), end("fin2"), chain("inicio", "s", "fin"), chain("v", "z", "fin2"),
)  # fmt: skip


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def tick(world: World, limit: int = 100) -> int:
    with world.database.unit_of_work() as session:
        return sweep.fire_due_timers(session, world.engine, limit=limit)


def tick_at(world: World, when: dt.datetime) -> int:
    world.clock.move_to(when)
    return tick(world)


def fired(world: World, cases: Sequence[int]) -> list[HistoryEntry]:
    """What fired in these cases, in the order in which it was written down."""
    entries = [entry for case in cases for entry in world.history(case) if entry.kind == "timer_fired"]
    return sorted(entries, key=lambda entry: entry.id)


def healthy(world: World) -> None:
    with world.database.reading() as session:
        assert doctor.examine(session, world.engine) == []


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ("2018-01-30T23:59:59.999999", "2018-01-31T23:59:59.999999"),
        ("2018-01-31T12:00", "2018-02-01T12:00"),
        ("2018-02-28T00:00", "2018-03-01T00:00"),
        ("2020-02-28T05:00", "2020-02-29T05:00"),
        ("2020-02-29T05:00", "2020-03-01T05:00"),
        ("2018-12-31T23:30", "2019-01-01T23:30"),
        ("2019-12-31T04:59:59", "2020-01-01T04:59:59"),
    ],
)
def test_a_timer_falls_due_to_the_microsecond_on_the_days_where_calendars_turn(
    world: World, opened: str, due: str
) -> None:
    world.clock.move_to(moment(opened))
    world.publish(REMIND)
    case = world.start()

    before = tick_at(world, moment(due) - dt.timedelta(microseconds=1))
    exactly, again = tick_at(world, moment(due)), tick(world)

    assert (before, exactly, again) == (0, 1, 0)
    assert [entry.data["vencia"] for entry in fired(world, [case])] == [moment(due).isoformat()]
    assert world.names() == ["a", "z"]


def test_a_moment_that_has_passed_when_it_is_set_is_due_at_once(world: World) -> None:
    world.publish(WAIT)
    case = world.start(cuando="2017-12-31")

    assert (tick(world), tick(world)) == (1, 0)
    assert len(fired(world, [case])) == 1


def test_a_clock_that_jumps_back_two_hours_neither_repeats_nor_forgets(world: World) -> None:
    world.publish(WAIT)
    midnight = moment("2018-07-03")
    world.clock.move_to(midnight - dt.timedelta(hours=1))
    past = world.start(business_key="vencido", cuando="2018-07-03")
    world.clock.move_to(midnight + dt.timedelta(hours=1))
    assert tick(world) == 1

    world.clock.advance(BACK)  # 23:00 again
    meanwhile = world.start(business_key="entre tanto", cuando="2018-07-03")
    ticks = [tick(world)] + [tick_at(world, midnight + delta) for delta in (-SECOND, SECOND, SECOND)]

    assert ticks == [0, 0, 1, 0]
    assert [entry.instance_id for entry in fired(world, [past, meanwhile])] == [past, meanwhile]
    assert world.names() == ["z", "z"]
    healthy(world)


def test_a_clock_that_jumps_ahead_forty_days_fires_all_that_is_due_once_in_order(world: World) -> None:
    world.publish(WAIT)
    days = random.Random(40).sample(range(1, 61), 30)
    cases = {
        day: world.start(business_key=str(day), cuando=(moment("2018-07-02") + dt.timedelta(days=day)).isoformat()[:10])
        for day in days
    }

    world.clock.advance(AHEAD)
    batches = [tick(world, limit=7) for _ in range(6)]

    due = sorted(day for day in days if day <= 40)
    assert [entry.instance_id for entry in fired(world, list(cases.values()))] == [cases[day] for day in due]
    assert sum(batches) == len(due)
    assert all(batch in (7, 0, len(due) % 7) for batch in batches)
    assert tick_at(world, moment("2018-09-10")) == len(days) - len(due)
    healthy(world)


def test_what_begins_after_a_jump_counts_from_there(world: World) -> None:
    wait = [node("intermediateCatchEvent", name, TIMER, properties={"plazo": "5d"}) for name in ("uno", "dos")]
    world.publish(process("p", start(), *wait, user("z"), end(), chain("inicio", "uno", "dos", "z", "fin")))
    case = world.start()

    world.clock.advance(AHEAD)
    first, second = tick(world), tick(world)
    world.clock.advance(dt.timedelta(days=5))
    third = tick(world)

    assert (first, second, third) == (1, 0, 1)
    assert world.names() == ["z"]
    assert [entry.element_id for entry in fired(world, [case])] == ["uno", "dos"]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_clock_does_each_timer_fires_once_and_never_early(world: World, seed: int) -> None:
    chance = random.Random(seed)
    world.publish(WAIT)
    begin, cases = world.clock.now(), []

    for number in range(25):
        day = (begin + dt.timedelta(days=chance.randrange(120))).date().isoformat()
        cases.append(world.start(business_key=str(number), cuando=day))
        world.clock.advance(chance.choice([BACK, BACK, SECOND, dt.timedelta(days=3), AHEAD / 4]))
        tick(world, limit=chance.randrange(1, 4))
    world.clock.move_to(begin + dt.timedelta(days=120))
    while tick(world):
        pass

    entries = fired(world, cases)
    assert sorted(entry.instance_id for entry in entries) == cases
    assert all(entry.at.isoformat() >= entry.data["vencia"] for entry in entries)
    assert world.names() == ["z"] * len(cases)
    healthy(world)


class Failing:
    """An automatic step that never works, and counts."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, _step: object) -> dict[str, object]:
        self.runs += 1
        raise RuntimeError("se cayó")


def retry_after(world: World, jump: dt.timedelta) -> int:
    world.clock.advance(jump)
    with world.database.unit_of_work() as session:
        return sweep.retry_due_incidents(session, world.engine, limit=10)


def test_retries_wait_out_a_clock_that_jumps_back_and_are_not_piled_up_by_one_that_jumps_ahead(world: World) -> None:
    step = world.handlers["fragil"] = Failing()
    beside = process(
        "p", start(), gateway("g", "parallel"), service("paso", "fragil"), user("a"), gateway("une", "parallel"), end(),
        chain("inicio", "g", "paso", "une", "fin"), chain("g", "a", "une"),
    )  # fmt: skip
    world.publish(beside)
    world.start()

    jumps = [BACK, dt.timedelta(hours=1), dt.timedelta(hours=1), dt.timedelta(minutes=1)]
    tried = [retry_after(world, jump) for jump in jumps]
    ahead = [retry_after(world, AHEAD), retry_after(world, dt.timedelta()), retry_after(world, AHEAD)]

    assert tried == [0, 0, 0, 1]
    assert ahead == [1, 0, 1]
    assert step.runs == 4
    (incident,) = world.incidents()
    assert (incident.attempts, incident.retry_at) == (4, None)


def test_what_stands_still_in_a_subprocess_waits_for_the_deadline_that_closes_it(world: World) -> None:
    # Given a subprocess whose only way leads nowhere, with a deadline at its border
    world.publish(CLOSED)
    case = world.start("p")

    # When its task is done, and then its day comes
    world.do("a")
    with world.database.reading() as session:
        (wait,) = waits(session, world.engine, case)
    tick_at(world, world.clock.now() + dt.timedelta(days=2, minutes=1))

    # Then what it waited for was told, and the case goes on from the border
    assert (wait.kind, wait.element_id) == (WaitKind.DATE, "v")
    assert world.names() == ["z"] and world.incidents() == []
