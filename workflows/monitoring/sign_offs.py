"""What somebody answered for, frozen: the words of the act, what was in view, files with their digests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from engine.tasks.models import UserTask
from workflows.cycles.models import Period
from workflows.documents.models import StoredFile
from workflows.forms.handlers import ByLink, OnPaper, Outside
from workflows.monitoring.models import SignOff
from workflows.people import directory

BY_SESSION, BY_MEMORANDUM, BY_LINK = "sesion", "memorando", "enlace"
"""Signed in to Cauce; signed on paper, which the liaison registered; at a link by mail, with a code."""

_METHODS = {OnPaper: BY_MEMORANDUM, ByLink: BY_LINK, type(None): BY_SESSION}


def keep(
    session: Session,
    engine: ProcessEngine,
    period: Period,
    entity: str,
    *,
    task: UserTask,
    actor: Actor,
    statement: str,
    content: Mapping[str, Any],
    outside: Outside | None = None,
) -> SignOff:
    """Write down what a person signs off with a task: it never changes again.

    `content` is what was shown, as JSON: `filas` (each with its texts) and `tablas`. A file in it is its id and
    becomes its name, size and SHA-256; so does the memorandum, where it came on paper (`outside`).
    """
    frozen = {**content, "filas": _with_files(session, content["filas"])}
    if isinstance(outside, OnPaper):
        frozen["memorando"] = _memorandum(session, outside)
    elif isinstance(outside, ByLink):
        frozen["enlace"] = {"correo": outside.address, "codigo": outside.code_sent_at.isoformat()}
    kept = SignOff(
        task_id=task.id,
        period_id=period.id,
        entity_code=entity,
        actor_id=actor.id,
        at=engine.now(),
        method=_METHODS[type(outside)],
        statement=statement,
        content=frozen,
        sha256="",
    )
    kept.sha256 = digest_of(kept)
    session.add(kept)
    session.flush()
    return kept


def of_task(session: Session, task_id: int) -> SignOff | None:
    """What was signed off with a task."""
    return session.scalar(sa.select(SignOff).where(SignOff.task_id == task_id))


def digest_of(kept: SignOff) -> str:
    """The SHA-256 of a record, of everything in it: whoever has a copy can tell whether it is the same."""
    told = {
        "acto": kept.statement,
        "contenido": kept.content,
        "entidad": kept.entity_code,
        "metodo": kept.method,
        "persona": kept.actor_id,
        "momento": kept.at.isoformat(),
    }
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _memorandum(session: Session, on_paper: OnPaper) -> dict[str, Any]:
    file, who = session.get_one(StoredFile, on_paper.file_id), on_paper.registered_by
    return {
        "firmado": on_paper.signed_on.isoformat(),
        "registro": directory.display_names(session, [who])[who],
        "archivo": file.id,
        "nombre": file.name,
        "bytes": file.size,
        "sha256": file.sha256,
    }


def _with_files(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    ids = {id_ for row in rows for id_ in row["soportes"]}
    files = {one.id: one for one in session.scalars(sa.select(StoredFile).where(StoredFile.id.in_(ids)))}
    return [
        {
            **row,
            "soportes": [
                {"nombre": files[id_].name, "bytes": files[id_].size, "sha256": files[id_].sha256}
                for id_ in row["soportes"]
                if id_ in files
            ],
        }
        for row in rows
    ]
