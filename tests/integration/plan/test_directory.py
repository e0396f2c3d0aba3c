from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from engine.database import Database
from workflows.calendar import WorkingCalendar
from workflows.errors import NotFound
from workflows.people import directory, holders
from workflows.people.models import Person
from workflows.sectors.holidays import known_days
from workflows.sectors.models import LocalHoliday


def test_a_person_acts_with_the_groups_of_their_roles(demo: Database) -> None:
    with demo.reading() as session:
        ricardo = directory.actor(session, "rmora")
        ana = directory.actor(session, "amartinez")

    assert ricardo.groups == {"enlace_planeacion@GOB/IDPAC", "equipo_tecnico@GOB/IDPAC"}
    assert not ricardo.supervises
    assert ana.groups == {"coordinador_pes@GOB", "lider_proceso@GOB"}
    assert ana.supervises == {"GOB"}


def test_somebody_who_left_cannot_act_and_is_in_no_group(demo: Database) -> None:
    with demo.unit_of_work() as session:
        session.execute(sa.update(Person).where(Person.username == "rmora").values(active=False))

    with demo.reading() as session:
        with pytest.raises(NotFound, match="rmora"):
            directory.actor(session, "rmora")
        assert directory.members(session, "enlace_planeacion@GOB/IDPAC") == []


def test_the_members_of_a_group_are_of_its_entity(demo: Database) -> None:
    with demo.reading() as session:
        assert [person.username for person in directory.members(session, "enlace_planeacion@GOB/DADEP")] == ["bdiaz"]
        assert [person.username for person in directory.members(session, "coordinador_pes@GOB")] == ["amartinez"]
        assert len(directory.people_with(session, "responsable_meta", "GOB", "SDG")) == 1


def test_groups_and_people_have_names_to_show(demo: Database) -> None:
    with demo.reading() as session:
        assert (
            directory.group_name(session, "enlace_planeacion@GOB/IDPAC") == "Enlace de planeación de la entidad · IDPAC"
        )
        assert directory.display_names(session, ["rmora", "sistema"]) == {
            "rmora": "Ricardo Mora (demo)",
            "sistema": "sistema",
        }


def test_local_days_on_record_are_not_worked(demo: Database) -> None:
    calendar = WorkingCalendar()
    with demo.unit_of_work() as session:
        session.add(LocalHoliday(day=dt.date(2018, 8, 6), name="Cumpleaños de Bogotá"))
        session.add(
            LocalHoliday(day=dt.date(2018, 8, 8), sector_code="GOB", entity_code="IDPAC", name="Jornada interna")
        )

    with demo.reading() as session:
        calendar.know(known_days(session))

    assert not calendar.is_working(dt.date(2018, 8, 6))
    assert calendar.is_working(dt.date(2018, 8, 8))
    assert not calendar.is_working(dt.date(2018, 8, 8), "GOB/IDPAC")
    assert not calendar.is_working(dt.date(2018, 8, 8), "PES-GOB/IDPAC")


@pytest.mark.parametrize(("day", "holds"), [(1, False), (2, True), (3, True), (4, False)])
def test_a_role_outside_its_days_gives_nothing(demo: Database, day: int, holds: bool) -> None:
    # Given a liaison of IDPAC from the second to the third
    with demo.unit_of_work() as session:
        for held in session.get_one(Person, "rmora").roles:
            held.since, held.until = dt.date(2018, 7, 2), dt.date(2018, 7, 3)

    # When somebody asks on a day
    on, group = dt.date(2018, 7, day), "enlace_planeacion@GOB/IDPAC"
    with demo.reading() as session:
        asked = (
            group in directory.actor(session, "rmora", on).groups,
            bool(directory.members(session, group, on)),
            group in holders.members_by_group(session, on),
        )

    # Then they hold it on its days, and on no other
    assert asked == (holds,) * 3
