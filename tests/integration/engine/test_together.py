"""Processes that change together: looked at together, published all or none."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.definitions import catalogue, drafts, releasing, reviewing
from engine.definitions.models import Release
from engine.errors import Conflict, Invalid, InvalidDiagram, NotReviewed, OwnReview, UnknownDefinition
from engine.identity import Actor
from engine.states import ReleaseState
from tests.support.diagrams import call, chain, end, process, start, user
from tests.support.engine import World

ANA, LUIS, ROSA = Actor("ana"), Actor("luis"), Actor("rosa")
TODAY = dt.date(2026, 3, 2)
CALLER = process("madre", start(), call("llama", "hija"), end(), chain("inicio", "llama", "fin"))
CALLED = process("hija", start(), user("a"), end(), chain("inicio", "a", "fin"))
WRONG = process("hija", start(), user("a", role="nadie"), end(), chain("inicio", "a", "fin"))


def save(world: World, called: bytes = CALLED, revision: int = 0) -> None:
    """A caller and what it calls, of which neither was ever published."""
    world.publish()  # the form that every task asks
    with world.database.unit_of_work() as session:
        for key, content, actor in (("madre", CALLER, ANA), ("hija", called, ROSA)):
            drafts.save(
                session, world.engine, drafts.PROCESS, key, content, actor=actor, revision=revision, base_version=None
            )


def release(world: World, **beside: int) -> None:
    with world.database.unit_of_work() as session:
        releasing.release(
            session, world.engine, "madre", revision=1, actor=ANA, reason="Cambian las dos.", beside=beside
        )


def ask(world: World, on: dt.date | None = None) -> int:
    with world.database.unit_of_work() as session:
        return reviewing.ask(
            session, world.engine, "madre", revision=1, actor=ANA, reason="Cambian las dos.", today=TODAY,
            effective_on=on, beside={"hija": 1},
        ).id  # fmt: skip


def states(world: World) -> list[ReleaseState]:
    with world.database.reading() as session:
        return [one.state for one in session.query(Release).order_by(Release.id)]


def published(world: World) -> set[str]:
    with world.database.reading() as session:
        return {one.key for one in catalogue.definitions(session)}


def test_what_cannot_go_alone_goes_together_and_both_drafts_are_gone(world: World) -> None:
    save(world)

    with pytest.raises(InvalidDiagram):
        release(world)
    with world.database.reading() as session:
        releasing.rehearse_draft(session, world.engine, "madre", ["hija"])
    release(world, hija=1)

    assert published(world) >= {"madre", "hija"}
    with world.database.reading() as session:
        assert not drafts.names(session, drafts.PROCESS)


def test_where_one_of_them_is_wrong_none_is_published(world: World) -> None:
    save(world, WRONG)

    with pytest.raises(InvalidDiagram):
        release(world, hija=1)

    assert not published(world) & {"madre", "hija"}


def test_a_second_person_looks_at_all_and_is_author_of_none(world: World) -> None:
    save(world)
    asked = ask(world)

    for author in (ANA, ROSA):
        with world.database.unit_of_work() as session, pytest.raises(OwnReview):
            reviewing.approve(session, world.engine, asked, actor=author, today=TODAY)
    with world.database.unit_of_work() as session:
        reviewing.approve(session, world.engine, asked, actor=LUIS, today=TODAY)

    assert published(world) >= {"madre", "hija"}
    assert states(world) == [ReleaseState.PUBLISHED, ReleaseState.PUBLISHED]


def test_an_edit_of_either_undoes_what_was_looked_at(world: World) -> None:
    save(world)
    asked = ask(world)
    with world.database.unit_of_work() as session:
        drafts.save(session, world.engine, drafts.PROCESS, "hija", WRONG, actor=ROSA, revision=1, base_version=None)

    with world.database.unit_of_work() as session, pytest.raises(Conflict):
        reviewing.approve(session, world.engine, asked, actor=LUIS, today=TODAY)

    assert not published(world) & {"madre", "hija"}


def test_they_have_one_day_are_recalled_together_and_asked_again_as_one(world: World) -> None:
    # Given both with a day, asked twice
    save(world)
    ask(world, on=TODAY + dt.timedelta(days=1))
    asked = ask(world, on=TODAY + dt.timedelta(days=1))
    with world.database.unit_of_work() as session:
        reviewing.approve(session, world.engine, asked, actor=LUIS, today=TODAY)

    # When the day has come
    with world.database.unit_of_work() as session:
        (due,) = reviewing.due(session, TODAY + dt.timedelta(days=1))
        reviewing.publish_due(session, world.engine, due)

    # Then both hold, and what was asked first was recalled as a whole
    assert due == asked
    assert published(world) >= {"madre", "hija"}
    assert states(world) == [ReleaseState.RECALLED] * 2 + [ReleaseState.PUBLISHED] * 2


def test_where_either_asks_for_a_review_neither_goes_without(world: World) -> None:
    save(world)
    release(world, hija=1)
    save(world)
    with world.database.unit_of_work() as session:
        reviewing.demand(session, "hija", reviewed=True)

    with pytest.raises(NotReviewed):
        release(world, hija=1)


def test_a_variant_and_what_all_share_do_not_go_together(world: World) -> None:
    save(world)
    release(world, hija=1)
    save(world)
    with world.database.unit_of_work() as session:
        drafts.save(
            session, world.engine, drafts.PROCESS, "hija@HAB", CALLED, actor=ROSA, revision=0, base_version=None
        )

    with world.database.unit_of_work() as session, pytest.raises(Invalid, match="los de un mismo sector"):
        releasing.release(session, world.engine, "madre", revision=1, actor=ANA, reason="Sí.", beside={"hija@HAB": 1})
    with world.database.unit_of_work() as session, pytest.raises(UnknownDefinition):
        releasing.release(session, world.engine, "madre", revision=1, actor=ANA, reason="Sí.", beside={"otra": 1})
