"""Publishing what process owners drew or wrote: the draft that somebody has seen becomes the version of new cases.

What is published is said by its name: the shared one, or a tenant's variant (`engine.definitions.names`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import drafts, unpublished
from engine.definitions.models import DecisionDefinition, DecisionVersion, Draft, FormVersion, ProcessDefinition
from engine.definitions.names import Name
from engine.definitions.publishing import publish
from engine.definitions.reading import read_diagram
from engine.definitions.rehearsal import rehearse
from engine.errors import Invalid, NotReviewed, OwnReview, StaleDraft, UnknownDefinition
from engine.identity import Actor
from engine.runtime import ProcessEngine


@dataclass(frozen=True, slots=True)
class Released:
    """What came of a publication. `version` is None where nothing differed from the current one."""

    key: str
    version: int | None
    forms: tuple[str, ...] = ()
    """Forms that were published for the first time, with the process that asks them."""


Completed = Callable[[str, bytes], bytes]
"""Writes into a drawing, by its name, what was chosen while publishing."""


def as_drawn(_name: str, xml: bytes) -> bytes:
    """What was drawn, with nothing chosen."""
    return xml


def rehearse_draft(session: Session, engine: ProcessEngine, name: str, beside: Sequence[str] = ()) -> None:
    """Try the draft of a process elsewhere, with those `beside` it, before `release` holds anybody up: takes its time.

    Raises `UnknownDefinition`, `UnreadableDiagram`, `InvalidDiagram`.
    """
    found = [draft_of(session, drafts.PROCESS, one) for one in (name, *beside)]
    forms = forms_with(session, [draft.content for draft in found], found[0].tenant)
    for draft in found:
        others = [other.content for other in found if other is not draft]
        rehearse(session, engine, draft.content, forms, draft.tenant, others)


def forms_with(session: Session, drawn: Iterable[bytes], tenant: str) -> dict[str, dict[str, Any]]:
    """The forms that are published with drawings, since they never were."""
    found: dict[str, dict[str, Any]] = {}
    for xml in drawn:
        found |= unpublished.forms_of(session, read_diagram(xml), tenant)
    return found


def release(
    session: Session,
    engine: ProcessEngine,
    name: str,
    *,
    revision: int,
    actor: Actor,
    reason: str,
    completed: Completed = as_drawn,
    unreviewed: bool = False,
    beside: Mapping[str, int] | None = None,
) -> Released:
    """Publish the draft of a process as it was at `revision`, with its forms that were never published; forget both.

    `beside` are drafts (revisions by name) that are published with it or not at all. `completed` writes into each what
    was chosen while publishing (from when its calendar opens). `unreviewed`: although a process asks for a review; who
    may is the caller's to say. Raises `UnknownDefinition` without a draft, `StaleDraft` if one was saved since,
    `NotReviewed`, `Invalid` without a reason and `InvalidDiagram` with every finding.
    """
    drawn = drawn_of(session, {name: revision, **(beside or {})}, completed)
    if not unreviewed and any(is_reviewed(session, one) for one in drawn):
        raise NotReviewed
    return publish_drawn(session, engine, drawn, actor=actor, reason=said(reason))[0]


def drawn_of(session: Session, seen_at: Mapping[str, int], completed: Completed) -> dict[str, bytes]:
    """What stands in drafts that were seen at these revisions, completed. Raises `Invalid` where not all are one's."""
    found = {name: seen(session, drafts.PROCESS, name, revision) for name, revision in seen_at.items()}
    if len({draft.tenant for draft in found.values()}) > 1:
        raise Invalid("Se publican juntos los procesos que son de todos, o los de un mismo sector.")
    return {name: completed(name, draft.content) for name, draft in found.items()}


def is_reviewed(session: Session, name: str) -> bool:
    """Whether a draft is published only after somebody else looked at it; a new variant follows the shared process."""
    key, tenant = Name.parse(name)
    own = session.get(ProcessDefinition, (key, tenant))
    definition = own if own is not None and own.own else session.get(ProcessDefinition, (key, ""))
    return definition is not None and definition.reviewed


