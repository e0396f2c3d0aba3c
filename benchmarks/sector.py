"""A plan as large as a sector's, with four years of figures and a month being reported: what pages are measured on."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

from benchmarks.extent import FULL, Extent
from engine import sweep
from engine.clock import VirtualClock
from engine.database import Base, Database
from engine.identity import SYSTEM
from tests.support.plan import publish
from web import migrating, schema
from web.bootstrap import Application, assemble
from web.config import Config
from workflows import shipped
from workflows.calendar import BOGOTA, WorkingCalendar, add_months, month_end
from workflows.cycles import opening as cycles
from workflows.cycles.models import Period
from workflows.indicators.sheets import Month
from workflows.indicators.states import Annualization
from workflows.loading import importing
from workflows.records.data import (
    BudgetRecord,
    EntityRecord,
    IndicatorRecord,
    LineRecord,
    ObjectiveRecord,
    PersonRecord,
    PlanData,
    PlanRecord,
    ProjectRecord,
    months_between,
)
from workflows.reports import storing
from workflows.sectors import registry

FIRST_YEAR = 2016
COORDINATOR = "coordina"
REPORTING = "reportar_avance"
"""The task in which a person tells what was achieved."""

KEPT = Path(__file__).resolve().parent.parent / "var" / "benchmarks"
ROLES = ("enlace_planeacion", "directivo_entidad", "equipo_tecnico", "comunicaciones", "control_interno")
HUNDRED = Decimal(100)


def plan_code(sector: int) -> str:
    """The code of the plan of a sector."""
    return f"PES-{sector:02}"


PLAN = plan_code(0)
"""The plan that is read."""


def sector_code(sector: int) -> str:
    """The code of a sector."""
    return f"S{sector:02}"


def coordinator(sector: int) -> str:
    """The username of who coordinates the plan of a sector."""
    return COORDINATOR if sector == 0 else f"{COORDINATOR}{sector}"


def plan_data(extent: Extent, sector: int = 0) -> PlanData:
    """The plan that a workbook of this extent would hold. The entities of later sectors have codes of their own."""
    maker = _Maker(extent, sector)
    return PlanData(
        plan=PlanRecord(
            code=plan_code(sector), name=f"Plan estratégico del sector {sector}", sector=f"Sector {sector}",
            first_year=FIRST_YEAR, years=4, first_month=maker.followed_from,
        ),
        entities=tuple(maker.entities()),
        people=tuple(maker.people()),
        lines=tuple(maker.lines()),
        objectives=tuple(maker.objectives()),
        indicators=tuple(maker.indicators()),
        projects=tuple(maker.projects()),
        measurements=maker.measurements(),
    )  # fmt: skip


class _Maker:
    """The records of one plan; every number follows from its place, so that two plans of one extent are the same."""

    def __init__(self, extent: Extent, sector: int) -> None:
        self._extent, self._sector = extent, sector
        last = add_months(dt.date(FIRST_YEAR, 1, 1), extent.months - 1)
        self.followed_from = f"{last:%Y-%m}"
        before = add_months(last, -1)
        self.measured = months_between((FIRST_YEAR, 1), (before.year, before.month))

    def code(self, entity: int) -> str:
        return f"E{entity:02}" if self._sector == 0 else f"S{self._sector:02}E{entity:02}"

    def user(self, entity: int, name: str) -> str:
        return f"{self.code(entity).lower()}.{name}"

    def entities(self) -> Iterator[EntityRecord]:
        for entity in range(self._extent.entities):
            role = "cabeza_de_sector" if entity == 0 else "adscrita"
            yield EntityRecord(self.code(entity), f"Entidad {entity} del sector {self._sector}", role)

    def people(self) -> Iterator[PersonRecord]:
        roles = ("coordinador_pes", "lider_proceso", "administrador", "directivo_sector", "profesional_sectorial")
        username = coordinator(self._sector)
        mail = f"{username}@example.org"
        yield PersonRecord(username, "Coordina el plan", mail, self.code(0), (*roles, "juridica"))
        for entity in range(self._extent.entities):
            for role in ROLES:
                yield self._person(entity, role[:2], role)
            for number in range(self._extent.reporters):
                yield self._person(entity, f"r{number}", "responsable_meta")

    def _person(self, entity: int, name: str, role: str) -> PersonRecord:
        username, code = self.user(entity, name), self.code(entity)
        return PersonRecord(username, f"Persona {name} de {code}", f"{username}@example.org", code, (role,))

    def lines(self) -> Iterator[LineRecord]:
        for number, weight in enumerate(_weights(self._extent.lines)):
            yield LineRecord(f"L{number}", f"Línea estratégica {number}", weight)

    def objectives(self) -> Iterator[ObjectiveRecord]:
        for line in range(self._extent.lines):
            for number, weight in enumerate(_weights(3)):
                name = f"Objetivo {number} de la línea {line}"
                yield ObjectiveRecord(f"O{line}.{number}", f"L{line}", name, weight, self.code(0))

    def indicators(self) -> Iterator[IndicatorRecord]:
        places = [n % self._extent.objectives for n in range(self._extent.indicators)]
        weights = {place: iter(_weights(places.count(place))) for place in set(places)}
        for n, place in enumerate(places):
            yield self._indicator(n, f"O{place // 3}.{place % 3}", next(weights[place]))

    def _indicator(self, n: int, objective: str, weight: Decimal) -> IndicatorRecord:
        entity = n % self._extent.entities
        turn = n // self._extent.entities % self._extent.reporters
        kind = (Annualization.SUM, Annualization.RISING, Annualization.FALLING, Annualization.SUM)[n % 4]
        years = range(FIRST_YEAR, FIRST_YEAR + 4)
        targets = {year: _target(kind, year) for year in years}
        return IndicatorRecord(
            code=f"IR-{n:03}", objective=objective,
            kind="resultado" if n // self._extent.objectives % 2 else "producto",
            entity=self.code(entity), weight=weight, name=f"Personas atendidas por el programa {n}", unit="personas",
            decimals=0, annualization=kind, baseline=HUNDRED, baseline_year=FIRST_YEAR - 1,
            final_target=sum(targets.values()) if kind == Annualization.SUM else targets[FIRST_YEAR + 3],
            periodicity="mensual",
            reports=self.user(entity, f"r{turn}"), reviews=self.user(entity, "en"), targets=targets,
            monthly={(year, m): _programmed(kind, year, m) for year in years for m in range(1, 13)},
        )  # fmt: skip

    def projects(self) -> Iterator[ProjectRecord]:
        money = BudgetRecord(Decimal(900), None, None)
        for entity in range(self._extent.entities):
            yield ProjectRecord(
                f"{7000 + self._sector * 100 + entity}", f"Proyecto {entity}", self.code(entity), {FIRST_YEAR: money}
            )

    def measurements(self) -> dict[str, dict[Month, Decimal]]:
        return {
            f"IR-{n:03}": {month: self._measured(n, month) for month in self.measured}
            for n in range(self._extent.indicators)
        }

    def _measured(self, n: int, month: Month) -> Decimal:
        kind = (Annualization.SUM, Annualization.RISING, Annualization.FALLING, Annualization.SUM)[n % 4]
        programmed = _programmed(kind, *month)
        return (programmed * (70 + (n * 7 + month[1]) % 45) / HUNDRED).quantize(Decimal(1))


def _weights(count: int) -> list[Decimal]:
    """Equal weights that sum to 100; the last takes what is left."""
    each = (HUNDRED / count).quantize(Decimal("0.01"))
    return [each] * (count - 1) + [HUNDRED - each * (count - 1)]


def _target(kind: str, year: int) -> Decimal:
    past = year - FIRST_YEAR + 1
    return Decimal(
        {Annualization.SUM: 1200, Annualization.RISING: 100 + 120 * past, Annualization.FALLING: 100 - 12 * past}[kind]
    )


def _programmed(kind: str, year: int, month: int) -> Decimal:
    if kind == Annualization.SUM:
        return Decimal(100)
    before = _target(kind, year - 1)
    return before + (_target(kind, year) - before) * month / 12


@dataclass
class Sector:
    """The application over a built plan, on the day its last month has been open for a few days."""

    application: Application
    clock: VirtualClock
    newest_closed: str
    reported: str
    """The month that is being reported."""

    @cached_property
    def database(self) -> Database:
        """Where the plan is."""
        return self.application.database


@contextmanager
def built(
    url: str, folder: Path, extent: Extent = FULL, sectors: int = 1, *, documents: bool = True
) -> Iterator[Sector]:
    """A plan of this extent, shared out over so many sectors. On SQLite it is built once, and copied from `var/` after.

    `url` is an empty database, `folder` a place for what the application writes. The newest closed month is
    published, with its `documents`.
    """
    schema.load()
    clock = VirtualClock(_opening(extent))
    application = assemble(Config(folder, url, secrets.token_urlsafe(48)), clock=clock)
    kept = KEPT / f"{_digest(extent, sectors, documents)}.sqlite"
    if application.database.is_sqlite and kept.is_file():
        shutil.copy(kept, str(application.database.url.database))
    else:
        _build(application, clock, extent, sectors)
        if documents:
            storing.MAKER.make_missing(application.database, clock, limit=1)
        if application.database.is_sqlite:
            _keep(application.database, kept)
    clock.move_to(_reporting(extent))
    try:
        yield Sector(application, clock, _month(extent, 2), _month(extent, 1))
    finally:
        application.database.dispose()


def _opening(extent: Extent) -> dt.datetime:
    """The morning after the last month ended."""
    last = add_months(dt.date(FIRST_YEAR, 1, 1), extent.months - 1)
    return dt.datetime.combine(month_end(last.year, last.month) + dt.timedelta(days=1), dt.time(10), BOGOTA)


def _reporting(extent: Extent) -> dt.datetime:
    """The second working day of the follow-up."""
    opened = _opening(extent)
    return dt.datetime.combine(WorkingCalendar().add_working_days(opened.date(), 2), dt.time(10), BOGOTA)


def _month(extent: Extent, back: int) -> str:
    """The last month, or one before it."""
    return f"{add_months(dt.date(FIRST_YEAR, 1, 1), extent.months - back):%Y-%m}"


def _build(application: Application, clock: VirtualClock, extent: Extent, sectors: int) -> None:
    database, engine = application.database, application.engine
    migrating.migrate(database)
    with database.unit_of_work() as session:
        for sector in range(sectors):
            registry.create(session, sector_code(sector), f"Sector {sector}")
            data = plan_data(_smaller(extent, sectors), sector)
            importing.apply(session, clock, SYSTEM, data, sector=sector_code(sector), appoints=True)
        publish(session, engine)
    clock.move_to(_reporting(extent))
    with database.unit_of_work() as session:
        cycles.open_due(session, engine)
        sweep.fire_due_timers(session, engine)
        closed = sa.update(Period).where(Period.code == _month(extent, 2))
        session.execute(closed.values(published_at=clock.now()))


def _smaller(extent: Extent, sectors: int) -> Extent:
    """What each sector has where these are the numbers of all together."""
    return replace(extent, entities=extent.entities // sectors, indicators=extent.indicators // sectors)


def _keep(database: Database, kept: Path) -> None:
    """Put the file by, whole, for the next time."""
    database.dispose()  # SQLite joins its log to the file
    kept.parent.mkdir(parents=True, exist_ok=True)
    passing = kept.with_suffix(".new")
    shutil.copy(str(database.url.database), passing)
    passing.replace(kept)


def _digest(*size: object) -> str:
    """A name that changes with whatever the file depends on: its extent, this module, the tables, the diagrams."""
    told = hashlib.sha256(repr(size).encode() + Path(__file__).read_bytes())
    for table in Base.metadata.sorted_tables:
        told.update(str(CreateTable(table)).encode())
        told.update("".join(sorted(str(CreateIndex(index)) for index in table.indexes)).encode())
    for diagram in shipped.shipped_diagrams():
        told.update(diagram)
    return told.hexdigest()[:16]
