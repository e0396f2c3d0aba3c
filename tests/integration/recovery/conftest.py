"""A recovery plan that June's follow-up has just asked for."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.clock import VirtualClock
from engine.database import Database
from tests.support.plan import House, build_house


@pytest.fixture
def house(database: Database) -> House:
    """Measured until May; it is 1 July 2018, and June is about to be reported."""
    clock = VirtualClock(dt.datetime(2018, 7, 1, 14, 0, tzinfo=dt.UTC))
    return build_house(database, clock, measured_before=(2018, 6))
