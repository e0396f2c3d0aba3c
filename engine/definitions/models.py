"""Tables of published diagrams and forms."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine import limits
from engine.database import Base, states
from engine.definitions.names import Name
from engine.states import ReleaseState


class ProcessVersion(Base):
    """One published version of one diagram, never changed afterwards.

    `tenant` is whose own it is, of none what all share; `based_on` the shared version that a variant began from, or
    last took over: none of what a tenant has for itself alone.
    """

    __tablename__ = "process_version"
    __table_args__ = (sa.UniqueConstraint("process_key", "tenant", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    process_key: Mapped[str] = mapped_column(sa.String(100), index=True)
    tenant: Mapped[str] = mapped_column(sa.String(limits.TENANT), default="", server_default="")
    version: Mapped[int]
    based_on: Mapped[int | None] = mapped_column(sa.ForeignKey("process_version.id"))
    name: Mapped[str] = mapped_column(sa.String(300))
    xml: Mapped[bytes]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    published_at: Mapped[dt.datetime]
    published_by: Mapped[str] = mapped_column(sa.String(100))
    reason: Mapped[str] = mapped_column(sa.Text)

    @property
    def reference(self) -> str:
        """The name of what it is a version of, as it stands in addresses."""
        return str(Name(self.process_key, self.tenant))


class FormVersion(Base):
    """One published version of one form: its JSON schema as text. `tenant` and `based_on` as of a process.

    `withdrawn`: the tenant went back to what all share, and this is only history.
    """

    __tablename__ = "form_version"
    __table_args__ = (sa.UniqueConstraint("form_key", "tenant", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    form_key: Mapped[str] = mapped_column(sa.String(100), index=True)
    tenant: Mapped[str] = mapped_column(sa.String(limits.TENANT), default="", server_default="")
    version: Mapped[int]
    based_on: Mapped[int | None] = mapped_column(sa.ForeignKey("form_version.id"))
    withdrawn: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    schema: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    published_at: Mapped[dt.datetime]
    published_by: Mapped[str] = mapped_column(sa.String(100))
    reason: Mapped[str] = mapped_column(sa.Text)

    @property
    def reference(self) -> str:
        """The name of what it is a version of, as it stands in addresses."""
        return str(Name(self.form_key, self.tenant))


class DecisionVersion(Base):
    """One published version of a DMN file, by the id of its definitions; `decisions` are the ids of those in it."""

    __tablename__ = "decision_version"
    __table_args__ = (sa.UniqueConstraint("decision_key", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_key: Mapped[str] = mapped_column(sa.String(100), index=True)
    version: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(300))
    decisions: Mapped[list[Any]]
    xml: Mapped[bytes]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    published_at: Mapped[dt.datetime]
    published_by: Mapped[str] = mapped_column(sa.String(100))
    reason: Mapped[str] = mapped_column(sa.Text)


class DecisionDefinition(Base):
    """What is decided about a DMN file whatever its version; `reviewed`: who has written in it does not publish it."""

    __tablename__ = "decision_definition"

    key: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    reviewed: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class Bundle(Base):
    """What an instance runs on: a diagram with all it calls and every form they name, resolved at publication.

    `content` is orjson: `{"process": key, "processes": {key: ProcessVersion.id}, "forms": {key: FormVersion.id}}`, and
    `"decisions": {key: DecisionVersion.id}` where there are any.
    """

    __tablename__ = "bundle"

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    process_key: Mapped[str] = mapped_column(sa.String(100), index=True)
    content: Mapped[bytes]
    created_at: Mapped[dt.datetime]


class ProcessDefinition(Base):
    """A process by its key, and the bundle that new instances take (empty only while it is being published).

    A tenant has a row only where its cases take another bundle than everybody's: `own` where the diagram is its own,
    else something that the process calls or asks is.
    """

    __tablename__ = "process_definition"

    key: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    tenant: Mapped[str] = mapped_column(sa.String(limits.TENANT), primary_key=True, default="", server_default="")
    own: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    name: Mapped[str] = mapped_column(sa.String(300))
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("process_version.id"))
    bundle_sha256: Mapped[str | None] = mapped_column(sa.ForeignKey("bundle.sha256"))
    reviewed: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """Whether somebody who did not draw it must look at a draft before it is published."""
    retired_at: Mapped[dt.datetime | None]
    """Since when no new case begins; running ones go on."""
    retired_by: Mapped[str] = mapped_column(sa.String(100), default="", server_default="")
    retired_reason: Mapped[str] = mapped_column(sa.Text, default="", server_default="")


class Draft(Base):
    """What a process owner is still working on: a diagram, a form, or a file being brought (`kind`: see `drafts`).

    `base_version` is the published version it began from; `shared_version`, of a variant, the number of the shared one
    that it has taken over.
    """

    __tablename__ = "definition_draft"
    __table_args__ = (sa.UniqueConstraint("kind", "key", "tenant"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(10))
    key: Mapped[str] = mapped_column(sa.String(100))
    tenant: Mapped[str] = mapped_column(sa.String(limits.TENANT), default="", server_default="")
    base_version: Mapped[int | None]
    shared_version: Mapped[int | None]
    revision: Mapped[int]
    content: Mapped[bytes]
    saved_at: Mapped[dt.datetime]
    saved_by: Mapped[str] = mapped_column(sa.String(100))
    authors: Mapped[list[Any]] = mapped_column(sa.JSON, default=list, server_default="[]")
    """Everybody who saved it since it began: none of them reviews it."""

    @property
    def reference(self) -> str:
        """The name of what is drawn, as it stands in addresses."""
        return str(Name(self.key, self.tenant))


class DraftStep(Base):
    """What stood in the draft of a diagram before it was saved, so that the last change can be taken back.

    `revision` is the draft's when this stood there (0: what is published); `content` is compressed; `saved_by` made the
    change that came after it.
    """

    __tablename__ = "definition_draft_step"
    __table_args__ = (sa.Index("ix_definition_draft_step_of", "key", "tenant", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(100))
    tenant: Mapped[str] = mapped_column(sa.String(limits.TENANT), default="", server_default="")
    revision: Mapped[int]
    content: Mapped[bytes]
    saved_at: Mapped[dt.datetime]
    saved_by: Mapped[str] = mapped_column(sa.String(100))


class Editing(Base):
    """That somebody has a drawing open: `name` as in an address, and when their editor last said so."""

    __tablename__ = "definition_editing"

    name: Mapped[str] = mapped_column(sa.String(150), primary_key=True)
    username: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    seen_at: Mapped[dt.datetime]


class Release(Base):
    """A draft on its way to being published: looked at by a second person, waiting for its day, or both.

    `sha256` is of what was seen (`content` and `forms`): a draft that differs has been edited since. `version` is the
    one that came of it.
    """

    __tablename__ = "definition_release"

    id: Mapped[int] = mapped_column(primary_key=True)
    process_key: Mapped[str] = mapped_column(sa.String(limits.ID + 1 + limits.TENANT), index=True)
    """The name of what was drawn: of a variant with its tenant."""
    revision: Mapped[int]
    content: Mapped[bytes]
    forms: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    authors: Mapped[list[Any]] = mapped_column(sa.JSON)
    reason: Mapped[str] = mapped_column(sa.Text)
    effective_on: Mapped[dt.date | None]
    """The day from which it holds; None: as soon as it may."""
    state: Mapped[ReleaseState] = mapped_column(states(ReleaseState), index=True)
    asked_at: Mapped[dt.datetime]
    asked_by: Mapped[str] = mapped_column(sa.String(100))
    decided_at: Mapped[dt.datetime | None]
    decided_by: Mapped[str] = mapped_column(sa.String(100), default="")
    remark: Mapped[str] = mapped_column(sa.Text, default="")
    """What the reviewer said, or why it could not be published on its day."""
    version: Mapped[int | None]
    together: Mapped[str | None] = mapped_column(sa.String(32), index=True)
    """A word that those bear which are published with each other or not at all; the first of them leads."""


class ReleaseComment(Base):
    """What somebody said about an element of a release, or about the whole (`element` empty)."""

    __tablename__ = "definition_release_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(sa.ForeignKey("definition_release.id"), index=True)
    element: Mapped[str] = mapped_column(sa.String(limits.ID), default="")
    name: Mapped[str] = mapped_column(sa.String(limits.NAME), default="")
    """What the element was called, for when it is gone."""
    text: Mapped[str] = mapped_column(sa.Text)
    written_at: Mapped[dt.datetime]
    written_by: Mapped[str] = mapped_column(sa.String(100))


class Scenario(Base):
    """A rehearsal that is kept: `asked` is how people behave in it, `expected` what came of it when it was kept.

    Both are as whoever rehearses likes; the engine only keeps them.
    """

    __tablename__ = "definition_scenario"
    __table_args__ = (sa.UniqueConstraint("process_key", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    process_key: Mapped[str] = mapped_column(sa.String(limits.ID))
    name: Mapped[str] = mapped_column(sa.String(limits.NAME))
    asked: Mapped[dict[str, Any]]
    expected: Mapped[dict[str, Any]]
    saved_at: Mapped[dt.datetime]
    saved_by: Mapped[str] = mapped_column(sa.String(limits.PERSON))
