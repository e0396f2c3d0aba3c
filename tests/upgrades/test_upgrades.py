"""Databases made by earlier code come up to today's, whole, whatever happens on the way."""

from __future__ import annotations

import datetime as dt
import lzma
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from engine import doctor
from engine.clock import VirtualClock
from engine.database import Base, Database
from engine.incidents import Incident
from engine.instances.models import Instance
from engine.tasks.models import TaskCandidate
from tests.support import databases, postgresql
from tests.support.plan import PLAN, House, day
from tests.upgrades.keeping import FIRST_DAY, KEPT
from web import migrating
from workflows import assembly
from workflows.monitoring import figures
from workflows.people import directory
from workflows.people.groups import Group
from workflows.plan import participants
from workflows.plan.models import Plan
from workflows.sectors import registry

RELEASES = sorted(path.name for path in KEPT.iterdir())

REBUILDING = '''
"""A table that nine others refer to gets a column that must be filled, and a key."""

import os

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = {head!r}
branch_labels = depends_on = None


def upgrade():
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("office", sa.String(40), nullable=False, server_default="planeación"))
        batch.create_unique_constraint("uq_person_office_username", ["office", "username"])
    if os.environ.get("STOP_HERE"):
        os._exit(9)
'''


@pytest.fixture(params=RELEASES)
def kept(request: pytest.FixtureRequest, place: URL) -> Iterator[Database]:
    """The database that a release left behind."""
    folder = KEPT / request.param
    if place.get_backend_name() == "sqlite":
        Path(str(place.database)).write_bytes(lzma.decompress((folder / "cauce.sqlite.xz").read_bytes()))
    else:
        databases.create(place)
        postgresql.restore(place, lzma.decompress((folder / "cauce.sql.xz").read_bytes()))
    database = Database(place, durable=False)
    yield database
    database.dispose()


@pytest.fixture
def rebuilding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The migrations, and one more that rebuilds `person`."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrating.FOLDER, folder)
    monkeypatch.setattr(migrating, "FOLDER", folder)
    head = migrating._scripts().get_current_head()
    (folder / "versions" / "9999_rebuilding.py").write_text(REBUILDING.format(head=head), encoding="utf-8")
    return folder


def _counts(database: Database) -> dict[str, int]:
    with database.engine.connect() as connection:
        names = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0
            for name in sorted(names)
        }


def _count_of(database: Database, statement: str) -> int:
    with database.engine.connect() as connection:
        return int(connection.scalar(sa.text(statement)) or 0)


def test_a_database_of_every_release_comes_up_to_the_tables_of_today_and_loses_no_row(kept: Database) -> None:
    before = _counts(kept)

    migrating.migrate(kept)

    assert migrating.differences(kept) == []
    after = _counts(kept)
    assert [name for name in before if name in Base.metadata.tables and after[name] < before[name]] == []
    assert before["user_task"] > 10
    assert before["measurement"] > 100


def test_a_plan_loaded_before_plans_named_their_entities_keeps_them(kept: Database) -> None:
    migrating.migrate(kept)

    with kept.reading() as session:
        assert participants.entities(session, PLAN) == ["SDG", "IDPAC", "DADEP"]


def test_what_an_installation_held_is_its_first_sectors(kept: Database) -> None:
    people = _count_of(kept, "SELECT count(*) FROM person_role")
    offered = _count_of(kept, "SELECT count(*) FROM task_candidate")

    migrating.migrate(kept)

    with kept.reading() as session:
        sector = registry.only(session)
        assert sector is not None
        assert (sector.code, sector.head_entity) == ("GOB", "SDG")
        assert [entity.code for entity, _link in registry.entities(session, "GOB")] == ["SDG", "IDPAC", "DADEP"]
        assert set(session.scalars(sa.select(Plan.sector_code))) == {"GOB"}
        assert set(session.scalars(sa.select(Instance.tenant))) == {"GOB"}
        groups = list(session.scalars(sa.select(TaskCandidate.group_id)))
        known = {str(group) for group in map(Group.parse, groups) if directory.members(session, str(group))}
        assert known == set(groups)
        assert directory.actor(session, "amartinez").supervises == {"GOB"}
        assert directory.members(session, "juridica@GOB")
    assert _count_of(kept, "SELECT count(*) FROM person_role") == people
    assert len(groups) == offered > 0


