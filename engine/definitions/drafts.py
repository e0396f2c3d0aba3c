"""What process owners are still working on: one draft a diagram or form, shared by everybody who may edit it.

Each is found by the name of what is drawn (`engine.definitions.names`): the shared one, or a tenant's variant.
"""

from __future__ import annotations

import datetime as dt
import zlib
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.definitions import restoring
from engine.definitions.models import Draft, DraftStep, ProcessVersion
from engine.definitions.names import Name
from engine.errors import Invalid, StaleDraft, UnknownDefinition
from engine.identity import Actor
from engine.runtime import ProcessEngine

PROCESS: Final = "process"
FORM: Final = "form"
IMPORT: Final = "import"
"""What the importer did and asks about the draft of a process: a JSON object, as whoever saves it likes."""
DECISION: Final = "decision"
"""A DMN file, by the id of its definitions."""
THROWN_AWAY: Final = {PROCESS: "gone", FORM: "gone_form", DECISION: "gone_dmn"}
"""What was discarded, by the kind it was; the last of each key is kept for `KEPT_FOR`."""
KEPT_FOR: Final = dt.timedelta(days=30)
ANSWERS: Final = "answers"
"""What a person answered about the file that they are bringing: a JSON object, by the key of each question."""
MOST_STEPS: Final = 200
"""How many changes of a draft can be taken back, whoever made them."""
UPLOAD: Final = "upload"
"""A stranger's file as it came, by the person who brought it, until it is opened."""


def find(session: Session, kind: str, name: str) -> Draft | None:
    """The draft of a diagram (`PROCESS`) or form (`FORM`), or None."""
    return session.scalar(_one(kind, name))


def save(
    session: Session,
    engine: ProcessEngine,
    kind: str,
    name: str,
    content: bytes,
    *,
    actor: Actor,
    revision: int,
    base_version: int | None,
    shared_version: int | None = None,
    edited: bool = False,
) -> Draft:
    """Keep `content`, if the draft is still at the `revision` it was made from (0: there was none).

    `base_version` is the published version that a new draft starts from; `shared_version` the shared one that it has
    taken over, where that is said. `edited`: it was made from what stood there, so what editors can't hold of that is
    put back, with the comments. Raises `StaleDraft`, whose `theirs` is the draft that somebody else saved in the
    meantime (None if it was published or discarded).
    """
    draft = session.scalar(_one(kind, name).with_for_update())
    if (draft.revision if draft else 0) != revision:
        raise StaleDraft(theirs=draft)
    key, tenant = _parts(kind, name)
    if kind == PROCESS:
        before = draft.content if draft else _published(session, key, tenant, base_version)
        content = restoring.kept(before, content) if edited else content
        _note(session, engine, Name(key, tenant), before, revision, actor)
    if draft is None:
        draft = Draft(kind=kind, key=key, tenant=tenant, base_version=base_version, revision=0, authors=[])
        session.add(draft)
    draft.shared_version = draft.shared_version if shared_version is None else shared_version
    draft.content = content
    draft.revision += 1
    draft.saved_at = engine.now()
    draft.saved_by = actor.id
    draft.authors = sorted({*draft.authors, actor.id})
    try:
        session.flush()
    except IntegrityError as exc:  # two people began the draft at once
        raise StaleDraft(theirs=None) from exc
    return draft


def last_change(session: Session, name: str) -> DraftStep | None:
    """What the last change of a diagram's draft took away: who made it, and when."""
    return session.scalar(_steps(Name.parse(name)).limit(1))


def as_it_was(session: Session, name: str, revision: int) -> bytes | None:
    """What stood in a diagram's draft at a revision (0: what it began from); None where that is no longer known."""
    step = session.scalar(_steps(Name.parse(name)).where(DraftStep.revision == revision).limit(1))
    return zlib.decompress(step.content) if step is not None else None


def undo(session: Session, engine: ProcessEngine, name: str, *, actor: Actor, revision: int) -> Draft:
    """Take the last change of a diagram's draft back, whoever made it. Raises `StaleDraft`, `Invalid` (there is none).

    It counts as a save: who has the draft open elsewhere is told.
    """
    draft = session.scalar(_one(PROCESS, name).with_for_update())
    if draft is None or draft.revision != revision:
        raise StaleDraft(theirs=draft)
    step = last_change(session, name)
    if step is None:
        raise Invalid("No hay un cambio que deshacer.")
    draft.content = zlib.decompress(step.content)
    draft.revision += 1
    draft.saved_at, draft.saved_by = engine.now(), actor.id
    draft.authors = sorted({*draft.authors, actor.id})
    session.delete(step)
    session.flush()
    return draft


