"""The demonstration plan: fictitious people, a real office's shape, and golden figures to compare with."""

from __future__ import annotations

from importlib import resources

from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.identity import SYSTEM, Actor
from workflows.calendar import bogota_day
from workflows.loading import importing
from workflows.loading.importing import Preview
from workflows.loading.reading import read_file
from workflows.records.data import PlanData, rebase

DEMO_FILE = "pes_demo.yaml"


def demo_bytes() -> bytes:
    """The demo's YAML file as it is shipped."""
    return (resources.files("workflows.loading") / "demo" / DEMO_FILE).read_bytes()


def demo_plan(first_year: int | None = None) -> PlanData:
    """The demo's plan with its measurements of January to June of year 2; begun in another year, if one is given."""
    data = read_file(DEMO_FILE, demo_bytes())
    return data if first_year is None else rebase(data, first_year)


def load_demo(session: Session, clock: Clock, data: PlanData | None = None, *, actor: Actor = SYSTEM) -> Preview:
    """Load the demo's plan (by default with the clock's today in its second year). Doing it twice changes nothing."""
    data = data or demo_plan(bogota_day(clock.now()).year - 1)
    return importing.apply(session, clock, actor, data)
