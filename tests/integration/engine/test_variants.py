"""A tenant's own variant of what all share: which case takes it, what follows the shared one, and the way back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from engine import doctor
from engine.definitions import catalogue, drafts, publishing, releasing, retiring, reviewing, variants
from engine.definitions.merging import merge
from engine.errors import CannotMigrate, Conflict, InvalidDiagram, NotReviewed, OwnReview, UnknownDefinition
from engine.identity import Actor
from engine.instances import messages
from engine.managing import acts
from engine.naming import CaseName
from engine.states import Act
from tests.integration.engine.test_publishing import PARENT, child
from tests.support.diagrams import FORM, call, chain, end, message, process, start, user
from tests.support.engine import BOSS, World

HAB = "HAB"
ALONE = process("otra", start(), user("a"), end(), chain("inicio", "a", "fin"))


def vary(world: World, *diagrams: bytes, forms: dict[str, dict[str, Any]] | None = None, tenant: str = HAB) -> None:
    with world.database.unit_of_work() as session:
        publishing.publish(
            session, world.engine, diagrams, forms or {}, actor=BOSS, reason="Así trabajamos", tenant=tenant
        )


def steps(world: World, key: str, business_key: str, of: str) -> list[str]:
    case = world.start(key, business_key=business_key, of=of)
    return [task.element_id for task in world.open_tasks(case)]


def taken(world: World, key: str, tenant: str) -> tuple[dict[str, int], dict[str, str]]:
    with world.database.reading() as session:
        bundle = catalogue.current(session, key, tenant)
        return dict(bundle.versions), dict(bundle.owners)


def test_the_cases_of_a_tenant_take_its_variant_and_those_of_others_do_not(world: World) -> None:
    world.publish(child("x"))

    vary(world, child("propio"))

    assert steps(world, "hija", "1", HAB) == ["propio"]
    assert steps(world, "hija", "2", "GOB") == ["x"]
    assert steps(world, "hija", "3", "") == ["x"]


def test_what_a_shared_process_calls_is_the_tenants_own(world: World) -> None:
    world.publish(PARENT, child("x"))

    vary(world, child("propio"))

    assert steps(world, "madre", "1", HAB) == ["propio"]
    assert steps(world, "madre", "2", "GOB") == ["x"]
    assert taken(world, "madre", HAB) == ({"madre": 1, "hija": 1}, {"hija": HAB})


def test_a_variant_of_a_form_is_asked_in_the_cases_of_its_tenant(world: World) -> None:
    diagram = process("p", start(), user("a"), end(), chain("inicio", "a", "fin"))
    world.publish(diagram, forms={FORM: {"components": [{"key": "uno"}]}})

    vary(world, forms={FORM: {"components": [{"key": "uno"}, {"key": "dos"}]}})

    with world.database.reading() as session:
        asked = {
            tenant: [one["key"] for one in catalogue.current(session, "p", tenant).form(FORM)["components"]]
            for tenant in (HAB, "GOB", "")
        }
    assert asked == {HAB: ["uno", "dos"], "GOB": ["uno"], "": ["uno"]}


def test_a_running_case_keeps_what_it_began_with_when_its_tenant_gets_a_variant(world: World) -> None:
    world.publish(child("x"))
    before = world.start("hija", business_key="1", of=HAB)

    vary(world, child("propio"))

    assert [task.element_id for task in world.open_tasks(before)] == ["x"]


def test_a_new_shared_version_leaves_a_variant_as_it_is_and_reaches_what_the_tenant_only_calls(world: World) -> None:
    world.publish(PARENT, child("x"))
    vary(world, PARENT.replace(b'name="madre"', b'name="A nuestra manera"'))

    world.publish(child("nuevo"))

    assert taken(world, "madre", HAB) == ({"madre": 1, "hija": 2}, {"madre": HAB})
    with world.database.reading() as session:
        stands = variants.standing(session, drafts.PROCESS, "madre@HAB")
    assert not stands.is_behind


def test_a_variant_says_on_which_shared_version_it_is_based_and_that_this_changed(world: World) -> None:
    world.publish(child("x"))
    world.publish(child("x", "y"))
    vary(world, child("x", "y", "propio"))

    world.publish(child("x", "y", "z"))

    with world.database.reading() as session:
        stands = variants.standing(session, drafts.PROCESS, "hija@HAB")
        assert (stands.own.version, stands.base.version, stands.shared.version) == (1, 2, 3)
        assert stands.is_behind


def test_the_changes_of_the_shared_one_are_brought_into_the_draft_and_published_with_it(world: World) -> None:
    world.publish(child("x"))
    vary(world, child("x").replace(b'name="x"', b'name="A nuestra manera"'))
    world.publish(child("x").replace(b'name="hija"', b'name="Ahora"'))

    with world.database.unit_of_work() as session:
        variants.take_over(session, world.engine, drafts.PROCESS, "hija@HAB", merge, actor=BOSS, revision=0)
    with world.database.unit_of_work() as session:
        releasing.release(session, world.engine, "hija@HAB", revision=1, actor=BOSS, reason="Traer lo compartido")

    with world.database.reading() as session:
        stands = variants.standing(session, drafts.PROCESS, "hija@HAB")
        diagram = catalogue.current(session, "hija", HAB).diagrams["hija"]
    assert (stands.own.version, stands.base.version, stands.is_behind) == (2, 2, False)
    assert (diagram.name, diagram.elements["x"].name) == ("Ahora", "A nuestra manera")


def test_going_back_gives_new_cases_the_shared_one_and_leaves_the_running_as_they_are(world: World) -> None:
    world.publish(PARENT, child("x"))
    vary(world, child("propio"))
    running = world.start("madre", business_key="1", of=HAB)

    with world.database.unit_of_work() as session:
        variants.give_up(session, world.engine, drafts.PROCESS, "hija@HAB", actor=BOSS, reason="Ya no hace falta")

    assert steps(world, "madre", "2", HAB) == ["x"]
    assert [task.element_id for task in world.open_tasks(running)] == ["propio"]
    with world.database.reading() as session:
        assert catalogue.taken_apart(session) == []
        assert [version.version for version in catalogue.versions(session, "hija", HAB)] == [1]
        with pytest.raises(UnknownDefinition):
            variants.standing(session, drafts.PROCESS, "hija@HAB")


def test_a_form_given_up_is_asked_as_all_share_it_and_varied_again_gets_the_next_number(world: World) -> None:
    diagram = process("p", start(), user("a"), end(), chain("inicio", "a", "fin"))
    world.publish(diagram, forms={FORM: {"components": []}})
    own = {"components": [{"key": "dos"}]}
    vary(world, forms={FORM: own})

    with world.database.unit_of_work() as session:
        variants.give_up(session, world.engine, drafts.FORM, f"{FORM}@HAB", actor=BOSS, reason="Ya no hace falta")
        back = catalogue.current(session, "p", HAB).form(FORM)
    vary(world, forms={FORM: own})

    with world.database.reading() as session:
        again = catalogue.form_version(session, FORM, HAB)
        assert back == {"components": []}
        assert (again.version, again.tenant) == (2, HAB)
        assert catalogue.current(session, "p", HAB).form(FORM) == own


def test_a_variant_is_begun_as_a_draft_that_says_what_the_shared_one_says(world: World) -> None:
    world.publish(child("x"))

    with world.database.unit_of_work() as session:
        draft = variants.begin(session, world.engine, drafts.PROCESS, "hija@HAB", actor=BOSS)
        begun = draft.content
    with world.database.unit_of_work() as session:
        released = releasing.release(session, world.engine, "hija@HAB", revision=1, actor=BOSS, reason="Nuestra")

    assert begun == child("x")
    assert released.version == 1
    with world.database.unit_of_work() as session, pytest.raises(Conflict):
        variants.begin(session, world.engine, drafts.PROCESS, "hija@HAB", actor=BOSS)


def test_a_process_that_nobody_shares_is_its_tenants_alone(world: World) -> None:
    world.publish(child("x"))
    vary(world, ALONE, forms={FORM: {"components": []}})

    with world.database.unit_of_work() as session:
        alone, others = variants.is_alone(session, drafts.PROCESS, "otra@HAB"), catalogue.definition(session, "otra")
        with pytest.raises(Conflict):
            variants.give_up(session, world.engine, drafts.PROCESS, "otra@HAB", actor=BOSS, reason="Ya no")
        retiring.retire(session, world.engine, "otra@HAB", actor=BOSS, reason="Ya no se hace")
    assert alone
    assert others is None


def test_nobody_takes_the_key_of_what_a_tenant_has_alone(world: World) -> None:
    vary(world, ALONE, forms={FORM: {"components": []}})

    with pytest.raises(InvalidDiagram) as refused:
        world.publish(ALONE)

    assert "proceso propio de otro sector" in str(refused.value)


def test_what_all_share_can_not_call_what_a_tenant_has_alone(world: World) -> None:
    vary(world, ALONE, forms={FORM: {"components": []}})

    with pytest.raises(InvalidDiagram):
        world.publish(process("madre", start(), call("c", "otra"), end(), chain("inicio", "c", "fin")))


def test_a_shared_version_that_would_break_a_variant_is_refused_and_says_whose(world: World) -> None:
    other = process("otra", start(), user("z"), end(), chain("inicio", "z", "fin"))
    world.publish(PARENT, child("x"), other)
    vary(world, process("hija", start(), call("c", "otra"), end(), chain("inicio", "c", "fin")))
    circle = process("otra", start(), call("c", "madre"), end(), chain("inicio", "c", "fin"))

    with pytest.raises(InvalidDiagram) as refused:
        world.publish(circle)

    assert "HAB" in str(refused.value)
    assert steps(world, "madre", "1", HAB) == ["z"]


class NamedByPlan:
    """A message says of which tenant the case is that it opens."""

    def name_case(self, session: object, process_key: str, variables: Any) -> CaseName:
        return CaseName(f"{process_key}/{variables['n']}", process_key, "PLAN", str(variables["de"]))


def test_a_message_opens_the_variant_of_the_tenant_that_its_case_is_of(world: World) -> None:
    world.engine = replace(world.engine, case_namer=NamedByPlan())
    shared = process(
        "m",
        start("inicio", message("llega")),
        user("a"),
        end(),
        chain("inicio", "a", "fin"),
        messages={"llega": "llega"},
    )
    world.publish(shared)
    vary(world, shared.replace(b'"a"', b'"b"'))

    with world.database.unit_of_work() as session:
        for number, tenant in enumerate((HAB, "GOB")):
            messages.send(session, world.engine, "llega", "PLAN", {"n": number, "de": tenant}, actor=Actor("ana"))

    assert world.names() == ["a", "b"]


LUIS = Actor("luis")
NAME = "hija@HAB"
TODAY = dt.date(2026, 3, 2)


def draw(world: World, content: bytes) -> None:
    """A draft of the variant that says something of its own."""
    with world.database.unit_of_work() as session:
        begun = variants.begin(session, world.engine, drafts.PROCESS, NAME, actor=BOSS)
        drafts.save(
            session, world.engine, drafts.PROCESS, NAME, content, actor=BOSS, revision=begun.revision,
            base_version=begun.base_version,
        )  # fmt: skip


def test_a_variant_is_reviewed_by_somebody_else_without_asking_that_of_the_shared_one(world: World) -> None:
    # Given a variant whose publications are to be reviewed
    world.publish(child("x"))
    vary(world, child("y"))
    with world.database.unit_of_work() as session:
        reviewing.demand(session, NAME, reviewed=True)
        drafts.save(session, world.engine, drafts.PROCESS, NAME, child("z"), actor=BOSS, revision=0, base_version=None)

    # When it is published without a review, and then approved by who did not draw it
    with pytest.raises(NotReviewed), world.database.unit_of_work() as session:
        releasing.release(session, world.engine, NAME, revision=1, actor=BOSS, reason="Nuestra")
    with world.database.unit_of_work() as session:
        asked = reviewing.ask(
            session, world.engine, NAME, revision=1, actor=BOSS, reason="Nuestra", today=TODAY, effective_on=None
        ).id
    with pytest.raises(OwnReview), world.database.unit_of_work() as session:
        reviewing.approve(session, world.engine, asked, actor=BOSS, today=TODAY)
    with world.database.unit_of_work() as session:
        assert reviewing.approve(session, world.engine, asked, actor=LUIS, today=TODAY).version == 2

    # Then its tenant's cases take it, and the shared one is published as ever
    world.publish(child("w"))
    assert steps(world, "hija", "1", HAB) == ["z"]
    assert steps(world, "hija", "2", "GOB") == ["w"]


def test_a_variant_that_holds_from_a_day_changes_its_tenants_cases_on_that_day_alone(world: World) -> None:
    # Given a draft of a variant that is to hold from tomorrow
    world.publish(child("x"))
    draw(world, child("propio"))
    with world.database.unit_of_work() as session:
        scheduled = reviewing.schedule(
            session, world.engine, NAME, revision=2, actor=BOSS, reason="Nuestra", today=TODAY,
            effective_on=TODAY + dt.timedelta(days=1),
        ).id  # fmt: skip
    assert steps(world, "hija", "1", HAB) == ["x"]

    # When the day comes
    with world.database.unit_of_work() as session:
        assert reviewing.due(session, TODAY + dt.timedelta(days=1)) == [scheduled]
        reviewing.publish_due(session, world.engine, scheduled)

    # Then the tenant has it, and others what all share
    assert steps(world, "hija", "2", HAB) == ["propio"]
    assert steps(world, "hija", "3", "GOB") == ["x"]


def test_a_running_case_is_taken_to_its_tenants_variant_and_never_to_anothers(world: World) -> None:
    # Given cases of two tenants that began as all share it, and then a variant of one
    world.publish(child("x"))
    own, foreign = (world.start("hija", business_key=of, of=of) for of in (HAB, "GOB"))
    vary(world, process("hija", start(), user("x"), user("y"), end(), chain("inicio", "x", "y", "fin")))
    keeper = Actor("jefa", frozenset({"jefatura"}), frozenset({HAB, "GOB"}))

    # When each is taken to the newest version that there is for it
    with world.database.unit_of_work() as session:
        acts.execute(session, world.engine, own, Act.MIGRATE, {}, actor=keeper, reason="Nuestra")
    with pytest.raises(CannotMigrate, match="ya está en esa versión"), world.database.unit_of_work() as session:
        acts.execute(session, world.engine, foreign, Act.MIGRATE, {}, actor=keeper, reason="Nuestra")

    # Then the tenant's goes on as its variant says, the other as before
    for case in (own, foreign):
        (task,) = world.open_tasks(case)
        world.complete(task.id)
    assert [task.element_id for task in world.open_tasks(own)] == ["y"]
    assert world.instance(foreign).state == "completed"
    with world.database.reading() as session:
        assert doctor.examine(session, world.engine) == []
