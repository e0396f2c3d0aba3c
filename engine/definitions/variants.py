"""What a tenant has of its own: variants of what all share, compared with that as it is now, and what it has alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import catalogue, drafts, publishing
from engine.definitions.merging import Merged
from engine.definitions.models import Draft, FormVersion, ProcessDefinition, ProcessVersion
from engine.definitions.names import Name
from engine.errors import Conflict, Invalid, UnknownDefinition
from engine.identity import Actor
from engine.runtime import ProcessEngine

Version = ProcessVersion | FormVersion
Merge = Callable[[bytes, bytes, bytes], Merged]
"""The shared one that a variant was based on, the shared one now, the variant → the variant with what changed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a variant stands to the shared one.

    `own` is the version in force, None while there is only a draft; `base` the shared version that it has taken over.
    """

    shared: Version
    base: Version
    own: Version | None

    @property
    def is_behind(self) -> bool:
        """Whether the shared one changed since."""
        return self.base.version < self.shared.version


def standing(session: Session, kind: str, name: str) -> Standing:
    """How a variant, or the draft of one, stands to the shared one. Raises `UnknownDefinition` if there is neither."""
    key, tenant = Name.parse(name)
    own, shared, draft = in_force(session, kind, name), _shared(session, kind, key), drafts.find(session, kind, name)
    if not tenant or (own is None and draft is None) or is_alone(session, kind, name):
        raise UnknownDefinition("Esa variante ya no está: se trabaja con la compartida.")
    if draft is not None and draft.shared_version is not None:
        base = _numbered(session, kind, key, draft.shared_version)
    else:
        base = _based_on(session, own) if own is not None else shared
    return Standing(shared, base, own)


def is_alone(session: Session, kind: str, name: str) -> bool:
    """Whether a tenant has this for itself, in force or as a draft, and it is no variant of what all share."""
    if not Name.parse(name).tenant:
        return False
    own = in_force(session, kind, name)
    if own is not None:
        return own.based_on is None
    draft = drafts.find(session, kind, name)
    return draft is not None and draft.shared_version is None


def in_force(session: Session, kind: str, name: str) -> Version | None:
    """The version that a tenant's cases take of its own variant; None while they take the shared one."""
    key, tenant = Name.parse(name)
    if kind == drafts.FORM:
        form = catalogue.form_version(session, key, tenant)
        return form if form is not None and form.tenant == tenant else None
    row = session.get(ProcessDefinition, (key, tenant))
    return session.get(ProcessVersion, row.version_id) if row is not None and row.own else None


def begin(session: Session, engine: ProcessEngine, kind: str, name: str, *, actor: Actor) -> Draft:
    """Begin a variant: a draft that says what the shared one says.

    Raises `UnknownDefinition` (nobody shares such a thing), `Conflict` (there is one), `StaleDraft` (it was begun).
    """
    key, tenant = Name.parse(name)
    shared = _shared(session, kind, key)
    if not tenant or in_force(session, kind, name) is not None:
        raise Conflict("Esa variante ya está publicada. Ábrala y edítela.")
    return drafts.save(
        session, engine, kind, name, content_of(shared),
        actor=actor, revision=0, base_version=None, shared_version=shared.version,
    )  # fmt: skip


def take_over(
    session: Session, engine: ProcessEngine, kind: str, name: str, merge: Merge, *, actor: Actor, revision: int
) -> Merged:
    """Bring into the draft of a variant what the shared one changed since; what both changed stays as it has it.

    Nothing is published. Raises `UnknownDefinition`, and `StaleDraft` if the draft is no longer at `revision`.
    """
    stands, draft = standing(session, kind, name), drafts.find(session, kind, name)
    mine = draft.content if draft is not None else content_of(stands.own or stands.shared)
    merged = merge(content_of(stands.base), content_of(stands.shared), mine)
    drafts.save(
        session, engine, kind, name, merged.content, actor=actor, revision=revision,
        base_version=stands.own.version if stands.own is not None else None, shared_version=stands.shared.version,
        edited=True,
    )  # fmt: skip
    return merged


def give_up(session: Session, engine: ProcessEngine, kind: str, name: str, *, actor: Actor, reason: str) -> None:
    """Go back to the shared one: new cases take it, running ones go on as they are, the versions stay as history.

    Raises `Invalid` without a reason, `UnknownDefinition` (no variant in force), `Conflict` (nobody shares it),
    `InvalidDiagram` where another variant of the tenant would be wrong without this one.
    """
    key, tenant = Name.parse(name)
    if not reason.strip():
        raise Invalid("Escriba por qué se vuelve a la compartida.")
    publishing.one_at_a_time(session)
    if in_force(session, kind, name) is None:
        raise UnknownDefinition("Esa variante ya no está: se trabaja con la compartida.")
    if is_alone(session, kind, name):
        raise Conflict("Es solo de su sector: no hay una compartida a la cual volver.")
    if kind == drafts.FORM:
        theirs = FormVersion.form_key == key, FormVersion.tenant == tenant
        session.execute(sa.update(FormVersion).where(*theirs).values(withdrawn=True))
    else:
        session.delete(session.get_one(ProcessDefinition, (key, tenant)))
    drafts.discard(session, kind, name)
    session.flush()
    publishing.renew(session, engine, tenant, actor=actor)


def content_of(version: Version) -> bytes:
    """What a draft of this version would hold."""
    return version.xml if isinstance(version, ProcessVersion) else orjson.dumps(version.schema)


def _shared(session: Session, kind: str, key: str) -> Version:
    row = session.get(ProcessDefinition, (key, "")) if kind == drafts.PROCESS else None
    process = session.get(ProcessVersion, row.version_id) if row is not None else None
    found = catalogue.form_version(session, key) if kind == drafts.FORM else process
    if found is None:
        raise UnknownDefinition("Solo se hace una variante de lo que está publicado para todos.")
    return found


def _based_on(session: Session, own: Version) -> Version:
    if isinstance(own, ProcessVersion):
        return session.get_one(ProcessVersion, own.based_on)
    return session.get_one(FormVersion, own.based_on)


def _numbered(session: Session, kind: str, key: str, number: int) -> Version:
    if kind == drafts.PROCESS:
        processes = sa.select(ProcessVersion).where(ProcessVersion.process_key == key, ProcessVersion.tenant == "")
        return session.scalars(processes.where(ProcessVersion.version == number)).one()
    forms = sa.select(FormVersion).where(FormVersion.form_key == key, FormVersion.tenant == "")
    return session.scalars(forms.where(FormVersion.version == number)).one()
