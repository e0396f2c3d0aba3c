"""Houses with the demo plan: on the eve of June's follow-up, and after months that were played once per database."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping

import pytest
from sqlalchemy.engine import URL, make_url

from engine.clock import VirtualClock
from engine.database import Database
from tests.support import databases
from tests.support.plan import MONTH, House, build_house, day, once
from workflows.simulation.robots import LATE, MISSING, RETURNED

JUNE = (2018, 6)


def _july_first() -> VirtualClock:
    """Sunday 1 July 2018, 9:00 in Bogotá: June has ended and nothing is open yet."""
    return VirtualClock(dt.datetime(2018, 7, 1, 14, 0, tzinfo=dt.UTC))


@pytest.fixture
def house(database: Database) -> House:
    """Measured until May; June is the first month that the calendar opens."""
    return build_house(database, _july_first(), measured_before=JUNE, only=MONTH)


@pytest.fixture
def open_month(house: House) -> House:
    """June is open and nobody has reported."""
    play = house.play({("2018-06", entity): LATE for entity in ("SDG", "IDPAC", "DADEP")})
    return once(house, "June is open", lambda: play.day(day("2018-07-03")))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lasting_place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> URL:
    """How the places begin where a whole module has the databases that it reads, on each system in turn."""
    if request.param == "sqlite":
        return make_url(f"sqlite:///{tmp_path_factory.mktemp('month')}/played")
    return make_url(request.getfixturevalue("postgresql_url")).set(database=f"m_{uuid.uuid4().hex}")


@pytest.fixture(scope="module")
def calm(lasting_place: URL) -> Iterator[House]:
    """June reported on time by everybody, frozen and published; it is 31 July."""
    yield from _played(lasting_place, "calm", {}, "2018-07-31")


@pytest.fixture(scope="module")
def eventful(lasting_place: URL) -> Iterator[House]:
    """June: DADEP corrects a returned row, IDPAC reports late, SDG never does. It is 14 September."""
    profiles = {("2018-06", "DADEP"): RETURNED, ("2018-06", "IDPAC"): LATE, ("2018-06", "SDG"): MISSING}
    yield from _played(lasting_place, "eventful", profiles, "2018-09-14")


LATE_ENOUGH = dt.date(2018, 7, 26)


def _played(place: URL, name: str, profiles: Mapping[tuple[str, str], str], until: str) -> Iterator[House]:
    database = databases.with_tables(place.set(database=f"{place.database}_{name}"))
    house = build_house(database, _july_first(), measured_before=JUNE, only=MONTH)
    play = house.play(profiles)
    # June is approved once who is late has reported: the chance of a seed decides nothing here.
    play.robots.not_before = lambda name, variables: (
        LATE_ENOUGH if (name, variables.get("periodo")) == ("aprobar_informe", "2018-06") else dt.date.min
    )
    house.submissions = play.until(day(until))
    yield house
    database.dispose()
    databases.drop(database.url)
