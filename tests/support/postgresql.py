"""A throw-away PostgreSQL cluster for the suite, started when the binaries are found."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

COPIES_FILES = (15,)
"""The first version that has to be told to copy a database by its files, which is five times as fast here."""

MEMORY_NEEDED = 6 * 1024**3
"""Free bytes: more than the suite uses, with room for what else lives there."""

_kept: dict[URL, sa.Connection] = {}


def binaries() -> Path | None:
    """The folder with initdb and pg_ctl, or None."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _unprivileged() -> dict[str, object]:
    """PostgreSQL refuses to run as root: use the package's own account then."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid}


def _in_memory() -> Path | None:
    """A folder that lives in memory, where a database is copied five times as fast; None where there is no room."""
    folder = Path("/dev/shm")
    roomy = folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > MEMORY_NEEDED
    return folder if roomy else None


@contextmanager
def cluster() -> Iterator[str]:
    """Run a cluster on a free loopback port and yield the URL of its maintenance database (without driver options)."""
    folder = binaries()
    if folder is None:
        raise FileNotFoundError("no PostgreSQL binaries")
    home = Path(tempfile.mkdtemp(prefix="cauce-pg-", dir=_in_memory()))
    as_user = _unprivileged()
    if as_user:
        shutil.chown(home, "postgres", "postgres")
    data = home / "data"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(*command: str) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=home, **as_user)  # type: ignore[call-overload]

    run(str(folder / "initdb"), "-D", str(data), "-U", "cauce", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
    thrown_away = "-c fsync=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c autovacuum=off"
    options = f"-p {port} -h 127.0.0.1 -k {home} -c max_connections=200 {thrown_away}"
    run(str(folder / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(home / "log"), "-w", "start")
    url = f"postgresql+psycopg://cauce@127.0.0.1:{port}/postgres"
    try:
        yield url
    finally:
        if kept := _kept.pop(make_url(url), None):
            kept.close()
        run(str(folder / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(home, ignore_errors=True)


def create(url: URL, *, like: str = "template1") -> None:
    """Create a database as a copy of another, which nobody may be using."""
    connection = _maintenance(url)
    version = connection.dialect.server_version_info or (0,)
    how = " STRATEGY file_copy" if version >= COPIES_FILES else ""
    connection.exec_driver_sql(f"CREATE DATABASE {url.database} TEMPLATE {like}{how}")


def drop(url: URL) -> None:
    """Drop a database if it is there, whoever is using it."""
    _maintenance(url).exec_driver_sql(f"DROP DATABASE IF EXISTS {url.database} WITH (FORCE)")


def restore(url: URL, text: bytes) -> None:
    """Run what pg_dump wrote against an empty database."""
    folder = binaries()
    assert folder is not None
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    command = [folder / "psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--output=/dev/null", plain]
    subprocess.run(command, input=text, check=True)


def _maintenance(url: URL) -> sa.Connection:
    """A connection that makes databases and drops them; one per cluster, since each costs the server a process."""
    place = url.set(database="postgres")
    if place not in _kept:
        engine = sa.create_engine(place, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        _kept[place] = engine.connect()
    return _kept[place]
