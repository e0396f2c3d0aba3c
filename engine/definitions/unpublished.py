"""What exists only as a draft: a process that somebody brought or drew, and the forms that came with it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import drafts
from engine.definitions.diagram import DiagramModel
from engine.definitions.models import Draft, FormVersion, ProcessDefinition, ProcessVersion
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.identity import Actor
from engine.runtime import ProcessEngine


def processes(session: Session, tenants: Collection[str] = ("",)) -> list[ProcessVersion]:
    """Every process that was never published, by name, each as its version 0 (which is in no table).

    Those that all will share; of the tenants that are named, those that each will have for itself.
    """
    published = sa.select(ProcessDefinition.key)
    query = sa.select(Draft).where(Draft.kind == drafts.PROCESS, Draft.tenant.in_(tenants), Draft.key.not_in(published))
    new = query.where(Draft.shared_version.is_(None))
    return sorted((as_version(draft) for draft in session.scalars(new)), key=lambda version: version.name)


def as_version(draft: Draft) -> ProcessVersion:
    """A draft as a version 0, for pages that show either."""
    name = read_diagram(draft.content).name
    return ProcessVersion(
        process_key=draft.key, tenant=draft.tenant, version=0, name=name or draft.key, xml=draft.content
    )


def form_keys(session: Session, tenant: str = "") -> set[str]:
    """The forms that were never published: those that all will share, or that a tenant will have for itself."""
    published = sa.select(FormVersion.form_key).where(FormVersion.tenant.in_({"", tenant}))
    query = sa.select(Draft.key).where(Draft.kind == drafts.FORM, Draft.tenant == tenant, Draft.key.not_in(published))
    return set(session.scalars(query.where(Draft.shared_version.is_(None))))


def forms_of(session: Session, diagram: DiagramModel, tenant: str = "") -> dict[str, dict[str, Any]]:
    """The forms that a diagram asks and that were never published, by key: they are published with it.

    What a tenant has of its own brings those that the tenant alone will have.
    """
    asked = {task.form_key for task in diagram.of_kind("userTask")} & form_keys(session, tenant)
    found = {key: drafts.find(session, drafts.FORM, str(Name(key, tenant))) for key in sorted(asked)}
    return {key: orjson.loads(draft.content) for key, draft in found.items() if draft is not None}


def forget(session: Session, name: str) -> None:
    """Forget the draft of a process with what the importer said of it."""
    drafts.discard(session, drafts.PROCESS, name)
    drafts.discard(session, drafts.IMPORT, name)


def throw_away(session: Session, engine: ProcessEngine, name: str, *, forms: bool, actor: Actor) -> None:
    """Discard the draft of a process so that it can be brought back; `forms`: also those that it alone asks."""
    draft = drafts.find(session, drafts.PROCESS, name)
    if draft is not None and forms:
        for key in forms_of(session, read_diagram(draft.content), draft.tenant):
            drafts.throw_away(session, engine, drafts.FORM, str(Name(key, draft.tenant)), actor=actor)
    drafts.throw_away(session, engine, drafts.PROCESS, name, actor=actor)
    drafts.discard(session, drafts.IMPORT, name)


def bring_back(session: Session, engine: ProcessEngine, name: str, *, actor: Actor) -> Draft:
    """Make a draft again of a discarded one, with the forms that it asks and that are nowhere else.

    Raises `UnknownDefinition`, `StaleDraft` if the process has another draft by now.
    """
    draft = drafts.bring_back(session, engine, drafts.PROCESS, name, actor=actor)
    asked = {task.form_key for task in read_diagram(draft.content).of_kind("userTask", "startEvent")}
    known = set(session.scalars(sa.select(FormVersion.form_key).distinct())) | drafts.keys(session, drafts.FORM)
    for gone in drafts.thrown_away(session, engine, drafts.FORM):
        if gone.tenant == draft.tenant and gone.key in asked - known:
            drafts.bring_back(session, engine, drafts.FORM, gone.reference, actor=actor)
    return draft
