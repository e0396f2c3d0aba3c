"""Documents that are made once, in every format, from records that no longer change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Database
from workflows.documents.keeping import Address, keep
from workflows.documents.rendering import RENDERERS, Page


@dataclass(frozen=True, slots=True)
class Print:
    """A document to be made: its title, the name of its files, and how each format is rendered from what was read."""

    title: str
    stem: str
    render: Callable[[], Mapping[str, bytes]]
    published: bool = False


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
                rendered=rendered,
                published=found.published,
            )

    def make_missing(self, database: Database, clock: Clock, *, limit: int | None = None) -> int:
        """Make what is missing, the first that fails ends it (commands and simulations); returns how many it made."""
        with database.reading() as session:
            addresses = self.missing(session)[:limit]
        for address in addresses:
            self.make(database, clock, address)
        return len(addresses)


def of_page(page: Page, stem: str, *, title: str = "", published: bool = False) -> Print:
    """A document that is laid out as pages."""
    return Print(
        title or page.title, stem, lambda: {suffix: render(page) for suffix, render in RENDERERS.items()}, published
    )
