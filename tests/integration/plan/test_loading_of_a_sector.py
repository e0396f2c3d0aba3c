"""A plan is loaded in a sector: the only one unsaid, one of several by name, never another's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.clock import VirtualClock
from engine.database import Database
from engine.identity import SYSTEM
from workflows.errors import Conflict, Refused
from workflows.loading import importing, seeding
from workflows.people import directory
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
        importing.apply(session, clock, SYSTEM, second_plan(), sector="HAB")

    with habitat.reading() as session:
        assert session.get_one(Plan, "PES-HAB").sector_code == "HAB"
        assert session.get_one(Sector, "GOB").name == seeding.demo_plan().plan.sector
        assert "coordinador_pes@GOB" in directory.actor(session, "amartinez").groups
        assert "coordinador_pes@HAB" in directory.actor(session, "amartinez").groups


def test_of_several_sectors_the_one_of_a_new_plan_has_to_be_said(habitat: Database) -> None:
    with habitat.reading() as session, pytest.raises(Refused, match="varios sectores"):
        importing.preview(session, second_plan())


def test_a_plan_is_not_loaded_over_another_sectors(habitat: Database, clock: VirtualClock) -> None:
    with habitat.unit_of_work() as session, pytest.raises(InvalidPlan) as refused:
        importing.apply(session, clock, SYSTEM, seeding.demo_plan(), sector="HAB")

    assert "El plan PES-GOB es del sector" in str(refused.value.problems[0])


def test_a_file_that_names_another_sector_is_not_loaded_here(habitat: Database, clock: VirtualClock) -> None:
    with habitat.unit_of_work() as session, pytest.raises(InvalidPlan) as refused:
        importing.apply(session, clock, SYSTEM, second_plan(), sector="GOB")

    assert "«Hábitat» es otro sector (HAB)" in str(refused.value.problems[0])


@pytest.mark.parametrize(("code", "name"), [("HAB", "Otro"), ("OTRO", "habitat"), ("h b", "Otro"), ("OTRO", "  ")])
def test_a_sector_has_a_code_and_a_name_of_its_own(habitat: Database, code: str, name: str) -> None:
    with habitat.unit_of_work() as session, pytest.raises((Conflict, Refused)):
        registry.create_named(session, code, name)