def publish_drawn(
    session: Session, engine: ProcessEngine, drawn: Mapping[str, bytes], *, actor: Actor, reason: str
) -> list[Released]:
    """Publish what was drawn, by name, with its forms that were never published; forget the drafts of all of them.

    All of it is published, or nothing. Raises `Invalid` of variants together that took over different shared versions.
    """
    whose = [_whose(draft_of(session, drafts.PROCESS, name)) for name in drawn]
    if len(whose) > 1 and any(one["shared_version"] is not None for one in whose):
        raise Invalid("Una variante que trae cambios de la compartida se publica sola.")
    forms = forms_with(session, drawn.values(), whose[0]["tenant"])
    versions = publish(session, engine, list(drawn.values()), forms, actor=actor, reason=reason, **whose[0])
    for form_key in forms:
        drafts.discard(session, drafts.FORM, str(Name(form_key, whose[0]["tenant"])))
    for name in drawn:
        unpublished.forget(session, name)
    numbers = {version.process_key: version.version for version in versions}
    return [Released(name, numbers.get(Name.parse(name).key), tuple(forms)) for name in drawn]


def release_form(
    session: Session, engine: ProcessEngine, name: str, *, revision: int, actor: Actor, reason: str
) -> Released:
    """Publish the draft of a form as it was at `revision`, and forget it. Raises as `release` does."""
    draft = seen(session, drafts.FORM, name, revision)
    before, forms = _form_version(session, name), {draft.key: orjson.loads(draft.content)}
    whose = _whose(draft)
    publish(session, engine, [], forms, actor=actor, reason=said(reason), **whose)
    drafts.discard(session, drafts.FORM, name)
    number = _form_version(session, name)
    return Released(name, number if number != before else None)


def release_decision(
    session: Session, engine: ProcessEngine, key: str, *, revision: int, actor: Actor, reason: str
) -> Released:
    """Publish the draft of a file of decisions as it was at `revision`, and forget it.

    Raises `OwnReview` where a second person has to look and it is not one; otherwise as `publish` does.
    """
    draft = seen(session, drafts.DECISION, key, revision)
    if is_table_reviewed(session, key) and actor.id in {*draft.authors, draft.saved_by}:
        raise OwnReview("Usted escribió parte de este borrador: esta tabla la publica alguien que no lo haya cambiado.")
    before = _decision_version(session, key)
    publish(session, engine, [], {}, actor=actor, reason=said(reason), decisions=[draft.content])
    drafts.discard(session, drafts.DECISION, key)
    number = _decision_version(session, key)
    return Released(key, number if number != before else None)


def is_table_reviewed(session: Session, key: str) -> bool:
    """Whether a file of decisions is published by somebody who has not written in its draft."""
    definition = session.get(DecisionDefinition, key)
    return definition is not None and definition.reviewed


def demand_second_look(session: Session, key: str, reviewed: bool) -> bool:
    """Have a file of decisions published by a second person, or no more; whether that is new."""
    definition = session.get(DecisionDefinition, key) or DecisionDefinition(key=key, reviewed=False)
    changed = definition.reviewed != reviewed
    definition.reviewed = reviewed
    session.add(definition)
    session.flush()
    return changed


def _decision_version(session: Session, key: str) -> int | None:
    query = sa.select(sa.func.max(DecisionVersion.version)).where(DecisionVersion.decision_key == key)
    return session.scalar(query)


def draft_of(session: Session, kind: str, name: str) -> Draft:
    """What would be published. Raises `UnknownDefinition`."""
    draft = drafts.find(session, kind, name)
    if draft is None:
        raise UnknownDefinition(
            {
                drafts.PROCESS: "Ese proceso no tiene cambios por publicar. Edítelo primero.",
                drafts.FORM: "Ese formulario no tiene cambios por publicar.",
            }.get(kind, "Esa tabla no tiene cambios por publicar.")
        )
    return draft


def seen(session: Session, kind: str, name: str, revision: int) -> Draft:
    """The draft, if it is still the one that was seen. Raises `UnknownDefinition`, `StaleDraft`."""
    draft = draft_of(session, kind, name)
    if draft.revision != revision:
        raise StaleDraft(
            "Alguien cambió el borrador después de que usted abrió esta página. Revíselo de nuevo.", theirs=draft
        )
    return draft


class _Whose(TypedDict):
    tenant: str
    shared_version: int | None


def _whose(draft: Draft) -> _Whose:
    return {"tenant": draft.tenant, "shared_version": draft.shared_version}


def said(reason: str) -> str:
    """A reason in one line. Raises `Invalid` without one."""
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid("Escriba por qué se publica este cambio.")
    return reason


def _form_version(session: Session, name: str) -> int | None:
    key, tenant = Name.parse(name)
    newest = sa.select(sa.func.max(FormVersion.version))
    return session.scalar(newest.where(FormVersion.form_key == key, FormVersion.tenant == tenant))
