"""Houses with the demo plan: on the eve of June's follow-up, and after months that were played once per database."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from tests.support.plan import MONTH, House, build_house, day
from workflows.simulation.robots import LATE, MISSING, RETURNED

JUNE = (2018, 6)


def _july_first() -> VirtualClock:
    """Sunday 1 July 2018, 9:00 in Bogotá: June has ended and nothing is open yet."""
    return VirtualClock(dt.datetime(2018, 7, 1, 14, 0, tzinfo=dt.UTC))


@pytest.fixture
def house(database: Database) -> House:
    """Measured until May; June is the first month that the calendar opens."""
    return build_house(database, _july_first(), measured_before=JUNE, only=MONTH)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lasting_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Makes databases that a whole module reads, on each system in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('month')}/{{}}.sqlite"
        return
    admin = sa.create_engine(request.getfixturevalue("postgresql_url"), isolation_level="AUTOCOMMIT")
    prefix = f"m_{uuid.uuid4().hex[:8]}"
    with admin.connect() as connection:
        for name in ("calm", "eventful"):
            connection.exec_driver_sql(f"CREATE DATABASE {prefix}_{name}")
    yield str(request.getfixturevalue("postgresql_url")).rsplit("/", 1)[0] + f"/{prefix}_{{}}"
    with admin.connect() as connection:
        for name in ("calm", "eventful"):
            connection.exec_driver_sql(f"DROP DATABASE {prefix}_{name} WITH (FORCE)")
    admin.dispose()


@pytest.fixture(scope="module")
def calm(lasting_database: str) -> Iterator[House]:
    """June reported on time by everybody, frozen and published; it is 31 July."""
    yield from _played(lasting_database.format("calm"), {}, "2018-07-31")


@pytest.fixture(scope="module")
def eventful(lasting_database: str) -> Iterator[House]:
    """June: DADEP corrects a returned row, IDPAC reports late, SDG never does. It is 14 September."""
    profiles = {("2018-06", "DADEP"): RETURNED, ("2018-06", "IDPAC"): LATE, ("2018-06", "SDG"): MISSING}
    yield from _played(lasting_database.format("eventful"), profiles, "2018-09-14")


def _played(url: str, profiles: Mapping[tuple[str, str], str], until: str) -> Iterator[House]:
    database = Database(url)
    database.create_all()
    house = build_house(database, _july_first(), measured_before=JUNE, only=MONTH)
    house.submissions = house.play(profiles).until(day(until))
    yield house
    database.dispose()
