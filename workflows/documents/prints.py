"""Documents that are made once, in every format, from records that no longer change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Database
from workflows.documents.keeping import Address, keep
from workflows.documents.rendering import RENDERERS, Page


@dataclass(frozen=True, slots=True)
class Print:
    """A document to be made: its title, the name of its files, the moment of its act, and how it is rendered."""

    title: str
    stem: str
    dated_at: dt.datetime
    render: Callable[[], Mapping[str, bytes]]
    published_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Maker:
    """One kind of work on documents: which ones are missing, the most wanted first, and what one of them says."""

    name: str
    missing: Callable[[Session], Sequence[Address]]
    read: Callable[[Session, Address], Print]

    def make(self, database: Database, clock: Clock, address: Address) -> None:
        """Make one; it is rendered outside the transaction that keeps it (docs/decisions/0002)."""
        with database.reading() as session:
            found = self.read(session, address)
        rendered = found.render()
        with database.unit_of_work() as session:
            keep(
                session,
                clock,
                address,
                title=found.title,
                stem=found.stem,
                dated_at=found.dated_at,
                rendered=rendered,
                published_at=found.published_at,
            )

    def make_missing(self, database: Database, clock: Clock, *, limit: int | None = None) -> int:
        """Make what is missing, the first that fails ends it (commands and simulations); returns how many it made."""
        with database.reading() as session:
            addresses = self.missing(session)[:limit]
        for address in addresses:
            self.make(database, clock, address)
        return len(addresses)


def of_page(page: Page, stem: str, *, title: str = "", published_at: dt.datetime | None = None) -> Print:
    """A document that is laid out as pages."""
    return Print(
        title or page.title,
        stem,
        dt.datetime.fromtimestamp(page.made_at, dt.UTC),
        lambda: {suffix: render(page) for suffix, render in RENDERERS.items()},
        published_at,
    )
