"""A sector without a plan, in which the phases of the master case are empty: what they do is tested where they are."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from engine.clock import VirtualClock
from engine.database import Database
from engine.definitions import publishing
from engine.definitions.reading import read_diagram
from engine.identity import SYSTEM
from tests.support import diagrams
from tests.support.databases import begin_with
from tests.support.plan import House, demo_data
from workflows import assembly, shipped
from workflows.records import writing

PHASES = ("f1_conociendo_sector", "f2_elaboracion_pes", "f3_aprobacion_pes")


@pytest.fixture
def sector(database: Database) -> House:
    """Monday 1 August 2016: entities, people and roles, and no plan."""
    clock = VirtualClock(dt.datetime(2016, 8, 1, 14, 0, tzinfo=dt.UTC))
    # Without contracts: empty phases give nothing of what the master expects of the real ones.
    engine = replace(assembly.process_engine(clock), contracts=None)
    empty = [diagrams.process(key, diagrams.start(), diagrams.end(), diagrams.chain("inicio", "fin")) for key in PHASES]
    master = [xml for xml in shipped.shipped_diagrams() if read_diagram(xml).process_key == "pes_maestro"]

    def write() -> None:
        with database.unit_of_work() as session:
            writing.write_sector(session, demo_data())
            publishing.publish(
                session, engine, [*empty, *master], shipped.shipped_forms(), actor=SYSTEM, reason="Prueba"
            )

    begin_with(database, ("sector", clock.now()), write)
    return House(database, clock, engine, assembly.forms())
