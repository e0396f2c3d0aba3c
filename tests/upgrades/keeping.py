"""Write down a database of today's code, for the upgrades of every later one: `python -m tests.upgrades.keeping NAME`.

It holds a plan with its month reported, open tasks, files, mails and drafts, small enough for the repository: as a
SQLite file and as the SQL text of PostgreSQL. Run once per release, by the code of that release, and never again.
"""

from __future__ import annotations

import datetime as dt
import lzma
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from engine.calendar import BusinessCalendar
from engine.clock import VirtualClock
from engine.database import Database
from notifications import digest
from tests.support import postgresql
from tests.support.plan import MONTH, build_house, day
from web import migrating

KEPT = Path(__file__).parent / "kept"
"""One folder a release: `cauce.sqlite.xz` and `cauce.sql.xz`."""

FIRST_DAY = dt.datetime(2018, 7, 2, 14, 0, tzinfo=dt.UTC)
LAST_DAY = "2018-07-05"


def keep(name: str) -> None:
    """Play the first days of July on both systems and keep what they left under `kept/name`."""
    folder = KEPT / name
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "cauce.sqlite"
        _play(make_url(f"sqlite:///{file}"))
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA journal_mode=DELETE")
        (folder / "cauce.sqlite.xz").write_bytes(lzma.compress(file.read_bytes(), preset=9))
    with postgresql.cluster() as maintenance:
        url = make_url(maintenance).set(database="kept")
        postgresql.create(url)
        _play(url)
        (folder / "cauce.sql.xz").write_bytes(lzma.compress(_dumped(url), preset=9))


def _play(url: URL) -> None:
    database, clock = Database(url), VirtualClock(FIRST_DAY)
    migrating.migrate(database)
    house = build_house(database, clock, measured_before=(2018, 5), only=MONTH)
    house.play().until(day(LAST_DAY))
    calendar: BusinessCalendar = house.engine.calendar
    with database.unit_of_work() as session:
        digest.build_due(session, house.engine, calendar, base_url="http://127.0.0.1:8000")  # type: ignore[arg-type]
    database.dispose()


def _dumped(url: URL) -> bytes:
    folder = postgresql.binaries()
    assert folder is not None
    command = [folder / "pg_dump", "--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=500"]
    plain = f"postgresql://cauce@127.0.0.1:{url.port}/{url.database}"
    return subprocess.run([*command, plain], check=True, capture_output=True).stdout


if __name__ == "__main__":
    keep(sys.argv[1])
