"""The demonstration plan: fictitious people, a real office's shape, and golden figures to compare with."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from importlib import resources

from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.identity import SYSTEM, Actor
from workflows.calendar import add_months, bogota_day
from workflows.plan import importing
from workflows.plan.data import PlanData, rebase
from workflows.plan.importing import Preview
from workflows.plan.reading import read_file

DEMO_FILE = "pes_demo.yaml"


def demo_bytes() -> bytes:
    """The demo's YAML file as it is shipped."""
    return (resources.files("workflows.plan") / "demo" / DEMO_FILE).read_bytes()


def demo_plan(first_year: int | None = None) -> PlanData:
    """The demo's plan with its measurements of January to June of year 2; begun in another year, if one is given."""
    data = read_file(DEMO_FILE, demo_bytes())
    return data if first_year is None else rebase(data, first_year)


def demo_plan_around(today: dt.date) -> PlanData:
    """The demo's plan with `today` in its second year."""
    return demo_plan(today.year - 1)


def followed_from(data: PlanData, first_month: str) -> PlanData:
    """The same plan, followed by the calendar from a month (AAAA-MM) on; what was measured before stays in it."""
    measurements = {
        code: {month: value for month, value in series.items() if "{}-{:02}".format(*month) < first_month}
        for code, series in data.measurements.items()
    }
    return replace(
        data,
        plan=replace(data.plan, first_month=first_month),
        measurements={code: series for code, series in measurements.items() if series},
    )


def month_before(today: dt.date, count: int) -> str:
    """The month (AAAA-MM) `count` months before that of `today`."""
    return f"{add_months(today.replace(day=1), -count):%Y-%m}"


def load_demo(session: Session, clock: Clock, data: PlanData | None = None, *, actor: Actor = SYSTEM) -> Preview:
    """Load the demo's plan (by default the one around the clock's today). Doing it twice changes nothing."""
    return importing.apply(session, clock, actor, data or demo_plan_around(bogota_day(clock.now())))
