"""What several processes of one test run need is made by the first of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Path]) -> Path:
    """The file that `make` leaves in a folder, made once per run; whoever comes meanwhile waits for it."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder, made = root / f"shared-{name}", root / f"shared-{name}.path"
    with (root / f"shared-{name}.lock").open("w") as lock:
        _hold(lock.fileno())
        if not made.exists():
            folder.mkdir(exist_ok=True)
            made.write_text(str(make(folder)))
        return Path(made.read_text())


def _hold(descriptor: int) -> None:
    """Wait for a lock that ends as the file is closed. Where there is none (Windows), tests run one after another."""
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(descriptor, fcntl.LOCK_EX)
