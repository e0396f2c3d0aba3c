"""A draft that a second person looks at, that waits for its day, or both."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.definitions import catalogue, drafts, releasing, reviewing
from engine.definitions.models import Release
from engine.errors import Conflict, Invalid, InvalidDiagram, NotReviewed, OwnReview
from engine.identity import Actor
from engine.states import ReleaseState
from tests.support.diagrams import chain, end, process, start, user
from tests.support.engine import World

ANA, LUIS, ROSA = Actor("ana"), Actor("luis"), Actor("rosa")
TODAY = dt.date(2026, 3, 2)
TOMORROW = TODAY + dt.timedelta(days=1)


def drawn(*steps: str) -> bytes:
    return process("p", start(), *[user(step) for step in steps], end(), chain("inicio", *steps, "fin"))


def save(world: World, content: bytes, revision: int = 0, actor: Actor = ANA) -> None:
    world.publish()  # the form that every task asks
    with world.database.unit_of_work() as session:
        drafts.save(
            session, world.engine, drafts.PROCESS, "p", content, actor=actor, revision=revision, base_version=None
        )


def ask(world: World, revision: int = 1, actor: Actor = ANA, on: dt.date | None = None) -> int:
    with world.database.unit_of_work() as session:
        return reviewing.ask(
            session, world.engine, "p", revision=revision, actor=actor, reason="Lo pidió la oficina.",
            today=TODAY, effective_on=on,
        ).id  # fmt: skip


def approve(world: World, release_id: int, actor: Actor = LUIS) -> int | None:
    with world.database.unit_of_work() as session:
        return reviewing.approve(session, world.engine, release_id, actor=actor, today=TODAY).version


def current(world: World) -> int:
    with world.database.reading() as session:
        return catalogue.current(session, "p").versions["p"]


def state(world: World, release_id: int) -> ReleaseState:
    with world.database.reading() as session:
        return session.get_one(Release, release_id).state


def publish_due(world: World, release_id: int) -> None:
    with world.database.unit_of_work() as session:
        reviewing.publish_due(session, world.engine, release_id)


def demand_review(world: World) -> None:
    with world.database.unit_of_work() as session:
        reviewing.demand(session, "p", reviewed=True)


def test_what_a_second_person_approves_is_published_as_its_author_s(world: World) -> None:
    world.publish(drawn("a"))
    save(world, drawn("a", "b"))

    version = approve(world, ask(world))

    assert version == 2
    with world.database.reading() as session:
        newest = catalogue.versions(session, "p")[0]
        assert (newest.published_by, newest.reason) == ("ana", "Lo pidió la oficina.")
        assert reviewing.published(session, "p")[2].decided_by == "luis"
        assert drafts.find(session, drafts.PROCESS, "p") is None


def test_nobody_who_drew_any_of_it_approves_or_returns_it(world: World) -> None:
    save(world, drawn("a"), actor=ANA)
    save(world, drawn("a", "b"), revision=1, actor=LUIS)
    asked = ask(world, revision=2, actor=ROSA)

    for author in (ANA, LUIS, ROSA):
        with pytest.raises(OwnReview):
            approve(world, asked, author)
        with pytest.raises(OwnReview), world.database.unit_of_work() as session:
            reviewing.send_back(session, world.engine, asked, actor=author, remark="No.")

    assert state(world, asked) is ReleaseState.IN_REVIEW


def test_an_edit_after_the_review_was_asked_voids_it(world: World) -> None:
    save(world, drawn("a"))
    asked = ask(world)
    save(world, drawn("a", "b"), revision=1)

    with pytest.raises(Conflict, match="cambió después"):
        approve(world, asked)


def test_what_is_returned_says_why_and_may_be_asked_again(world: World) -> None:
    save(world, drawn("a"))
    asked = ask(world)

    with pytest.raises(Invalid, match="qué hay que cambiar"), world.database.unit_of_work() as session:
        reviewing.send_back(session, world.engine, asked, actor=LUIS, remark="  ")
    with world.database.unit_of_work() as session:
        reviewing.send_back(session, world.engine, asked, actor=LUIS, remark="Falta quién avala.")
    again = ask(world)

    assert state(world, asked) is ReleaseState.RETURNED
    assert approve(world, again) == 1


def test_a_decision_is_taken_once_also_by_two_people_at_once(world: World) -> None:
    save(world, drawn("a"))
    asked = ask(world)
    approve(world, asked)

    with pytest.raises(Conflict, match="ya se decidió"):
        approve(world, asked, ROSA)

    assert current(world) == 1


def test_a_process_that_demands_a_review_is_not_published_around_it(world: World) -> None:
    world.publish(drawn("a"))
    demand_review(world)
    save(world, drawn("a", "b"))

    with pytest.raises(NotReviewed), world.database.unit_of_work() as session:
        releasing.release(session, world.engine, "p", revision=1, actor=ANA, reason="Ya.")
    with pytest.raises(NotReviewed), world.database.unit_of_work() as session:
        reviewing.schedule(
            session, world.engine, "p", revision=1, actor=ANA, reason="Ya.", today=TODAY, effective_on=TOMORROW
        )
    with world.database.unit_of_work() as session:
        releasing.release(session, world.engine, "p", revision=1, actor=ANA, reason="Urge.", unreviewed=True)

    assert current(world) == 2


def test_what_has_its_day_is_published_then_and_once(world: World) -> None:
    world.publish(drawn("a"))
    save(world, drawn("a", "b"))
    asked = ask(world, on=TOMORROW)

    assert approve(world, asked) is None
    assert current(world) == 1
    with world.database.reading() as session:
        assert reviewing.due(session, TODAY) == []
        assert reviewing.due(session, TOMORROW) == [asked]

    publish_due(world, asked)
    publish_due(world, asked)

    assert current(world) == 2
    assert state(world, asked) is ReleaseState.PUBLISHED


def test_what_has_its_day_can_be_recalled_until_then(world: World) -> None:
    world.publish(drawn("a"))
    save(world, drawn("a", "b"))
    asked = ask(world, on=TOMORROW)
    approve(world, asked)

    with world.database.unit_of_work() as session:
        reviewing.recall(session, asked)
    publish_due(world, asked)

    assert current(world) == 1
    with world.database.reading() as session:
        assert drafts.find(session, drafts.PROCESS, "p") is not None


def test_on_its_day_an_edited_draft_or_one_with_errors_stays_unpublished_and_says_so(world: World) -> None:
    world.publish(drawn("a"))
    save(world, drawn("a", "b"))
    edited = ask(world, on=TOMORROW)
    approve(world, edited)
    save(world, drawn("a", "c"), revision=1)

    publish_due(world, edited)

    assert state(world, edited) is ReleaseState.OVERTAKEN

    wrong = ask(world, revision=2, on=TOMORROW)
    approve(world, wrong)
    with world.database.unit_of_work() as session:  # what is around it changes: here, what was looked at itself
        release = session.get_one(Release, wrong)
        release.content = process("p", start(), user("a", role="nadie"), end(), chain("inicio", "a", "fin"))
    publish_due(world, wrong)

    assert state(world, wrong) is ReleaseState.REFUSED
    assert current(world) == 1
    with world.database.reading() as session:
        assert "nadie" in session.get_one(Release, wrong).remark


def test_nothing_with_errors_is_put_before_a_reviewer(world: World) -> None:
    save(world, process("p", start(), user("a", role="nadie"), end(), chain("inicio", "a", "fin")))

    with pytest.raises(InvalidDiagram):
        ask(world)


def test_a_comment_stands_by_its_element_and_keeps_its_name(world: World) -> None:
    save(world, drawn("a"))
    asked = ask(world)

    with world.database.unit_of_work() as session:
        reviewing.comment(session, world.engine, asked, element="a", text="¿Por qué aquí?", actor=LUIS)
        reviewing.comment(session, world.engine, asked, element="no-existe", text="En general, bien.", actor=LUIS)

    with world.database.reading() as session:
        found = [(one.element, bool(one.name), one.text) for one in reviewing.comments(session, asked)]
    assert found == [("a", True, "¿Por qué aquí?"), ("", False, "En general, bien.")]
