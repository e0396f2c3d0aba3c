"""A disk that is full, a database that goes: one clear error, nothing half written, and on it goes afterwards."""

from __future__ import annotations

import datetime as dt
import resource
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from benchmarks.harness import Place
from engine import doctor, outages, sweep
from engine.clock import VirtualClock
from engine.database import Database
from engine.errors import DatabaseDown, OtherDatabase, StorageFull
from engine.history import HistoryEntry
from engine.incidents import Incident
from engine.timers import Timer
from tests.support.diagrams import TIMER, boundary, chain, end, process, service, start, user
from tests.support.disk import full_disk
from tests.support.engine import World

MEGABYTE = 1024 * 1024


def greedy(step: Any) -> dict[str, Any]:
    """An automatic step that writes a megabyte."""
    entry = HistoryEntry(
        instance_id=step.instance_id, at=step.now, actor_id="paso", kind="message_sent", data={"texto": "x" * MEGABYTE}
    )
    step.session.add(entry)
    step.session.flush()
    return {"hecho": True}


GREEDY = process(
    "p", start(), user("a"), boundary("v", "a", TIMER, plazo="1d"), service("paso", "avaro"), user("z"), end(),
    chain("inicio", "a", "paso", "z", "fin"), chain("v", "paso"),
)  # fmt: skip
BIG = "x" * 50_000


@pytest.fixture
def full(tmp_path: Any, clock: VirtualClock) -> World:
    """A world on SQLite whose disk can be filled."""
    database = Database(f"sqlite:///{tmp_path / 'cauce.sqlite'}")
    database.create_all()
    return World(database, clock, handlers={"avaro": greedy})


def test_a_step_that_fills_the_disk_undoes_the_whole_command_and_no_incident_blames_the_case(full: World) -> None:
    full.publish(GREEDY)
    instance_id = full.start()
    before = everything(full)

    with full_disk(full.database, pages=40), pytest.raises(StorageFull, match="espacio"):
        full.do("a", texto=BIG)

    assert everything(full) == before
    full.do("a", texto=BIG)
    assert full.names() == ["z"]
    assert full.kinds(instance_id).count("message_sent") == 1
    healthy(full)


def everything(world: World) -> dict[str, list[str]]:
    """Every row of every table."""
    inspected = sa.inspect(world.database.engine)
    with world.database.reading() as session:
        return {
            name: sorted(map(repr, session.execute(sa.text(f'SELECT * FROM "{name}"'))))
            for name in inspected.get_table_names()
        }


def healthy(world: World) -> None:
    with world.database.reading() as session:
        assert doctor.examine(session, world.engine) == []
        assert session.scalar(sa.select(sa.func.count()).select_from(Incident)) == 0


@pytest.mark.parametrize("pages", range(0, 60, 6))
def test_wherever_the_disk_fills_up_nothing_is_half_written(full: World, pages: int) -> None:
    full.publish(GREEDY)
    full.start()
    before = everything(full)

    with full_disk(full.database, pages), pytest.raises(StorageFull):
        for number in range(100):
            full.start(business_key=f"N-{number}", texto=BIG)
            before = everything(full)

    assert everything(full) == before
    full.start(business_key="después")
    healthy(full)


def test_a_sweep_on_a_full_disk_fires_nothing_and_fires_it_when_there_is_room(full: World) -> None:
    full.publish(GREEDY)
    cases = [full.start(business_key=str(number)) for number in range(3)]
    full.clock.advance(dt.timedelta(days=2))
    before = everything(full)

    with full_disk(full.database, pages=30), pytest.raises(StorageFull):
        sweep_once(full)

    assert everything(full) == before
    assert sweep_once(full) == 3
    assert [full.kinds(case).count("message_sent") for case in cases] == [1, 1, 1]
    healthy(full)


def sweep_once(world: World) -> int:
    with world.database.unit_of_work() as session:
        return sweep.fire_due_timers(session, world.engine)


def test_a_file_that_may_not_grow_is_a_database_that_is_down(full: World) -> None:
    """The system refuses the write itself: an error of the disk in the middle of a transaction."""
    full.publish(GREEDY)
    full.start()
    before = everything(full)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MEGABYTE, hard))
    try:
        with pytest.raises((DatabaseDown, StorageFull)):
            for _ in range(20):
                full.do("a")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert everything(full)["user_task"] == before["user_task"] or full.names() == ["z"]
    healthy(full)


def test_what_comes_after_a_transaction_that_ended_by_itself_is_not_written(full: World) -> None:
    """SQLite ends a transaction when the disk is full; code that goes on would write for good, on its own."""
    full.publish(GREEDY)
    with full.database.unit_of_work() as session:
        session.execute(sa.text("CREATE TABLE grande (bytes BLOB)"))
    before = everything(full)

    with full_disk(full.database), pytest.raises(DatabaseDown), full.database.unit_of_work() as session:
        with pytest.raises(sa.exc.OperationalError):
            session.execute(sa.text("INSERT INTO grande VALUES (zeroblob(5000000))"))
        session.execute(sa.text("DELETE FROM form_version"))

    assert everything(full) == before


