"""Publishing drafts: what was seen is what is published, and what came with it."""

from __future__ import annotations

import orjson
import pytest

from engine.definitions import drafts, releasing
from engine.definitions.releasing import Released
from engine.errors import Invalid, InvalidDiagram, StaleDraft, UnknownDefinition
from engine.identity import SYSTEM
from tests.support.diagrams import FORM, chain, end, process, start, user
from tests.support.engine import World


def drawn(*steps: str) -> bytes:
    return process("p", start(), *[user(step) for step in steps], end(), chain("inicio", *steps, "fin"))


def save(world: World, kind: str, key: str, content: bytes, revision: int = 0) -> None:
    with world.database.unit_of_work() as session:
        drafts.save(session, world.engine, kind, key, content, actor=SYSTEM, revision=revision, base_version=None)


def release(world: World, revision: int = 1, reason: str = "Lo pidió la oficina.") -> Released:
    with world.database.reading() as session:
        releasing.rehearse_draft(session, world.engine, "p")
    with world.database.unit_of_work() as session:
        return releasing.release(session, world.engine, "p", revision=revision, actor=SYSTEM, reason=reason)


def kept(world: World) -> set[str]:
    with world.database.reading() as session:
        return drafts.keys(session, drafts.PROCESS) | drafts.keys(session, drafts.FORM)


def test_a_draft_becomes_the_next_version_with_the_forms_that_only_it_has(world: World) -> None:
    save(world, drafts.PROCESS, "p", drawn("a").replace(FORM.encode(), b"nuevo"))
    save(world, drafts.FORM, "nuevo", orjson.dumps({"components": []}))

    released = release(world)

    assert released == Released("p", 1, ("nuevo",))
    assert kept(world) == set()


def test_a_draft_saved_since_it_was_seen_is_not_published(world: World) -> None:
    save(world, drafts.PROCESS, "p", drawn("a"))
    save(world, drafts.PROCESS, "p", drawn("a", "b"), revision=1)

    with pytest.raises(StaleDraft) as refused:
        release(world, revision=1)

    assert refused.value.theirs.revision == 2
    assert kept(world) == {"p"}


def test_nothing_is_published_without_a_reason_or_with_errors(world: World) -> None:
    save(world, drafts.PROCESS, "p", drawn("a"))

    with pytest.raises(Invalid, match="Escriba por qué"):
        release(world, reason=" \n ")

    save(
        world,
        drafts.PROCESS,
        "p",
        process("p", start(), user("a", role="nadie"), end(), chain("inicio", "a", "fin")),
        1,
    )
    with pytest.raises(InvalidDiagram):
        release(world, revision=2)
    assert kept(world) == {"p"}


def test_a_draft_equal_to_the_current_version_goes_without_another(world: World) -> None:
    world.publish(drawn("a"))
    save(world, drafts.PROCESS, "p", drawn("a"))

    assert release(world) == Released("p", None)
    assert kept(world) == set()
    with pytest.raises(UnknownDefinition, match="no tiene cambios por publicar"):
        release(world)


def test_a_form_gets_a_number_only_if_it_changed(world: World) -> None:
    given = []
    for content in ({"components": []}, {"components": []}, {"components": [{"key": "uno"}]}):
        save(world, drafts.FORM, "suelto", orjson.dumps(content))
        with world.database.unit_of_work() as session:
            released = releasing.release_form(
                session, world.engine, "suelto", revision=1, actor=SYSTEM, reason="Prueba"
            )
            given.append(released.version)

    assert given == [1, None, 2]
