"""Whose a case is: who may work on its tasks and mend it follows from that, and from nothing that is typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import resolutions
from engine.errors import NotAllowed
from engine.identity import Actor
from engine.incidents import Incident
from engine.instances.models import Instance
from engine.tasks import commands as tasks
from engine.tasks.assignment import groups_of
from tests.integration.engine.test_keeping import signalling
from tests.support.diagrams import chain, end, process, start, user
from tests.support.engine import ANA, BOSS, PlainGroups, World

STEPS = process("p", start(), user("a"), user("b", role="fantasma"), end(), chain("inicio", "a", "b", "fin"))
HERE = Actor("jefa", supervises=frozenset({"NORTE"}))
ELSEWHERE = Actor("jefe", supervises=frozenset({"SUR"}))


class GroupsOfTenants(PlainGroups):
    """A role is held within a tenant."""

    def resolve(self, session: Session, role: str, variables: Mapping[str, Any], tenant: str) -> str:
        return f"{super().resolve(session, role, variables, tenant)}@{tenant}"


@pytest.fixture
def world(world: World) -> World:
    world.engine = replace(world.engine, groups=GroupsOfTenants())
    world.publish(STEPS)
    return world


def test_a_variable_does_not_carry_a_task_to_another_tenant(world: World) -> None:
    world.start(of="NORTE", sector="SUR", scope="SUR")
    world.do("a", Actor("ana", frozenset({"analista@NORTE"})), tenant="SUR", conocido=True)

    task = world.task("b")

    with world.database.reading() as session:
        assert groups_of(session, task.id) == ["fantasma@NORTE"]


def test_a_task_is_reassigned_and_given_back_by_who_supervises_its_tenant_only(world: World) -> None:
    world.start(of="NORTE")
    task = world.task("a")

    with world.database.unit_of_work() as session, pytest.raises(NotAllowed):
        tasks.reassign(session, world.engine, task.id, actor=ELSEWHERE, to="bea", reason="Ayuda")
    with world.database.unit_of_work() as session:
        tasks.reassign(session, world.engine, task.id, actor=HERE, to="bea", reason="Ayuda")
    with world.database.unit_of_work() as session, pytest.raises(NotAllowed):
        tasks.release(session, world.engine, task.id, actor=ELSEWHERE)
    with world.database.unit_of_work() as session:
        assert tasks.release(session, world.engine, task.id, actor=HERE).assignee is None


def test_an_incident_is_mended_by_who_supervises_the_tenant_of_its_case_only(world: World) -> None:
    world.start(of="NORTE")
    world.do("a", Actor("ana", frozenset({"analista@NORTE"})))
    with world.database.reading() as session:
        incident_id = session.scalars(sa.select(Incident.id)).one()

    with world.database.unit_of_work() as session, pytest.raises(NotAllowed):
        resolutions.resolve_by_retry(session, world.engine, incident_id, actor=ELSEWHERE)
    with world.database.unit_of_work() as session:
        resolutions.correct_variable(
            session, world.engine, incident_id, "conocido", True, actor=HERE, reason="Ya existe"
        )

    with world.database.reading() as session:
        assert groups_of(session, world.task("b").id) == ["fantasma@NORTE"]


def test_what_a_signal_begins_is_of_the_tenant_of_who_gave_it(world: World) -> None:
    world.publish(*signalling())

    world.start("a", of="NORTE")

    with world.database.reading() as session:
        assert set(session.scalars(sa.select(Instance.tenant))) == {"NORTE"}


def test_a_case_that_nobody_claims_is_of_no_tenant(world: World) -> None:
    instance_id = world.start()

    assert world.instance(instance_id).tenant == ""
    assert BOSS.may_supervise("")
    assert not ANA.may_supervise("")