def _steps(name: Name) -> sa.Select[DraftStep]:
    mine = sa.select(DraftStep).where(DraftStep.key == name.key, DraftStep.tenant == name.tenant)
    return mine.order_by(DraftStep.id.desc())


def _note(session: Session, engine: ProcessEngine, name: Name, before: bytes, revision: int, actor: Actor) -> None:
    """Keep what stood there; of more than can be taken back, the oldest goes."""
    if not before:
        return
    step = DraftStep(
        key=name.key,
        tenant=name.tenant,
        revision=revision,
        content=zlib.compress(before),
        saved_at=engine.now(),
        saved_by=actor.id,
    )
    session.add(step)
    oldest = _steps(name).with_only_columns(DraftStep.id).offset(MOST_STEPS)
    session.execute(sa.delete(DraftStep).where(DraftStep.id.in_(oldest)))


def _published(session: Session, key: str, tenant: str, version: int | None) -> bytes:
    """What a new draft starts from."""
    query = sa.select(ProcessVersion.xml).where(
        ProcessVersion.process_key == key, ProcessVersion.tenant == tenant, ProcessVersion.version == version
    )
    return session.scalar(query) or b""


def keys(session: Session, kind: str) -> set[str]:
    """What there are drafts of, among what all share."""
    return set(session.scalars(sa.select(Draft.key).where(Draft.kind == kind, Draft.tenant == "")))


def of_tenant(session: Session, kind: str, tenant: str) -> list[Draft]:
    """All drafts of a tenant's variants, or of what all share (`tenant` empty), by key."""
    query = sa.select(Draft).where(Draft.kind == kind, Draft.tenant == tenant).order_by(Draft.key)
    return list(session.scalars(query))


def names(session: Session, kind: str) -> set[str]:
    """What there are drafts of, variants too, by name."""
    query = sa.select(Draft.key, Draft.tenant).where(Draft.kind == kind)
    return {str(Name(key, tenant)) for key, tenant in session.execute(query)}


def discard(session: Session, kind: str, name: str) -> None:
    """Forget the draft; nothing happens if there is none."""
    key, tenant = _parts(kind, name)
    session.execute(sa.delete(Draft).where(Draft.kind == kind, Draft.key == key, Draft.tenant == tenant))
    if kind == PROCESS:
        session.execute(sa.delete(DraftStep).where(DraftStep.key == key, DraftStep.tenant == tenant))


def throw_away(session: Session, engine: ProcessEngine, kind: str, name: str, *, actor: Actor) -> None:
    """Forget a draft that may still be wanted: it can be brought back for 30 days. Older ones go for good."""
    draft = find(session, kind, name)
    if draft is None:
        return
    gone = THROWN_AWAY[kind]
    session.execute(
        sa.delete(Draft).where(Draft.kind.in_(THROWN_AWAY.values()), Draft.saved_at < engine.now() - KEPT_FOR)
    )
    content, versions = draft.content, (draft.base_version, draft.shared_version)
    discard(session, gone, name)
    discard(session, kind, name)
    save(
        session, engine, gone, name, content,
        actor=actor, revision=0, base_version=versions[0], shared_version=versions[1],
    )  # fmt: skip  # under the name of who threw it away, at that moment


def thrown_away(session: Session, engine: ProcessEngine, kind: str) -> list[Draft]:
    """What was discarded and can be brought back, the last first: `saved_by` threw it away, at `saved_at`."""
    since = engine.now() - KEPT_FOR
    query = sa.select(Draft).where(Draft.kind == THROWN_AWAY[kind], Draft.saved_at >= since)
    return list(session.scalars(query.order_by(Draft.saved_at.desc(), Draft.key)))


def bring_back(session: Session, engine: ProcessEngine, kind: str, name: str, *, actor: Actor) -> Draft:
    """Make a draft again of what was discarded. Raises `UnknownDefinition`, `StaleDraft` if there is another by now."""
    gone = next((one for one in thrown_away(session, engine, kind) if one.reference == name), None)
    if gone is None:
        raise UnknownDefinition("Ese borrador ya no se puede recuperar: pasaron 30 días, o ya se recuperó.")
    draft = save(
        session, engine, kind, name, gone.content,
        actor=actor, revision=0, base_version=gone.base_version, shared_version=gone.shared_version,
    )  # fmt: skip
    discard(session, THROWN_AWAY[kind], name)
    return draft


def _one(kind: str, name: str) -> sa.Select[Draft]:
    key, tenant = _parts(kind, name)
    return sa.select(Draft).where(Draft.kind == kind, Draft.key == key, Draft.tenant == tenant)


def _parts(kind: str, name: str) -> Name:
    return Name(name) if kind == UPLOAD else Name.parse(name)  # who brings a file may have an `@` in their name
