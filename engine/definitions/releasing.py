"""Publishing what process owners drew or wrote: the draft that somebody has seen becomes the version of new cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import drafts, unpublished
from engine.definitions.models import Draft, FormVersion, ProcessDefinition, ProcessVersion
from engine.definitions.publishing import publish
from engine.definitions.reading import read_diagram
from engine.definitions.rehearsal import rehearse
from engine.errors import Invalid, NotReviewed, StaleDraft, UnknownDefinition
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
    unreviewed: bool = False,
) -> Released:
    """Publish the draft of a process as it was at `revision`, with its forms that were never published; forget both.

    `completed` writes into it what was chosen while publishing (from when its calendar opens). `unreviewed`: although
    the process asks for a review; who may is the caller's to say.
    Raises `UnknownDefinition` without a draft, `StaleDraft` if it was saved since, `NotReviewed`, `Invalid` without a
    reason and `InvalidDiagram` with every finding.
    """
    xml = completed(seen(session, drafts.PROCESS, process_key, revision).content)
    if not unreviewed and is_reviewed(session, process_key):
        raise NotReviewed
    return publish_drawn(session, engine, process_key, xml, actor=actor, reason=said(reason))


def is_reviewed(session: Session, process_key: str) -> bool:
    """Whether a draft of this process is published only after somebody else looked at it."""
    definition = session.get(ProcessDefinition, process_key)
    return definition is not None and definition.reviewed


def publish_drawn(
    session: Session, engine: ProcessEngine, process_key: str, xml: bytes, *, actor: Actor, reason: str
) -> Released:
    """Publish what was drawn, with its forms that were never published; forget the drafts of all of them."""
    forms = unpublished.forms_of(session, read_diagram(xml))
    versions = publish(session, engine, [xml], forms, actor=actor, reason=reason)
    for form_key in forms:
        drafts.discard(session, drafts.FORM, form_key)
    unpublished.forget(session, process_key)
    return Released(process_key, _number(versions), tuple(forms))


def release_form(
    session: Session, engine: ProcessEngine, form_key: str, *, revision: int, actor: Actor, reason: str
) -> Released:
    """Publish the draft of a form as it was at `revision`, and forget it. Raises as `release` does."""
    schema = orjson.loads(seen(session, drafts.FORM, form_key, revision).content)
    before = _form_version(session, form_key)
    publish(session, engine, [], {form_key: schema}, actor=actor, reason=said(reason))
    drafts.discard(session, drafts.FORM, form_key)
    number = _form_version(session, form_key)
    return Released(form_key, number if number != before else None)


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


def seen(session: Session, kind: str, key: str, revision: int) -> Draft:
    """The draft, if it is still the one that was seen. Raises `UnknownDefinition`, `StaleDraft`."""
    draft = draft_of(session, kind, key)
    if draft.revision != revision:
        raise StaleDraft(
            "Alguien cambió el borrador después de que usted abrió esta página. Revíselo de nuevo.", theirs=draft
        )
    return draft


def said(reason: str) -> str:
    """A reason in one line. Raises `Invalid` without one."""
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid("Escriba por qué se publica este cambio.")
    return reason


def _number(versions: list[ProcessVersion]) -> int | None:
    return versions[0].version if versions else None


def _form_version(session: Session, form_key: str) -> int | None:
    return session.scalar(sa.select(sa.func.max(FormVersion.version)).where(FormVersion.form_key == form_key))
