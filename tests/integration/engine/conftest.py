"""The world that the engine's tests play in."""

from __future__ import annotations

import pytest

from engine.clock import VirtualClock
from engine.database import Database
from tests.support.engine import World


@pytest.fixture
def world(database: Database, clock: VirtualClock) -> World:
    """An engine on an empty database, on each database system in turn."""
    return World(database, clock)
