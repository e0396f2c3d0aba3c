"""A simulation put together: a database, the application with its mails, robots, and what happens to them."""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from notifications import digest, outbox
from notifications.models import OutboxMessage
from web import migrating
from web.bootstrap import Application, assemble
from web.config import Config
from web.progress import Progress
from workflows.assembly import MAKERS
from workflows.calendar import BOGOTA, bogota_day
from workflows.errors import Conflict
from workflows.loading import seeding
from workflows.records.data import PlanData, rebase, without_measurements
from workflows.sectors.models import Entity
from workflows.simulation import citizens, documents, life, result
from workflows.simulation.happenings import Behaviour, Happenings, Years
from workflows.simulation.life import Span
from workflows.simulation.playing import MORNING, Play
from workflows.simulation.result import Result
from workflows.simulation.robots import Robots
from workflows.simulation.values import Reality

POLITE, REAL = "polite", "real"
PROFILES = (POLITE, REAL)
FIRST_YEAR = 2017
"""The demo file's: its measurements are known then."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to simulate. Without `database_url` the database is thrown away; `output` is where documents go."""

    years: int = 4
    seed: int = 1
    begins: dt.date = dt.date(FIRST_YEAR - 1, 5, 1)
    profile: str = POLITE
    database_url: str | None = None
    output: Path | None = None


def simulate(order: Order, out: TextIO = sys.stderr) -> Result:
    """Play a plan's life and give its figures. Raises `Conflict` where the database is in use."""
    began = time.monotonic()
    with _database(order.database_url) as database:
        span = life.span(order.begins, order.years)
        clock = VirtualClock(dt.datetime.combine(span.begins, MORNING, BOGOTA))
        application = assemble(_config(database), clock=clock, database=database)
        data = promised(span.first_year, order.years)
        _live(application, clock, data, span, order, out)
        found = _read(database, data.plan.code)
        if order.output is not None:
            documents.write_all(database, clock, MAKERS, order.output)
    return replace(found, elapsed_s=time.monotonic() - began)


def promised(first_year: int, years: int) -> PlanData:
    """The demo's plan, begun in a year and promised for so many."""
    return life.first_years(rebase(seeding.demo_plan(), first_year), years)


def _live(application: Application, clock: VirtualClock, data: PlanData, span: Span, order: Order, out: TextIO) -> bool:
    with application.database.unit_of_work() as session:
        life.found(session, application.engine, without_measurements(data))
        life.begin(session, application.engine, data)
    play, each_morning = _cast(application, clock, data, order)
    progress = Progress("Simulando", (span.ends_by - span.begins).days, out)
    play.each_day = _evening(application, progress)
    ended = life.live(play, data.plan.code, span.ends_by, each_morning)
    progress.end()
    return ended


def _cast(
    application: Application, clock: VirtualClock, data: PlanData, order: Order
) -> tuple[Play, Callable[[dt.date], None]]:
    """The people of a simulation, and what befalls them each morning."""
    reality = Reality(order.seed, data.measurements)
    years = Years(data.plan.first_year, data.plan.years)
    robots = Robots(today=lambda: bogota_day(clock.now()), reality=reality, plan=data, polite=order.profile == POLITE)
    play = Play(application.database, application.engine, application.forms, robots, clock)
    if order.profile == POLITE:
        return play, lambda _day: _citizens_answer(application, reality)
    robots.profile = Behaviour(reality, years, tuple(entity.code for entity in data.entities))
    return play, Happenings(application.database, application.engine, reality, data.plan.code, years, robots).morning


def _citizens_answer(application: Application, reality: Reality) -> None:
    with application.database.unit_of_work() as session:
        citizens.answer_open_surveys(session, application.engine.now(), reality)


def _evening(application: Application, progress: Progress) -> Callable[[dt.date], None]:
    def evening(_day: dt.date) -> None:
        with application.database.unit_of_work() as session:
            if digest.build_due(
                session, application.engine, application.calendar, base_url=application.config.base_url
            ):
                outbox.omit_pending(session)
        progress.step()

    return evening


def _read(database: Database, plan_code: str) -> Result:
    """The figures; the mails are marked so that no worker sends them to anybody."""
    with database.unit_of_work() as session:
        found = result.read(session, plan_code)
        day = sa.func.date(OutboxMessage.created_at)
        per_day = sa.select(sa.func.count(OutboxMessage.id)).group_by(OutboxMessage.recipient, day)
        written = session.scalars(per_day).all()
        outbox.omit_pending(session)
    return found.with_mails(sum(written), max(written, default=0))


@contextmanager
def _database(url: str | None) -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="cauce-simulacion-") as folder:
        database = Database(url or f"sqlite:///{folder}/simulacion.sqlite", durable=False)
        try:
            _prepare(database, throw_away=url is None)
            yield database
        finally:
            database.dispose()


def _prepare(database: Database, *, throw_away: bool) -> None:
    if throw_away:
        database.create_all()
        return
    migrating.migrate(database)
    with database.reading() as session:
        if session.scalar(sa.select(Entity.code).limit(1)) is not None:
            raise Conflict("Esa base de datos ya tiene entidades: la simulación necesita una vacía.")


def _config(database: Database) -> Config:
    url = database.url.render_as_string(hide_password=False)
    return Config(home=Path(tempfile.gettempdir()), database_url=url, secret_key="")
