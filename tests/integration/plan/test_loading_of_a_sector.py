"""A plan is loaded in a sector: the only one unsaid, one of several by name, never another's."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import VirtualClock
from engine.database import Database
from engine.identity import SYSTEM
from workflows.errors import Conflict, Refused
from workflows.loading import importing, seeding, staff
from workflows.people import directory
from workflows.people.models import Person
from workflows.plan.models import Plan
from workflows.records.data import PlanData
from workflows.records.problems import InvalidPlan
from workflows.sectors import registry
from workflows.sectors.models import Sector


def second_plan() -> PlanData:
    """A plan of Hábitat: the demo's under another code and sector."""
    data = seeding.demo_plan()
    return replace(data, plan=replace(data.plan, code="PES-HAB", name="PES de Hábitat", sector="Hábitat"))


@pytest.fixture
def habitat(demo: Database) -> Database:
    with demo.unit_of_work() as session:
        registry.create_named(session, "hab", " Hábitat ")
    return demo


def test_a_plan_is_loaded_in_the_sector_that_is_said(habitat: Database, clock: VirtualClock) -> None:
    with habitat.unit_of_work() as session:
        importing.apply(session, clock, SYSTEM, second_plan(), sector="HAB", appoints=True)

    with habitat.reading() as session:
        assert session.get_one(Plan, "PES-HAB").sector_code == "HAB"
        assert session.get_one(Sector, "GOB").name == seeding.demo_plan().plan.sector
        assert "coordinador_pes@GOB" in directory.actor(session, "amartinez").groups
        assert "coordinador_pes@HAB" in directory.actor(session, "amartinez").groups


def test_of_several_sectors_the_one_of_a_new_plan_has_to_be_said(habitat: Database) -> None:
    with habitat.reading() as session, pytest.raises(Refused, match="varios sectores"):
        importing.preview(session, second_plan(), appoints=True)


def test_a_plan_is_not_loaded_over_another_sectors(habitat: Database, clock: VirtualClock) -> None:
    with habitat.unit_of_work() as session, pytest.raises(InvalidPlan) as refused:
        importing.apply(session, clock, SYSTEM, seeding.demo_plan(), sector="HAB", appoints=True)

    assert "El plan PES-GOB es del sector" in str(refused.value.problems[0])


def test_a_file_that_names_another_sector_is_not_loaded_here(habitat: Database, clock: VirtualClock) -> None:
    with habitat.unit_of_work() as session, pytest.raises(InvalidPlan) as refused:
        importing.apply(session, clock, SYSTEM, second_plan(), sector="GOB", appoints=True)

    assert "«Hábitat» es otro sector (HAB)" in str(refused.value.problems[0])


@pytest.mark.parametrize(("code", "name"), [("HAB", "Otro"), ("OTRO", "habitat"), ("h b", "Otro"), ("OTRO", "  ")])
def test_a_sector_has_a_code_and_a_name_of_its_own(habitat: Database, code: str, name: str) -> None:
    with habitat.unit_of_work() as session, pytest.raises((Conflict, Refused)):
        registry.create_named(session, code, name)


def _people(session: Session) -> dict[str, tuple[str, str, str | None, bool]]:
    query = sa.select(Person.username, Person.name, Person.email, Person.entity_code, Person.active)
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in session.execute(query)}


def test_a_second_sectors_file_changes_nothing_of_a_person_of_the_first_but_their_roles_here(
    habitat: Database, clock: VirtualClock
) -> None:
    # Given a file of Hábitat that calls everybody of Gobierno otherwise, and keeps them out
    data = second_plan()
    others = tuple(replace(one, name=f"Otro {one.name}", active=False) for one in data.people)
    with habitat.reading() as session:
        before = _people(session)
        found = importing.preview(session, replace(data, people=others), sector="HAB", appoints=True)

    # When it is loaded
    with habitat.unit_of_work() as session:
        importing.apply(session, clock, SYSTEM, replace(data, people=others), sector="HAB", appoints=True)

    # Then they are who they were, and the preview had said so
    with habitat.reading() as session:
        assert _people(session) == before
        assert "coordinador_pes@GOB" in directory.actor(session, "amartinez").groups
    assert {one.kind for one in found.people} == {staff.CHANGES}
    assert sum("ya está en Cauce" in one.message for one in found.warnings) == len(others)


def test_a_user_of_another_sector_under_another_mail_is_somebody_else(habitat: Database) -> None:
    data = second_plan()
    namesake = replace(data.people[0], email="otra@habitat.gov.co")

    with habitat.reading() as session:
        found = importing.preview(
            session, replace(data, people=(namesake, *data.people[1:])), sector="HAB", appoints=True
        )

    (said,) = [one.message for one in found.errors if "Escriba otro usuario" in one.message]
    assert namesake.username in said and "Gobierno" in said


def test_an_entity_that_another_sector_uses_keeps_its_name(habitat: Database) -> None:
    data = second_plan()
    renamed = replace(data.entities[0], name="Otro nombre")

    with habitat.reading() as session:
        found = importing.preview(
            session, replace(data, entities=(renamed, *data.entities[1:])), sector="HAB", appoints=True
        )

    assert ["lo cambia quien administra la instalación" in one.message for one in found.errors] == [True]
