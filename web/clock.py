"""The clock of the demonstration: the machine's, shifted by a distance that is kept in a file."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

from engine.clock import Clock, SystemClock


class DemoClock:
    """Runs at the speed of the machine's clock, some days apart from it; several processes share the file."""

    def __init__(self, path: Path, base: Clock | None = None) -> None:
        """Keep the shift in `path`; without the file there is none."""
        self._path = path
        self._base = base or SystemClock()
        self._read_at = -1.0
        self._shift = dt.timedelta()

    def now(self) -> dt.datetime:
        """The shifted present, in UTC."""
        return self._base.now() + self._kept_shift()

    def move_to(self, moment: dt.datetime) -> None:
        """From now on, tell `moment` and what follows it."""
        shift = (moment - self._base.now()).total_seconds()
        temporary = self._path.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps({"desfase_s": shift}), encoding="ascii")
        temporary.replace(self._path)
        self._read_at = -1.0

    def _kept_shift(self) -> dt.timedelta:
        try:
            changed_at = self._path.stat().st_mtime
        except FileNotFoundError:
            return dt.timedelta()
        if changed_at != self._read_at:
            kept = json.loads(self._path.read_text(encoding="ascii"))
            self._shift, self._read_at = dt.timedelta(seconds=float(kept["desfase_s"])), changed_at
        return self._shift
