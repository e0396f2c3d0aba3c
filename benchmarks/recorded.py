"""The statements of a completion as they were when they were recorded, sent straight through the driver.

They are what a completion is compared with: fewer or cheaper ones are a gain. `recorded.json` is never renewed.
In its rows `$task`, `$next` (the task that is inserted), `$case`, `$node`, `$seen`, `$written`, `$now` and `$due` stand
for what differs each time.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from psycopg.types.json import Json

from benchmarks.harness import Act
from benchmarks.house import House
from engine.instances.models import Instance

FILE = Path(__file__).with_name("recorded.json")


class Replay:
    """A case that goes on by the recorded statements alone, on a connection of its own."""

    def __init__(self, built: House) -> None:
        """Open the case and the connection."""
        database = built.application.database
        self._sqlite = database.is_sqlite
        self._case = built.start("vueltas")
        self._task = built.open_tasks(self._case)[0]
        with database.reading() as session:
            self._version = session.scalar(sa.select(Instance.lock_version).where(Instance.id == self._case)) or 0
        self._statements = json.loads(FILE.read_text(encoding="utf-8"))["sqlite" if self._sqlite else "postgresql"]
        self._held = database.engine.raw_connection()
        self._driver: Any = self._held.driver_connection

    def next(self) -> Act:
        """The next completion: the statements with the values of the case's open task, and a commit; no more than that.

        What differs is filled in before, the id of the task to come included: nobody else is at work.
        """
        values = self._values()
        ready = [(s["sql"], [_filled(row, values) for row in s["rows"]], s["reads"]) for s in self._statements]
        self._task, self._version = values["$next"], values["$written"]
        return partial(_send, self._driver, ready)

    def close(self) -> None:
        """Give the connection back."""
        self._held.close()

    def _values(self) -> dict[str, Any]:
        now = dt.datetime.now(dt.UTC)
        due = (now + dt.timedelta(days=7)).replace(microsecond=0)
        return {
            "$task": self._task,
            "$next": self._last_task() + 1,
            "$case": self._case,
            "$node": uuid.uuid4().hex,
            "$seen": self._version,
            "$written": self._version + 1,
            "$now": f"{now:%Y-%m-%d %H:%M:%S.%f}" if self._sqlite else now,
            "$due": f"{due:%Y-%m-%d %H:%M:%S.%f}" if self._sqlite else due,
        }

    def _last_task(self) -> int:
        cursor = self._driver.cursor()
        found = int(cursor.execute("SELECT max(id) FROM user_task").fetchone()[0])
        self._driver.rollback()
        return found


def _send(driver: Any, ready: list[tuple[str, list[Any], bool]]) -> None:
    cursor = driver.cursor()
    for sql, rows, reads in ready:
        if len(rows) > 1:
            cursor.executemany(sql, rows)
        else:
            cursor.execute(sql, rows[0])
        if reads:
            cursor.fetchall()
    driver.commit()


def _filled(row: Any, values: dict[str, Any]) -> Any:
    if isinstance(row, dict):
        return {name: _value(value, values) for name, value in row.items()}
    return [_value(value, values) for value in row]


def _value(written: Any, values: dict[str, Any]) -> Any:
    if isinstance(written, dict):
        return Json(written["json"]) if "json" in written else written["bytes"].encode()
    return values.get(written, written) if isinstance(written, str) else written
