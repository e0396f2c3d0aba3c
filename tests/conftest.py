"""Fixtures of the whole suite: real databases, a clock that is moved by hand."""

from __future__ import annotations

import datetime as dt
import gc
import os
import uuid
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL, make_url

from engine.clock import VirtualClock
from engine.database import Database
from tests.support import databases, postgresql, snapshots, trail
from tests.support.browser import chromium  # noqa: F401 - a fixture of every folder
from web import schema

schema.load()
databases.compile_statements_once()

HERE = Path(__file__).parent
SYSTEMS = ("sqlite", "postgresql")
BOTH = "--both"
THE_SAME_ON_EITHER = {
    "approvals", "boards", "evaluation", "formulation", "forms", "implementation", "lifecycle", "month",
    "notifications", "people", "plan", "plans", "recovery", "searching",
}  # fmt: skip
"""Folders of `integration` about what the plan's process does: each test runs on one system, half of them on each.

What depends on the system (engine, worker, trail, copies, pages, what is done `at_once`) runs on both, and so does
everything with `--both`.
"""
LONG_FILES = ("browser", "e2e", "diagrams", "upgrades")
"""Folders of files that take minutes: they begin first, so that no core is left with one of them at the end."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the long modes too")
    parser.addoption(BOTH, action="store_true", help="run every test of the process on both database systems")
    parser.addoption(snapshots.OPTION, action="store_true", help="keep what pages and mails say now")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not (config.getoption(BOTH) or config.getoption("--long")):
        elsewhere = {item for item in items if _runs_on_the_other(item)}
        config.hook.pytest_deselected(items=list(elsewhere))
        items[:] = [item for item in items if item not in elsewhere]
    items.sort(key=lambda item: item.path.relative_to(HERE).parts[0] not in LONG_FILES)
    if not config.getoption("--long"):
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="long mode: use --long"))


def _runs_on_the_other(item: pytest.Item) -> bool:
    """Whether this is the half of a test that is left to `--both`."""
    parts = item.path.relative_to(HERE).parts
    asked = getattr(item, "callspec", None)
    at_once = item.get_closest_marker("at_once") is not None
    if asked is None or at_once or parts[0] != "integration" or parts[1] not in THE_SAME_ON_EITHER:
        return False
    if "lasting_place" in asked.params:  # made once for the file
        return bool(asked.params["lasting_place"] != _system_of(str(parts)))
    return "place" in asked.params and bool(asked.params["place"] != _system_of(item.originalname))  # type: ignore[attr-defined]


def _system_of(name: str) -> str:
    return SYSTEMS[zlib.crc32(name.encode()) % len(SYSTEMS)]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is loaded by its end stays to the last test: nobody looks through it for garbage, hundreds of times."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(5_000, 20, 20)
        gc.enable()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The maintenance URL of the suite's cluster; skips (or fails, if required) where PostgreSQL is missing."""
    if postgresql.binaries() is None:
        if os.environ.get("REQUIRE_POSTGRES"):
            pytest.fail("REQUIRE_POSTGRES=1 and there is no PostgreSQL: apt-get install postgresql")
        pytest.skip("no PostgreSQL: apt-get install postgresql")
    with postgresql.cluster() as url:
        yield url


@pytest.fixture(params=SYSTEMS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """Where a test has its database, on each of the two systems in turn; nothing is there yet."""
    if request.param == "sqlite":
        yield make_url(f"sqlite:///{tmp_path / 'cauce.sqlite'}")
        return
    url = make_url(request.getfixturevalue("postgresql_url")).set(database=f"t_{uuid.uuid4().hex}")
    yield url
    databases.drop(url)


@pytest.fixture
def database_url(place: URL) -> str:
    """The URL of an empty database."""
    databases.create(place)
    return place.render_as_string(hide_password=False)


@pytest.fixture
def database(place: URL) -> Iterator[Database]:
    """A database with every table, and nothing in them."""
    database = databases.with_tables(place)
    yield database
    database.dispose()


@pytest.fixture
def clock() -> VirtualClock:
    """Monday 2 July 2018, 9:00 in Bogotá."""
    return VirtualClock(dt.datetime(2018, 7, 2, 14, 0, tzinfo=dt.UTC))


@pytest.fixture(scope="session")
def changes_of_rules() -> Iterator[list[str]]:
    """What pages and commands changed and did not write down."""
    with trail.watched() as silent:
        yield silent


@pytest.fixture(autouse=True)
def _changes_of_rules_are_written_down(changes_of_rules: list[str]) -> Iterator[None]:
    yield
    found = sorted(set(changes_of_rules))
    changes_of_rules.clear()
    assert found == [], "changed without an entry of the bitácora"
