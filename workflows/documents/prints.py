"""Documents that are made once from records that no longer change, in every format."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Database
from engine.identity import SYSTEM
from workflows.documents import files
from workflows.documents.models import Document
from workflows.documents.publishing import MEDIA_TYPES, file_of
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
        with database.unit_of_work() as session:
            keep(session, clock, one, rendered)
        done += 1
    return done


def keep(session: Session, clock: Clock, made: Print, rendered: dict[str, bytes]) -> None:
    """Keep the formats that are not kept yet."""
    for suffix, content in rendered.items():
        if file_of(session, made.plan_code, made.kind, made.key, suffix) is None:
            name = f"{made.plan_code}-{made.kind}-{made.key}.{suffix}"
            file = files.keep(session, clock, SYSTEM.id, name, content, MEDIA_TYPES[suffix])
            session.add(
                Document(
                    plan_code=made.plan_code,
                    kind=made.kind,
                    key=made.key,
                    format=suffix,
                    title=made.page.title,
                    file_id=file.id,
                    made_at=clock.now(),
                )
            )
