"""The demo's past, played through the same commands as everything else, once."""

from __future__ import annotations

import datetime as dt
import sys
from importlib import resources
from typing import TextIO

from engine.clock import VirtualClock
from engine.identity import SYSTEM
from notifications import digest, outbox
from web.bootstrap import Application, assemble
from web.clock import DemoClock
from web.progress import Progress
from workflows.calendar import BOGOTA, WorkingCalendar, add_months, bogota_day
from workflows.loading import importing, reading
from workflows.records.data import PlanData, rebase, without_measurements
from workflows.reports import storing
from workflows.simulation.playing import Play
from workflows.simulation.robots import GOOD, LATE, MISSING, RETURNED, Robots
from workflows.simulation.values import Reality

REPORTING_DAY = 4
"""The working day of the follow-up on which the demo stands: some have reported, some have not."""

MAILS_A_DAY = 200

NEWEST_REPORTS = 1
"""Documents that are ready at once; the worker makes those of the older months while people look around."""

CLOCK_TIME = dt.time(10, 0)


def play(application: Application, out: TextIO = sys.stderr) -> None:
    """Load the demo plan, begun last year, and play it to the present day of the demo.

    The clock of `application` is moved there at the end, so that a play cut short begins again.
    """
    present = present_moment(application.clock.now(), application.calendar)
    data = plan_of(present)
    promised = without_measurements(data)  # what was measured is reported by the robots, month by month
    clock = VirtualClock(_first_morning(promised))
    played = assemble(application.config, clock=clock)
    with played.database.unit_of_work() as session:
        importing.apply(session, clock, SYSTEM, promised, appoints=True)
    _run(played, clock, data, present, out)
    played.database.dispose()
    if isinstance(application.clock, DemoClock):
        application.clock.move_to(present)


def plan_of(present: dt.datetime) -> PlanData:
    """The demo plan, re-based so that `present` lies in its second year."""
    content = (resources.files("workflows.loading") / "demo" / "pes_demo.yaml").read_bytes()
    return rebase(reading.read_file("pes_demo.yaml", content), _reported_month(bogota_day(present)).year - 1)


def present_moment(now: dt.datetime, calendar: WorkingCalendar) -> dt.datetime:
    """The latest fourth working day after a cut-off, at ten in the morning, that is not after `now`."""
    today = bogota_day(now)
    cutoff = today.replace(day=1) - dt.timedelta(days=1)
    day = calendar.add_working_days(cutoff, REPORTING_DAY)
    if day > today:
        cutoff = cutoff.replace(day=1) - dt.timedelta(days=1)
        day = calendar.add_working_days(cutoff, REPORTING_DAY)
    return dt.datetime.combine(day, CLOCK_TIME, BOGOTA).astimezone(dt.UTC)


def _reported_month(day: dt.date) -> dt.date:
    return add_months(day.replace(day=1), -1)


def _first_morning(data: PlanData) -> dt.datetime:
    year, month = (int(part) for part in data.first_followed_month.split("-"))
    return dt.datetime.combine(dt.date(year, month, 1), CLOCK_TIME, BOGOTA)


def _run(played: Application, clock: VirtualClock, data: PlanData, present: dt.datetime, out: TextIO) -> None:
    first, last = bogota_day(clock.now()), bogota_day(present)
    progress = Progress("Jugando el pasado de la demostración", (last - first).days + 1, out)

    def each_day(_day: dt.date) -> None:
        with played.database.unit_of_work() as session:
            written = digest.build_due(session, played.engine, played.calendar, base_url=played.config.base_url)
        if written:
            outbox.deliver_due(
                played.database, clock, played.sender, sent_from=played.config.mail_from, limit=MAILS_A_DAY
            )
        progress.step()

    robots = Robots(
        today=lambda: bogota_day(clock.now()),
        reality=Reality(seed=2018, series=data.measurements),
        profile=Behaviour(_reported_month(last)),
    )
    staged = Play(played.database, played.engine, played.forms, robots, clock, each_day)
    staged.until(last - dt.timedelta(days=1))
    clock.move_to(present)
    staged.tick()
    each_day(last)
    progress.end()
    storing.MAKER.make_missing(played.database, clock, limit=NEWEST_REPORTS)


class Behaviour:
    """How the entities of the demo behave: mostly well; some months late, returned or missing.

    In the month being reported only SDG has begun, so that the demo opens on work to do.
    """

    def __init__(self, reporting: dt.date) -> None:
        """`reporting` is the first day of the month being reported."""
        self._now = f"{reporting:%Y-%m}"
        before = (f"{add_months(reporting, -n):%Y-%m}" for n in range(1, 25))
        # The further back, the less it matters: what a newcomer sees first are the last months.
        self._known = {
            (code, entity): profile
            for n, code in enumerate(before, start=1)
            for entity, months, profile in (
                ("IDPAC", {4, 11}, LATE),
                ("DADEP", {2, 8, 15}, RETURNED),
                ("SDG", {6, 13}, RETURNED),
                ("IDPAC", {9}, MISSING),
            )
            if n in months
        }

    def __call__(self, period: str, entity: str) -> str:
        """The profile of an entity in a month."""
        if period == self._now:
            return GOOD if entity == "SDG" else LATE
        return self._known.get((period, entity), GOOD)
