"""How long a copy of four years takes: to be taken, looked at, and brought back. Run by hand: it takes minutes.

    python -m benchmarks.restoring [DATABASE_URL]

The plan is the benchmarks' own (50 entities, 600 indicators, 48 months), with evidence of four years beside.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from benchmarks import sector
from benchmarks.harness import Place
from engine.database import Database
from web.backups import bringing_back, taking, verifying
from workflows.documents import files

Done = TypeVar("Done")
EVIDENCE, BYTES = 2400, 100_000
"""A file for each entity and month: 240 MB that no compression makes smaller."""


def measure(url: str = "") -> dict[str, float]:
    """Seconds of each act (`_s`), with the processor's beside (`_cpu_s`), rows and megabytes."""
    with tempfile.TemporaryDirectory(prefix="cauce-restoring-") as name, Place(url).home() as (_, target):
        folder, told = Path(name), dict[str, float]()
        with sector.built(f"sqlite:///{folder / 'cauce.sqlite'}", folder) as built:
            _attach(built)
            copy = folder / "copia.zip"
            application = built.application
            manifest = _timed(told, "backup", lambda: taking.take(built.database, application.clock, copy))
            _, wrong = _timed(told, "verify", lambda: verifying.verify(copy, application))
        restored = Database(target)
        _timed(told, "restore", lambda: bringing_back.bring_back(copy, restored))
        restored.dispose()
        told |= {"rows": manifest.total, "copy_mb": round(copy.stat().st_size / 1e6), "wrong": len(wrong)}
    return told


def _attach(built: sector.Sector) -> None:
    chance = random.Random(4)
    for month in range(EVIDENCE // 50):
        with built.database.unit_of_work() as session:
            for number in range(50):
                content = b"%PDF-1.7\n" + chance.randbytes(BYTES)
                files.store(session, built.application.clock, sector.COORDINATOR, f"{month}-{number}.pdf", content)


def _timed(told: dict[str, float], name: str, act: Callable[[], Done]) -> Done:
    began, used = time.perf_counter(), time.process_time()
    done = act()
    told |= {
        f"{name}_s": round(time.perf_counter() - began, 1),
        f"{name}_cpu_s": round(time.process_time() - used, 1),
    }
    return done


if __name__ == "__main__":
    print(json.dumps(measure(*sys.argv[1:2]), indent=2))
