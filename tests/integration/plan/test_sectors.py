"""The first plan makes its sector; roles hold in it, and in an entity of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from engine.database import Database
from engine.errors import UnknownRole
from workflows.errors import Refused
from workflows.loading import seeding
from workflows.people import directory, holdings
from workflows.people.groups import SectorGroups
from workflows.people.models import Person, PersonRole
from workflows.plan import participants
from workflows.plan.models import Plan
from workflows.records.data import HolidayRecord
from workflows.records.writing import write_sector
from workflows.sectors import registry
from workflows.sectors.holidays import known_days
from workflows.sectors.models import Entity, Sector, SectorEntity
from workflows.sectors.states import EntityRole

PLAN = "PES-GOB"


def test_the_first_plan_makes_its_sector_with_its_entities_and_places(demo: Database) -> None:
    with demo.reading() as session:
        sector = registry.find(session, "GOB")

        assert (sector.name, sector.head_entity) == (seeding.demo_plan().plan.sector, "SDG")
        assert [entity.code for entity, _link in registry.entities(session, "GOB")] == ["SDG", "IDPAC", "DADEP"]
        assert [place.name for place in registry.places(session, "GOB")][::19] == ["Usaquén", "Sumapaz"]
        assert session.get_one(Plan, PLAN).sector is sector


@pytest.mark.parametrize(
    ("plan", "code"), [("PES-GOB", "GOB"), ("PES-HAB-2020", "HAB"), ("MOVILIDAD", "MOVILIDAD"), ("pes", "SECTOR")]
)
def test_a_sector_that_nobody_named_is_called_as_its_plan(plan: str, code: str) -> None:
    assert registry.code_for(plan) == code


def test_the_entities_of_another_sector_are_not_of_this_plan(demo: Database) -> None:
    with demo.unit_of_work() as session:
        session.add(Entity(code="SDHT", name="Secretaría del Hábitat"))
        session.flush()
        registry.link(session, registry.create(session, "HAB", "Hábitat"), [("SDHT", EntityRole.HEAD)])

    with demo.reading() as session:
        in_order = list(session.scalars(participants.in_order(PLAN, Entity.code)))

    assert in_order == ["SDG", "IDPAC", "DADEP"]


def test_an_entity_that_left_the_sector_keeps_its_past_in_it(demo: Database) -> None:
    with demo.unit_of_work() as session:
        session.get_one(SectorEntity, ("GOB", "DADEP")).until = dt.date(2018, 6, 30)

    with demo.reading() as session:
        assert "DADEP" in session.scalars(participants.in_order(PLAN, Entity.code)).all()


def test_a_role_in_one_sector_says_nothing_in_another(demo: Database) -> None:
    with demo.unit_of_work() as session:
        registry.create(session, "HAB", "Hábitat")
        ana = session.get_one(Person, "amartinez")
        holdings.hold(ana, "HAB", ["lider_proceso"])

    with demo.reading() as session:
        actor = directory.actor(session, "amartinez")

    assert actor.groups == {"coordinador_pes@GOB", "lider_proceso@GOB", "lider_proceso@HAB"}
    assert actor.may_supervise("GOB")
    assert not actor.may_supervise("HAB")
    assert not actor.may_supervise("")


def test_who_administers_the_installation_supervises_no_sector(demo: Database) -> None:
    with demo.unit_of_work() as session:
        session.add(Person(username="sistemas", name="Sistemas", email="s@demo.example"))
        session.flush()
        session.add(PersonRole(username="sistemas", role_id="administrador_instalacion"))

    with demo.reading() as session:
        actor = directory.actor(session, "sistemas")

    assert actor.groups == {"administrador_instalacion"}
    assert not actor.may_supervise("GOB")
    assert actor.may_supervise("")


def test_who_moves_to_another_entity_holds_their_role_there(demo: Database) -> None:
    data = seeding.demo_plan()
    with demo.unit_of_work() as session:
        ricardo = session.get_one(Person, "rmora")
        ricardo.entity_code = "DADEP"
        holdings.hold(ricardo, "GOB", [], entity="IDPAC")
        holdings.hold(ricardo, "GOB", ["enlace_planeacion"])
        kept = directory.actor(session, "rmora").groups
        write_sector(session, data)

        back = directory.actor(session, "rmora").groups

    assert kept == {"enlace_planeacion@GOB/DADEP"}
    assert back == kept | {"enlace_planeacion@GOB/IDPAC", "equipo_tecnico@GOB/IDPAC"}


def test_loading_a_plan_leaves_what_its_people_hold_elsewhere(demo: Database) -> None:
    with demo.unit_of_work() as session:
        elsewhere = PersonRole(username="rmora", role_id="equipo_tecnico", sector_code="HAB", entity_code="SDHT")
        session.add(elsewhere)
    with demo.unit_of_work() as session:
        write_sector(session, seeding.demo_plan())

    with demo.reading() as session:
        assert "equipo_tecnico@HAB/SDHT" in directory.actor(session, "rmora").groups


def test_what_was_given_before_there_was_a_sector_is_held_in_the_first(database: Database) -> None:
    with database.unit_of_work() as session:
        directory.seed_roles(session)
        session.add(Person(username="jefa", name="Jefa", email="j@demo.example"))
        session.flush()
        session.add(PersonRole(username="jefa", role_id="administrador"))
        session.add(PersonRole(username="jefa", role_id="administrador_instalacion"))
    with database.unit_of_work() as session:
        write_sector(session, seeding.demo_plan())

    with database.reading() as session:
        assert directory.actor(session, "jefa").groups == {"administrador@GOB", "administrador_instalacion"}


def test_of_several_sectors_one_has_to_be_named(demo: Database) -> None:
    with demo.unit_of_work() as session:
        session.add(Sector(code="HAB", name="Hábitat"))

    with demo.reading() as session, pytest.raises(Refused, match="varios sectores"):
        registry.only(session)


def test_a_shipped_role_is_resolved_without_a_statement(demo: Database) -> None:
    seen: list[str] = []
    with demo.reading() as session:
        sa.event.listen(demo.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        SectorGroups().resolve(session, "coordinador_pes", {}, "GOB")
        with pytest.raises(UnknownRole):
            SectorGroups().resolve(session, "nadie", {}, "GOB")
        with pytest.raises(UnknownRole):
            SectorGroups().resolve(session, "tampoco", {}, "GOB")

    assert len([statement for statement in seen if "FROM role" in statement]) == 1


def test_the_days_of_a_workbook_are_of_its_sector_and_of_no_other(demo: Database) -> None:
    brought = replace(seeding.demo_plan(), holidays=(HolidayRecord(dt.date(2018, 8, 6), "Aniversario"),))
    with demo.unit_of_work() as session:
        registry.create_named(session, "HAB", "Hábitat")

        write_sector(session, brought, "GOB")

    with demo.reading() as session:
        assert known_days(session).local == dict.fromkeys(("GOB", PLAN), frozenset({dt.date(2018, 8, 6)}))
