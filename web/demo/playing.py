"""The demo's past, played through the same commands as everything else, once."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TextIO

from engine.clock import VirtualClock
from engine.database import Database
from engine.runtime import ProcessEngine
from notifications import digest, outbox
from notifications.listeners import MailListener
from web.bootstrap import Application, assemble
from web.clock import DemoClock
from web.demo.sectors import Scene, scenes
from web.progress import Progress
from workflows.calendar import BOGOTA, WorkingCalendar, bogota_day
from workflows.people.directory import seed_roles
from workflows.records.data import without_measurements
from workflows.sectors.holidays import known_days
from workflows.shipped import publish_shipped
from workflows.simulation import citizens, life
from workflows.simulation.playing import Play

REPORTING_DAY = 4
"""The working day of the follow-up on which the demo stands: some have reported, some have not."""

MAILS_A_DAY = 200
MAILS_OF = dt.timedelta(days=45)
"""Mails are written and sent in the last weeks alone: nobody looks at older ones, and they are a third of the play.

Documents are not made here at all: the worker makes them as people begin to look around, the newest first.
"""

CLOCK_TIME = dt.time(10, 0)


def play(application: Application, tell: Callable[[int], None] = lambda _share: None, out: TextIO = sys.stderr) -> None:
    """Play both sectors of the demo from nothing to its present day: one in its second year, one in its first months.

    The clock of `application` is moved there at the end. `tell` is told how far it is, in percent.
    """
    present = present_moment(application.clock.now(), application.calendar)
    clock = VirtualClock(present)
    told = scenes(present, application.calendar, clock)
    clock.move_to(dt.datetime.combine(min(scene.begins for scene in told), CLOCK_TIME, BOGOTA))
    database = Database(application.config.database_url, durable=False)  # cut short, it is made again
    played = assemble(application.config, clock=clock, database=database)
    steps = (bogota_day(present) - bogota_day(clock.now())).days + 1
    perform(played, clock, told, present, Progress("Jugando el pasado de la demostración", steps, out, tell))
    database.dispose()
    if isinstance(application.clock, DemoClock):
        application.clock.move_to(present)


def present_moment(now: dt.datetime, calendar: WorkingCalendar) -> dt.datetime:
    """The latest fourth working day after a cut-off, at ten in the morning, that is not after `now`."""
    today = bogota_day(now)
    cutoff = today.replace(day=1) - dt.timedelta(days=1)
    day = calendar.add_working_days(cutoff, REPORTING_DAY)
    if day > today:
        cutoff = cutoff.replace(day=1) - dt.timedelta(days=1)
        day = calendar.add_working_days(cutoff, REPORTING_DAY)
    return dt.datetime.combine(day, CLOCK_TIME, BOGOTA).astimezone(dt.UTC)


def perform(
    played: Application, clock: VirtualClock, told: Sequence[Scene], present: dt.datetime, progress: Progress
) -> None:
    """Play these sectors from the clock's day, on which the processes are published, to the present one."""
    first, last = bogota_day(clock.now()), bogota_day(present)
    with played.database.unit_of_work() as session:
        seed_roles(session)
        publish_shipped(session, played.engine)

    def each_day(day: dt.date) -> None:
        progress.step()
        if day < last - MAILS_OF:
            return
        staged.engine = played.engine
        with played.database.unit_of_work() as session:
            written = digest.build_due(session, played.engine, played.calendar, base_url=played.config.base_url)
        if written:
            outbox.deliver_due(
                played.database, clock, played.sender, sent_from=played.config.mail_from, limit=MAILS_A_DAY
            )

    staged = Play(
        played.database, without_mails(played.engine), played.forms, told[0].robots, clock, each_day,
        casts={scene.sector: scene.robots for scene in told},
    )  # fmt: skip
    for day in (first + dt.timedelta(days=n) for n in range((last - first).days)):
        staged.day(day, lambda today: _morning(played, told, today))
        each_day(day)
    clock.move_to(present)
    staged.tick()
    each_day(last)
    progress.end()


def without_mails(engine: ProcessEngine) -> ProcessEngine:
    """The same engine, which writes to nobody what happens."""
    return replace(engine, listeners=tuple(one for one in engine.listeners if not isinstance(one, MailListener)))


def _morning(played: Application, told: Sequence[Scene], day: dt.date) -> None:
    """A sector begins its plan on its day; citizens answer what is open."""
    with played.database.unit_of_work() as session:
        for scene in told:
            if scene.begins == day:
                life.found_sector(session, without_measurements(scene.data), scene.sector, scene.acts)
                played.calendar.know(known_days(session))
                life.begin(session, played.engine, scene.data, scene.sector)
            citizens.answer_open_surveys(session, scene.data.plan.code, played.engine.now(), scene.robots.reality)
