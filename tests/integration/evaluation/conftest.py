"""Houses in which phase 6 can be played in a few weeks: a plan that is followed in one month of a year only."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.clock import VirtualClock
from engine.database import Database
from tests.support.plan import MONTH, PLAN, House, build_house
from workflows.plan.models import Plan

JUNE = (2018, 6)
EVALUATION = MONTH | {
    "f6_evaluacion_semestral",
    "f6_informe_anual",
    "f6_evaluacion_final",
    "sub_encuesta",
    "sub_publicacion",
    "sub_revision_documento",
}


@pytest.fixture
def july(database: Database) -> House:
    """Sunday 1 July 2018: June and the first semester have ended, nothing is open yet."""
    clock = VirtualClock(dt.datetime(2018, 7, 1, 14, 0, tzinfo=dt.UTC))
    return build_house(database, clock, measured_before=JUNE, only=EVALUATION)


@pytest.fixture
def last_month(database: Database) -> House:
    """1 January 2019, of a plan that is followed in December 2018 alone: its month, semester and years are over."""
    clock = VirtualClock(dt.datetime(2019, 1, 1, 14, 0, tzinfo=dt.UTC))
    house = build_house(database, clock, measured_before=JUNE, only=EVALUATION)
    with database.unit_of_work() as session:
        plan = session.get_one(Plan, PLAN)
        plan.first_month, plan.first_year, plan.years = "2018-12", 2018, 1
        plan.ends_on = dt.date(2018, 12, 31)
    return house
