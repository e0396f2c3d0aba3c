"""The demo plan in a database, and a play of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources

from sqlalchemy.orm import Session

from engine.clock import VirtualClock
from engine.database import Database
from engine.definitions import publishing
from engine.definitions.reading import read_diagram
from engine.identity import SYSTEM
from engine.runtime import ProcessEngine
from tests.support.databases import begin_with
from workflows import assembly, shipped
from workflows.calendar import bogota_day
from workflows.forms.submissions import Forms
from workflows.loading import importing, reading
from workflows.records.data import PlanData, without_measurements
from workflows.simulation.playing import Play
from workflows.simulation.robots import GOOD, Robots
from workflows.simulation.values import Reality

PLAN = "PES-GOB"
MONTH = frozenset(
    {
        "f5_ciclo_mensual",
        "f5_informe_mensual",
        "f5_paso1_metas_indicadores",
        "f5_pasos2_3_objetivos_resultados",
        "f5_preparacion",
        "f5_reporte_extemporaneo",
        "sub_mesa",
        "sub_plan_choque",
        "sub_reporte_entidad",
    }
)
"""The processes of the month."""


@cache
def demo_data() -> PlanData:
    """The demo file, measurements and all."""
    content = (resources.files("workflows.loading") / "demo" / "pes_demo.yaml").read_bytes()
    return reading.read_file("pes_demo.yaml", content)


@dataclass
class House:
    """A database with the demo plan and the shipped processes, and what is needed to run them."""

    database: Database
    clock: VirtualClock
    engine: ProcessEngine
    forms: Forms
    submissions: int = 0

    def play(self, profiles: Mapping[tuple[str, str], str] | None = None, seed: int = 7) -> Play:
        """People of this house: they report the demo's series; `profiles` by period and entity."""
        known = profiles or {}
        robots = Robots(
            today=lambda: bogota_day(self.clock.now()),
            reality=Reality(seed, demo_data().measurements),
            profile=lambda period, entity: known.get((period, entity), GOOD),
        )
        return Play(self.database, self.engine, self.forms, robots, self.clock)


def build_house(  # type: ignore[no-untyped-def]
    database: Database,
    clock: VirtualClock,
    *,
    measured_before: tuple[int, int],
    only: Collection[str] | None = None,
    **kwargs,
) -> House:
    """Let a database with tables hold the demo plan, and the shipped processes (or `only` these) published."""
    engine = assembly.process_engine(clock, **kwargs)
    content = ("house", clock.now(), measured_before, only and frozenset(only))
    begin_with(database, content, lambda: furnish(database, engine, measured_before=measured_before, only=only))
    return House(database, clock, engine, assembly.forms())


_left_at: dict[str, dt.datetime] = {}
"""By what happened to a house: the moment at which that ended."""


def once(house: House, name: str, happen: Callable[[], object]) -> House:
    """Let something happen to a house the first time in this process; from then on give it what that left, and when.

    `name` says what the house was and what happens to it; nothing else may have happened to it before.
    """
    begin_with(house.database, name, happen)
    house.clock.move_to(_left_at.setdefault(name, house.clock.now()))
    return house


def furnish(
    database: Database, engine: ProcessEngine, *, measured_before: tuple[int, int], only: Collection[str] | None = None
) -> None:
    """Load the demo plan with what was measured before a month, and publish."""
    with database.unit_of_work() as session:
        importing.apply(
            session, engine.clock, SYSTEM, without_measurements(demo_data(), since=measured_before), appoints=True
        )
        publish(session, engine, only)


def publish(session: Session, engine: ProcessEngine, only: Collection[str] | None = None) -> None:
    """Publish the shipped processes, or `only` these: the calendar opens nothing else."""
    diagrams = [xml for xml in shipped.shipped_diagrams() if only is None or read_diagram(xml).process_key in only]
    publishing.publish(session, engine, diagrams, shipped.shipped_forms(), actor=SYSTEM, reason=shipped.REASON)


def day(text: str) -> dt.date:
    """A date from ISO text."""
    return dt.date.fromisoformat(text)


def rounded(value: Decimal | None) -> float | None:
    """One decimal, as shown."""
    return None if value is None else float(round(value, 1))
