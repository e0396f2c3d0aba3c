"""Every document of a simulation, made and written into a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from engine.clock import Clock
from engine.database import Database
from workflows.approvals import printing as approvals
from workflows.documents import files, publishing
from workflows.documents.models import Document
from workflows.formulation import method_printing, printing
from workflows.implementation import external_files
from workflows.meetings import printing as minutes
from workflows.reports import storing

MAKERS: tuple[Callable[[Database, Clock], int], ...] = (
    method_printing.make_missing,
    printing.make_missing,
    minutes.make_missing,
    storing.make_missing,
    publishing.make_missing,
    approvals.make_missing,
    external_files.make_missing,
)
"""What the worker does with documents that are due; each gives how many it made."""


def write_all(database: Database, clock: Clock, folder: Path) -> list[Path]:
    """Make what is missing, then write every document as `<kind>/<key>.<format>`."""
    for make in MAKERS:
        while make(database, clock):
            pass
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
