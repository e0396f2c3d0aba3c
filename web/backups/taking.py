"""Taking a copy: one file with every row as it was at one moment, whoever works meanwhile."""

from __future__ import annotations

import hashlib
import os
import secrets
import zipfile
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import orjson
import sqlalchemy as sa

from engine.clock import Clock
from engine.database import Database
from web import migrating
from web.backups import rows
from web.backups.encrypting import encrypt

FORMAT = 1
MANIFEST = "manifest.json"
PART = ".parte"
AT_ONCE = 200
"""How many rows are in memory together; a row may hold a file of 20 MB."""


@dataclass(frozen=True, slots=True)
class Member:
    """A table in a copy: how many rows, and the SHA-256 of its lines."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a copy says of itself. `revision` names the migration its tables stand at; `taken_at` is in UTC."""

    format: int
    revision: str
    taken_at: str
    members: dict[str, Member]

    @property
    def total(self) -> int:
        """How many rows there are in all."""
        return sum(member.rows for member in self.members.values())


def take(database: Database, clock: Clock, target: Path, passphrase: str = "") -> Manifest:
    """Write a copy to `target`, whole or not at all; only its owner reads it. Raises `FileExistsError`.

    With a passphrase it is encrypted before any of it is on the disk: it has to fit into the memory twice.
    """
    # A name of its own: what a process that was killed left behind keeps nobody from taking the next one.
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}{PART}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        try:
            manifest = (
                _write_encrypted(database, clock, file, passphrase) if passphrase else _write(database, clock, file)
            )
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            part.unlink()
            raise
    # Not a rename: what is there already may be the only copy.
    try:
        os.link(part, target)
    finally:
        part.unlink()
    return manifest


def _write_encrypted(database: Database, clock: Clock, file: BinaryIO, passphrase: str) -> Manifest:
    plain = BytesIO()
    manifest = _write(database, clock, plain)
    file.write(encrypt(plain.getvalue(), passphrase))
    return manifest


def _write(database: Database, clock: Clock, file: BinaryIO) -> Manifest:
    members: dict[str, Member] = {}
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
        database.engine.connect() as connection,
        connection.begin(),
    ):
        if not database.is_sqlite:  # of the transaction: the pool has said BEGIN, and takes no other level from outside
            connection.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        revision = migrating.current(connection) or ""
        for table in rows.tables(connection):
            members[str(table.name)] = _write_table(connection, archive, table)
        manifest = Manifest(FORMAT, revision, clock.now().isoformat(timespec="seconds"), members)
        archive.writestr(MANIFEST, orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))
    return manifest


def _write_table(connection: sa.Connection, archive: zipfile.ZipFile, table: sa.Table) -> Member:
    digest, count = hashlib.sha256(), 0
    with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as member:
        streamed = connection.execution_options(yield_per=AT_ONCE).execute(rows.reading(table))
        for row in streamed.mappings():
            line = rows.to_line(dict(row))
            digest.update(line)
            member.write(line)
            count += 1
    return Member(count, digest.hexdigest())