def test_what_an_upgraded_database_holds_is_in_order_and_goes_on(kept: Database) -> None:
    migrating.migrate(kept)
    clock = VirtualClock(FIRST_DAY)

    with kept.reading() as session:
        problems = doctor.examine(session, assembly.process_engine(clock))

    assert problems == []


def test_a_month_that_was_open_is_played_on_to_its_freeze_on_the_diagrams_it_began_with(kept: Database) -> None:
    migrating.migrate(kept)
    clock = VirtualClock(dt.datetime(2018, 7, 6, 13, 0, tzinfo=dt.UTC))
    house = House(kept, clock, assembly.process_engine(clock), assembly.forms())

    house.play().until(day("2018-07-31"))

    with kept.reading() as session:
        frozen = figures.frozen(session, PLAN, "2018-06")
        assert frozen is not None and frozen.plan is not None and frozen.plan.coverage == 100
        assert list(session.scalars(sa.select(Incident.message))) == []
        assert doctor.examine(session, house.engine) == []


def test_a_table_that_others_refer_to_can_be_rebuilt(kept: Database, rebuilding: Path) -> None:
    people = _count_of(kept, "SELECT count(*) FROM person")
    roles = _count_of(kept, "SELECT count(*) FROM person_role")

    migrating.migrate(kept)

    assert _count_of(kept, "SELECT count(*) FROM person WHERE office = 'planeación'") == people
    assert _count_of(kept, "SELECT count(*) FROM person_role") == roles


def test_references_hold_again_after_a_rebuild(kept: Database, rebuilding: Path) -> None:
    migrating.migrate(kept)

    with pytest.raises(sa.exc.IntegrityError), kept.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO person_role (username, role_id, sector_code, entity_code) "
            "VALUES ('nadie', 'coordinador_pes', 'GOB', '')"
        )


def test_an_upgrade_that_would_lose_references_is_refused_whole(kept: Database, rebuilding: Path) -> None:
    if not kept.is_sqlite:
        pytest.skip("PostgreSQL refuses by itself")
    revision = rebuilding / "versions" / "9999_rebuilding.py"
    losing = revision.read_text(encoding="utf-8") + "    op.execute(\"DELETE FROM person WHERE username = 'ana'\")\n"
    losing = losing.replace("'ana'", "(SELECT username FROM person_role LIMIT 1)").replace("= (", "IN (")
    revision.write_text(losing, encoding="utf-8")
    people = _count_of(kept, "SELECT count(*) FROM person")

    with pytest.raises(migrating.LostReferences):
        migrating.migrate(kept)

    assert _count_of(kept, "SELECT count(*) FROM person") == people
    assert "office" not in {column["name"] for column in sa.inspect(kept.engine).get_columns("person")}


def test_an_upgrade_killed_half_way_leaves_what_was_and_can_be_run_again(kept: Database, rebuilding: Path) -> None:
    people = _count_of(kept, "SELECT count(*) FROM person")
    kept.dispose()
    program = (
        "import pathlib\nfrom engine.database import Database\nfrom web import migrating\n"
        f"migrating.FOLDER = pathlib.Path({str(rebuilding)!r})\n"
        f"migrating.migrate(Database({kept.url.render_as_string(hide_password=False)!r}))\n"
    )

    killed = subprocess.run([sys.executable, "-c", program], env={"STOP_HERE": "1"}, check=False)

    assert killed.returncode == 9
    assert "office" not in {column["name"] for column in sa.inspect(kept.engine).get_columns("person")}
    migrating.migrate(kept)
    assert _count_of(kept, "SELECT count(*) FROM person WHERE office = 'planeación'") == people
