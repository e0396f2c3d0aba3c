"""The chain over the *bitácora*: whatever somebody changes in the tables behind Cauce's back, it is found and named."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import VirtualClock
from engine.database import Database
from engine.identity import Actor
from workflows.auditing import chain, recording
from workflows.auditing.chain import Head
from workflows.auditing.models import AuditEntry, AuditLink
from workflows.auditing.origin import Origin, origin

COUNT = 12


@pytest.fixture
def trail(database: Database, clock: VirtualClock) -> Database:
    """Twelve entries with the address of who made them, linked in three goes."""
    token = origin.set(Origin("K7Q2-9XDM", "10.0.0.7"))
    for number in range(COUNT):
        with database.unit_of_work() as session:
            recording.record(session, clock, Actor("ana"), "cambiar", ("plan", f"P{number}"), after={"v": number})
        clock.advance(dt.timedelta(minutes=1))
        if number % 4 == 3:
            with database.unit_of_work() as session:
                chain.extend(session, clock)
    origin.reset(token)
    return database


def _wrong(database: Database, anchors: list[Head] | None = None) -> list[str]:
    with database.reading() as session:
        return list(chain.verify(session, anchors or []))


@contextmanager
def _behind_its_back(database: Database) -> Iterator[Session]:
    with database.unit_of_work() as session:
        yield session


def test_what_nobody_touched_agrees(trail: Database, clock: VirtualClock) -> None:
    assert _wrong(trail) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor_id", "luis"), ("action", "abrir"), ("object_id", "P99"), ("reason", "porque sí"),
        ("outcome", "rechazado"), ("sector_code", "HAB"),
        ("after", {"v": 99}), ("before", {"v": 1}), ("request", ""), ("at", dt.datetime(2018, 1, 1, tzinfo=dt.UTC)),
        ("personal_sha256", "0" * 64),
    ],
)  # fmt: skip
def test_an_altered_entry_is_named(trail: Database, clock: VirtualClock, column: str, value: object) -> None:
    with _behind_its_back(trail) as session:
        session.execute(sa.update(AuditEntry).where(AuditEntry.id == 5).values({column: value}))

    (told,) = _wrong(trail)

    assert "La entrada 5 " in told and "no es la que se escribió" in told


def test_an_altered_address_is_named(trail: Database, clock: VirtualClock) -> None:
    with _behind_its_back(trail) as session:
        session.execute(sa.update(AuditEntry).where(AuditEntry.id == 7).values(personal={"direccion": "10.0.0.8"}))

    assert _wrong(trail) == ["Los datos personales de la entrada 7 no son los que se escribieron."]


@pytest.mark.parametrize("entry", [1, 6, COUNT])
def test_a_deleted_entry_is_named(trail: Database, clock: VirtualClock, entry: int) -> None:
    with _behind_its_back(trail) as session:
        session.execute(sa.delete(AuditEntry).where(AuditEntry.id == entry))

    assert _wrong(trail) == [f"Se borró la entrada {entry} (eslabón {entry})."]


def test_an_entry_deleted_with_its_link_leaves_a_gap(trail: Database, clock: VirtualClock) -> None:
    with _behind_its_back(trail) as session:
        session.execute(sa.delete(AuditLink).where(AuditLink.position == 6))
        session.execute(sa.delete(AuditEntry).where(AuditEntry.id == 6))

    assert _wrong(trail) == ["Faltan los eslabones 6 a 6 de la cadena."]


def test_an_inserted_entry_is_named(trail: Database, clock: VirtualClock) -> None:
    with _behind_its_back(trail) as session:
        early = dict(at=dt.datetime(2018, 1, 1, tzinfo=dt.UTC), actor_id="ana", action="avalar", object_kind="plan")
        session.execute(sa.insert(AuditEntry).values(id=-4, object_id="P1", outcome="hecho", **early))

    told = _wrong(trail)
    with trail.unit_of_work() as session:
        chain.extend(session, clock)

    assert ["La entrada -4 (avalar, 2018-01-01 00:00) no está en la cadena" in one for one in told] == [True]
    assert _wrong(trail) == told, "the worker does not take it for one of a slow command"


def test_a_cut_tail_and_a_forged_chain_are_found_with_a_head_kept_elsewhere(
    trail: Database, clock: VirtualClock, tmp_path: Path
) -> None:
    # Given the head, kept on another machine
    with trail.reading() as session:
        kept = Head.parse(str(chain.head(session, clock)))

    # When somebody cuts the last entries off, with their links
    with _behind_its_back(trail) as session:
        session.execute(sa.delete(AuditLink).where(AuditLink.position > 10))
        session.execute(sa.delete(AuditEntry).where(AuditEntry.id > 10))
    assert _wrong(trail) == []
    assert ["Falta el eslabón 12" in one for one in _wrong(trail, [kept])] == [True]

    # Or changes one and makes the whole chain anew
    with _behind_its_back(trail) as session:
        session.execute(sa.delete(AuditLink))
        session.execute(sa.update(AuditEntry).where(AuditEntry.id == 3).values(reason="otra"))
        session.add_all(
            AuditEntry(at=clock.now(), actor_id="x", action="x", object_kind="x", object_id="x", before={}, after={})
            for _ in range(2)
        )
        chain.extend(session, clock)
    assert _wrong(trail) == []
    assert ["no es el que se guardó fuera" in one for one in _wrong(trail, [kept])] == [True]


def test_a_person_who_is_forgotten_leaves_a_chain_that_holds(trail: Database, clock: VirtualClock) -> None:
    with trail.unit_of_work() as session:
        chain.forget(session, session.scalars(sa.select(AuditEntry).where(AuditEntry.actor_id == "ana")).all())

    with trail.reading() as session:
        assert session.scalars(sa.select(AuditEntry.salt).where(AuditEntry.salt.is_not(None))).all() == []
    assert _wrong(trail) == []


def test_one_that_was_written_late_by_a_slow_command_is_linked_too(trail: Database, clock: VirtualClock) -> None:
    with _behind_its_back(trail) as session:
        held = session.get_one(AuditEntry, 9)
        told = {one.key: getattr(held, one.key) for one in sa.inspect(AuditEntry).column_attrs}
        session.execute(sa.delete(AuditLink).where(AuditLink.position >= 9))
        session.delete(held)
        session.flush()
        chain.extend(session, clock)
    with _behind_its_back(trail) as session:
        session.execute(sa.insert(AuditEntry).values(**told))

    with trail.unit_of_work() as session:
        assert chain.extend(session, clock) == 1

    assert _wrong(trail) == []


def test_what_was_written_with_a_clock_set_back_waits_as_any(trail: Database, clock: VirtualClock) -> None:
    clock.advance(dt.timedelta(hours=-2))
    with trail.unit_of_work() as session:
        recording.record(session, clock, Actor("ana"), "cambiar", ("plan", "P99"))

    waiting = _wrong(trail)
    with trail.unit_of_work() as session:
        chain.extend(session, clock)

    assert (waiting, _wrong(trail)) == ([], [])


def test_two_workers_that_link_at_once_link_each_entry_once(trail: Database, clock: VirtualClock) -> None:
    with trail.unit_of_work() as session:
        for number in range(40):
            recording.record(session, clock, Actor("ana"), "cambiar", ("plan", f"Q{number}"))
    gate, done = threading.Barrier(3), []

    def link() -> None:
        gate.wait()
        with trail.unit_of_work() as session:
            done.append(chain.extend(session, clock))

    workers = [threading.Thread(target=link) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(done) == [0, 0, 40]
    assert _wrong(trail) == []
