"""Making the demo: its database is played aside, then put in its place whole."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa

from engine.database import Database
from web import migrating
from web.bootstrap import Application, assemble
from web.demo.playing import play
from workflows.people.models import Person, PersonRole
from workflows.people.permissions import SHARED_LEADER

ASIDE = ".en-preparacion"
"""What the file is called while it is played."""
COMPANIONS = ("", "-wal", "-shm", "-journal")
LEADER = "amartinez"
"""Who changes the processes that both sectors share, so that a newcomer can try it."""


def is_missing(database: Database) -> bool:
    """Whether there is no demo in the database yet."""
    if not sa.inspect(database.engine).has_table(Person.__tablename__):
        return True
    with database.reading() as session:
        return session.scalars(sa.select(Person.username).limit(1)).first() is None


def build(
    application: Application, tell: Callable[[int], None] = lambda _share: None, out: TextIO = sys.stderr
) -> None:
    """Make the demo in the database of `application`.

    A file of SQLite is made beside it and takes its place at the end: cut short, it is as if nothing had begun. `tell`
    is told how far it is, in percent.
    """
    if not application.database.is_sqlite:
        _fill(application, tell, out)
        return
    target = Path(str(application.database.url.database))
    aside = target.with_name(target.name + ASIDE)
    _remove(aside)
    beside = assemble(
        replace(application.config, database_url=f"sqlite:///{aside.as_posix()}"), clock=application.clock
    )
    try:
        _fill(beside, tell, out)
    finally:
        beside.database.dispose()
    application.database.dispose()
    _remove(target)
    aside.replace(target)


@contextmanager
def _rarely_collecting() -> Iterator[None]:
    """Look for what nobody refers to any more less often: what a play leaves is freed by itself."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def _fill(application: Application, tell: Callable[[int], None], out: TextIO) -> None:
    migrating.migrate(application.database)
    with _rarely_collecting():
        play(application, tell, out)
    with application.database.unit_of_work() as session:
        session.add(PersonRole(username=LEADER, role_id=SHARED_LEADER))


def _remove(path: Path) -> None:
    for ending in COMPANIONS:
        path.with_name(path.name + ending).unlink(missing_ok=True)
