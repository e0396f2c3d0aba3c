"""Whatever is published is written down, whichever way it came: a page, its day, the command line, a first start."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from engine.definitions.models import DecisionVersion, FormVersion, ProcessVersion
from workflows.auditing.models import AuditEntry
from workflows.auditing.recording import row

KINDS = {ProcessVersion: "proceso", FormVersion: "formulario", DecisionVersion: "tabla"}
"""What is published, and what the *bitácora* calls it."""


def watch() -> None:
    """From now on each version that is kept leaves its entry in the same transaction. Can be done twice."""
    for model in KINDS:
        if not sa.event.contains(model, "after_insert", _note):
            sa.event.listen(model, "after_insert", _note)


def _note(_mapper: Any, connection: sa.Connection, version: Any) -> None:
    """The digest seals what was published: the version itself stays in its table."""
    before = {"version": version.version - 1} if version.version > 1 else None
    told = row(
        version.published_at, version.published_by, "publicar", (KINDS[type(version)], _name(version)),
        reason=version.reason, before=before, after={"version": version.version, "sha256": version.sha256},
    )  # fmt: skip
    connection.execute(sa.insert(AuditEntry).values(told))


def _name(version: Any) -> str:
    return version.decision_key if isinstance(version, DecisionVersion) else version.reference
