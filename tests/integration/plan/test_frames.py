"""Development plans are registered once, and a file or a form changes no other sector's."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from engine.clock import VirtualClock
from engine.database import Database
from engine.identity import Actor
from workflows.errors import Conflict
from workflows.loading import importing, seeding
from workflows.plan import development
from workflows.plan.development import Described
from workflows.plan.models import DevelopmentPlan, Plan
from workflows.records.data import PlanData
from workflows.records.problems import InvalidPlan
from workflows.records.stored import stored_plan
from workflows.sectors import registry

ANA = Actor("amartinez")
NAME = "Bogotá Mejor para Todos 2016-2020"


def named(data: PlanData, name: str, *said: Described) -> PlanData:
    return replace(data, plan=replace(data.plan, development_plans=(name,)), development_plans=said)


def load(database: Database, clock: VirtualClock, data: PlanData) -> importing.Preview:
    with database.unit_of_work() as session:
        return importing.apply(session, clock, ANA, data, appoints=True)


def kept(database: Database) -> PlanData:
    with database.reading() as session:
        found = stored_plan(session, "PES-GOB")
    assert found is not None
    return found


def test_one_that_is_known_is_found_however_it_is_spelled_and_what_a_file_leaves_empty_stays(
    demo: Database, clock: VirtualClock
) -> None:
    # Given a plan on record that says in whose frame it is made, and its workbook without the sheet of those
    known = kept(demo).development_plans
    spelled = "bogota mejor  para todos 2016-2020".replace("  ", " ")
    file = named(kept(demo), spelled, Described(development.code_for(spelled), spelled))

    # When it is loaded
    found = load(demo, clock, file)

    # Then nothing changes, and no second one is made
    assert known == (seeding.demo_plan().development_plans[0],)
    assert found.changes_nothing
    assert kept(demo).development_plans == known


def test_a_plan_may_be_made_in_the_frame_of_two(demo: Database, clock: VirtualClock) -> None:
    next_one = Described("PDD-2020", "El que viene 2020-2024", starts_on=dt.date(2020, 6, 1))
    file = kept(demo)
    file = replace(
        file,
        plan=replace(file.plan, development_plans=(NAME, next_one.name)),
        development_plans=(*file.development_plans, next_one),
    )

    found = load(demo, clock, file)

    assert [(one.kind, one.sheet, one.code) for one in found.changes] == [
        ("cambia", "Plan", "PES-GOB"), ("nuevo", "Planes de desarrollo", "PDD-2020"),
    ]  # fmt: skip
    with demo.reading() as session:
        plan = session.get_one(Plan, "PES-GOB")
        assert plan.development_plan == f"{NAME} y El que viene 2020-2024"
        assert development.in_force(session.get_one(DevelopmentPlan, "PDD-2020")) == (
            "Del 1 de junio de 2020 sin último día conocido"
        )


def test_the_days_of_one_that_another_sector_uses_are_not_a_files_to_change(
    demo: Database, clock: VirtualClock
) -> None:
    # Given another sector with a plan in the same frame
    with demo.unit_of_work() as session:
        registry.create(session, "HAB", "Hábitat")
        session.add(
            Plan(
                code="PES-HAB", name="Hábitat", sector_code="HAB", first_year=2019, years=4, state="formulacion",
                first_month="2019-01", ends_on=dt.date(2022, 12, 31),
            )
        )  # fmt: skip
        session.flush()
        development.frame(session, "PES-HAB", ["PDD"])
    known = kept(demo).development_plans[0]

    # When a file of the first one says other days
    with pytest.raises(InvalidPlan) as refused, demo.unit_of_work() as session:
        file = named(kept(demo), NAME, replace(known, ends_on=dt.date(2021, 1, 1)))
        importing.apply(session, clock, ANA, file, sector="GOB", appoints=True)

    # Then it is told who may, and nothing changed
    assert [problem.message for problem in refused.value.problems] == [
        f"«{NAME}» ya está registrado y otro sector lo usa; sus datos los cambia quien administra la instalación."
    ]
    assert kept(demo).development_plans == (known,)


def test_two_long_names_that_begin_alike_have_codes_of_their_own_and_a_name_stands_once(demo: Database) -> None:
    title = "Plan de Desarrollo Económico, Social, Ambiental y de Obras Públicas"
    first, second = f"{title} 2016-2020", f"{title} 2020-2024"

    with demo.unit_of_work() as session:
        made = [development.register(session, Described("", name)).code for name in (first, second)]
        with pytest.raises(Conflict, match="No lo registre dos veces"):
            development.register(session, Described("OTRO", first.upper()))

    assert len(set(made)) == 2
    assert all(len(code) <= development.LONGEST_CODE for code in made)
