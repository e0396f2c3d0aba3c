"""A simulation put together: a database, the application with its mails, robots, and what happens to them."""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa
from sqlalchemy.orm import Session

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
from workflows.errors import Conflict, Refused
from workflows.loading import seeding
from workflows.people.models import PersonRole
from workflows.records.data import PlanData, rebase, without_measurements
from workflows.sectors import registry
from workflows.sectors.models import Entity
from workflows.simulation import citizens, crossing, documents, life, result, twins
from workflows.simulation.happenings import Behaviour, Happenings, Years
from workflows.simulation.life import Span
from workflows.simulation.mindset import words_of
from workflows.simulation.playing import MORNING, Play
from workflows.simulation.result import OfSector, Result, Together
from workflows.simulation.robots import Robots
from workflows.simulation.values import Reality

POLITE, REAL = "polite", "real"
PROFILES = (POLITE, REAL)
FIRST_YEAR = 2017
"""The demo file's: its measurements are known then."""

Morning = Callable[[dt.date], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What to simulate. Without `database_url` the database is thrown away; `output` is where documents go.

    `until` is the last day to play, where the plan's end is not waited for; `plan` is the file of a plan that comes
    with Cauce.
    """

    years: int = 4
    seed: int = 1
    begins: dt.date = dt.date(FIRST_YEAR - 1, 5, 1)
    profile: str = POLITE
    database_url: str | None = None
    output: Path | None = None
    until: dt.date | None = None
    plan: str = seeding.DEMO_FILE

    @property
    def span(self) -> Span:
        """The days that are played."""
        whole = life.span(self.begins, self.years)
        return whole if self.until is None else replace(whole, ends_by=min(whole.ends_by, self.until))


@dataclass(frozen=True, slots=True)
class Cast:
    """A sector of a simulation: its code, the plan its people have in mind, who they are, what befalls them."""

    sector: str
    data: PlanData
    robots: Robots
    morning: Morning


def simulate(order: Order, out: TextIO = sys.stderr) -> Result:
    """Play a plan's life and give its figures. Raises `Conflict` where the database is in use."""
    began = time.monotonic()
    with _stage(order) as (application, clock):
        data = promised(order.span.first_year, order.years, order.plan)
        with application.database.unit_of_work() as session:
            life.found(session, application.engine, without_measurements(data), seeding.acts_of(order.plan))
            life.begin(session, application.engine, data)
        cast = _cast(application, clock, data, order, registry.code_for(data.plan.code), order.seed)
        _live(application, clock, [cast], order, out)
        found = _read(application.database, data.plan.code)
        if order.output is not None:
            documents.write_all(application.database, clock, MAKERS, order.output)
    return replace(found, elapsed_s=time.monotonic() - began)


def simulate_sectors(order: Order, sectors: int, only: str = "", out: TextIO = sys.stderr) -> Together:
    """Play the plans of so many sectors side by side, or `only` that of one of them; nobody is shared.

    What happens in a sector follows from the seed and its code alone. Raises `Conflict` (a database in use), `Refused`
    (no such sector), `Crossed` (a task, case or mail of a sector in another).
    """
    began = time.monotonic()
    plan = promised(order.span.first_year, order.years, order.plan)
    plans = {twins.code_of(number): twins.in_sector(plan, number) for number in range(1, sectors + 1)}
    if only and only not in plans:
        raise Refused(f"No hay un sector {only}: van de {min(plans)} a {max(plans)}.")
    played = {only: plans[only]} if only else plans
    with _stage(order) as (application, clock):
        casts = [_founded(application, clock, code, data, order) for code, data in played.items()]
        with application.database.unit_of_work() as session:
            life.open_shop(session, application.engine)
            for cast in casts:
                life.begin(session, application.engine, cast.data, cast.sector)
        found: dict[str, OfSector] = {}
        ended = _live(application, clock, casts, order, out, lambda one: _note(application.database, found, one))
        for cast in casts:
            if cast.sector not in found:
                _note(application.database, found, cast)
        if order.output is not None:
            documents.write_all(application.database, clock, MAKERS, order.output)
    return Together(ended, dict(sorted(found.items())), time.monotonic() - began)


def promised(first_year: int, years: int, file: str = seeding.DEMO_FILE) -> PlanData:
    """A plan that comes with Cauce, begun in a year and promised for so many."""
    return life.first_years(rebase(seeding.demo_plan(file=file), first_year), years)


@contextmanager
def _stage(order: Order) -> Iterator[tuple[Application, VirtualClock]]:
    with _database(order.database_url) as database:
        clock = VirtualClock(dt.datetime.combine(order.begins, MORNING, BOGOTA))
        yield assemble(_config(database), clock=clock, database=database), clock
        with database.unit_of_work() as session:
            outbox.omit_pending(session)  # no worker may send them to anybody


def _founded(application: Application, clock: VirtualClock, code: str, data: PlanData, order: Order) -> Cast:
    with application.database.unit_of_work() as session:
        life.found_sector(session, without_measurements(data), code, seeding.acts_of(order.plan))
    return _cast(application, clock, data, order, code, f"{order.seed}/{code}")


def _cast(
    application: Application, clock: VirtualClock, data: PlanData, order: Order, sector: str, seed: int | str
) -> Cast:
    """The people of a sector, and what befalls them each morning."""
    reality = Reality(seed, data.measurements)
    years = Years(data.plan.first_year, data.plan.years)
    robots = Robots(
        today=lambda: bogota_day(clock.now()), reality=reality, plan=data, polite=order.profile == POLITE,
        words=words_of(order.plan),
    )  # fmt: skip
    if order.profile == POLITE:
        return Cast(sector, data, robots, lambda _day: _citizens_answer(application, data.plan.code, reality))
    robots.profile = Behaviour(reality, years, tuple(entity.code for entity in data.entities))
    happenings = Happenings(
        application.database, application.engine, reality, data.plan.code, years, robots, sector=sector
    )
    return Cast(sector, data, robots, happenings.morning)


def _live(
    application: Application,
    clock: VirtualClock,
    casts: Sequence[Cast],
    order: Order,
    out: TextIO,
    ended: Callable[[Cast], None] = lambda _cast: None,
) -> bool:
    """Play until all have ended; each is told once when it has."""
    of_plan = {cast.data.plan.code: cast for cast in casts}
    progress = Progress("Simulando", (order.span.ends_by - order.begins).days, out)
    play = Play(
        application.database, application.engine, application.forms, casts[0].robots, clock,
        each_day=_evening(application, progress), casts={cast.sector: cast.robots for cast in casts},
        each_tick=lambda: _ensure_apart(application.database),
    )  # fmt: skip

    def morning(day: dt.date) -> None:
        for cast in casts:
            cast.morning(day)

    whole = life.live(play, list(of_plan), order.span.ends_by, morning, lambda plan: ended(of_plan[plan]))
    progress.end()
    return whole


def _citizens_answer(application: Application, plan_code: str, reality: Reality) -> None:
    with application.database.unit_of_work() as session:
        citizens.answer_open_surveys(session, plan_code, application.engine.now(), reality)


def _evening(application: Application, progress: Progress) -> Callable[[dt.date], None]:
    def evening(_day: dt.date) -> None:
        with application.database.unit_of_work() as session:
            if digest.build_due(
                session, application.engine, application.calendar, base_url=application.config.base_url
            ):
                outbox.omit_pending(session)
        progress.step()

    return evening


def _ensure_apart(database: Database) -> None:
    with database.reading() as session:
        crossing.ensure_apart(session)
        held = sa.exists().where(
            PersonRole.username == OutboxMessage.recipient, PersonRole.sector_code == OutboxMessage.sector_code
        )
        wrong = sa.select(OutboxMessage.subject, OutboxMessage.recipient).where(OutboxMessage.sector_code != "", ~held)
        if stray := session.execute(wrong.where(OutboxMessage.recipient.is_not(None)).limit(1)).first():
            raise crossing.Crossed(f"el correo «{stray.subject}» es para {stray.recipient}, que es de otro sector")


def _read(database: Database, plan_code: str) -> Result:
    """The figures, and how many mails were written."""
    with database.reading() as session:
        found = result.read(session, plan_code)
        day = sa.func.date(OutboxMessage.created_at)
        per_day = sa.select(sa.func.count(OutboxMessage.id)).group_by(OutboxMessage.recipient, day)
        written = session.scalars(per_day).all()
    return found.with_mails(sum(written), max(written, default=0))


def _note(database: Database, found: dict[str, OfSector], cast: Cast) -> None:
    """Note what a sector came to, as it stands now: what others go on doing afterwards changes nothing of it."""
    with database.reading() as session:
        found[cast.sector] = result.of_sector(session, cast.sector, cast.data.plan.code, _mails(session, cast.sector))


def _mails(session: Session, sector: str) -> int:
    """The mails to the people of a sector."""
    theirs = sa.select(PersonRole.username).where(PersonRole.sector_code == sector)
    query = sa.select(sa.func.count()).select_from(OutboxMessage).where(OutboxMessage.recipient.in_(theirs))
    return session.scalars(query).one()


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
