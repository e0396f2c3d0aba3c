"""Bringing a copy back into an empty database, of either system, and up to the tables of this release."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import orjson
import sqlalchemy as sa

from engine.database import Database
from web import migrating
from web.backups import encrypting, rows
from web.backups.taking import AT_ONCE, FORMAT, MANIFEST, Manifest, Member
from web.errors import DamagedBackup, NotEmpty


def bring_back(path: Path, database: Database, passphrase: str = "") -> Manifest:
    """Fill an empty database, all or nothing, and migrate it. Raises `DamagedBackup` and `NotEmpty`."""
    with _opened(path, passphrase) as archive:
        manifest = read_manifest(archive)
        _ensure_known(manifest)
        with migrating.rebuilding(database) as connection:
            if sa.inspect(connection).get_table_names():
                raise NotEmpty()
            migrating.upgrade(connection, manifest.revision)
            found = {table.name: table for table in rows.tables(connection)}
            if found.keys() != manifest.members.keys():
                raise DamagedBackup("La copia no trae las tablas de su versión.")
            for table in reversed(found.values()):
                connection.execute(table.delete())  # what migrations seeded, the copy has as it became
            for table in found.values():
                _fill(connection, archive, table, manifest.members[table.name])
            migrating.ensure_whole(connection)
    migrating.migrate(database)
    return manifest


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """What a copy says of itself. Raises `DamagedBackup`."""
    try:
        told = orjson.loads(archive.read(MANIFEST))
        members = {name: Member(**member) for name, member in told.pop("members").items()}
        return Manifest(members=members, **told)
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise DamagedBackup() from wrong


def _ensure_known(manifest: Manifest) -> None:
    if manifest.format != FORMAT or not migrating.is_known(manifest.revision):
        raise DamagedBackup("La copia es de una versión más nueva de Cauce. Instale esa versión y recupérela con ella.")


def _fill(connection: sa.Connection, archive: zipfile.ZipFile, table: sa.Table, member: Member) -> None:
    read, digest, count = rows.from_line(table, naive=connection.dialect.name == "sqlite"), hashlib.sha256(), 0
    with archive.open(f"{table.name}.jsonl") as lines:
        while lines_at_once := list(islice(lines, AT_ONCE)):
            for line in lines_at_once:
                digest.update(line)
            connection.execute(table.insert(), [read(line) for line in lines_at_once])
            count += len(lines_at_once)
    if (count, digest.hexdigest()) != (member.rows, member.sha256):
        raise DamagedBackup(f"La tabla {table.name} de la copia no es la que se guardó.")
    _continue_numbering(connection, table)


def _continue_numbering(connection: sa.Connection, table: sa.Table) -> None:
    """Let PostgreSQL go on after the ids that were brought along."""
    if connection.dialect.name != "postgresql" or len(table.primary_key.columns) != 1:
        return
    (column,) = table.primary_key.columns
    sequence = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(table.name, column.name)))
    if sequence:
        highest = connection.scalar(sa.select(sa.func.max(column)))
        connection.execute(sa.select(sa.func.setval(sequence, highest or 1, highest is not None)))


@contextmanager
def _opened(path: Path, passphrase: str) -> Iterator[zipfile.ZipFile]:
    try:
        with encrypting.opened(path, passphrase) as file, zipfile.ZipFile(file) as archive:
            yield archive
    except (zipfile.BadZipFile, EOFError, KeyError) as wrong:
        raise DamagedBackup() from wrong
