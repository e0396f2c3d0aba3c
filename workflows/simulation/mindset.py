"""What the robots of phases 1 and 2 have in mind: themes, the demo's own words, days, and what happens only once."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml

from workflows.calendar import WorkingCalendar
from workflows.loading import seeding

if TYPE_CHECKING:
    from workflows.forms.opening import OpenForm
    from workflows.simulation.robots import Robots

THEMES = {
    "3.1": "Gestión de las alcaldías locales",
    "3.2": "Recuperación de espacio público",
    "3.3": "Participación ciudadana",
    "3.4": "Derechos humanos",
    "3.5": "Transparencia",
}
"""What people call the themes of chapter 3 when they talk."""


@functools.cache
def demo() -> Mapping[str, Any]:
    """The sections of the demo's file that no plan carries: SWOT and survey."""
    document: Mapping[str, Any] = yaml.safe_load(seeding.demo_bytes())
    return document


def once(robots: Robots, what: str) -> bool:
    """True the first time in a play; never among the polite."""
    happened = (what, "") in robots.returned
    robots.returned.add((what, ""))
    return not happened and not robots.polite


def entity_of(form: OpenForm) -> str:
    """The entity whose task this is."""
    return str(form.task.variables.get("entidad") or "")


def in_days(robots: Robots, days: int) -> str:
    """A day some days from today, as it is typed."""
    return (robots.today() + dt.timedelta(days=days)).isoformat()


def working_day(robots: Robots, after: int) -> str:
    """A day some working days from today, as it is typed."""
    return WorkingCalendar().add_working_days(robots.today(), after).isoformat()


def themes_of(robots: Robots, entity: str) -> list[str]:
    """What an entity cares about: the themes of the objectives it leads."""
    led = [objective.theme for objective in robots.plan.objectives if objective.lead_entity == entity]
    return list(dict.fromkeys(THEMES.get(theme, THEMES["3.1"]) for theme in led)) or [THEMES["3.5"]]
