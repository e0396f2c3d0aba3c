"""Files that people attach and that Cauce makes: stored once per content, read back, forgotten when unused."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import insert_once
from engine.instances.models import Instance
from engine.tasks.models import UserTask
from workflows.documents.kinds import ACCEPTED, Kind, kind_of
from workflows.documents.models import FileContent, StoredFile
from workflows.documents.states import Reserve
from workflows.errors import InvalidFile, NotFound

LIMIT = 20 * 1024 * 1024
LONGEST_NAME = 150
RESERVED = frozenset({"CON", "PRN", "AUX", "NUL"} | {f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10)})
"""Names of devices, which Windows takes for no file."""
PUT_ASIDE = "application/octet-stream"
"""The type of a file that waits, unread, until its person confirms what to do with it."""


MOST_FILES = 200
MOST_BYTES = 500 * 1024 * 1024
"""Of one person in one task: nobody fills the disk by hand, or by a program."""


@dataclass(slots=True)
class Quota:
    """How many files, and bytes, a person may still upload to a task."""

    files: int = MOST_FILES
    bytes: int = MOST_BYTES

    def take(self, upload: Upload) -> None:
        """Count one more; raises `InvalidFile` if it is passed."""
        self.files -= 1
        self.bytes -= len(upload.content)
        if self.files < 0 or self.bytes < 0:
            most = f"{MOST_FILES} archivos o {MOST_BYTES // (1024 * 1024)} MB"
            raise InvalidFile(f"«{upload.name}» no cabe: en esta tarea usted ya cargó {most}. Póngalos en un ZIP.")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that may be kept: it was looked at and found acceptable."""

    name: str
    media_type: str
    content: bytes
    sha256: str


def examine(name: str, content: bytes, *, limit: int = LIMIT) -> Upload:
    """Look at a file that somebody uploads, before anybody waits for a lock. Raises `InvalidFile` with a sentence."""
    shown = clean_name(name)
    kind = check(shown, content, limit=limit)
    return Upload(_with_suffix(shown, kind), kind.media_type, content, hashlib.sha256(content).hexdigest())


def aside(upload: Upload) -> Upload:
    """The same, to be forgotten unless what it was uploaded for comes about."""
    return replace(upload, media_type=PUT_ASIDE)


def store(
    session: Session,
    clock: Clock,
    actor_id: str,
    name: str,
    content: bytes,
    *,
    task_id: int | None = None,
    sector: str = "",
    limit: int = LIMIT,
) -> StoredFile:
    """Keep a file; the same content is kept once. Raises `InvalidFile` with a sentence for whoever uploads."""
    upload = examine(name, content, limit=limit)
    return keep_upload(session, clock, actor_id, upload, task_id=task_id, sector=sector)


def keep(
    session: Session,
    clock: Clock,
    actor_id: str,
    name: str,
    content: bytes,
    media_type: str,
    *,
    task_id: int | None = None,
    sector: str = "",
    reserve: Reserve = Reserve.PUBLIC,
) -> StoredFile:
    """Keep a file whose kind is known: one that Cauce made."""
    made = Upload(name, media_type, content, hashlib.sha256(content).hexdigest())
    return keep_upload(session, clock, actor_id, made, task_id=task_id, sector=sector, reserve=reserve)


def keep_upload(
    session: Session,
    clock: Clock,
    actor_id: str,
    upload: Upload,
    *,
    task_id: int | None = None,
    sector: str = "",
    reserve: Reserve = Reserve.PUBLIC,
) -> StoredFile:
    """Keep a file that was examined; the same content is kept once. That of a task is of its case's sector."""
    _keep_content(session, upload.sha256, upload.content)
    stored = StoredFile(
        sha256=upload.sha256,
        name=upload.name,
        media_type=upload.media_type,
        size=len(upload.content),
        reserve=reserve,
        stored_at=clock.now(),
        stored_by=actor_id,
        task_id=task_id,
        sector_code=sector if task_id is None else _sector_of(session, task_id),
    )
    session.add(stored)
    session.flush()
    return stored


def _sector_of(session: Session, task_id: int) -> str:
    query = sa.select(Instance.tenant).join(UserTask, UserTask.instance_id == Instance.id)
    return session.scalars(query.where(UserTask.id == task_id)).one()


