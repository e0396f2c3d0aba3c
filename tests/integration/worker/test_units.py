"""A unit of background work that fails: kept, put off, tried again, resolved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from engine import units
from engine.clock import VirtualClock
from engine.database import Database
from engine.errors import DatabaseDown, Invalid, LostRace
from engine.units import SystemIncident


def rows(database: Database) -> list[SystemIncident]:
    with database.reading() as session:
        return list(session.scalars(sa.select(SystemIncident).order_by(SystemIncident.kind, SystemIncident.key)))


def failing(*poisoned: str, done: list[str]) -> Callable[[str], None]:
    def act(key: str) -> None:
        if key in poisoned:
            raise KeyError("un dato personal")
        done.append(key)

    return act


def test_one_that_fails_is_kept_and_the_others_are_done(database: Database, clock: VirtualClock) -> None:
    # Given three units of which the first fails
    done: list[str] = []

    # When a round is made
    count = units.each(database, clock, "kind", ["a", "b", "c"], failing("a", done=done))

    # Then the others are done, and the first is told by its class alone: what it says may be anybody's
    assert (count, done) == (2, ["b", "c"])
    (row,) = rows(database)
    assert (row.kind, row.key, row.state, row.attempts, row.error) == ("kind", "a", "open", 1, "KeyError")
    assert "personal" not in row.message
    assert row.retry_at == clock.now() + dt.timedelta(minutes=1)


def test_a_sentence_of_ours_is_shown_as_it_is(database: Database, clock: VirtualClock) -> None:
    def act(_key: str) -> None:
        raise Invalid("Falta la fecha. Escríbala.")

    units.each(database, clock, "kind", ["a"], act)

    assert rows(database)[0].message == "Falta la fecha. Escríbala."


def test_it_is_tried_again_after_1_5_and_30_minutes_and_then_every_30(database: Database, clock: VirtualClock) -> None:
    tried: list[dt.datetime] = []

    def act(_key: str) -> None:
        tried.append(clock.now())
        raise ValueError

    begun = clock.now()
    for _ in range(120):
        units.each(database, clock, "kind", ["a"], act)
        clock.advance(dt.timedelta(minutes=1))

    assert [(moment - begun) // dt.timedelta(minutes=1) for moment in tried] == [0, 1, 6, 36, 66, 96]
    assert rows(database)[0].attempts == 6


def test_what_works_again_is_resolved_by_itself_and_opens_anew_when_it_fails(
    database: Database, clock: VirtualClock
) -> None:
    done: list[str] = []
    units.each(database, clock, "kind", ["a"], failing("a", done=done))

    clock.advance(dt.timedelta(minutes=1))
    units.each(database, clock, "kind", ["a"], failing(done=done))
    resolved = rows(database)[0]
    clock.advance(dt.timedelta(days=1))
    units.each(database, clock, "kind", ["a"], failing("a", done=done))

    assert (resolved.state, resolved.resolved_by, resolved.attempts) == ("resolved", "sistema", 2)
    (row,) = rows(database)
    assert (row.state, row.attempts, row.first_failed_at, row.resolved_by) == ("open", 1, clock.now(), None)


def test_what_is_no_longer_due_is_resolved(database: Database, clock: VirtualClock) -> None:
    units.each(database, clock, "kind", ["a"], failing("a", done=[]))
    units.each(database, clock, "other", ["a"], failing("a", done=[]))

    units.each(database, clock, "kind", [], failing(done=[]))

    assert [(row.kind, row.state) for row in rows(database)] == [("kind", "resolved"), ("other", "open")]


def test_of_two_workers_one_tries_again_and_one_killed_over_it_leaves_it_put_off(
    database: Database, clock: VirtualClock
) -> None:
    # Given a unit that failed, and two workers that looked when its time had come
    units.each(database, clock, "kind", ["a"], failing("a", done=[]))
    clock.advance(dt.timedelta(minutes=1))
    first, second = units.begin(database, clock, "kind"), units.begin(database, clock, "kind")
    tried: list[str] = []

    def killed() -> None:
        tried.append("killed")
        raise SystemExit  # what kill -9 leaves: nothing after it runs

    with pytest.raises(SystemExit):
        first.attempt("a", killed)
    second.attempt("a", lambda: tried.append("twice"))

    # Then one tried, and the next try is five minutes away
    assert tried == ["killed"]
    assert rows(database)[0].retry_at == clock.now() + dt.timedelta(minutes=5)


def test_a_lost_race_is_run_again_and_is_nobodys_incident(database: Database, clock: VirtualClock) -> None:
    tries: list[str] = []

    def act(key: str) -> None:
        tries.append(key)
        if len(tries) == 1:
            raise LostRace

    assert units.each(database, clock, "kind", ["a"], act) == 1

    assert (tries, rows(database)) == (["a", "a"], [])


def test_where_the_failure_cannot_be_written_down_it_is_in_the_log(
    database: Database, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # Given a database that goes away while a unit runs
    round_ = units.begin(database, clock, "kind")

    def gone() -> None:
        raise DatabaseDown

    def act() -> None:
        monkeypatch.setattr(database, "unit_of_work", gone)
        raise ValueError("roto")

    # When it fails, then the round ends there, and the log has both
    with pytest.raises(DatabaseDown):
        round_.attempt("a", act)
    assert "kind «a» failed" in caplog.text
    assert "ValueError: roto" in caplog.text


def test_a_limit_counts_what_was_tried_and_lets_nobody_starve(database: Database, clock: VirtualClock) -> None:
    # Given ten units of which the first two always fail, two at a time
    keys, done = [f"{n}" for n in range(10)], list[str]()
    act = failing("0", "1", done=done)

    # When five rounds are made
    for _ in range(5):
        units.each(database, clock, "kind", [key for key in keys if key not in done], act, limit=2)

    # Then all others are done
    assert done == keys[2:]


def test_a_person_may_have_it_tried_at_once(database: Database, clock: VirtualClock) -> None:
    done: list[str] = []
    units.each(database, clock, "kind", ["a"], failing("a", done=done))

    with database.unit_of_work() as session:
        units.retry_now(session, clock, rows(database)[0].id)
    units.each(database, clock, "kind", ["a"], failing(done=done))

    assert (done, rows(database)[0].state) == (["a"], "resolved")
