"""Publishing what process owners drew or wrote: the draft that somebody has seen becomes the version of new cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import drafts, unpublished
from engine.definitions.models import Draft, FormVersion, ProcessVersion
from engine.definitions.publishing import publish
from engine.definitions.reading import read_diagram
from engine.definitions.rehearsal import rehearse
from engine.errors import Invalid, StaleDraft, UnknownDefinition
from engine.identity import Actor
from engine.runtime import ProcessEngine


@dataclass(frozen=True, slots=True)
class Released:
    """What came of a publication. `version` is None where nothing differed from the current one."""

    key: str
    version: int | None
    forms: tuple[str, ...] = ()
    """Forms that were published for the first time, with the process that asks them."""


def rehearse_draft(session: Session, engine: ProcessEngine, process_key: str) -> None:
    """Try the draft of a process elsewhere, before `release` holds anybody up: reads, and takes its time.

    Raises `UnknownDefinition`, `UnreadableDiagram`, `InvalidDiagram`.
    """
    xml = draft_of(session, drafts.PROCESS, process_key).content
    rehearse(session, engine, xml, unpublished.forms_of(session, read_diagram(xml)))


def release(
    session: Session,
    engine: ProcessEngine,
    process_key: str,
    *,
    revision: int,
    actor: Actor,
    reason: str,
    completed: Callable[[bytes], bytes] = bytes,
) -> Released:
    """Publish the draft of a process as it was at `revision`, with its forms that were never published; forget both.

    `completed` writes into it what was chosen while publishing (from when its calendar opens).
    Raises `UnknownDefinition` without a draft, `StaleDraft` if it was saved since, `Invalid` without a reason and
    `InvalidDiagram` with every finding.
    """
    xml = completed(_seen(session, drafts.PROCESS, process_key, revision).content)
    forms = unpublished.forms_of(session, read_diagram(xml))
    versions = publish(session, engine, [xml], forms, actor=actor, reason=_said(reason))
    for form_key in forms:
        drafts.discard(session, drafts.FORM, form_key)
    unpublished.forget(session, process_key, forms=False)
    return Released(process_key, _number(versions), tuple(forms))


def release_form(
    session: Session, engine: ProcessEngine, form_key: str, *, revision: int, actor: Actor, reason: str
) -> Released:
    """Publish the draft of a form as it was at `revision`, and forget it. Raises as `release` does."""
    schema = orjson.loads(_seen(session, drafts.FORM, form_key, revision).content)
    before = _form_version(session, form_key)
    publish(session, engine, [], {form_key: schema}, actor=actor, reason=_said(reason))
    drafts.discard(session, drafts.FORM, form_key)
    number = _form_version(session, form_key)
    return Released(form_key, number if number != before else None)


def release_again(
    session: Session, engine: ProcessEngine, older: ProcessVersion, *, actor: Actor, reason: str
) -> Released:
    """Publish an older version of a process as a new one: history only grows. A draft stays as it is."""
    reason = f"Se vuelve a la versión {older.version}: {_said(reason)}"
    return Released(older.process_key, _number(publish(session, engine, [older.xml], {}, actor=actor, reason=reason)))


def draft_of(session: Session, kind: str, key: str) -> Draft:
    """What would be published. Raises `UnknownDefinition`."""
    draft = drafts.find(session, kind, key)
    if draft is None:
        raise UnknownDefinition(
            "Ese proceso no tiene cambios por publicar. Edítelo primero."
            if kind == drafts.PROCESS
            else "Ese formulario no tiene cambios por publicar."
        )
    return draft


def _seen(session: Session, kind: str, key: str, revision: int) -> Draft:
    draft = draft_of(session, kind, key)
    if draft.revision != revision:
        raise StaleDraft(
            "Alguien cambió el borrador después de que usted abrió esta página. Revíselo de nuevo.", theirs=draft
        )
    return draft


def _said(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid("Escriba por qué se publica este cambio.")
    return reason


def _number(versions: list[ProcessVersion]) -> int | None:
    return versions[0].version if versions else None


def _form_version(session: Session, form_key: str) -> int | None:
    return session.scalar(sa.select(sa.func.max(FormVersion.version)).where(FormVersion.form_key == form_key))
