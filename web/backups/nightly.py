"""A copy every night, looked at before it counts, and the oldest ones taken away."""

from __future__ import annotations

import logging

from web.backups.taking import take
from web.backups.verifying import verify
from web.bootstrap import Application
from web.health.beats import BACKUP, beat
from workflows.calendar import bogota_day

log = logging.getLogger(__name__)

PREFIX = "cauce-"


def back_up(application: Application) -> int:
    """Take the copy of today if nobody took it, verify it, and keep the newest ones; how many were taken."""
    folder, kept = application.config.backups, application.config.backups_kept
    if folder is None:
        return 0
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"{PREFIX}{bogota_day(application.clock.now())}.zip"
    if target.exists():
        return 0
    try:
        take(application.database, application.clock, target)
    except FileExistsError:  # another worker is at it, or was faster
        return 0
    _, wrong = verify(target, application)
    for sentence in wrong:
        log.warning("the copy holds something that disagrees: %s", sentence)
    beat(application.database, application.clock, BACKUP)
    for old in sorted(folder.glob(f"{PREFIX}*.zip"))[:-kept]:
        old.unlink(missing_ok=True)
    return 1
