"""What a program asks twice under one key is done once, and answered alike."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import sqlalchemy as sa
from flask import request
from pydantic import BaseModel
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import insert_once
from web.api.shapes import Once
from web.auth.models import KeptAnswer
from web.errors import KeyReused
from web.pages import actor, current

KEPT_FOR = dt.timedelta(days=7)
"""How long the same key gives the same answer."""

Act = Callable[[Session], BaseModel]


def once(headers: Once, act: Act, status: HTTPStatus = HTTPStatus.OK) -> tuple[Any, int, dict[str, str]]:
    """Do it, unless it was done under this key; the act and what is kept of it are one transaction.

    What is refused keeps nothing, and may be asked again under the same key. Raises `KeyReused`.
    """
    with current().database.unit_of_work() as session:
        if not headers.idempotency_key:
            return act(session), status.value, {}
        before = _claim(session, headers.idempotency_key, status)
        if before is not None:
            return before.answer, before.status, {"Idempotent-Replayed": "true"}
        answer = act(session)
        mine = (KeptAnswer.username == actor().id, KeptAnswer.key == headers.idempotency_key)
        session.execute(sa.update(KeptAnswer).where(*mine).values(answer=answer.model_dump(mode="json")))
        return answer, status.value, {}


def _claim(session: Session, key: str, status: HTTPStatus) -> KeptAnswer | None:
    """Take the key, waiting for whoever holds it at this moment; what was answered, if it is spent."""
    row: dict[str, Any] = {
        "username": actor().id, "key": key, "asked_sha256": _asked(), "status": status.value, "answer": {},
        "at": current().clock.now(),
    }  # fmt: skip
    if insert_once(session, KeptAnswer, row, key=["username", "key"]):
        return None
    before = session.get_one(KeptAnswer, (actor().id, key))
    if before.asked_sha256 != row["asked_sha256"]:
        raise KeyReused
    return before


def _asked() -> str:
    """The digest of what is asked: where, and with which body."""
    body = json.dumps(request.get_json(silent=True), sort_keys=True)
    return hashlib.sha256(f"{request.method} {request.path}\n{body}".encode()).hexdigest()


def forget_old(session: Session, clock: Clock) -> int:
    """Forget the answers that nobody will ask for again; how many."""
    old = sa.delete(KeptAnswer).where(KeptAnswer.at < clock.now() - KEPT_FOR)
    return int(session.execute(old).rowcount)  # type: ignore[attr-defined]
