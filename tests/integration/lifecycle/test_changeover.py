"""A change of government: what there is is kept, people hand over, and the plan goes on."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from engine.instances.models import Instance
from engine.tasks.models import UserTask
from tests.support.plan import MONTH, PLAN, House, build_house, day
from workflows.auditing.models import AuditEntry
from workflows.documents import files
from workflows.documents.models import Document, StoredFile
from workflows.documents.states import DocumentKind
from workflows.errors import Forbidden, Refused
from workflows.lifecycle import changeover
from workflows.people import directory, holdings
from workflows.people.models import Person
from workflows.plan.models import Plan
from workflows.plan.states import PlanState

LEAVES, COMES = "sruiz", "nuevo"
"""Who reports for IDPAC, with open tasks; who comes in their place."""


@pytest.fixture
def house(database: Database) -> House:
    """The month of June being reported."""
    clock = VirtualClock(dt.datetime(2018, 7, 3, 14, 0, tzinfo=dt.UTC))
    house = build_house(database, clock, measured_before=(2018, 6), only=MONTH)
    play = house.play({("2018-06", "IDPAC"): "missing"})
    play.until(day("2018-07-05"))
    with database.unit_of_work() as session:
        session.add(Person(username=COMES, name="Nueva Persona", email="nueva@demo.example", entity_code="IDPAC"))
    return house


def _hand_over(house: House, who: str, given: dict[str, str], reason: str = "Cambio de gobierno") -> None:
    with house.database.unit_of_work() as session:
        actor = directory.actor(session, who)
        changeover.hand_over(session, house.engine, PLAN, given, actor=actor, reason=reason)


def _of(house: House, username: str) -> tuple[set[tuple[str, str]], int]:
    """The roles that somebody holds in the sector, and their open tasks."""
    with house.database.reading() as session:
        held = {(one.role_id, one.entity_code) for one in directory.person(session, username).roles}
        tasks = sa.select(sa.func.count()).where(UserTask.assignee == username, UserTask.state == "open")
        return held, session.scalars(tasks).one()


def test_who_leaves_hands_over_roles_and_tasks_and_the_plan_goes_on(house: House) -> None:
    held, tasks = _of(house, LEAVES)
    assert held and tasks

    _hand_over(house, "admin", {LEAVES: COMES})

    assert _of(house, LEAVES) == (set(), 0)
    assert _of(house, COMES) == (held, tasks)
    with house.database.reading() as session:
        plan = session.get_one(Plan, PLAN)
        acts = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.reason == "Cambio de gobierno")).all()
        open_cases = sa.select(sa.func.count()).where(Instance.scope == PLAN, Instance.state == "active")
        going_on = session.scalars(open_cases).one()
        still = session.get_one(Person, LEAVES).active
    assert (plan.state, plan.ends_on) == (PlanState.IN_FORCE, day("2020-12-31"))
    assert {"empalme", "entregar_cargo"} <= set(acts)
    assert going_on > 0
    assert still  # they leave their roles, not the installation


def test_a_role_that_was_given_for_some_days_is_handed_over_with_its_days(house: House) -> None:
    until = day("2020-06-30")
    with house.database.unit_of_work() as session:
        for one in directory.person(session, LEAVES).roles:
            one.until = until

    _hand_over(house, "admin", {LEAVES: COMES})

    with house.database.reading() as session:
        assert {one.until for one in directory.person(session, COMES).roles} == {until}


def test_the_package_tells_what_there_was_with_the_digests_of_the_documents(house: House) -> None:
    with house.database.unit_of_work() as session:
        kept = files.keep(session, house.clock, "admin", "pes.pdf", b"%PDF-1.4 plan", "application/pdf")
        session.add(
            Document(
                plan_code=PLAN, kind=DocumentKind.PES, key="1.0", format="pdf", title="El plan", file_id=kept.id,
                made_at=house.clock.now(),
            )
        )  # fmt: skip
        digest = session.get_one(StoredFile, kept.id).sha256

    _hand_over(house, "admin", {LEAVES: COMES})
    changeover.MAKER.make_missing(house.database, house.clock)

    with house.database.reading() as session:
        made = session.scalars(sa.select(Document).where(Document.kind == DocumentKind.CHANGEOVER)).all()
        page = next(files.read(session, one.file_id).decode() for one in made if one.format == "html")
        (told,) = changeover.of_plan(session, PLAN)
    assert {one.format for one in made} >= {"html", "pdf", "docx"}
    headings = [section["heading"] for section in told.content["sections"]]
    assert headings == [
        "Personas y cargos", "Compromisos abiertos", "Indicadores en rojo", "Planes de choque en curso",
        "Procesos en curso", "Documentos",
    ]  # fmt: skip
    assert "Nueva Persona" in page and "Cambio de gobierno" in page and digest in page


def test_what_was_kept_does_not_follow_what_changes_afterwards(house: House) -> None:
    _hand_over(house, "amartinez", {})
    with house.database.unit_of_work() as session:
        (kept,) = changeover.of_plan(session, PLAN)
        before = kept.content
        session.execute(sa.update(Person).values(name="Otra"))

    with house.database.reading() as session:
        assert changeover.of_plan(session, PLAN)[0].content == before
        assert any("Sandra Ruiz" in row[0] for row in before["sections"][0]["tables"][0]["rows"])


def test_who_coordinates_keeps_the_package_and_only_who_administers_hands_roles_over(house: House) -> None:
    with pytest.raises(Forbidden, match="administra"):
        _hand_over(house, "amartinez", {LEAVES: COMES})
    with pytest.raises(Forbidden):
        _hand_over(house, LEAVES, {})
    with pytest.raises(Refused, match="motivo"):
        _hand_over(house, "amartinez", {}, reason="  ")
    with pytest.raises(Refused, match="misma persona"):
        _hand_over(house, "admin", {LEAVES: LEAVES})
    with house.database.reading() as session:
        assert changeover.of_plan(session, PLAN) == []
    assert _of(house, COMES) == (set(), 0)


def test_what_somebody_holds_in_another_sector_stays(house: House) -> None:
    with house.database.unit_of_work() as session:
        holdings.hold(session.get_one(Person, LEAVES), "HAB", ["enlace_planeacion"])

    _hand_over(house, "admin", {LEAVES: COMES})

    assert _of(house, LEAVES)[0] == {("enlace_planeacion", "IDPAC")}
