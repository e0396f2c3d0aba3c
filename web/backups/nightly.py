"""A copy every night, looked at before it counts, and the oldest ones taken away."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

from web.backups.encrypting import SUFFIX
from web.backups.taking import PART, take
from web.backups.verifying import verify
from web.bootstrap import Application
from web.errors import DamagedBackup
from web.health.beats import BACKUP, beat
from workflows.calendar import bogota_day

PREFIX = "cauce-"
ABANDONED_S = 24 * 3600
"""After so long nobody writes the part of a copy any more: who did was killed."""


def back_up(application: Application) -> int:
    """Take the copy of today if nobody took it, verify it, and keep the newest ones; how many were taken."""
    folder, kept = application.config.backups, application.config.backups_kept
    if folder is None:
        return 0
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    suffix = SUFFIX if application.config.backup_passphrase else ""
    target = folder / f"{PREFIX}{bogota_day(application.clock.now())}.zip{suffix}"
    if target.exists():
        return 0
    _take_verified(application, target)
    beat(application.database, application.clock, BACKUP)
    copies = [*folder.glob(f"{PREFIX}*.zip"), *folder.glob(f"{PREFIX}*.zip{SUFFIX}")]
    for old in sorted(copies)[:-kept]:
        old.unlink(missing_ok=True)
    for left in folder.glob(f"*{PART}"):
        if time.time() - left.stat().st_mtime > ABANDONED_S:
            left.unlink(missing_ok=True)
    return 1


def _take_verified(application: Application, target: Path) -> None:
    """Take a copy under another name, and give it its own once it was looked at.

    Raises `DamagedBackup` with what is wrong: the next round tries again, and meanwhile it stands among the incidents.
    """
    unverified = target.with_name(f"{target.name}.{secrets.token_hex(4)}.sin-revisar{PART}")
    take(application.database, application.clock, unverified, application.config.backup_passphrase)
    try:
        _, wrong = verify(unverified, application)
        if wrong:
            raise DamagedBackup(f"La copia del día no está en orden: {wrong[0]} Revise con «cauce doctor».")
        unverified.replace(target)
    finally:
        unverified.unlink(missing_ok=True)
