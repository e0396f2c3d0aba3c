"""The worker: an alarm clock that looks at what is due."""

from __future__ import annotations

import logging
from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler

from engine import sweep
from notifications import digest
from web.bootstrap import Application
from workflows.approvals import printing as approvals
from workflows.cycles import opening as cycles
from workflows.documents import publishing
from workflows.forms.drafts import forget_unused
from workflows.formulation import method_printing, printing
from workflows.implementation import external_files
from workflows.lifecycle import year_end
from workflows.meetings import printing as minutes
from workflows.reports import storing
from workflows.sectors.holidays import local_days

log = logging.getLogger(__name__)

TICK_S = 5
BATCH = 100


def tick(application: Application) -> None:
    """Do everything that is due now. Each act is a transaction of its own, and may be done twice with one effect.

    A failing act is logged and does not keep the others from running; it is due again at the next tick.
    """
    for act in ACTS:
        _attempt(act, application)


def live(application: Application) -> None:
    """The part of a tick that decides what happens to cases and people; sending and drawing wait for the next tick."""
    for act in (_know_local_days, _open_periods, _fire_timers, _retry_incidents, _write_digests):
        _attempt(act, application)


def tidy(application: Application) -> None:
    """What is enough once a day: forget the files of drafts that were never sent."""
    _attempt(_forget_unused_files, application)


def _attempt(act: Callable[[Application], None], application: Application) -> None:
    try:
        act(application)
    except Exception:
        log.exception("the worker's %s failed; it will be tried again", act.__name__.strip("_"))


def _know_local_days(application: Application) -> None:
    # A plan loaded a minute ago may have brought days that nobody works.
    with application.database.reading() as session:
        application.calendar.know(local_days(session))


def _open_periods(application: Application) -> None:
    with application.database.unit_of_work() as session:
        cycles.open_due(session, application.engine)


def _announce_closed_years(application: Application) -> None:
    with application.database.unit_of_work() as session:
        year_end.announce_closed_years(session, application.engine)


def _fire_timers(application: Application) -> None:
    _in_batches(application, sweep.fire_due_timers)


def _retry_incidents(application: Application) -> None:
    _in_batches(application, sweep.retry_due_incidents)


def _in_batches(application: Application, act: Callable[..., int]) -> None:
    """One transaction per batch, until nothing is left to do.

    A short batch is not the last one: other workers take rows of the same batch while much is due.
    """
    done = 1
    while done:
        with application.database.unit_of_work() as session:
            done = act(session, application.engine, limit=BATCH)


def _write_digests(application: Application) -> None:
    with application.database.unit_of_work() as session:
        digest.build_due(session, application.engine, application.calendar, base_url=application.config.base_url)


def _make_documents(application: Application) -> None:
    storing.make_missing(application.database, application.engine.clock)
    publishing.make_missing(application.database, application.engine.clock)
    printing.make_missing(application.database, application.engine.clock)
    method_printing.make_missing(application.database, application.engine.clock)
    approvals.make_missing(application.database, application.engine.clock)
    external_files.make_missing(application.database, application.engine.clock)
    minutes.make_missing(application.database, application.engine.clock)


def _forget_unused_files(application: Application) -> None:
    with application.database.unit_of_work() as session:
        forget_unused(session, application.clock)


ACTS = (
    _know_local_days,
    _open_periods,
    _announce_closed_years,
    _fire_timers,
    _retry_incidents,
    _write_digests,
    _make_documents,
)
"""What a tick does, in order. Mails leave beside it (`web.delivery`): a server that hangs keeps nothing waiting."""


def start(application: Application) -> BackgroundScheduler:
    """Tick every few seconds in a background thread.

    APScheduler is only the alarm clock: late ticks are merged into one, two never overlap in this process, and
    what is due is read from our tables, so any number of workers may tick.
    """
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        tick, "interval", [application], seconds=TICK_S, coalesce=True, max_instances=1, misfire_grace_time=None
    )
    scheduler.add_job(tidy, args=[application])
    scheduler.add_job(tidy, "interval", [application], hours=24)
    scheduler.start()
    return scheduler
