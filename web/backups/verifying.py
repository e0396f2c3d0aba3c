"""Looking at a copy as if it were needed: brought back, examined, thrown away."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from engine.database import Database
from web import examining
from web.backups.bringing_back import bring_back
from web.backups.taking import Manifest
from web.bootstrap import Application


def verify(path: Path, application: Application) -> tuple[Manifest, list[str]]:
    """What a copy says of itself, and what disagrees in what it holds. Raises `DamagedBackup` if it cannot be read.

    It is brought back into a database of its own, in which everything is looked at: every file against its SHA-256,
    every case, the chain of the *bitácora*.
    """
    with tempfile.TemporaryDirectory(prefix="cauce-copia-") as folder:
        scratch = Database(f"sqlite:///{Path(folder) / 'copia.sqlite'}", durable=False)
        try:
            manifest = bring_back(path, scratch, application.config.backup_passphrase)
            with scratch.reading() as session:
                found = examining.of_rows(session, replace(application, database=scratch))
                wrong = [finding.message for finding in found]
        finally:
            scratch.dispose()
    return manifest, wrong
