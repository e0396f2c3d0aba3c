"""The way of a draft to its publication where that is not at once: a second person's look, a day, or both.

`today` is the day of the people who decide: the engine knows no time zone. A `process_key` here is a name: of what all
share, or of a tenant's variant.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import limits
from engine.definitions import drafts, unpublished
from engine.definitions.models import ProcessDefinition, Release, ReleaseComment
from engine.definitions.names import Name
from engine.definitions.publishing import ensure_publishable
from engine.definitions.reading import read_diagram
from engine.definitions.releasing import (
    Completed,
    Released,
    as_drawn,
    draft_of,
    drawn_of,
    forms_with,
    is_reviewed,
    publish_drawn,
    said,
)
from engine.errors import Conflict, Invalid, InvalidDiagram, NotFound, NotReviewed, OwnReview, UnknownDefinition
from engine.identity import Actor
from engine.runtime import ProcessEngine
from engine.states import ReleaseState

OPEN: Final = (ReleaseState.IN_REVIEW, ReleaseState.SCHEDULED)


def ask(
    session: Session,
    engine: ProcessEngine,
    process_key: str,
    *,
    revision: int,
    actor: Actor,
    reason: str,
    today: dt.date,
    effective_on: dt.date | None = None,
    completed: Completed = as_drawn,
    beside: Mapping[str, int] | None = None,
) -> Release:
    """Ask for a second person's look at the draft as it was at `revision`; `effective_on`: not to hold before that day.

    `beside` are drafts (revisions by name) that are looked at and published with it, or not at all. What was asked
    before of the same processes, and is not decided, is recalled. Raises as `releasing.release` does.
    """
    seen_at = {process_key: revision, **(beside or {})}
    return _begin(session, engine, seen_at, ReleaseState.IN_REVIEW, actor, reason, (today, effective_on), completed)


def schedule(
    session: Session,
    engine: ProcessEngine,
    process_key: str,
    *,
    revision: int,
    actor: Actor,
    reason: str,
    today: dt.date,
    effective_on: dt.date,
    completed: Completed = as_drawn,
    unreviewed: bool = False,
    beside: Mapping[str, int] | None = None,
) -> Release:
    """Let the draft, with those `beside` it, hold from a day to come, without another look.

    Raises as `releasing.release` does.
    """
    seen_at = {process_key: revision, **(beside or {})}
    if not unreviewed and any(is_reviewed(session, one) for one in seen_at):
        raise NotReviewed
    return _begin(session, engine, seen_at, ReleaseState.SCHEDULED, actor, reason, (today, effective_on), completed)


def _begin(
    session: Session,
    engine: ProcessEngine,
    seen_at: Mapping[str, int],
    state: ReleaseState,
    actor: Actor,
    reason: str,
    days: tuple[dt.date, dt.date | None],
    completed: Completed,
) -> Release:
    """What is asked of several, of which the first leads; gives that."""
    today, effective_on = days
    if effective_on is not None and effective_on <= today:
        raise Invalid("Elija un día posterior a hoy, o que rija de una vez.")
    drawn = drawn_of(session, seen_at, completed)
    tenant = Name.parse(next(iter(drawn))).tenant
    ensure_publishable(session, engine, list(drawn.values()), forms_with(session, drawn.values(), tenant), tenant)
    for name in drawn:
        for earlier in session.scalars(_of(name)):
            for one in group(session, earlier):
                one.state = ReleaseState.RECALLED
    together = secrets.token_hex(16) if len(drawn) > 1 else None
    found = {name: draft_of(session, drafts.PROCESS, name) for name in drawn}
    authors = {actor.id}.union(*({*draft.authors, draft.saved_by} for draft in found.values()))
    begun = []
    for name, content in drawn.items():
        draft = found[name]
        forms = unpublished.forms_of(session, read_diagram(content), tenant)
        release = Release(
            process_key=name,
            revision=draft.revision,
            content=content,
            forms=forms,
            sha256=fingerprint(draft.content, forms),
            authors=sorted(authors),
            reason=said(reason),
            effective_on=effective_on,
            state=state,
            asked_at=engine.now(),
            asked_by=actor.id,
            together=together,
        )
        session.add(release)
        session.flush()
        begun.append(release)
    return begun[0]


def group(session: Session, release: Release) -> list[Release]:
    """What is published with a release or not at all, itself too; who leads is the first."""
    if release.together is None:
        return [release]
    query = sa.select(Release).where(Release.together == release.together).order_by(Release.id)
    return list(session.scalars(query))


def approve(
    session: Session, engine: ProcessEngine, release_id: int, *, actor: Actor, today: dt.date, remark: str = ""
) -> Released:
    """Let it be published: now, or on its day (then `version` is None).

    Raises `OwnReview`, `Conflict` if it is decided already or the draft was edited since, and `InvalidDiagram`.
    """
    release = _locked(session, release_id, ReleaseState.IN_REVIEW)
    whole = group(session, release)
    _ensure_other(release, actor)
    if not all(stands(session, one) for one in whole):
        raise Conflict("El borrador cambió después de pedir la revisión. Quien lo cambió debe pedirla de nuevo.")
    for one in whole:
        _decide(engine, one, actor, remark)
    if release.effective_on is not None and release.effective_on > today:
        for one in whole:
            one.state = ReleaseState.SCHEDULED
        session.flush()
        return Released(release.process_key, None)
    return next(one for one in _publish(session, engine, whole) if one.key == release.process_key)


def send_back(session: Session, engine: ProcessEngine, release_id: int, *, actor: Actor, remark: str) -> Release:
    """Return it to its authors with what has to change. Raises `OwnReview`, `Conflict`, `Invalid` without words."""
    release = _locked(session, release_id, ReleaseState.IN_REVIEW)
    whole = group(session, release)
    _ensure_other(release, actor)
    if not remark.strip():
        raise Invalid("Escriba qué hay que cambiar.")
    for one in whole:
        _decide(engine, one, actor, remark)
        one.state = ReleaseState.RETURNED
    session.flush()
    return release


def recall(session: Session, release_id: int) -> Release:
    """Take back what was asked or has its day; the draft stays. Raises `Conflict` if it is decided or published."""
    release = _locked(session, release_id, *OPEN)
    for one in group(session, release):
        one.state = ReleaseState.RECALLED
    session.flush()
    return release


def comment(
    session: Session, engine: ProcessEngine, release_id: int, *, element: str, text: str, actor: Actor
) -> ReleaseComment:
    """Say something about an element of what is asked, or (`element` empty) about the whole. Raises `Invalid`."""
    release = find(session, release_id)
    text = text.strip()
    if not text or not limits.fits(text, limits.LINE):
        raise Invalid(f"Escriba el comentario, de a lo sumo {limits.LINE} caracteres.")
    said_of = ReleaseComment(
        release_id=release.id,
        element=element if (name := _name_of(release, element)) is not None else "",
        name=name or "",
        text=text,
        written_at=engine.now(),
        written_by=actor.id,
    )
    session.add(said_of)
    session.flush()
    return said_of


def _name_of(release: Release, element: str) -> str | None:
    diagram = read_diagram(release.content)
    parts: tuple[Mapping[str, Any], ...] = (diagram.elements, diagram.flows, diagram.lanes)
    found = next((part[element] for part in parts if element in part), None)
    return None if found is None else found.name or ""


def due(session: Session, today: dt.date) -> list[int]:
    """What is to be published today; of those that go together, who leads."""
    query = sa.select(Release).where(Release.state == ReleaseState.SCHEDULED, Release.effective_on <= today)
    leading = {one.together or str(one.id): one.id for one in session.scalars(query.order_by(Release.id.desc()))}
    return sorted(leading.values())


def publish_due(session: Session, engine: ProcessEngine, release_id: int) -> Release:
    """Publish what has its day, with all that goes with it, or write down why not; a second call does nothing."""
    release = session.get_one(Release, release_id, with_for_update=True)
    if release.state is not ReleaseState.SCHEDULED:
        return release
    whole = group(session, release)
    if not all(stands(session, one) for one in whole):
        for one in whole:
            one.state = ReleaseState.OVERTAKEN
    else:
        try:
            with session.begin_nested():
                _publish(session, engine, whole)
        except InvalidDiagram as refused:
            for one in whole:
                one.state, one.remark = ReleaseState.REFUSED, limits.told(str(refused))
    session.flush()
    return release


def _publish(session: Session, engine: ProcessEngine, whole: Sequence[Release]) -> list[Released]:
    drawn = {one.process_key: one.content for one in whole}
    author, reason = Actor(whole[0].asked_by), whole[0].reason
    released = publish_drawn(session, engine, drawn, actor=author, reason=reason)
    for one, made in zip(whole, released, strict=True):
        one.state, one.version = ReleaseState.PUBLISHED, made.version
    session.flush()
    return released


def find(session: Session, release_id: int) -> Release:
    """One release. Raises `NotFound`."""
    release = session.get(Release, release_id)
    if release is None:
        raise NotFound("Esa revisión no existe.")
    return release


def open_of(session: Session, process_key: str) -> Release | None:
    """What is asked or has its day for a process, if anything."""
    return session.scalars(_of(process_key)).first()


def latest(session: Session, process_key: str) -> Release | None:
    """What was last asked for a process, however it ended."""
    query = sa.select(Release).where(Release.process_key == process_key).order_by(Release.id.desc())
    return session.scalars(query.limit(1)).first()


def in_review(session: Session) -> list[Release]:
    """Everything that waits for a second person, the oldest first."""
    query = sa.select(Release).where(Release.state == ReleaseState.IN_REVIEW)
    return list(session.scalars(query.order_by(Release.id)))


def published(session: Session, process_key: str) -> dict[int, Release]:
    """How each version of a process came to be published, where it was not at once, by its number."""
    query = sa.select(Release).where(Release.process_key == process_key, Release.version.is_not(None))
    return {release.version: release for release in session.scalars(query) if release.version is not None}


def comments(session: Session, release_id: int) -> Sequence[ReleaseComment]:
    """What was said about a release, in order."""
    query = sa.select(ReleaseComment).where(ReleaseComment.release_id == release_id)
    return session.scalars(query.order_by(ReleaseComment.id)).all()


def stands(session: Session, release: Release) -> bool:
    """Whether the draft is still what was looked at."""
    draft = drafts.find(session, drafts.PROCESS, release.process_key)
    if draft is None or draft.revision != release.revision:
        return False
    forms = unpublished.forms_of(session, read_diagram(draft.content), draft.tenant)
    return release.sha256 == fingerprint(draft.content, forms)


def demand(session: Session, process_key: str, reviewed: bool) -> bool:
    """Have drafts of a process looked at by a second person from now on, or no more; whether that changes anything."""
    definition = definition_of(session, process_key)
    changed = definition.reviewed != reviewed
    definition.reviewed = reviewed
    return changed


def definition_of(session: Session, process_key: str, *, new: bool = False) -> ProcessDefinition:
    """A process; `new`: one that was never published asks for nothing. Raises `UnknownDefinition`."""
    definition = session.get(ProcessDefinition, tuple(Name.parse(process_key)))
    if definition is not None and definition.own:
        return definition
    if not new:
        raise UnknownDefinition
    return ProcessDefinition(key=process_key, reviewed=False)


def _of(process_key: str) -> sa.Select[Release]:
    return sa.select(Release).where(Release.process_key == process_key, Release.state.in_(OPEN)).order_by(Release.id)


def _locked(session: Session, release_id: int, *states: ReleaseState) -> Release:
    release = session.scalar(sa.select(Release).where(Release.id == release_id).with_for_update())
    if release is None:
        raise NotFound("Esa revisión no existe.")
    if release.state not in states:
        raise Conflict("Esa revisión ya se decidió. Actualice la página para ver cómo quedó.")
    return release


def _ensure_other(release: Release, actor: Actor) -> None:
    if actor.id in release.authors:
        raise OwnReview


def _decide(engine: ProcessEngine, release: Release, actor: Actor, remark: str) -> None:
    release.decided_at, release.decided_by, release.remark = engine.now(), actor.id, remark.strip()


def fingerprint(content: bytes, forms: Mapping[str, Any]) -> str:
    """What tells one drawing, with the forms that are published with it, from another."""
    return hashlib.sha256(content + orjson.dumps(forms, option=orjson.OPT_SORT_KEYS)).hexdigest()
