"""The worker: an alarm clock that looks at what is due."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler

from engine import units
from web import logs
from web.acts import ACTS, DAILY, Act
from web.backups.nightly import back_up
from web.bootstrap import Application

log = logging.getLogger(__name__)

TICK_S = 5
WHOLE = "act"
"""The kind of the units that are acts: one that can't even tell what is due is itself tried again later."""


def tick(application: Application) -> None:
    """Do everything that is due now. Each act, and each of its units, may fail alone, and happen twice."""
    _run(ACTS, application)


def live(application: Application) -> None:
    """The part of a tick that decides what happens to cases and people; sending and drawing wait for the next tick."""
    _run([act for act in ACTS if act.decides], application)


def tidy(application: Application) -> None:
    """What is enough once a day."""
    _run(DAILY, application)


def copy(application: Application) -> None:
    """Take the copy of the day; what fails is told as any other act."""
    _run([Act("backup", back_up)], application)


def _run(acts: Iterable[Act], application: Application) -> None:
    try:
        round_ = units.begin(application.database, application.engine.clock, WHOLE)
        for act in acts:
            round_.attempt(act.kind, partial(_timed, act, application))
    except Exception:
        # Only without a database: there is nowhere to write down what failed, and nothing that could be done.
        log.exception("this tick ended early; the next one tries again")


def _timed(act: Act, application: Application) -> None:
    with logs.timed(log, "act", act=act.kind) as counts:
        counts["done"] = act.run(application)


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
    if application.config.backups is not None:
        # Beside the tick, which must not wait for it. Once a day: whoever finds today's copy there leaves it.
        scheduler.add_job(copy, args=[application])
        scheduler.add_job(copy, "interval", [application], hours=1, max_instances=1, coalesce=True)
    scheduler.start()
    return scheduler
