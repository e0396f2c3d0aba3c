"""Every document of a simulation, made and written into a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa

from engine.clock import Clock
from engine.database import Database
from workflows.documents import files
from workflows.documents.models import Document
from workflows.documents.prints import Maker


def write_all(database: Database, clock: Clock, makers: Iterable[Maker], folder: Path) -> list[Path]:
    """Make what is missing, then write every document as `<kind>/<key>.<format>`."""
    for maker in makers:
        maker.make_missing(database, clock)
    with database.reading() as session:
        kept = session.scalars(sa.select(Document).order_by(Document.kind, Document.key, Document.id)).all()
        return [_write(folder, document, files.read(session, document.file_id)) for document in kept]


def _write(folder: Path, document: Document, content: bytes) -> Path:
    name = "-".join(part for part in (document.plan_code, document.kind, document.key) if part)
    version = f"-v{document.version}" if document.version > 1 else ""
    path = folder / document.kind / f"{name.replace('/', '-')}{version}.{document.format}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
