"""Rehearsals under way and done: played aside one at a time, kept a day as files that every server process reads."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from engine.clock import Clock
from engine.confinement import confined
from engine.errors import SpokenError
from web.rehearsals import walking
from web.rehearsals.material import Material
from web.rehearsals.order import Order, Told
from workflows.errors import Refused

log = logging.getLogger(__name__)

SECONDS = 60.0
"""The work that one rehearsal may be."""
KEPT = dt.timedelta(days=1)
LOST = dt.timedelta(minutes=15)
"""After so long without an end the process that played it is gone."""
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Job:
    """Rehearsals of one drawing (`drawing` is its fingerprint), and what was asked.

    `names` and `scenarios` (ids) are of saved scenarios that are replayed; empty for one that somebody asked for.
    `beside` are processes that would be published with it, by name.
    `told` is there once it is done, in the order of `orders`; `failed` says why it is not.
    """

    token: str
    process_key: str
    drawing: str
    begun_at: dt.datetime
    orders: Sequence[Order]
    names: Sequence[str] = ()
    scenarios: Sequence[int] = ()
    beside: Sequence[str] = ()
    told: Sequence[Told] = ()
    failed: str = ""

    @property
    def is_done(self) -> bool:
        """Whether it came to an end, good or bad."""
        return bool(self.told or self.failed)


def begin(
    home: Path,
    clock: Clock,
    process_key: str,
    drawing: str,
    runs: Sequence[tuple[Material, Order]],
    *,
    names: Sequence[str] = (),
    scenarios: Sequence[int] = (),
    beside: Sequence[str] = (),
) -> str:
    """Play what is asked aside, one after the other; gives the word by which its page asks for it."""
    folder = _folder(home)
    _forget_old(folder, clock.now())
    orders = [order for _material, order in runs]
    token = _of_replay(process_key, drawing) if scenarios else secrets.token_urlsafe(16)
    job = Job(token, process_key, drawing, clock.now(), orders, list(names), list(scenarios), list(beside))
    _write(folder, job, [], "")
    threading.Thread(target=_play, args=(folder, job, list(runs)), name="rehearsal", daemon=True).start()
    return job.token


def find(home: Path, clock: Clock, token: str) -> Job | None:
    """A rehearsal by its word, as far as it is."""
    path = _folder(home) / f"{token}.json"
    if not token.replace("-", "").replace("_", "").isalnum() or not path.is_file():
        return None
    job = _read(orjson.loads(path.read_bytes()))
    if not job.is_done and clock.now() - job.begun_at > LOST:
        return replace(job, failed="Se interrumpió antes de terminar. Ensáyelo de nuevo.")
    return job


def last_replay(home: Path, clock: Clock, process_key: str, drawing: str) -> Job | None:
    """The newest replay of the saved scenarios with this drawing."""
    return find(home, clock, _of_replay(process_key, drawing))


def _of_replay(process_key: str, drawing: str) -> str:
    """The word of the replay of a drawing: there is one, the newest, and it is found without reading the others."""
    return f"repeticion-{hashlib.sha256(f'{process_key} {drawing}'.encode()).hexdigest()[:32]}"


def _play(folder: Path, job: Job, runs: Sequence[tuple[Material, Order]]) -> None:
    told: list[Told] = []
    try:
        with _ONE_AT_A_TIME:
            for material, order in runs:
                told.append(confined(walking.walk, material, order, seconds=SECONDS, too_much=_too_long))
        _write(folder, job, told, "")
    except SpokenError as refused:
        _write(folder, job, [], str(refused))
    except Exception:
        log.exception("a rehearsal of %s failed", job.process_key)
        _write(folder, job, [], "El ensayo no se pudo hacer: algo falló de nuestro lado. Quedó en el registro.")


def _too_long() -> Exception:
    return Refused("El ensayo tarda más de un minuto de trabajo. Ensaye una parte, o revise si algo se repite sin fin.")


def _folder(home: Path) -> Path:
    folder = home / "ensayos"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _forget_old(folder: Path, now: dt.datetime) -> None:
    for path in folder.glob("*.json"):
        if now - _read(orjson.loads(path.read_bytes())).begun_at > KEPT:
            path.unlink(missing_ok=True)


def _write(folder: Path, job: Job, told: Sequence[Told], failed: str) -> None:
    """Whole or not at all: another process may be reading it."""
    content: dict[str, Any] = {
        "token": job.token,
        "process_key": job.process_key,
        "drawing": job.drawing,
        "begun_at": job.begun_at.isoformat(),
        "orders": [order.as_json() for order in job.orders],
        "names": list(job.names),
        "scenarios": list(job.scenarios),
        "beside": list(job.beside),
        "told": [one.as_json() for one in told],
        "failed": failed,
    }
    aside = folder / f"{job.token}.{secrets.token_hex(4)}"
    aside.write_bytes(orjson.dumps(content))
    aside.replace(folder / f"{job.token}.json")


def _read(content: dict[str, Any]) -> Job:
    return Job(
        **{
            **content,
            "begun_at": dt.datetime.fromisoformat(content["begun_at"]),
            "orders": [Order.of(one) for one in content["orders"]],
            "told": [Told.of(one) for one in content["told"]],
        }
    )
