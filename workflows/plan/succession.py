"""The plans of a sector, one after the other: which one a plan follows, and which one follows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.plan.models import Plan


@dataclass(frozen=True, slots=True)
class Succession:
    """What stands beside a plan in its sector; None: there is no such plan in Cauce."""

    before: Plan | None
    after: Plan | None


def of_plan(plan: Plan, plans: Iterable[Plan]) -> Succession:
    """The neighbours of a plan among `plans`: by their first year, and of those of one year by code."""
    own = sorted(
        (one for one in plans if one.sector_code == plan.sector_code), key=lambda one: (one.first_year, one.code)
    )
    place = next((place for place, one in enumerate(own) if one.code == plan.code), None)
    if place is None:
        return Succession(None, None)
    return Succession(own[place - 1] if place else None, own[place + 1] if place + 1 < len(own) else None)
