"""Whether every stored file is still what was kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.documents.models import FileContent, StoredFile


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A file that is not what it should be. `repaired` says what was done about it, empty if nothing."""

    message: str
    repaired: str = ""


def examine(session: Session, *, repair: bool = False) -> Iterator[FileProblem]:
    """Every content whose bytes or size are not the ones it is known by, or that belongs to no file.

    With `repair`, contents that belong to nobody go; what was altered can only come back from a copy. One content is
    in memory at a time.
    """
    for sha256, size in session.execute(sa.select(FileContent.sha256, FileContent.size)).all():
        content = session.scalar(sa.select(FileContent.content).where(FileContent.sha256 == sha256)) or b""
        files = session.scalars(sa.select(StoredFile).where(StoredFile.sha256 == sha256)).all()
        if not files:
            yield _orphan(session, sha256, size, repair)
        if hashlib.sha256(content).hexdigest() != sha256:
            yield FileProblem(f"{_named(files)}: el contenido cambió desde que se guardó. Recupérelo de una copia.")
        elif any(known != len(content) for known in (size, *(file.size for file in files))):
            yield FileProblem(f"{_named(files)}: pesa {len(content)} bytes y está anotado otro tamaño.")


def _orphan(session: Session, sha256: str, size: int, repair: bool) -> FileProblem:
    if repair:
        session.execute(sa.delete(FileContent).where(FileContent.sha256 == sha256))
    return FileProblem(f"Hay {size} bytes que no son de ningún archivo.", "se borraron" if repair else "")


def _named(files: Sequence[StoredFile]) -> str:
    return ", ".join(f"«{file.name}» (archivo {file.id})" for file in files) or "Un contenido sin archivo"
