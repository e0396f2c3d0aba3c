"""A plan's file makes new people and says what they do; it appoints nobody, and writes over nobody."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace

import openpyxl
import pytest

from engine.clock import VirtualClock
from engine.database import Database
from engine.identity import SYSTEM, Actor
from tests.support.work import add_task
from workflows.auditing import recording as auditing
from workflows.loading import importing, seeding, staff
from workflows.loading.reading import read_file
from workflows.loading.workbook import write_workbook
from workflows.people import adding, directory, holdings
from workflows.people.models import Person
from workflows.people.roles import APPOINTED
from workflows.records.data import PersonRecord, PlanData
from workflows.records.problems import InvalidPlan
from workflows.records.stored import stored_plan

ANA = Actor("amartinez")


def as_exported(data: PlanData) -> PlanData:
    """The plan as a workbook says it: without the roles that no file gives."""
    return read_file("plan.xlsx", write_workbook(data))


def with_person(data: PlanData, username: str, **changes: object) -> PlanData:
    people = tuple(replace(one, **changes) if one.username == username else one for one in data.people)  # type: ignore[arg-type]
    return replace(data, people=people)


@pytest.mark.parametrize("role", sorted(APPOINTED))
def test_no_file_gives_a_role_that_somebody_answers_for_by_name(demo: Database, clock: VirtualClock, role: str) -> None:
    # Given a workbook by which a reporter would come to administer
    data = with_person(as_exported(seeding.demo_plan()), "sruiz", roles=("responsable_meta", role))

    # When it is loaded
    with demo.unit_of_work() as session, pytest.raises(InvalidPlan) as refused:
        importing.apply(session, clock, ANA, data)

    # Then nothing is, and it says where such a role is given
    (said,) = [str(one) for one in refused.value.problems]
    assert said.startswith("Personas, fila") and role in said
    assert "Personas" in said or "no es un rol" in said


def test_who_was_appointed_stays_so_when_the_workbook_comes_back(demo: Database, clock: VirtualClock) -> None:
    with demo.unit_of_work() as session:
        held = directory.actor(session, "amartinez").groups

        done = importing.apply(session, clock, ANA, as_exported(seeding.demo_plan()))

        assert done.changes_nothing
        assert directory.actor(session, "amartinez").groups == held


def test_a_workbook_names_no_role_that_it_may_not_give() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(seeding.demo_plan())))

    for sheet in ("Personas", "Roles"):
        named = {
            role for row in book[sheet].iter_rows(values_only=True) for cell in row for role in str(cell).split("; ")
        }
        assert not named & APPOINTED


def test_who_is_on_record_is_written_over_by_no_file_and_the_preview_says_each_field(
    demo: Database, clock: VirtualClock
) -> None:
    # Given somebody whose access was closed, and a workbook that opens it, and calls them otherwise
    with demo.unit_of_work() as session:
        plan = stored_plan(session, "PES-GOB")
        session.get_one(Person, "sruiz").active = False
    assert plan is not None
    data = with_person(as_exported(plan), "sruiz", name="Otra", email="otra@gob.gov.co", active=True)

    # When it is loaded
    with demo.unit_of_work() as session:
        done = importing.apply(session, clock, ANA, data)

    # Then nothing of them changed, and each field was told
    assert done.changes_nothing
    (told,) = [one for one in done.people if one.username == "sruiz"]
    assert (told.kind, [field.name for field in told.untouched]) == (staff.UNTOUCHED, ["nombre", "correo", "acceso"])
    with demo.reading() as session:
        person = session.get_one(Person, "sruiz")
        assert (person.name, person.email, person.active) == ("Sandra Ruiz (demo)", "sruiz@demo.example", False)


def test_roles_come_and_go_with_the_open_tasks_that_they_leave(demo: Database, clock: VirtualClock) -> None:
    # Given an open task that is offered to who reports for IDPAC
    with demo.unit_of_work() as session:
        add_task(session, "Reportar", due_at=None, group="responsable_meta@GOB/IDPAC")
    data = with_person(as_exported(seeding.demo_plan()), "sruiz", roles=("equipo_tecnico",))

    # When a workbook makes of its only reporter a technician
    with demo.unit_of_work() as session:
        done = importing.apply(session, clock, ANA, data)
        groups = directory.actor(session, "sruiz").groups

    # Then it says what comes, what goes, and what that leaves
    (told,) = [one for one in done.people if one.username == "sruiz"]
    assert told.gains == ["Equipo técnico de la entidad"]
    assert told.losses == [staff.Loss("Responsable de meta / gerente de proyecto", 1)]
    assert groups == {"equipo_tecnico@GOB/IDPAC"}


def test_a_role_of_an_entity_holds_in_the_one_that_the_file_says(demo: Database, clock: VirtualClock) -> None:
    # Given a reporter of IDPAC, whom a workbook places in DADEP
    data = with_person(as_exported(seeding.demo_plan()), "sruiz", entity="DADEP")

    with demo.unit_of_work() as session:
        importing.apply(session, clock, ANA, data)

        # Then they report for both: what the file does not speak of stays
        assert directory.actor(session, "sruiz").groups == {"responsable_meta@GOB/IDPAC", "responsable_meta@GOB/DADEP"}
        assert session.get_one(Person, "sruiz").entity_code == "IDPAC"


def test_somebody_new_comes_as_the_file_says(demo: Database, clock: VirtualClock) -> None:
    data = as_exported(seeding.demo_plan())
    new = PersonRecord("nueva", "Nora Nueva", "nueva@gob.gov.co", "IDPAC", ("equipo_tecnico",))

    with demo.unit_of_work() as session:
        done = importing.apply(session, clock, ANA, replace(data, people=(*data.people, new)))

        (told,) = [one for one in done.people if one.kind == staff.NEW]
        assert (told.username, told.gains) == ("nueva", ["Equipo técnico de la entidad"])
        assert session.get_one(Person, "nueva").email == "nueva@gob.gov.co"


def test_a_role_that_was_added_goes_out_with_the_workbook_and_comes_back(demo: Database, clock: VirtualClock) -> None:
    # Given a role of the sector's own, which somebody holds
    with demo.unit_of_work() as session:
        adding.add(session, "Mesa de género", "entidad", "GOB", "equipo_tecnico")
        holdings.hold(session.get_one(Person, "sruiz"), "GOB", ["responsable_meta", "mesa_de_genero"])
        plan = stored_plan(session, "PES-GOB")
    assert plan is not None

    # When the plan's workbook goes out and comes back
    with demo.unit_of_work() as session:
        done = importing.apply(session, clock, ANA, as_exported(plan))

        # Then they hold it as before
        assert done.changes_nothing
        assert "mesa_de_genero@GOB/IDPAC" in directory.actor(session, "sruiz").groups


def test_a_role_that_nobody_knows_is_an_error_at_its_person(demo: Database) -> None:
    data = with_person(as_exported(seeding.demo_plan()), "sruiz", roles=("jefe",))

    with demo.reading() as session:
        (found,) = importing.preview(session, data).errors

    assert str(found).endswith("Roles: «jefe» no es un rol. Vea la hoja Roles del formato.")


def test_a_sector_that_nobody_would_coordinate_is_told(database: Database) -> None:
    with database.reading() as session:
        found = importing.preview(session, as_exported(seeding.demo_plan()))

    assert not found.errors
    assert any("Nadie coordina este sector" in one.message for one in found.warnings)


@pytest.mark.parametrize(("days", "is_old"), [(-1, False), (1, True)])
def test_a_workbook_older_than_the_plan_says_so(demo: Database, clock: VirtualClock, days: int, is_old: bool) -> None:
    # Given a workbook that left Cauce, and a change of the plan a day before or after
    exported = clock.now()
    with demo.unit_of_work() as session:
        data = stored_plan(session, "PES-GOB")
        assert data is not None
        clock.move_to(exported + dt.timedelta(days=days + 2))
        auditing.record(session, clock, SYSTEM, "adoptar_plan", ("plan", "PES-GOB"))
    book = write_workbook(data, exported + dt.timedelta(days=2))

    with demo.reading() as session:
        found = importing.preview(session, read_file("plan.xlsx", book))

    assert any("El libro es del" in one.message for one in found.warnings) == is_old
