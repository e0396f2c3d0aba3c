"""Documents that are made once from records that no longer change, in every format."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.clock import Clock
from engine.database import Database
from workflows.documents.keeping import Address, keep
from workflows.documents.rendering import RENDERERS, Page


@dataclass(frozen=True, slots=True)
class Print:
    """A document to be made: of which plan, what, which one, and what it says."""

    plan_code: str
    kind: str
    key: str
    page: Page


def make(database: Database, clock: Clock, lacking: Iterable[Print]) -> int:
    """Render each outside the transaction that keeps it (docs/decisions/0002); returns how many it did."""
    done = 0
    for one in lacking:
        rendered = {suffix: render(one.page) for suffix, render in RENDERERS.items()}
        stem = f"{one.plan_code}-{one.kind}-{one.key}"
        with database.unit_of_work() as session:
            address = Address(one.plan_code, one.kind, one.key)
            keep(session, clock, address, title=one.page.title, stem=stem, rendered=rendered)
        done += 1
    return done
