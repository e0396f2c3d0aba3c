"""Everything is found by its words, within what one may see, on both databases."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import VirtualClock
from engine.database import Database
from engine.tasks.models import UserTask
from tests.support.plan import MONTH, House, build_house, day, once
from tests.support.work import add_people, add_task
from workflows.people.models import Person
from workflows.searching import indexing
from workflows.searching.finding import Hits, find
from workflows.searching.models import SearchEntry
from workflows.searching.states import Kind
from workflows.sectors import registry


def catch_up(database: Database, clock: VirtualClock) -> None:
    more = True
    while more:
        with database.unit_of_work() as session:
            more = indexing.catch_up(session, clock)


def found(session: Session, asked: str, sectors: tuple[str, ...] = ("GOB",)) -> dict[Kind, list[str]]:
    return {hits.kind: [title(hit.title) for hit in hits.hits] for hits in find(session, asked, sectors)}


def title(pieces: object) -> str:
    return "".join(piece for piece, _hit in pieces)  # type: ignore[attr-defined]


def test_a_task_is_found_without_accents_by_the_beginning_of_its_words(database: Database, clock: VirtualClock) -> None:
    with database.unit_of_work() as session:
        add_people(session)
        add_task(session, "Revisión de la política", due_at=None)
        add_task(session, "Otra cosa", due_at=None)
    catch_up(database, clock)

    with database.reading() as session:
        assert found(session, "politi revision") == {Kind.TASK: ["Revisión de la política"]}
        assert found(session, "politica presupuesto") == {}


def test_nothing_of_another_sector_is_found_whatever_is_typed(database: Database, clock: VirtualClock) -> None:
    # Given a task of each of two sectors
    with database.unit_of_work() as session:
        add_people(session)
        registry.create(session, "HAB", "Hábitat")
        add_task(session, "Reportar avance", due_at=None)
        theirs = add_task(session, "Reportar avance ajeno", due_at=None)
        session.execute(sa.text("UPDATE instance SET tenant = 'HAB' WHERE id = :id"), {"id": theirs.instance_id})
    catch_up(database, clock)

    # When people of the first look for it, with whatever might be a command to the index
    with database.reading() as session:
        for asked in (
            "ajeno",
            'ajeno" OR "reportar',
            "ajeno OR reportar*",
            "ajeno | reportar",
            "words:ajeno",
            "'",
            "&",
        ):
            assert "Reportar avance ajeno" not in str(found(session, asked)), asked

        # Then only those of the other find it
        assert found(session, "ajeno", ("HAB",)) == {Kind.TASK: ["Reportar avance ajeno"]}


def test_what_is_read_twice_is_there_once(database: Database, clock: VirtualClock) -> None:
    with database.unit_of_work() as session:
        add_people(session)
        add_task(session, "Reportar avance", due_at=None)
    catch_up(database, clock)
    catch_up(database, clock)

    with database.reading() as session:
        assert not indexing.is_behind(session, clock)
        assert found(session, "reportar") == {Kind.TASK: ["Reportar avance"]}


def test_a_person_who_changes_is_found_as_they_are_and_one_who_leaves_no_more(
    database: Database, clock: VirtualClock
) -> None:
    with database.unit_of_work() as session:
        add_people(session)
    catch_up(database, clock)

    with database.unit_of_work() as session:
        session.get_one(Person, "sandra").name = "Sandra Milena Ruiz"
        session.get_one(Person, "luis").active = False
    clock.advance(dt.timedelta(minutes=3))
    catch_up(database, clock)

    with database.reading() as session:
        assert found(session, "milena") == {Kind.PERSON: ["Sandra Milena Ruiz"]}
        assert found(session, "responsable")[Kind.PERSON] == ["Sandra Milena Ruiz"]
        assert found(session, "luis") == {}


def test_made_anew_the_index_says_the_same(database: Database, clock: VirtualClock) -> None:
    with database.unit_of_work() as session:
        add_people(session)
        for number in range(3):
            add_task(session, f"Tarea {number}", due_at=None)
    catch_up(database, clock)

    with database.reading() as session:
        before = everything(session)
    with database.unit_of_work() as session:
        indexing.begin_again(session)
    catch_up(database, clock)

    with database.reading() as session:
        assert everything(session) == before
        assert len(found(session, "tarea")[Kind.TASK]) == 3


def everything(session: Session) -> set[tuple[str, ...]]:
    return {(e.kind, e.ref, e.sector_code, e.words) for e in session.scalars(sa.select(SearchEntry))}


@pytest.fixture
def house(database: Database) -> House:
    """June reported and frozen, with the minutes of its meeting and its report."""
    clock = VirtualClock(dt.datetime(2018, 7, 1, 14, 0, tzinfo=dt.UTC))
    house = build_house(database, clock, measured_before=(2018, 6), only=MONTH)
    return once(house, "June is searchable", lambda: house.play().until(day("2018-07-26")))


def test_indicators_are_found_by_code_and_tasks_by_their_case(house: House) -> None:
    catch_up(house.database, house.clock)

    with house.database.reading() as session:
        assert found(session, "IR-1.1")[Kind.INDICATOR][0].startswith("IR-1.1 ")
        hits: dict[Kind, Hits] = {one.kind: one for one in find(session, "reportar avance junio", ["GOB"])}
        assert hits[Kind.TASK].hits[0].case_id is not None
        count = session.scalar(sa.select(sa.func.count()).select_from(UserTask))
        kept = session.scalar(sa.select(sa.func.count()).where(SearchEntry.kind == Kind.TASK))
        assert kept == count
