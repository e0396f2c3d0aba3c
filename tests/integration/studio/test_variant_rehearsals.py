"""A variant is rehearsed with the plan and the people of its sector, and with what that sector alone has."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from engine.clock import VirtualClock
from engine.database import Database
from engine.definitions import catalogue, publishing
from engine.definitions.editing import set_property
from engine.identity import SYSTEM
from tests.support.plan import MONTH, House, build_house
from web.rehearsals import material, walking
from web.rehearsals.material import Material
from web.rehearsals.order import Order
from workflows.errors import Refused
from workflows.loading import importing, seeding
from workflows.plan import development
from workflows.plan.development import Described
from workflows.sectors import registry

REPORT, OWN = "sub_reporte_entidad", "sub_reporte_entidad@HAB"
TODAY = dt.date(2018, 7, 3)


@pytest.fixture
def house(database: Database) -> House:
    """Two sectors, each with its plan, and a variant of the second in which a report is due in eight days."""
    clock = VirtualClock(dt.datetime(2018, 7, 3, 14, 0, tzinfo=dt.UTC))
    house = build_house(database, clock, measured_before=(2018, 6), only=MONTH)
    with database.unit_of_work() as session:
        registry.create_named(session, "HAB", "Hábitat")
        xml = set_property(catalogue.current(session, REPORT).xml(REPORT), "reportar_avance", "plazo", "cierre+8dh")
        publishing.publish(session, house.engine, [xml], {}, actor=SYSTEM, reason="Más tarde", tenant="HAB")
    return house


def gathered(house: House, name: str, *sectors: str) -> Material:
    with house.database.reading() as session:
        key, _, tenant = name.partition("@")
        xml = catalogue.current(session, key, tenant).xml(key)
        return material.gather(session, house.engine, name, {name: xml}, TODAY, sectors)


def test_a_variant_is_rehearsed_with_its_sectors_plan_people_and_deadlines(house: House) -> None:
    # Given a plan of the second sector, in force
    brought = seeding.demo_plan(2018, seeding.FORMULATED_FILE)
    (frame,) = seeding.demo_plan().plan.development_plans  # the installation's already
    known = Described(development.code_for(frame), frame)
    brought = replace(brought, plan=replace(brought.plan, development_plans=(frame,)), development_plans=(known,))
    with house.database.unit_of_work() as session:
        importing.apply(session, house.clock, SYSTEM, brought, sector="HAB", appoints=True)
    own = {one.name.removesuffix(" (demo)") for one in brought.people}
    strangers = {one.name.removesuffix(" (demo)") for one in seeding.demo_plan().people} - own

    # When its variant is rehearsed, and what all share by who is of one sector
    told = walking.walk(gathered(house, OWN), Order())
    shared = gathered(house, REPORT, "GOB")

    # Then whoever acts is of that sector, the variant's own deadline counts, and nobody of the other is named
    said = " ".join(one.text for one in told.happenings)
    assert told.stopped == ""  # its liaisons manage the projects too, so a second pair of eyes is waited for
    assert any(name in said for name in own)
    assert not any(name in said for name in strangers)
    assert "hasta el 12 de julio de 2018" in said
    assert shared.plan.plan.code == "PES-GOB"


def test_a_variant_of_a_sector_without_a_plan_is_not_rehearsed_with_anothers(house: House) -> None:
    with pytest.raises(Refused, match="un plan cargado en su sector"):
        gathered(house, OWN)
