"""Drafts that several people may edit."""

from __future__ import annotations

import pytest

from engine.definitions import drafts
from engine.errors import StaleDraft
from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.assembly import process_engine

ANA, LUIS = Actor("ana"), Actor("luis")


@pytest.fixture
def engine(clock) -> ProcessEngine:
    return process_engine(clock)


def save(database, engine, content, *, revision, actor=ANA):
    with database.unit_of_work() as session:
        return drafts.save(
            session, engine, drafts.PROCESS, "f5", content, actor=actor, revision=revision, base_version=1
        )


def test_a_draft_keeps_the_version_it_began_from_and_counts_its_revisions(database, engine, clock):
    save(database, engine, b"<a/>", revision=0)
    draft = save(database, engine, b"<b/>", revision=1)

    assert (draft.revision, draft.base_version, draft.content) == (2, 1, b"<b/>")
    assert (draft.saved_by, draft.saved_at) == ("ana", clock.now())


def test_saving_over_a_newer_revision_is_refused_and_hands_out_theirs(database, engine):
    save(database, engine, b"<a/>", revision=0)
    save(database, engine, b"<luis/>", revision=1, actor=LUIS)

    with pytest.raises(StaleDraft) as refused:
        save(database, engine, b"<ana/>", revision=1)

    assert refused.value.theirs.content == b"<luis/>"
    with database.unit_of_work() as session:
        assert drafts.find(session, drafts.PROCESS, "f5").content == b"<luis/>"


def test_beginning_a_draft_that_somebody_else_began_is_refused(database, engine):
    save(database, engine, b"<luis/>", revision=0, actor=LUIS)

    with pytest.raises(StaleDraft):
        save(database, engine, b"<ana/>", revision=0)


def test_a_discarded_draft_is_gone_and_discarding_again_does_nothing(database, engine):
    save(database, engine, b"<a/>", revision=0)

    for _ in range(2):
        with database.unit_of_work() as session:
            drafts.discard(session, drafts.PROCESS, "f5")

    with database.unit_of_work() as session:
        assert drafts.find(session, drafts.PROCESS, "f5") is None