def quota_in(session: Session, task_id: int, username: str) -> Quota:
    """What is left of what a person may upload to a task."""
    used = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(StoredFile.size), 0))
    count, size = session.execute(used.where(StoredFile.task_id == task_id, StoredFile.stored_by == username)).one()
    return Quota(MOST_FILES - count, MOST_BYTES - int(size))


def classify(session: Session, reserves: Mapping[int, Reserve]) -> None:
    """Keep files as somebody said that they are to be kept."""
    if not reserves:
        return
    for file in session.scalars(sa.select(StoredFile).where(StoredFile.id.in_(reserves))):
        file.reserve = reserves[file.id]
    session.flush()


def settle(session: Session, file_ids: Collection[int], sector: str) -> None:
    """Give files that were put aside their type and their sector: what they were put aside for has come about."""
    waiting = sa.select(StoredFile).where(StoredFile.id.in_(file_ids), StoredFile.media_type == PUT_ASIDE)
    for file in session.scalars(waiting):
        file.media_type = check(file.name, content_of(session, file.sha256)).media_type
        file.sector_code = sector
    session.flush()


def again(session: Session, clock: Clock, stored: StoredFile, username: str) -> StoredFile:
    """The same file of the same task, as this person's; a second time it is the one of the first."""
    same = sa.select(StoredFile).where(
        StoredFile.task_id == stored.task_id, StoredFile.stored_by == username, StoredFile.sha256 == stored.sha256,
        StoredFile.name == stored.name,
    )  # fmt: skip
    if (kept := session.scalars(same.order_by(StoredFile.id)).first()) is not None:
        return kept
    copy = StoredFile(
        sha256=stored.sha256, name=stored.name, media_type=stored.media_type, size=stored.size, reserve=stored.reserve,
        stored_at=clock.now(), stored_by=username, task_id=stored.task_id, sector_code=stored.sector_code,
    )  # fmt: skip
    session.add(copy)
    session.flush()
    return copy


def check(name: str, content: bytes, *, limit: int = LIMIT) -> Kind:
    """The kind of an acceptable file; raises `InvalidFile`."""
    if not content:
        raise InvalidFile(f"«{name}» está vacío. Revise el archivo y cárguelo de nuevo.")
    if len(content) > limit:
        raise InvalidFile(f"«{name}» pesa más de {limit // (1024 * 1024)} MB. Redúzcalo o pártalo en varios.")
    kind = kind_of(content, name)
    if kind is None:
        raise InvalidFile(f"«{name}» no es un archivo que se acepte. Use {ACCEPTED}, sin programas ni macros.")
    return kind


def read(session: Session, file_id: int) -> bytes:
    """The bytes of a stored file; raises `NotFound`."""
    content = session.scalar(
        sa.select(FileContent.content).join(StoredFile, StoredFile.sha256 == FileContent.sha256).filter(
            StoredFile.id == file_id
        )
    )  # fmt: skip
    if content is None:
        raise NotFound("Ese archivo no existe.")
    return content


def content_of(session: Session, sha256: str) -> bytes:
    """The bytes with this digest; raises `NotFound`."""
    content = session.scalar(sa.select(FileContent.content).where(FileContent.sha256 == sha256))
    if content is None:
        raise NotFound("Ese archivo no existe.")
    return content


def clean_name(name: str) -> str:
    """A name without folders, control characters or what no file system takes; never empty."""
    bare = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    bare = re.split(r"[\\/]", bare)[-1]
    bare = "".join(char for char in bare if unicodedata.category(char)[0] != "C")
    bare = re.sub(r'[<>:"|?*]', "_", " ".join(bare.split())).strip(". ")
    path = PurePosixPath(bare or "archivo")
    if path.stem.split(".")[0].rstrip().upper() in RESERVED:
        path = PurePosixPath(f"_{path.name}")
    return f"{path.stem[: LONGEST_NAME - len(path.suffix[:10])]}{path.suffix[:10]}"


def _keep_content(session: Session, sha256: str, content: bytes) -> None:
    if session.get(FileContent, sha256) is not None:
        return
    insert_once(session, FileContent, {"sha256": sha256, "size": len(content), "content": content}, key=["sha256"])


def _with_suffix(name: str, kind: Kind) -> str:
    """The name with the ending of its content: what is called `.pdf` is one."""
    return name if name.lower().endswith(kind.suffix) else f"{name}{kind.suffix}"