def test_a_commit_that_fails_leaves_no_transaction_behind(full: World) -> None:
    """SQLite keeps a transaction open whose COMMIT it refuses; the next of that connection could not begin."""
    with full.database.unit_of_work() as session:
        session.execute(
            sa.text("CREATE TABLE hija (id INTEGER, de INTEGER REFERENCES instance DEFERRABLE INITIALLY DEFERRED)")
        )

    with pytest.raises(sa.exc.IntegrityError), full.database.unit_of_work() as session:
        session.execute(sa.text("INSERT INTO hija VALUES (1, 99)"))

    with full.database.unit_of_work() as session:
        assert session.execute(sa.text("SELECT * FROM hija")).all() == []
    healthy(full)


def test_a_connection_left_in_a_transaction_is_not_taken_from_the_pool_of_postgresql(postgresql_world: World) -> None:
    database = postgresql_world.database
    with database.engine.connect() as left:
        driver: Any = left.connection.driver_connection
    driver.execute("SELECT 1")  # begins one behind the back of the pool

    with database.unit_of_work() as session:
        taken: Any = session.connection().connection.driver_connection

        assert taken is not driver


def test_a_connection_that_postgresql_ends_is_a_database_that_is_down_and_the_next_one_works(
    postgresql_world: World,
) -> None:
    world = postgresql_world
    world.publish(GREEDY)
    world.start()
    before = everything(world)

    def cut(step: Any) -> None:
        step.session.add(
            HistoryEntry(instance_id=step.instance_id, at=step.now, actor_id="p", kind="message_sent", data={})
        )
        step.session.flush()
        with world.database.engine.connect() as other:
            pid = step.session.scalar(sa.text("SELECT pg_backend_pid()"))
            other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        step.session.execute(sa.text("SELECT 1"))

    world.handlers["avaro"] = cut
    with pytest.raises(DatabaseDown):
        world.do("a")
    assert everything(world) == before

    world.handlers["avaro"] = greedy
    world.do("a")
    healthy(world)


@pytest.fixture
def postgresql_world(request: pytest.FixtureRequest, clock: VirtualClock) -> Iterator[World]:
    maintenance = request.getfixturevalue("postgresql_url")
    with Place(maintenance).home() as (_, url):
        database = Database(url)
        database.create_all()
        yield World(database, clock, handlers={"avaro": greedy})
        database.dispose()


SPOILED = {
    "a table of ours is not there": ("DROP TABLE timer", OtherDatabase),
    "a column of ours has another name": ("ALTER TABLE timer RENAME COLUMN due_at TO vence", OtherDatabase),
    "our role may not read": ("REVOKE ALL ON timer FROM lector", DatabaseDown),
    "nobody may write": ("ALTER ROLE lector SET default_transaction_read_only = on", DatabaseDown),
    "the schema is not in sight": ("ALTER ROLE lector SET search_path = otro", OtherDatabase),
}
"""What an administrator does to a database, and what whoever asks for a timer is told."""


@pytest.mark.parametrize("what", SPOILED)
def test_a_postgresql_that_is_not_ours_is_told_apart_from_a_mistake_of_ours(postgresql_world: World, what: str) -> None:
    # Given a database that a role of its own uses
    spoil, told = SPOILED[what]
    owner = postgresql_world.database
    with owner.engine.begin() as connection:
        if connection.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'lector'")):
            connection.execute(sa.text("DROP OWNED BY lector"))
            connection.execute(sa.text("DROP ROLE lector"))
        connection.execute(sa.text("CREATE ROLE lector LOGIN PASSWORD 'clave'"))
        connection.execute(sa.text("GRANT ALL ON ALL TABLES IN SCHEMA public TO lector"))
        connection.execute(sa.text("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO lector"))

        # When somebody spoils it
        connection.execute(sa.text(spoil))

    # Then who works with it is told what it is, and not that something went wrong
    database = Database(owner.url.set(username="lector", password="clave"))
    with pytest.raises(told) as caught, database.unit_of_work() as session:
        session.execute(sa.delete(Timer).where(Timer.due_at < postgresql_world.clock.now()))
    database.dispose()
    assert type(caught.value) is told


@pytest.mark.parametrize("wrong", [{"database": "no_hay"}, {"username": "nadie", "password": "x"}, {"port": 1}])
def test_a_postgresql_that_lets_nobody_in_is_down(postgresql_world: World, wrong: dict[str, Any]) -> None:
    database = Database(postgresql_world.database.url.set(**wrong))

    with pytest.raises(DatabaseDown), database.reading() as session:
        session.execute(sa.select(Timer.id))


def test_other_failures_mean_nothing_for_the_database() -> None:
    assert outages.meaning(ValueError("x")) is None
    assert outages.meaning(sa.exc.IntegrityError("x", None, Exception("y"))) is None
